/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Restores: accounts come back, counts stay, handles follow, others are
 * refused. */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#define WORKERS 4
#define ROUNDS 4

static const struct id7_policy policy = {
	.deny = 3, .fail_interval = 900, .unlock_time = 600, .lease = 30};

static enum id7_error
reserve(struct id7_store *store, const char *name, enum id7_claim *ret_claim,
	struct id7_ticket *ret_ticket)
{
	struct id7_subject subject = temp_store_subject(store, name);
	struct id7_now now = id7_clock_now();
	struct id7_account a;
	enum id7_error error = id7_store_get(store, name, &a);

	return error != ID7_OK
		       ? error
		       : id7_store_reserve(
				 store, &subject, a.id, a.epoch, false, &policy,
				 &now, &(struct id7_whence){0},
				 temp_store_long(), ret_claim, ret_ticket);
}

static enum id7_error
settle(struct id7_store *store, const char *name, struct id7_ticket *ticket,
       enum id7_settlement how, struct id7_settled *ret_settled)
{
	struct id7_now now = id7_clock_now();
	struct id7_account a;
	static uint32_t fingerprint;
	enum id7_error error = id7_store_get(store, name, &a);

	return error != ID7_OK
		       ? error
		       : id7_store_settle(store, ticket, a.id, a.epoch, &policy,
					  &now, how, ++fingerprint,
					  temp_store_long(), ret_settled);
}

/* Failures of `name` after one more, or how the claim was refused (negative).
 */
static long
fail(struct id7_store *store, const char *name)
{
	struct id7_settled settled;
	struct id7_ticket ticket;
	enum id7_claim claim;

	CHECK_INT(reserve(store, name, &claim, &ticket), ID7_OK);
	CHECK_INT(settle(store, name, &ticket, ID7_SETTLE_WRONG, &settled),
		  ID7_OK);
	return claim == ID7_CLAIM_RESERVED ? (long)settled.failures
					   : -(long)claim;
}

static uint32_t
failures(struct id7_store *store, const char *name)
{
	struct id7_subject subject = temp_store_subject(store, name);
	struct id7_tally tally = {0};

	CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_OK);
	return tally.lane[ID7_LANE_REMOTE].failures;
}

static void
change(struct id7_store *store, const char *name, bool epoch)
{
	struct id7_account a;

	CHECK_INT(id7_store_get(store, name, &a), ID7_OK);
	a.epoch += epoch;
	a.birthdate = 20010203;
	CHECK_INT(id7_store_put(store, &a, temp_store_long()), ID7_OK);
}

static void
backup(struct temp_store *t, const char *name)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_store_counts counts;

	CHECK_INT(id7_store_backup(store, temp_path(&t->temp, name), NULL, NULL,
				   &counts),
		  ID7_OK);
	id7_store_close(&store);
}

static enum id7_error
restore(struct temp_store *t, const char *name, bool any,
	struct id7_store_restored *ret_restored, struct id7_fault *ret_fault)
{
	return id7_store_restore(temp_path(&t->temp, name), t->dir, t->keys,
				 any, NULL, NULL, ret_restored, ret_fault);
}

static bool
there(const struct temp_store *t, const char *name)
{
	char path[200];

	snprintf(path, sizeof path, "%s/%s", t->dir, name);
	return access(path, F_OK) == 0;
}

