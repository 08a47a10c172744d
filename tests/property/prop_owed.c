/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random histories of locks, unlocks, requests and changes, and of flushes that
 * stop between any two of their steps: each cause is mailed once or belongs to
 * one that was, three lock notices a day, never one without a cause, and after
 * an undisturbed flush nothing is owed.
 */
#include "common/core/owed.h"

#include "common/core/lane.h"
#include "tests/support/check.h"
#include "tests/support/random.h"

#define HISTORIES 2000
#define STEPS 300
#define HOLD 259200
#define MAILED_MAX 4096

static const struct id7_policy policy = {
	.deny = 3, .fail_interval = 900, .unlock_time = 600, .lease = 30};

/* A letter that has left. */
struct sent {
	enum id7_notice notice;
	uint64_t cause, epoch;
};

struct world {
	struct random random;
	struct id7_now now;
	struct id7_account account;
	struct id7_tally tally;
	bool waiting; /* letters are written, their mark may be missing */
	struct id7_owed written;
	uint64_t written_epoch;
	struct sent sent[MAILED_MAX];
	size_t count;
	uint32_t today;
	unsigned int locks_today;
	unsigned int causes[ID7_NOTICES];
	uint32_t history, step;
	bool broken;
};

static void
law(struct world *w, bool holds, const char *what)
{
	char line[200];

	if (w->broken)
		return;
	snprintf(line, sizeof line, "history %u step %u: %s", w->history,
		 w->step, what);
	check_say(holds, __FILE__, __LINE__, line);
	w->broken = !holds;
}

static void
refresh(struct world *w)
{
	(void)id7_tally_refresh(&w->tally, w->account.id, w->account.epoch,
				&policy, &w->now, UINT32_MAX);
}

/* --- what happens to an account --- */

static void
lock_lane(struct world *w)
{
	enum id7_lane which =
		(enum id7_lane)random_below(&w->random, ID7_LANES);
	struct id7_lane_tally *lane = &w->tally.lane[which];

	if (lane->locked)
		return;
	lane->failures = (uint8_t)policy.deny;
	for (size_t i = 0; i < policy.deny; i++)
		lane->failure[i] = (struct id7_failure){(int32_t)w->now.boot,
							(uint32_t)i + 1, 7};
	w->causes[ID7_NOTICE_LOCK] +=
		id7_lane_lock_if_due(lane, which, &policy, &w->now);
}

static void
unlock(struct world *w)
{
	if (id7_tally_unlock(&w->tally)) {
		w->tally.unlocked_at = w->now.wall;
		w->causes[ID7_NOTICE_UNLOCKED]++;
	}
}

static void
happen(struct world *w)
{
	switch (random_below(&w->random, 8)) {
	case 0:
	case 1:
		lock_lane(w);
		break;
	case 2:
		unlock(w);
		break;
	case 3:
		w->tally.reset_asked = w->now.wall;
		w->causes[ID7_NOTICE_RESET]++;
		break;
	case 4:
		w->tally.last_old = w->now.wall;
		w->causes[ID7_NOTICE_OLD_PASSWORD]++;
		break;
	case 5:
		w->account.password_changed = w->now.wall;
		w->account.epoch++;
		w->causes[ID7_NOTICE_PASSWORD]++;
		break;
	default:
		break;
	}
	refresh(w);
}

/* --- a flush, in the steps of usecases/notices.c --- */

static void
send(struct world *w)
{
	struct sent sent = {w->written.notice, w->written.cause,
			    w->written_epoch};

	for (size_t i = 0; i < w->count; i++)
		law(w,
		    w->sent[i].notice != sent.notice ||
			    w->sent[i].cause != sent.cause ||
			    (id7_owed_in_tally(sent.notice) &&
			     w->sent[i].epoch != sent.epoch),
		    "nothing is mailed twice");
	law(w, w->causes[sent.notice] > 0, "nothing is mailed for no cause");
	if (w->count < MAILED_MAX)
		w->sent[w->count++] = sent;
	if (sent.notice == ID7_NOTICE_LOCK &&
	    w->account.lock_mail_day == w->today)
		w->locks_today++;
	law(w, w->locks_today <= ID7_LOCK_MAILS, "three lock notices a day");
	w->waiting = false;
}

/* What a killed flush has left: marked, or written for nothing. */
static void
pick_up(struct world *w)
{
	if (!w->waiting)
		return;
	if (id7_owed_marked(&w->account, &w->tally, w->written.notice,
			    w->written.cause))
		send(w);
	w->waiting = false;
}

/* False: killed. */
static bool
lives(struct world *w, bool undisturbed)
{
	return undisturbed || random_below(&w->random, 6) != 0;
}

