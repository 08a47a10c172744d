/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain model of a tally that prop_tally.c compares with. */
#include "tests/property/tally_model.h"

#include <string.h>

void
model_init(struct model *ret_model, const struct id7_now *now)
{
	memset(ret_model, 0, sizeof *ret_model);
	ret_model->seen = *now;
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
fail(struct model_lane *lane, int64_t when, uint32_t source)
{
	lane->failure[lane->failures].when = when;
	lane->failure[lane->failures].source = source;
	lane->failures++;
}

static bool
lock_if_due(struct model_lane *lane, const struct id7_policy *policy,
	    int64_t when)
{
	if (lane->locked || lane->failures < policy->deny)
		return false;
	lane->locked = true;
	lane->held = policy->unlock_time == 0;
	lane->until = when + policy->unlock_time;
	lane->episode++;
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
	int64_t by_wall = now->wall - model->seen.wall;

	if (now->boot_hash == model->seen.boot_hash)
		return model->when + now->boot - model->seen.boot;
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
			     lapsed ? p->lease : model->when, p->source);
		lane_paid[p->lane] = true;
		p->nonce = 0;
	}
}

bool
model_look(struct model *model, const struct id7_policy *policy,
	   const struct id7_now *now, uint32_t alive)
{
	bool new_boot = now->boot_hash != model->seen.boot_hash;
	bool locked = false;
	int i;

	model->when = come_to(model, now);
	model->seen = *now;
	bury(model, alive, new_boot);
	for (i = 0; i < ID7_LANES; i++) {
		struct model_lane *lane = &model->lane[i];
		int64_t longest = model->when + policy->unlock_time;

		if (lane->locked && !lane->held && model->when >= lane->until) {
			lane->locked = false;
			lane->failures = 0;
		}
		if (policy->unlock_time != 0 && lane->until > longest)
			lane->until = longest;
		if (!lane->locked)
			drop(lane, false, 0,
			     model->when - policy->fail_interval);
		locked |= lock_if_due(lane, policy, model->when);
	}
	return locked;
}

enum id7_claim
model_reserve(struct model *model, const struct id7_policy *policy,
	      enum id7_lane lane, uint64_t nonce, uint32_t source,
	      uint32_t *ret_index)
{
	const struct model_lane *l = &model->lane[lane];
	uint32_t all = 0, empty_others = 0, i = 0;
	int k;

	if (l->locked)
		return l->held ? ID7_CLAIM_HELD : ID7_CLAIM_LOCKED_OUT;
	for (k = 0; k < ID7_LANES; k++) {
		all += pending(model, k);
		empty_others += k != (int)lane && pending(model, k) == 0;
	}
	if (l->failures + pending(model, (int)lane) >= policy->deny ||
	    all + empty_others >= ID7_RESERVATIONS)
		return ID7_CLAIM_FULL;
	while (model->place[i].nonce != 0)
		i++;
	model->place[i] = (struct model_place){
		nonce, model->when + policy->lease, source, lane};
	*ret_index = i;
	return ID7_CLAIM_RESERVED;
}

static void
right(struct model_lane *lane, const struct id7_policy *policy, int64_t when,
      uint32_t source)
{
	if (source != 0) {
		drop(lane, true, source, 0);
		return;
	}
	if (lane->cleared && when < lane->cleared_when + policy->fail_interval)
		return;
	if (drop(lane, true, 0, 0) > 0) {
		lane->cleared = true;
		lane->cleared_when = when;
	}
}

struct id7_settled
model_settle(struct model *model, const struct id7_policy *policy,
	     enum id7_lane lane, uint64_t nonce, enum id7_settlement how,
	     uint32_t source)
{
	struct model_lane *l = &model->lane[lane];
	struct id7_settled settled = {false, false, 0};
	uint32_t i;

	for (i = 0; i < ID7_RESERVATIONS; i++) {
		if (model->place[i].nonce == nonce) {
			model->place[i].nonce = 0;
			settled.stands = true;
		}
	}
	if (settled.stands && how == ID7_SETTLE_RIGHT)
		right(l, policy, model->when, source);
	if (settled.stands && how == ID7_SETTLE_WRONG) {
		fail(l, model->when, source);
		settled.locked_now = lock_if_due(l, policy, model->when);
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
		model->lane[i].locked = false;
		model->lane[i].held = false;
		model->lane[i].cleared = false;
		model->lane[i].failures = 0;
	}
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
	if (v.pending != pending(model, (int)lane))
		return false;
	return v.locked_until ==
	       (locked_out ? now->wall + l->until - model->when : 0);
}

bool
model_agrees(const struct model *model, const struct id7_tally *tally,
	     const struct id7_now *now)
{
	int i;

	for (i = 0; i < ID7_LANES; i++)
		if (!lane_agrees(model, tally, now, (enum id7_lane)i))
			return false;
	return places_agree(model, tally);
}
