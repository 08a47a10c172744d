/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store's contracts: what is found, kept, refused and told apart. */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "common/effects/file.h"
#include "common/effects/lock.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

static const struct id7_policy policy = {
	.deny = 3, .fail_interval = 900, .unlock_time = 600, .lease = 30};

/* An account's reservation and its end, as a login makes them. */
static enum id7_error
reserve(struct id7_store *store, const struct id7_account *account, bool marked,
	enum id7_claim *ret_claim, struct id7_ticket *ret_ticket)
{
	struct id7_subject subject = temp_store_subject(store, account->name);
	struct id7_now now = id7_clock_now();

	return id7_store_reserve(store, &subject, account->id, account->epoch,
				 marked, &policy, &now, &(struct id7_whence){0},
				 temp_store_long(), ret_claim, ret_ticket);
}

static enum id7_error
settle(struct id7_store *store, const struct id7_account *account,
       struct id7_ticket *ticket, enum id7_settlement how, uint32_t fingerprint,
       struct id7_settled *ret_settled)
{
	struct id7_now now = id7_clock_now();

	return id7_store_settle(store, ticket, account->id, account->epoch,
				&policy, &now, how, fingerprint,
				temp_store_long(), ret_settled);
}

/* One attempt; ID7_CLAIM_... of it, and what it settled to. */
static enum id7_claim
attempt(struct id7_store *store, const struct id7_account *account,
	enum id7_settlement how, uint32_t fingerprint,
	struct id7_settled *ret_settled)
{
	struct id7_ticket ticket;
	enum id7_claim claim;

	CHECK_INT(reserve(store, account, false, &claim, &ticket), ID7_OK);
	CHECK_INT(ticket.live, claim == ID7_CLAIM_RESERVED);
	CHECK_INT(
		settle(store, account, &ticket, how, fingerprint, ret_settled),
		ID7_OK);
	CHECK(!ticket.live);
	return claim;
}

static void
test_init(void)
{
	struct id7_fault fault = {0};
	struct id7_store *store = NULL;
	struct id7_store_counts counts;
	struct temp_store t;

	temp_store_make(&t);
	CHECK_INT(id7_store_init(t.dir, t.keys, 1, 0, &fault), ID7_EXISTS);
	CHECK_INT(fault.error, ID7_EXISTS);
	CHECK_INT(id7_store_init(temp_path(&t.temp, "other"),
				 temp_path(&t.temp, "nokeys"), 1, 0, &fault),
		  ID7_NO_KEY);
	CHECK_INT(id7_store_open(temp_path(&t.temp, "none"), t.keys, &store,
				 &fault),
		  ID7_NOT_FOUND);
	CHECK(store == NULL);
	CHECK_STR(fault.subject, temp_path(&t.temp, "none"));
	CHECK_INT(id7_store_init(temp_path(&t.temp, "large"), t.keys, 250000, 0,
				 &fault),
		  ID7_OK);
	CHECK_INT(id7_store_open(temp_path(&t.temp, "large"), t.keys, &store,
				 &fault),
		  ID7_OK);
	CHECK_INT(id7_store_check(store, NULL, NULL, &counts), ID7_OK);
	CHECK_INT(counts.shards, 512);
	CHECK_INT(counts.files, 512 * 3 + 64 + 1);
	CHECK_INT(counts.generation, 1);
	CHECK_INT(counts.findings + counts.accounts, 0);
	id7_store_close(&store);
	CHECK(store == NULL);
	id7_store_close(&store);
	temp_remove(&t.temp);
}

/* What an unfinished init, or a lost meta, leaves: init goes on, nothing lost.
 */
