/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random histories of a tally against the plain model: guesses from several
 * processes that are killed or stopped past their lease, reboots, wall clock
 * steps of a century, changes of policy and of password. Numbers are MUSTs of
 * tally.h.
 */
#include "common/core/lane.h"
#include "common/core/tally.h"

#include "tests/property/tally_model.h"
#include "tests/support/check.h"
#include "tests/support/random.h"

#define HISTORIES 800
#define STEPS 400
#define CENTURY 3155760000
#define ATTACKER 9u /* a source that never knows the password */

static const uint8_t id[ID7_ID_LEN] = "the id of alice";

struct flight {
	uint64_t nonce; /* 0: none in this place */
	enum id7_lane lane;
	uint32_t source;
	bool alive;
};

struct world {
	struct random random;
	struct id7_now now;
	struct id7_policy policy;
	uint32_t deny_max; /* the highest deny of this history */
	uint64_t epoch, nonces;
	struct id7_tally tally,
		twin; /* the twin's wall clock steps all the time */
	struct model model;
	struct flight flight[ID7_RESERVATIONS]; /* as in the tally's places */
	struct id7_tally before;		/* this step began with it */
	uint32_t wrongs[ID7_LANES]; /* the attacker's, since a lock ended */
	int64_t wrong_when[ID7_LANES][MODEL_FAILURES];
	uint32_t history, step;
	bool broken;
};

/* A law; the first one broken ends the run. */
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

static struct id7_policy
some_policy(struct world *w)
{
	static const int64_t unlock[] = {0, 3, 600, 604800};
	static const int64_t interval[] = {1, 60, 900, 604800};
	struct id7_policy policy;

	policy.deny = 1 + random_below(&w->random, ID7_DENY_MAX);
	policy.unlock_time = unlock[random_below(&w->random, 4)];
	policy.fail_interval = interval[random_below(&w->random, 4)];
	policy.lease = ID7_LEASE_SEC;
	if (policy.deny > w->deny_max)
		w->deny_max = policy.deny;
	return policy;
}

static int64_t
some_duration(struct world *w)
{
	static const int64_t most[] = {0, 1, 3, 40, 40, 1000, 700000};

	return random_between(&w->random, 0, most[random_below(&w->random, 7)]);
}

static uint32_t
alive(const struct world *w)
{
	uint32_t i, bits = 0;

	for (i = 0; i < ID7_RESERVATIONS; i++)
		if (w->flight[i].nonce != 0 && w->flight[i].alive)
			bits |= 1u << i;
	return bits;
}

/* The twin sees another wall clock, except that both see the same one at the
 * first look after a reboot: only there it may matter. */
static struct id7_now
twin_now(struct world *w)
{
	struct id7_now now = w->now;

	if (w->twin.boot_hash == now.boot_hash)
		now.wall += random_between(&w->random, -CENTURY, CENTURY);
	return now;
}

static bool
twins_agree(const struct world *w)
{
	struct id7_tally twin = w->twin;

	twin.wall = w->tally.wall;
	twin.last_good = w->tally.last_good;
	twin.last_bad = w->tally.last_bad;
	return memcmp(&twin.lane, &w->tally.lane, sizeof twin.lane) == 0 &&
	       memcmp(&twin.reservation, &w->tally.reservation,
		      sizeof twin.reservation) == 0;
}

static void
check_must_3(struct world *w)
{
	int i;

	for (i = 0; i < ID7_LANES; i++) {
		const struct id7_lane_tally *l = &w->tally.lane[i];

		if (l->locked && !l->held && w->policy.unlock_time != 0)
			law(w,
			    l->locked_until - w->now.boot <=
				    w->policy.unlock_time,
			    "MUST 3: no lock is longer than unlock_time");
	}
}

static void
check_lanes(struct world *w)
{
	int i;

	for (i = 0; i < ID7_LANES; i++) {
		const struct id7_lane_tally *l = &w->tally.lane[i];
		const struct id7_lane_tally *b = &w->before.lane[i];
		struct id7_lane_view v =
			id7_tally_view(&w->tally, &w->now, (enum id7_lane)i);
		uint8_t k;

		law(w, v.failures + v.pending <= w->deny_max,
		    "MUST 1: failures and pending reach deny at most");
		law(w, l->episode >= b->episode, "an episode never decreases");
		law(w, l->episode <= b->episode + 1, "one lock at a time");
		for (k = 1; k < l->failures; k++)
			law(w, l->failure[k - 1].at <= l->failure[k].at,
			    "failures stand oldest first");
		if (b->locked && !l->locked)
			w->wrongs[i] = 0;
	}
}

static void
check_world(struct world *w)
{
	law(w, model_agrees(&w->model, &w->tally, &w->now),
	    "the tally says what the model says");
	law(w, twins_agree(w),
	    "a wall clock step within a boot changes nothing");
	check_must_3(w);
	check_lanes(w);
}

