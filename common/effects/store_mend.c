/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The records of one shard: what is wrong with each, and what mends it. */
#include "common/effects/store_mend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/text.h"

static const char removed[] = ID7_N("removed");
static const char completed[] = ID7_N("completed from the other copy");
static const char unmarked[] = ID7_N("the mark is taken off");
static const char brought_back[] =
	ID7_N("brought back to its account; its failures stay");
static const char from_backup[] = ID7_N("taken from the backup");

/* Mended no further than that an administrator may decide. */
static const char *const prepared =
	ID7_N("made ready for `7idctl unlock --repair`; refused until then");

/* A change with the bytes that it writes. */
struct change {
	struct id7_edit edit;
	uint8_t value[ID7_SEALED_LEN];
};

/* Changes of one file. */
struct changes {
	struct change *change;
	size_t count;
	size_t room;
};

/* Told only when it is true. */
struct note {
	enum id7_error error;
	const char *what;
	const char *done;
	enum id7_store_file file;
	char name[ID7_NAME_MAX + 1];
};

struct work {
	struct id7_mend *mend;
	struct id7_shard shard;
	struct id7_gdbm accounts;
	struct id7_gdbm tallies;
	struct id7_gdbm old_accounts; /* the backup's, when there is one */
	struct id7_gdbm old_tallies;
	struct changes edits[2]; /* of .db and .tally */
	struct note *note;
	size_t notes;
	size_t room;
	enum id7_error error;
};

static void
work_end(struct work *work)
{
	id7_gdbm_leave(&work->accounts);
	id7_gdbm_leave(&work->tallies);
	id7_gdbm_leave(&work->old_accounts);
	id7_gdbm_leave(&work->old_tallies);
	for (int i = 0; i < 2; i++)
		free(work->edits[i].change);
	free(work->note);
}
#define auto_work __attribute__((cleanup(work_end))) struct work

/* Room for one more of `size` bytes in a list; NULL: no memory. */
static void *
one_more(void **list, size_t *count, size_t *room, size_t size)
{
	size_t wanted = *room == 0 ? 16 : *room * 2;
	void *grown;

	if (*count == *room) {
		grown = realloc(*list, wanted * size);
		if (grown == NULL)
			return NULL;
		*list = grown;
		*room = wanted;
	}
	return (char *)*list + (*count)++ * size;
}

static void
note(struct work *work, enum id7_error error, const char *what,
     enum id7_store_file file, const char *name, const char *done)
{
	void *list = work->note;
	struct note *n = one_more(&list, &work->notes, &work->room, sizeof *n);

	work->note = list;
	if (n == NULL) {
		work->error = ID7_NO_MEMORY;
		return;
	}
	*n = (struct note){error, what, done, file, ""};
	(void)snprintf(n->name, sizeof n->name, "%s", name);
}

static void
plan(struct work *work, enum id7_store_file file, enum id7_edit_kind kind,
     const char *key, const void *value)
{
	struct changes *changes = &work->edits[file == ID7_STORE_TALLY];
	size_t len = file == ID7_STORE_TALLY ? ID7_TALLY_LEN : ID7_SEALED_LEN;
	void *list = changes->change;
	struct change *c =
		one_more(&list, &changes->count, &changes->room, sizeof *c);

	changes->change = list;
	if (c == NULL) {
		work->error = ID7_NO_MEMORY;
		return;
	}
	c->edit = (struct id7_edit){.kind = kind, .len = len};
	(void)snprintf(c->edit.key, sizeof c->edit.key, "%s", key);
	if (value != NULL)
		memcpy(c->value, value, len);
}

/* Copy `copy` as `tally` says, or (NULL) unsound, over or beside what is there.
 */
static void
plan_copy(struct work *work, const struct id7_subject *subject,
	  unsigned int copy, const struct id7_tally *tally, bool there)
{
	uint8_t bytes[ID7_TALLY_LEN] = {0};
	char key[ID7_STORE_KEY_MAX + 1];

	id7_store_tally_key(subject, copy, key);
	if (tally != NULL)
		id7_tallies_encode(work->mend->store, subject, copy, tally,
				   bytes);
	plan(work, ID7_STORE_TALLY, there ? ID7_EDIT_REPLACE : ID7_EDIT_INSERT,
	     key, bytes);
}

