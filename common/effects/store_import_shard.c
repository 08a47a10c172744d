/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One shard of an import, in the order of an `add` (STORE A5): marked tallies,
 * accounts, marks off; each file by one copy and one rename.
 */
#include <string.h>

#include "common/effects/guard.h"
#include "common/effects/store_import.h"

struct shard_work {
	struct id7_import *import;
	struct id7_store *store;
	struct id7_shard shard;
	struct id7_deadline deadline;
	struct id7_hold hold;
	uint64_t added;
	uint64_t already;
	uint64_t refused;
	uint64_t marked; /* tallies whose mark is to go */
};

static void
work_end(struct shard_work *work)
{
	id7_hold_end(&work->hold);
}
#define auto_work __attribute__((cleanup(work_end))) struct shard_work

static struct id7_subject
subject_of(const struct id7_spool_ref *ref)
{
	struct id7_subject subject = {.phantom = false};

	memcpy(subject.hash, ref->hash, sizeof subject.hash);
	return subject;
}

static enum id7_error
blame(struct shard_work *work, enum id7_error error, enum id7_store_file file)
{
	char name[ID7_STORE_FILE_MAX + 1];

	if (error == ID7_OK)
		return ID7_OK;
	id7_shard_name(work->store, work->shard, file, name);
	return id7_store_blame(work->store, error, name);
}

/* Neither copy is there: the ordinary case, asked without a checksum. */
static enum id7_error
tally_there(const struct id7_gdbm *tallies, const struct id7_subject *subject)
{
	char key[ID7_STORE_KEY_MAX + 1];
	enum id7_error error = ID7_NOT_FOUND;

	for (unsigned int copy = 0; copy < 2 && error == ID7_NOT_FOUND;
	     copy++) {
		id7_store_tally_key(subject, copy, key);
		error = id7_gdbm_exists(tallies, key);
	}
	return error;
}

/* Without an account a tally bears the mark of an interrupted add or remove. */
static enum id7_error
tally_allows(struct shard_work *work, const struct id7_gdbm *tallies,
	     const struct id7_spool_ref *ref, bool account, bool *ret_marked)
{
	struct id7_subject subject = subject_of(ref);
	struct id7_tallies found;
	enum id7_error error = tally_there(tallies, &subject);

	if (error == ID7_NOT_FOUND)
		return account ? ID7_CORRUPT : ID7_OK;
	if (error == ID7_OK)
		error = id7_tallies_read(work->store, tallies, &subject,
					 &found);
	if (error != ID7_OK)
		return error;
	*ret_marked = (found.tally.flags & ID7_TALLY_PROVISIONAL) != 0;
	return account || *ret_marked ? ID7_OK : ID7_CORRUPT;
}

/* What is to be done with one row, now that nobody else can change it. */
static enum id7_error
plan_one(struct shard_work *work, const struct id7_gdbm *accounts,
	 const struct id7_gdbm *tallies, struct id7_spool_ref *ref,
	 id7_import_refused_fn *refused, void *context)
{
	enum id7_import_standing standing = ID7_IMPORT_FRESH;
	bool marked = false;
	enum id7_error error;

	error = id7_import_compare(work->import, accounts, ref, &standing);
	if (error != ID7_OK)
		return blame(work, error, ID7_STORE_DB);
	if (standing == ID7_IMPORT_TAKEN) {
		work->refused++;
		return id7_import_refuse(work->import, ref, 0, refused,
					 context);
	}
	error = tally_allows(work, tallies, ref, standing == ID7_IMPORT_SAME,
			     &marked);
	ref->add = standing == ID7_IMPORT_FRESH;
	ref->mark = ref->add || marked;
	ref->orphan = ref->add && marked;
	work->added += ref->add;
	work->already += !ref->add;
	work->marked += ref->mark;
	return blame(work, error, ID7_STORE_TALLY);
}