/* Accounts come back, counts stay; a handle that was open goes on. */
static void
test_back(struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_store_restored done;
	struct id7_fault fault = {0};
	struct id7_account a;

	CHECK_INT(temp_store_add(store, "alice"), ID7_OK);
	CHECK_INT(temp_store_add(store, "bob"), ID7_OK);
	CHECK_INT(temp_store_add(store, "dave"), ID7_OK);
	CHECK_INT(fail(store, "bob"), 1);
	CHECK_INT(fail(store, "bob"), 2);
	backup(t, "b");
	change(store, "alice", false);
	CHECK_INT(fail(store, "alice"), 1);
	change(store, "dave", true);
	CHECK_INT(fail(store, "dave"), 1);
	CHECK_INT(fail(store, "dave"), 2);
	CHECK_INT(fail(store, "dave"), 3);
	CHECK_INT(id7_store_remove(store, "bob", temp_store_long()), ID7_OK);
	CHECK_INT(temp_store_add(store, "carol"), ID7_OK);
	CHECK_INT(restore(t, "b", false, &done, &fault), ID7_OK);
	CHECK_INT(done.accounts, 3);
	CHECK_INT(done.carried, 2);
	CHECK_INT(done.refused + done.unread, 0);
	CHECK_INT(done.generation, 2);
	CHECK(there(t, "g000002") && !there(t, "g000001"));
	CHECK_INT(id7_store_get(store, "alice", &a), ID7_OK);
	CHECK_INT(a.birthdate, 0);
	CHECK_INT(id7_store_get(store, "carol", &a), ID7_NOT_FOUND);
	CHECK_INT(failures(store, "alice"), 1);
	CHECK_INT(fail(store, "alice"), 2);
	/* The backup knows of two; there was nobody to count them since. */
	CHECK_INT(fail(store, "bob"), 3);
	CHECK_INT(fail(store, "dave"), -(long)ID7_CLAIM_LOCKED_OUT);
	CHECK_INT(temp_store_findings(store), 0);
	change(store, "alice", true);
	CHECK_INT(fail(store, "alice"), 1);
	/* Again, over what there is now. */
	CHECK_INT(restore(t, "b", false, &done, &fault), ID7_OK);
	CHECK_INT(done.generation, 3);
	CHECK_INT(fail(store, "alice"), 2);
	CHECK_INT(temp_store_findings(store), 0);
	id7_store_close(&store);
}

/* A tally never stays ahead of its account, or no new password would clear it.
 */
static void
test_epoch(struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_subject subject = temp_store_subject(store, "dave");
	struct id7_tally tally = {0};
	struct id7_account a;

	CHECK_INT(id7_store_get(store, "dave", &a), ID7_OK);
	CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_OK);
	CHECK_INT(a.epoch, 1);
	CHECK_INT(tally.epoch, 1);
	id7_store_close(&store);
}

/* Neither right nor wrong: nobody was judged by what is no longer there. */
static void
test_under_way(struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_store_restored done;
	struct id7_settled settled;
	struct id7_ticket ticket;
	struct id7_account a;
	enum id7_claim claim;

	CHECK_INT(temp_store_add(store, "eve"), ID7_OK);
	CHECK_INT(fail(store, "eve"), 1);
	backup(t, "way");
	CHECK_INT(reserve(store, "eve", &claim, &ticket), ID7_OK);
	CHECK_INT(claim, ID7_CLAIM_RESERVED);
	CHECK_INT(restore(t, "way", false, &done, NULL), ID7_OK);
	CHECK_INT(settle(store, "eve", &ticket, ID7_SETTLE_RIGHT, &settled),
		  ID7_BUSY);
	CHECK(!ticket.live);
	CHECK_INT(failures(store, "eve"), 1);
	CHECK_INT(fail(store, "eve"), 2);
	/* Looked up before, counted after: an old epoch must empty nothing. */
	CHECK_INT(id7_store_get(store, "eve", &a), ID7_OK);
	CHECK_INT(restore(t, "way", false, &done, NULL), ID7_OK);
	struct id7_subject subject = temp_store_subject(store, "eve");
	struct id7_now now = id7_clock_now();
	CHECK_INT(id7_store_reserve(store, &subject, a.id, a.epoch + 1, false,
				    &policy, &now, &(struct id7_whence){0},
				    temp_store_long(), &claim, &ticket),
		  ID7_BUSY);
	CHECK_INT(id7_store_put(store, &a, temp_store_long()), ID7_STALE);
	CHECK_INT(failures(store, "eve"), 2);
	/* Closed with a reservation of the old generation in hand. */
	CHECK_INT(reserve(store, "eve", &claim, &ticket), ID7_OK);
	CHECK_INT(restore(t, "way", false, &done, NULL), ID7_OK);
	id7_store_close(&store);
	store = temp_store_open(t);
	CHECK_INT(failures(store, "eve"), 2);
	CHECK_INT(temp_store_findings(store), 0);
	id7_store_close(&store);
}

