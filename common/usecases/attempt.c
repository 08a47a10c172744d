/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of one attempt, from the account behind a typed name to the settled
 * tally. */
#include "common/usecases/attempt.h"

#include <string.h>

#include "common/core/decide.h"
#include "common/effects/file.h"
#include "common/effects/seal.h"
#include "common/usecases/hashing.h"

/* Left of the deadline for settling when waiting for a slot is given up. */
#define SETTLE_RESERVE_MS 2000

/* Everything one attempt knows of itself; lives in id7_login_attempt alone. */
struct attempt {
	struct id7 *id7;
	struct id7_store *store;
	const struct id7_config *config;
	const char *user;
	const struct id7_origin *origin;
	struct id7_deadline deadline;

	enum id7_authtok_kind kind;
	struct id7_account account; /* wiped; valid only when found */
	bool found;
	struct id7_subject subject;
	uint8_t id[ID7_ID_LEN];
	uint64_t epoch;
	uint32_t source;

	enum id7_reason refusal; /* decided already: verify a dummy */
	struct id7_ticket ticket;
	enum id7_match match;
	uint32_t fingerprint;
};

void
id7_attempt_fail(struct id7_login *login, enum id7_error error,
		 const struct id7_fault *fault)
{
	login->verdict = ID7_DENY;
	login->error = error;
	login->reason =
		error == ID7_BUSY ? ID7_REASON_BUSY : ID7_REASON_UNAVAILABLE;
	if (fault == &login->fault)
		return;
	if (fault != NULL)
		login->fault = *fault;
	else
		(void)id7_fault_set(&login->fault, error, ID7_TROUBLE_NONE, "");
}

/* Junk has a phantom of its own, so that what sshd sends for users it has
 * refused itself touches nobody's tally. */
static struct id7_subject
junk_subject(struct id7_store *store, const char *user)
{
	char name[1 + ID7_NAME_MAX];
	size_t len = strnlen(user, ID7_NAME_MAX);

	name[0] = '\n';
	memcpy(name + 1, user, len);
	return id7_store_subject(store, name, len + 1, true);
}

/* The account behind the name, or the phantom of nobody. */
static enum id7_error
find_subject(struct attempt *a)
{
	enum id7_error error;

	error = id7_store_get(a->store, a->user, &a->account);
	if (error != ID7_OK && error != ID7_NOT_FOUND)
		return error;
	a->found = error == ID7_OK;
	if (a->kind == ID7_AUTHTOK_JUNK) {
		a->subject = junk_subject(a->store, a->user);
	} else {
		a->subject = id7_store_subject(a->store, a->user,
					       strlen(a->user), !a->found);
	}
	if (a->found && a->kind != ID7_AUTHTOK_JUNK) {
		memcpy(a->id, a->account.id, ID7_ID_LEN);
		a->epoch = a->account.epoch;
	} else {
		memcpy(a->id, a->subject.hash, ID7_ID_LEN);
	}
	return ID7_OK;
}

/* What refuses before the tally is asked. */
static enum id7_reason
early_refusal(const struct attempt *a, const struct id7_now *now)
{
	enum id7_reason standing;

	if (a->kind == ID7_AUTHTOK_JUNK)
		return ID7_REASON_JUNK;
	if (!a->found)
		return ID7_REASON_NONE;
	standing = id7_account_standing(&a->account, now);
	return standing == ID7_REASON_RIGHT ? ID7_REASON_NONE : standing;
}

static enum id7_reason
claim_refusal(enum id7_claim claim)
{
	switch (claim) {
	case ID7_CLAIM_RESERVED:
		return ID7_REASON_NONE;
	case ID7_CLAIM_LOCKED_OUT:
		return ID7_REASON_LOCKED_OUT;
	case ID7_CLAIM_HELD:
		return ID7_REASON_HELD;
	case ID7_CLAIM_FULL:
	case ID7_CLAIM_NONE:
		break;
	}
	return ID7_REASON_BUSY;
}

/* `no_count`: the same question to a copy, nothing written. */
static enum id7_error
peek(struct attempt *a, const struct id7_now *now, enum id7_claim *ret_claim)
{
	struct id7_tally tally;
	struct id7_lane_view view;
	enum id7_error error;

	error = id7_store_tally(a->store, &a->subject, &tally);
	if (error != ID7_OK)
		return error;
	(void)id7_tally_refresh(&tally, a->id, a->epoch, &a->config->policy,
				now, UINT32_MAX);
	view = id7_tally_view(&tally, now, ID7_LANE_REMOTE);
	*ret_claim = ID7_CLAIM_RESERVED;
	if (view.locked_out)
		*ret_claim = ID7_CLAIM_LOCKED_OUT;
	if (view.held)
		*ret_claim = ID7_CLAIM_HELD;
	return ID7_OK;
}

