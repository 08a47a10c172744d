/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The setting that a mistyped name may have meant. */
#include <string.h>

#include "common/core/config_table.h"

/* What a slip of the finger leaves equal. */
static char
alike(char c)
{
	if (c == '-')
		return '_';
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t
at_most(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Insertions, removals, replacements and swaps of neighbours from `a` to `b`.
 * row[0] is the line of the present letter of `a`, row[1] and row[2] are those
 * of the two before it.
 */
static size_t
distance(const char *a, const char *b)
{
	size_t row[3][ID7_NAME_MAX + 1], len = strnlen(b, ID7_NAME_MAX);

	for (size_t j = 0; j <= len; j++)
		row[0][j] = j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		memcpy(row[2], row[1], sizeof row[1]);
		memcpy(row[1], row[0], sizeof row[0]);
		row[0][0] = i + 1;
		for (size_t j = 1; j <= len; j++) {
			bool differ = alike(a[i]) != alike(b[j - 1]);
			size_t d = at_most(row[1][j], row[0][j - 1]) + 1;

			d = at_most(d, row[1][j - 1] + differ);
			if (i > 0 && j > 1 && alike(a[i]) == alike(b[j - 2]) &&
			    alike(a[i - 1]) == alike(b[j - 1]))
				d = at_most(d, row[2][j - 2] + 1);
			row[0][j] = d;
		}
	}
	return row[0][len];
}

const char *
id7_config_nearest(const char *name, uint32_t where)
{
	size_t count, best = SIZE_MAX;
	const struct id7_config_row *row = id7_config_rows(&count);
	const char *nearest = NULL;

	if (strlen(name) > ID7_NAME_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t d = distance(name, row[i].setting.name);

		if ((row[i].setting.where & where) != 0 && d < best &&
		    d * 3 <= strlen(name)) {
			best = d;
			nearest = row[i].setting.name;
		}
	}
	return nearest;
}
