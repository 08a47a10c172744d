/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs work in a child and kills it before one of its system calls. */
#ifndef ID7_TESTS_KILLPOINT_H
#define ID7_TESTS_KILLPOINT_H

#include <limits.h>
#include <stdbool.h>

/* What a child does. Each function returns true when all went well. */
struct kill_work {
	bool (*before)(void *context); /* NULL: nothing; not killed yet */
	bool (*act)(void *context);
	void *context;
	bool changes; /* only calls that leave another state on the disk */
};

#define KILL_NEVER UINT_MAX

enum kill_how {
	KILL_KILLED,
	KILL_DONE,     /* the act ended before that point, and went well */
	KILL_FAILED,   /* it ended and did not */
	KILL_UNTRACED, /* processes cannot be traced here */
};

struct kill_end {
	enum kill_how how;
	bool acknowledged;   /* the act had returned true */
	unsigned int points; /* that the act has, unless it was killed */
};

/*
 * Runs `work` and kills it with SIGKILL before its point number `point`,
 * counted from 0.
 */
struct kill_end kill_at(const struct kill_work *work, unsigned int point);

#endif
