/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random histories of a tally against the plain model: guesses from several
 * processes that are killed or stopped past their lease, reboots, wall clock
 * steps of a century, changes of policy and of password; repeats and old
 * passwords among them. Then one lock after every step of the clocks from -100
 * to +100 years. Numbers are MUSTs of tally.h.
 */
#include "common/core/lane.h"
#include "common/core/tally.h"

#include "tests/property/tally_model.h"
#include "tests/support/check.h"
#include "tests/support/random.h"

#define HISTORIES 800
#define STEPS 400
#define CENTURY 3155760000
#define ATTACKER 9u  /* a source that never knows the password */
#define GUESSES 4000 /* different ones that the attacker has */

static const uint8_t id[ID7_ID_LEN] = "the id of alice";

struct flight {
	uint64_t nonce; /* 0: none in this place */
	enum id7_lane lane;
	struct id7_whence from;
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
	bool counted[GUESSES]; /* the attacker's, that ever were failures */
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

	memset(&policy, 0, sizeof policy);
	policy.deny = 1 + random_below(&w->random, ID7_DENY_MAX);
	policy.unlock_time = unlock[random_below(&w->random, 4)];
	policy.fail_interval = interval[random_below(&w->random, 4)];
	policy.unlock_time_max = unlock[random_below(&w->random, 4)];
	policy.console_time_max = random_once_in(&w->random, 3) ? 60 : 0;
	policy.max_lifetime_failures = 25 * random_below(&w->random, 5);
	policy.lanes = !random_once_in(&w->random, 5);
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
	       memcmp(&twin.seen, &w->tally.seen, sizeof twin.seen) == 0 &&
	       memcmp(&twin.reservation, &w->tally.reservation,
		      sizeof twin.reservation) == 0;
}

