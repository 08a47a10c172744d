/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bulk import: what is added, refused and passed over, and what is left when it
 * stops half way. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#define MANY 700
#define ROOMFUL 8000

struct told {
	unsigned int count;
	uint64_t line;
	uint64_t first;
	char name[ID7_NAME_MAX + 1];
	uint64_t steps;
	uint64_t stop_after; /* records; 0: never */
};

static void
told(const struct id7_import_refusal *refusal, void *context)
{
	struct told *t = context;

	t->count++;
	t->line = refusal->line;
	t->first = refusal->first;
	memcpy(t->name, refusal->name, sizeof t->name);
}

static bool
step(uint64_t done, uint64_t all, void *context)
{
	struct told *t = context;

	CHECK(done <= all);
	t->steps++;
	return t->stop_after == 0 || done < t->stop_after;
}

static struct id7_account
person(const char *name)
{
	struct id7_account account = {.created = 5, .changed = 5};

	snprintf(account.name, sizeof account.name, "%s", name);
	snprintf(account.address[0], sizeof account.address[0],
		 "%.60s@example.org", name);
	account.cost = (struct id7_cost){3, 8192};
	memset(account.salt, name[0], sizeof account.salt);
	memset(account.verifier, name[1], sizeof account.verifier);
	return account;
}

static struct id7_import *
begin(struct id7_store *store)
{
	struct id7_now now = id7_clock_now();
	struct id7_import *import = NULL;

	CHECK_INT(id7_import_begin(store, &now, &import), ID7_OK);
	return import;
}

static void
put(struct id7_import *import, const char *name, uint64_t line)
{
	struct id7_account account = person(name);

	CHECK_INT(id7_import_put(import, &account, line), ID7_OK);
}

static struct id7_import *
begin_many(struct id7_store *store, unsigned int count)
{
	struct id7_import *import = begin(store);
	char name[16];

	for (unsigned int i = 0; i < count; i++) {
		snprintf(name, sizeof name, "p%u", i);
		put(import, name, i + 2);
	}
	return import;
}

static void
check_and_commit(struct id7_import *import, struct told *t,
		 struct id7_import_counts *ret_counts)
{
	CHECK_INT(id7_import_check(import, told, step, t, ret_counts), ID7_OK);
	CHECK_INT(id7_import_commit(import, 60000, told, step, t, ret_counts),
		  ID7_OK);
}

static void
whole(struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_import *import = begin_many(store, MANY);
	struct id7_import_counts counts;
	struct id7_account a;
	struct told heard = {0};

	CHECK_INT(id7_import_check(import, told, step, &heard, &counts),
		  ID7_OK);
	CHECK_INT(counts.added, MANY);
	CHECK_INT(id7_store_get(store, "p0", &a), ID7_NOT_FOUND);
	CHECK_INT(id7_import_commit(import, 60000, told, step, &heard, &counts),
		  ID7_OK);
	CHECK_INT(counts.added, MANY);
	CHECK_INT(counts.already + counts.refused + heard.count, 0);
	CHECK(heard.steps >= 32);
	id7_import_end(&import);
	CHECK(import == NULL);
	for (unsigned int i = 0; i < MANY; i++) {
		struct id7_subject subject;
		struct id7_tally tally = {.flags = 9};
		char name[16];

		snprintf(name, sizeof name, "p%u", i);
		subject = temp_store_subject(store, name);
		CHECK_INT(id7_store_get(store, name, &a), ID7_OK);
		CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_OK);
		CHECK_INT(tally.flags, 0);
		CHECK_MEM(tally.id, a.id, ID7_ID_LEN);
	}
	CHECK_INT(a.epoch, 1);
	CHECK_INT(a.revision, 1);
	CHECK_INT(a.cost.opslimit, 3);
	CHECK_INT(temp_store_findings(store), 0);
	id7_store_close(&store);
}

static void
again(struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_import *import = begin_many(store, MANY + 5);
	struct id7_import_counts counts;
	struct told heard = {0};
	struct id7_account a;

	CHECK_INT(id7_store_get(store, "p7", &a), ID7_OK);
	a.birthdate = 20010203;
	CHECK_INT(id7_store_put(store, &a, temp_store_long()), ID7_OK);
	put(import, "p3", 9000);
	check_and_commit(import, &heard, &counts);
	CHECK_INT(counts.added, 5);
	CHECK_INT(counts.already, MANY - 1);
	CHECK_INT(heard.count, 2);
	id7_import_end(&import);
	CHECK_INT(id7_store_get(store, "p7", &a), ID7_OK);
	CHECK_INT(a.birthdate, 20010203);
	CHECK_INT(temp_store_findings(store), 0);
	id7_store_close(&store);
}

