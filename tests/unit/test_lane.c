/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One lane: its window, its lock, and what a good login forgets. */
#include "common/core/lane.h"

#include "tests/support/check.h"

static const struct id7_policy usual = {
	.deny = 3, .fail_interval = 900, .unlock_time = 600, .lease = 30};

static struct id7_now
at(int64_t boot)
{
	return (struct id7_now){
		.wall = 1000000 + boot, .boot = boot, .boot_hash = 1};
}

static bool
refresh(struct id7_lane_tally *lane, const struct id7_policy *policy,
	const struct id7_now *now)
{
	return id7_lane_refresh(lane, ID7_LANE_REMOTE, policy, now).locked_now;
}

static bool
lock_if_due(struct id7_lane_tally *lane, const struct id7_policy *policy,
	    const struct id7_now *now)
{
	return id7_lane_lock_if_due(lane, ID7_LANE_REMOTE, policy, now);
}

static void
test_clamp32(void)
{
	CHECK_INT(id7_clamp32(0), 0);
	CHECK_INT(id7_clamp32(INT32_MAX), INT32_MAX);
	CHECK_INT(id7_clamp32((int64_t)INT32_MAX + 1), INT32_MAX);
	CHECK_INT(id7_clamp32(INT64_MAX), INT32_MAX);
	CHECK_INT(id7_clamp32(INT32_MIN), INT32_MIN);
	CHECK_INT(id7_clamp32((int64_t)INT32_MIN - 1), INT32_MIN);
	CHECK_INT(id7_clamp32(INT64_MIN), INT32_MIN);
}

static void
test_failures_are_kept_oldest_first(void)
{
	struct id7_lane_tally lane = {0};
	int32_t i;

	id7_lane_fail(&lane, 50, 1, 2);
	id7_lane_fail(&lane, 40, 3, 4);
	id7_lane_fail(&lane, 60, 5, 6);
	CHECK_INT(lane.failure[0].at, 40);
	CHECK_INT(lane.failure[0].fingerprint, 3);
	CHECK_INT(lane.failure[0].source, 4);
	CHECK_INT(lane.failure[1].at, 50);
	CHECK_INT(lane.failure[2].at, 60);
	for (i = 0; i < 20; i++)
		id7_lane_fail(&lane, 100 + i, 0, 0);
	CHECK_INT(lane.failures, ID7_DENY_MAX);
	CHECK_INT(lane.failure[0].at, 104);
	CHECK_INT(lane.failure[ID7_DENY_MAX - 1].at, 119);
	CHECK_INT(lane.since_good, 23);
	id7_lane_forget(&lane);
	CHECK_INT(lane.failures, 0);
	CHECK_INT(lane.failure[0].at, 0);
}

static void
test_window_slides(void)
{
	struct id7_lane_tally lane = {0};
	struct id7_now now = at(899);

	id7_lane_fail(&lane, 0, 1, 0);
	id7_lane_fail(&lane, 100, 2, 0);
	CHECK(!refresh(&lane, &usual, &now));
	CHECK_INT(lane.failures, 2);
	now = at(900);
	CHECK(!refresh(&lane, &usual, &now));
	CHECK_INT(lane.failures, 1);
	CHECK_INT(lane.failure[0].fingerprint, 2);
	now = at(1000);
	CHECK(!refresh(&lane, &usual, &now));
	CHECK_INT(lane.failures, 0);
}

static void
fail_to_the_lock(struct id7_lane_tally *lane, const struct id7_policy *policy,
		 int64_t boot)
{
	struct id7_now now = at(boot);
	uint32_t i;

	for (i = 0; i < policy->deny; i++) {
		CHECK(!lock_if_due(lane, policy, &now));
		id7_lane_fail(lane, (int32_t)boot, i, 0);
	}
	CHECK(lock_if_due(lane, policy, &now));
	CHECK(!lock_if_due(lane, policy, &now));
}

static void
test_locks_at_each_limit(void)
{
	uint32_t deny;

	for (deny = 1; deny <= ID7_DENY_MAX; deny++) {
		struct id7_policy policy = usual;
		struct id7_lane_tally lane = {0};

		policy.deny = deny;
		fail_to_the_lock(&lane, &policy, 100);
		CHECK(lane.locked && !lane.held);
		CHECK_INT(lane.episode, 1);
		CHECK_INT(lane.locked_at, 100);
		CHECK_INT(lane.locked_until, 700);
	}
}

