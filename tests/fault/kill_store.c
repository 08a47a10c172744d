/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SIGKILL before every system call of every change of one account: afterwards
 * the other accounts are whole, the target is the old or the new one, what was
 * acknowledged is new, the next change works and `check` finds no damage.
 */
#include "tests/support/check.h"
#include "tests/support/killpoint.h"
#include "tests/support/temp_hand.h"

#define OTHERS 3
#define CHECK_EVERY 16 /* `check` reads everything: not after each kill */
#define TARGET "target"
#define OLD_PASSWORD "Grain-of-sand-1"
#define NEW_PASSWORD "Grain-of-rice-1"
#define SET_DATE 20010203

struct scene {
	struct temp_login l;
	char other[OTHERS][16]; /* in the target's files */
	struct id7_account was[OTHERS];
	unsigned int kills;
};

/* One change: prepared, done in the child, judged and put right afterwards. */
struct play {
	const char *name;
	void (*prepare)(struct temp_hand *hand);
	enum id7_error (*before)(struct temp_hand *hand); /* not killed yet */
	enum id7_error (*act)(struct temp_hand *hand);
	void (*judge)(struct temp_hand *hand, bool acknowledged);
};

static enum id7_error
reserve(struct temp_hand *hand)
{
	return temp_hand_reserve(hand, TARGET);
}

static enum id7_error
settle_wrong(struct temp_hand *hand)
{
	struct id7_settled settled;

	return temp_hand_settle(hand, ID7_SETTLE_WRONG,
				(uint32_t)hand->ticket.nonce | 1, &settled);
}

static enum id7_error
settle_right(struct temp_hand *hand)
{
	struct id7_settled settled;

	return temp_hand_settle(hand, ID7_SETTLE_RIGHT, 7, &settled);
}

/* What the next attempt finds: failures before it. */
static uint32_t
failures(struct temp_hand *hand)
{
	uint32_t count = 0;

	CHECK_INT(temp_hand_failures(hand, TARGET, &count), ID7_OK);
	return count;
}

static void
prepare_none(struct temp_hand *hand)
{
	struct id7_account a;

	if (id7_store_get(hand->store, TARGET, &a) == ID7_OK)
		CHECK_INT(id7_store_remove(hand->store, TARGET,
					   temp_store_long()),
			  ID7_OK);
	CHECK_INT(id7_store_get(hand->store, TARGET, &a), ID7_NOT_FOUND);
}

static void
prepare_fresh(struct temp_hand *hand)
{
	prepare_none(hand);
	CHECK_INT(temp_store_add(hand->store, TARGET), ID7_OK);
}

static void
prepare_failed(struct temp_hand *hand)
{
	prepare_fresh(hand);
	CHECK_INT(temp_hand_fail(hand, TARGET, 1), ID7_OK);
}

static void
check_mark(struct id7_store *store)
{
	struct id7_subject subject = temp_store_subject(store, TARGET);
	struct id7_tally tally = {.flags = 99};

	CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_OK);
	CHECK_INT(tally.flags, 0);
}

static enum id7_error
act_add(struct temp_hand *hand)
{
	return temp_store_add(hand->store, TARGET);
}

static void
judge_add(struct temp_hand *hand, bool acknowledged)
{
	struct id7_account a;
	enum id7_error found = id7_store_get(hand->store, TARGET, &a);

	CHECK(found == ID7_OK || found == ID7_NOT_FOUND);
	CHECK(found == ID7_OK || !acknowledged);
	CHECK_INT(temp_store_add(hand->store, TARGET),
		  found == ID7_OK ? ID7_EXISTS : ID7_OK);
	CHECK_INT(id7_store_get(hand->store, TARGET, &a), ID7_OK);
	check_mark(hand->store);
	CHECK_INT(failures(hand), 0);
}

static enum id7_error
act_put(struct temp_hand *hand)
{
	struct id7_account a;
	enum id7_error error = id7_store_get(hand->store, TARGET, &a);

	a.birthdate = SET_DATE;
	return error == ID7_OK
		       ? id7_store_put(hand->store, &a, temp_store_long())
		       : error;
}

