/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain model of a tally that prop_tally.c compares with. */
#include "tests/property/tally_model.h"

#include <string.h>

void
model_init(struct model *ret_model, const struct id7_now *now)
{
	memset(ret_model, 0, sizeof *ret_model);
	ret_model->seen_now = *now;
}

static uint32_t
pending(const struct model *model, int lane)
{
	uint32_t i, n = 0;

	for (i = 0; i < ID7_RESERVATIONS; i++)
		n += model->place[i].nonce != 0 &&
		     (int)model->place[i].lane == lane;
	return n;
}

static void
fail(struct model_lane *lane, int64_t when, uint32_t fingerprint,
     uint32_t source)
{
	lane->failure[lane->failures++] =
		(struct model_failure){when, source, fingerprint};
	lane->counted++;
}

int64_t
model_lock_time(const struct id7_policy *policy, int lane, uint32_t step)
{
	int64_t most = policy->unlock_time, time = policy->unlock_time;
	uint32_t i;

	if (policy->unlock_time_max > most)
		most = policy->unlock_time_max;
	for (i = 0; i < step && i < 30; i++)
		time *= 2;
	if (time > most)
		time = most;
	if (lane == ID7_LANE_CONSOLE && policy->console_time_max != 0 &&
	    (time == 0 || time > policy->console_time_max))
		time = policy->console_time_max;
	return time;
}

/* The step of the lock that stands, or of one that began at `when`. */
static uint32_t
step_of(const struct model_lane *lane, int64_t when)
{
	uint32_t level =
		lane->level < ID7_LADDER_MAX ? lane->level : ID7_LADDER_MAX;
	int64_t day = lane->until + 86400;

	if (lane->locked)
		return level == 0 ? 0 : level - 1;
	for (; level > 0 && day <= when; day += 86400)
		level--;
	return level;
}

static void
lock(struct model_lane *lane, int64_t when, int64_t seconds, bool held)
{
	lane->locked = true;
	lane->held = held;
	lane->since = when;
	lane->until = when + seconds;
	lane->episode++;
}

static bool
lock_if_due(struct model *model, int which, const struct id7_policy *policy)
{
	struct model_lane *lane = &model->lane[which];
	uint32_t step = step_of(lane, model->when);
	int64_t seconds = model_lock_time(policy, which, step);

	if (lane->locked || lane->failures < policy->deny)
		return false;
	lock(lane, model->when, seconds, seconds == 0);
	lane->lifetime = false;
	lane->level = step + 1;
	return true;
}

static bool
hold_if_due(struct model *model, const struct id7_policy *policy)
{
	struct model_lane *remote = &model->lane[ID7_LANE_REMOTE];
	uint32_t sum = 0;
	int i;

	for (i = 0; i < ID7_LANES; i++)
		sum += model->lane[i].counted;
	if (policy->max_lifetime_failures == 0 || remote->held ||
	    sum < policy->max_lifetime_failures)
		return false;
	lock(remote, model->when, 0, true);
	remote->lifetime = true;
	return true;
}

/* Forgets failures of `source` when `by_source`, else those before `when`. */
static uint32_t
drop(struct model_lane *lane, bool by_source, uint32_t source, int64_t when)
{
	uint32_t i, kept = 0, dropped;

	for (i = 0; i < lane->failures; i++) {
		const struct model_failure *f = &lane->failure[i];

		if (by_source ? f->source != source : f->when > when)
			lane->failure[kept++] = *f;
	}
	dropped = lane->failures - kept;
	lane->failures = kept;
	return dropped;
}

/* The moment of `now` on the model's line. */
static int64_t
come_to(const struct model *model, const struct id7_now *now)
{
	int64_t by_wall = now->wall - model->seen_now.wall;

	if (now->boot_hash == model->seen_now.boot_hash)
		return model->when + now->boot - model->seen_now.boot;
	return model->when + (by_wall > now->boot ? by_wall : now->boot);
}

static void
bury(struct model *model, uint32_t alive, bool new_boot)
{
	bool lane_paid[ID7_LANES] = {false};
	uint32_t i;

	for (i = 0; i < ID7_RESERVATIONS; i++) {
		struct model_place *p = &model->place[i];
		bool lapsed = model->when > p->lease;

		if (p->nonce == 0 || (!new_boot && !lapsed && (alive >> i & 1)))
			continue;
		if (!new_boot || !lane_paid[p->lane])
			fail(&model->lane[p->lane],
			     lapsed ? p->lease : model->when, 0, p->source);
		lane_paid[p->lane] = true;
		p->nonce = 0;
	}
}