static void
test_deny_zero_never_locks(void)
{
	struct id7_policy policy = usual;
	struct id7_lane_tally lane = {0};
	struct id7_now now = at(5);
	int i;

	policy.deny = 0;
	for (i = 0; i < 40; i++)
		id7_lane_fail(&lane, 5, 0, 0);
	CHECK(!refresh(&lane, &policy, &now));
	CHECK(!lane.locked);
	CHECK_INT(lane.failures, ID7_DENY_MAX);
}

static void
test_lock_ends_with_its_failures(void)
{
	struct id7_lane_tally lane = {0};
	struct id7_now now = at(699);

	fail_to_the_lock(&lane, &usual, 100);
	CHECK(!refresh(&lane, &usual, &now));
	CHECK(lane.locked);
	CHECK_INT(lane.failures, 3);
	now = at(700);
	CHECK(!refresh(&lane, &usual, &now));
	CHECK(!lane.locked);
	CHECK_INT(lane.failures, 0);
	fail_to_the_lock(&lane, &usual, 700);
	CHECK_INT(lane.episode, 2);
}

static void
test_failures_outlast_the_window_while_locked(void)
{
	struct id7_policy policy = usual;
	struct id7_lane_tally lane = {0};
	struct id7_now now = at(100000);

	policy.unlock_time = 604800;
	fail_to_the_lock(&lane, &policy, 0);
	CHECK(!refresh(&lane, &policy, &now));
	CHECK(lane.locked);
	CHECK_INT(lane.failures, 3);
	CHECK_INT(lane.locked_until, 604800);
}

static void
test_unlock_time_zero_holds(void)
{
	struct id7_policy policy = usual;
	struct id7_lane_tally lane = {0};
	struct id7_now now = at(INT32_MAX);

	policy.unlock_time = 0;
	fail_to_the_lock(&lane, &policy, 100);
	CHECK(lane.held);
	CHECK(!refresh(&lane, &policy, &now));
	CHECK(lane.locked && lane.held);
	CHECK(!refresh(&lane, &usual, &now));
	CHECK(lane.locked && lane.held);
}

/* A lock under way must not end because the site made locks last for good. */
static void
test_stricter_unlock_time_frees_nobody(void)
{
	struct id7_policy policy = usual;
	struct id7_lane_tally lane = {0};
	struct id7_now now = at(200);

	fail_to_the_lock(&lane, &usual, 100);
	policy.unlock_time = 0;
	CHECK(!refresh(&lane, &policy, &now));
	CHECK(lane.locked);
	CHECK_INT(lane.failures, 3);
	CHECK_INT(lane.locked_until, 700);
	policy.unlock_time = 604800;
	CHECK(!refresh(&lane, &policy, &now));
	CHECK_INT(lane.locked_until, 700);
}

static void
test_shorter_unlock_time_shortens(void)
{
	struct id7_policy policy = usual;
	struct id7_lane_tally lane = {0};
	struct id7_now now = at(200);

	fail_to_the_lock(&lane, &usual, 100);
	policy.unlock_time = 3;
	CHECK(!refresh(&lane, &policy, &now));
	CHECK(lane.locked);
	CHECK_INT(lane.locked_until, 203);
}

static void
test_lower_deny_locks(void)
{
	struct id7_policy policy = usual;
	struct id7_lane_tally lane = {0};
	struct id7_now now = at(10);

	id7_lane_fail(&lane, 1, 1, 1);
	id7_lane_fail(&lane, 2, 2, 2);
	policy.deny = 2;
	CHECK(refresh(&lane, &policy, &now));
	CHECK(lane.locked);
}

/* Another time namespace: the same boot, an earlier clock. */
static void
test_boot_clock_that_went_back(void)
{
	struct id7_lane_tally lane = {0};
	struct id7_now now = at(50);

	lane.cleared = true;
	lane.cleared_at = 9000;
	fail_to_the_lock(&lane, &usual, 10000);
	CHECK(!refresh(&lane, &usual, &now));
	CHECK(lane.locked);
	CHECK_INT(lane.locked_until, 650);
	CHECK_INT(lane.locked_at, 50);
	CHECK_INT(lane.cleared_at, 50);
	CHECK_INT(lane.failure[0].at, 50);
}

