/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Repair mends without inventing; compact loses nothing. */
#include <fcntl.h>

#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#define MANY 240

struct seen {
	unsigned int mended;
	unsigned int left;
	char what[80];
};

static void
told(const struct id7_store_finding *finding, const char *done, void *context)
{
	struct seen *seen = context;

	seen->mended += done != NULL;
	seen->left += done == NULL;
	snprintf(seen->what, sizeof seen->what, "%.79s", finding->what);
}

/* One repair, judged by its findings and by what it counts. */
static struct seen
repair(struct id7_store *store, const char *from, bool dry_run)
{
	struct id7_store_repaired repaired;
	struct seen seen = {0};

	CHECK_INT(
		id7_store_repair(store, from, dry_run, told, &seen, &repaired),
		ID7_OK);
	CHECK_INT(repaired.mended, seen.mended);
	CHECK(repaired.left >= seen.left);
	return seen;
}

/* What `name` was told: damage before, none afterwards, none of it invented. */
static void
mends(struct id7_store *store, const char *from, const char *what)
{
	long before = temp_store_findings(store);
	struct seen seen = repair(store, from, true);

	CHECK_INT(temp_store_findings(store), before);
	CHECK_STR(seen.what, what);
	CHECK_INT(seen.mended, 1);
	seen = repair(store, from, false);
	CHECK_STR(seen.what, what);
	CHECK_INT(seen.mended, 1);
	CHECK_INT(temp_store_findings(store), 0);
	seen = repair(store, from, false);
	CHECK_INT(seen.mended + seen.left, 0);
}

static void
edit_tally(struct id7_store *store, const char *name, unsigned int copy,
	   enum id7_edit_kind kind, const struct id7_tally *tally)
{
	struct id7_subject subject = temp_store_subject(store, name);
	struct id7_edit edit = {.kind = kind, .len = ID7_TALLY_LEN};
	uint8_t bytes[ID7_TALLY_LEN] = {0};

	id7_store_tally_key(&subject, copy, edit.key);
	if (tally != NULL)
		id7_tallies_encode(store, &subject, copy, tally, bytes);
	edit.value = kind == ID7_EDIT_DELETE ? NULL : bytes;
	CHECK_INT(id7_shard_edit(store, id7_shard_of(store, &subject),
				 ID7_STORE_TALLY, &edit, 1),
		  ID7_OK);
}

static void
edit_account(struct id7_store *store, const char *name, const void *sealed)
{
	struct id7_subject subject = temp_store_subject(store, name);
	struct id7_edit edit = {.kind = sealed == NULL ? ID7_EDIT_DELETE
						       : ID7_EDIT_REPLACE,
				.value = sealed,
				.len = ID7_SEALED_LEN};

	id7_store_account_key(&subject, edit.key);
	CHECK_INT(id7_shard_edit(store, id7_shard_of(store, &subject),
				 ID7_STORE_DB, &edit, 1),
		  ID7_OK);
}

static struct id7_tally
tally_of(struct id7_store *store, const char *name)
{
	struct id7_subject subject = temp_store_subject(store, name);
	struct id7_tally tally = {0};

	CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_OK);
	return tally;
}

/* A failure, so that what is kept can be told from what is made. */
static void
fail(struct id7_store *store, const char *name)
{
	struct id7_tally tally = tally_of(store, name);

	tally.lane[0].failures = 1;
	tally.lane[0].failure[0].fingerprint = 77;
	tally.seq += 2;
	edit_tally(store, name, 0, ID7_EDIT_REPLACE, &tally);
	tally.seq++;
	edit_tally(store, name, 1, ID7_EDIT_REPLACE, &tally);
}