static bool
flush_one(struct world *w, const struct id7_owed *owed, bool undisturbed)
{
	if (!owed->mark_only) {
		if (owed->notice == ID7_NOTICE_LOCK)
			(void)id7_owed_count_lock(&w->account, owed, &w->now);
		if (!lives(w, undisturbed))
			return false;
		w->written = *owed;
		w->written_epoch = w->account.epoch;
		w->waiting = true;
		if (!lives(w, undisturbed))
			return false;
	}
	if (id7_owed_in_tally(owed->notice))
		law(w, id7_owed_mark_tally(&w->tally, owed), "it was owed");
	else
		law(w, id7_owed_mark_account(&w->account, owed), "it was owed");
	law(w,
	    id7_owed_marked(&w->account, &w->tally, owed->notice, owed->cause),
	    "a mark marks");
	if (owed->mark_only)
		return true;
	if (!lives(w, undisturbed))
		return false;
	send(w);
	return true;
}

static void
flush(struct world *w, bool undisturbed)
{
	struct id7_owed owed[ID7_OWED_MAX];
	size_t count;

	refresh(w);
	if (w->now.wall / 86400 != w->today) {
		w->today = (uint32_t)(w->now.wall / 86400);
		w->locks_today = 0;
	}
	pick_up(w);
	count = id7_owed_list(&w->account, &w->tally, &w->now, HOLD, owed);
	for (size_t i = 0; i < count; i++)
		if (!flush_one(w, &owed[i], undisturbed))
			return;
	if (undisturbed)
		law(w,
		    id7_owed_list(&w->account, &w->tally, &w->now, HOLD,
				  owed) == 0,
		    "nothing is left after a flush");
}

/* --- the whole --- */

static void
pass_time(struct world *w)
{
	static const int64_t spans[] = {1, 60, 700, 4000, 90000};
	int64_t span = 1 + spans[random_below(&w->random, 5)];

	w->now.wall += span;
	w->now.boot += span;
	refresh(w);
}

static void
history(struct world *w)
{
	w->now = (struct id7_now){1795000000, 5000, 77};
	memcpy(w->account.id, "the id of alice", ID7_ID_LEN);
	w->account.created = w->now.wall - 1000;
	w->account.password_changed = w->account.created;
	w->account.epoch = 1;
	id7_tally_init(&w->tally, w->account.id, 1, &w->now);
	for (w->step = 0; w->step < STEPS && !w->broken; w->step++) {
		pass_time(w);
		happen(w);
		if (random_below(&w->random, 3) == 0)
			flush(w, random_below(&w->random, 3) == 0);
	}
	flush(w, true);
}

/* A burst that is mailed at once: 500 locks in a day make three mails, and
 * nothing is owed at its end. */
static void
test_burst(struct world *w)
{
	for (int i = 0; i < 500; i++) {
		struct id7_owed owed[ID7_OWED_MAX];

		w->now.wall += 10;
		w->now.boot += 610;
		refresh(w);
		lock_lane(w);
		flush(w, true);
		CHECK_INT(id7_owed_list(&w->account, &w->tally, &w->now, HOLD,
					owed),
			  0);
	}
	CHECK_INT(w->count, 3);
}

/* A clock that was wrong and is put back silences nobody and floods nobody. */
static void
test_clock_back(struct world *w)
{
	struct id7_owed owed[ID7_OWED_MAX];

	w->account.password_changed = w->now.wall;
	w->causes[ID7_NOTICE_PASSWORD] = 1;
	flush(w, true);
	CHECK_INT(w->count, 1);
	w->now.wall -= 86400 * 365;
	w->tally.unlocked_at = w->now.wall;
	CHECK_INT(id7_owed_list(&w->account, &w->tally, &w->now, HOLD, owed),
		  1);
	CHECK_INT(owed[0].notice, ID7_NOTICE_UNLOCKED);
	w->account.password_changed = w->now.wall;
	w->account.created = w->now.wall - 5;
	CHECK_INT(id7_owed_list(&w->account, &w->tally, &w->now, HOLD, owed),
		  2);
}

static struct world *
fresh(struct world *w, uint32_t number)
{
	struct random random = w->random;

	memset(w, 0, sizeof *w);
	w->random = random;
	w->history = number;
	w->now = (struct id7_now){1795000000, 5000, 77};
	memcpy(w->account.id, "the id of alice", ID7_ID_LEN);
	w->account.epoch = 1;
	id7_tally_init(&w->tally, w->account.id, 1, &w->now);
	return w;
}

int
main(void)
{
	static struct world w;
	unsigned long mails = 0;

	w.random = random_begin();
	for (uint32_t i = 0; i < HISTORIES && !w.broken; i++) {
		history(fresh(&w, i));
		mails += w.count;
	}
	CHECK(mails > HISTORIES);
	test_burst(fresh(&w, 0));
	test_clock_back(fresh(&w, 0));
	printf("%lu mails\n", mails);
	return check_done();
}
