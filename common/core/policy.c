/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long a lock lasts, and whose limits are others. */
#include "common/core/policy.h"

#include "common/core/config.h"

static int64_t
climb(int64_t first, int64_t most, uint32_t step)
{
	int64_t seconds = first;

	for (; step > 0 && seconds < most; step--)
		seconds = seconds > most / 2 ? most : seconds * 2;
	return seconds;
}

int64_t
id7_policy_lock_time(const struct id7_policy *policy, enum id7_lane lane,
		     uint32_t step)
{
	int64_t cap = lane == ID7_LANE_CONSOLE ? policy->console_time_max : 0;
	int64_t seconds =
		climb(policy->unlock_time, policy->unlock_time_max, step);

	if (policy->unlock_time == 0)
		return cap;
	return cap != 0 && seconds > cap ? cap : seconds;
}

struct id7_policy
id7_policy_for(const struct id7_config *config, struct id7_role role)
{
	struct id7_policy policy = config->policy;

	if (role.privileged && config->even_deny_root) {
		policy.console_time_max = ID7_CONSOLE_TIME_MAX;
		if (config->root_unlock_time >= 0) {
			policy.unlock_time = config->root_unlock_time;
			policy.unlock_time_max = config->root_unlock_time;
		}
	}
	if ((role.privileged && !config->even_deny_root) || role.foreign) {
		policy.deny = 0;
		policy.max_lifetime_failures = 0;
	}
	return policy;
}
