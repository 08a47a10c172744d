/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The word that was probably meant. */
#ifndef ID7_ADMIN_NEAR_H
#define ID7_ADMIN_NEAR_H

#include <stddef.h>

/*
 * How many letters must be added, dropped, changed or swapped with their
 * neighbour to make `b` of `a`; texts over 64 bytes count as far apart (65).
 */
size_t near_distance(const char *a, const char *b);

/*
 * Whether `distance` is small enough for a word of `len` bytes to be offered as
 * a near miss: 1 up to 4 letters, 2 up to 7, 3 above.
 */
int near_enough(size_t distance, size_t len);

#endif