static enum id7_error
ask(struct attempt *a, enum id7_claim *ret_claim)
{
	struct id7_now now = id7_clock_now();

	if (a->config->no_count)
		return peek(a, &now, ret_claim);
	return id7_store_reserve(a->store, &a->subject, a->id, a->epoch,
				 a->refusal != ID7_REASON_NONE,
				 &a->config->policy, &now, ID7_LANE_REMOTE,
				 a->source, a->deadline, ret_claim, &a->ticket);
}

/* Step 4: a place in the tally, waiting for a pending attempt to settle when
 * all are taken. */
static enum id7_error
reserve(struct attempt *a, struct id7_login *login)
{
	struct id7_deadline wait = id7_deadline_earlier(
		id7_deadline_in(a->config->slot_wait * 1000), a->deadline);
	enum id7_claim claim = ID7_CLAIM_NONE;
	enum id7_error error;
	uint32_t nap_us = 2000;

	for (;;) {
		error = ask(a, &claim);
		if (error != ID7_OK)
			return error;
		login->locked_now |= a->ticket.locked_now;
		if (claim != ID7_CLAIM_FULL)
			break;
		if (id7_deadline_left(wait) == 0)
			return ID7_BUSY;
		id7_deadline_nap(wait, nap_us);
		if (nap_us < 32000)
			nap_us *= 2;
	}
	if (a->refusal == ID7_REASON_NONE)
		a->refusal = claim_refusal(claim);
	return ID7_OK;
}

/* Steps 5 and 6: the same hash for everybody. */
static enum id7_error
verify(struct attempt *a, const struct id7_secret *typed,
       struct id7_login *login)
{
	auto_slot slot = {.fd = -1};
	auto_secret *normal = NULL;
	struct id7_deadline wait = a->deadline;
	struct id7_cost_limits limits = id7_hashing_limits(a->id7);
	const struct id7_account *account = a->found ? &a->account : NULL;
	const struct id7_secret *input = typed;
	bool dummy = a->refusal != ID7_REASON_NONE || !a->found ||
		     a->kind != ID7_AUTHTOK_PASSWORD;
	enum id7_error error;

	wait.mono_ms -= SETTLE_RESERVE_MS;
	error = id7_hashing_normal(typed, &normal);
	if (error != ID7_OK)
		return error;
	if (!a->found || !(a->account.flags & ID7_ACCOUNT_RAW_BYTES) ||
	    typed->len > ID7_AUTHTOK_MAX)
		input = normal;
	error = id7_hashing_slot(a->id7, a->origin, wait, &slot, &login->fault);
	if (error != ID7_OK)
		return error;
	error = id7_verifier_check(
		account, dummy, input->bytes, input->len, &limits,
		id7_hashing_cost(a->id7),
		id7_store_key(a->store, ID7_FOR_FINGERPRINTS), &a->match,
		&a->fingerprint);
	if (error == ID7_OK) {
		login->hashed = true;
		login->checked_real =
			!dummy && !(a->account.flags & ID7_ACCOUNT_NO_VERIFIER);
	}
	return error;
}

/* Whether what was looked up before the hash still holds after it. */
static enum id7_error
look_again(struct attempt *a, struct id7_now *now, bool *ret_same)
{
	struct id7_account again;
	enum id7_error error;

	error = id7_store_get(a->store, a->user, &again);
	*ret_same = false;
	if (error == ID7_NOT_FOUND) {
		*ret_same = !a->found;
		error = ID7_OK;
	} else if (error == ID7_OK) {
		*ret_same = a->found &&
			    memcmp(again.id, a->account.id, ID7_ID_LEN) == 0 &&
			    again.epoch == a->account.epoch &&
			    id7_account_standing(&again, now) ==
				    id7_account_standing(&a->account, now);
	}
	id7_wipe(&again, sizeof again);
	return error;
}

/* The reason for what was verified and settled without any error. */
static enum id7_reason
conclude(const struct attempt *a, bool same, bool stands)
{
	if (a->refusal != ID7_REASON_NONE)
		return a->refusal;
	if (!same)
		return ID7_REASON_CHANGED;
	if (!stands)
		return ID7_REASON_LEASE_LOST;
	if (!a->found)
		return ID7_REASON_UNKNOWN;
	if (a->kind == ID7_AUTHTOK_TOO_LONG)
		return ID7_REASON_TOO_LONG;
	switch (a->match) {
	case ID7_MATCH_CURRENT:
		return ID7_REASON_RIGHT;
	case ID7_MATCH_OLD:
		return ID7_REASON_OLD_PASSWORD;
	case ID7_MATCH_NONE:
		break;
	}
	return ID7_REASON_WRONG;
}

