/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every call that can fail does so once, in everything that is done to a store:
 * opening it, doing it, closing it. Each time an error is told, or what was
 * told to be done is done; a sync that failed is never passed over in silence;
 * the state is the old or the new one, without damage, no descriptor is left
 * open, and the next one works.
 *
 * FAULT_SAMPLE: how many calls of each kind (3), in each of three ways; of work
 * on the whole store a half, in one way; 0: all, but of that work 12.
 */
#include <dirent.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "tests/fault/plays.h"
#include "tests/support/check.h"
#include "tests/support/failnth.h"
#include "tests/support/random.h"

#define NOTHING UINT32_MAX
#define CHECK_EVERY 8 /* `check` reads everything */
#define CARE_MOST                                                              \
	250 /* many of these calls are the same for file after file            \
	     */

/* What the child tells. */
struct told {
	enum id7_error error;
	enum fail_kind kind;
	bool failed;
	unsigned int seen[FAIL_KINDS];
	int leaked;
};

/* Which call fails, and how. */
struct point {
	enum fail_kind kind;
	unsigned int n;
	enum fail_how how;
};

struct scene {
	struct stage stage;
	struct told *told;
	struct random random;
	unsigned int sample; /* 0: all */
	unsigned int points, refused;
	unsigned int kinds[FAIL_KINDS];
};

static const char *const kind_names[FAIL_KINDS] = {
	"open", "read",	  "write", "sync", "close",  "stat",
	"seek", "rename", "mode",  "lock", "memory", "mmap"};

static int
open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	while (dir != NULL && readdir(dir) != NULL)
		count++;
	if (dir != NULL)
		closedir(dir);
	return count;
}

/* In the child. What comes before the play does not fail. */
static void
act(struct scene *scene, const struct play *play, const struct point *point)
{
	struct temp_hand hand = {.policy = scene->stage.l.config.policy};
	struct told *told = scene->told;
	int before = open_descriptors();

	alarm(120);
	if (play->before == NULL)
		fail_arm_kind(point->kind, point->n, point->how);
	told->error = id7_open(&scene->stage.l.config, &hand.id7, NULL);
	if (told->error == ID7_OK)
		hand.store = id7_get_store(hand.id7);
	if (told->error == ID7_OK && play->before != NULL) {
		told->error = play->before(&hand);
		fail_arm_kind(point->kind, point->n, point->how);
	}
	if (told->error == ID7_OK)
		told->error = play->act(&scene->stage, &hand);
	for (int kind = 0; kind < FAIL_KINDS; kind++)
		told->seen[kind] = fail_seen((enum fail_kind)kind);
	told->failed = fail_disarm(&told->kind);
	/* Closed, a reservation would be given back. */
	if (hand.id7 == NULL || !hand.store->ticket.live) {
		id7_close(&hand.id7);
		told->leaked = open_descriptors() - before;
	}
	_exit(0);
}

static const char *
outcome(struct scene *scene, const struct play *play, int status)
{
	const struct told *told = scene->told;
	bool check = play->care || scene->points % CHECK_EVERY == 0;

	WANT(status == 0);
	WANT(told->leaked == 0);
	WANT(told->failed || told->error == ID7_OK);
	WANT(!told->failed || told->kind != FAIL_SYNC ||
	     told->error != ID7_OK || play->spare_sync);
	return stage_verdict(&scene->stage, play, told->error == ID7_OK, check);
}

static void
run_point(struct scene *scene, const struct play *play,
	  const struct point *point)
{
	const struct told *told = scene->told;
	const char *wrong = stage_prepare(&scene->stage, play);
	int status = 0;
	pid_t child;

	memset(scene->told, 0, sizeof *scene->told);
	fflush(stdout);
	child = fork();
	if (child == 0)
		act(scene, play, point);
	CHECK_INT(waitpid(child, &status, 0), child);
	if (wrong == NULL)
		wrong = outcome(scene, play, status);
	CHECK(wrong == NULL);
	if (wrong != NULL)
		fprintf(stderr, "%s, %s %u, way %d, error %d, status %d: %s\n",
			play->name, kind_names[point->kind], point->n,
			(int)point->how, (int)told->error, status, wrong);
	if (!told->failed)
		return;
	scene->points++;
	scene->refused += told->error != ID7_OK;
	scene->kinds[told->kind]++;
}

static unsigned int
stride(const struct scene *scene, const struct play *play, unsigned int calls)
{
	unsigned int sample =
		play->care ? (scene->sample + 1) / 2 : scene->sample;

	if (play->care && (scene->sample == 0 || sample > CARE_MOST))
		sample = CARE_MOST;
	return sample == 0 || calls <= sample ? 1 : calls / sample;
}

/* All ways for each call, or one of them when there is little time. */
static void
run_kind(struct scene *scene, const struct play *play, enum fail_kind kind,
	 unsigned int calls)
{
	bool one = play->care && scene->sample != 0;
	unsigned int step = stride(scene, play, calls);

	for (unsigned int n = random_below(&scene->random, step); n < calls;
	     n += step) {
		uint32_t way = random_below(&scene->random, FAIL_HOWS);

		for (uint32_t how = 0; how < FAIL_HOWS; how++)
			if (!one || how == way)
				run_point(scene, play,
					  &(struct point){kind, n,
							  (enum fail_how)how});
	}
}

static void
run_play(struct scene *scene, const struct play *play)
{
	const struct point none = {FAIL_OPEN, NOTHING, FAIL_ONCE};
	unsigned int before = scene->points, all = 0;
	unsigned int calls[FAIL_KINDS];

	run_point(scene, play, &none);
	memcpy(calls, scene->told->seen, sizeof calls);
	for (int kind = 0; kind < FAIL_KINDS; kind++) {
		run_kind(scene, play, (enum fail_kind)kind, calls[kind]);
		all += calls[kind];
	}
	CHECK(all > 20);
	printf("%s: %u failures, of %u calls in three ways\n", play->name,
	       scene->points - before, all);
	fflush(stdout);
}

static void
print_figures(const struct scene *scene)
{
	printf("%u calls failed, one at a time, %u times an error was told; "
	       "of them",
	       scene->points, scene->refused);
	for (int kind = 0; kind < FAIL_KINDS; kind++)
		printf(" %s %u", kind_names[kind], scene->kinds[kind]);
	printf("\n");
}

int
main(int argc, char **argv)
{
	static struct scene scene;
	size_t count;
	const struct play *plays = plays_chosen(argc, argv, &count);

	scene.told = mmap(NULL, sizeof *scene.told, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (scene.told == MAP_FAILED)
		return 77;
	scene.sample = temp_login_amount("FAULT_SAMPLE", 3);
	scene.random = random_begin();
	stage_make(&scene.stage);
	for (size_t i = 0; i < count; i++)
		run_play(&scene, &plays[i]);
	print_figures(&scene);
	temp_remove(&scene.stage.l.t.temp);
	if (check_failed > 0)
		random_confess(&scene.random);
	return check_done();
}
