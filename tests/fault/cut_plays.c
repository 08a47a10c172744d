/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Power cuts in the middle of everything that is done to a store, recorded as
 * writes, syncs and changes of names and played back on a disk that keeps only
 * what was synced and any part of the rest (disk.h). After a cut at any moment
 * everybody else is whole, what was changed is the old or the new one, what was
 * acknowledged is new, and the next one works. Played back on a disk that is
 * deaf to syncs the same must fail: else this would prove nothing.
 *
 * FAULT_CUTS: how many random cuts at each moment (5; of work on the whole
 * store a fifth of them, at most 4). FAULT_SAMPLE: at how many moments of that
 * work (5); 0: at all, but not more than 150.
 */
#include "tests/fault/disk.h"
#include "tests/fault/plays.h"
#include "tests/support/check.h"

#define CHECK_EVERY 8 /* `check` reads everything: not after each cut */
#define LAST 8	      /* moments at the end: never left out */
#define MOST 150      /* moments of one work */
#define DEAF_SAMPLE 4
#define SHOWN 10

struct scene {
	struct stage stage;
	struct stage cut; /* what is left of it */
	struct random random;
	unsigned int some;   /* random cuts at each moment */
	unsigned int sample; /* moments; 0: all */
	unsigned int cuts, shown;
};

struct record {
	const struct log_event *event;
	size_t events;
	struct disk *disk, *deaf;
};

/* Does what is prepared; true when it was acknowledged. */
static bool
record(struct scene *scene, const struct play *play, struct record *ret_record)
{
	struct temp_hand hand;
	enum id7_error error = ID7_OK;

	temp_hand_open(&scene->stage.l, &hand);
	if (play->before != NULL)
		error = play->before(&hand);
	ret_record->disk = disk_make(scene->stage.l.t.temp.dir, false);
	ret_record->deaf = disk_make(scene->stage.l.t.temp.dir, true);
	writelog_begin();
	if (error == ID7_OK)
		error = play->act(&scene->stage, &hand);
	writelog_mark(1);
	ret_record->event = writelog_end(&ret_record->events);
	temp_hand_close(&hand);
	return error == ID7_OK;
}

static bool
judge(struct scene *scene, const struct play *play, bool acknowledged)
{
	const char *wrong = stage_verdict(&scene->cut, play, acknowledged,
					  scene->cuts % CHECK_EVERY == 0);

	scene->cuts++;
	if (wrong != NULL && scene->shown++ < SHOWN)
		fprintf(stderr, "%s, cut %u%s: %s\n", play->name, scene->cuts,
			acknowledged ? ", acknowledged" : "", wrong);
	return wrong == NULL;
}

/* Cuts at one moment. Returns how many of the cuts were bad. */
static unsigned int
cut(struct scene *scene, const struct play *play, const struct disk *disk,
    bool acknowledged, unsigned int some)
{
	unsigned int bad = 0;

	for (unsigned int k = 0; k < some + 2; k++) {
		enum disk_cut how = k == 0   ? DISK_NOTHING
				    : k == 1 ? DISK_EVERYTHING
					     : DISK_SOME;

		if (k > 0 && !disk_dirty(disk))
			break;
		disk_cut(disk, how, &scene->random, scene->cut.l.t.temp.dir);
		bad += !judge(scene, play, acknowledged);
	}
	return bad;
}

/* Plays back, and cuts at some moments. Returns how many cuts were bad. */
static unsigned int
play_back(struct scene *scene, const struct play *play,
	  const struct record *record, struct disk *disk, unsigned int sample,
	  unsigned int some)
{
	size_t step = sample == 0 || record->events <= sample
			      ? 1
			      : record->events / sample;
	size_t next = random_below(&scene->random, (uint32_t)step);
	bool acknowledged = false;
	unsigned int bad = 0;

	for (size_t i = 0; i < record->events; i++) {
		acknowledged |= record->event[i].kind == LOG_MARK;
		disk_apply(disk, &record->event[i]);
		if (i != next && i + LAST < record->events)
			continue;
		if (i == next)
			next += step;
		bad += cut(scene, play, disk, acknowledged, some);
	}
	return bad;
}

static void
run_play(struct scene *scene, const struct play *play, unsigned int *deaf_cuts,
	 unsigned int *deaf_bad)
{
	unsigned int sample = play->care ? scene->sample : 0;
	unsigned int some = play->care ? scene->some / 5 : scene->some;
	unsigned int before = scene->cuts, bad;
	const char *wrong = stage_prepare(&scene->stage, play);
	struct record is = {0};

	if (sample == 0 || sample > MOST)
		sample = MOST;
	if (play->care && some > 4)
		some = 4;
	CHECK(wrong == NULL);
	scene->cut.was = scene->stage.was;
	scene->cut.code = scene->stage.code;
	CHECK(record(scene, play, &is));
	scene->shown = 0;
	bad = play_back(scene, play, &is, is.disk, sample, some);
	CHECK_INT(bad, 0);
	printf("%s: %zu writes, syncs and changes of names: %u power cuts, %u "
	       "bad\n",
	       play->name, is.events, scene->cuts - before, bad);
	fflush(stdout);
	before = scene->cuts;
	scene->shown = SHOWN;
	*deaf_bad += play_back(scene, play, &is, is.deaf, DEAF_SAMPLE, 1);
	*deaf_cuts += scene->cuts - before;
	scene->cuts = before;
	disk_free(&is.disk);
	disk_free(&is.deaf);
}

int
main(int argc, char **argv)
{
	static struct scene scene;
	unsigned int deaf_cuts = 0, deaf_bad = 0;
	struct temp left;
	size_t count;
	const struct play *plays = plays_chosen(argc, argv, &count);

	scene.random = random_begin();
	scene.some = temp_login_amount("FAULT_CUTS", 5);
	scene.sample = temp_login_amount("FAULT_SAMPLE", 5);
	stage_make(&scene.stage);
	temp_login_dir(&left);
	scene.cut = stage_in(&scene.stage, left.dir);
	for (size_t i = 0; i < count; i++)
		run_play(&scene, &plays[i], &deaf_cuts, &deaf_bad);
	printf("%u power cuts in %zu operations\n", scene.cuts, count);
	printf("without syncs: %u of %u bad\n", deaf_bad, deaf_cuts);
	CHECK(deaf_bad > deaf_cuts / 20);
	temp_remove(&left);
	temp_remove(&scene.stage.l.t.temp);
	if (check_failed > 0)
		random_confess(&scene.random);
	return check_done();
}
