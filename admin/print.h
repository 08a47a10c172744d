/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people read: colour, wrapping, tables and labels by display width, times and durations. */
#ifndef ID7_ADMIN_PRINT_H
#define ID7_ADMIN_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "admin/cmd.h"

#define PRINT_COLUMNS 80

/* Colour by meaning; the words beside it say the same. */
enum tint {
	TINT_NONE = 0,
	TINT_GOOD,
	TINT_WARN,
	TINT_BAD,
	TINT_STRONG,
};

/* A text made safe for a terminal, returned by value; cut at 400 bytes. */
struct safe {
	char s[400];
};
struct safe safe_text(const char *foreign);

/* Writes `text` in a colour when `on`. */
void print_tint(FILE *out, bool on, enum tint tint, const char *text);

/* Writes `count` blanks. */
void print_blanks(FILE *out, size_t count);

/*
 * Writes `text` from column `at`, broken before column `columns` at blanks or
 * between wide characters (never before a closing mark), further lines indented
 * by `indent`; ends the last line.
 */
void print_wrapped(FILE *out, size_t at, size_t indent, size_t columns,
		   const char *text);

/*
 * Writes bytes that nobody else is to see on standard output, past stdio, whose
 * buffer nobody wipes; what stdio holds goes before. False when they could not
 * be written.
 */
bool print_secret(const void *bytes, size_t len);

/* A moment and a span of time as a person reads them. */
struct moment {
	char s[64];
};

/* Local time with its zone: "2026-11-22 08:12:40 UTC"; "-" for 0. */
struct moment print_time(int64_t wall);

/* The same without seconds and zone, for tables: "2026-11-22 08:12". */
struct moment print_minute(int64_t wall);

/* "45 s", "9 min", "2 h 5 min", "3 d 4 h", rounded up, in the tool's language. */
struct moment print_span(const struct ctl *ctl, int64_t seconds);

/* A size with its unit: "64 MiB", "512 bytes". */
struct moment print_size(uint64_t bytes);

/* A table, filled cell by cell from left to right. Start it with zeros and its columns. */
struct table {
	size_t columns;
	char **cell;
	enum tint *tint;
	size_t cells;
	size_t room;
	bool failed; /* no memory for a cell */
};

/* Appends a cell, a copy of `text`; the first row is the heading. */
void table_cell(struct table *table, enum tint tint, const char *text);

/* Writes it, two blanks between columns, and releases its cells. */
void table_print(struct table *table, FILE *out, bool tinted);

/* Labels and values of one thing, right-aligned at the colon. Start it with zeros. */
#define LABELS_MAX 32
struct labels {
	size_t count;
	struct {
		const char *label; /* translated already; borrowed */
		char value[320];
		enum tint tint;
	} row[LABELS_MAX];
};

/* Appends a row; `label` "" goes on with the row before. */
void labels_add(struct labels *labels, enum tint tint, const char *label,
		const char *format, ...) __attribute__((format(printf, 4, 5)));

void labels_print(const struct labels *labels, FILE *out, bool tinted);

#endif