/* What every use of a tally begins with. */
static void
look(struct world *w)
{
	struct id7_now twin = twin_now(w);
	uint32_t bits = alive(w), i;
	bool locked;

	locked = id7_tally_refresh(&w->tally, id, w->epoch, &w->policy, &w->now,
				   bits);
	law(w, locked == model_look(&w->model, &w->policy, &w->now, bits),
	    "a look locks when the model's does");
	law(w,
	    locked == id7_tally_refresh(&w->twin, id, w->epoch, &w->policy,
					&twin, bits),
	    "the twin is locked too");
	check_world(w);
	for (i = 0; i < ID7_RESERVATIONS; i++)
		if (w->tally.reservation[i].nonce == 0 && !w->flight[i].alive)
			w->flight[i].nonce = 0;
}

/* Stopped past its lease, an attempt keeps flying beside the one that took its
 * place; only the newer one is followed here. */
static void
step_reserve(struct world *w)
{
	enum id7_lane lane = (enum id7_lane)random_below(&w->random, ID7_LANES);
	uint32_t source = random_below(&w->random, 4), at = 99, want = 99;
	uint64_t nonce = ++w->nonces;
	struct id7_tally before;
	struct id7_now twin;
	enum id7_claim claim;

	if (source == 3)
		source = ATTACKER;
	look(w);
	twin = twin_now(w);
	before = w->tally;
	claim = id7_tally_reserve(&w->tally, &w->policy, &w->now, lane, nonce,
				  source, &at);
	law(w,
	    claim == model_reserve(&w->model, &w->policy, lane, nonce, source,
				   &want),
	    "the claim is the model's");
	law(w, at == want, "in the same place");
	law(w,
	    claim == id7_tally_reserve(&w->twin, &w->policy, &twin, lane, nonce,
				       source, &at),
	    "the twin's claim is the same");
	if (claim == ID7_CLAIM_RESERVED)
		w->flight[at] = (struct flight){nonce, lane, source, true};
	else
		law(w, memcmp(&before, &w->tally, sizeof before) == 0,
		    "MUST 4: a refused claim changes nothing");
}

/* The attacker's guesses that were verified and found wrong in one window, none
 * of them before the end of a lock. */
static void
note_wrong(struct world *w, enum id7_lane lane)
{
	uint32_t i, in_window = 1;

	for (i = 0; i < w->wrongs[lane]; i++)
		in_window += w->model.when - w->wrong_when[lane][i] <
			     w->policy.fail_interval;
	law(w, in_window <= w->deny_max,
	    "MUST 1: at most deny wrong guesses a window");
	memmove(&w->wrong_when[lane][1], &w->wrong_when[lane][0],
		(MODEL_FAILURES - 1) * sizeof w->wrong_when[lane][0]);
	w->wrong_when[lane][0] = w->model.when;
	if (w->wrongs[lane] < MODEL_FAILURES)
		w->wrongs[lane]++;
}

/* A good login takes its own failures along, all of them or none, and nobody
 * else's. */
static void
check_right(struct world *w, const struct id7_tally *before,
	    const struct flight *f)
{
	const struct id7_lane_tally *was = &before->lane[f->lane];
	const struct id7_lane_tally *is = &w->tally.lane[f->lane];
	uint8_t i, k = 0;

	if (f->source == 0 && is->failures == was->failures)
		return;
	for (i = 0; i < was->failures; i++) {
		if (was->failure[i].source == f->source)
			continue;
		law(w,
		    k < is->failures &&
			    memcmp(&was->failure[i], &is->failure[k],
				   sizeof is->failure[k]) == 0,
		    "a good login forgets nobody else's failures");
		k++;
	}
	law(w, is->failures == k, "a good login forgets all of its own");
	if (f->source == 0 && was->cleared)
		law(w,
		    (int64_t)is->cleared_at - was->cleared_at >=
			    w->policy.fail_interval,
		    "without a source once a window");
}

static void
check_other_lanes(struct world *w, const struct id7_tally *before,
		  enum id7_lane lane)
{
	int i;

	for (i = 0; i < ID7_LANES; i++)
		if (i != (int)lane)
			law(w,
			    memcmp(&before->lane[i], &w->tally.lane[i],
				   sizeof before->lane[i]) == 0,
			    "a settlement stays in its lane");
}

