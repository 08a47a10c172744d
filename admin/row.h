/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of an import file, whatever its format: named values of one person, and
 * what is wrong with them. */
#ifndef ID7_ADMIN_ROW_H
#define ID7_ADMIN_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROW_COLUMNS_MAX 16
#define ROW_BYTES_MAX 4096 /* of one row, as it stands in the file */
#define ROW_STRANGE_MAX 64

/* A column or key; a table of them ends with a row whose name is NULL. */
struct column {
	const char *name;
	bool truth; /* true or false; otherwise a text */
};

enum row_result {
	ROW_GIVEN,
	ROW_END,
	ROW_REFUSED, /* this row is wrong; the next one can be read */
	ROW_BROKEN,  /* nothing more can be read */
};

/* One row, or the reason that there is none. Values live until the next one. */
struct row {
	uint64_t line;			    /* where it begins, from 1 */
	const char *value[ROW_COLUMNS_MAX]; /* by column; NULL: not given or
					       empty */
	const char *reason;		    /* msgid */
	char column[ROW_STRANGE_MAX +
		    1]; /* that the reason is about; "": none */
	size_t used;
	char text[ROW_BYTES_MAX];
};

/* The bytes of a file, one after the other. */
struct source {
	int fd; /* -1: nothing follows what is in `at` */
	const uint8_t *at;
	const uint8_t *end;
	uint64_t line; /* of the next byte, from 1 */
	int errnum;    /* of a failed read; 0: none */
	uint8_t buffer[65536];
};

/*
 * Reads from `fd`, which stays the caller's, or (-1) the `len` bytes at
 * `bytes`, which must stay.
 */
void source_start(struct source *source, int fd, const void *bytes, size_t len);

/* The next byte without taking it; -1 at the end or when reading failed. */
int source_peek(struct source *source);

/* Takes what source_peek showed. */
void source_take(struct source *source);

/* Takes a byte order mark, if one is next. */
void source_skip_mark(struct source *source);

/* Wipes what was read: verifiers passed through it. */
void source_end(struct source *source);

/* The place of a column in a table, by its name of `len` bytes; -1: unknown. */
int column_find(const struct column *columns, const char *name, size_t len);

/* Begins an empty row at source->line. */
void row_begin(struct row *row, const struct source *source);

/*
 * Refuses a row; `column` of `len` bytes (made safe for a terminal; NULL:
 * none). The first reason stays. Returns `result`.
 */
enum row_result row_refuse(struct row *row, enum row_result result,
			   const char *reason, const char *column, size_t len);

/*
 * Appends a byte to row->text. False when it is full.
 */
bool row_byte(struct row *row, int byte);

#endif