static void
test_init_again(void)
{
	struct id7_fault fault = {0};
	struct id7_store *store;
	char path[200];
	struct temp_store t;

	temp_store_make(&t);
	snprintf(path, sizeof path, "%s/meta", t.dir);
	CHECK_INT(unlink(path), 0);
	snprintf(path, sizeof path, "%s/g000001.new", t.dir);
	CHECK_INT(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/g000001.new/000.db", t.dir);
	CHECK_INT(mknod(path, S_IFREG | 0600, 0), 0);
	CHECK_INT(id7_store_init(t.dir, t.keys, 1, 0, &fault), ID7_OK);
	store = temp_store_open(&t);
	CHECK_INT(temp_store_add(store, "alice"), ID7_OK);
	CHECK_INT(temp_store_findings(store), 0);
	snprintf(path, sizeof path, "ls -d %s/g000001.old-*/000.db >%s/ls",
		 t.dir, t.temp.dir);
	CHECK_INT(system(path), 0);
	id7_store_close(&store);
	temp_remove(&t.temp);
}

static void
test_keys(const struct temp_store *t)
{
	struct id7_fault fault = {0};
	struct id7_store *store = NULL;
	struct temp other;

	temp_make(&other);
	CHECK_INT(id7_keys_make(temp_path(&other, "k"), 1, &fault), ID7_OK);
	CHECK_INT(
		id7_store_open(t->dir, temp_path(&other, "k"), &store, &fault),
		ID7_WRONG_KEY);
	CHECK_INT(fault.trouble, ID7_TROUBLE_WRONG_KEY);
	CHECK_INT(id7_store_open(t->dir, temp_path(&other, "none"), &store,
				 &fault),
		  ID7_NO_KEY);
	CHECK(store == NULL);
	temp_remove(&other);
}

static void
test_accounts(const struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_account alice, other;
	char long_name[ID7_NAME_MAX + 2];

	CHECK_INT(id7_store_get(store, "alice", &alice), ID7_NOT_FOUND);
	CHECK_INT(temp_store_add(store, "alice"), ID7_OK);
	CHECK_INT(temp_store_add(store, "alice"), ID7_EXISTS);
	CHECK_STR(id7_store_fault(store)->subject, "alice");
	CHECK_INT(id7_store_get(store, "alice", &alice), ID7_OK);
	CHECK_INT(alice.epoch, 1);
	CHECK_INT(alice.revision, 1);
	CHECK_STR(alice.address[0], "alice@example.org");
	CHECK_INT(id7_store_get(store, "Alice", &other), ID7_NOT_FOUND);
	CHECK_INT(id7_store_get(store, "", &other), ID7_NOT_FOUND);
	CHECK_INT(id7_store_get(store, "../alice\n", &other), ID7_NOT_FOUND);
	other = alice;
	alice.birthdate = 20000101;
	CHECK_INT(id7_store_put(store, &alice, temp_store_long()), ID7_OK);
	CHECK_INT(alice.revision, 2);
	CHECK_INT(id7_store_put(store, &other, temp_store_long()), ID7_STALE);
	CHECK_INT(other.revision, 1);
	CHECK_INT(id7_store_get(store, "alice", &other), ID7_OK);
	CHECK_INT(other.birthdate, 20000101);
	CHECK_INT(other.revision, 2);
	CHECK_INT(id7_store_remove(store, "alice", temp_store_long()), ID7_OK);
	CHECK_INT(id7_store_remove(store, "alice", temp_store_long()),
		  ID7_NOT_FOUND);
	CHECK_INT(id7_store_put(store, &other, temp_store_long()),
		  ID7_NOT_FOUND);
	CHECK_INT(temp_store_add(store, "alice"), ID7_OK);
	CHECK_INT(id7_store_put(store, &other, temp_store_long()), ID7_STALE);
	CHECK_INT(id7_store_get(store, "alice", &alice), ID7_OK);
	CHECK(memcmp(alice.id, other.id, ID7_ID_LEN) != 0);
	memset(long_name, 'x', sizeof long_name - 1);
	long_name[sizeof long_name - 1] = '\0';
	CHECK_INT(id7_store_get(store, long_name, &other), ID7_NOT_FOUND);
	CHECK_INT(temp_store_add(store, "../evil"), ID7_INVALID);
	alice.flags = 1u << 30;
	CHECK_INT(id7_store_put(store, &alice, temp_store_long()), ID7_INVALID);
	CHECK_INT(id7_store_remove(store, "alice", temp_store_long()), ID7_OK);
	CHECK_INT(temp_store_findings(store), 0);
	id7_store_close(&store);
}

static bool
count_one(const struct id7_account *account, const struct id7_tally *tally,
	  void *context)
{
	unsigned int *seen = context;
	unsigned int number = 0;

	CHECK_INT(sscanf(account->name, "u%u", &number), 1);
	CHECK_MEM(account->id, tally->id, ID7_ID_LEN);
	if (number < 100)
		seen[number]++;
	return seen[100] == 0 || --seen[100] > 0;
}

static void
test_each(const struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_store_counts counts;
	unsigned int seen[101] = {0}, total = 0;
	char name[16];

	for (unsigned int i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "u%u", i);
		CHECK_INT(temp_store_add(store, name), ID7_OK);
	}
	CHECK_INT(id7_store_each(store, count_one, seen), ID7_OK);
	for (unsigned int i = 0; i < 100; i++)
		CHECK_INT(seen[i], 1);
	memset(seen, 0, sizeof seen);
	seen[100] = 7; /* ends the walk */
	CHECK_INT(id7_store_each(store, count_one, seen), ID7_OK);
	for (unsigned int i = 0; i < 100; i++)
		total += seen[i];
	CHECK_INT(total, 7);
	CHECK_INT(id7_store_check(store, NULL, NULL, &counts), ID7_OK);
	CHECK_INT(counts.accounts, 100);
	CHECK_INT(counts.findings, 0);
	for (unsigned int i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "u%u", i);
		CHECK_INT(id7_store_remove(store, name, temp_store_long()),
			  ID7_OK);
	}
	id7_store_close(&store);
}

