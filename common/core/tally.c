/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tally's arithmetic: reservations, failures, locks, and times that survive
 * a reboot. */
#include "common/core/tally.h"

#include "common/core/known.h"
#include "common/core/lane.h"
#include "common/core/seen.h"

#include <string.h>

void
id7_tally_init(struct id7_tally *ret_tally, const uint8_t id[ID7_ID_LEN],
	       uint64_t epoch, const struct id7_now *now)
{
	memset(ret_tally, 0, sizeof *ret_tally);
	memcpy(ret_tally->id, id, ID7_ID_LEN);
	ret_tally->epoch = epoch;
	ret_tally->boot_hash = now->boot_hash;
	ret_tally->boot = now->boot;
	ret_tally->wall = now->wall;
}

/* A moment of the old boot as a moment of this one: it lies as long ago, and
 * the time between the boots more. */
static int32_t
carry(int32_t at, const struct id7_tally *tally, const struct id7_now *now,
      int64_t elapsed)
{
	int64_t age = (int64_t)id7_clamp32(tally->boot) - at + elapsed;

	return id7_clamp32(id7_clamp32(now->boot) - age);
}

/* Seconds since the last write of an earlier boot. Whatever the wall clock
 * says, this boot has lasted for its own clock already. */
static int64_t
elapsed_since(const struct id7_tally *tally, const struct id7_now *now)
{
	int64_t least = now->boot > 0 ? now->boot : 0;
	int64_t elapsed;

	if (__builtin_sub_overflow(now->wall, tally->wall, &elapsed) ||
	    elapsed < least)
		elapsed = least;
	return id7_clamp32(elapsed);
}

/* Carries every time into the boot of `now`. */
static void
rebase(struct id7_tally *tally, const struct id7_now *now)
{
	int64_t elapsed = elapsed_since(tally, now);
	size_t i, k;

	for (i = 0; i < ID7_LANES; i++) {
		struct id7_lane_tally *lane = &tally->lane[i];

		for (k = 0; k < lane->failures; k++)
			lane->failure[k].at =
				carry(lane->failure[k].at, tally, now, elapsed);
		lane->locked_at = carry(lane->locked_at, tally, now, elapsed);
		lane->locked_until =
			carry(lane->locked_until, tally, now, elapsed);
		lane->cleared_at = carry(lane->cleared_at, tally, now, elapsed);
	}
	for (i = 0; i < ID7_RESERVATIONS; i++)
		tally->reservation[i].lease =
			carry(tally->reservation[i].lease, tally, now, elapsed);
}

/* A dead reservation is a failure at the moment it died at the latest. */
static void
bury(struct id7_tally *tally, struct id7_reservation *dead,
     const struct id7_now *now, bool counted)
{
	struct id7_lane_tally *lane = &tally->lane[dead->lane];
	int64_t at = dead->lease < now->boot ? dead->lease : now->boot;

	if (counted)
		id7_lane_fail(lane, id7_clamp32(at), 0, dead->source);
	memset(dead, 0, sizeof *dead);
}

/*
 * Reservations of an earlier boot died together with the machine, not by
 * anybody's hand: one failure a lane for all of them.
 */
static void
bury_dead(struct id7_tally *tally, const struct id7_policy *policy,
	  const struct id7_now *now, uint32_t alive, bool new_boot)
{
	bool counted[ID7_LANES] = {false};
	int32_t latest = id7_clamp32(now->boot + policy->lease);
	size_t i;

	for (i = 0; i < ID7_RESERVATIONS; i++) {
		struct id7_reservation *r = &tally->reservation[i];

		if (r->nonce == 0)
			continue;
		if (r->lane >= ID7_LANES)
			r->lane = ID7_LANE_REMOTE;
		if (r->lease > latest)
			r->lease = latest;
		if (new_boot) {
			bool first = !counted[r->lane];

			counted[r->lane] = true;
			bury(tally, r, now, first);
		} else if (!(alive & (1u << i)) || now->boot > r->lease) {
			bury(tally, r, now, true);
		}
	}
}

uint64_t
id7_tally_lifetime(const struct id7_tally *tally)
{
	uint64_t failures = 0;
	size_t i;

	for (i = 0; i < ID7_LANES; i++)
		failures += tally->lane[i].since_good;
	return failures;
}

/* What a stranger can reach is held: the owner's own ways in stay open. */
static bool
hold_if_due(struct id7_tally *tally, const struct id7_policy *policy,
	    const struct id7_now *now)
{
	if (policy->max_lifetime_failures == 0 ||
	    id7_tally_lifetime(tally) < policy->max_lifetime_failures)
		return false;
	return id7_lane_hold(&tally->lane[ID7_LANE_REMOTE], now);
}

