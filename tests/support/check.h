/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks that show both values and count; a test program ends with `return check_done();`. */
#ifndef ID7_TESTS_CHECK_H
#define ID7_TESTS_CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static unsigned int check_failed, check_passed;

static inline void
check_say(bool ok, const char *file, int line, const char *what)
{
	if (ok) {
		check_passed++;
		return;
	}
	check_failed++;
	fprintf(stderr, "%s:%d: %s\n", file, line, what);
}

/* The condition holds. */
#define CHECK(cond) check_say((cond), __FILE__, __LINE__, #cond)

/* What must not be reached; says what was wanted. */
#define CHECK_FAIL(wanted) check_say(false, __FILE__, __LINE__, (wanted))

/* Two integers are equal; shows both. */
#define CHECK_INT(got, want)                                                  \
	do {                                                                  \
		long long check_g = (long long)(got);                         \
		long long check_w = (long long)(want);                        \
		char check_t[300];                                            \
		snprintf(check_t, sizeof check_t, "%s: got %lld, want %lld",  \
			 #got, check_g, check_w);                             \
		check_say(check_g == check_w, __FILE__, __LINE__, check_t);   \
	} while (0)

/* Two terminated texts are equal; shows both. */
#define CHECK_STR(got, want)                                                  \
	do {                                                                  \
		const char *check_g = (got), *check_w = (want);               \
		char check_t[600];                                            \
		snprintf(check_t, sizeof check_t,                             \
			 "%s: got \"%.200s\", want \"%.200s\"", #got,         \
			 check_g, check_w);                                   \
		check_say(strcmp(check_g, check_w) == 0, __FILE__, __LINE__,  \
			  check_t);                                           \
	} while (0)

/* Two runs of bytes are equal. */
#define CHECK_MEM(got, want, len)                                             \
	check_say(memcmp((got), (want), (len)) == 0, __FILE__, __LINE__,      \
		  #got " == " #want)

/* Prints the count and returns the exit status of the program. */
static inline int
check_done(void)
{
	printf("%u checks passed, %u failed\n", check_passed, check_failed);
	return check_failed == 0 && check_passed > 0 ? 0 : 1;
}

#endif