static void
test_attempts(const struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_settled settled;
	struct id7_ticket ticket, more;
	struct id7_account a;
	enum id7_claim claim;

	CHECK_INT(temp_store_add(store, "alice"), ID7_OK);
	CHECK_INT(id7_store_get(store, "alice", &a), ID7_OK);
	CHECK_INT(attempt(store, &a, ID7_SETTLE_WRONG, 1, &settled),
		  ID7_CLAIM_RESERVED);
	CHECK(settled.stands);
	CHECK_INT(settled.failures, 1);
	attempt(store, &a, ID7_SETTLE_RIGHT, 0, &settled);
	CHECK_INT(settled.failures, 0);
	attempt(store, &a, ID7_SETTLE_RELEASE, 0, &settled);
	CHECK_INT(settled.failures, 0);
	CHECK_INT(reserve(store, &a, false, &claim, &ticket), ID7_OK);
	CHECK_INT(reserve(store, &a, false, &claim, &more), ID7_INTERNAL);
	CHECK_INT(claim, ID7_CLAIM_NONE);
	CHECK_INT(settle(store, &a, &ticket, ID7_SETTLE_WRONG, 2, &settled),
		  ID7_OK);
	CHECK_INT(reserve(store, &a, true, &claim, &ticket), ID7_OK);
	CHECK_INT(claim, ID7_CLAIM_NONE);
	CHECK(!ticket.live);
	CHECK_INT(settle(store, &a, &ticket, ID7_SETTLE_WRONG, 3, &settled),
		  ID7_OK);
	CHECK(!settled.stands);
	CHECK_INT(settled.failures, 1);
	attempt(store, &a, ID7_SETTLE_WRONG, 4, &settled);
	attempt(store, &a, ID7_SETTLE_WRONG, 5, &settled);
	CHECK(settled.events.locked_now);
	CHECK_INT(settled.failures, 3);
	CHECK_INT(attempt(store, &a, ID7_SETTLE_RIGHT, 0, &settled),
		  ID7_CLAIM_LOCKED_OUT);
	CHECK(!settled.stands);
	CHECK_INT(id7_store_remove(store, "alice", temp_store_long()), ID7_OK);
	CHECK_INT(reserve(store, &a, false, &claim, &ticket), ID7_NOT_FOUND);
	CHECK_INT(claim, ID7_CLAIM_NONE);
	id7_store_close(&store);
}