static void
plan_both(struct work *work, const struct id7_subject *subject,
	  const struct id7_tallies *now, const struct id7_tally *tally)
{
	for (unsigned int i = 0; i < 2; i++)
		plan_copy(work, subject, i, tally, now->found[i]);
}

/* A copy of another size cannot be replaced. */
static bool
replaceable(const struct work *work, const struct id7_subject *subject,
	    const struct id7_tallies *now)
{
	char key[ID7_STORE_KEY_MAX + 1];
	uint8_t bytes[ID7_TALLY_LEN];

	for (unsigned int i = 0; i < 2; i++) {
		id7_store_tally_key(subject, i, key);
		if (now->found[i] && id7_gdbm_fetch(&work->tallies, key, bytes,
						    sizeof bytes) != ID7_OK)
			return false;
	}
	return true;
}

/* Neither copy is of use: the backup's tally, or nobody's. */
static void
mend_lost(struct work *work, const struct id7_subject *subject,
	  const struct id7_account *account, const struct id7_tallies *now)
{
	bool there = now->found[0] || now->found[1];
	const char *what = there ? ID7_N("both copies of a tally are damaged")
				 : ID7_N("account without a tally");
	const char *done = NULL;
	struct id7_tallies old;
	bool can = replaceable(work, subject, now);

	if (can && work->old_tallies.handle != NULL &&
	    id7_tallies_read(work->mend->from, &work->old_tallies, subject,
			     &old) == ID7_OK) {
		memcpy(old.tally.id, account->id, ID7_ID_LEN);
		old.tally.epoch = account->epoch;
		old.tally.flags &= ~ID7_TALLY_PROVISIONAL;
		plan_both(work, subject, now, &old.tally);
		done = from_backup;
	} else if (can && !(now->found[0] && now->found[1])) {
		plan_both(work, subject, now, NULL);
		done = prepared;
	}
	note(work, ID7_CORRUPT, what, ID7_STORE_TALLY, account->name, done);
}

/* The sound copy stays the current one. */
static void
complete(struct work *work, const struct id7_subject *subject,
	 const struct id7_account *account, const struct id7_tallies *now)
{
	unsigned int other = now->current ^ 1u;
	bool missing = !now->found[other];
	bool can = replaceable(work, subject, now);
	struct id7_tally tally = now->tally;

	tally.seq -= tally.seq > 0;
	if (can)
		plan_copy(work, subject, other, &tally, !missing);
	note(work, missing ? ID7_CORRUPT : ID7_OK,
	     missing ? ID7_N("one copy of a tally is missing")
		     : ID7_N("one copy of a tally is damaged, the other one "
			     "serves"),
	     ID7_STORE_TALLY, account->name, can ? completed : NULL);
}

static void
mend_tally(struct work *work, const struct id7_subject *subject,
	   const struct id7_account *account)
{
	struct id7_tallies now;
	struct id7_tally tally;
	enum id7_error error = id7_tallies_read(work->mend->store,
						&work->tallies, subject, &now);

	if (error == ID7_NOT_FOUND || error == ID7_CORRUPT) {
		mend_lost(work, subject, account, &now);
		return;
	}
	if (error != ID7_OK) {
		work->error = error;
		return;
	}
	tally = now.tally;
	if ((tally.flags & ID7_TALLY_PROVISIONAL) != 0) {
		tally.flags &= ~ID7_TALLY_PROVISIONAL;
		note(work, ID7_OK,
		     ID7_N("adding or removing it was interrupted"),
		     ID7_STORE_TALLY, account->name, unmarked);
	}
	if (tally.epoch > account->epoch &&
	    memcmp(tally.id, account->id, ID7_ID_LEN) == 0) {
		tally.epoch = account->epoch;
		note(work, ID7_CORRUPT,
		     ID7_N("a tally is ahead of its account"), ID7_STORE_TALLY,
		     account->name, brought_back);
	}
	if (memcmp(&tally, &now.tally, sizeof tally) != 0)
		plan_both(work, subject, &now, &tally);
	else if (!now.sound[0] || !now.sound[1])
		complete(work, subject, account, &now);
}