static void
test_refused(struct temp_store *t)
{
	struct id7_store_restored done;
	struct id7_fault fault = {0};
	struct id7_store *store, *old;
	struct temp_store other;
	char path[200];

	CHECK_INT(id7_store_restore(t->dir, t->dir, t->keys, true, NULL, NULL,
				    &done, &fault),
		  ID7_INVALID);
	CHECK_INT(restore(t, "none", true, &done, &fault), ID7_NOT_FOUND);
	temp_store_make(&other);
	CHECK_INT(id7_store_restore(other.dir, t->dir, t->keys, true, NULL,
				    NULL, &done, &fault),
		  ID7_WRONG_KEY);
	CHECK_INT(fault.trouble, ID7_TROUBLE_WRONG_KEY);
	/* Another store under the same key: only when that is meant. */
	snprintf(path, sizeof path, "%s/second", t->temp.dir);
	CHECK_INT(id7_store_init(path, t->keys, 1, 1, NULL), ID7_OK);
	CHECK_INT(id7_store_restore(path, t->dir, t->keys, false, NULL, NULL,
				    &done, &fault),
		  ID7_EXISTS);
	old = temp_store_open(t);
	CHECK_INT(fail(old, "alice"), 3);
	CHECK_INT(id7_store_restore(path, t->dir, t->keys, true, NULL, NULL,
				    &done, &fault),
		  ID7_OK);
	CHECK_INT(done.accounts, 0);
	struct id7_account a;
	CHECK_INT(id7_store_get(old, "alice", &a), ID7_BUSY);
	id7_store_close(&old);
	store = temp_store_open(t);
	CHECK_INT(id7_store_get(store, "alice", &a), ID7_NOT_FOUND);
	CHECK_INT(temp_store_findings(store), 0);
	id7_store_close(&store);
	CHECK_INT(restore(t, "b", true, &done, &fault), ID7_OK);
	temp_remove(&other.temp);
}

/* Out of nothing, out of a store without its meta, out of a damaged one. */
static void
test_ruins(struct temp_store *t)
{
	struct id7_store_restored done;
	struct id7_fault fault = {0};
	struct temp_store fresh = *t;
	struct id7_store *store;
	char path[200];
	int fd;

	snprintf(fresh.dir, sizeof fresh.dir, "%.50s/fresh", t->temp.dir);
	CHECK_INT(restore(&fresh, "b", false, &done, &fault), ID7_OK);
	store = temp_store_open(&fresh);
	CHECK_INT(fail(store, "bob"), 3);
	CHECK_INT(temp_store_findings(store), 0);
	id7_store_close(&store);
	snprintf(path, sizeof path, "%s/meta", fresh.dir);
	CHECK_INT(unlink(path), 0);
	CHECK_INT(restore(&fresh, "b", false, &done, &fault), ID7_OK);
	CHECK(!there(&fresh, "g000001") && there(&fresh, "g000002"));
	snprintf(path, sizeof path, "ls -d %s/g000001.old-*/000.db >%s/ls",
		 fresh.dir, fresh.temp.dir);
	CHECK_INT(system(path), 0);
	snprintf(path, sizeof path, "%s/meta", fresh.dir);
	fd = open(path, O_WRONLY);
	CHECK_INT(pwrite(fd, "x", 1, 100), 1);
	close(fd);
	CHECK_INT(restore(&fresh, "b", false, &done, &fault), ID7_CORRUPT);
	CHECK_INT(restore(&fresh, "b", true, &done, &fault), ID7_OK);
	store = temp_store_open(&fresh);
	CHECK_INT(temp_store_findings(store), 0);
	id7_store_close(&store);
}