static void
judge_put(struct temp_hand *hand, bool acknowledged)
{
	struct id7_account a = {0};

	CHECK_INT(id7_store_get(hand->store, TARGET, &a), ID7_OK);
	CHECK(a.revision == 2 || !acknowledged);
	CHECK((a.revision == 1 && a.birthdate == 0) ||
	      (a.revision == 2 && a.birthdate == SET_DATE));
	CHECK_INT(id7_store_put(hand->store, &a, temp_store_long()), ID7_OK);
	CHECK_INT(failures(hand), 0);
}

static enum id7_error
act_remove(struct temp_hand *hand)
{
	return id7_store_remove(hand->store, TARGET, temp_store_long());
}

static void
judge_remove(struct temp_hand *hand, bool acknowledged)
{
	struct id7_account a;
	enum id7_error found = id7_store_get(hand->store, TARGET, &a);

	CHECK(found == ID7_OK || found == ID7_NOT_FOUND);
	CHECK(found == ID7_NOT_FOUND || !acknowledged);
	if (found == ID7_OK)
		CHECK_INT(failures(hand), 1);
	CHECK_INT(id7_store_remove(hand->store, TARGET, temp_store_long()),
		  found);
	CHECK_INT(id7_store_get(hand->store, TARGET, &a), ID7_NOT_FOUND);
	CHECK_INT(temp_store_add(hand->store, TARGET), ID7_OK);
	CHECK_INT(failures(hand), 0);
}

static void
judge_reserve(struct temp_hand *hand, bool acknowledged)
{
	uint32_t count = failures(hand);

	CHECK(count == 1 || (count == 0 && !acknowledged));
}

/* Settled or dead: one failure either way. */
static void
judge_settle_wrong(struct temp_hand *hand, bool acknowledged)
{
	(void)acknowledged;
	CHECK_INT(failures(hand), 1);
}

/* One failure before: cleared, or the dead one beside it. */
static void
judge_settle_right(struct temp_hand *hand, bool acknowledged)
{
	uint32_t count = failures(hand);

	CHECK(count == 0 || (count == 2 && !acknowledged));
}

/* A name that the import adds beside the target, in its files. */
static void
beside(const struct id7_store *store, char ret_name[16])
{
	int next = 0;

	temp_hand_neighbour(store, TARGET, 'b', &next, ret_name);
}

static void
prepare_import(struct temp_hand *hand)
{
	char name[16];

	prepare_none(hand);
	beside(hand->store, name);
	(void)!id7_store_remove(hand->store, name, temp_store_long());
}

static enum id7_error
import_put(struct id7_import *import, const char *name, uint64_t line)
{
	struct id7_account account = {0};

	snprintf(account.name, sizeof account.name, "%s", name);
	return id7_import_put(import, &account, line);
}

static enum id7_error
import(struct id7_store *store, struct id7_import_counts *ret_counts)
{
	struct id7_now now = id7_clock_now();
	auto_import *work = NULL;
	char name[16];
	enum id7_error error = id7_import_begin(store, &now, &work);

	beside(store, name);
	if (error == ID7_OK)
		error = import_put(work, TARGET, 1);
	if (error == ID7_OK)
		error = import_put(work, name, 2);
	if (error == ID7_OK)
		error = id7_import_check(work, NULL, NULL, NULL, ret_counts);
	if (error == ID7_OK)
		error = id7_import_commit(work, 60000, NULL, NULL, NULL,
					  ret_counts);
	return error;
}

static enum id7_error
act_import(struct temp_hand *hand)
{
	struct id7_import_counts counts;

	return import(hand->store, &counts);
}

/* Both or neither, and the same import again finds or adds them. */
static void
judge_import(struct temp_hand *hand, bool acknowledged)
{
	struct id7_import_counts counts = {0};
	struct id7_account a;
	char name[16];
	enum id7_error found = id7_store_get(hand->store, TARGET, &a);

	beside(hand->store, name);
	CHECK(found == ID7_OK || found == ID7_NOT_FOUND);
	CHECK(found == ID7_OK || !acknowledged);
	CHECK_INT(id7_store_get(hand->store, name, &a), found);
	CHECK_INT(import(hand->store, &counts), ID7_OK);
	CHECK_INT(found == ID7_OK ? counts.already : counts.added, 2);
	CHECK_INT(counts.refused, 0);
	CHECK_INT(id7_store_get(hand->store, TARGET, &a), ID7_OK);
	check_mark(hand->store);
	CHECK_INT(failures(hand), 0);
}