static void
settle(struct world *w, const struct flight *f, enum id7_settlement how)
{
	struct id7_now twin;
	struct id7_tally before;
	struct id7_settled got, want, twins;

	look(w);
	twin = twin_now(w);
	before = w->tally;
	id7_tally_settle(&w->tally, &w->policy, &w->now, f->lane, f->nonce, how,
			 1, f->source, &got);
	id7_tally_settle(&w->twin, &w->policy, &twin, f->lane, f->nonce, how, 1,
			 f->source, &twins);
	want = model_settle(&w->model, &w->policy, f->lane, f->nonce, how,
			    f->source);
	law(w, got.stands == want.stands, "MUST 2: it stands as in the model");
	law(w, got.locked_now == want.locked_now, "it locks as in the model");
	law(w, got.failures == want.failures, "it counts as in the model");
	law(w, twins.stands == got.stands, "the twin's stands as well");
	check_other_lanes(w, &before, f->lane);
	if (got.stands && how == ID7_SETTLE_RIGHT)
		check_right(w, &before, f);
	if (got.stands && how == ID7_SETTLE_WRONG && f->source == ATTACKER)
		note_wrong(w, f->lane);
	id7_tally_settle(&w->tally, &w->policy, &w->now, f->lane, f->nonce, how,
			 1, f->source, &got);
	law(w, !got.stands, "MUST 2: nothing ends twice");
}

static void
step_settle(struct world *w)
{
	static const enum id7_settlement hows[] = {
		ID7_SETTLE_WRONG, ID7_SETTLE_WRONG, ID7_SETTLE_RIGHT,
		ID7_SETTLE_RELEASE};
	uint32_t i = random_below(&w->random, ID7_RESERVATIONS);
	struct flight f = w->flight[i];
	enum id7_settlement how = hows[random_below(&w->random, 4)];

	if (f.nonce == 0 || !f.alive)
		return;
	if (f.source == ATTACKER && how == ID7_SETTLE_RIGHT)
		how = ID7_SETTLE_WRONG;
	settle(w, &f, how);
	w->flight[i].nonce = 0;
	w->flight[i].alive = false;
}

/* The same moment, one more failure: never a kinder answer. */
static void
step_compare(struct world *w)
{
	enum id7_lane lane = (enum id7_lane)random_below(&w->random, ID7_LANES);
	struct id7_tally worse;
	struct id7_settled settled;
	enum id7_claim one, two;
	uint32_t at;

	look(w);
	worse = w->tally;
	if (id7_tally_reserve(&worse, &w->policy, &w->now, lane, UINT64_MAX, 1,
			      &at) != ID7_CLAIM_RESERVED)
		return;
	id7_tally_settle(&worse, &w->policy, &w->now, lane, UINT64_MAX,
			 ID7_SETTLE_WRONG, 1, 1, &settled);
	two = id7_tally_reserve(&worse, &w->policy, &w->now, lane, UINT64_MAX,
				1, &at);
	worse = w->tally;
	one = id7_tally_reserve(&worse, &w->policy, &w->now, lane, UINT64_MAX,
				1, &at);
	law(w, two >= one, "more failures are never kinder");
}

static void
land_all(struct world *w)
{
	memset(w->flight, 0, sizeof w->flight);
}

static void
step_reboot(struct world *w)
{
	int64_t away = some_duration(w), up = some_duration(w);

	w->now.wall += away + up;
	w->now.boot = up;
	w->now.boot_hash++;
	if (random_once_in(&w->random, 3))
		w->now.wall += random_between(&w->random, -CENTURY, CENTURY);
	w->twin.wall = w->tally.wall;
	land_all(w);
	look(w);
}

static void
step_unlock(struct world *w)
{
	look(w);
	law(w, id7_tally_unlock(&w->tally) == model_unlock(&w->model),
	    "unlock says whether it lifted a lock");
	(void)id7_tally_unlock(&w->twin);
	memset(w->wrongs, 0, sizeof w->wrongs);
}

static void
step_new_password(struct world *w)
{
	w->epoch++;
	model_init(&w->model, &w->now);
	land_all(w);
	memset(w->wrongs, 0, sizeof w->wrongs);
	memset(&w->before.lane, 0, sizeof w->before.lane);
	look(w);
}

/* Somebody who read the account before the last change of password. */
static void
step_stale_look(struct world *w)
{
	struct id7_tally before;

	look(w);
	before = w->tally;
	law(w,
	    !id7_tally_refresh(&w->tally, id, w->epoch - 1, &w->policy, &w->now,
			       alive(w)),
	    "a stale look locks nothing");
	law(w, memcmp(&before, &w->tally, sizeof before) == 0,
	    "a stale look changes nothing");
}

static void
step_time(struct world *w)
{
	int64_t by = some_duration(w);

	w->now.boot += by;
	w->now.wall += by;
	if (random_once_in(&w->random, 20))
		w->now.wall += random_between(&w->random, -CENTURY, CENTURY);
}

/* What the old policy has dropped, the new one's window does not bring back. */
static void
step_policy(struct world *w)
{
	w->policy = some_policy(w);
	memset(w->wrongs, 0, sizeof w->wrongs);
}

static void
step_kill(struct world *w)
{
	w->flight[random_below(&w->random, ID7_RESERVATIONS)].alive = false;
}