static void
check_must_3(struct world *w)
{
	int i;

	for (i = 0; i < ID7_LANES; i++) {
		const struct id7_lane_tally *l = &w->tally.lane[i];
		uint32_t level =
			l->level < ID7_LADDER_MAX ? l->level : ID7_LADDER_MAX;
		int64_t most = model_lock_time(&w->policy, i,
					       level == 0 ? 0 : level - 1);

		if (l->locked && !l->held && most != 0)
			law(w, l->locked_until - w->now.boot <= most,
			    "MUST 3: no lock is longer than policy says");
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
		law(w, l->episode <= b->episode + 2,
		    "one lock and one hold at a time");
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
	struct id7_events got, want, twins;

	got = id7_tally_refresh(&w->tally, id, w->epoch, &w->policy, &w->now,
				bits);
	want = model_look(&w->model, &w->policy, &w->now, bits);
	twins = id7_tally_refresh(&w->twin, id, w->epoch, &w->policy, &twin,
				  bits);
	law(w, got.locked_now == want.locked_now,
	    "a look locks when the model's does");
	law(w, got.unlocked_now == want.unlocked_now,
	    "a look finds the locks over that the model does");
	law(w,
	    got.locked_now == twins.locked_now &&
		    got.unlocked_now == twins.unlocked_now,
	    "the twin is locked too");
	check_world(w);
	for (i = 0; i < ID7_RESERVATIONS; i++)
		if (w->tally.reservation[i].nonce == 0 && !w->flight[i].alive)
			w->flight[i].nonce = 0;
}

/* The lane that is asked for is told by where the attempt comes from alone;
 * what days make of known sources is for test_known.c. */
static struct id7_whence
some_whence(struct world *w, enum id7_lane lane)
{
	struct id7_whence from = {.console = lane == ID7_LANE_CONSOLE,
				  .source = random_below(&w->random, 4)};
	struct id7_known_source known = {0};

	if (from.source == 3)
		from.source = ATTACKER;
	if (lane == ID7_LANE_KNOWN) {
		known.source = from.source + 50;
		known.day = UINT32_MAX;
		from.source = known.source;
	}
	from.knowable = lane == ID7_LANE_KNOWN ||
			(lane == ID7_LANE_REMOTE && from.source == 2);
	memset(w->tally.known, 0, sizeof w->tally.known);
	w->tally.known[5] = known;
	memcpy(w->twin.known, w->tally.known, sizeof w->twin.known);
	return from;
}

static bool
is_attacker(const struct flight *f)
{
	return f->from.source == ATTACKER || f->from.source == ATTACKER + 50;
}

/* Stopped past its lease, an attempt keeps flying beside the one that took its
 * place; only the newer one is followed here. */
static void
step_reserve(struct world *w)
{
	enum id7_lane lane = (enum id7_lane)random_below(&w->random, ID7_LANES);
	struct id7_whence from = some_whence(w, lane);
	uint32_t at = 99, want = 99;
	enum id7_lane got = ID7_LANE_REMOTE;
	uint64_t nonce = ++w->nonces;
	struct id7_tally before;
	struct id7_now twin;
	enum id7_claim claim;

	if (!w->policy.lanes)
		lane = ID7_LANE_REMOTE;
	look(w);
	twin = twin_now(w);
	before = w->tally;
	claim = id7_tally_reserve(&w->tally, &w->policy, &w->now, &from, nonce,
				  &got, &at);
	law(w, got == lane, "in the lane that it comes from");
	law(w,
	    claim == model_reserve(&w->model, &w->policy, lane, nonce,
				   (uint32_t)from.source, &want),
	    "the claim is the model's");
	law(w, at == want, "in the same place");
	law(w,
	    claim == id7_tally_reserve(&w->twin, &w->policy, &twin, &from,
				       nonce, &got, &at),
	    "the twin's claim is the same");
	if (claim == ID7_CLAIM_RESERVED)
		w->flight[at] = (struct flight){nonce, lane, from, true};
	else
		law(w, memcmp(&before, &w->tally, sizeof before) == 0,
		    "MUST 4: a refused claim changes nothing");
}

/* Half of them new, half of the few that come again and again. */
static uint32_t
some_fingerprint(struct world *w)
{
	static const uint32_t most[] = {1, 12, GUESSES, GUESSES};

	return random_below(&w->random, most[random_below(&w->random, 4)]);
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
	uint32_t source = (uint32_t)f->from.source;
	uint8_t i, k = 0;

	if (source == 0 && is->failures == was->failures)
		return;
	for (i = 0; i < was->failures; i++) {
		if (was->failure[i].source == source)
			continue;
		law(w,
		    k < is->failures &&
			    memcmp(&was->failure[i], &is->failure[k],
				   sizeof is->failure[k]) == 0,
		    "a good login forgets nobody else's failures");
		k++;
	}
	law(w, is->failures == k, "a good login forgets all of its own");
	if (source == 0 && was->cleared)
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

/* Beyond what was counted in the window he has had nothing checked that he did
 * not know to be wrong before. */
static void
check_guess(struct world *w, enum id7_lane lane, uint32_t fingerprint,
	    bool repeated)
{
	if (repeated) {
		law(w, fingerprint != 0 && w->counted[fingerprint],
		    "MUST 1: a repeat was a failure before");
		return;
	}
	w->counted[fingerprint] = true;
	note_wrong(w, lane);
}

/* Neither repeats nor old passwords leave a trace in a lane. */
static void
check_uncounted(struct world *w, const struct id7_tally *before)
{
	law(w,
	    memcmp(&before->lane, &w->tally.lane, sizeof before->lane) == 0 &&
		    memcmp(&before->seen, &w->tally.seen,
			   sizeof before->seen) == 0,
	    "what is not counted changes no lane");
}

static void
check_settled(struct world *w, const struct id7_tally *before,
	      const struct flight *f, enum id7_settlement how,
	      uint32_t fingerprint, const struct id7_settled *settled)
{
	/* A failure in any lane may be the one that holds the remote lane. */
	if (!settled->events.locked_now)
		check_other_lanes(w, before, f->lane);
	if (!settled->stands)
		return;
	if (how == ID7_SETTLE_RIGHT)
		check_right(w, before, f);
	if (how == ID7_SETTLE_OLD || settled->repeated)
		check_uncounted(w, before);
	if (how == ID7_SETTLE_RIGHT || how == ID7_SETTLE_OLD)
		law(w,
		    w->tally.lane[f->lane].failures <=
				    before->lane[f->lane].failures &&
			    !settled->events.locked_now,
		    "the right password is never a failure");
	if (how == ID7_SETTLE_WRONG && is_attacker(f))
		check_guess(w, f->lane, fingerprint, settled->repeated);
}

static void
settle(struct world *w, const struct flight *f, enum id7_settlement how)
{
	uint32_t fingerprint = some_fingerprint(w);
	struct id7_now twin;
	struct id7_tally before;
	struct id7_settled got, want, twins;

	look(w);
	twin = twin_now(w);
	before = w->tally;
	id7_tally_settle(&w->tally, &w->policy, &w->now, f->lane, f->nonce, how,
			 fingerprint, &f->from, &got);
	id7_tally_settle(&w->twin, &w->policy, &twin, f->lane, f->nonce, how,
			 fingerprint, &f->from, &twins);
	want = model_settle(&w->model, &w->policy, f->lane, f->nonce, how,
			    fingerprint, &f->from);
	law(w, got.stands == want.stands, "MUST 2: it stands as in the model");
	law(w, got.events.locked_now == want.events.locked_now,
	    "it locks as in the model");
	law(w, got.repeated == want.repeated, "it repeats as in the model");
	law(w, got.failures == want.failures, "it counts as in the model");
	law(w, twins.stands == got.stands, "the twin's stands as well");
	check_settled(w, &before, f, how, fingerprint, &got);
	id7_tally_settle(&w->tally, &w->policy, &w->now, f->lane, f->nonce, how,
			 fingerprint, &f->from, &got);
	law(w, !got.stands, "MUST 2: nothing ends twice");
}

static void
step_settle(struct world *w)
{
	static const enum id7_settlement hows[] = {
		ID7_SETTLE_WRONG, ID7_SETTLE_WRONG,   ID7_SETTLE_WRONG,
		ID7_SETTLE_RIGHT, ID7_SETTLE_RELEASE, ID7_SETTLE_OLD};
	uint32_t i = random_below(&w->random, ID7_RESERVATIONS);
	struct flight f = w->flight[i];
	enum id7_settlement how = hows[random_below(&w->random, 6)];

	if (f.nonce == 0 || !f.alive)
		return;
	if (is_attacker(&f) && how == ID7_SETTLE_RIGHT)
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
	struct id7_whence from = some_whence(w, lane);
	struct id7_tally worse;
	struct id7_settled settled;
	enum id7_claim one, two;
	uint32_t at;

	look(w);
	worse = w->tally;
	if (id7_tally_reserve(&worse, &w->policy, &w->now, &from, UINT64_MAX,
			      &lane, &at) != ID7_CLAIM_RESERVED)
		return;
	id7_tally_settle(&worse, &w->policy, &w->now, lane, UINT64_MAX,
			 ID7_SETTLE_WRONG, 0, &from, &settled);
	two = id7_tally_reserve(&worse, &w->policy, &w->now, &from, UINT64_MAX,
				&lane, &at);
	worse = w->tally;
	one = id7_tally_reserve(&worse, &w->policy, &w->now, &from, UINT64_MAX,
				&lane, &at);
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
			       alive(w))
		     .locked_now,
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
	memset(w->counted, 0, sizeof w->counted);
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
		l->lifetime = l->held && random_once_in(random, 2);
		l->level = (uint8_t)random_bits(random);
		l->since_good = (uint32_t)any32(random);
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

/* A tally with one lock in every lane, as attempts leave it. */
static struct id7_tally
locked_tally(const struct id7_policy *policy, const struct id7_now *now)
{
	struct id7_tally tally;
	uint32_t i, k;

	id7_tally_init(&tally, id, 5, now);
	for (i = 0; i < ID7_LANES; i++)
		for (k = 0; k < policy->deny; k++)
			id7_lane_fail(&tally.lane[i], id7_clamp32(now->boot),
				      k + 1, ATTACKER);
	(void)id7_tally_refresh(&tally, id, 5, policy, now, 0);
	return tally;
}

static void
check_clock(struct world *w, const struct id7_tally *locked,
	    struct id7_now then)
{
	struct id7_tally *t = &w->tally;
	struct id7_now later = then;
	uint32_t i;

	*t = *locked;
	w->now = then;
	(void)id7_tally_refresh(t, id, 5, &w->policy, &then, 0);
	check_must_3(w);
	later.boot += w->policy.unlock_time;
	(void)id7_tally_refresh(t, id, 5, &w->policy, &later, 0);
	for (i = 0; i < ID7_LANES; i++) {
		law(w, !t->lane[i].locked,
		    "after unlock_time on its own clock a lock is over");
		law(w, t->lane[i].failures == 0, "with its failures");
	}
}

/* One step of the wall clock, in this boot and over a reboot. */
static void
step_clock(struct world *w, const struct id7_tally *locked, int64_t by)
{
	const struct id7_now base = {locked->wall, locked->boot, 1};
	struct id7_now then = base;

	then.wall += by;
	check_clock(w, locked, then);
	then.boot_hash = 2;
	then.boot = 0;
	check_clock(w, locked, then);
	then.boot = 59;
	check_clock(w, locked, then);
	/* Another time namespace: the boot clock itself is another. */
	then = base;
	then.boot = id7_clamp32(base.boot + by);
	check_clock(w, locked, then);
}

/* Every second around the moments that mean something, and every ten hours of
 * two centuries, each at another second of it. */
static void
sweep_clocks(struct world *w)
{
	static const int64_t edges[] = {0,	   60,	   600,	    3600,
					86400,	   604800, 2592000, 31557600,
					INT32_MAX, CENTURY};
	const struct id7_now base = {1700000000, 100000, 1};
	struct id7_tally locked;
	int64_t by, edge;
	size_t i;

	w->policy = (struct id7_policy){.deny = 3,
					.fail_interval = 900,
					.unlock_time = 600,
					.unlock_time_max = 3600,
					.lanes = true,
					.lease = ID7_LEASE_SEC};
	locked = locked_tally(&w->policy, &base);
	for (i = 0; i < sizeof edges / sizeof *edges && !w->broken; i++) {
		for (edge = -1300; edge <= 1300; edge++) {
			step_clock(w, &locked, edges[i] + edge);
			step_clock(w, &locked, -edges[i] + edge);
		}
	}
	for (by = -CENTURY; by <= CENTURY && !w->broken; by += 36007)
		step_clock(w, &locked, by);
}

int
main(void)
{
	struct world w = {.random = random_begin()};

	for (w.history = 0; w.history < HISTORIES && !w.broken; w.history++)
		play(&w);
	for (w.step = 0; w.step < 50000 && !w.broken; w.step++)
		meet_any_times(&w);
	sweep_clocks(&w);
	if (w.broken)
		random_confess(&w.random);
	return check_done();
}
