/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Structural changes: accounts added, put and removed by copy and rename, in
 * the order that leaves no crash a live tally without its account (STORE A5).
 */
#include <string.h>

#include "common/effects/fault.h"
#include "common/effects/store_private.h"

/* One structural change: what it is about and what stands there. */
struct work {
	struct id7_store *store;
	struct id7_subject subject;
	struct id7_shard shard;
	struct id7_deadline deadline;
	struct id7_hold hold;
	struct id7_account old; /* wiped at the end */
	struct id7_tallies tallies;
	enum id7_error found; /* of the look-up */
};

static void
work_end(struct work *work)
{
	id7_hold_end(&work->hold);
	id7_wipe(&work->old, sizeof work->old);
}
#define auto_work __attribute__((cleanup(work_end))) struct work
#define WORK_NONE                                                              \
	{                                                                      \
		.hold = ID7_HOLD_NONE                                          \
	}

/* Takes the shard and looks. ID7_OK: work->found says what there is. */
static enum id7_error
begin(struct id7_store *store, const char *name, struct id7_deadline deadline,
      struct work *ret_work)
{
	struct work *work = ret_work;
	enum id7_error error;

	work->store = store;
	work->subject = id7_store_subject(store, name, strlen(name), false);
	work->shard = id7_shard_of(store, &work->subject);
	work->deadline = deadline;
	error = id7_hold_begin(store, work->shard, true, deadline, &work->hold);
	if (error == ID7_OK)
		error = id7_hold_shard(&work->hold, true, deadline);
	if (error != ID7_OK)
		return error;
	work->found = id7_store_look_once(store, &work->subject, &work->old,
					  &work->tallies);
	return work->found == ID7_NOT_FOUND ? ID7_OK : work->found;
}

static enum id7_error
answer(struct id7_store *store, enum id7_error error, const char *name)
{
	return id7_fault_set(&store->fault, error,
			     error == ID7_NOT_FOUND ? ID7_TROUBLE_MISSING
						    : ID7_TROUBLE_NONE,
			     name);
}

static bool
tally_there(const struct work *work)
{
	return work->tallies.found[0] || work->tallies.found[1];
}

/* Writes work->tallies.tally in place, with or without the mark. */
static enum id7_error
tally_write(struct work *work, bool provisional)
{
	struct id7_tallies *tallies = &work->tallies;
	char name[ID7_STORE_FILE_MAX + 1];
	auto_gdbm file = {0};
	enum id7_error error;

	error = id7_shard_open(work->store, work->shard, ID7_STORE_TALLY, true,
			       &file);
	if (error != ID7_OK)
		return error;
	tallies->tally.flags &= ~ID7_TALLY_PROVISIONAL;
	if (provisional)
		tallies->tally.flags |= ID7_TALLY_PROVISIONAL;
	error = id7_tallies_write(work->store, &file, &work->subject, tallies);
	id7_hold_slot_end(&work->hold);
	if (error == ID7_OK)
		error = id7_gdbm_commit(&file);
	if (error == ID7_OK)
		return ID7_OK;
	id7_shard_name(work->store, work->shard, ID7_STORE_TALLY, name);
	return id7_store_blame(work->store, error, name);
}

/* Under the slot byte: an attempt may have counted since the look-up. */
static enum id7_error
tally_mark(struct work *work, bool provisional)
{
	char name[ID7_STORE_FILE_MAX + 1];
	auto_gdbm file = {0};
	enum id7_error error;

	error = id7_hold_slot(&work->hold, &work->subject, true,
			      work->deadline);
	if (error == ID7_OK)
		error = id7_shard_open(work->store, work->shard,
				       ID7_STORE_TALLY, false, &file);
	if (error != ID7_OK)
		return error;
	error = id7_tallies_read(work->store, &file, &work->subject,
				 &work->tallies);
	id7_gdbm_leave(&file);
	if (error == ID7_OK)
		return tally_write(work, provisional);
	id7_hold_slot_end(&work->hold);
	id7_shard_name(work->store, work->shard, ID7_STORE_TALLY, name);
	return id7_store_blame(work->store, error, name);
}

static bool
tally_marked(const struct work *work)
{
	return (work->tallies.sound[0] || work->tallies.sound[1]) &&
	       (work->tallies.tally.flags & ID7_TALLY_PROVISIONAL) != 0;
}

/* Both copies in or out, while nobody writes into the file that goes. */
static enum id7_error
tally_edit(struct work *work, enum id7_edit_kind kind,
	   const struct id7_tally *tally)
{
	struct id7_edit edit[2];
	uint8_t bytes[2][ID7_TALLY_LEN];
	struct id7_tally copy;
	size_t count = 0;
	enum id7_error error;

	for (unsigned int i = 0; i < 2; i++) {
		if (kind == ID7_EDIT_DELETE && !work->tallies.found[i])
			continue;
		if (tally != NULL) {
			copy = *tally;
			copy.seq = i + 1;
			id7_tallies_encode(work->store, &work->subject, i,
					   &copy, bytes[i]);
		}
		edit[count] = (struct id7_edit){
			.kind = kind,
			.value = tally != NULL ? bytes[i] : NULL,
			.len = sizeof bytes[i]};
		id7_store_tally_key(&work->subject, i, edit[count].key);
		count++;
	}
	error = id7_hold_slot(&work->hold, NULL, true, work->deadline);
	if (error == ID7_OK)
		error = id7_shard_edit(work->store, work->shard,
				       ID7_STORE_TALLY, edit, count);
	id7_hold_slot_end(&work->hold);
	return error;
}