/* Two handles: a place that another one holds; both let go in the end. */
static void
test_full(const struct temp_store *t)
{
	struct id7_store *store[4];
	struct id7_ticket ticket[4];
	struct id7_settled settled;
	struct id7_account a;
	enum id7_claim claim;

	for (int i = 0; i < 4; i++)
		store[i] = temp_store_open(t);
	CHECK_INT(temp_store_add(store[0], "full"), ID7_OK);
	CHECK_INT(id7_store_get(store[0], "full", &a), ID7_OK);
	for (int i = 0; i < 3; i++) {
		CHECK_INT(reserve(store[i], &a, false, &claim, &ticket[i]),
			  ID7_OK);
		CHECK_INT(claim, ID7_CLAIM_RESERVED);
	}
	CHECK_INT(reserve(store[3], &a, false, &claim, &ticket[3]), ID7_OK);
	CHECK_INT(claim, ID7_CLAIM_FULL);
	/* Closing a handle releases what it holds: nobody is blamed. */
	id7_store_close(&store[0]);
	CHECK_INT(reserve(store[3], &a, false, &claim, &ticket[3]), ID7_OK);
	CHECK_INT(claim, ID7_CLAIM_RESERVED);
	for (int i = 1; i < 4; i++) {
		CHECK_INT(settle(store[i], &a, &ticket[i], ID7_SETTLE_RIGHT, 0,
				 &settled),
			  ID7_OK);
		CHECK(settled.stands);
		CHECK_INT(settled.failures, 0);
	}
	CHECK_INT(id7_store_remove(store[1], "full", temp_store_long()),
		  ID7_OK);
	for (int i = 1; i < 4; i++)
		id7_store_close(&store[i]);
}

/* Whoever dies between reserve and settle has guessed. */
static void
test_owner_dies(const struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_settled settled;
	struct id7_account a;
	int status = 0;
	pid_t child;

	CHECK_INT(temp_store_add(store, "mortal"), ID7_OK);
	CHECK_INT(id7_store_get(store, "mortal", &a), ID7_OK);
	child = fork();
	if (child == 0) {
		struct id7_store *own = temp_store_open(t);
		struct id7_ticket ticket;
		enum id7_claim claim;

		if (reserve(own, &a, false, &claim, &ticket) == ID7_OK &&
		    claim == ID7_CLAIM_RESERVED)
			kill(getpid(), SIGKILL);
		_exit(0);
	}
	CHECK_INT(waitpid(child, &status, 0), child);
	CHECK(WIFSIGNALED(status));
	attempt(store, &a, ID7_SETTLE_WRONG, 1, &settled);
	CHECK_INT(settled.failures, 2);
	CHECK_INT(id7_store_remove(store, "mortal", temp_store_long()), ID7_OK);
	id7_store_close(&store);
}

/* A raised epoch empties the tally; who still knows the old one empties
 * nothing. */
static void
test_epoch(const struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_settled settled;
	struct id7_ticket ticket;
	struct id7_account old, now;
	enum id7_claim claim;

	CHECK_INT(temp_store_add(store, "epoch"), ID7_OK);
	CHECK_INT(id7_store_get(store, "epoch", &old), ID7_OK);
	attempt(store, &old, ID7_SETTLE_WRONG, 1, &settled);
	attempt(store, &old, ID7_SETTLE_WRONG, 2, &settled);
	CHECK_INT(settled.failures, 2);
	CHECK_INT(reserve(store, &old, false, &claim, &ticket), ID7_OK);
	now = old;
	now.epoch++;
	CHECK_INT(id7_store_put(store, &now, temp_store_long()), ID7_OK);
	CHECK_INT(settle(store, &now, &ticket, ID7_SETTLE_RIGHT, 0, &settled),
		  ID7_OK);
	CHECK(!settled.stands);
	CHECK_INT(settled.failures, 0);
	attempt(store, &now, ID7_SETTLE_WRONG, 3, &settled);
	CHECK_INT(settled.failures, 1);
	CHECK_INT(reserve(store, &old, false, &claim, &ticket), ID7_OK);
	CHECK_INT(settle(store, &old, &ticket, ID7_SETTLE_RELEASE, 0, &settled),
		  ID7_OK);
	CHECK_INT(settled.failures, 1);
	CHECK_INT(id7_store_remove(store, "epoch", temp_store_long()), ID7_OK);
	id7_store_close(&store);
}