static void
open_lane(struct model_lane *lane)
{
	lane->locked = lane->held = lane->lifetime = false;
	lane->failures = 0;
}

/* Returns true when a timed lock was over. */
static bool
age_lane(struct model *model, int which, const struct id7_policy *policy)
{
	struct model_lane *lane = &model->lane[which];
	int64_t most =
		model_lock_time(policy, which, step_of(lane, model->when));
	int64_t cap = which == ID7_LANE_CONSOLE ? policy->console_time_max : 0;
	bool over = false;

	if (lane->locked && !lane->held && model->when >= lane->until) {
		open_lane(lane);
		over = true;
	}
	if (lane->held && cap != 0 && model->when - lane->since >= cap)
		open_lane(lane);
	if (most != 0 && lane->until > model->when + most)
		lane->until = model->when + most;
	if (!lane->locked)
		drop(lane, false, 0, model->when - policy->fail_interval);
	return over;
}

struct id7_events
model_look(struct model *model, const struct id7_policy *policy,
	   const struct id7_now *now, uint32_t alive)
{
	bool new_boot = now->boot_hash != model->seen_now.boot_hash;
	struct id7_events events = {0};
	int i;

	model->when = come_to(model, now);
	model->seen_now = *now;
	bury(model, alive, new_boot);
	events.locked_now = hold_if_due(model, policy);
	for (i = 0; i < ID7_LANES; i++) {
		events.unlocked_now |= age_lane(model, i, policy);
		events.locked_now |= lock_if_due(model, i, policy);
	}
	return events;
}

enum id7_claim
model_reserve(struct model *model, const struct id7_policy *policy,
	      enum id7_lane lane, uint64_t nonce, uint32_t source,
	      uint32_t *ret_index)
{
	const struct model_lane *l = &model->lane[lane];
	uint32_t all = 0, empty_others = 0, i = 0;
	uint64_t lifetime = 0;
	int k;

	if (l->locked)
		return l->held ? ID7_CLAIM_HELD : ID7_CLAIM_LOCKED_OUT;
	for (k = 0; k < ID7_LANES; k++) {
		all += pending(model, k);
		lifetime += model->lane[k].counted;
		empty_others += k != (int)lane && pending(model, k) == 0;
	}
	if (l->failures + pending(model, (int)lane) >= policy->deny ||
	    all + empty_others >= ID7_RESERVATIONS)
		return ID7_CLAIM_FULL;
	if (lane == ID7_LANE_REMOTE && policy->max_lifetime_failures != 0 &&
	    lifetime + all >= policy->max_lifetime_failures)
		return ID7_CLAIM_FULL;
	while (model->place[i].nonce != 0)
		i++;
	model->place[i] = (struct model_place){
		nonce, model->when + policy->lease, source, lane};
	*ret_index = i;
	return ID7_CLAIM_RESERVED;
}

static void
forget_seen(struct model *model, uint32_t source)
{
	uint32_t i, kept = 0;

	for (i = 0; i < model->seen_count; i++)
		if (model->seen[i].source != source)
			model->seen[kept++] = model->seen[i];
	model->seen_count = kept;
}

static void
right(struct model *model, struct model_lane *lane,
      const struct id7_policy *policy, const struct id7_whence *whence)
{
	uint32_t source = (uint32_t)whence->source, gone = 0;

	forget_seen(model, source);
	if (source != 0 || !lane->cleared ||
	    model->when >= lane->cleared_when + policy->fail_interval)
		gone = drop(lane, true, source, 0);
	if (source == 0 && gone > 0) {
		lane->cleared = true;
		lane->cleared_when = model->when;
	}
	lane->counted = lane->counted < gone ? 0 : lane->counted - gone;
	if (whence->console || whence->knowable)
		lane->counted = 0;
}

