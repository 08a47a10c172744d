/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long locks last, and for whom the limits are others. */
#include "common/core/config.h"
#include "common/core/policy.h"

#include "tests/support/check.h"

static void
test_lock_times(void)
{
	static const struct {
		int64_t first, most, console;
		enum id7_lane lane;
		uint32_t step;
		int64_t want;
	} cases[] = {
		{600, 3600, 0, ID7_LANE_REMOTE, 0, 600},
		{600, 3600, 0, ID7_LANE_REMOTE, 1, 1200},
		{600, 3600, 0, ID7_LANE_KNOWN, 2, 2400},
		{600, 3600, 0, ID7_LANE_REMOTE, 3, 3600},
		{600, 3600, 0, ID7_LANE_REMOTE, 4, 3600},
		{600, 3600, 0, ID7_LANE_REMOTE, UINT32_MAX, 3600},
		{600, 600, 0, ID7_LANE_REMOTE, 5, 600},
		{600, 60, 0, ID7_LANE_REMOTE, 0, 600},
		{600, 60, 0, ID7_LANE_REMOTE, 9, 600},
		{600, 0, 0, ID7_LANE_REMOTE, 9, 600},
		{1, ID7_POLICY_TIME_MAX, 0, ID7_LANE_REMOTE, 19, 524288},
		{1, ID7_POLICY_TIME_MAX, 0, ID7_LANE_REMOTE, ID7_LADDER_MAX,
		 ID7_POLICY_TIME_MAX},
		{1, INT64_MAX, 0, ID7_LANE_REMOTE, UINT32_MAX, INT64_MAX},
		{0, 3600, 0, ID7_LANE_REMOTE, 3, 0},
		{0, 3600, 0, ID7_LANE_CONSOLE, 3, 0},
		{600, 3600, 60, ID7_LANE_CONSOLE, 3, 60},
		{600, 3600, 60, ID7_LANE_REMOTE, 3, 3600},
		{600, 3600, 60, ID7_LANE_KNOWN, 0, 600},
		{30, 3600, 60, ID7_LANE_CONSOLE, 0, 30},
		{30, 3600, 60, ID7_LANE_CONSOLE, 1, 60},
		{0, 3600, 60, ID7_LANE_CONSOLE, 0, 60},
		{0, 3600, 60, ID7_LANE_REMOTE, 0, 0},
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct id7_policy policy = {.unlock_time = cases[i].first,
					    .unlock_time_max = cases[i].most,
					    .console_time_max =
						    cases[i].console};

		CHECK_INT(id7_policy_lock_time(&policy, cases[i].lane,
					       cases[i].step),
			  cases[i].want);
	}
}

static struct id7_policy
policy_for(const char *settings, bool privileged, bool foreign)
{
	struct id7_config config;
	struct id7_role role = {.privileged = privileged, .foreign = foreign};

	id7_config_defaults(&config);
	CHECK_INT(id7_config_parse(&config, settings, strlen(settings),
				   ID7_IN_FILE, NULL, NULL),
		  ID7_OK);
	return id7_policy_for(&config, role);
}

static void
test_everybody(void)
{
	struct id7_policy policy =
		policy_for("even_deny_root\nroot_unlock_time = 5\n"
			   "local_users_only\n",
			   false, false);

	CHECK_INT(policy.deny, 5);
	CHECK_INT(policy.unlock_time, 600);
	CHECK_INT(policy.unlock_time_max, 3600);
	CHECK_INT(policy.max_lifetime_failures, 100);
	CHECK_INT(policy.console_time_max, 0);
	CHECK(policy.lanes);
	CHECK_INT(policy.lease, ID7_LEASE_SEC);
}

static void
test_privileged(void)
{
	struct id7_policy policy = policy_for("", true, false);

	CHECK_INT(policy.deny, 0);
	CHECK_INT(policy.max_lifetime_failures, 0);
	CHECK_INT(policy.fail_interval, 900);
	policy = policy_for("even_deny_root", true, false);
	CHECK_INT(policy.deny, 5);
	CHECK_INT(policy.max_lifetime_failures, 100);
	CHECK_INT(policy.unlock_time, 600);
	CHECK_INT(policy.unlock_time_max, 3600);
	CHECK_INT(policy.console_time_max, 60);
	policy = policy_for("root_unlock_time = 5m", true, false);
	CHECK_INT(policy.deny, 5);
	CHECK_INT(policy.unlock_time, 300);
	CHECK_INT(policy.unlock_time_max, 300);
	CHECK_INT(policy.console_time_max, 60);
	policy = policy_for("root_unlock_time = never", true, false);
	CHECK_INT(policy.unlock_time, 0);
	CHECK_INT(id7_policy_lock_time(&policy, ID7_LANE_REMOTE, 0), 0);
	CHECK_INT(id7_policy_lock_time(&policy, ID7_LANE_CONSOLE, 0), 60);
	policy = policy_for("root_unlock_time = 5m\neven_deny_root = no", true,
			    false);
	CHECK_INT(policy.deny, 0);
}

static void
test_foreign(void)
{
	struct id7_policy policy = policy_for("", false, true);

	CHECK_INT(policy.deny, 0);
	CHECK_INT(policy.max_lifetime_failures, 0);
	policy = policy_for("even_deny_root", true, true);
	CHECK_INT(policy.deny, 0);
}

int
main(void)
{
	test_lock_times();
	test_everybody();
	test_privileged();
	test_foreign();
	return check_done();
}
