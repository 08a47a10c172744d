/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store alone: many accounts made quickly, its transactions and its
 * structural changes timed. */
#include "common/core/text.h"
#include "common/effects/seal.h"
#include "common/effects/slots.h"
#include "common/effects/store_private.h"
#include "common/effects/verifier.h"
#include "common/usecases/change.h"
#include "common/usecases/manage.h"
#include "tests/bench/bench.h"

/*
 * fill CONF ACCOUNTS PASSWORD
 *	a store of the accounts u0000000, u0000001 and so on
 * add CONF NAME PASSWORD
 *	one account of any name
 * get CONF ACCOUNTS COUNT
 *	look-ups
 * change CONF ACCOUNTS PROCS EACH
 *	EACH durable changes of a tally by each of PROCS processes at once
 * acts CONF COUNT PASSWORD
 *	add, password change, removal
 * seq CONF ACCOUNTS
 *	how often the tallies were written so far
 * hash CONF COUNT PROCS
 *	COUNT slow hashes by each of PROCS processes at once
 */
#define WAIT_MS 60000

struct bench {
	struct id7_config config;
	struct id7 *id7;
	struct id7_store *store;
	size_t accounts, each;
	struct bench_samples samples;
};

static void __attribute__((noreturn))
die(const char *what, enum id7_error error, const struct id7_fault *fault)
{
	char text[1000] = "";

	if (fault != NULL)
		(void)id7_text_fault(ID7_LANG_EN, fault, text, sizeof text);
	fprintf(stderr, "bench_store: %s: error %d %s\n", what, (int)error,
		text);
	_exit(2);
}

static void
store_open(struct bench *b)
{
	struct id7_fault fault = {0};
	enum id7_error error = id7_open(&b->config, &b->id7, &fault);

	if (error != ID7_OK)
		die("open", error, &fault);
	b->store = id7_get_store(b->id7);
}

static void
name_of(size_t number, char name[ID7_NAME_MAX + 1])
{
	snprintf(name, ID7_NAME_MAX + 1, "u%07zu", number);
}

static struct id7_subject
subject_of(const struct bench *b, size_t number)
{
	char name[ID7_NAME_MAX + 1];

	name_of(number, name);
	return id7_store_subject(b->store, name, strlen(name), false);
}

/* An account as an import would make it, all with one verifier. */
static struct id7_account
pattern(const struct bench *b, const char *password)
{
	struct id7_account account = {.epoch = 1, .revision = 1};
	struct id7_cost cost = {.opslimit = b->config.opslimit,
				.memlimit = b->config.memlimit};
	int64_t now = id7_clock_wall();
	enum id7_error error;

	account.created = account.changed = account.password_changed = now;
	error = id7_verifier_make(&account, password, strlen(password), cost,
				  false, now);
	if (error != ID7_OK)
		die("verifier", error, NULL);
	return account;
}

static void
insert_account(struct bench *b, const struct id7_gdbm *db,
	       const struct id7_gdbm *tally, struct id7_account *account,
	       size_t number)
{
	struct id7_subject subject = subject_of(b, number);
	struct id7_now now = id7_clock_now();
	uint8_t sealed[ID7_SEALED_LEN], bytes[ID7_TALLY_LEN];
	char key[ID7_STORE_KEY_MAX + 1];
	struct id7_tally empty;
	enum id7_error error;

	name_of(number, account->name);
	snprintf(account->address[0], sizeof account->address[0],
		 "%.20s@example.org", account->name);
	id7_random(account->id, sizeof account->id);
	id7_store_account_key(&subject, key);
	id7_store_seal(b->store, key, account, sealed);
	error = id7_gdbm_insert(db, key, sealed, sizeof sealed);
	id7_tally_init(&empty, account->id, account->epoch, &now);
	for (unsigned int i = 0; i < 2 && error == ID7_OK; i++) {
		empty.seq = i + 1;
		id7_tallies_encode(b->store, &subject, i, &empty, bytes);
		id7_store_tally_key(&subject, i, key);
		error = id7_gdbm_insert(tally, key, bytes, sizeof bytes);
	}
	if (error != ID7_OK)
		die(account->name, error, id7_store_fault(b->store));
}

static void
fill_shard(struct bench *b, const uint16_t *shard_of, uint32_t index,
	   struct id7_account *account)
{
	struct id7_shard shard = {.index = index};
	auto_gdbm db = {0};
	auto_gdbm tally = {0};