static enum id7_settlement
settlement(const struct attempt *a, bool verified, bool same)
{
	if (!verified || !same)
		return ID7_SETTLE_RELEASE;
	return a->match == ID7_MATCH_CURRENT ? ID7_SETTLE_RIGHT
					     : ID7_SETTLE_WRONG;
}

/* Step 7. Only here can an attempt become an ALLOW. */
static void
settle(struct attempt *a, bool verified, struct id7_login *login)
{
	struct id7_now now = id7_clock_now();
	struct id7_settled settled = {.stands = true};
	enum id7_error looked, written = ID7_OK;
	bool same = false;

	looked = look_again(a, &now, &same);
	if (looked != ID7_OK)
		id7_attempt_fail(login, looked, id7_store_fault(a->store));
	if (!a->config->no_count)
		written = id7_store_settle(
			a->store, &a->ticket, a->id, a->epoch,
			&a->config->policy, &now, settlement(a, verified, same),
			a->fingerprint, a->deadline, &settled);
	if (written != ID7_OK)
		id7_attempt_fail(login, written, id7_store_fault(a->store));
	if (!verified || looked != ID7_OK || written != ID7_OK)
		return;
	login->failures = settled.failures;
	login->locked_now |= settled.locked_now;
	login->reason = conclude(a, same, settled.stands);
	if (login->reason != ID7_REASON_RIGHT || !login->checked_real)
		return;
	login->verdict = ID7_ALLOW;
	login->lang = (enum id7_lang)a->account.lang;
}

/* The same password at today's cost. Nothing of it may delay or fail the login:
 * one try, no waiting. */
static void
rehash(struct attempt *a, const struct id7_secret *typed)
{
	auto_slot slot = {.fd = -1};
	auto_secret *normal = NULL;
	struct id7_deadline now = id7_deadline_in(0);
	struct id7_cost cost = id7_hashing_cost(a->id7);

	if (a->config->no_count || !id7_verifier_outgrown(&a->account, cost) ||
	    id7_deadline_left(a->deadline) < SETTLE_RESERVE_MS)
		return;
	if (id7_hashing_normal(typed, &normal) != ID7_OK ||
	    id7_hashing_slot(a->id7, a->origin, now, &slot, NULL) != ID7_OK)
		return;
	if (id7_verifier_make(&a->account, normal->bytes, normal->len, cost,
			      false, 0) != ID7_OK)
		return;
	id7_slots_release(&slot);
	/* Lost to another change or a busy shard: the next login does it. */
	if (id7_store_put(a->store, &a->account, now) != ID7_OK)
		return;
}

static void
run_steps(struct attempt *a, const struct id7_secret *typed,
	  struct id7_login *login)
{
	struct id7_now now = id7_clock_now();
	enum id7_error error;

	error = find_subject(a);
	if (error != ID7_OK) {
		id7_attempt_fail(login, error, id7_store_fault(a->store));
		return;
	}
	login->ours = a->found;
	a->source = (uint32_t)id7_hashing_source(a->id7, a->origin);
	a->refusal = early_refusal(a, &now);
	error = reserve(a, login);
	if (error != ID7_OK) {
		id7_attempt_fail(login, error,
				 error == ID7_BUSY ? NULL
						   : id7_store_fault(a->store));
		return;
	}
	error = verify(a, typed, login);
	if (error != ID7_OK)
		id7_attempt_fail(login, error,
				 login->fault.error != ID7_OK ? &login->fault
							      : NULL);
	settle(a, error == ID7_OK, login);
	if (login->verdict == ID7_ALLOW)
		rehash(a, typed);
}

void
id7_attempt_run(struct id7 *id7, const char *user,
		const struct id7_secret *typed, enum id7_authtok_kind kind,
		const struct id7_origin *origin, struct id7_deadline deadline,
		struct id7_login *login)
{
	struct attempt a = {.id7 = id7,
			    .store = id7_get_store(id7),
			    .config = id7_get_config(id7),
			    .user = user,
			    .origin = origin,
			    .deadline = deadline,
			    .kind = kind,
			    .match = ID7_MATCH_NONE};

	run_steps(&a, typed, login);
	id7_wipe(&a, sizeof a);
}