static enum id7_error
plan(struct shard_work *work, id7_import_refused_fn *refused, void *context)
{
	struct id7_spool_list *list = &work->import->list;
	auto_gdbm accounts = {0};
	auto_gdbm tallies = {0};
	enum id7_error error;

	error = id7_shard_open(work->store, work->shard, ID7_STORE_DB, false,
			       &accounts);
	if (error == ID7_OK)
		error = id7_shard_open(work->store, work->shard,
				       ID7_STORE_TALLY, false, &tallies);
	for (size_t i = 0; i < list->count && error == ID7_OK; i++)
		if (!list->ref[i].refused)
			error = plan_one(work, &accounts, &tallies,
					 &list->ref[i], refused, context);
	return error;
}

/* Calls `each` for every row that is added. */
typedef enum id7_error
each_fn(struct shard_work *work, const struct id7_gdbm *file,
	const struct id7_spool_ref *ref, const struct id7_spool_row *row);

static enum id7_error
each_added(struct shard_work *work, const struct id7_gdbm *file, each_fn *each)
{
	const struct id7_spool_list *list = &work->import->list;
	struct id7_spool_row row;
	enum id7_error error = ID7_OK;

	for (size_t i = 0; i < list->count && error == ID7_OK; i++) {
		if (!list->ref[i].add)
			continue;
		error = id7_spool_read(work->import->spool, &list->ref[i],
				       &row);
		if (error == ID7_OK)
			error = each(work, file, &list->ref[i], &row);
	}
	return error;
}

/*
 * What a crash left in the place of a tally is nobody's. One that was not seen
 * before, though it could have been, is not ours to judge.
 */
static enum id7_error
load(const struct id7_gdbm *file, bool seen, const char *key, const void *value,
     size_t len)
{
	enum id7_error error = id7_gdbm_load(file, key, value, len);

	if (error != ID7_EXISTS)
		return error;
	return seen ? id7_gdbm_replace(file, key, value, len) : ID7_INTERNAL;
}

static enum id7_error
load_tally(struct shard_work *work, const struct id7_gdbm *file,
	   const struct id7_spool_ref *ref, const struct id7_spool_row *row)
{
	struct id7_subject subject = subject_of(ref);
	char key[ID7_STORE_KEY_MAX + 1];
	uint8_t bytes[ID7_TALLY_LEN];
	struct id7_tally tally;
	enum id7_error error = ID7_OK;

	id7_tally_init(&tally, row->id, 1, &work->import->now);
	tally.flags = ID7_TALLY_PROVISIONAL;
	for (unsigned int copy = 0; copy < 2 && error == ID7_OK; copy++) {
		tally.seq = copy + 1;
		id7_tallies_encode(work->store, &subject, copy, &tally, bytes);
		id7_store_tally_key(&subject, copy, key);
		error = load(file, ref->orphan, key, bytes, sizeof bytes);
	}
	return error;
}

static enum id7_error
verify_tally(struct shard_work *work, const struct id7_gdbm *file,
	     const struct id7_spool_ref *ref, const struct id7_spool_row *row)
{
	struct id7_subject subject = subject_of(ref);
	struct id7_tallies found;
	enum id7_error error =
		id7_tallies_read(work->store, file, &subject, &found);

	if (error == ID7_OK &&
	    (!found.sound[0] || !found.sound[1] ||
	     memcmp(found.tally.id, row->id, sizeof row->id) != 0))
		return ID7_CORRUPT;
	return error;
}

static enum id7_error
load_account(struct shard_work *work, const struct id7_gdbm *file,
	     const struct id7_spool_ref *ref, const struct id7_spool_row *row)
{
	struct id7_subject subject = subject_of(ref);
	char key[ID7_STORE_KEY_MAX + 1];

	(void)work;
	id7_store_account_key(&subject, key);
	return load(file, false, key, row->sealed, sizeof row->sealed);
}

static enum id7_error
verify_account(struct shard_work *work, const struct id7_gdbm *file,
	       const struct id7_spool_ref *ref, const struct id7_spool_row *row)
{
	struct id7_subject subject = subject_of(ref);
	char key[ID7_STORE_KEY_MAX + 1];
	uint8_t sealed[ID7_SEALED_LEN];
	enum id7_error error;

	(void)work;
	id7_store_account_key(&subject, key);
	error = id7_gdbm_fetch(file, key, sealed, sizeof sealed);
	if (error == ID7_OK && memcmp(sealed, row->sealed, sizeof sealed) != 0)
		return ID7_CORRUPT;
	return error;
}

