/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The word that was probably meant. */
#include "admin/near.h"

#include <string.h>

#define WORD_MAX 64

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment over three rows: a swap costs one, as in "stauts".
 */
size_t
near_distance(const char *a, const char *b)
{
	size_t row[3][WORD_MAX + 1];
	size_t la = strlen(a), lb = strlen(b);

	if (la > WORD_MAX || lb > WORD_MAX)
		return WORD_MAX + 1;
	for (size_t j = 0; j <= lb; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t *now = row[i % 3], *up = row[(i + 2) % 3];
		const size_t *upper = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t d = up[j - 1] + (a[i - 1] != b[j - 1]);

			d = least(d, least(up[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d = least(d, upper[j - 2] + 1);
			now[j] = d;
		}
	}
	return row[la % 3][lb];
}

int
near_enough(size_t distance, size_t len)
{
	return distance <= (len <= 4 ? 1 : len <= 7 ? 2 : 3);
}
