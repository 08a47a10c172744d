/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backups: whole, private, checked, and taken while the store is in use. */
#include <signal.h>
#include <sys/wait.h>

#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#define WORKERS 8
#define ROUNDS 6

static const struct id7_policy policy = {
	.deny = 16, .fail_interval = 900, .unlock_time = 600, .lease = 30};

struct steps {
	uint64_t calls;
	uint64_t done;
	uint64_t total;
	bool backwards;
};

static void
step(uint64_t done, uint64_t total, void *context)
{
	struct steps *steps = context;

	steps->backwards |= done < steps->done;
	steps->calls++;
	steps->done = done;
	steps->total = total;
}

/* A store of its own in the place of the backup. */
static struct temp_store
as_store(const struct temp_store *t, const char *name)
{
	struct temp_store copy = *t;

	snprintf(copy.dir, sizeof copy.dir, "%.50s/%.20s", t->temp.dir, name);
	return copy;
}

static void
check_mode(const char *path, mode_t wanted)
{
	struct stat st = {0};

	CHECK_INT(lstat(path, &st), 0);
	CHECK_INT(st.st_mode & 07777, wanted);
}

static void
test_whole(struct temp_store *t)
{
	struct temp_store copy = as_store(t, "b1");
	struct id7_store *store = temp_store_open(t);
	struct id7_store_counts counts;
	struct steps steps = {0};
	struct id7_account a, b;
	char path[200];

	CHECK_INT(temp_store_add(store, "alice"), ID7_OK);
	CHECK_INT(temp_store_add(store, "bob"), ID7_OK);
	id7_store_watch(store, step, &steps);
	CHECK_INT(id7_store_backup(store, copy.dir, NULL, NULL, &counts),
		  ID7_OK);
	CHECK_INT(counts.accounts, 2);
	CHECK_INT(counts.findings, 0);
	CHECK(steps.calls >= 32 && !steps.backwards);
	CHECK_INT(steps.done, steps.total);
	CHECK_INT(id7_store_get(store, "alice", &a), ID7_OK);
	id7_store_close(&store);
	check_mode(copy.dir, 0700);
	snprintf(path, sizeof path, "%s/meta", copy.dir);
	check_mode(path, 0600);
	snprintf(path, sizeof path, "%s/g000001/00f.tally", copy.dir);
	check_mode(path, 0600);
	snprintf(path, sizeof path, "%s.tmp", copy.dir);
	CHECK(access(path, F_OK) != 0);
	store = temp_store_open(&copy);
	CHECK_INT(id7_store_get(store, "alice", &b), ID7_OK);
	CHECK_MEM(a.id, b.id, ID7_ID_LEN);
	CHECK_INT(temp_store_findings(store), 0);
	CHECK_INT(temp_store_add(store, "carol"), ID7_OK);
	id7_store_close(&store);
}

/* No key goes along. */
static void
test_no_key(struct temp_store *t)
{
	char command[300];

	snprintf(command, sizeof command,
		 "! find %s/b1 -name '*.key' | grep -q . &&"
		 " ! grep -rqsF \"$(sed -n 2p %s/1.key)\" %s/b1",
		 t->temp.dir, t->keys, t->temp.dir);
	CHECK_INT(system(command), 0);
}

