/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The limits that a login is judged by, as a value. */
#ifndef ID7_CORE_POLICY_H
#define ID7_CORE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

/* Names and units of faillock.conf(5); seconds unless said. */
struct id7_policy {
	uint32_t deny;		/* failures that lock, 1..ID7_DENY_MAX; 0: never lock */
	int64_t fail_interval;	/* the sliding window */
	int64_t unlock_time;	/* 0: until unlocked */
	int64_t lease;		/* how long a reservation lives, on the boot clock */
};

#define ID7_POLICY_TIME_MAX 604800 /* 7 days, as faillock.conf(5) */
#define ID7_LEASE_SEC 30	   /* DESIGN section 6 step 4 */

#endif