static void
test_phantoms(const struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_subject ghost = id7_store_subject(store, "ghost", 5, true);
	struct id7_subject other = ghost;
	struct id7_now now = id7_clock_now();
	struct id7_settled settled;
	struct id7_ticket ticket;
	struct id7_tally tally;
	enum id7_claim claim;

	for (uint32_t i = 1; i <= 3; i++) {
		CHECK_INT(id7_store_reserve(store, &ghost, ghost.hash, 0, false,
					    &policy, &now,
					    &(struct id7_whence){0},
					    temp_store_long(), &claim, &ticket),
			  ID7_OK);
		CHECK_INT(claim, ID7_CLAIM_RESERVED);
		CHECK_INT(id7_store_settle(store, &ticket, ghost.hash, 0,
					   &policy, &now, ID7_SETTLE_WRONG, i,
					   temp_store_long(), &settled),
			  ID7_OK);
		CHECK_INT(settled.failures, i);
	}
	CHECK(settled.events.locked_now);
	CHECK_INT(id7_store_tally(store, &ghost, &tally), ID7_OK);
	CHECK_INT(tally.lane[ID7_LANE_REMOTE].failures, 3);
	/* Another name in the same place of the ring begins empty. */
	other.hash[15] ^= 1;
	CHECK_INT(id7_store_tally(store, &other, &tally), ID7_OK);
	CHECK_INT(tally.lane[ID7_LANE_REMOTE].failures, 0);
	CHECK_INT(id7_store_reserve(store, &other, other.hash, 0, false,
				    &policy, &now, &(struct id7_whence){0},
				    temp_store_long(), &claim, &ticket),
		  ID7_OK);
	CHECK_INT(claim, ID7_CLAIM_RESERVED);
	id7_store_close(&store);
}

static bool
set_mark(struct id7_tally *tally, void *context)
{
	(void)context;
	tally->flags |= ID7_TALLY_PROVISIONAL;
	return true;
}

static bool
leave(struct id7_tally *tally, void *context)
{
	*(uint64_t *)context = tally->seq;
	tally->last_good = 1;
	return false;
}

static enum id7_error
change(struct id7_store *store, const struct id7_account *account, bool repair,
       id7_store_change_fn *fn, void *context)
{
	struct id7_subject subject = temp_store_subject(store, account->name);
	struct id7_now now = id7_clock_now();

	return id7_store_change(store, &subject, account->id, account->epoch,
				&policy, &now, repair, fn, context,
				temp_store_long());
}

static void
test_change(const struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_subject subject = temp_store_subject(store, "chen");
	struct id7_account a;
	struct id7_tally tally;
	uint64_t before = 0;

	CHECK_INT(temp_store_add(store, "chen"), ID7_OK);
	CHECK_INT(id7_store_get(store, "chen", &a), ID7_OK);
	CHECK_INT(change(store, &a, false, leave, &before), ID7_OK);
	CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_OK);
	CHECK_INT(tally.seq, before);
	CHECK_INT(tally.last_good, 0);
	CHECK_INT(tally.flags, 0);
	CHECK_INT(change(store, &a, false, set_mark, NULL), ID7_OK);
	CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_OK);
	CHECK_INT(tally.seq, before + 1);
	CHECK_INT(tally.flags, ID7_TALLY_PROVISIONAL);
	CHECK_INT(id7_store_remove(store, "chen", temp_store_long()), ID7_OK);
	CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_NOT_FOUND);
	id7_store_close(&store);
}