static void
test_refused(struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_store_counts counts;
	struct temp_store copy = as_store(t, "b2");
	char path[200];

	CHECK_INT(id7_store_backup(store, temp_path(&t->temp, "b1"), NULL, NULL,
				   &counts),
		  ID7_EXISTS);
	CHECK_STR(id7_store_fault(store)->subject, temp_path(&t->temp, "b1"));
	CHECK_INT(id7_store_backup(store, temp_path(&t->temp, "no/b"), NULL,
				   NULL, &counts),
		  ID7_IO);
	CHECK_INT(id7_store_backup(store, "", NULL, NULL, &counts),
		  ID7_INVALID);
	CHECK_INT(id7_store_backup(store, "/", NULL, NULL, &counts),
		  ID7_INVALID);
	CHECK_INT(symlink(t->dir, temp_path(&t->temp, "link")), 0);
	CHECK_INT(id7_store_backup(store, temp_path(&t->temp, "link"), NULL,
				   NULL, &counts),
		  ID7_EXISTS);
	/* An empty directory is taken, and what was left behind goes. */
	CHECK_INT(mkdir(copy.dir, 0755), 0);
	snprintf(path, sizeof path, "%s.tmp", copy.dir);
	CHECK_INT(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s.tmp/g000001", copy.dir);
	CHECK_INT(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s.tmp/g000001/fff.db", copy.dir);
	CHECK_INT(mknod(path, S_IFREG | 0600, 0), 0);
	snprintf(path, sizeof path, "%s/", copy.dir);
	CHECK_INT(id7_store_backup(store, path, NULL, NULL, &counts), ID7_OK);
	check_mode(copy.dir, 0700);
	snprintf(path, sizeof path, "%s/g000001/fff.db", copy.dir);
	CHECK(access(path, F_OK) != 0);
	id7_store_close(&store);
}

/* Damage goes along and is told; a missing file is no backup. */
static void
test_damaged(struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct temp_store copy = as_store(t, "b3");
	struct id7_store_counts counts;
	char path[200];

	temp_store_file(t, store, "alice", ID7_STORE_TALLY, path);
	CHECK_INT(truncate(path, 5000), 0);
	CHECK_INT(id7_store_backup(store, copy.dir, NULL, NULL, &counts),
		  ID7_OK);
	CHECK(counts.findings > 0);
	CHECK_INT(unlink(path), 0);
	CHECK_INT(id7_store_backup(store, temp_path(&t->temp, "b4"), NULL, NULL,
				   &counts),
		  ID7_CORRUPT);
	CHECK(access(temp_path(&t->temp, "b4"), F_OK) != 0);
	CHECK(access(temp_path(&t->temp, "b4.tmp"), F_OK) != 0);
	id7_store_close(&store);
}

static void
attempt(struct id7_store *store, const char *name)
{
	struct id7_subject subject = temp_store_subject(store, name);
	struct id7_now now = id7_clock_now();
	struct id7_settled settled;
	struct id7_ticket ticket;
	enum id7_claim claim;
	struct id7_account a;

	if (id7_store_get(store, name, &a) != ID7_OK ||
	    id7_store_reserve(store, &subject, a.id, a.epoch, false, &policy,
			      &now, &(struct id7_whence){0}, temp_store_long(),
			      &claim, &ticket) != ID7_OK ||
	    id7_store_settle(store, &ticket, a.id, a.epoch, &policy, &now,
			     ID7_SETTLE_RIGHT, 0, temp_store_long(),
			     &settled) != ID7_OK)
		_exit(1);
}

/* One that logs in, changes, adds and removes until it is killed. */
static void
work(const struct temp_store *t, int number)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_account a;
	char name[16];

	for (unsigned int i = 0;; i++) {
		snprintf(name, sizeof name, "w%d-%u", number, i);
		if (temp_store_add(store, name) != ID7_OK)
			_exit(2);
		attempt(store, name);
		attempt(store, "shared");
		if (id7_store_get(store, name, &a) != ID7_OK ||
		    id7_store_put(store, &a, temp_store_long()) != ID7_OK)
			_exit(3);
		if (i % 4 != 0 &&
		    id7_store_remove(store, name, temp_store_long()) != ID7_OK)
			_exit(4);
	}
}

static void
test_in_use(void)
{
	struct id7_store_counts counts;
	struct id7_store *store;
	pid_t worker[WORKERS];
	struct temp_store t;
	char name[32];
	int status;

	temp_store_make(&t);
	store = temp_store_open(&t);
	CHECK_INT(temp_store_add(store, "shared"), ID7_OK);
	for (int i = 0; i < WORKERS; i++) {
		worker[i] = fork();
		if (worker[i] == 0)
			work(&t, i);
	}
	for (int i = 0; i < ROUNDS; i++) {
		snprintf(name, sizeof name, "use%d", i);
		CHECK_INT(id7_store_backup(store, temp_path(&t.temp, name),
					   NULL, NULL, &counts),
			  ID7_OK);
		CHECK_INT(counts.findings, 0);
		CHECK(counts.accounts >= 1);
	}
	for (int i = 0; i < WORKERS; i++) {
		kill(worker[i], SIGTERM);
		waitpid(worker[i], &status, 0);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	}
	id7_store_close(&store);
	temp_remove(&t.temp);
}

static void
test_stats(void)
{
	struct id7_store_stats stats = {0};
	struct id7_store *store;
	struct temp_store t;

	temp_store_make(&t);
	store = temp_store_open(&t);
	CHECK_INT(temp_store_add(store, "alice"), ID7_OK);
	CHECK_INT(id7_store_stats(store, &stats), ID7_OK);
	CHECK_INT(stats.accounts, 1);
	CHECK_INT(stats.least, 0);
	CHECK_INT(stats.most, 1);
	CHECK_INT(stats.shards, 16);
	CHECK_INT(stats.files, 16 * 3 + 64 + 1);
	CHECK_INT(stats.version, 1);
	CHECK_INT(stats.generation, 1);
	CHECK_INT(stats.created, 1700000000);
	CHECK(stats.bytes > 0 && stats.free > 0);
	id7_store_close(&store);
	temp_remove(&t.temp);
}

int
main(void)
{
	struct temp_store t;

	temp_store_make(&t);
	test_whole(&t);
	test_no_key(&t);
	test_refused(&t);
	test_damaged(&t);
	temp_remove(&t.temp);
	test_in_use();
	test_stats();
	return check_done();
}
