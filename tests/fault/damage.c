/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every file of a small store damaged, and logins on what is left: bytes
 * flipped, blocks zeroed and copied over others, files cut short and grown. No
 * crash and no hang, nobody let in with a wrong password, no account called
 * unknown; and damage to the ring of phantoms keeps no account out.
 *
 * FAULT_STRIDE: every how many bytes are flipped (3).
 */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/support/check.h"
#include "tests/support/random.h"
#include "tests/support/temp_login.h"

#define ADA "ada"
#define RIGHT "Grain-of-sand-1"
#define WRONG "Grain-of-salt-1"
#define BLOCK 4096
#define BATCH 400
#define BATCH_SECONDS 120

enum harm { FLIP, ZERO, COPY, CUT, GROW };

static const char *const harm_names[] = {"flipped", "zeroed", "copied over",
					 "cut short", "grown"};

/* A file, its bytes as they were, and its neighbour that logins write. */
struct victim {
	char path[200], tally_path[200];
	uint8_t *bytes, *tally;
	size_t len, tally_len;
	bool phantom;
	bool vital; /* what is wrong with it must show */
};

/* One way to harm. */
struct blow {
	enum harm harm;
	size_t at, from;
};

struct board {
	atomic_uint done, refused, served, broken;
	struct blow blow; /* the one that is looked at */
	char said[100];
};

struct scene {
	struct temp_login l;
	struct board *board;
	struct random random;
};

static size_t
slurp(const char *path, uint8_t **ret_bytes)
{
	struct stat st = {0};
	int fd = open(path, O_RDONLY);

	CHECK(fd >= 0 && fstat(fd, &st) == 0);
	*ret_bytes = malloc((size_t)st.st_size + 1);
	CHECK_INT(read(fd, *ret_bytes, (size_t)st.st_size), st.st_size);
	close(fd);
	return (size_t)st.st_size;
}

static void
put(const char *path, size_t at, const uint8_t *bytes, size_t len)
{
	int fd = open(path, O_WRONLY);

	if (pwrite(fd, bytes, len, (off_t)at) != (ssize_t)len)
		abort();
	close(fd);
}

static void
strike(const struct victim *v, const struct blow *blow)
{
	uint8_t block[BLOCK] = {0}, byte;

	switch (blow->harm) {
	case FLIP:
		byte = v->bytes[blow->at] ^ (uint8_t)blow->from;
		put(v->path, blow->at, &byte, 1);
		break;
	case ZERO:
		put(v->path, blow->at, block, sizeof block);
		break;
	case COPY:
		put(v->path, blow->at, v->bytes + blow->from, BLOCK);
		break;
	case CUT:
	case GROW:
		if (truncate(v->path, (off_t)blow->at) != 0)
			abort();
		break;
	}
}

static void
mend(const struct victim *v)
{
	if (truncate(v->path, (off_t)v->len) != 0)
		abort();
	put(v->path, 0, v->bytes, v->len);
	put(v->tally_path, 0, v->tally, v->tally_len);
}

static void
broke(struct board *board, const char *what)
{
	if (atomic_fetch_add(&board->broken, 1) == 0)
		snprintf(board->said, sizeof board->said, "%s %s at %zu (%zu)",
			 what, harm_names[board->blow.harm], board->blow.at,
			 board->blow.from);
}

