/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the clocks and the name of this boot; deadlines on the monotonic clock. */
#ifndef ID7_EFFECTS_CLOCK_H
#define ID7_EFFECTS_CLOCK_H

#include <stdint.h>

#include "common/core/error.h"
#include "common/core/now.h"

/* A moment of CLOCK_MONOTONIC after which waiting ends. */
struct id7_deadline {
	int64_t mono_ms;
};

/*
 * The present moment. Never fails: an unreadable boot id hashes to 0, which
 * names no boot.
 */
struct id7_now id7_clock_now(void);

/*
 * Brings *now, read in this process, up to date: no process lives in two boots,
 * so the name of the boot is not read again.
 */
void id7_clock_again(struct id7_now *now);

/*
 * The wall clock alone, in seconds: a fraction of the cost of id7_clock_now.
 */
int64_t id7_clock_wall(void);

/*
 * The deadline `ms` milliseconds from now.
 */
struct id7_deadline id7_deadline_in(int64_t ms);

/*
 * The earlier of two.
 */
struct id7_deadline id7_deadline_earlier(struct id7_deadline a,
					 struct id7_deadline b);

/*
 * Milliseconds left, 0 when it has passed.
 */
int64_t id7_deadline_left(struct id7_deadline deadline);

/*
 * Sleeps a random time between `us`/2 and `us` microseconds, at most until the
 * deadline; interrupted by nothing. For polling with jitter (STORE A4).
 */
void id7_deadline_nap(struct id7_deadline deadline, uint32_t us);

#endif
