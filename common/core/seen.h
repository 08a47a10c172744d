/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wrong authtoks that were counted lately, so that none is counted twice. */
#ifndef ID7_CORE_SEEN_H
#define ID7_CORE_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/tally.h"

/*
 * Whether the pair stands in the list. A fingerprint of 0 never does.
 */
bool id7_seen_has(const struct id7_seen seen[ID7_SEEN], uint32_t fingerprint,
		  uint32_t source);

/*
 * Adds the pair as the newest; the oldest makes room. A fingerprint of 0 is not
 * added.
 */
void id7_seen_note(struct id7_seen seen[ID7_SEEN], uint32_t fingerprint,
		   uint32_t source);

/*
 * Drops every pair of `source`.
 */
void id7_seen_drop(struct id7_seen seen[ID7_SEEN], uint32_t source);

#endif