/* The backup's record of the same key, sealed as it is. */
static bool
old_record(struct work *work, const char *key,
	   uint8_t ret_sealed[ID7_SEALED_LEN], struct id7_account *ret_account)
{
	return work->old_accounts.handle != NULL &&
	       id7_gdbm_fetch(&work->old_accounts, key, ret_sealed,
			      ID7_SEALED_LEN) == ID7_OK &&
	       id7_store_unseal(work->mend->from, key, ret_sealed,
				ret_account) == ID7_OK;
}

static void
mend_record(struct work *work, const char *key, bool replaceable_record)
{
	struct id7_account account = {0};
	uint8_t sealed[ID7_SEALED_LEN];
	bool can =
		replaceable_record && old_record(work, key, sealed, &account);

	if (can)
		plan(work, ID7_STORE_DB, ID7_EDIT_REPLACE, key, sealed);
	note(work, ID7_CORRUPT, ID7_N("an account's record cannot be read"),
	     ID7_STORE_DB, account.name, can ? from_backup : NULL);
	id7_wipe(&account, sizeof account);
}

static bool
mend_account(const char *key, void *context)
{
	struct work *work = context;
	struct id7_account account;
	struct id7_subject subject;
	uint8_t sealed[ID7_SEALED_LEN];
	enum id7_error error;
	bool fetched;

	error = id7_gdbm_fetch(&work->accounts, key, sealed, sizeof sealed);
	fetched = error == ID7_OK;
	if (fetched)
		error = id7_store_unseal(work->mend->store, key, sealed,
					 &account);
	if (error == ID7_OK) {
		(void)id7_store_key_subject(key, ID7_STORE_DB, &subject);
		mend_tally(work, &subject, &account);
		id7_wipe(&account, sizeof account);
	} else if (error == ID7_IO || error == ID7_NO_MEMORY) {
		work->error = error;
	} else {
		mend_record(work, key, fetched);
	}
	return work->error == ID7_OK;
}

/* A tally whose account is not there. */
static void
mend_orphan(struct work *work, const struct id7_subject *subject,
	    const char *account_key, const struct id7_tallies *now, bool marked)
{
	struct id7_account account = {0};
	uint8_t sealed[ID7_SEALED_LEN];
	char key[ID7_STORE_KEY_MAX + 1];
	bool can;

	if (marked) {
		for (unsigned int i = 0; i < 2; i++) {
			id7_store_tally_key(subject, i, key);
			if (now->found[i])
				plan(work, ID7_STORE_TALLY, ID7_EDIT_DELETE,
				     key, NULL);
		}
		note(work, ID7_OK,
		     ID7_N("left by an interrupted add or remove"),
		     ID7_STORE_TALLY, "", removed);
		return;
	}
	can = old_record(work, account_key, sealed, &account);
	if (can)
		plan(work, ID7_STORE_DB, ID7_EDIT_INSERT, account_key, sealed);
	note(work, ID7_CORRUPT, ID7_N("tally without an account"),
	     ID7_STORE_TALLY, account.name, can ? from_backup : NULL);
	id7_wipe(&account, sizeof account);
}