/* Opens the file that holds `name` as a writer, past every lock. */
static struct id7_gdbm
writer(struct id7_store *store, const char *name, enum id7_store_file file)
{
	struct id7_subject subject = temp_store_subject(store, name);
	struct id7_gdbm gdbm = {0};

	CHECK_INT(id7_shard_open(store, id7_shard_of(store, &subject), file,
				 true, &gdbm),
		  ID7_OK);
	return gdbm;
}

static void
drop_account(struct id7_store *store, const char *name)
{
	struct id7_subject subject = temp_store_subject(store, name);
	struct id7_gdbm gdbm = writer(store, name, ID7_STORE_DB);
	char key[ID7_STORE_KEY_MAX + 1];

	id7_store_account_key(&subject, key);
	CHECK_INT(id7_gdbm_delete(&gdbm, key), ID7_OK);
	CHECK_INT(id7_gdbm_close(&gdbm), ID7_OK);
}

static void
drop_tally(struct id7_store *store, const char *name, unsigned int copy)
{
	struct id7_subject subject = temp_store_subject(store, name);
	struct id7_gdbm gdbm = writer(store, name, ID7_STORE_TALLY);
	char key[ID7_STORE_KEY_MAX + 1];

	id7_store_tally_key(&subject, copy, key);
	CHECK_INT(id7_gdbm_delete(&gdbm, key), ID7_OK);
	CHECK_INT(id7_gdbm_close(&gdbm), ID7_OK);
}

static void
spoil_tally(struct id7_store *store, const char *name, unsigned int copy)
{
	struct id7_subject subject = temp_store_subject(store, name);
	struct id7_gdbm gdbm = writer(store, name, ID7_STORE_TALLY);
	char key[ID7_STORE_KEY_MAX + 1];
	uint8_t bytes[ID7_TALLY_LEN];

	id7_store_tally_key(&subject, copy, key);
	CHECK_INT(id7_gdbm_fetch(&gdbm, key, bytes, sizeof bytes), ID7_OK);
	bytes[100] ^= 1;
	CHECK_INT(id7_gdbm_replace(&gdbm, key, bytes, sizeof bytes), ID7_OK);
	CHECK_INT(id7_gdbm_close(&gdbm), ID7_OK);
}

/* What a crash in `add` or `remove` leaves. */
static void
test_provisional(const struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_subject subject = temp_store_subject(store, "half");
	struct id7_settled settled;
	struct id7_tally tally;
	struct id7_account a;

	CHECK_INT(temp_store_add(store, "half"), ID7_OK);
	CHECK_INT(id7_store_get(store, "half", &a), ID7_OK);
	CHECK_INT(change(store, &a, false, set_mark, NULL), ID7_OK);
	/* With its account it is the account's: attempts keep the mark... */
	attempt(store, &a, ID7_SETTLE_WRONG, 1, &settled);
	CHECK_INT(settled.failures, 1);
	CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_OK);
	CHECK_INT(tally.flags, ID7_TALLY_PROVISIONAL);
	CHECK_INT(temp_store_findings(store), 0);
	/* ... the next change takes it off. */
	CHECK_INT(temp_store_add(store, "half"), ID7_EXISTS);
	CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_OK);
	CHECK_INT(tally.flags, 0);
	CHECK_INT(tally.lane[ID7_LANE_REMOTE].failures, 1);
	CHECK_INT(change(store, &a, false, set_mark, NULL), ID7_OK);
	CHECK_INT(id7_store_put(store, &a, temp_store_long()), ID7_OK);
	CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_OK);
	CHECK_INT(tally.flags, 0);
	/* Without it the name is nobody's. */
	CHECK_INT(change(store, &a, false, set_mark, NULL), ID7_OK);
	drop_account(store, "half");
	CHECK_INT(id7_store_get(store, "half", &a), ID7_NOT_FOUND);
	CHECK_INT(temp_store_findings(store), 0);
	CHECK_INT(temp_store_add(store, "half"), ID7_OK);
	CHECK_INT(id7_store_get(store, "half", &a), ID7_OK);
	CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_OK);
	CHECK_INT(tally.flags, 0);
	CHECK_INT(tally.lane[ID7_LANE_REMOTE].failures, 0);
	CHECK_MEM(tally.id, a.id, ID7_ID_LEN);
	CHECK_INT(change(store, &a, false, set_mark, NULL), ID7_OK);
	drop_account(store, "half");
	CHECK_INT(id7_store_remove(store, "half", temp_store_long()),
		  ID7_NOT_FOUND);
	CHECK_INT(temp_store_findings(store), 0);
	id7_store_close(&store);
}

