/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an import says of lines that it leaves out. */
#ifndef ID7_ADMIN_REFUSALS_H
#define ID7_ADMIN_REFUSALS_H

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/progress.h"
#include "common/effects/store.h"

/* For people on standard error, a line each; with --json an array. */
struct refusals {
	struct ctl *ctl;
	struct json json;
	struct progress progress; /* gives way to what is said */
	uint64_t count;
};

/* One line that is left out. `name` and `column` are safe to show, "": none. */
struct refusal {
	uint64_t line;
	uint64_t first; /* the line with the same name; 0: none */
	const char *name;
	const char *column;
	const char *reason; /* msgid */
};

/*
 * Begins the report: with --json the document and its array.
 */
void refusals_start(struct refusals *refusals, struct ctl *ctl);

/*
 * Says one and counts it.
 */
void refusals_add(struct refusals *refusals, const struct refusal *refusal);

/*
 * As id7_import_refused_fn; the context is a struct refusals.
 */
void refusals_store(const struct id7_import_refusal *refusal, void *context);

#endif
