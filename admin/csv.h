/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Strict CSV (RFC 4180): a header of column names, fields joined by commas,
 * quoted where they hold commas or quotes, lines ended by LF or CRLF. UTF-8
 * without control characters; no field goes over the end of a line.
 */
#ifndef ID7_ADMIN_CSV_H
#define ID7_ADMIN_CSV_H

#include "admin/row.h"

struct csv {
	struct source *source;
	const struct column *columns;
	int place[ROW_COLUMNS_MAX]; /* the column of each field */
	size_t fields;
};

/*
 * Reads the header. ROW_GIVEN, or ROW_BROKEN with the reason in *row: no
 * header, an unknown column, one that stands twice.
 */
enum row_result csv_start(struct csv *csv, struct source *source,
			  const struct column *columns, struct row *row);

/*
 * Reads the next line. ROW_BROKEN only when reading failed (source->errnum).
 */
enum row_result csv_read(struct csv *csv, struct row *row);

#endif