static void
test_clear_own(void)
{
	struct id7_lane_tally lane = {0};
	struct id7_now now = at(10);

	id7_lane_fail(&lane, 1, 11, 7);
	id7_lane_fail(&lane, 2, 12, 0);
	id7_lane_fail(&lane, 3, 13, 8);
	id7_lane_fail(&lane, 4, 14, 7);
	id7_lane_clear_own(&lane, &usual, &now, 7);
	CHECK_INT(lane.failures, 2);
	CHECK_INT(lane.failure[0].fingerprint, 12);
	CHECK_INT(lane.failure[1].fingerprint, 13);
	CHECK_INT(lane.failure[2].fingerprint, 0);
	CHECK_INT(lane.since_good, 2);
	CHECK(!lane.cleared);
	id7_lane_clear_own(&lane, &usual, &now, 0);
	CHECK_INT(lane.failures, 1);
	CHECK_INT(lane.failure[0].fingerprint, 13);
	CHECK(lane.cleared);
}

static void
test_sourceless_clears_once_a_window(void)
{
	struct id7_lane_tally lane = {0};
	struct id7_now now = at(10);

	id7_lane_clear_own(&lane, &usual, &now, 0);
	CHECK(!lane.cleared);
	id7_lane_fail(&lane, 10, 1, 0);
	id7_lane_clear_own(&lane, &usual, &now, 0);
	CHECK_INT(lane.failures, 0);
	id7_lane_fail(&lane, 11, 2, 0);
	now = at(909);
	id7_lane_clear_own(&lane, &usual, &now, 0);
	CHECK_INT(lane.failures, 1);
	CHECK_INT(lane.since_good, 1);
	now = at(910);
	id7_lane_clear_own(&lane, &usual, &now, 0);
	CHECK_INT(lane.failures, 0);
	CHECK_INT(lane.since_good, 0);
}

#define DAY INT64_C(86400)

/* The moment a lock of the lane ends, after it was set at `boot`. */
static int64_t
lock_until(struct id7_lane_tally *lane, const struct id7_policy *policy,
	   int64_t boot)
{
	struct id7_now now = at(boot);

	(void)refresh(lane, policy, &now);
	fail_to_the_lock(lane, policy, boot);
	return lane->locked_until;
}

static void
test_ladder(void)
{
	static const int64_t want[] = {600, 1200, 2400, 3600, 3600, 3600};
	struct id7_policy policy = usual;
	struct id7_lane_tally lane = {0};
	int64_t boot = 100;
	size_t i;

	policy.unlock_time_max = 3600;
	for (i = 0; i < sizeof want / sizeof *want; i++) {
		struct id7_now now = at(boot);

		CHECK(!refresh(&lane, &policy, &now));
		CHECK_INT(id7_lane_step(&lane, &now), i);
		CHECK_INT(lock_until(&lane, &policy, boot), boot + want[i]);
		CHECK_INT(id7_lane_step(&lane, &now), i);
		CHECK_INT(lane.level, i + 1);
		boot += want[i];
	}
	for (i = 0; i < 300; i++)
		boot = lock_until(&lane, &policy, boot);
	CHECK_INT(lane.level, ID7_LADDER_MAX + 1);
	CHECK_INT(lock_until(&lane, &policy, boot), boot + 3600);
}

/* One step a full day after the end, not after the beginning. */
static void
test_quiet_days(void)
{
	static const struct {
		int64_t after; /* the end of a third lock */
		uint32_t step;
	} cases[] = {
		{0, 3},		  {DAY - 1, 3},	     {DAY, 2},
		{2 * DAY - 1, 2}, {2 * DAY, 1},	     {3 * DAY - 1, 1},
		{3 * DAY, 0},	  {4 * DAY, 0},	     {20000 * DAY, 0},
		{-5, 3},	  {-20000 * DAY, 3},
	};
	struct id7_policy policy = usual;
	struct id7_lane_tally third = {0};
	int64_t boot = 100;
	size_t i;

	policy.unlock_time_max = 3600;
	for (i = 0; i < 3; i++)
		boot = lock_until(&third, &policy, boot);
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct id7_lane_tally lane = third;
		struct id7_now now = at(boot + cases[i].after);

		lane.locked = false;
		CHECK_INT(id7_lane_step(&lane, &now), cases[i].step);
	}
	boot = lock_until(&third, &policy, boot + 2 * DAY);
	CHECK_INT(third.level, 2);
}

