/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The failures of users, printed as faillock(8) does. */
#ifndef ID7_ADMIN_FAILTABLE_H
#define ID7_ADMIN_FAILTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "admin/ctl.h"
#include "admin/json.h"
#include "common/core/faillock_file.h"

struct failrow {
	uint64_t wall;
	enum id7_faillock_type type;
	char source[ID7_FAILLOCK_SOURCE_MAX + 1]; /* foreign bytes */
	const char *lane; /* of a tally of ours; NULL: a file's */
	bool valid;
};

/* How it is printed. Start it with its first three members and zeros. */
struct failtable {
	struct ctl *ctl;
	bool legacy;
	bool json;
	struct json doc;
	bool begun;
};

/*
 * Begins the output: with --json the document.
 */
void failtable_start(struct failtable *table);

/*
 * Prints a user, foreign bytes, and `count` rows, oldest first. What a terminal
 * would obey is escaped. A time that no calendar has is said, and left out.
 */
void failtable_user(struct failtable *table, const char *user,
		    const struct failrow *rows, size_t count);

/*
 * Ends it.
 */
void failtable_finish(struct failtable *table);

#endif