static struct id7_events
refresh_lanes(struct id7_tally *tally, const struct id7_policy *policy,
	      const struct id7_now *now)
{
	struct id7_events all = {0};
	size_t i;

	/* First, or one failure could be two episodes. */
	all.locked_now = hold_if_due(tally, policy, now);
	for (i = 0; i < ID7_LANES; i++) {
		struct id7_events one = id7_lane_refresh(
			&tally->lane[i], (enum id7_lane)i, policy, now);

		all.locked_now |= one.locked_now;
		all.unlocked_now |= one.unlocked_now;
	}
	return all;
}

struct id7_events
id7_tally_refresh(struct id7_tally *tally, const uint8_t id[ID7_ID_LEN],
		  uint64_t epoch, const struct id7_policy *policy,
		  const struct id7_now *now, uint32_t alive)
{
	/* A boot that nobody can name is no new one: or a service that may not
	 * read its name would end every lock. */
	bool new_boot = tally->boot_hash != 0 && now->boot_hash != 0 &&
			tally->boot_hash != now->boot_hash;
	struct id7_events events = {0};

	if (memcmp(tally->id, id, ID7_ID_LEN) != 0 || tally->epoch < epoch) {
		uint64_t seq = tally->seq;

		id7_tally_init(tally, id, epoch, now);
		tally->seq = seq;
		return events;
	}
	if (new_boot)
		rebase(tally, now);
	bury_dead(tally, policy, now, alive, new_boot);
	events = refresh_lanes(tally, policy, now);
	if (now->boot_hash != 0)
		tally->boot_hash = now->boot_hash;
	tally->boot = now->boot;
	tally->wall = now->wall;
	return events;
}

enum id7_lane
id7_tally_lane(const struct id7_tally *tally, const struct id7_policy *policy,
	       const struct id7_now *now, const struct id7_whence *whence)
{
	if (!policy->lanes)
		return ID7_LANE_REMOTE;
	if (whence->console)
		return ID7_LANE_CONSOLE;
	if (whence->knowable &&
	    id7_known_has(tally->known, whence->source, now->wall))
		return ID7_LANE_KNOWN;
	return ID7_LANE_REMOTE;
}

static uint32_t
pending_in(const struct id7_tally *tally, enum id7_lane lane)
{
	uint32_t i, pending = 0;

	for (i = 0; i < ID7_RESERVATIONS; i++)
		if (tally->reservation[i].nonce != 0 &&
		    tally->reservation[i].lane == lane)
			pending++;
	return pending;
}

struct id7_lane_view
id7_tally_view(const struct id7_tally *tally, const struct id7_now *now,
	       enum id7_lane lane)
{
	const struct id7_lane_tally *l = &tally->lane[lane];
	struct id7_lane_view view;

	memset(&view, 0, sizeof view);
	view.held = l->locked && l->held;
	view.locked_out = l->locked && !l->held && now->boot < l->locked_until;
	view.lifetime = view.held && l->lifetime;
	view.step = id7_lane_step(l, now);
	view.failures = l->failures;
	view.pending = pending_in(tally, lane);
	view.episode = l->episode;
	if (view.held || view.locked_out)
		view.locked_since = now->wall - (now->boot - l->locked_at);
	if (view.locked_out)
		view.locked_until = now->wall + (l->locked_until - now->boot);
	return view;
}

/* A flood in one lane leaves a place to each lane that has none. */
static bool
free_place(const struct id7_tally *tally, enum id7_lane lane,
	   uint32_t *ret_index)
{
	uint32_t i, first = 0, places = 0, kept = 0;

	for (i = ID7_RESERVATIONS; i-- > 0;) {
		if (tally->reservation[i].nonce == 0) {
			first = i;
			places++;
		}
	}
	for (i = 0; i < ID7_LANES; i++)
		if (i != lane && pending_in(tally, (enum id7_lane)i) == 0)
			kept++;
	if (places <= kept)
		return false;
	*ret_index = first;
	return true;
}

/* Those under way may all be wrong: nobody gets past the hold beside them. */
static bool
lifetime_full(const struct id7_tally *tally, const struct id7_policy *policy,
	      enum id7_lane lane)
{
	uint64_t most = id7_tally_lifetime(tally);
	size_t i;

	for (i = 0; i < ID7_LANES; i++)
		most += pending_in(tally, (enum id7_lane)i);
	return lane == ID7_LANE_REMOTE && policy->max_lifetime_failures != 0 &&
	       most >= policy->max_lifetime_failures;
}

