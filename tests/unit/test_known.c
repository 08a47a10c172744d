/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Known sources: for how long, how many, and what clocks do to them. */
#include "common/core/known.h"

#include "tests/support/check.h"

#define DAY 86400

static void
test_thirty_days(void)
{
	struct id7_known_source known[ID7_KNOWN_SOURCES] = {{0}};
	int64_t at = 20000 * INT64_C(86400) + 5;

	CHECK(!id7_known_has(known, 7, at));
	id7_known_note(known, 7, at);
	CHECK(id7_known_has(known, 7, at));
	CHECK(!id7_known_has(known, 8, at));
	CHECK(id7_known_has(known, 7, at + 30 * DAY));
	CHECK(id7_known_has(known, 7, at + 31 * DAY - 6));
	CHECK(!id7_known_has(known, 7, at + 31 * DAY));
	CHECK(id7_known_has(known, 7, at - 400 * DAY));
	CHECK(id7_known_has(known, 7, -5));
	CHECK(!id7_known_has(known, 7, INT64_MAX));
	CHECK(id7_known_has(known, 7, INT64_MIN));
	id7_known_note(known, 7, at + 20 * DAY);
	CHECK(id7_known_has(known, 7, at + 50 * DAY));
	CHECK_INT(known[1].source, 0);
}

static void
test_no_source_is_never_known(void)
{
	struct id7_known_source known[ID7_KNOWN_SOURCES] = {{0}};

	CHECK(!id7_known_has(known, 0, 0));
	known[3].day = 5;
	CHECK(!id7_known_has(known, 0, 5 * DAY));
}

/* The oldest makes room; one of a day to come counts as today's. */
static void
test_the_oldest_makes_room(void)
{
	struct id7_known_source known[ID7_KNOWN_SOURCES] = {{0}};
	int64_t at = 20000 * INT64_C(86400);
	uint64_t i;

	for (i = 1; i <= ID7_KNOWN_SOURCES; i++)
		id7_known_note(known, i, at + (int64_t)(i == 5 ? 0 : i) * DAY);
	id7_known_note(known, 3, at + 900 * DAY);
	id7_known_note(known, 99, at + 20 * DAY);
	CHECK(!id7_known_has(known, 5, at + 20 * DAY));
	CHECK(id7_known_has(known, 99, at + 20 * DAY));
	CHECK(id7_known_has(known, 3, at + 20 * DAY));
	id7_known_note(known, 100, at + 20 * DAY);
	CHECK(!id7_known_has(known, 1, at + 20 * DAY));
	for (i = 0; i < ID7_KNOWN_SOURCES; i++)
		CHECK(known[i].source != 0);
}

int
main(void)
{
	test_thirty_days();
	test_no_source_is_never_known();
	test_the_oldest_makes_room();
	return check_done();
}