static void
step(struct world *w)
{
	uint32_t dice = random_below(&w->random, 1000);

	w->before = w->tally;
	if (dice < 350)
		step_reserve(w);
	else if (dice < 700)
		step_settle(w);
	else if (dice < 800)
		step_time(w);
	else if (dice < 860)
		step_kill(w);
	else if (dice < 900)
		look(w);
	else if (dice < 950)
		step_compare(w);
	else if (dice < 965)
		step_reboot(w);
	else if (dice < 980)
		step_stale_look(w);
	else if (dice < 988)
		step_unlock(w);
	else if (dice < 992)
		step_new_password(w);
	else if (dice < 996)
		step_policy(w);
}

static void
play(struct world *w)
{
	w->now = (struct id7_now){1700000000, some_duration(w), 1};
	w->deny_max = 0;
	w->policy = some_policy(w);
	w->epoch = 5;
	id7_tally_init(&w->tally, id, w->epoch, &w->now);
	w->twin = w->tally;
	model_init(&w->model, &w->now);
	land_all(w);
	memset(w->wrongs, 0, sizeof w->wrongs);
	for (w->step = 0; w->step < STEPS && !w->broken; w->step++)
		step(w);
}

/* Any int32, often one at an edge. */
static int32_t
any32(struct random *random)
{
	static const int32_t edges[] = {0, 1, -1, INT32_MIN, INT32_MAX};

	if (random_once_in(random, 2))
		return edges[random_below(random, 5)];
	return (int32_t)(uint32_t)random_bits(random);
}

static int64_t
any64(struct random *random)
{
	static const int64_t edges[] = {0, 1, -1, INT64_MIN, INT64_MAX};

	if (random_once_in(random, 2))
		return edges[random_below(random, 5)];
	return (int64_t)random_bits(random);
}

/* A tally that decodes, with any times in it. */
static void
scramble(struct random *random, struct id7_tally *ret_tally)
{
	struct id7_now zero = {0, 0, 1};
	uint32_t i, k, n;

	id7_tally_init(ret_tally, id, 5, &zero);
	ret_tally->boot = any64(random);
	ret_tally->wall = any64(random);
	for (i = 0; i < ID7_LANES; i++) {
		struct id7_lane_tally *l = &ret_tally->lane[i];

		n = random_below(random, ID7_DENY_MAX + 1);
		for (k = 0; k < n; k++)
			id7_lane_fail(l, any32(random), 0, 0);
		l->locked = random_once_in(random, 2);
		l->held = l->locked && random_once_in(random, 4);
		l->episode = (uint32_t)random_bits(random);
		l->locked_at = any32(random);
		l->locked_until = any32(random);
		l->cleared = random_once_in(random, 2);
		l->cleared_at = any32(random);
	}
	for (i = 0; i < ID7_RESERVATIONS; i++) {
		ret_tally->reservation[i].nonce = random_below(random, 2);
		ret_tally->reservation[i].lease = any32(random);
		ret_tally->reservation[i].lane = (uint8_t)random_bits(random);
	}
}

/* Whatever a record says, no arithmetic overflows and nothing lies later than
 * policy allows. */
static void
meet_any_times(struct world *w)
{
	const int64_t far = INT64_MAX / 4;
	struct id7_tally *t = &w->tally;
	uint32_t i;

	scramble(&w->random, t);
	w->policy = some_policy(w);
	w->now.boot = random_once_in(&w->random, 9) ? far : some_duration(w);
	w->now.wall = random_between(&w->random, -far, far);
	w->now.boot_hash = 1 + random_below(&w->random, 2);
	(void)id7_tally_refresh(t, id, 5, &w->policy, &w->now,
				(uint32_t)random_bits(&w->random));
	check_must_3(w);
	for (i = 0; i < ID7_LANES; i++) {
		struct id7_lane_tally *l = &t->lane[i];

		law(w, l->failures <= ID7_DENY_MAX, "failures fit");
		law(w,
		    l->failures == 0 ||
			    l->failure[l->failures - 1].at <= w->now.boot,
		    "no failure lies in the future");
		(void)id7_tally_view(t, &w->now, (enum id7_lane)i);
	}
	for (i = 0; i < ID7_RESERVATIONS; i++)
		law(w,
		    t->reservation[i].nonce == 0 ||
			    t->reservation[i].lease <=
				    w->now.boot + w->policy.lease,
		    "no lease is longer than policy");
}

int
main(void)
{
	struct world w = {.random = random_begin()};

	for (w.history = 0; w.history < HISTORIES && !w.broken; w.history++)
		play(&w);
	for (w.step = 0; w.step < 50000 && !w.broken; w.step++)
		meet_any_times(&w);
	if (w.broken)
		random_confess(&w.random);
	return check_done();
}
