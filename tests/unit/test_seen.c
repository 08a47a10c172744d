/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of wrong authtoks that were counted. */
#include "common/core/seen.h"

#include "tests/support/check.h"

static void
test_pairs(void)
{
	struct id7_seen seen[ID7_SEEN] = {{0}};

	CHECK(!id7_seen_has(seen, 0, 0));
	id7_seen_note(seen, 11, 0);
	id7_seen_note(seen, 12, 7);
	CHECK(id7_seen_has(seen, 11, 0));
	CHECK(id7_seen_has(seen, 12, 7));
	CHECK(!id7_seen_has(seen, 11, 7));
	CHECK(!id7_seen_has(seen, 12, 0));
	id7_seen_note(seen, 0, 7);
	CHECK(!id7_seen_has(seen, 0, 7));
	CHECK_INT(seen[0].fingerprint, 12);
	CHECK_INT(seen[1].fingerprint, 11);
	CHECK_INT(seen[2].fingerprint, 0);
}

static void
test_the_oldest_makes_room(void)
{
	struct id7_seen seen[ID7_SEEN] = {{0}};
	uint32_t i;

	for (i = 1; i <= ID7_SEEN + 1; i++)
		id7_seen_note(seen, i, 7);
	CHECK(!id7_seen_has(seen, 1, 7));
	for (i = 2; i <= ID7_SEEN + 1; i++)
		CHECK(id7_seen_has(seen, i, 7));
}

static void
test_drop(void)
{
	struct id7_seen seen[ID7_SEEN] = {{0}};
	uint32_t i;

	for (i = 1; i <= ID7_SEEN; i++)
		id7_seen_note(seen, i, i % 2);
	id7_seen_drop(seen, 1);
	for (i = 1; i <= ID7_SEEN; i++)
		CHECK(id7_seen_has(seen, i, i % 2) == (i % 2 == 0));
	CHECK_INT(seen[ID7_SEEN / 2 - 1].fingerprint, 2);
	CHECK_INT(seen[ID7_SEEN / 2].fingerprint, 0);
	id7_seen_drop(seen, 0);
	CHECK_INT(seen[0].fingerprint, 0);
}

int
main(void)
{
	test_pairs();
	test_the_oldest_makes_room();
	test_drop();
	return check_done();
}