static void
test_copies(struct id7_store *store)
{
	struct id7_tally tally;

	fail(store, "alice");
	edit_tally(store, "alice", 0, ID7_EDIT_DELETE, NULL);
	mends(store, NULL, "one copy of a tally is missing");
	CHECK_INT(tally_of(store, "alice").lane[0].failures, 1);
	edit_tally(store, "alice", 0, ID7_EDIT_REPLACE, NULL);
	mends(store, NULL,
	      "one copy of a tally is damaged, the other one serves");
	CHECK_INT(tally_of(store, "alice").lane[0].failures, 1);
	tally = tally_of(store, "alice");
	tally.epoch = 9;
	tally.seq += 5;
	edit_tally(store, "alice", 1, ID7_EDIT_REPLACE, &tally);
	CHECK_INT(temp_store_findings(store), 1);
	mends(store, NULL, "a tally is ahead of its account");
	CHECK_INT(tally_of(store, "alice").lane[0].failures, 1);
	CHECK_INT(tally_of(store, "alice").epoch, 1);
	tally = tally_of(store, "alice");
	tally.flags = ID7_TALLY_PROVISIONAL;
	tally.seq += 5;
	edit_tally(store, "alice", 1, ID7_EDIT_REPLACE, &tally);
	mends(store, NULL, "adding or removing it was interrupted");
	CHECK_INT(tally_of(store, "alice").flags, 0);
}

/* Two unsound copies are for an administrator to decide. */
static void
test_lost(struct id7_store *store)
{
	struct id7_store_repaired repaired;
	struct seen seen;

	edit_tally(store, "alice", 0, ID7_EDIT_REPLACE, NULL);
	edit_tally(store, "alice", 1, ID7_EDIT_REPLACE, NULL);
	seen = repair(store, NULL, false);
	CHECK_INT(seen.left, 1);
	edit_tally(store, "alice", 0, ID7_EDIT_DELETE, NULL);
	edit_tally(store, "alice", 1, ID7_EDIT_DELETE, NULL);
	CHECK_INT(id7_store_repair(store, NULL, false, told, &seen, &repaired),
		  ID7_OK);
	CHECK_STR(seen.what, "account without a tally");
	CHECK_INT(repaired.left, 1);
	CHECK_INT(temp_store_findings(store), 1);
	seen = repair(store, NULL, false);
	CHECK_STR(seen.what, "both copies of a tally are damaged");
	CHECK_INT(seen.left, 1);
}

static void
test_from(struct temp_store *t, struct id7_store *store, const char *from)
{
	uint8_t nonsense[ID7_SEALED_LEN] = {1};
	struct id7_account a;
	struct seen seen;
	char path[200];

	mends(store, from, "both copies of a tally are damaged");
	CHECK_INT(id7_store_get(store, "alice", &a), ID7_OK);
	edit_account(store, "alice", nonsense);
	seen = repair(store, NULL, false);
	CHECK_INT(seen.left, 1);
	mends(store, from, "an account's record cannot be read");
	edit_account(store, "alice", NULL);
	CHECK_INT(id7_store_get(store, "alice", &a), ID7_CORRUPT);
	seen = repair(store, NULL, false);
	CHECK_INT(seen.left, 1);
	mends(store, from, "tally without an account");
	CHECK_INT(id7_store_get(store, "alice", &a), ID7_OK);
	fail(store, "alice");
	temp_store_file(t, store, "alice", ID7_STORE_DB, path);
	CHECK_INT(truncate(path, 4096), 0);
	seen = repair(store, NULL, false);
	CHECK_INT(seen.left, 1);
	mends(store, from, "a file cannot be read");
	CHECK_INT(id7_store_get(store, "alice", &a), ID7_OK);
	CHECK_INT(tally_of(store, "alice").lane[0].failures, 1);
	/* The account is not the backup's when only the tally is. */
	a.birthdate = 20010203;
	CHECK_INT(id7_store_put(store, &a, temp_store_long()), ID7_OK);
	temp_store_file(t, store, "alice", ID7_STORE_TALLY, path);
	CHECK_INT(unlink(path), 0);
	mends(store, from, "a file cannot be read");
	CHECK_INT(id7_store_get(store, "alice", &a), ID7_OK);
	CHECK_INT(a.birthdate, 20010203);
}

