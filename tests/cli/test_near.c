/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distances between words. */
#include "admin/near.h"
#include "tests/support/check.h"

int
main(void)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} pairs[] = {
		{"", "", 0},		{"", "abc", 3},
		{"status", "status", 0}, {"stauts", "status", 1},
		{"ssh", "sshd", 1},	{"unlok", "unlock", 1},
		{"kitten", "sitting", 3}, {"ab", "ba", 1},
		{"alcie", "alice", 1},	{"list", "help", 4},
	};
	char word[66];

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		CHECK_INT(near_distance(pairs[i].a, pairs[i].b),
			  pairs[i].distance);
		CHECK_INT(near_distance(pairs[i].b, pairs[i].a),
			  pairs[i].distance);
	}
	memset(word, 'x', sizeof word);
	word[65] = '\0';
	CHECK_INT(near_distance(word, word), 65);
	CHECK_INT(near_distance(word + 1, word + 1), 0);
	CHECK(near_enough(1, 3) && !near_enough(2, 4));
	CHECK(near_enough(2, 5) && !near_enough(3, 7));
	CHECK(near_enough(3, 8) && !near_enough(4, 20));
	return check_done();
}
