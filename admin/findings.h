/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What store commands find: a line each, or an array in JSON. */
#ifndef ID7_ADMIN_FINDINGS_H
#define ID7_ADMIN_FINDINGS_H

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/progress.h"

/* Where findings go. Start it with ctl and the text of its progress. */
struct findings {
	struct ctl *ctl;
	struct json json;
	struct progress progress;
	uint64_t damage;
};

/* With --json opens the document and its array "findings". */
void findings_start(struct findings *findings);

/* With --json closes the array; the caller goes on with the document. */
void findings_end(struct findings *findings);

/* Says one; `context` is the struct findings. */
void findings_say(const struct id7_store_finding *finding, void *context);

/* Says one of a repair, and what became of it. */
void findings_say_mended(const struct id7_store_finding *finding,
			 const char *done, void *context);

/* Draws the progress; `context` is the struct findings. */
void findings_step(uint64_t done, uint64_t total, void *context);

/* The members that say how large and how sound a store is. */
void findings_counts(struct findings *findings,
		     const struct id7_store_counts *counts);

#endif