enum id7_claim
id7_tally_reserve(struct id7_tally *tally, const struct id7_policy *policy,
		  const struct id7_now *now, const struct id7_whence *whence,
		  uint64_t nonce, enum id7_lane *ret_lane, uint32_t *ret_index)
{
	enum id7_lane lane = id7_tally_lane(tally, policy, now, whence);
	struct id7_lane_view view = id7_tally_view(tally, now, lane);
	struct id7_reservation *place;

	*ret_lane = lane;
	if (view.held)
		return ID7_CLAIM_HELD;
	if (view.locked_out)
		return ID7_CLAIM_LOCKED_OUT;
	if (policy->deny != 0 && view.failures + view.pending >= policy->deny)
		return ID7_CLAIM_FULL;
	if (lifetime_full(tally, policy, lane) ||
	    !free_place(tally, lane, ret_index))
		return ID7_CLAIM_FULL;
	place = &tally->reservation[*ret_index];
	place->nonce = nonce;
	place->lease = id7_clamp32(now->boot + policy->lease);
	place->source = (uint32_t)whence->source;
	place->lane = (uint8_t)lane;
	return ID7_CLAIM_RESERVED;
}

static bool
end_reservation(struct id7_tally *tally, uint64_t nonce)
{
	size_t i;

	for (i = 0; i < ID7_RESERVATIONS && nonce != 0; i++) {
		if (tally->reservation[i].nonce != nonce)
			continue;
		memset(&tally->reservation[i], 0, sizeof tally->reservation[i]);
		return true;
	}
	return false;
}

static void
settle_wrong(struct id7_tally *tally, const struct id7_policy *policy,
	     const struct id7_now *now, enum id7_lane lane,
	     uint32_t fingerprint, uint32_t source,
	     struct id7_settled *ret_settled)
{
	struct id7_lane_tally *l = &tally->lane[lane];

	if (id7_lane_has(l, fingerprint, source) ||
	    id7_seen_has(tally->seen, fingerprint, source)) {
		ret_settled->repeated = true;
		return;
	}
	id7_lane_fail(l, id7_clamp32(now->boot), fingerprint, source);
	id7_seen_note(tally->seen, fingerprint, source);
	ret_settled->events.locked_now = hold_if_due(tally, policy, now);
	ret_settled->events.locked_now |=
		id7_lane_lock_if_due(l, lane, policy, now);
}

/* A count that only its own owner can have ended begins anew. Without a source
 * it may have been anybody's sudo, which refunds no stranger. */
static void
settle_right(struct id7_tally *tally, const struct id7_policy *policy,
	     const struct id7_now *now, enum id7_lane lane,
	     const struct id7_whence *whence)
{
	uint32_t source = (uint32_t)whence->source;

	id7_lane_clear_own(&tally->lane[lane], policy, now, source);
	id7_seen_drop(tally->seen, source);
	if (whence->knowable || whence->console)
		tally->lane[lane].since_good = 0;
	if (whence->knowable && whence->source != 0)
		id7_known_note(tally->known, whence->source, now->wall);
	tally->last_good = now->wall;
}

void
id7_tally_settle(struct id7_tally *tally, const struct id7_policy *policy,
		 const struct id7_now *now, enum id7_lane lane, uint64_t nonce,
		 enum id7_settlement how, uint32_t fingerprint,
		 const struct id7_whence *whence,
		 struct id7_settled *ret_settled)
{
	memset(ret_settled, 0, sizeof *ret_settled);
	ret_settled->stands = end_reservation(tally, nonce);
	if (ret_settled->stands) {
		switch (how) {
		case ID7_SETTLE_WRONG:
			settle_wrong(tally, policy, now, lane, fingerprint,
				     (uint32_t)whence->source, ret_settled);
			tally->last_bad = now->wall;
			break;
		case ID7_SETTLE_OLD:
			tally->last_bad = now->wall;
			tally->last_old = now->wall;
			break;
		case ID7_SETTLE_RIGHT:
			settle_right(tally, policy, now, lane, whence);
			break;
		case ID7_SETTLE_RELEASE:
			break;
		}
	}
	ret_settled->failures = tally->lane[lane].failures;
}

bool
id7_tally_unlock(struct id7_tally *tally)
{
	bool was = false;
	size_t i;

	for (i = 0; i < ID7_LANES; i++) {
		was |= tally->lane[i].locked;
		tally->lane[i].locked = false;
		tally->lane[i].held = false;
		tally->lane[i].lifetime = false;
		tally->lane[i].cleared = false;
		tally->lane[i].level = 0;
		tally->lane[i].since_good = 0;
		id7_lane_forget(&tally->lane[i]);
	}
	memset(tally->seen, 0, sizeof tally->seen);
	return was;
}
