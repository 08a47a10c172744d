/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Byte locks with a deadline: open file description locks, polled (STORE A4).
 * They belong to the open file, go when its last descriptor is closed, and
 * exclude threads too. Always id7_lock_release before close: a forked child may
 * still hold the descriptor.
 */
#ifndef ID7_EFFECTS_LOCK_H
#define ID7_EFFECTS_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/error.h"
#include "common/effects/clock.h"

/*
 * Locks `len` bytes at `start` of the file `fd`, exclusively or shared, polling
 * with jitter from 50 us to 2 ms. Returns ID7_OK; ID7_BUSY when the deadline
 * passed (one try is always made); ID7_IO.
 */
enum id7_error id7_lock_take(int fd, bool exclusive, uint64_t start,
			     uint64_t len, struct id7_deadline deadline)
	id7_must_use;

/*
 * One try without waiting: ID7_OK, ID7_BUSY, ID7_IO.
 */
enum id7_error id7_lock_try(int fd, bool exclusive, uint64_t start,
			    uint64_t len) id7_must_use;

/*
 * Whether another open file holds any of these bytes exclusively. A failed
 * question counts as held.
 */
bool id7_lock_held(int fd, uint64_t start, uint64_t len);

/*
 * Gives the bytes back. Keeps errno.
 */
void id7_lock_release(int fd, uint64_t start, uint64_t len);

#endif