/* Held by an administrator, and locked out as well. */
static void
hold(struct temp_hand *hand)
{
	struct id7_account a = {0};

	CHECK_INT(id7_store_get(hand->store, TARGET, &a), ID7_OK);
	a.flags |= ID7_ACCOUNT_HELD;
	CHECK_INT(id7_store_put(hand->store, &a, temp_store_long()), ID7_OK);
}

static void
prepare_locked(struct temp_hand *hand)
{
	prepare_fresh(hand);
	CHECK_INT(temp_hand_fail(hand, TARGET, hand->policy.deny), ID7_OK);
	hold(hand);
}

static enum id7_error
act_unlock(struct temp_hand *hand)
{
	enum id7_reason was;

	return id7_manage_unlock(hand->id7, TARGET, false, temp_store_long(),
				 &was, NULL);
}

/* The hold goes first, then the lock: never the other way round. */
static void
judge_unlock(struct temp_hand *hand, bool acknowledged)
{
	struct id7_picture picture = {0};
	bool held, locked;

	CHECK_INT(id7_manage_look(hand->id7, TARGET, &picture, NULL), ID7_OK);
	held = (picture.account.flags & ID7_ACCOUNT_HELD) != 0;
	locked = picture.lane[ID7_LANE_REMOTE].locked_out;
	CHECK(locked || !held);
	CHECK(!locked || !acknowledged);
	CHECK_INT(picture.account.revision, held ? 2 : 3);
	CHECK_INT(act_unlock(hand), ID7_OK);
	CHECK_INT(id7_manage_look(hand->id7, TARGET, &picture, NULL), ID7_OK);
	CHECK(!picture.lane[ID7_LANE_REMOTE].locked_out);
	CHECK_INT(failures(hand), 0);
}

static void
prepare_passwd(struct temp_hand *hand)
{
	prepare_none(hand);
	CHECK_INT(temp_login_add(hand->id7, TARGET, OLD_PASSWORD), ID7_OK);
	CHECK_INT(temp_hand_fail(hand, TARGET, 1), ID7_OK);
}

static enum id7_error
act_passwd(struct temp_hand *hand)
{
	return temp_login_change(hand->id7, TARGET, NEW_PASSWORD);
}

static bool
lets_in(struct temp_hand *hand, const char *password)
{
	struct id7_login login;

	temp_login_attempt(hand->id7, TARGET, password, temp_store_long(),
			   &login);
	CHECK_INT(login.error, ID7_OK);
	return login.verdict == ID7_ALLOW;
}

/* One password lets in, never both and never none; the new one forgets. */
static void
judge_passwd(struct temp_hand *hand, bool acknowledged)
{
	struct id7_account a = {0};
	bool is_new;

	CHECK_INT(id7_store_get(hand->store, TARGET, &a), ID7_OK);
	is_new = a.revision == 2;
	CHECK(is_new || (a.revision == 1 && !acknowledged));
	CHECK_INT(a.epoch, a.revision);
	CHECK_INT(failures(hand), is_new ? 0 : 1);
	CHECK(lets_in(hand, NEW_PASSWORD) == is_new);
	CHECK(lets_in(hand, OLD_PASSWORD) == !is_new);
	CHECK_INT(temp_login_change(hand->id7, TARGET, "Grain-of-salt-1"),
		  ID7_OK);
	CHECK(lets_in(hand, "Grain-of-salt-1"));
}

