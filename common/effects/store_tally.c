/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Attempts: one tally read, refreshed, decided and written in place under its
 * slot byte.
 *
 * MUST
 *  1. the tally is opened after the slot byte is held, on every pass: no count
 *     goes into a file that a structural change has replaced.
 *  2. the slot byte is given back before the writer is closed: closing syncs,
 *     and who has written nothing does not sync.
 *  3. the owner's byte is held before the slot byte is given back.
 */
#include <string.h>

#include "common/effects/lock.h"
#include "common/effects/scope.h"
#include "common/effects/store_private.h"

#define RELEASE_WAIT_MS 1000

/* One pass over one tally. */
struct pass {
	struct id7_hold hold;
	struct id7_gdbm file; /* open from the first read to the last write */
	struct id7_tallies tallies;
	uint64_t epoch;		  /* of the tally after the refresh */
	uint32_t keep;		  /* flags that no refresh may lose */
	struct id7_events events; /* of the refresh */
};
#define PASS_NONE                                                              \
	{                                                                      \
		.hold = ID7_HOLD_NONE                                          \
	}

static void
pass_end(struct pass *pass)
{
	id7_hold_slot_end(&pass->hold);
	id7_gdbm_abandon(&pass->file);
	id7_hold_end(&pass->hold);
}
#define auto_pass __attribute__((cleanup(pass_end))) struct pass

/* Whose tally it is, as the account says it at this moment. */
struct owner {
	const struct id7_subject *subject;
	uint8_t id[ID7_ID_LEN];
	uint64_t epoch;
	const struct id7_policy *policy;
	const struct id7_now *now;
	bool repair;
};

static struct owner
owner_of(const struct id7_subject *subject, const uint8_t id[ID7_ID_LEN],
	 uint64_t epoch, const struct id7_policy *policy,
	 const struct id7_now *now)
{
	struct owner owner = {.subject = subject,
			      .epoch = subject->phantom ? 0 : epoch,
			      .policy = policy,
			      .now = now,
			      .repair = subject->phantom};

	memcpy(owner.id, subject->phantom ? subject->hash : id, ID7_ID_LEN);
	return owner;
}

static enum id7_error
blame(struct id7_store *store, const struct id7_subject *subject,
      enum id7_error error)
{
	char name[ID7_STORE_FILE_MAX + 1];

	if (error == ID7_OK)
		return ID7_OK;
	id7_shard_name(store, id7_shard_of(store, subject), ID7_STORE_TALLY,
		       name);
	return id7_store_blame(store, error, name);
}

static enum id7_error
read_tallies(struct id7_store *store, const struct id7_subject *subject,
	     struct pass *pass)
{
	enum id7_error error;

	error = id7_shard_open(store, id7_shard_of(store, subject),
			       ID7_STORE_TALLY, true, &pass->file);
	if (error != ID7_OK)
		return error;
	return blame(
		store, subject,
		id7_tallies_read(store, &pass->file, subject, &pass->tallies));
}

static uint32_t
probe_owners(const struct pass *pass, const struct id7_subject *subject)
{
	const struct id7_tally *tally = &pass->tallies.tally;
	uint32_t alive = 0;

	for (uint32_t i = 0; i < ID7_RESERVATIONS; i++) {
		uint64_t nonce = tally->reservation[i].nonce;
		uint64_t at = id7_hold_owner_byte(subject, nonce);

		if (nonce != 0 && id7_lock_held(pass->hold.fd, at, 1))
			alive |= UINT32_C(1) << i;
	}
	return alive;
}

/* Epochs only grow: a caller that looked the account up before its epoch was
 * raised must not empty what was counted since. */
static uint64_t
latest_epoch(const struct id7_tally *tally, const struct owner *owner)
{
	bool same = memcmp(tally->id, owner->id, ID7_ID_LEN) == 0;

	return same && tally->epoch > owner->epoch ? tally->epoch
						   : owner->epoch;
}

static void
refresh(struct pass *pass, const struct owner *owner)
{
	struct id7_tally *tally = &pass->tallies.tally;

	pass->keep = tally->flags & ID7_TALLY_PROVISIONAL;
	pass->epoch = latest_epoch(tally, owner);
	pass->events = id7_tally_refresh(tally, owner->id, pass->epoch,
					 owner->policy, owner->now,
					 probe_owners(pass, owner->subject));
	tally->flags |= pass->keep;
}

/* On ID7_NOT_FOUND the slot byte is held and there is no tally. */
static enum id7_error
begin(struct id7_store *store, const struct owner *owner,
      struct id7_deadline deadline, struct pass *ret_pass)
{
	const struct id7_subject *subject = owner->subject;
	struct id7_tallies *tallies = &ret_pass->tallies;
	enum id7_error error;