/* Both passwords at a damaged store. */
static void
log_in(const struct scene *scene, const struct victim *v)
{
	struct board *board = scene->board;
	struct id7_fault fault = {0};
	struct id7_login login;
	enum id7_whose whose = ID7_WHOSE_OURS;
	auto_id7 *id7 = NULL;
	enum id7_error error = id7_open(&scene->l.config, &id7, &fault);

	if (error == ID7_OK)
		error = id7_login_whose(id7, ADA, true, &whose, &fault);
	if (error == ID7_OK && whose != ID7_WHOSE_OURS)
		broke(board, "ada is unknown:");
	if (error != ID7_OK && v->phantom)
		broke(board, "ada is refused:");
	if (error != ID7_OK) {
		atomic_fetch_add(&board->refused, 1);
		return;
	}
	temp_login_attempt(id7, ADA, WRONG, id7_deadline_in(10000), &login);
	if (login.verdict != ID7_DENY)
		broke(board, "a wrong password is taken:");
	temp_login_attempt(id7, ADA, RIGHT, id7_deadline_in(10000), &login);
	if (login.verdict != ID7_ALLOW && login.error == ID7_OK)
		broke(board, "the right password is called wrong:");
	if (login.verdict != ID7_ALLOW && v->phantom)
		broke(board, "ada is kept out:");
	atomic_fetch_add(login.verdict == ID7_ALLOW ? &board->served
						    : &board->refused,
			 1);
	if (!v->phantom)
		return;
	temp_login_attempt(id7, "eve", WRONG, id7_deadline_in(10000), &login);
	if (login.verdict != ID7_DENY)
		broke(board, "nobody is let in:");
}

/* Some blows in a process of their own, which may die of them. */
static void
run_batch(const struct scene *scene, const struct victim *v,
	  const struct blow *blow, size_t count)
{
	const struct rlimit cpu = {BATCH_SECONDS, BATCH_SECONDS};
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		setrlimit(RLIMIT_CPU, &cpu);
		for (size_t i = 0; i < count; i++) {
			scene->board->blow = blow[i];
			strike(v, &blow[i]);
			log_in(scene, v);
			mend(v);
			atomic_fetch_add(&scene->board->done, 1);
		}
		_exit(0);
	}
	CHECK_INT(waitpid(child, &status, 0), child);
	CHECK_INT(status, 0);
	if (status != 0) {
		broke(scene->board, "the process died:");
		mend(v);
	}
}

static void
run(struct scene *scene, const struct victim *v, const struct blow *blow,
    size_t count)
{
	struct board *board = scene->board;
	const char *name = strrchr(v->path, '/') + 1;

	memset(board, 0, sizeof *board);
	for (size_t i = 0; i < count; i += BATCH)
		run_batch(scene, v, blow + i,
			  count - i < BATCH ? count - i : BATCH);
	CHECK_INT(atomic_load(&board->done), count);
	CHECK_INT(atomic_load(&board->broken), 0);
	CHECK_STR(board->said, "");
	CHECK(!v->vital || atomic_load(&board->refused) > 0);
	printf("%s %s: %u times, %u served, %u refused\n", name,
	       harm_names[blow[0].harm], atomic_load(&board->done),
	       atomic_load(&board->served), atomic_load(&board->refused));
}

static void
flip_bytes(struct scene *scene, const struct victim *v, size_t stride)
{
	struct blow *blow = calloc(v->len, sizeof *blow);
	size_t count = 0;

	for (size_t at = 0; at < v->len; at += at < 64 ? 1 : stride)
		blow[count++] = (struct blow){
			FLIP, at, 1 + random_below(&scene->random, 255)};
	run(scene, v, blow, count);
	free(blow);
}

static void
harm_blocks(struct scene *scene, const struct victim *v, size_t step)
{
	size_t blocks = v->len / BLOCK, count = 0;
	struct blow *blow = calloc(blocks * blocks + 1, sizeof *blow);

	for (size_t i = 0; i < blocks; i += step)
		blow[count++] = (struct blow){ZERO, i * BLOCK, 0};
	run(scene, v, blow, count);
	count = 0;
	for (size_t i = 0; i < blocks; i += step)
		for (size_t k = 0; k < blocks; k += step)
			if (i != k)
				blow[count++] = (struct blow){COPY, i * BLOCK,
							      k * BLOCK};
	run(scene, v, blow, count);
	free(blow);
}

static void
harm_size(struct scene *scene, const struct victim *v, size_t step)
{
	struct blow *blow = calloc(v->len / step + 4, sizeof *blow);
	size_t count = 0;

	for (size_t at = 0; at < v->len; at += step)
		blow[count++] = (struct blow){CUT, at, 0};
	run(scene, v, blow, count);
	count = 0;
	for (size_t more = 1; more <= 65536; more *= 256)
		blow[count++] = (struct blow){GROW, v->len + more, 0};
	run(scene, v, blow, count);
	free(blow);
}

