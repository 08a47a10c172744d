/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line on a terminal that says how far long work has come. */
#ifndef ID7_ADMIN_PROGRESS_H
#define ID7_ADMIN_PROGRESS_H

#include "admin/ctl.h"

struct progress {
	const struct ctl *ctl;
	const char *what; /* msgid */
	int64_t shown_ms; /* when it was last written; 0: not yet */
	bool there;	  /* a line stands on the terminal */
};

/*
 * Begins work called `what` (msgid); a line that stands there goes.
 */
void progress_start(struct progress *progress, const struct ctl *ctl,
		    const char *what);

/*
 * Writes how far it is, ten times a second at most, and only where standard
 * error is a terminal; `all` 0: unknown.
 */
void progress_show(struct progress *progress, uint64_t done, uint64_t all);

/*
 * Takes the line away, so that something else can be said.
 */
void progress_clear(struct progress *progress);

#endif