/* One file alone never makes a name unknown. */
static void
test_one_file_alone(const struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_settled settled;
	struct id7_ticket ticket;
	struct id7_account a, gone;
	enum id7_claim claim;

	CHECK_INT(temp_store_add(store, "solo"), ID7_OK);
	CHECK_INT(id7_store_get(store, "solo", &a), ID7_OK);
	spoil_tally(store, "solo", 0);
	attempt(store, &a, ID7_SETTLE_WRONG, 1, &settled);
	CHECK_INT(settled.failures, 1);
	CHECK_INT(temp_store_findings(store), 0);
	spoil_tally(store, "solo", 0);
	spoil_tally(store, "solo", 1);
	CHECK_INT(id7_store_get(store, "solo", &a), ID7_OK);
	CHECK_INT(reserve(store, &a, false, &claim, &ticket), ID7_CORRUPT);
	CHECK_INT(temp_store_findings(store), 1);
	CHECK_INT(change(store, &a, false, leave, &ticket), ID7_CORRUPT);
	CHECK_INT(change(store, &a, true, set_mark, NULL), ID7_OK);
	CHECK_INT(temp_store_findings(store), 0);
	attempt(store, &a, ID7_SETTLE_WRONG, 2, &settled);
	CHECK_INT(settled.failures, 1);
	CHECK_INT(id7_store_put(store, &a, temp_store_long()), ID7_OK);
	/* Neither copy has the mark any more. */
	attempt(store, &a, ID7_SETTLE_WRONG, 3, &settled);
	drop_account(store, "solo");
	CHECK_INT(id7_store_get(store, "solo", &gone), ID7_CORRUPT);
	CHECK_INT(temp_store_findings(store), 1);
	CHECK_INT(temp_store_add(store, "solo"), ID7_CORRUPT);
	CHECK_INT(id7_store_remove(store, "solo", temp_store_long()),
		  ID7_CORRUPT);
	drop_tally(store, "solo", 0);
	CHECK_INT(id7_store_get(store, "solo", &gone), ID7_CORRUPT);
	drop_tally(store, "solo", 1);
	CHECK_INT(id7_store_get(store, "solo", &a), ID7_NOT_FOUND);
	CHECK_INT(temp_store_add(store, "solo"), ID7_OK);
	CHECK_INT(id7_store_get(store, "solo", &a), ID7_OK);
	drop_tally(store, "solo", 1);
	CHECK_INT(reserve(store, &a, false, &claim, &ticket), ID7_CORRUPT);
	CHECK_INT(temp_store_findings(store), 1);
	drop_tally(store, "solo", 0);
	CHECK_INT(id7_store_get(store, "solo", &gone), ID7_CORRUPT);
	CHECK_INT(reserve(store, &a, false, &claim, &ticket), ID7_CORRUPT);
	CHECK_INT(temp_store_findings(store), 1);
	drop_account(store, "solo");
	CHECK_INT(temp_store_findings(store), 0);
	id7_store_close(&store);
}

static uint64_t
revision_again(struct id7_store *store, const char *name)
{
	struct id7_account account;

	CHECK_INT(id7_store_get_again(store, name, &account), ID7_OK);
	CHECK_STR(account.name, name);
	return account.revision;
}