static const struct play plays[] = {
	{"add", prepare_none, NULL, act_add, judge_add},
	{"put", prepare_fresh, NULL, act_put, judge_put},
	{"remove", prepare_failed, NULL, act_remove, judge_remove},
	{"unlock", prepare_locked, NULL, act_unlock, judge_unlock},
	{"passwd", prepare_passwd, NULL, act_passwd, judge_passwd},
	{"import", prepare_import, NULL, act_import, judge_import},
	{"reserve", prepare_fresh, NULL, reserve, judge_reserve},
	{"settle wrong", prepare_fresh, reserve, settle_wrong,
	 judge_settle_wrong},
	{"settle right", prepare_failed, reserve, settle_right,
	 judge_settle_right},
};

/* In the child. */
struct body {
	const struct scene *scene;
	const struct play *play;
	struct temp_hand hand;
};

static bool
begin(void *context)
{
	struct body *body = context;

	temp_hand_open(&body->scene->l, &body->hand);
	return body->play->before == NULL ||
	       body->play->before(&body->hand) == ID7_OK;
}

static bool
act(void *context)
{
	struct body *body = context;

	return body->play->act(&body->hand) == ID7_OK;
}

static void
judge_others(const struct scene *scene, struct id7_store *store)
{
	for (int i = 0; i < OTHERS; i++) {
		struct id7_subject subject =
			temp_store_subject(store, scene->other[i]);
		struct id7_tally tally = {0};
		struct id7_account a;

		CHECK_INT(id7_store_get(store, scene->other[i], &a), ID7_OK);
		CHECK_MEM(a.id, scene->was[i].id, ID7_ID_LEN);
		CHECK_INT(a.revision, scene->was[i].revision);
		CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_OK);
		CHECK_MEM(tally.id, a.id, ID7_ID_LEN);
	}
}

static enum kill_how
run_point(struct scene *scene, const struct play *play, unsigned int point)
{
	struct body body = {.scene = scene, .play = play};
	const struct kill_work work = {begin, act, &body, false};
	struct temp_hand hand;
	struct kill_end end;

	temp_hand_open(&scene->l, &hand);
	play->prepare(&hand);
	temp_hand_close(&hand);
	end = kill_at(&work, point);
	if (end.how == KILL_UNTRACED)
		return end.how;
	temp_hand_open(&scene->l, &hand);
	judge_others(scene, hand.store);
	if (point % CHECK_EVERY == 0 || end.how != KILL_KILLED)
		CHECK_INT(temp_store_findings(hand.store), 0);
	play->judge(&hand, end.acknowledged);
	judge_others(scene, hand.store);
	temp_hand_close(&hand);
	return end.how;
}

/* Every point of one play. Returns false when processes cannot be traced. */
static bool
run_play(struct scene *scene, const struct play *play)
{
	unsigned int point = 0;
	enum kill_how how;

	while ((how = run_point(scene, play, point)) == KILL_KILLED)
		point++;
	if (how == KILL_UNTRACED)
		return false;
	CHECK_INT(how, KILL_DONE);
	CHECK(point > 10);
	printf("%s: killed at %u points\n", play->name, point);
	scene->kills += point;
	return true;
}

/* Neighbours of the target, in its files. */
static void
make_others(struct scene *scene)
{
	struct temp_hand hand;
	int next = 0;

	temp_hand_open(&scene->l, &hand);
	for (int i = 0; i < OTHERS; i++) {
		temp_hand_neighbour(hand.store, TARGET, 'o', &next,
				    scene->other[i]);
		CHECK_INT(temp_store_add(hand.store, scene->other[i]), ID7_OK);
		CHECK_INT(id7_store_get(hand.store, scene->other[i],
					&scene->was[i]),
			  ID7_OK);
	}
	temp_hand_close(&hand);
}

int
main(void)
{
	static struct scene scene;
	bool traced = true;

	temp_login_make(&scene.l);
	scene.l.config.policy.lease = 30;
	make_others(&scene);
	for (size_t i = 0; i < sizeof plays / sizeof plays[0] && traced; i++)
		traced = run_play(&scene, &plays[i]);
	temp_remove(&scene.l.t.temp);
	if (!traced) {
		printf("processes cannot be traced here\n");
		return 77;
	}
	printf("killed at %u points of %zu operations\n", scene.kills,
	       sizeof plays / sizeof plays[0]);
	return check_done();
}