static bool
mend_lonely(const char *key, void *context)
{
	struct work *work = context;
	char account[ID7_STORE_KEY_MAX + 1];
	uint8_t sealed[ID7_SEALED_LEN];
	struct id7_subject subject;
	struct id7_tallies now;
	enum id7_error error;

	if (!id7_store_key_subject(key, ID7_STORE_TALLY, &subject)) {
		note(work, ID7_CORRUPT, ID7_N("a record that is not ours"),
		     ID7_STORE_TALLY, "", NULL);
		return work->error == ID7_OK;
	}
	id7_store_account_key(&subject, account);
	if (id7_gdbm_fetch(&work->accounts, account, sealed, sizeof sealed) !=
	    ID7_NOT_FOUND)
		return true;
	error = id7_tallies_read(work->mend->store, &work->tallies, &subject,
				 &now);
	if (key[strlen(key) - 1] == 'b' && now.found[0])
		return true;
	mend_orphan(work, &subject, account, &now,
		    error == ID7_OK &&
			    (now.tally.flags & ID7_TALLY_PROVISIONAL) != 0);
	return work->error == ID7_OK;
}

/* A shard of the backup that cannot be read fills no gap. */
static void
open_old(struct work *work)
{
	struct id7_store *from = work->mend->from;

	if (from == NULL)
		return;
	if (id7_shard_open(from, work->shard, ID7_STORE_DB, false,
			   &work->old_accounts) != ID7_OK)
		work->old_accounts.handle = NULL;
	if (id7_shard_open(from, work->shard, ID7_STORE_TALLY, false,
			   &work->old_tallies) != ID7_OK)
		work->old_tallies.handle = NULL;
}

static enum id7_error
find(struct work *work)
{
	struct id7_store *store = work->mend->store;
	enum id7_error error;

	error = id7_shard_open(store, work->shard, ID7_STORE_DB, false,
			       &work->accounts);
	if (error == ID7_OK)
		error = id7_shard_open(store, work->shard, ID7_STORE_TALLY,
				       false, &work->tallies);
	if (error != ID7_OK)
		return error;
	open_old(work);
	error = id7_gdbm_each(&work->accounts, ID7_SEALED_LEN, mend_account,
			      work);
	if (error == ID7_OK && work->error == ID7_OK)
		error = id7_gdbm_each(&work->tallies, ID7_TALLY_LEN,
				      mend_lonely, work);
	return work->error != ID7_OK ? work->error : error;
}

/* Tallies first: an account that is inserted has one already. */
static enum id7_error
apply(struct work *work)
{
	static const enum id7_store_file order[] = {ID7_STORE_TALLY,
						    ID7_STORE_DB};
	enum id7_error error = ID7_OK;

	for (size_t f = 0; f < 2 && error == ID7_OK; f++) {
		struct changes *changes =
			&work->edits[order[f] == ID7_STORE_TALLY];
		struct id7_edit *edits =
			calloc(changes->count + 1, sizeof *edits);

		if (edits == NULL)
			return ID7_NO_MEMORY;
		for (size_t i = 0; i < changes->count; i++) {
			edits[i] = changes->change[i].edit;
			edits[i].value = changes->change[i].value;
		}
		if (changes->count > 0)
			error = id7_shard_edit(work->mend->store, work->shard,
					       order[f], edits, changes->count);
		free(edits);
	}
	return error;
}

void
id7_mend_tell(struct id7_mend *mend, enum id7_error error, const char *what,
	      const char *file, const char *name, const char *done)
{
	struct id7_store_finding finding = {.error = error, .what = what};

	(void)snprintf(finding.file, sizeof finding.file, "%s", file);
	(void)snprintf(finding.name, sizeof finding.name, "%s", name);
	if (done != NULL)
		mend->repaired->mended++;
	if (error != ID7_OK && (done == NULL || done == prepared))
		mend->repaired->left++;
	if (mend->told != NULL)
		mend->told(&finding, done, mend->context);
}

enum id7_error
id7_mend_records(struct id7_mend *mend, struct id7_shard shard)
{
	auto_work work = {.mend = mend, .shard = shard};
	char path[ID7_STORE_FILE_MAX + 1];
	enum id7_error error = find(&work);

	if (error == ID7_OK && !mend->dry_run)
		error = apply(&work);
	for (size_t i = 0; i < work.notes && error == ID7_OK; i++) {
		const struct note *n = &work.note[i];

		id7_shard_name(mend->store, shard, n->file, path);
		id7_mend_tell(mend, n->error, n->what, path, n->name, n->done);
	}
	return error;
}
