/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One lane of a tally: its failures, its window, its lock. */
#include "common/core/lane.h"

#include <string.h>

int32_t
id7_clamp32(int64_t value)
{
	if (value > INT32_MAX)
		return INT32_MAX;
	if (value < INT32_MIN)
		return INT32_MIN;
	return (int32_t)value;
}

void
id7_lane_fail(struct id7_lane_tally *lane, int32_t at, uint32_t fingerprint,
	      uint32_t source)
{
	uint8_t k;

	if (lane->failures >= ID7_DENY_MAX) {
		memmove(lane->failure, lane->failure + 1,
			(ID7_DENY_MAX - 1) * sizeof lane->failure[0]);
		lane->failures = ID7_DENY_MAX - 1;
	}
	k = lane->failures++;
	for (; k > 0 && lane->failure[k - 1].at > at; k--)
		lane->failure[k] = lane->failure[k - 1];
	lane->failure[k].at = at;
	lane->failure[k].fingerprint = fingerprint;
	lane->failure[k].source = source;
	if (lane->since_good < UINT32_MAX)
		lane->since_good++;
}

void
id7_lane_forget(struct id7_lane_tally *lane)
{
	memset(lane->failure, 0, sizeof lane->failure);
	lane->failures = 0;
}

/* Keeps the failures for which `keep` says so, in their order. */
static void
keep_failures(struct id7_lane_tally *lane,
	      bool (*keep)(const struct id7_failure *failure, int64_t a,
			   int64_t b),
	      int64_t a, int64_t b)
{
	uint8_t i, kept = 0;

	for (i = 0; i < lane->failures; i++)
		if (keep(&lane->failure[i], a, b))
			lane->failure[kept++] = lane->failure[i];
	memset(&lane->failure[kept], 0,
	       (size_t)(lane->failures - kept) * sizeof lane->failure[0]);
	lane->failures = kept;
}

static bool
keep_recent(const struct id7_failure *failure, int64_t now_boot,
	    int64_t interval)
{
	return now_boot - failure->at < interval;
}

static bool
keep_other_sources(const struct id7_failure *failure, int64_t source,
		   int64_t unused)
{
	(void)unused;
	return failure->source != (uint32_t)source;
}

bool
id7_lane_lock_if_due(struct id7_lane_tally *lane,
		     const struct id7_policy *policy, const struct id7_now *now)
{
	if (policy->deny == 0 || lane->failures < policy->deny || lane->locked)
		return false;
	lane->locked = true;
	lane->held = policy->unlock_time == 0;
	lane->locked_at = id7_clamp32(now->boot);
	lane->locked_until = id7_clamp32(now->boot + policy->unlock_time);
	if (lane->episode < UINT32_MAX)
		lane->episode++;
	return true;
}

/* MUST 3, and a boot clock that went back (another time namespace): nothing
 * lies in the future for longer than policy says. Where policy locks for good
 * a lock under way keeps its end: making it stricter frees nobody. */
static void
clamp_lane(struct id7_lane_tally *lane, const struct id7_policy *policy,
	   const struct id7_now *now)
{
	int64_t latest = now->boot + policy->unlock_time;
	uint8_t k;

	for (k = 0; k < lane->failures; k++)
		if (lane->failure[k].at > now->boot)
			lane->failure[k].at = id7_clamp32(now->boot);
	if (lane->locked_at > now->boot)
		lane->locked_at = id7_clamp32(now->boot);
	if (lane->cleared_at > now->boot)
		lane->cleared_at = id7_clamp32(now->boot);
	if (policy->unlock_time != 0 && lane->locked_until > latest)
		lane->locked_until = id7_clamp32(latest);
}

bool
id7_lane_refresh(struct id7_lane_tally *lane, const struct id7_policy *policy,
		 const struct id7_now *now)
{
	clamp_lane(lane, policy, now);
	if (lane->locked && !lane->held && now->boot >= lane->locked_until) {
		lane->locked = false;
		id7_lane_forget(lane);
	}
	if (!lane->locked)
		keep_failures(lane, keep_recent, now->boot,
			      policy->fail_interval);
	return id7_lane_lock_if_due(lane, policy, now);
}

void
id7_lane_clear_own(struct id7_lane_tally *lane, const struct id7_policy *policy,
		   const struct id7_now *now, uint32_t source)
{
	uint8_t before = lane->failures;

	lane->since_good = 0;
	if (source == 0 && lane->cleared &&
	    now->boot - lane->cleared_at < policy->fail_interval)
		return;
	keep_failures(lane, keep_other_sources, source, 0);
	if (source == 0 && lane->failures < before) {
		lane->cleared = true;
		lane->cleared_at = id7_clamp32(now->boot);
	}
}