static bool
is_repeat(const struct model *model, const struct model_lane *lane,
	  const struct model_failure *guess)
{
	uint32_t i;

	for (i = 0; i < lane->failures && guess->fingerprint != 0; i++)
		if (lane->failure[i].fingerprint == guess->fingerprint &&
		    lane->failure[i].source == guess->source)
			return true;
	for (i = 0; i < model->seen_count && guess->fingerprint != 0; i++)
		if (model->seen[i].fingerprint == guess->fingerprint &&
		    model->seen[i].source == guess->source)
			return true;
	return false;
}

static void
note_seen(struct model *model, const struct model_failure *guess)
{
	uint32_t i;

	if (guess->fingerprint == 0)
		return;
	if (model->seen_count == ID7_SEEN) {
		for (i = 1; i < ID7_SEEN; i++)
			model->seen[i - 1] = model->seen[i];
		model->seen_count--;
	}
	model->seen[model->seen_count++] = *guess;
}

struct id7_settled
model_settle(struct model *model, const struct id7_policy *policy,
	     enum id7_lane lane, uint64_t nonce, enum id7_settlement how,
	     uint32_t fingerprint, const struct id7_whence *whence)
{
	struct model_failure guess = {model->when, (uint32_t)whence->source,
				      fingerprint};
	struct model_lane *l = &model->lane[lane];
	struct id7_settled settled = {0};
	uint32_t i;

	for (i = 0; i < ID7_RESERVATIONS; i++) {
		if (model->place[i].nonce == nonce) {
			model->place[i].nonce = 0;
			settled.stands = true;
		}
	}
	if (settled.stands && how == ID7_SETTLE_RIGHT)
		right(model, l, policy, whence);
	if (settled.stands && how == ID7_SETTLE_WRONG) {
		settled.repeated = is_repeat(model, l, &guess);
		if (!settled.repeated) {
			fail(l, model->when, fingerprint, guess.source);
			note_seen(model, &guess);
			settled.events.locked_now = hold_if_due(model, policy);
			settled.events.locked_now |=
				lock_if_due(model, (int)lane, policy);
		}
	}
	settled.failures = l->failures;
	return settled;
}

bool
model_unlock(struct model *model)
{
	bool was = false;
	int i;

	for (i = 0; i < ID7_LANES; i++) {
		was |= model->lane[i].locked;
		open_lane(&model->lane[i]);
		model->lane[i].cleared = false;
		model->lane[i].level = 0;
		model->lane[i].counted = 0;
	}
	model->seen_count = 0;
	return was;
}

static bool
places_agree(const struct model *model, const struct id7_tally *tally)
{
	uint32_t i;

	for (i = 0; i < ID7_RESERVATIONS; i++) {
		const struct id7_reservation *r = &tally->reservation[i];
		const struct model_place *p = &model->place[i];

		if (r->nonce != p->nonce)
			return false;
		if (r->nonce != 0 &&
		    (r->lane != p->lane || r->source != p->source))
			return false;
	}
	return true;
}

static bool
lane_agrees(const struct model *model, const struct id7_tally *tally,
	    const struct id7_now *now, enum id7_lane lane)
{
	const struct model_lane *l = &model->lane[lane];
	struct id7_lane_view v = id7_tally_view(tally, now, lane);
	bool locked_out = l->locked && !l->held;

	if (v.held != (l->locked && l->held) || v.locked_out != locked_out)
		return false;
	if (v.failures != l->failures || v.episode != l->episode)
		return false;
	if (v.pending != pending(model, (int)lane) ||
	    v.lifetime != l->lifetime || v.step != step_of(l, model->when) ||
	    tally->lane[lane].since_good != l->counted)
		return false;
	return v.locked_until ==
	       (locked_out ? now->wall + l->until - model->when : 0);
}

static bool
seen_agrees(const struct model *model, const struct id7_tally *tally)
{
	uint32_t i, n = model->seen_count;

	for (i = 0; i < n; i++)
		if (tally->seen[i].fingerprint !=
			    model->seen[n - 1 - i].fingerprint ||
		    tally->seen[i].source != model->seen[n - 1 - i].source)
			return false;
	return n == ID7_SEEN || tally->seen[n].fingerprint == 0;
}

bool
model_agrees(const struct model *model, const struct id7_tally *tally,
	     const struct id7_now *now)
{
	int i;

	for (i = 0; i < ID7_LANES; i++)
		if (!lane_agrees(model, tally, now, (enum id7_lane)i))
			return false;
	return places_agree(model, tally) && seen_agrees(model, tally);
}