static enum id7_error
change_tallies(const struct id7_gdbm *copy, void *context)
{
	return each_added(context, copy, load_tally);
}

static enum id7_error
verify_tallies(const struct id7_gdbm *copy, void *context)
{
	return each_added(context, copy, verify_tally);
}

static enum id7_error
change_accounts(const struct id7_gdbm *copy, void *context)
{
	return each_added(context, copy, load_account);
}

static enum id7_error
verify_accounts(const struct id7_gdbm *copy, void *context)
{
	return each_added(context, copy, verify_account);
}

/* In place: an attempt may have counted since the accounts are there. */
static enum id7_error
take_marks_off(struct shard_work *work, const struct id7_gdbm *file)
{
	const struct id7_spool_list *list = &work->import->list;
	enum id7_error error = ID7_OK;

	for (size_t i = 0; i < list->count && error == ID7_OK; i++) {
		struct id7_subject subject = subject_of(&list->ref[i]);
		struct id7_tallies found;

		if (!list->ref[i].mark)
			continue;
		error = id7_tallies_read(work->store, file, &subject, &found);
		found.tally.flags &= ~ID7_TALLY_PROVISIONAL;
		if (error == ID7_OK)
			error = id7_tallies_write(work->store, file, &subject,
						  &found);
	}
	return error;
}

static enum id7_error
make_live(struct shard_work *work)
{
	auto_gdbm file = {0};
	enum id7_error error;

	error = id7_hold_slot(&work->hold, NULL, true, work->deadline);
	if (error == ID7_OK)
		error = id7_shard_open(work->store, work->shard,
				       ID7_STORE_TALLY, true, &file);
	if (error != ID7_OK)
		return error;
	error = take_marks_off(work, &file);
	id7_hold_slot_end(&work->hold);
	if (error == ID7_OK)
		error = id7_gdbm_close(&file);
	return blame(work, error, ID7_STORE_TALLY);
}

static enum id7_error
write_shard(struct shard_work *work)
{
	struct id7_rewrite tallies = {change_tallies, verify_tallies, work};
	struct id7_rewrite accounts = {change_accounts, verify_accounts, work};
	enum id7_error error = ID7_OK;

	if (work->added > 0) {
		error = id7_hold_slot(&work->hold, NULL, true, work->deadline);
		if (error == ID7_OK)
			error = id7_shard_rewrite(work->store, work->shard,
						  ID7_STORE_TALLY, &tallies);
		id7_hold_slot_end(&work->hold);
	}
	if (work->added > 0 && error == ID7_OK)
		error = id7_shard_rewrite(work->store, work->shard,
					  ID7_STORE_DB, &accounts);
	if (work->marked > 0 && error == ID7_OK)
		error = make_live(work);
	return error;
}

enum id7_error
id7_import_shard(struct id7_import *import, uint32_t shard,
		 struct id7_deadline deadline, id7_import_refused_fn *refused,
		 void *context, struct id7_import_counts *counts)
{
	auto_work work = {.import = import,
			  .store = import->store,
			  .shard = {.index = shard},
			  .deadline = deadline,
			  .hold = ID7_HOLD_NONE};
	struct id7_guard guard;
	enum id7_error error;

	error = id7_hold_begin(work.store, work.shard, true, deadline,
			       &work.hold);
	if (error == ID7_OK)
		error = id7_hold_shard(&work.hold, true, deadline);
	if (error == ID7_OK)
		error = plan(&work, refused, context);
	if (error != ID7_OK)
		return error;
	id7_guard_enter(&guard);
	error = write_shard(&work);
	if (!id7_guard_leave(&guard) && error == ID7_OK)
		error = blame(&work, ID7_INTERNAL, ID7_STORE_LOCK);
	if (error != ID7_OK)
		return error;
	counts->added += work.added;
	counts->already += work.already;
	counts->refused += work.refused;
	return ID7_OK;
}
