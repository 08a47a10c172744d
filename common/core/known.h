/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The addresses that an account has logged in from. */
#ifndef ID7_CORE_KNOWN_H
#define ID7_CORE_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/tally.h"

#define ID7_KNOWN_DAYS 30

/*
 * Whether `source` (0: never) logged in well at most ID7_KNOWN_DAYS before
 * `wall`. A day after that of `wall` counts as that one.
 */
bool id7_known_has(const struct id7_known_source known[ID7_KNOWN_SOURCES],
		   uint64_t source, int64_t wall);

/*
 * Notes a good login of `source` (not 0) at `wall`, in the place of the oldest
 * when all are taken.
 */
void id7_known_note(struct id7_known_source known[ID7_KNOWN_SOURCES],
		    uint64_t source, int64_t wall);

#endif