static enum id7_error
account_edit(struct work *work, enum id7_edit_kind kind,
	     const struct id7_account *account)
{
	struct id7_edit edit = {.kind = kind, .len = ID7_SEALED_LEN};
	uint8_t sealed[ID7_SEALED_LEN];

	id7_store_account_key(&work->subject, edit.key);
	if (account != NULL) {
		id7_store_seal(work->store, edit.key, account, sealed);
		edit.value = sealed;
	}
	return id7_shard_edit(work->store, work->shard, ID7_STORE_DB, &edit, 1);
}

bool
id7_store_storable(const struct id7_account *account)
{
	struct id7_account back;
	uint8_t body[ID7_BODY_LEN];
	bool good;

	id7_account_encode(account, body);
	good = id7_account_decode(body, &back) == ID7_OK;
	id7_wipe(body, sizeof body);
	id7_wipe(&back, sizeof back);
	return good;
}

/* A provisional tally, new or left by a crash, that is this account's. */
static enum id7_error
tally_prepare(struct work *work, const struct id7_account *account,
	      const struct id7_now *now)
{
	struct id7_tally tally;
	uint64_t seq = work->tallies.tally.seq;
	enum id7_error error;

	id7_tally_init(&tally, account->id, account->epoch, now);
	tally.flags = ID7_TALLY_PROVISIONAL;
	if (!tally_there(work))
		return tally_edit(work, ID7_EDIT_INSERT, &tally);
	error = id7_hold_slot(&work->hold, &work->subject, true,
			      work->deadline);
	if (error != ID7_OK)
		return error;
	work->tallies.tally = tally;
	work->tallies.tally.seq = seq;
	return tally_write(work, true);
}

static enum id7_error
add(struct work *work, const struct id7_account *account,
    const struct id7_now *now)
{
	enum id7_error error;

	if (work->found == ID7_OK) {
		/* The end of an `add` that was interrupted. */
		error = tally_marked(work) ? tally_mark(work, false) : ID7_OK;
		return error == ID7_OK ? ID7_EXISTS : error;
	}
	error = tally_prepare(work, account, now);
	if (error == ID7_OK)
		error = account_edit(work, ID7_EDIT_INSERT, account);
	return error == ID7_OK ? tally_mark(work, false) : error;
}

enum id7_error
id7_store_add(struct id7_store *store, struct id7_account *account,
	      const struct id7_now *now, struct id7_deadline deadline)
{
	auto_work work = WORK_NONE;
	enum id7_error error;

	id7_random(account->id, sizeof account->id);
	account->epoch = 1;
	account->revision = 1;
	if (!id7_store_storable(account))
		return answer(store, ID7_INVALID, account->name);
	error = begin(store, account->name, deadline, &work);
	if (error == ID7_OK)
		error = add(&work, account, now);
	return error == ID7_EXISTS ? answer(store, error, account->name)
				   : error;
}

static enum id7_error
put(struct work *work, struct id7_account *account)
{
	enum id7_error error;

	if (work->found != ID7_OK)
		return ID7_NOT_FOUND;
	if (memcmp(work->old.id, account->id, ID7_ID_LEN) != 0 ||
	    work->old.revision != account->revision)
		return ID7_STALE;
	account->revision++;
	error = account_edit(work, ID7_EDIT_REPLACE, account);
	if (error == ID7_OK && tally_marked(work))
		error = tally_mark(work, false);
	if (error != ID7_OK)
		account->revision--;
	return error;
}

enum id7_error
id7_store_put(struct id7_store *store, struct id7_account *account,
	      struct id7_deadline deadline)
{
	auto_work work = WORK_NONE;
	enum id7_error error;

	if (!id7_store_storable(account))
		return answer(store, ID7_INVALID, account->name);
	error = begin(store, account->name, deadline, &work);
	if (error == ID7_OK && store->looked != store->turn)
		error = ID7_STALE;
	if (error == ID7_OK)
		error = put(&work, account);
	return error == ID7_STALE || error == ID7_NOT_FOUND
		       ? answer(store, error, account->name)
		       : error;
}

/* Whatever is left after a crash must not look like a live tally. */
static enum id7_error
mark_for_removal(struct work *work)
{
	static const struct id7_now never = {0};

	if (tally_marked(work))
		return ID7_OK;
	if (work->tallies.sound[0] || work->tallies.sound[1])
		return tally_mark(work, true);
	if (work->tallies.found[0] && work->tallies.found[1])
		return tally_prepare(work, &work->old, &never);
	return ID7_OK;
}

static enum id7_error
clear_away(struct work *work)
{
	enum id7_error error = ID7_OK;

	if (work->found == ID7_OK)
		error = mark_for_removal(work);
	if (error == ID7_OK && work->found == ID7_OK)
		error = account_edit(work, ID7_EDIT_DELETE, NULL);
	if (error == ID7_OK && tally_there(work))
		error = tally_edit(work, ID7_EDIT_DELETE, NULL);
	return error == ID7_OK ? work->found : error;
}

enum id7_error
id7_store_remove(struct id7_store *store, const char *name,
		 struct id7_deadline deadline)
{
	auto_work work = WORK_NONE;
	enum id7_error error = begin(store, name, deadline, &work);

	if (error == ID7_OK)
		error = clear_away(&work);
	return error == ID7_NOT_FOUND ? answer(store, error, name) : error;
}
