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
#include "tests/support/temp_login.h"

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
	struct temp_store cut;	      /* what is left of it */
	struct state after[ACTS + 1]; /* [i]: before script[i] */
	char other[OTHERS][16];
	const struct log_event *event;
	size_t events;
	struct random random;
	unsigned int cuts, shown;
};

/* --- recording --- */

struct hand {
	struct id7 *id7;
	struct id7_store *store;
	struct id7_ticket ticket;
	struct id7_account account;
};

static enum id7_error
reserve(struct hand *hand, const char *name)
{
	struct id7_subject subject = temp_store_subject(hand->store, name);
	struct id7_now now = id7_clock_now();
	enum id7_claim claim = ID7_CLAIM_NONE;
	enum id7_error error = id7_store_get(hand->store, name, &hand->account);

	if (error == ID7_OK)
		error = id7_store_reserve(
			hand->store, &subject, hand->account.id,
			hand->account.epoch, false, &policy, &now,
			&(struct id7_whence){.source = 7}, temp_store_long(),
			&claim, &hand->ticket);
	return error == ID7_OK && claim != ID7_CLAIM_RESERVED ? ID7_INTERNAL
							      : error;
}

static enum id7_error
settle(struct hand *hand, enum id7_settlement how, uint32_t *ret_failures)
{
	struct id7_now now = id7_clock_now();
	struct id7_settled settled = {0};
	enum id7_error error = id7_store_settle(
		hand->store, &hand->ticket, hand->account.id,
		hand->account.epoch, &policy, &now, how,
		(uint32_t)hand->ticket.nonce | 1, temp_store_long(), &settled);

	*ret_failures = settled.failures;
	return error;
}

static bool
set_something(struct id7_account *account, const struct id7_now *now,
	      void *context)
{
	(void)now, (void)context;
	account->birthdate = account->birthdate == 0 ? 19990101 : 0;
	return true;
}

static enum id7_error
do_act(struct hand *hand, enum act act, struct state *state)
{
	enum id7_reason was;
	uint32_t failures;

	switch (act) {
	case ADD:
		*state = (struct state){true, 1, 1, 0};
		return temp_login_add(hand->id7, TARGET, "Grain-of-sand-1");
	case RESERVE:
		state->failures++;
		return reserve(hand, TARGET);
	case WRONG:
		return settle(hand, ID7_SETTLE_WRONG, &failures);
	case RIGHT:
		state->failures = 0;
		return settle(hand, ID7_SETTLE_RIGHT, &failures);
	case RELEASE:
		state->failures--;
		return settle(hand, ID7_SETTLE_RELEASE, &failures);
	case SET:
		state->revision++;
		return id7_manage_change(hand->id7, TARGET, set_something, NULL,
					 temp_store_long(), NULL, NULL);
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
	struct hand hand = {.id7 = temp_login_open(&scene->l)};

	hand.store = id7_get_store(hand.id7);
	writelog_begin();
	for (size_t i = 0; i < ACTS; i++) {
		scene->after[i + 1] = scene->after[i];
		CHECK_INT(do_act(&hand, script[i], &scene->after[i + 1]),
			  ID7_OK);
		writelog_mark(i + 1);
	}
	scene->event = writelog_end(&scene->events);
	id7_close(&hand.id7);
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
judge_target(struct hand *hand, const struct state *old,
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
	if (reserve(hand, TARGET) != ID7_OK ||
	    settle(hand, ID7_SETTLE_RELEASE, &failures) != ID7_OK)
		return false;
	*ret_what = "lost or invented failures";
	if (!(is_old && failures == old->failures) &&
	    !(is_new && failures == new->failures))
		return false;
	*ret_what = "cannot be changed";
	return id7_store_put(hand->store, &a, temp_store_long()) == ID7_OK;
}

static bool
judge_others(struct scene *scene, struct hand *hand, const char **ret_what)
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
	struct hand hand = {.id7 = NULL};
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
	for (size_t i = 0; i < scene->events; i++)
		disk_expect(disk, &scene->event[i]);
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
			disk_cut(disk, cut, &scene->random, scene->cut.dir);
			bad += !judge(scene, acknowledged);
		}
	}
	return bad;
}

/* A copy of the store to cut, beside it. */
static void
copy_store(struct scene *scene, const char *name)
{
	char command[400];

	snprintf(scene->cut.dir, sizeof scene->cut.dir, "%.60s/%.10s",
		 scene->l.t.temp.dir, name);
	memcpy(scene->cut.keys, scene->l.t.keys, sizeof scene->cut.keys);
	snprintf(command, sizeof command, "cp -a %s %s", scene->l.t.dir,
		 scene->cut.dir);
	CHECK_INT(system(command), 0);
}

/* Neighbours of the target, in its files. */
static void
make_others(struct scene *scene)
{
	struct id7_store *store = temp_store_open(&scene->l.t);
	struct id7_subject target = temp_store_subject(store, TARGET);
	char name[16];
	int made = 0;

	for (int i = 0; made < OTHERS; i++) {
		struct id7_subject subject;

		snprintf(name, sizeof name, "o%d", i);
		subject = temp_store_subject(store, name);
		if (id7_shard_of(store, &subject).index !=
		    id7_shard_of(store, &target).index)
			continue;
		CHECK_INT(temp_store_add(store, name), ID7_OK);
		memcpy(scene->other[made++], name, sizeof name);
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
	disk = disk_make(scene.l.t.dir, false);
	deaf = disk_make(scene.l.t.dir, true);
	copy_store(&scene, "cut");
	/* Before the recording changes what is copied. */
	copy_store(&scene, "deaf");
	record(&scene);
	snprintf(scene.cut.dir, sizeof scene.cut.dir, "%.60s/cut",
		 scene.l.t.temp.dir);
	bad = play_back(&scene, disk, some);
	CHECK_INT(bad, 0);
	printf("%zu writes, syncs and renames of %zu changes: %u power cuts, "
	       "%u bad\n",
	       scene.events, ACTS, scene.cuts, bad);
	snprintf(scene.cut.dir, sizeof scene.cut.dir, "%.60s/deaf",
		 scene.l.t.temp.dir);
	scene.shown = SHOWN;
	bad = play_back(&scene, deaf, 1);
	CHECK(bad > scene.cuts / 4);
	printf("without syncs: %u of %u bad\n", bad, scene.cuts);
	disk_free(&disk);
	disk_free(&deaf);
	temp_remove(&scene.l.t.temp);
	if (check_failed > 0)
		random_confess(&scene.random);
	return check_done();
}