	error = id7_hold_begin(store, id7_shard_of(store, subject), true,
			       deadline, &ret_pass->hold);
	/* An account of another generation must not empty this one's tally. */
	if (error == ID7_OK)
		error = id7_store_same_turn(store, store->looked);
	if (error == ID7_OK)
		error = id7_hold_slot(&ret_pass->hold, subject, true, deadline);
	if (error == ID7_OK)
		error = read_tallies(store, subject, ret_pass);
	if (error == ID7_CORRUPT && owner->repair && tallies->found[0] &&
	    tallies->found[1]) {
		id7_tally_init(&tallies->tally, owner->id, owner->epoch,
			       owner->now);
		error = ID7_OK;
	}
	if (error == ID7_OK)
		refresh(ret_pass, owner);
	return error;
}

/* Writes, gives the slot byte back, then syncs. */
static enum id7_error
finish(struct id7_store *store, const struct owner *owner, struct pass *pass)
{
	const struct id7_subject *subject = owner->subject;
	enum id7_error error;

	error = id7_tallies_write(store, &pass->file, subject, &pass->tallies);
	id7_hold_slot_end(&pass->hold);
	if (error == ID7_OK)
		error = id7_gdbm_commit(&pass->file);
	return blame(store, subject, error);
}

/* No tally where one should be: damage, or the account has just gone. */
static enum id7_error
explain(struct id7_store *store, const struct id7_subject *subject,
	enum id7_error error)
{
	struct id7_account account;
	struct id7_tallies tallies;

	if (error != ID7_NOT_FOUND)
		return error;
	if (subject->phantom)
		return blame(store, subject, ID7_CORRUPT);
	error = id7_store_look(store, subject, &account, &tallies);
	id7_wipe(&account, sizeof account);
	return error == ID7_OK ? blame(store, subject, ID7_NOT_FOUND) : error;
}

static void
owner_leave(struct id7_store *store)
{
	uint64_t at = id7_hold_owner_byte(&store->ticket.subject,
					  store->ticket.nonce);

	if (store->owner_fd < 0)
		return;
	id7_lock_release(store->owner_fd, at, 1);
	id7_scope_close(&store->owner_fd);
	id7_wipe(&store->ticket, sizeof store->ticket);
}

/* The pass's descriptor carries the owner's byte from here on. */
static enum id7_error
owner_enter(struct id7_store *store, struct pass *pass,
	    const struct id7_ticket *ticket, const struct id7_policy *policy)
{
	uint64_t at = id7_hold_owner_byte(&ticket->subject, ticket->nonce);
	enum id7_error error = id7_lock_try(pass->hold.fd, true, at, 1);

	store->ticket = *ticket;
	store->ticket.live = true;
	store->ticket_turn = store->turn;
	store->policy = *policy;
	return blame(store, &ticket->subject, error);
}

static uint64_t
new_nonce(void)
{
	uint64_t nonce;

	do
		id7_random(&nonce, sizeof nonce);
	while (nonce == 0);
	return nonce;
}

static void
ticket_fill(struct id7_ticket *ticket, const struct owner *owner,
	    const struct id7_whence *whence)
{
	memset(ticket, 0, sizeof *ticket);
	ticket->subject = *owner->subject;
	memcpy(ticket->id, owner->id, ID7_ID_LEN);
	ticket->whence = *whence;
	ticket->nonce = new_nonce();
}

static enum id7_error
reserve(struct id7_store *store, const struct owner *owner, bool marked,
	struct id7_deadline deadline, struct id7_ticket *ticket,
	enum id7_claim *ret_claim)
{
	auto_pass pass = PASS_NONE;
	enum id7_claim claim = ID7_CLAIM_NONE;
	enum id7_error error = begin(store, owner, deadline, &pass);

	if (error != ID7_OK)
		return error;
	ticket->epoch = pass.epoch;
	ticket->lane = id7_tally_lane(&pass.tallies.tally, owner->policy,
				      owner->now, &ticket->whence);
	if (!marked)
		claim = id7_tally_reserve(&pass.tallies.tally, owner->policy,
					  owner->now, &ticket->whence,
					  ticket->nonce, &ticket->lane,
					  &ticket->index);
	*ret_claim = claim;
	if (claim == ID7_CLAIM_FULL)
		return ID7_OK;
	ticket->events = pass.events;
	if (claim == ID7_CLAIM_RESERVED)
		error = owner_enter(store, &pass, ticket, owner->policy);
	if (error == ID7_OK)
		error = finish(store, owner, &pass);
	if (claim != ID7_CLAIM_RESERVED)
		return error;
	store->owner_fd = pass.hold.fd;
	pass.hold.fd = -1;
	ticket->live = error == ID7_OK;
	if (error != ID7_OK)
		owner_leave(store);
	return error;
}

