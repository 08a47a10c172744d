/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Power cuts: every change of the store is recorded as writes, syncs and
 * renames, then played back on a disk that keeps only what was synced and any
 * part of the rest (disk.h). After a cut at any moment the store opens, its
 * check finds no damage, what was acknowledged is there, what was not is old or
 * new, and the next change works. Played back on a disk that is deaf to syncs
 * the same must fail: else this would prove nothing.
 *
 * FAULT_CUTS: how many random cuts at each moment (10).
 */
#include "tests/fault/disk.h"
#include "tests/support/check.h"
#include "tests/support/temp_hand.h"

#define TARGET "target"
#define OTHERS 3
#define CHECK_EVERY 16 /* `check` reads everything: not after each cut */
#define SHOWN 10

static const struct id7_policy policy = {
	.deny = 0, .fail_interval = 900, .unlock_time = 600, .lease = 300};

/* What is known of the target. */
struct state {
	bool exists;
	uint64_t epoch, revision;
	uint32_t failures; /* with those that a dead owner leaves */
};

enum act { ADD, RESERVE, WRONG, RIGHT, RELEASE, SET, PASSWD, UNLOCK, REMOVE };

static const enum act script[] = {
	ADD,	RESERVE, WRONG, RESERVE, WRONG,	  SET,	   RESERVE, RIGHT,
	UNLOCK, RESERVE, WRONG, PASSWD,	 RESERVE, RELEASE, RESERVE, WRONG,
	REMOVE, ADD,	 SET,	RESERVE, WRONG,	  REMOVE,  ADD};
#define ACTS (sizeof script / sizeof script[0])

struct scene {
	struct temp_login l;
	struct temp left;	      /* what is left of it */
	struct temp_store cut;	      /* in there */
	struct state after[ACTS + 1]; /* [i]: before script[i] */
	char other[OTHERS][16];
	const struct log_event *event;
	size_t events;
	struct random random;
	unsigned int cuts, shown;
};

/* --- recording --- */

static enum id7_error
do_act(struct temp_hand *hand, enum act act, struct state *state)
{
	struct id7_settled settled;
	enum id7_reason was;

	switch (act) {
	case ADD:
		*state = (struct state){true, 1, 1, 0};
		return temp_login_add(hand->id7, TARGET, "Grain-of-sand-1");
	case RESERVE:
		state->failures++;
		return temp_hand_reserve(hand, TARGET);
	case WRONG:
		return temp_hand_settle(hand, ID7_SETTLE_WRONG,
					(uint32_t)hand->ticket.nonce | 1,
					&settled);
	case RIGHT:
		state->failures = 0;
		return temp_hand_settle(hand, ID7_SETTLE_RIGHT,
					(uint32_t)hand->ticket.nonce | 1,
					&settled);
	case RELEASE:
		state->failures--;
		return temp_hand_settle(hand, ID7_SETTLE_RELEASE,
					(uint32_t)hand->ticket.nonce | 1,
					&settled);
	case SET:
		state->revision++;
		return temp_hand_set(hand, TARGET);
	case PASSWD:
		state->revision++;
		state->epoch++;
		state->failures = 0;
		return temp_login_change(hand->id7, TARGET, "Grain-of-rice-1");
	case UNLOCK:
		state->failures = 0;
		return id7_manage_unlock(hand->id7, TARGET, false,
					 temp_store_long(), &was, NULL);
	case REMOVE:
		*state = (struct state){0};
		return id7_manage_remove(hand->id7, TARGET, temp_store_long(),
					 NULL);
	}
	return ID7_INTERNAL;
}

static void
record(struct scene *scene)
{
	struct temp_hand hand;

	temp_hand_open(&scene->l, &hand);
	writelog_begin();
	for (size_t i = 0; i < ACTS; i++) {
		scene->after[i + 1] = scene->after[i];
		CHECK_INT(do_act(&hand, script[i], &scene->after[i + 1]),
			  ID7_OK);
		writelog_mark(i + 1);
	}
	scene->event = writelog_end(&scene->events);
	temp_hand_close(&hand);
}

/* --- judging --- */

static bool
same(const struct state *state, enum id7_error found,
     const struct id7_account *a)
{
	if (!state->exists)
		return found == ID7_NOT_FOUND;
	return found == ID7_OK && a->epoch == state->epoch &&
	       a->revision == state->revision;
}

/* The target is the old or the new one; `ret_what` says what is wrong. */
static bool
judge_target(struct temp_hand *hand, const struct state *old,
	     const struct state *new, const char **ret_what)
{
	struct id7_account a = {0};
	enum id7_error found = id7_store_get(hand->store, TARGET, &a);
	uint32_t failures = 0;
	bool is_old = same(old, found, &a), is_new = same(new, found, &a);

	*ret_what = "neither old nor new";
	if (!is_old && !is_new)
		return false;
	if (found == ID7_NOT_FOUND) {
		*ret_what = "cannot be added";
		return temp_store_add(hand->store, TARGET) == ID7_OK;
	}
	*ret_what = "cannot be counted";
	if (temp_hand_failures(hand, TARGET, &failures) != ID7_OK)
		return false;
	*ret_what = "lost or invented failures";
	if (!(is_old && failures == old->failures) &&
	    !(is_new && failures == new->failures))
		return false;
	*ret_what = "cannot be changed";
	return id7_store_put(hand->store, &a, temp_store_long()) == ID7_OK;
}