	if (id7_shard_open(b->store, shard, ID7_STORE_DB, true, &db) !=
		    ID7_OK ||
	    id7_shard_open(b->store, shard, ID7_STORE_TALLY, true, &tally) !=
		    ID7_OK)
		die("shard", ID7_IO, id7_store_fault(b->store));
	for (size_t i = 0; i < b->accounts; i++)
		if (shard_of[i] == index)
			insert_account(b, &db, &tally, account, i);
	if (id7_gdbm_close(&db) != ID7_OK || id7_gdbm_close(&tally) != ID7_OK)
		die("close", ID7_IO, NULL);
}

/* Straight into the shards: nobody else is there to see them half made. */
static void
fill(struct bench *b, const char *password)
{
	uint16_t *shard_of = calloc(b->accounts, sizeof *shard_of);
	struct id7_fault fault = {0};
	struct id7_account account;
	int64_t begun = bench_now();
	enum id7_error error;

	error = id7_manage_init(&b->config, b->accounts, &fault);
	if (error != ID7_OK || shard_of == NULL)
		die("init", error, &fault);
	store_open(b);
	account = pattern(b, password);
	for (size_t i = 0; i < b->accounts; i++) {
		struct id7_subject subject = subject_of(b, i);

		shard_of[i] = (uint16_t)id7_shard_of(b->store, &subject).index;
	}
	for (uint32_t i = 0; i < b->store->meta.shards; i++)
		fill_shard(b, shard_of, i, &account);
	free(shard_of);
	printf("{\"accounts\":%zu,\"shards\":%u,\"per_s\":%.0f}\n", b->accounts,
	       b->store->meta.shards,
	       bench_rate(b->accounts, bench_now() - begun));
}

static void
add(struct bench *b, const char *name, const char *password)
{
	struct id7_account account = {0};
	auto_secret *typed = NULL;
	struct id7_fault fault = {0};
	enum id7_quality quality;
	enum id7_error error;

	store_open(b);
	typed = id7_secret_copy(password, strlen(password));
	snprintf(account.name, sizeof account.name, "%s", name);
	error = id7_manage_add(b->id7, &account, typed,
			       id7_deadline_in(WAIT_MS), &quality, &fault);
	if (error != ID7_OK)
		die(name, error, &fault);
	printf("{}\n");
}

static void
get(struct bench *b, size_t count)
{
	char name[ID7_NAME_MAX + 1];
	struct id7_account account;
	enum id7_error error;

	store_open(b);
	b->samples = bench_samples_make(count);
	for (size_t i = 0; i < count; i++) {
		int64_t before = bench_now();

		name_of(i * 7919 % b->accounts, name);
		error = id7_store_get(b->store, name, &account);
		if (error != ID7_OK)
			die(name, error, id7_store_fault(b->store));
		b->samples.ns[i] = bench_now() - before;
	}
	printf("{");
	bench_print(&b->samples);
	printf("}\n");
}

static bool
touch(struct id7_tally *tally, void *context)
{
	(void)context;
	tally->last_bad = tally->wall;
	return true;
}

static void
change_once(struct bench *b, size_t number)
{
	struct id7_subject subject = subject_of(b, number);
	struct id7_now now = id7_clock_now();
	struct id7_tally tally;
	enum id7_error error = id7_store_tally(b->store, &subject, &tally);

	if (error == ID7_OK)
		error = id7_store_change(b->store, &subject, tally.id,
					 tally.epoch, &b->config.policy, &now,
					 false, touch, NULL,
					 id7_deadline_in(WAIT_MS));
	if (error != ID7_OK)
		die("change", error, id7_store_fault(b->store));
}

static void
change_often(size_t number, void *context)
{
	struct bench *b = context;

	store_open(b);
	for (size_t i = 0; i < b->each; i++) {
		size_t at = number * b->each + i;
		int64_t before = bench_now();

		change_once(b, at * 7919 % b->accounts);
		b->samples.ns[at] = bench_now() - before;
	}
	id7_close(&b->id7);
}

/* Every write raises its tally's seq by one. */
static uint64_t
written(struct bench *b)
{
	struct id7_tally tally;
	uint64_t sum = 0;

	store_open(b);
	for (size_t i = 0; i < b->accounts; i++) {
		struct id7_subject subject = subject_of(b, i);
		enum id7_error error =
			id7_store_tally(b->store, &subject, &tally);

		if (error != ID7_OK)
			die("tally", error, id7_store_fault(b->store));
		sum += tally.seq;
	}
	id7_close(&b->id7);
	return sum;
}

