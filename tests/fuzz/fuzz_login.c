/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Logins at a store that the fuzzer has damaged: nobody is let in with a wrong
 * password, no account is called unknown while one of its two files is whole,
 * and a damaged ring of phantoms keeps nobody out. The store is the same in
 * every run, so that inputs keep their meaning.
 *
 * An input is a row of blows of 8 bytes: file, kind, place (2), value (4).
 */
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>

#include "tests/support/temp_login.h"

#define ADA "ada"
#define RIGHT "Grain-of-sand-1"
#define WRONG "Grain-of-salt-1"
#define BLOCK 4096
#define BLOW 8
#define BLOWS_MAX 32
#define WAIT_MS 3000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { DB, TALLY, PHANTOM, META, FILES };

struct victim {
	char path[200];
	uint8_t *bytes, *now;
	size_t len, len_now;
};

static struct {
	bool made;
	struct temp_login l;
	struct victim file[FILES];
	uint64_t random;
} world;

/* The same bytes in every run. */
static void
no_chance(void *buf, size_t len)
{
	uint8_t seed[randombytes_SEEDBYTES] = {0};

	world.random++;
	memcpy(seed, &world.random, sizeof world.random);
	randombytes_buf_deterministic(buf, len, seed);
}

static uint32_t
no_chance_32(void)
{
	uint32_t value;

	no_chance(&value, sizeof value);
	return value;
}

static const char *
no_chance_name(void)
{
	return "the same in every run";
}

static struct randombytes_implementation same_random = {
	.implementation_name = no_chance_name,
	.random = no_chance_32,
	.buf = no_chance,
};

static void
must(bool well, const char *what)
{
	if (well)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

static void
load(struct victim *v, const char *path)
{
	struct stat st = {0};
	int fd = open(path, O_RDONLY);

	must(fd >= 0 && fstat(fd, &st) == 0, path);
	snprintf(v->path, sizeof v->path, "%.199s", path);
	v->len = (size_t)st.st_size;
	v->bytes = malloc(v->len);
	v->now = malloc(v->len);
	must(v->bytes != NULL && v->now != NULL &&
		     read(fd, v->bytes, v->len) == st.st_size,
	     path);
	close(fd);
}

static void
clear_away(void)
{
	temp_remove(&world.l.t.temp);
}

static void
make_world(void)
{
	struct id7_store *store;
	struct id7_subject eve;
	char name[ID7_STORE_FILE_MAX + 1], path[200];
	struct id7 *id7;

	randombytes_set_implementation(&same_random);
	temp_login_make(&world.l);
	atexit(clear_away);
	world.l.config.policy.deny = 0;
	id7 = temp_login_open(&world.l);
	must(temp_login_add(id7, ADA, RIGHT) == ID7_OK, "add");
	must(temp_login_add(id7, "bob", RIGHT) == ID7_OK, "add");
	id7_close(&id7);
	store = temp_store_open(&world.l.t);
	temp_store_file(&world.l.t, store, ADA, ID7_STORE_DB, path);
	load(&world.file[DB], path);
	temp_store_file(&world.l.t, store, ADA, ID7_STORE_TALLY, path);
	load(&world.file[TALLY], path);
	eve = id7_store_subject(store, "eve", 3, true);
	id7_shard_name(store, id7_shard_of(store, &eve), ID7_STORE_TALLY, name);
	snprintf(path, sizeof path, "%s/%s", world.l.t.dir, name);
	load(&world.file[PHANTOM], path);
	snprintf(path, sizeof path, "%s/meta", world.l.t.dir);
	load(&world.file[META], path);
	id7_store_close(&store);
	world.made = true;
}

static void
put_back(const struct victim *v, const uint8_t *bytes, size_t len)
{
	int fd = open(v->path, O_WRONLY);

	must(ftruncate(fd, (off_t)len) == 0 &&
		     pwrite(fd, bytes, len, 0) == (ssize_t)len,
	     v->path);
	close(fd);
}

static void
strike(struct victim *v, const uint8_t blow[BLOW])
{
	size_t at = ((size_t)blow[2] | (size_t)blow[3] << 8) % v->len;
	size_t block = at / BLOCK * BLOCK, from = (blow[4] * BLOCK) % v->len;
	size_t rest = v->len - at;
	size_t whole = v->len - block < BLOCK ? v->len - block : BLOCK;

	switch (blow[1] % 6) {
	case 0:
		v->now[at] = blow[4];
		break;
	case 1:
		v->now[at] ^= (uint8_t)(1 << (blow[4] & 7));
		break;
	case 2:
		memcpy(v->now + at, blow + 4, rest < 4 ? rest : 4);
		break;
	case 3:
		memset(v->now + block, blow[4], whole);
		break;
	case 4:
		if (v->len - from < whole)
			whole = v->len - from;
		memmove(v->now + block, v->bytes + from, whole);
		break;
	case 5:
		v->len_now = at;
		break;
	}
}

static void
attempt(struct id7 *id7, const char *user, const char *password,
	struct id7_login *ret_login)
{
	temp_login_attempt(id7, user, password, id7_deadline_in(WAIT_MS),
			   ret_login);
}

static void
log_in(bool only_phantoms, bool one_whole)
{
	struct id7_fault fault = {0};
	enum id7_whose whose = ID7_WHOSE_OURS;
	struct id7_login login;
	auto_id7 *id7 = NULL;

	if (id7_open(&world.l.config, &id7, &fault) != ID7_OK) {
		must(!only_phantoms, "the store opens");
		return;
	}
	if (id7_login_whose(id7, ADA, true, &whose, &fault) == ID7_OK &&
	    one_whole)
		must(whose == ID7_WHOSE_OURS, "ada is known");
	attempt(id7, ADA, WRONG, &login);
	must(login.verdict == ID7_DENY, "a wrong password is refused");
	attempt(id7, ADA, RIGHT, &login);
	must(login.verdict == ID7_ALLOW || !one_whole ||
		     (login.error != ID7_OK && !only_phantoms),
	     "the right password is taken, or the store is in trouble");
	attempt(id7, "eve", WRONG, &login);
	must(login.verdict == ID7_DENY, "nobody is refused");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	bool struck[FILES] = {false};

	if (!world.made)
		make_world();
	for (size_t i = 0; i < FILES; i++) {
		struct victim *v = &world.file[i];

		memcpy(v->now, v->bytes, v->len);
		v->len_now = v->len;
	}
	for (size_t i = 0; i + BLOW <= len && i < BLOWS_MAX * BLOW; i += BLOW) {
		struck[data[i] % FILES] = true;
		strike(&world.file[data[i] % FILES], data + i);
	}
	for (size_t i = 0; i < FILES; i++)
		if (struck[i])
			put_back(&world.file[i], world.file[i].now,
				 world.file[i].len_now);
	log_in(!struck[DB] && !struck[TALLY] && !struck[META],
	       !struck[DB] || !struck[TALLY]);
	/* Logins write tallies themselves. */
	for (size_t i = 0; i < FILES; i++)
		if (struck[i] || i == TALLY || i == PHANTOM)
			put_back(&world.file[i], world.file[i].bytes,
				 world.file[i].len);
	return 0;
}
