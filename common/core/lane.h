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
 * Locks the lane when it is not locked and its failures have reached
 * policy.deny; for good when policy.unlock_time is 0. Returns true when it did.
 */
bool id7_lane_lock_if_due(struct id7_lane_tally *lane,
			  const struct id7_policy *policy,
			  const struct id7_now *now);

/*
 * Brings a lane whose times are of this boot into the present: clamps them
 * (tally.h MUST 3), ends a lock that is over together with the failures that
 * made it, drops failures older than policy.fail_interval, and locks when the
 * rest has reached the limit. Returns true when it locked.
 */
bool id7_lane_refresh(struct id7_lane_tally *lane,
		      const struct id7_policy *policy,
		      const struct id7_now *now);

/*
 * A good login from `source`: forgets what its owner may have mistyped, the
 * failures of that source, and nobody else's guesses. Without a source (0) at
 * most once per policy.fail_interval.
 */
void id7_lane_clear_own(struct id7_lane_tally *lane,
			const struct id7_policy *policy,
			const struct id7_now *now, uint32_t source);

#endif
