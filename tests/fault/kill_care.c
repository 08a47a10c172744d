/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SIGKILL before the system calls that change files, all through init, backup,
 * restore, repair and compact: every account stays, with what was counted, the
 * store is the old or the new one and sound, and the next run of the same work
 * succeeds.
 *
 * FAULT_SAMPLE: how many points of each work (24); 0: all of them.
 */
#include <limits.h>

#include "tests/support/check.h"
#include "tests/support/killpoint.h"
#include "tests/support/temp_hand.h"

#define INIT_MAX 400 /* of init's points most write the same file anew */
#define LAST 12	     /* where things are put in place: never left out */
#define OLD_DATE 19990101
#define NEW_DATE 20010203

struct scene {
	struct temp_store t;
	char backup[100]; /* made of the old dates */
	char made[100];	  /* what the work makes, if it makes one */
};

static const char *const people[] = {"alice", "bob", "carol", "dave"};
#define PEOPLE (sizeof people / sizeof people[0])

struct work {
	const char *name;
	void (*prepare)(struct scene *scene, struct id7_store *store);
	enum id7_error (*act)(struct scene *scene);
	void (*judge)(struct scene *scene, bool acknowledged);
	unsigned int most; /* points, however many are wanted; 0: no limit */
};

static void
rm(const char *path)
{
	char command[200];

	snprintf(command, sizeof command, "rm -rf %s %s.tmp", path, path);
	CHECK_INT(system(command), 0);
}

/* The people's dates: the one they all have, or 0 when they differ. */
static uint32_t
dates(struct id7_store *store)
{
	uint32_t date = 0;

	for (size_t i = 0; i < PEOPLE; i++) {
		struct id7_subject subject =
			temp_store_subject(store, people[i]);
		struct id7_tally tally = {0};
		struct id7_account a = {0};

		CHECK_INT(id7_store_get(store, people[i], &a), ID7_OK);
		CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_OK);
		CHECK_MEM(tally.id, a.id, ID7_ID_LEN);
		CHECK_INT(tally.lane[0].failures, 1);
		if (i > 0 && a.birthdate != date)
			return 0;
		date = a.birthdate;
	}
	return date;
}

static void
date_all(struct id7_store *store, uint32_t date)
{
	for (size_t i = 0; i < PEOPLE; i++) {
		struct id7_account a = {0};

		CHECK_INT(id7_store_get(store, people[i], &a), ID7_OK);
		if (a.birthdate == date)
			continue;
		a.birthdate = date;
		CHECK_INT(id7_store_put(store, &a, temp_store_long()), ID7_OK);
	}
}

static bool
count_failure(struct id7_tally *tally, void *context)
{
	const struct id7_now *now = context;

	tally->lane[0].failures = 1;
	tally->lane[0].failure[0] =
		(struct id7_failure){(int32_t)now->boot, 7, 7};
	return true;
}

static void
fail_all(struct id7_store *store)
{
	static const struct id7_policy policy = {.deny = 5,
						 .fail_interval = 100000,
						 .unlock_time = 600,
						 .lease = 30};
	struct id7_now now = id7_clock_now();

	for (size_t i = 0; i < PEOPLE; i++) {
		struct id7_subject subject =
			temp_store_subject(store, people[i]);
		struct id7_account a = {0};

		CHECK_INT(id7_store_get(store, people[i], &a), ID7_OK);
		CHECK_INT(id7_store_change(store, &subject, a.id, a.epoch,
					   &policy, &now, false, count_failure,
					   &now, temp_store_long()),
			  ID7_OK);
	}
}

static void
sound(struct scene *scene)
{
	struct id7_store *store = temp_store_open(&scene->t);

	CHECK_INT(temp_store_findings(store), 0);
	CHECK(dates(store) != 0);
	id7_store_close(&store);
}

/* --- init --- */

static struct id7_config
init_config(const struct scene *scene)
{
	struct id7_config config;

	temp_login_config(&config, scene->made);
	return config;
}

static void
prepare_init(struct scene *scene, struct id7_store *store)
{
	(void)store;
	snprintf(scene->made, sizeof scene->made, "%.60s/first",
		 scene->t.temp.dir);
	rm(scene->made);
}

static enum id7_error
act_init(struct scene *scene)
{
	struct id7_config config = init_config(scene);

	return id7_manage_init(&config, 1, NULL);
}

