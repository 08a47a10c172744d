/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One lane of a tally: its failures, its window, its lock. */
#include "common/core/lane.h"

#include <string.h>

#define DAY_SECONDS 86400

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
id7_lane_has(const struct id7_lane_tally *lane, uint32_t fingerprint,
	     uint32_t source)
{
	uint8_t k;

	for (k = 0; k < lane->failures && fingerprint != 0; k++)
		if (lane->failure[k].fingerprint == fingerprint &&
		    lane->failure[k].source == source)
			return true;
	return false;
}

uint32_t
id7_lane_step(const struct id7_lane_tally *lane, const struct id7_now *now)
{
	uint32_t level =
		lane->level < ID7_LADDER_MAX ? lane->level : ID7_LADDER_MAX;
	int64_t quiet;

	if (lane->locked)
		return level == 0 ? 0 : level - 1;
	quiet = (id7_clamp32(now->boot) - (int64_t)lane->locked_until) /
		DAY_SECONDS;
	if (quiet <= 0)
		return level;
	return quiet >= level ? 0 : level - (uint32_t)quiet;
}

/* Every lock is an episode, of which a notice is owed. */
static void
begin_lock(struct id7_lane_tally *lane, const struct id7_now *now)
{
	lane->locked = true;
	lane->locked_at = id7_clamp32(now->boot);
	if (lane->episode < UINT32_MAX)
		lane->episode++;
}

bool
id7_lane_lock_if_due(struct id7_lane_tally *lane, enum id7_lane which,
		     const struct id7_policy *policy, const struct id7_now *now)
{
	uint32_t step = id7_lane_step(lane, now);
	int64_t seconds = id7_policy_lock_time(policy, which, step);

	if (policy->deny == 0 || lane->failures < policy->deny || lane->locked)
		return false;
	begin_lock(lane, now);
	lane->held = seconds == 0;
	lane->lifetime = false;
	lane->level = (uint8_t)(step + 1);
	lane->locked_until = id7_clamp32(now->boot + seconds);
	return true;
}

bool
id7_lane_hold(struct id7_lane_tally *lane, const struct id7_now *now)
{
	if (lane->locked && lane->held)
		return false;
	begin_lock(lane, now);
	lane->held = true;
	lane->lifetime = true;
	lane->locked_until = lane->locked_at;
	return true;
}

/* MUST 3, and a boot clock that went back (another time namespace): nothing
 * lies in the future for longer than policy says. Where policy locks for good
 * a lock under way keeps its end: making it stricter frees nobody. */
static void
clamp_lane(struct id7_lane_tally *lane, int64_t longest,
	   const struct id7_now *now)
{
	int64_t latest = now->boot + longest;
	uint8_t k;

	for (k = 0; k < lane->failures; k++)
		if (lane->failure[k].at > now->boot)
			lane->failure[k].at = id7_clamp32(now->boot);
	if (lane->locked_at > now->boot)
		lane->locked_at = id7_clamp32(now->boot);
	if (lane->cleared_at > now->boot)
		lane->cleared_at = id7_clamp32(now->boot);
	if (longest != 0 && lane->locked_until > latest)
		lane->locked_until = id7_clamp32(latest);
}

/* A lock that policy does not have any more: for whom nothing locks, or one for
 * good at a console where none is. */
static bool
outruled(const struct id7_lane_tally *lane, enum id7_lane which,
	 const struct id7_policy *policy, const struct id7_now *now)
{
	bool lifetime = policy->max_lifetime_failures != 0;

	if (which == ID7_LANE_CONSOLE && policy->console_time_max != 0 &&
	    lane->held)
		return now->boot - lane->locked_at >= policy->console_time_max;
	return policy->deny == 0 && !(lane->held && lifetime);
}

static void
end_lock(struct id7_lane_tally *lane)
{
	lane->locked = false;
	lane->held = false;
	lane->lifetime = false;
	id7_lane_forget(lane);
}

struct id7_events
id7_lane_refresh(struct id7_lane_tally *lane, enum id7_lane which,
		 const struct id7_policy *policy, const struct id7_now *now)
{
	struct id7_events events = {0};

	clamp_lane(
		lane,
		id7_policy_lock_time(policy, which, id7_lane_step(lane, now)),
		now);
	if (lane->locked && !lane->held && now->boot >= lane->locked_until) {
		end_lock(lane);
		events.unlocked_now = true;
	} else if (lane->locked && outruled(lane, which, policy, now)) {
		end_lock(lane);
	}
	if (!lane->locked)
		keep_failures(lane, keep_recent, now->boot,
			      policy->fail_interval);
	events.locked_now = id7_lane_lock_if_due(lane, which, policy, now);
	return events;
}

void
id7_lane_clear_own(struct id7_lane_tally *lane, const struct id7_policy *policy,
		   const struct id7_now *now, uint32_t source)
{
	uint8_t before = lane->failures;
	uint32_t taken_back;

	if (source == 0 && lane->cleared &&
	    now->boot - lane->cleared_at < policy->fail_interval)
		return;
	keep_failures(lane, keep_other_sources, source, 0);
	taken_back = (uint32_t)(before - lane->failures);
	lane->since_good -=
		taken_back < lane->since_good ? taken_back : lane->since_good;
	if (source == 0 && taken_back > 0) {
		lane->cleared = true;
		lane->cleared_at = id7_clamp32(now->boot);
	}
}
