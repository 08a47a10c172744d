/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the failures of a tally came from: it keeps hashes only, the log knows. */
#ifndef ID7_ADMIN_FAILLOG_H
#define ID7_ADMIN_FAILLOG_H

#include <stdbool.h>
#include <stddef.h>

#include "admin/failtable.h"
#include "common/core/limits.h"

/* A user's failures on the way to the table. */
struct failuser {
	char name[ID7_NAME_MAX + 1];
	size_t rows;
	struct failrow *row; /* source "": not known yet */
	bool *named;	     /* of each row, whether the log named it */
};

/*
 * Fills type and source of each row of `users` (sorted by name) from the end
 * of the log (at most 16 MiB of it): a wrong password of that user in that lane
 * within 2 s, each line for one row: the host, else the terminal, else the
 * service. What the log does not know becomes the lane's name, as a service. A
 * log that cannot be read knows nothing.
 */
void faillog_name(const struct ctl *ctl, struct failuser *users, size_t count);

#endif
