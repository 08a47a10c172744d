/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a policy means for whoever guesses: how many passwords he can try. */
#ifndef ID7_CORE_GUESSES_H
#define ID7_CORE_GUESSES_H

#include <stdint.h>

#include "common/core/policy.h"

#define ID7_GUESSES_DAY 86400
#define ID7_GUESSES_NO_END UINT64_MAX /* nothing but the machine's speed */

/*
 * The most different wrong passwords that `lane` of one account verifies within
 * `seconds` (at least 1), whatever a guesser does: he chooses each moment, opens
 * any number of connections, waits for locks to end or stays below the limit.
 * The account begins without failures, and nobody logs in well or unlocks it
 * meanwhile. Exact for up to a day; for longer a bound, for a guesser who lets
 * no day be quiet. ID7_GUESSES_NO_END when nothing ends them.
 */
uint64_t id7_guesses_most(const struct id7_policy *policy, enum id7_lane lane,
			  int64_t seconds);

/*
 * The most that are verified in a row, however long it takes, until the lane
 * is held; ID7_GUESSES_NO_END when it never is.
 */
uint64_t id7_guesses_until_held(const struct id7_policy *policy,
				enum id7_lane lane);

#endif