/* Damaged shards of the store: the backup's counts, and it is said. */
static void
test_damaged(struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_store_restored done;
	char path[200];

	CHECK_INT(restore(t, "b", false, &done, NULL), ID7_OK);
	temp_store_file(t, store, "bob", ID7_STORE_TALLY, path);
	id7_store_close(&store);
	store = temp_store_open(t);
	temp_store_file(t, store, "bob", ID7_STORE_TALLY, path);
	CHECK_INT(truncate(path, 4096), 0);
	CHECK_INT(restore(t, "b", false, &done, NULL), ID7_OK);
	CHECK_INT(done.unread, 1);
	CHECK_INT(fail(store, "bob"), 3);
	/* A shard that is damaged in the backup, too, refuses. */
	temp_store_file(t, store, "bob", ID7_STORE_TALLY, path);
	CHECK_INT(truncate(path, 4096), 0);
	snprintf(path, sizeof path,
		 "for f in %s/b/g*/*.tally; do truncate -s 4096 $f; done",
		 t->temp.dir);
	CHECK_INT(system(path), 0);
	CHECK_INT(restore(t, "b", false, &done, NULL), ID7_OK);
	CHECK(done.refused >= 1);
	struct id7_account a;
	CHECK_INT(id7_store_get(store, "bob", &a), ID7_OK);
	struct id7_subject subject = temp_store_subject(store, "bob");
	struct id7_tally tally;
	CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_CORRUPT);
	CHECK(temp_store_findings(store) > 0);
	id7_store_close(&store);
}

/* A restore that cannot be built leaves the store, and nothing beside it. */
static void
test_given_up(struct temp_store *t)
{
	struct id7_store_restored done;
	struct id7_fault fault = {0};
	struct id7_store *store = temp_store_open(t);
	struct id7_account a;
	char path[200];

	backup(t, "short");
	snprintf(path, sizeof path, "rm %s/short/g*/00c.db", t->temp.dir);
	CHECK_INT(system(path), 0);
	CHECK_INT(restore(t, "short", true, &done, &fault), ID7_CORRUPT);
	CHECK(strstr(fault.subject, "/short/") != NULL);
	CHECK_INT(id7_store_get(store, "alice", &a), ID7_OK);
	snprintf(path, sizeof path, "! ls -d %s/g*.new 2>/dev/null", t->dir);
	CHECK_INT(system(path), 0);
	id7_store_close(&store);
}

/* Logs in without an end; every answer is right or busy. */
static void
work(const struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);

	for (;;) {
		struct id7_settled settled;
		struct id7_ticket ticket;
		enum id7_claim claim;
		enum id7_error error =
			reserve(store, "shared", &claim, &ticket);

		if (error == ID7_BUSY ||
		    (error == ID7_OK && claim == ID7_CLAIM_FULL))
			continue;
		if (error != ID7_OK)
			_exit(10 + (int)error);
		if (claim != ID7_CLAIM_RESERVED)
			_exit(2);
		error = settle(store, "shared", &ticket, ID7_SETTLE_RIGHT,
			       &settled);
		if (error == ID7_BUSY) {
			id7_store_close(&store);
			store = temp_store_open(t);
			continue;
		}
		if (error != ID7_OK)
			_exit(50 + (int)error);
		if (!settled.stands)
			_exit(3);
	}
}

static void
test_in_use(void)
{
	struct id7_store_restored done;
	struct id7_store *store;
	pid_t worker[WORKERS];
	struct temp_store t;
	int status;

	temp_store_make(&t);
	store = temp_store_open(&t);
	CHECK_INT(temp_store_add(store, "shared"), ID7_OK);
	id7_store_close(&store);
	backup(&t, "b");
	for (int i = 0; i < WORKERS; i++) {
		worker[i] = fork();
		if (worker[i] == 0)
			work(&t);
	}
	for (int i = 0; i < ROUNDS; i++)
		CHECK_INT(restore(&t, "b", false, &done, NULL), ID7_OK);
	for (int i = 0; i < WORKERS; i++) {
		kill(worker[i], SIGTERM);
		waitpid(worker[i], &status, 0);
		CHECK_INT(WIFEXITED(status) ? WEXITSTATUS(status) : -1, -1);
	}
	store = temp_store_open(&t);
	CHECK_INT(temp_store_findings(store), 0);
	id7_store_close(&store);
	temp_remove(&t.temp);
}

int
main(void)
{
	struct temp_store t;

	temp_store_make(&t);
	test_back(&t);
	test_epoch(&t);
	test_under_way(&t);
	test_refused(&t);
	test_given_up(&t);
	test_ruins(&t);
	test_damaged(&t);
	temp_remove(&t.temp);
	test_in_use();
	return check_done();
}
