/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The limits that a login is judged by, as a value, and for whom they are which. */
#ifndef ID7_CORE_POLICY_H
#define ID7_CORE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

struct id7_config;

/* Which counter an attempt belongs to; part of the stored format. */
enum id7_lane {
	ID7_LANE_REMOTE = 0,
	ID7_LANE_CONSOLE = 1,
	ID7_LANE_KNOWN = 2,
};
#define ID7_LANES 3

/* Names and units of faillock.conf(5); seconds unless said. */
struct id7_policy {
	uint32_t deny;		/* failures that lock, 1..ID7_DENY_MAX; 0: never lock */
	int64_t fail_interval;	/* the sliding window */
	int64_t unlock_time;	/* of a first lock; 0: until unlocked */
	int64_t unlock_time_max; /* top of the ladder; less than unlock_time: that */
	int64_t console_time_max; /* no lock of the console lane lasts longer; 0: no such limit */
	uint32_t max_lifetime_failures; /* of all lanes, that hold the remote one; 0: never */
	bool lanes;		/* false: one tally, the remote lane's, for all */
	int64_t lease;		/* how long a reservation lives, on the boot clock */
};

#define ID7_POLICY_TIME_MAX 604800 /* 7 days, as faillock.conf(5) */
#define ID7_LEASE_SEC 30	   /* DESIGN section 6 step 4 */
#define ID7_CONSOLE_TIME_MAX 60	   /* of root and administrators at the machine itself */

/* Doublings enough from the shortest unlock_time to the longest. */
#define ID7_LADDER_MAX 20

/*
 * How long a lock of `lane` lasts: unlock_time doubled `step` times, at most
 * unlock_time_max, and in the console lane at most console_time_max. Seconds;
 * 0: until somebody unlocks it.
 */
int64_t id7_policy_lock_time(const struct id7_policy *policy,
			     enum id7_lane lane, uint32_t step);

/* What the limits must know of whose name it is; only who can ask the system knows. */
struct id7_role {
	bool privileged; /* uid 0, or a member of admin_group */
	bool foreign;	 /* local_users_only is set, and /etc/passwd itself does not name the user */
};

/*
 * The limits for a user of `role`, as faillock.conf(5) has them: a privileged
 * one is not locked without even_deny_root, and with it for root_unlock_time,
 * when that is set, on every step, and at the console for
 * ID7_CONSOLE_TIME_MAX at most; a foreign one is not locked. The failures of
 * those who are not locked are recorded all the same.
 */
struct id7_policy id7_policy_for(const struct id7_config *config,
				 struct id7_role role);

#endif