/* A longer lock is clamped by its own step, not by the first one's. */
static void
test_clamped_by_its_step(void)
{
	struct id7_policy policy = usual;
	struct id7_lane_tally lane = {0}, back;
	struct id7_now now = at(50);

	policy.unlock_time_max = 3600;
	(void)lock_until(&lane, &policy, lock_until(&lane, &policy, 10000));
	back = lane;
	CHECK(!refresh(&back, &policy, &now));
	CHECK(back.locked);
	CHECK_INT(back.locked_until, 50 + 1200);
	policy.unlock_time_max = 900;
	now = at(10600);
	CHECK(!refresh(&lane, &policy, &now));
	CHECK_INT(lane.locked_until, 10600 + 900);
}

static void
test_console_cap(void)
{
	struct id7_policy policy = usual;
	struct id7_lane_tally lane = {0}, held;
	struct id7_now now = at(100);
	struct id7_events events;

	policy.unlock_time = 0;
	id7_lane_fail(&lane, 100, 1, 0);
	id7_lane_fail(&lane, 100, 2, 0);
	id7_lane_fail(&lane, 100, 3, 0);
	held = lane;
	CHECK(id7_lane_lock_if_due(&held, ID7_LANE_CONSOLE, &policy, &now));
	CHECK(held.held);
	policy.console_time_max = 60;
	CHECK(id7_lane_lock_if_due(&lane, ID7_LANE_CONSOLE, &policy, &now));
	CHECK(!lane.held);
	CHECK_INT(lane.locked_until, 160);
	now = at(159);
	(void)id7_lane_refresh(&held, ID7_LANE_CONSOLE, &policy, &now);
	CHECK(held.locked);
	now = at(160);
	events = id7_lane_refresh(&held, ID7_LANE_CONSOLE, &policy, &now);
	CHECK(!held.locked && !held.held && held.failures == 0);
	CHECK(!events.unlocked_now && !events.locked_now);
	events = id7_lane_refresh(&lane, ID7_LANE_CONSOLE, &policy, &now);
	CHECK(!lane.locked && events.unlocked_now);
}

/* Where nothing locks no lock stands, nor a hold where nothing holds. */
static void
test_deny_zero_lifts(void)
{
	struct id7_policy policy = usual;
	struct id7_lane_tally lane = {0}, held = {0};
	struct id7_now now = at(100);

	fail_to_the_lock(&lane, &policy, 100);
	CHECK(id7_lane_hold(&held, &now));
	CHECK(!id7_lane_hold(&held, &now));
	policy.deny = 0;
	policy.max_lifetime_failures = 100;
	CHECK(!refresh(&lane, &policy, &now));
	CHECK(!lane.locked);
	CHECK(!refresh(&held, &policy, &now));
	CHECK(held.locked && held.held && held.lifetime);
	policy.max_lifetime_failures = 0;
	CHECK(!refresh(&held, &policy, &now));
	CHECK(!held.locked && !held.held && !held.lifetime);
}

static void
test_has(void)
{
	struct id7_lane_tally lane = {0};

	id7_lane_fail(&lane, 1, 11, 7);
	id7_lane_fail(&lane, 1, 0, 7);
	CHECK(id7_lane_has(&lane, 11, 7));
	CHECK(!id7_lane_has(&lane, 11, 0));
	CHECK(!id7_lane_has(&lane, 12, 7));
	CHECK(!id7_lane_has(&lane, 0, 7));
	id7_lane_forget(&lane);
	CHECK(!id7_lane_has(&lane, 11, 7));
}

int
main(void)
{
	test_ladder();
	test_quiet_days();
	test_clamped_by_its_step();
	test_console_cap();
	test_deny_zero_lifts();
	test_has();
	test_clamp32();
	test_failures_are_kept_oldest_first();
	test_window_slides();
	test_locks_at_each_limit();
	test_deny_zero_never_locks();
	test_lock_ends_with_its_failures();
	test_failures_outlast_the_window_while_locked();
	test_unlock_time_zero_holds();
	test_stricter_unlock_time_frees_nobody();
	test_shorter_unlock_time_shortens();
	test_lower_deny_locks();
	test_boot_clock_that_went_back();
	test_clear_own();
	test_sourceless_clears_once_a_window();
	return check_done();
}