static bool
judge_others(struct scene *scene, struct temp_hand *hand, const char **ret_what)
{
	*ret_what = "another account is harmed";
	for (int i = 0; i < OTHERS; i++) {
		struct id7_subject subject =
			temp_store_subject(hand->store, scene->other[i]);
		struct id7_account a = {0};
		struct id7_tally tally;

		if (id7_store_get(hand->store, scene->other[i], &a) != ID7_OK ||
		    a.revision != 1 ||
		    id7_store_tally(hand->store, &subject, &tally) != ID7_OK ||
		    memcmp(tally.id, a.id, ID7_ID_LEN) != 0)
			return false;
	}
	return true;
}

static bool
judge(struct scene *scene, size_t acknowledged)
{
	const struct state *old = &scene->after[acknowledged];
	const struct state *new =
		&scene->after[acknowledged + (acknowledged < ACTS)];
	struct id7_fault fault = {0};
	struct temp_hand hand = {.policy = policy};
	const char *what = "does not open";
	bool well = id7_store_open(scene->cut.dir, scene->cut.keys, &hand.store,
				   &fault) == ID7_OK;

	if (well && scene->cuts++ % CHECK_EVERY == 0) {
		what = "check finds damage";
		well = temp_store_findings(hand.store) == 0;
	}
	well = well && judge_others(scene, &hand, &what) &&
	       judge_target(&hand, old, new, &what) &&
	       judge_others(scene, &hand, &what);
	if (!well && scene->shown++ < SHOWN)
		fprintf(stderr, "cut in act %zu: %s\n", acknowledged, what);
	id7_store_close(&hand.store);
	return well;
}

/* Cuts after each event. Returns how many of the cuts were bad. */
static unsigned int
play_back(struct scene *scene, struct disk *disk, unsigned int some)
{
	size_t acknowledged = 0;
	unsigned int bad = 0;

	scene->cuts = 0;
	for (size_t i = 0; i < scene->events; i++) {
		if (scene->event[i].kind == LOG_MARK)
			acknowledged = (size_t)scene->event[i].at;
		disk_apply(disk, &scene->event[i]);
		for (unsigned int k = 0; k < some + 2; k++) {
			enum disk_cut cut = k == 0   ? DISK_NOTHING
					    : k == 1 ? DISK_EVERYTHING
						     : DISK_SOME;

			if (k > 0 && !disk_dirty(disk))
				break;
			disk_cut(disk, cut, &scene->random, scene->left.dir);
			bad += !judge(scene, acknowledged);
		}
	}
	return bad;
}

/* Neighbours of the target, in its files. */
static void
make_others(struct scene *scene)
{
	struct id7_store *store = temp_store_open(&scene->l.t);
	int next = 0;

	for (int i = 0; i < OTHERS; i++) {
		temp_hand_neighbour(store, TARGET, 'o', &next, scene->other[i]);
		CHECK_INT(temp_store_add(store, scene->other[i]), ID7_OK);
	}
	id7_store_close(&store);
}

int
main(void)
{
	static struct scene scene;
	unsigned int some = temp_login_amount("FAULT_CUTS", 10), bad;
	struct disk *disk, *deaf;

	scene.random = random_begin();
	temp_login_make(&scene.l);
	scene.l.config.policy = policy;
	make_others(&scene);
	disk = disk_make(scene.l.t.temp.dir, false);
	deaf = disk_make(scene.l.t.temp.dir, true);
	temp_login_dir(&scene.left);
	snprintf(scene.cut.dir, sizeof scene.cut.dir, "%s/store",
		 scene.left.dir);
	snprintf(scene.cut.keys, sizeof scene.cut.keys, "%s/keys",
		 scene.left.dir);
	record(&scene);
	bad = play_back(&scene, disk, some);
	CHECK_INT(bad, 0);
	printf("%zu writes, syncs and renames of %zu changes: %u power cuts, "
	       "%u bad\n",
	       scene.events, ACTS, scene.cuts, bad);
	scene.shown = SHOWN;
	bad = play_back(&scene, deaf, 1);
	CHECK(bad > scene.cuts / 4);
	printf("without syncs: %u of %u bad\n", bad, scene.cuts);
	disk_free(&disk);
	disk_free(&deaf);
	temp_remove(&scene.left);
	temp_remove(&scene.l.t.temp);
	if (check_failed > 0)
		random_confess(&scene.random);
	return check_done();
}
