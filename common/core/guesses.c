/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A guesser's best day, worked out. */
#include "common/core/guesses.h"

#include "common/core/tally.h"

/* Who never sets a lock may try one less per window; who sets one must wait for
 * its end. Locks first and windows afterwards, or any other order: only how
 * many of each fit before the last moment, which is always worth a lock. */
static uint64_t
until_time(const struct id7_policy *policy, enum id7_lane lane, int64_t seconds)
{
	uint64_t deny = policy->deny, locks = 0, best = 0;
	int64_t left = seconds - 1, lock;

	while (left >= 0) {
		uint64_t windows = (uint64_t)(left / policy->fail_interval);
		uint64_t most = locks * deny + windows * (deny - 1) + deny;

		best = most > best ? most : best;
		lock = id7_policy_lock_time(policy, lane,
					    locks < ID7_LADDER_MAX
						    ? (uint32_t)locks
						    : ID7_LADDER_MAX);
		if (lock == 0)
			break;
		left -= lock;
		locks++;
	}
	return best;
}

uint64_t
id7_guesses_until_held(const struct id7_policy *policy, enum id7_lane lane)
{
	if (lane != ID7_LANE_REMOTE || policy->max_lifetime_failures == 0)
		return ID7_GUESSES_NO_END;
	return policy->max_lifetime_failures;
}

uint64_t
id7_guesses_most(const struct id7_policy *policy, enum id7_lane lane,
		 int64_t seconds)
{
	uint64_t held = id7_guesses_until_held(policy, lane);
	uint64_t most = policy->deny == 0 ? ID7_GUESSES_NO_END
					  : until_time(policy, lane, seconds);

	return most < held ? most : held;
}
