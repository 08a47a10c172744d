/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every reason has a name of its own that can stand in a log, and verdicts lie far apart. */
#include <ctype.h>

#include "common/core/verdict.h"
#include "tests/support/check.h"

static bool
well_formed(const char *name)
{
	bool after_letter = false;

	for (; *name != '\0'; name++) {
		if (*name == '-' ? !after_letter : !islower((int)*name))
			return false;
		after_letter = *name != '-';
	}
	return after_letter;
}

static void
names_are_complete(void)
{
	for (unsigned int i = 0; i < ID7_REASON_COUNT; i++) {
		const char *name = id7_reason_name((enum id7_reason)i);

		CHECK(well_formed(name));
		CHECK((strcmp(name, "none") == 0) == (i == ID7_REASON_NONE));
		for (unsigned int j = 0; j < i; j++)
			CHECK(strcmp(name, id7_reason_name(
						   (enum id7_reason)j)) != 0);
	}
}

/* These stand in logs that were written: never renamed. */
static void
names_stay(void)
{
	CHECK_STR(id7_reason_name(ID7_REASON_RIGHT), "right");
	CHECK_STR(id7_reason_name(ID7_REASON_WRONG), "wrong");
	CHECK_STR(id7_reason_name(ID7_REASON_LOCKED_OUT), "locked-out");
	CHECK_STR(id7_reason_name(ID7_REASON_HELD), "held");
	CHECK_STR(id7_reason_name(ID7_REASON_OLD_PASSWORD), "old-password");
	CHECK_STR(id7_reason_name(ID7_REASON_UNAVAILABLE), "unavailable");
}

static void
strangers_have_no_name(void)
{
	CHECK_STR(id7_reason_name(ID7_REASON_COUNT), "none");
	CHECK_STR(id7_reason_name((enum id7_reason)1000), "none");
	CHECK_STR(id7_reason_name((enum id7_reason)-1), "none");
}

/* No two bits flipped by accident turn one verdict, or a C truth, into another. */
static void
verdicts_lie_far_apart(void)
{
	const unsigned int value[] = { ID7_DENY, ID7_NOT_OURS, ID7_ALLOW, 1,
				       ~0u };

	CHECK_INT(ID7_DENY, 0);
	for (size_t i = 0; i < 3; i++) {
		for (size_t j = i + 1; j < 5; j++) {
			if (i == 0 && j == 3)
				continue;
			CHECK(__builtin_popcount(value[i] ^ value[j]) >= 8);
		}
	}
}

int
main(void)
{
	names_are_complete();
	names_stay();
	strangers_have_no_name();
	verdicts_lie_far_apart();
	return check_done();
}