enum id7_error
id7_store_reserve(struct id7_store *store, const struct id7_subject *subject,
		  const uint8_t id[ID7_ID_LEN], uint64_t epoch, bool marked,
		  const struct id7_policy *policy, const struct id7_now *now,
		  const struct id7_whence *whence, struct id7_deadline deadline,
		  enum id7_claim *ret_claim, struct id7_ticket *ret_ticket)
{
	struct owner owner = owner_of(subject, id, epoch, policy, now);
	enum id7_error error;

	*ret_claim = ID7_CLAIM_NONE;
	ticket_fill(ret_ticket, &owner, whence);
	if (store->owner_fd >= 0)
		return id7_store_blame(store, ID7_INTERNAL, NULL);
	error = reserve(store, &owner, marked, deadline, ret_ticket, ret_claim);
	if (error != ID7_OK)
		*ret_claim = ID7_CLAIM_NONE;
	return explain(store, subject, error);
}

static enum id7_error
settle(struct id7_store *store, const struct owner *owner,
       const struct id7_ticket *ticket, enum id7_settlement how,
       uint32_t fingerprint, struct id7_deadline deadline,
       struct id7_settled *ret_settled)
{
	auto_pass pass = PASS_NONE;
	struct id7_settled settled;
	bool same;
	enum id7_error error = begin(store, owner, deadline, &pass);

	/* A restore has let go of whatever was under way. */
	if (error == ID7_OK && ticket->live)
		error = id7_store_same_turn(store, store->ticket_turn);
	if (error != ID7_OK)
		return error;
	same = ticket->live && ticket->epoch == pass.epoch &&
	       memcmp(ticket->id, owner->id, ID7_ID_LEN) == 0;
	id7_tally_settle(&pass.tallies.tally, owner->policy, owner->now,
			 ticket->lane, same ? ticket->nonce : 0, how,
			 fingerprint, &ticket->whence, &settled);
	settled.events.locked_now |= pass.events.locked_now;
	settled.events.unlocked_now |= pass.events.unlocked_now;
	error = finish(store, owner, &pass);
	if (error == ID7_OK)
		*ret_settled = settled;
	return error;
}

enum id7_error
id7_store_settle(struct id7_store *store, struct id7_ticket *ticket,
		 const uint8_t id[ID7_ID_LEN], uint64_t epoch,
		 const struct id7_policy *policy, const struct id7_now *now,
		 enum id7_settlement how, uint32_t fingerprint,
		 struct id7_deadline deadline, struct id7_settled *ret_settled)
{
	struct id7_subject subject = ticket->subject;
	struct owner owner = owner_of(&subject, id, epoch, policy, now);
	enum id7_error error;

	memset(ret_settled, 0, sizeof *ret_settled);
	error = settle(store, &owner, ticket, how, fingerprint, deadline,
		       ret_settled);
	if (ticket->live)
		owner_leave(store);
	ticket->live = false;
	return explain(store, &subject, error);
}

void
id7_store_release(struct id7_store *store)
{
	struct id7_ticket ticket = store->ticket;
	struct id7_settled settled;
	struct id7_now now;

	if (store->owner_fd < 0)
		return;
	now = id7_clock_now();
	/* What fails here is counted by the next attempt: its owner is dead. */
	if (id7_store_settle(store, &ticket, ticket.id, ticket.epoch,
			     &store->policy, &now, ID7_SETTLE_RELEASE, 0,
			     id7_deadline_in(RELEASE_WAIT_MS),
			     &settled) != ID7_OK)
		return;
}

enum id7_error
id7_store_change(struct id7_store *store, const struct id7_subject *subject,
		 const uint8_t id[ID7_ID_LEN], uint64_t epoch,
		 const struct id7_policy *policy, const struct id7_now *now,
		 bool repair, id7_store_change_fn *change, void *context,
		 struct id7_deadline deadline)
{
	struct owner owner = owner_of(subject, id, epoch, policy, now);
	auto_pass pass = PASS_NONE;
	enum id7_error error;

	owner.repair |= repair;
	error = begin(store, &owner, deadline, &pass);
	if (error == ID7_OK && change(&pass.tallies.tally, context)) {
		pass.tallies.tally.flags |= pass.keep;
		error = finish(store, &owner, &pass);
	}
	pass_end(&pass);
	return explain(store, subject, error);
}