static void
change(struct bench *b, size_t procs)
{
	size_t done = procs * b->each;
	uint64_t before = written(b);
	int64_t took, lost;

	b->samples = bench_samples_make(done);
	took = bench_crowd(procs, change_often, b);
	lost = (int64_t)(before + done - written(b));
	printf("{\"procs\":%zu,\"per_s\":%.0f,\"lost\":%lld,", procs,
	       bench_rate(done, took), (long long)lost);
	bench_print(&b->samples);
	printf("}\n");
}

enum act { ACT_ADD, ACT_PASSWORD, ACT_REMOVE };

static enum id7_error
act_once(struct bench *b, enum act act, size_t number,
	 const struct id7_secret *typed, struct id7_fault *fault)
{
	struct id7_deadline deadline = id7_deadline_in(WAIT_MS);
	struct id7_origin origin = {0};
	struct id7_account account = {0};
	enum id7_quality quality;

	snprintf(account.name, sizeof account.name, "act%zu", number);
	switch (act) {
	case ACT_ADD:
		return id7_manage_add(b->id7, &account, typed, deadline,
				      &quality, fault);
	case ACT_PASSWORD:
		return id7_change_authtok(b->id7, account.name, NULL, typed, false,
					  &origin, deadline, &quality, fault);
	case ACT_REMOVE:
		break;
	}
	return id7_manage_remove(b->id7, account.name, deadline, fault);
}

static void
acts(struct bench *b, size_t count, const char *password)
{
	static const char *const names[] = {"add", "password", "remove"};
	struct id7_fault fault = {0};
	char text[200];

	store_open(b);
	b->samples = bench_samples_make(count);
	for (enum act act = ACT_ADD; act <= ACT_REMOVE; act++) {
		auto_secret *typed = NULL;

		/* A new password must not be the old one. */
		snprintf(text, sizeof text, "%s%d", password, (int)act);
		typed = id7_secret_copy(text, strlen(text));
		for (size_t i = 0; i < count; i++) {
			int64_t before = bench_now();
			enum id7_error error =
				act_once(b, act, i, typed, &fault);

			if (error != ID7_OK)
				die(names[act], error, &fault);
			b->samples.ns[i] = bench_now() - before;
		}
		printf("{\"act\":\"%s\",", names[act]);
		bench_print(&b->samples);
		printf("}\n");
	}
}

static void
hash_often(size_t number, void *context)
{
	struct bench *b = context;

	if (id7_crypto_start() != ID7_OK)
		die("libsodium", ID7_INTERNAL, NULL);
	for (size_t i = 0; i < b->each; i++) {
		int64_t before = bench_now();

		(void)pattern(b, "one password for all");
		b->samples.ns[number * b->each + i] = bench_now() - before;
	}
}

static void
hash(struct bench *b, size_t procs)
{
	int64_t took;

	b->samples = bench_samples_make(procs * b->each);
	took = bench_crowd(procs, hash_often, b);
	printf("{\"procs\":%zu,\"slots\":%u,\"per_s\":%.2f,", procs,
	       id7_slots_count(b->config.hash_slots, b->config.memlimit),
	       bench_rate(b->samples.count, took));
	bench_print(&b->samples);
	printf("}\n");
}

static bool
run(struct bench *b, const char *what, char **field, int fields)
{
	if (strcmp(what, "add") == 0 && fields == 2) {
		add(b, field[0], field[1]);
		return true;
	}
	b->accounts = bench_number(field[0]);
	if (strcmp(what, "fill") == 0 && fields == 2) {
		fill(b, field[1]);
	} else if (strcmp(what, "get") == 0 && fields == 2) {
		get(b, bench_number(field[1]));
	} else if (strcmp(what, "change") == 0 && fields == 3) {
		b->each = bench_number(field[2]);
		change(b, bench_number(field[1]));
	} else if (strcmp(what, "acts") == 0 && fields == 2) {
		acts(b, b->accounts, field[1]);
	} else if (strcmp(what, "seq") == 0 && fields == 1) {
		printf("{\"seq\":%llu}\n", (unsigned long long)written(b));
	} else if (strcmp(what, "hash") == 0 && fields == 2) {
		b->each = b->accounts;
		hash(b, bench_number(field[1]));
	} else {
		return false;
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct id7_fault fault = {0};
	struct bench b = {0};
	enum id7_error error;

	if (argc < 4)
		return 2;
	error = id7_settings_read(argv[2], &b.config, NULL, NULL, &fault);
	if (error != ID7_OK)
		die(argv[2], error, &fault);
	if (!run(&b, argv[1], argv + 3, argc - 3))
		return 2;
	id7_close(&b.id7);
	return 0;
}