/* The file of `name` in another inode, with the same bytes. */
static void
copy_over(const struct temp_store *t, struct id7_store *store, const char *name,
	  enum id7_store_file file)
{
	char path[200], command[1000];

	temp_store_file(t, store, name, file, path);
	snprintf(command, sizeof command, "cp -p %s %s.new && mv %s.new %s",
		 path, path, path, path);
	CHECK_INT(system(command), 0);
}

/* What is given again is never older than the files. */
static void
test_again(const struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_store *other = temp_store_open(t);
	struct id7_settled settled;
	struct id7_account a, b;
	char path[200];

	CHECK_INT(id7_store_get_again(store, "twice", &a), ID7_NOT_FOUND);
	CHECK_INT(id7_store_get_again(store, "twice", &a), ID7_NOT_FOUND);
	CHECK_INT(temp_store_add(other, "twice"), ID7_OK);
	CHECK_INT(revision_again(store, "twice"), 1);
	CHECK(store->glance.full);
	CHECK(id7_glance_holds(store, &store->glance.subject));
	CHECK_INT(id7_store_get(other, "twice", &b), ID7_OK);
	/* Counting replaces no file, */
	attempt(other, &b, ID7_SETTLE_WRONG, 1, &settled);
	CHECK(id7_glance_holds(store, &store->glance.subject));
	/* a change does, */
	CHECK_INT(id7_store_put(other, &b, temp_store_long()), ID7_OK);
	CHECK(!id7_glance_holds(store, &store->glance.subject));
	CHECK_INT(revision_again(store, "twice"), 2);
	/* by any handle, and whosoever's file it is that was replaced. */
	CHECK_INT(id7_store_get(store, "twice", &b), ID7_OK);
	CHECK_INT(id7_store_put(store, &b, temp_store_long()), ID7_OK);
	CHECK_INT(revision_again(store, "twice"), 3);
	copy_over(t, store, "twice", ID7_STORE_TALLY);
	CHECK(!id7_glance_holds(store, &store->glance.subject));
	CHECK_INT(revision_again(store, "twice"), 3);
	copy_over(t, store, "twice", ID7_STORE_DB);
	CHECK(!id7_glance_holds(store, &store->glance.subject));
	CHECK_INT(revision_again(store, "twice"), 3);
	temp_store_file(t, store, "twice", ID7_STORE_TALLY, path);
	CHECK_INT(chmod(path, 0620), 0);
	CHECK_INT(id7_store_get_again(store, "twice", &a), ID7_UNTRUSTED);
	CHECK_INT(chmod(path, 0600), 0);
	CHECK_INT(revision_again(store, "twice"), 3);
	CHECK_INT(id7_store_remove(other, "twice", temp_store_long()), ID7_OK);
	CHECK_INT(id7_store_get_again(store, "twice", &a), ID7_NOT_FOUND);
	CHECK_INT(temp_store_add(other, "twice"), ID7_OK);
	CHECK_INT(temp_store_add(other, "another"), ID7_OK);
	CHECK_INT(revision_again(store, "twice"), 1);
	CHECK_INT(revision_again(store, "another"), 1);
	id7_store_close(&other);
	id7_store_close(&store);
}

/* Nothing of a store names anybody. */
static void
test_names_nobody(const struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	char command[300];

	CHECK_INT(temp_store_add(store, "wintermute"), ID7_OK);
	id7_store_close(&store);
	snprintf(command, sizeof command,
		 "! grep -rqaE 'wintermute|example.org' %s", t->dir);
	CHECK_INT(system(command), 0);
}

int
main(void)
{
	struct temp_store t;

	test_init();
	test_init_again();
	temp_store_make(&t);
	test_keys(&t);
	test_accounts(&t);
	test_each(&t);
	test_attempts(&t);
	test_full(&t);
	test_owner_dies(&t);
	test_epoch(&t);
	test_phantoms(&t);
	test_change(&t);
	test_provisional(&t);
	test_one_file_alone(&t);
	test_again(&t);
	test_names_nobody(&t);
	temp_remove(&t.temp);
	return check_done();
}