/* Of lines with one name the first counts, in whatever order they come back. */
static void
twice(struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_import *import = begin(store);
	struct id7_import_counts counts;
	struct told heard = {0};

	put(import, "twin", 2);
	put(import, "other", 3);
	put(import, "twin", 4);
	CHECK_INT(id7_import_check(import, told, NULL, &heard, &counts),
		  ID7_OK);
	CHECK_INT(counts.added, 2);
	CHECK_INT(counts.refused, 1);
	CHECK_INT(heard.line, 4);
	CHECK_INT(heard.first, 2);
	CHECK_STR(heard.name, "twin");
	CHECK_INT(id7_import_commit(import, 60000, told, NULL, &heard, &counts),
		  ID7_OK);
	CHECK_INT(counts.added, 2);
	CHECK_INT(heard.count, 1);
	id7_import_end(&import);
	id7_store_close(&store);
}

/* Stopped after some shards, and begun again by another process. */
static void
stopped(struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_import *import = begin(store);
	struct id7_import_counts first, second;
	struct told heard = {0};
	char name[16];

	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "s%d", i);
		put(import, name, (uint64_t)i + 2);
	}
	CHECK_INT(id7_import_check(import, told, NULL, &heard, &first), ID7_OK);
	heard.stop_after = MANY / 2;
	CHECK_INT(id7_import_commit(import, 60000, told, step, &heard, &first),
		  ID7_OK);
	CHECK(first.added >= MANY / 2 && first.added < MANY);
	CHECK_INT(temp_store_findings(store), 0);
	heard = (struct told){0};
	check_and_commit(import, &heard, &second);
	CHECK_INT(second.already, first.added);
	CHECK_INT(second.added, MANY - first.added);
	id7_import_end(&import);
	CHECK_INT(temp_store_findings(store), 0);
	id7_store_close(&store);
}

/* A busy shard ends it with what is durable so far. */
static void
busy(struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_store *rival = temp_store_open(t);
	struct id7_import *import = begin_many(store, MANY + 300);
	struct id7_import_counts counts;
	struct told heard = {0};
	auto_hold hold = ID7_HOLD_NONE;
	struct id7_shard shard = {.index = 9};

	CHECK_INT(id7_import_check(import, told, NULL, &heard, &counts),
		  ID7_OK);
	CHECK_INT(id7_hold_begin(rival, shard, true, temp_store_long(), &hold),
		  ID7_OK);
	CHECK_INT(id7_hold_shard(&hold, true, temp_store_long()), ID7_OK);
	CHECK_INT(id7_import_commit(import, 50, told, NULL, &heard, &counts),
		  ID7_BUSY);
	CHECK_INT(id7_store_fault(store)->error, ID7_BUSY);
	CHECK(counts.added > 0 && counts.added < 295);
	id7_hold_end(&hold);
	id7_import_end(&import);
	id7_store_close(&rival);
	id7_store_close(&store);
}

/* An account that no record can hold is not put. */
static void
unstorable(struct temp_store *t)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_import *import = begin(store);
	struct id7_account account = person("zz");

	account.lang = 77;
	CHECK_INT(id7_import_put(import, &account, 1), ID7_INVALID);
	account.lang = ID7_LANG_EN;
	CHECK_INT(id7_import_put(import, &account, 1), ID7_OK);
	id7_import_end(&import);
	id7_store_close(&store);
}

static uint64_t
taken(struct id7_store *store)
{
	struct id7_store_stats stats = {0};

	CHECK_INT(id7_store_stats(store, &stats), ID7_OK);
	return stats.blocks;
}

/* What is said to be needed is enough, and not much more than that. */
static void
room(void)
{
	struct temp_store t;
	struct id7_store *store;
	struct id7_import *import;
	struct id7_import_counts counts = {0};
	struct id7_import_room before = {0}, after = {0};
	struct told heard = {0};
	uint64_t was, grown;

	temp_store_make(&t);
	store = temp_store_open(&t);
	was = taken(store);
	import = begin_many(store, ROOMFUL);
	CHECK_INT(id7_import_check(import, told, step, &heard, &counts),
		  ID7_OK);
	CHECK_INT(id7_import_room(import, counts.added, &before), ID7_OK);
	CHECK_INT(id7_import_commit(import, 60000, told, step, &heard, &counts),
		  ID7_OK);
	grown = taken(store) - was;
	CHECK(before.need >= grown);
	CHECK(before.need < grown + grown / 8);
	CHECK(before.free > 0);
	CHECK_INT(id7_import_room(import, 0, &after), ID7_OK);
	CHECK_INT(after.need, 0);
	printf("%llu bytes an account were needed, %llu were asked for\n",
	       (unsigned long long)grown / ROOMFUL,
	       (unsigned long long)before.need / ROOMFUL);
	id7_import_end(&import);
	id7_store_close(&store);
	temp_remove(&t.temp);
}

int
main(void)
{
	struct temp_store t;

	temp_store_make(&t);
	whole(&t);
	again(&t);
	twice(&t);
	stopped(&t);
	busy(&t);
	unstorable(&t);
	room();
	temp_remove(&t.temp);
	return check_done();
}
