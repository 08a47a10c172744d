/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a moment as a person writes it. */
#ifndef ID7_ADMIN_WHEN_H
#define ID7_ADMIN_WHEN_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads `text` as one of
 *   2026-11-22T08:12:40Z, 2026-11-22T17:12:40.5+09:00   RFC 3339
 *   2026-11-22                                        its first second, local
 *   2026-11-22 08:12, 2026-11-22 08:12:40             local
 *   +30m, -2h, 3d                                     from `now` (wall clock)
 * with s, m, h, d, w for seconds to weeks. A relative time without a sign goes
 * forward, or back when `back` is true (as in --since 3d). Local times are those
 * of the environment's TZ. Dates are of 1970 to 2999.
 * Returns true and the wall clock in seconds; false leaves *ret_wall alone.
 */
bool when_parse(const char *text, int64_t now, bool back, int64_t *ret_wall);

/*
 * Reads a span of time: "90s", "30m", "24h", "2d", "1w". Returns true and
 * seconds; false leaves *ret_sec alone.
 */
bool when_span(const char *text, int64_t *ret_sec);

#endif
