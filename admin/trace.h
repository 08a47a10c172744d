/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where an account's latest refused attempts came from, as the log has it. */
#ifndef ID7_ADMIN_TRACE_H
#define ID7_ADMIN_TRACE_H

#include <stdint.h>

#include "admin/cmd.h"

#define TRACE_PLACES 8

struct trace_place {
	char rhost[64]; /* "": no remote host */
	char service[32];
	unsigned int count;
	int64_t last;
};

struct trace {
	size_t places;
	struct trace_place place[TRACE_PLACES];
	unsigned int others; /* attempts from further places */
	unsigned int attempts; /* that a wrong password was verified in; of these */
	unsigned int repeated; /* with one that had been counted */
	unsigned int old;      /* with a previous one */
};

/*
 * Reads the end of the log (at most 1 MiB) for refused logins of `name` from
 * `since` on, commonest place first. A log that cannot be read leaves nothing.
 */
void trace_read(const struct ctl *ctl, const char *name, int64_t since,
		struct trace *ret_trace);

#endif
