/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One lane of a tally: what tally.c builds its decisions from. */
#ifndef ID7_CORE_LANE_H
#define ID7_CORE_LANE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/policy.h"
#include "common/core/tally.h"

/*
 * The nearest value that 32 bits hold.
 */
int32_t id7_clamp32(int64_t value);

/*
 * Adds a failure at `at` (boot clock of the tally), keeping the oldest first;
 * when all places are taken the oldest makes room, which matters only where
 * nothing locks.
 */
void id7_lane_fail(struct id7_lane_tally *lane, int32_t at,
		   uint32_t fingerprint, uint32_t source);

/*
 * Forgets every failure; the lock is left as it is.
 */
void id7_lane_forget(struct id7_lane_tally *lane);

/*
 * The step of the ladder that a lock under way stands on, or that the next one
 * would: one lower for each full day since the end of the last.
 */
uint32_t id7_lane_step(const struct id7_lane_tally *lane,
		       const struct id7_now *now);

/*
 * Locks lane `which` when it is not locked and its failures have reached
 * policy.deny, for id7_policy_lock_time of its step; for good when that is 0.
 * Returns true when it did.
 */
bool id7_lane_lock_if_due(struct id7_lane_tally *lane, enum id7_lane which,
			  const struct id7_policy *policy,
			  const struct id7_now *now);

/*
 * Holds the lane for its account's lifetime failures. Returns false when it is
 * held already.
 */
bool id7_lane_hold(struct id7_lane_tally *lane, const struct id7_now *now);

/*
 * Brings lane `which`, whose times are of this boot, into the present: clamps
 * them (tally.h MUST 3), ends a lock that is over, or that policy has no longer,
 * together with the failures that made it, drops failures older than
 * policy.fail_interval, and locks when the rest has reached the limit.
 */
struct id7_events id7_lane_refresh(struct id7_lane_tally *lane,
				   enum id7_lane which,
				   const struct id7_policy *policy,
				   const struct id7_now *now);

/*
 * Whether the pair stands among the failures. A fingerprint of 0 never does.
 */
bool id7_lane_has(const struct id7_lane_tally *lane, uint32_t fingerprint,
		  uint32_t source);

/*
 * A good login from `source`: forgets what its owner may have mistyped, the
 * failures of that source, and nobody else's guesses, and takes them back from
 * since_good. Without a source (0) at most once per policy.fail_interval.
 */
void id7_lane_clear_own(struct id7_lane_tally *lane,
			const struct id7_policy *policy,
			const struct id7_now *now, uint32_t source);

#endif