static void
test_leftovers(struct temp_store *t, struct id7_store *store)
{
	struct id7_tally tally = tally_of(store, "alice");
	char path[200];

	snprintf(path, sizeof path, "%s/g000001/003.db.tmp", t->dir);
	CHECK_INT(mknod(path, S_IFREG | 0600, 0), 0);
	mends(store, NULL, "left by an interrupted change");
	CHECK(access(path, F_OK) != 0);
	snprintf(path, sizeof path, "%s/meta.tmp", t->dir);
	CHECK_INT(mknod(path, S_IFREG | 0600, 0), 0);
	mends(store, NULL, "left by an interrupted change");
	snprintf(path, sizeof path, "%s/g000002.new", t->dir);
	CHECK_INT(mkdir(path, 0700), 0);
	mends(store, NULL, "a generation that is not in use");
	CHECK(access(path, F_OK) != 0);
	snprintf(path, sizeof path, "%s/g000001/00a.lock", t->dir);
	CHECK_INT(unlink(path), 0);
	mends(store, NULL, "a lock file is missing");
	snprintf(path, sizeof path, "%s/phantom-07.tally", t->dir);
	CHECK_INT(truncate(path, 4096), 0);
	mends(store, NULL, "a record of the ring of phantoms is damaged");
	tally.flags = ID7_TALLY_PROVISIONAL;
	edit_tally(store, "nobody", 0, ID7_EDIT_INSERT, &tally);
	edit_tally(store, "nobody", 1, ID7_EDIT_INSERT, &tally);
	mends(store, NULL, "left by an interrupted add or remove");
}

static void
test_refused(struct temp_store *t, struct id7_store *store)
{
	struct id7_store_repaired repaired;

	CHECK_INT(id7_store_repair(store, temp_path(&t->temp, "none"), false,
				   NULL, NULL, &repaired),
		  ID7_NOT_FOUND);
	CHECK_INT(id7_store_init(temp_path(&t->temp, "other"), t->keys, 1, 1,
				 NULL),
		  ID7_OK);
	CHECK_INT(id7_store_repair(store, temp_path(&t->temp, "other"), false,
				   NULL, NULL, &repaired),
		  ID7_EXISTS);
}

static void
test_compact(void)
{
	struct id7_store_compacted compacted;
	struct id7_store *store;
	struct temp_store t;
	struct id7_account a;
	char name[16], path[200];

	temp_store_make(&t);
	store = temp_store_open(&t);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "u%d", i);
		CHECK_INT(temp_store_add(store, name), ID7_OK);
	}
	fail(store, "u7");
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "u%d", i);
		if (i % 8 != 7)
			CHECK_INT(id7_store_remove(store, name,
						   temp_store_long()),
				  ID7_OK);
	}
	CHECK_INT(id7_store_compact(store, &compacted), ID7_OK);
	CHECK(compacted.files > 0 && compacted.after < compacted.before);
	printf("%llu bytes, compacted %llu\n",
	       (unsigned long long)compacted.before,
	       (unsigned long long)compacted.after);
	CHECK_INT(temp_store_findings(store), 0);
	for (int i = 7; i < MANY; i += 8) {
		snprintf(name, sizeof name, "u%d", i);
		CHECK_INT(id7_store_get(store, name, &a), ID7_OK);
	}
	CHECK_INT(tally_of(store, "u7").lane[0].failures, 1);
	CHECK_INT(id7_store_compact(store, &compacted), ID7_OK);
	CHECK_INT(compacted.files, 0);
	CHECK_INT(temp_store_add(store, "after"), ID7_OK);
	temp_store_file(&t, store, "u7", ID7_STORE_DB, path);
	CHECK_INT(truncate(path, 4096), 0);
	CHECK_INT(id7_store_compact(store, &compacted), ID7_CORRUPT);
	id7_store_close(&store);
	temp_remove(&t.temp);
}

int
main(void)
{
	struct id7_store_counts counts;
	struct id7_store *store;
	struct temp_store t;
	char from[100];
	struct seen seen;

	temp_store_make(&t);
	store = temp_store_open(&t);
	CHECK_INT(temp_store_add(store, "alice"), ID7_OK);
	CHECK_INT(temp_store_add(store, "bob"), ID7_OK);
	seen = repair(store, NULL, false);
	CHECK_INT(seen.mended + seen.left, 0);
	snprintf(from, sizeof from, "%.60s/b", t.temp.dir);
	CHECK_INT(id7_store_backup(store, from, NULL, NULL, &counts), ID7_OK);
	test_copies(store);
	test_lost(store);
	test_from(&t, store, from);
	test_leftovers(&t, store);
	test_refused(&t, store);
	id7_store_close(&store);
	temp_remove(&t.temp);
	test_compact();
	return check_done();
}