static void
victim_load(struct victim *v, const char *path, const char *tally_path)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	snprintf(v->path, sizeof v->path, "%.199s", path);
	snprintf(v->tally_path, sizeof v->tally_path, "%.199s", tally_path);
	v->len = slurp(path, &v->bytes);
	v->tally_len = slurp(tally_path, &v->tally);
}

static void
victim_free(struct victim *v)
{
	free(v->bytes);
	free(v->tally);
}

static void
harm_shard(struct scene *scene, enum id7_store_file which, const char *tally,
	   size_t stride)
{
	struct id7_store *store = temp_store_open(&scene->l.t);
	struct victim v = {.vital = true};
	char path[200];

	temp_store_file(&scene->l.t, store, ADA, which, path);
	id7_store_close(&store);
	victim_load(&v, path, tally);
	flip_bytes(scene, &v, stride);
	harm_blocks(scene, &v, 1);
	harm_size(scene, &v, 512);
	victim_free(&v);
}

/* The file that eve's failures are counted in. */
static void
phantom_path(const struct scene *scene, char ret_path[200])
{
	struct id7_store *store = temp_store_open(&scene->l.t);
	struct id7_subject eve = id7_store_subject(store, "eve", 3, true);
	char name[ID7_STORE_FILE_MAX + 1];

	id7_shard_name(store, id7_shard_of(store, &eve), ID7_STORE_TALLY, name);
	snprintf(ret_path, 200, "%s/%s", scene->l.t.dir, name);
	id7_store_close(&store);
}

/* Small files, and the big one. */
static void
harm_rest(struct scene *scene, const char *tally, size_t stride)
{
	const struct temp_store *t = &scene->l.t;
	struct victim v = {.vital = true};
	char path[200];

	snprintf(path, sizeof path, "%s/meta", t->dir);
	victim_load(&v, path, tally);
	flip_bytes(scene, &v, 1);
	victim_free(&v);
	snprintf(path, sizeof path, "%s/1.key", t->keys);
	if (access(path, F_OK) == 0) {
		victim_load(&v, path, tally);
		flip_bytes(scene, &v, 1);
		victim_free(&v);
	}
	v = (struct victim){.phantom = true};
	phantom_path(scene, path);
	victim_load(&v, path, tally);
	flip_bytes(scene, &v, stride * 61);
	harm_blocks(scene, &v, v.len / BLOCK / 8 + 1);
	harm_size(scene, &v, v.len / 16 + 1);
	victim_free(&v);
}

int
main(void)
{
	static struct scene scene;
	size_t stride = temp_login_amount("FAULT_STRIDE", 3);
	static const char *const others[] = {"bob", "chen", "dee", "emine"};
	struct id7_store *store;
	struct id7 *id7;
	char tally[200];

	scene.random = random_begin();
	scene.board = mmap(NULL, sizeof *scene.board, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (scene.board == MAP_FAILED)
		return 77;
	temp_login_make(&scene.l);
	scene.l.config.policy.deny = 0;
	id7 = temp_login_open(&scene.l);
	CHECK_INT(temp_login_add(id7, ADA, RIGHT), ID7_OK);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		CHECK_INT(temp_login_add(id7, others[i], RIGHT), ID7_OK);
	id7_close(&id7);
	store = temp_store_open(&scene.l.t);
	temp_store_file(&scene.l.t, store, ADA, ID7_STORE_TALLY, tally);
	harm_shard(&scene, ID7_STORE_DB, tally, stride);
	harm_shard(&scene, ID7_STORE_TALLY, tally, stride);
	harm_rest(&scene, tally, stride);
	CHECK_INT(temp_store_findings(store), 0);
	id7_store_close(&store);
	temp_remove(&scene.l.t.temp);
	if (check_failed > 0)
		random_confess(&scene.random);
	return check_done();
}
