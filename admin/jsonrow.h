/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Strict JSON (RFC 8259) of flat objects: one array of them, or one on each
 * line. Values are texts, true, false and null; no key stands twice, no text
 * holds a control character.
 */
#ifndef ID7_ADMIN_JSONROW_H
#define ID7_ADMIN_JSONROW_H

#include "admin/row.h"

struct jsonrow {
	struct source *source;
	const struct column *columns;
	bool array;
	bool begun; /* an object was read */
};

/*
 * Finds out which of the two it is. ROW_GIVEN, or ROW_BROKEN with the reason in
 * *row.
 */
enum row_result jsonrow_start(struct jsonrow *json, struct source *source,
			      const struct column *columns, struct row *row);

/*
 * Reads the next object. A line that is no object is ROW_REFUSED; in an array
 * whatever is no JSON is ROW_BROKEN, and so is an unknown key anywhere.
 */
enum row_result jsonrow_read(struct jsonrow *json, struct row *row);

#endif
