/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people read: tables and labels aligned by display width. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "admin/print.h"
#include "common/core/escape.h"

static bool
make_room(struct table *table)
{
	size_t room = table->room == 0 ? 64 : table->room * 2;
	char **cell = realloc(table->cell, room * sizeof *cell);
	enum tint *tint;

	if (cell == NULL)
		return false;
	table->cell = cell;
	tint = realloc(table->tint, room * sizeof *tint);
	if (tint == NULL)
		return false;
	table->tint = tint;
	table->room = room;
	return true;
}

void
table_cell(struct table *table, enum tint tint, const char *text)
{
	char *copy;

	if (table->failed)
		return;
	copy = strdup(text);
	if (copy == NULL ||
	    (table->cells == table->room && !make_room(table))) {
		free(copy);
		table->failed = true;
		return;
	}
	table->cell[table->cells] = copy;
	table->tint[table->cells] = tint;
	table->cells++;
}

static size_t
column_width(const struct table *table, size_t column)
{
	size_t width = 0;

	for (size_t i = column; i < table->cells; i += table->columns) {
		size_t w = id7_width(table->cell[i]);

		if (w > width)
			width = w;
	}
	return width;
}

/* Empty cells at the end leave no blanks behind. */
static size_t
cells_shown(const struct table *table, size_t first)
{
	size_t n = table->columns;

	while (n > 0 && table->cell[first + n - 1][0] == '\0')
		n--;
	return n;
}

static void
print_row(const struct table *table, size_t first, const size_t *width,
	  FILE *out, bool tinted)
{
	size_t shown = cells_shown(table, first);

	for (size_t c = 0; c < shown; c++) {
		size_t i = first + c;
		const char *text = table->cell[i];

		print_tint(out, tinted,
			   first == 0 ? TINT_STRONG : table->tint[i], text);
		if (c + 1 < shown)
			print_blanks(out, width[c] - id7_width(text) + 2);
	}
	fputc('\n', out);
}

void
table_print(struct table *table, FILE *out, bool tinted)
{
	size_t width[16] = {0};

	for (size_t c = 0; c < table->columns && c < 16; c++)
		width[c] = column_width(table, c);
	for (size_t i = 0; i + table->columns <= table->cells;
	     i += table->columns)
		print_row(table, i, width, out, tinted);
	for (size_t i = 0; i < table->cells; i++)
		free(table->cell[i]);
	free(table->cell);
	free(table->tint);
	*table = (struct table){.columns = table->columns,
				.failed = table->failed};
}

void
labels_add(struct labels *labels, enum tint tint, const char *label,
	   const char *format, ...)
{
	va_list ap;

	if (labels->count == LABELS_MAX)
		return;
	labels->row[labels->count].label = label;
	labels->row[labels->count].tint = tint;
	va_start(ap, format);
	vsnprintf(labels->row[labels->count].value, sizeof labels->row[0].value,
		  format, ap);
	va_end(ap);
	labels->count++;
}

/* Colour stays on one line: it never takes the wrapping's place. */
static bool
fits(size_t at, const char *text)
{
	return at + id7_width(text) <= PRINT_COLUMNS;
}

void
labels_print(const struct labels *labels, FILE *out, bool tinted)
{
	size_t width = 0;

	for (size_t i = 0; i < labels->count; i++) {
		size_t w = id7_width(labels->row[i].label);

		if (w > width)
			width = w;
	}
	for (size_t i = 0; i < labels->count; i++) {
		const char *label = labels->row[i].label;

		print_blanks(out, width + 1 - id7_width(label));
		fputs(label, out);
		fputs(*label != '\0' ? ": " : "  ", out);
		if (tinted && fits(width + 3, labels->row[i].value)) {
			print_tint(out, true, labels->row[i].tint,
				   labels->row[i].value);
			fputc('\n', out);
		} else {
			print_wrapped(out, width + 3, width + 3, PRINT_COLUMNS,
				      labels->row[i].value);
		}
	}
}
