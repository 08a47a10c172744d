/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SIGKILL in the middle of everything that is done to a store: to one account
 * before each system call, to the store as a whole before those that change
 * files. Afterwards everybody else is whole, what was changed is the old or the
 * new one, what was acknowledged is new, and the next one works.
 *
 * FAULT_SAMPLE: how many points of each work on the whole store (16); 0: all,
 * of init 400.
 */
#include "tests/fault/plays.h"
#include "tests/support/check.h"
#include "tests/support/killpoint.h"

#define CHECK_EVERY 16 /* `check` reads everything: not after each kill */
#define LAST 12	       /* where things are put in place: never left out */

struct scene {
	struct stage stage;
	unsigned int kills;
	unsigned int sample;
};

/* In the child. */
struct body {
	struct stage *stage;
	const struct play *play;
	struct temp_hand hand;
};

static bool
begin(void *context)
{
	struct body *body = context;

	temp_hand_open(&body->stage->l, &body->hand);
	return body->play->before == NULL ||
	       body->play->before(&body->hand) == ID7_OK;
}

static bool
act(void *context)
{
	struct body *body = context;

	return body->play->act(body->stage, &body->hand) == ID7_OK;
}

static struct kill_end
run_point(struct scene *scene, const struct play *play, unsigned int point)
{
	struct body body = {.stage = &scene->stage, .play = play};
	const struct kill_work work = {begin, act, &body, play->care};
	const char *wrong = stage_prepare(&scene->stage, play);
	struct kill_end end = {.how = KILL_FAILED};

	if (wrong == NULL)
		end = kill_at(&work, point);
	if (wrong == NULL && end.how != KILL_UNTRACED)
		wrong = stage_verdict(&scene->stage, play, end.acknowledged,
				      point % CHECK_EVERY == 0 ||
					      end.how != KILL_KILLED);
	CHECK(wrong == NULL);
	if (wrong != NULL)
		fprintf(stderr, "%s, killed at %u: %s\n", play->name, point,
			wrong);
	scene->kills += end.how == KILL_KILLED;
	return end;
}

/* How far apart the points lie that are tried. */
static unsigned int
stride(const struct scene *scene, const struct play *play, unsigned int points)
{
	unsigned int sample = play->care ? scene->sample : 0;

	if (play->most != 0 && (sample == 0 || sample > play->most))
		sample = play->most;
	return sample == 0 || points < sample ? 1 : points / sample;
}

/* False when processes cannot be traced. */
static bool
run_play(struct scene *scene, const struct play *play)
{
	unsigned int before = scene->kills, points, step;
	struct kill_end end = run_point(scene, play, KILL_NEVER);

	if (end.how == KILL_UNTRACED)
		return false;
	/* The first time it makes what all others find. */
	end = run_point(scene, play, KILL_NEVER);
	points = end.points;
	CHECK_INT(end.how, KILL_DONE);
	CHECK(points > 20);
	step = stride(scene, play, points);
	for (unsigned int point = 0; point < points; point += step) {
		end = run_point(scene, play, point);
		/* It may wait less often than the first time. */
		CHECK(end.how == KILL_KILLED || end.how == KILL_DONE);
		if (point + step + LAST >= points && step > 1) {
			point = points - LAST - 1;
			step = 1;
		}
	}
	CHECK(scene->kills - before > 20);
	printf("%s: killed at %u of %u points\n", play->name,
	       scene->kills - before, points);
	fflush(stdout);
	return true;
}

int
main(int argc, char **argv)
{
	static struct scene scene;
	bool traced = true;
	size_t count;
	const struct play *plays = plays_chosen(argc, argv, &count);

	scene.sample = temp_login_amount("FAULT_SAMPLE", 16);
	stage_make(&scene.stage);
	for (size_t i = 0; i < count && traced; i++)
		traced = run_play(&scene, &plays[i]);
	temp_remove(&scene.stage.l.t.temp);
	if (!traced) {
		printf("processes cannot be traced here\n");
		return 77;
	}
	printf("killed at %u points of %zu operations\n", scene.kills, count);
	return check_done();
}