/* There is a whole store, or none and the next init makes it. */
static void
judge_init(struct scene *scene, bool acknowledged)
{
	struct temp_login l = {.config = init_config(scene)};
	struct temp_hand hand;
	struct id7 *id7 = NULL;
	enum id7_error found = id7_open(&l.config, &id7, NULL);

	id7_close(&id7);
	CHECK(found == ID7_OK || found == ID7_NOT_FOUND);
	CHECK(found == ID7_OK || !acknowledged);
	CHECK_INT(act_init(scene), found == ID7_OK ? ID7_EXISTS : ID7_OK);
	temp_hand_open(&l, &hand);
	CHECK_INT(temp_store_findings(hand.store), 0);
	CHECK_INT(temp_store_add(hand.store, "alice"), ID7_OK);
	CHECK_INT(temp_hand_fail(&hand, "alice", 1), ID7_OK);
	temp_hand_close(&hand);
	rm(scene->made);
}

/* --- backup --- */

static void
prepare_backup(struct scene *scene, struct id7_store *store)
{
	(void)store;
	snprintf(scene->made, sizeof scene->made, "%.60s/made",
		 scene->t.temp.dir);
}

static enum id7_error
act_backup(struct scene *scene)
{
	struct id7_store *store = temp_store_open(&scene->t);
	struct id7_store_counts counts;
	enum id7_error error =
		id7_store_backup(store, scene->made, NULL, NULL, &counts);

	id7_store_close(&store);
	return error == ID7_OK && counts.findings > 0 ? ID7_CORRUPT : error;
}

/* There is a whole one, or none. */
static void
judge_backup(struct scene *scene, bool acknowledged)
{
	struct scene copy = *scene;

	snprintf(copy.t.dir, sizeof copy.t.dir, "%.79s", scene->made);
	if (access(scene->made, F_OK) == 0)
		sound(&copy);
	else
		CHECK(!acknowledged);
	if (access(scene->made, F_OK) == 0)
		rm(scene->made);
	CHECK_INT(act_backup(scene), ID7_OK);
	rm(scene->made);
}

/* --- restore --- */

static void
prepare_restore(struct scene *scene, struct id7_store *store)
{
	(void)scene;
	date_all(store, NEW_DATE);
}

static enum id7_error
act_restore(struct scene *scene)
{
	struct id7_store_restored done;
	enum id7_error error =
		id7_store_restore(scene->backup, scene->t.dir, scene->t.keys,
				  false, NULL, NULL, &done, NULL);

	return error == ID7_OK && done.carried != PEOPLE ? ID7_INTERNAL : error;
}

static void
judge_restore(struct scene *scene, bool acknowledged)
{
	struct id7_store *store = temp_store_open(&scene->t);
	uint32_t date = dates(store);

	CHECK(date == OLD_DATE || (date == NEW_DATE && !acknowledged));
	CHECK_INT(temp_store_findings(store), 0);
	id7_store_close(&store);
	CHECK_INT(act_restore(scene), ID7_OK);
	store = temp_store_open(&scene->t);
	CHECK_INT(dates(store), OLD_DATE);
	id7_store_close(&store);
	sound(scene);
}

/* --- repair --- */

static void
drop_copy(struct id7_store *store, const char *name)
{
	struct id7_subject subject = temp_store_subject(store, name);
	struct id7_edit edit = {.kind = ID7_EDIT_DELETE, .len = ID7_TALLY_LEN};

	id7_store_tally_key(&subject, 0, edit.key);
	CHECK_INT(id7_shard_edit(store, id7_shard_of(store, &subject),
				 ID7_STORE_TALLY, &edit, 1),
		  ID7_OK);
}

static void
prepare_repair(struct scene *scene, struct id7_store *store)
{
	char path[200];

	date_all(store, OLD_DATE);
	drop_copy(store, "bob");
	temp_store_file(&scene->t, store, "alice", ID7_STORE_DB, path);
	CHECK_INT(truncate(path, 4096), 0);
	snprintf(path, sizeof path, "%s/phantom-05.tally", scene->t.dir);
	CHECK_INT(truncate(path, 4096), 0);
	snprintf(path, sizeof path, "%s/g000099.new", scene->t.dir);
	(void)mkdir(path, 0700);
}

static enum id7_error
act_repair(struct scene *scene)
{
	struct id7_store *store = temp_store_open(&scene->t);
	struct id7_store_repaired repaired;
	enum id7_error error = id7_store_repair(store, scene->backup, false,
						NULL, NULL, &repaired);

	id7_store_close(&store);
	return error == ID7_OK && repaired.left > 0 ? ID7_CORRUPT : error;
}

static void
judge_repair(struct scene *scene, bool acknowledged)
{
	if (acknowledged)
		sound(scene);
	CHECK_INT(act_repair(scene), ID7_OK);
	sound(scene);
}

/* --- compact --- */

static void
prepare_compact(struct scene *scene, struct id7_store *store)
{
	char name[16];

	(void)scene;
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof name, "x%d", i);
		CHECK_INT(temp_store_add(store, name), ID7_OK);
	}
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof name, "x%d", i);
		CHECK_INT(id7_store_remove(store, name, temp_store_long()),
			  ID7_OK);
	}
}

static enum id7_error
act_compact(struct scene *scene)
{
	struct id7_store *store = temp_store_open(&scene->t);
	struct id7_store_compacted compacted;
	enum id7_error error = id7_store_compact(store, &compacted);

	id7_store_close(&store);
	return error == ID7_OK && compacted.files == 0 ? ID7_INTERNAL : error;
}

static void
judge_compact(struct scene *scene, bool acknowledged)
{
	enum id7_error error;

	(void)acknowledged;
	sound(scene);
	error = act_compact(scene);
	CHECK(error == ID7_OK || error == ID7_INTERNAL);
	sound(scene);
}

static const struct work works[] = {
	{"init", prepare_init, act_init, judge_init, INIT_MAX},
	{"backup", prepare_backup, act_backup, judge_backup, 0},
	{"restore", prepare_restore, act_restore, judge_restore, 0},
	{"repair", prepare_repair, act_repair, judge_repair, 0},
	{"compact", prepare_compact, act_compact, judge_compact, 0},
};

/* --- the kills --- */

/* In the child. */
struct body {
	struct scene *scene;
	const struct work *work;
};

static bool
act(void *context)
{
	struct body *body = context;

	return body->work->act(body->scene) == ID7_OK;
}

static struct kill_end
run_point(struct scene *scene, const struct work *work, unsigned int point)
{
	struct body body = {scene, work};
	const struct kill_work kill = {NULL, act, &body, true};
	struct id7_store *store = temp_store_open(&scene->t);
	struct kill_end end;

	work->prepare(scene, store);
	id7_store_close(&store);
	end = kill_at(&kill, point);
	if (end.how != KILL_UNTRACED)
		work->judge(scene, end.acknowledged);
	return end;
}

/* How far apart the points lie that are tried. */
static unsigned int
stride(const struct work *work, unsigned int points, unsigned int sample)
{
	if (work->most != 0 && (sample == 0 || sample > work->most))
		sample = work->most;
	return sample == 0 || points < sample ? 1 : points / sample;
}

/* False when processes cannot be traced. */
static bool
run_work(struct scene *scene, const struct work *work, unsigned int sample,
	 unsigned int *kills)
{
	struct kill_end end = run_point(scene, work, KILL_NEVER);
	unsigned int points = end.points, before = *kills, step;

	if (end.how == KILL_UNTRACED)
		return false;
	CHECK_INT(end.how, KILL_DONE);
	CHECK(points > 20);
	step = stride(work, points, sample);
	for (unsigned int point = 0; point < points; point += step) {
		end = run_point(scene, work, point);
		CHECK(end.how == KILL_KILLED || end.how == KILL_DONE);
		*kills += end.how == KILL_KILLED;
		if (point + step + LAST >= points && step > 1) {
			point = points - LAST - 1;
			step = 1;
		}
	}
	CHECK(*kills - before > 20);
	printf("%s: killed at %u of %u points\n", work->name, *kills - before,
	       points);
	fflush(stdout);
	return true;
}

static void
make_scene(struct scene *scene)
{
	struct id7_store_counts counts;
	struct id7_store *store;

	temp_login_dir(&scene->t.temp);
	temp_store_fill(&scene->t);
	store = temp_store_open(&scene->t);
	for (size_t i = 0; i < PEOPLE; i++)
		CHECK_INT(temp_store_add(store, people[i]), ID7_OK);
	date_all(store, OLD_DATE);
	fail_all(store);
	snprintf(scene->backup, sizeof scene->backup, "%.60s/backup",
		 scene->t.temp.dir);
	CHECK_INT(id7_store_backup(store, scene->backup, NULL, NULL, &counts),
		  ID7_OK);
	id7_store_close(&store);
}

int
main(void)
{
	static struct scene scene;
	unsigned int sample = temp_login_amount("FAULT_SAMPLE", 24);
	unsigned int kills = 0;
	bool traced = true;

	make_scene(&scene);
	for (size_t i = 0; i < sizeof works / sizeof works[0] && traced; i++)
		traced = run_work(&scene, &works[i], sample, &kills);
	temp_remove(&scene.t.temp);
	if (!traced) {
		printf("processes cannot be traced here\n");
		return 77;
	}
	printf("killed at %u points of %zu works\n", kills,
	       sizeof works / sizeof works[0]);
	return check_done();
}
