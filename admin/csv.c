/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strict CSV: a line is a row, so that a wrong one never swallows the next. */
#include "admin/csv.h"

#include <string.h>

#include "common/core/escape.h"
#include "common/core/text.h"

/* Where each field of a line lies in row->text, quotes undone. */
struct fields {
	const char *start[ROW_COLUMNS_MAX + 1];
	size_t len[ROW_COLUMNS_MAX + 1];
	size_t count; /* ROW_COLUMNS_MAX + 1: too many */
};

static enum row_result
refuse(struct row *row, const char *reason)
{
	return row_refuse(row, ROW_REFUSED, reason, NULL, 0);
}

static bool
is_control(int c)
{
	return c < 0x20 || c == 0x7f;
}

/* The next line into row->text, terminated, without its end. */
static enum row_result
read_line(struct source *source, struct row *row)
{
	bool whole = true, control = false, cr = false;
	int c;

	if (source_peek(source) < 0)
		return source->errnum != 0 ? ROW_BROKEN : ROW_END;
	while ((c = source_peek(source)) >= 0) {
		source_take(source);
		if (c == '\n')
			break;
		control |= cr || (is_control(c) && c != '\r');
		cr = c == '\r';
		if (!cr)
			whole = whole && row_byte(row, c);
	}
	if (source->errnum != 0)
		return ROW_BROKEN;
	if (!whole || !row_byte(row, '\0'))
		return refuse(row, ID7_N("the line is too long"));
	if (control || (cr && c < 0))
		return refuse(row, ID7_N("a control character"));
	if (id7_utf8_count(row->text, row->used - 1) == SIZE_MAX)
		return refuse(row, ID7_N("not UTF-8"));
	return ROW_GIVEN;
}

/* A quoted field, undone in place. Returns what follows it, NULL: wrong. */
static char *
quoted(struct row *row, char *p, size_t *ret_len)
{
	char *out = p++, *start = out;

	for (; *p != '\0'; p++) {
		if (*p == '"' && *++p != '"') {
			*ret_len = (size_t)(out - start);
			if (*p == ',' || *p == '\0')
				return p;
			(void)refuse(row, ID7_N("text after a closing quote"));
			return NULL;
		}
		*out++ = *p;
	}
	(void)refuse(row,
		     ID7_N("a quoted field goes over the end of the line"));
	return NULL;
}

static char *
plain(struct row *row, char *p, size_t *ret_len)
{
	size_t len = strcspn(p, ",\"");

	*ret_len = len;
	if (p[len] != '"')
		return p + len;
	(void)refuse(row, ID7_N("a quote inside a field that is not quoted"));
	return NULL;
}

static bool
split(struct row *row, struct fields *fields)
{
	char *p = row->text;

	for (fields->count = 0; fields->count <= ROW_COLUMNS_MAX;) {
		size_t i = fields->count++;

		fields->start[i] = p;
		p = *p == '"' ? quoted(row, p, &fields->len[i])
			      : plain(row, p, &fields->len[i]);
		if (p == NULL)
			return false;
		if (*p == '\0')
			return true;
		p++;
	}
	return true;
}

enum row_result
csv_start(struct csv *csv, struct source *source, const struct column *columns,
	  struct row *row)
{
	struct fields fields;
	enum row_result result;
	bool seen[ROW_COLUMNS_MAX] = {false};

	*csv = (struct csv){.source = source, .columns = columns};
	source_skip_mark(source);
	row_begin(row, source);
	result = read_line(source, row);
	if (result == ROW_END)
		(void)refuse(row, ID7_N("the file is empty"));
	if (result != ROW_GIVEN || !split(row, &fields))
		return ROW_BROKEN;
	for (size_t i = 0; i < fields.count; i++) {
		const char *name = fields.start[i];
		int place = column_find(columns, name, fields.len[i]);

		if (place < 0)
			return row_refuse(row, ROW_BROKEN,
					  ID7_N("there is no such column"),
					  name, fields.len[i]);
		if (seen[place])
			return row_refuse(row, ROW_BROKEN,
					  ID7_N("the column stands twice"),
					  name, fields.len[i]);
		seen[place] = true;
		csv->place[csv->fields++] = place;
	}
	return ROW_GIVEN;
}

static bool
is_truth(const char *value)
{
	return strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
}

enum row_result
csv_read(struct csv *csv, struct row *row)
{
	struct fields fields;
	enum row_result result;

	row_begin(row, csv->source);
	result = read_line(csv->source, row);
	if (result != ROW_GIVEN)
		return result;
	if (!split(row, &fields))
		return ROW_REFUSED;
	if (fields.count != csv->fields)
		return refuse(row, ID7_N("not as many fields as the header"));
	for (size_t i = 0; i < fields.count; i++) {
		const struct column *column = &csv->columns[csv->place[i]];
		char *value = row->text + (fields.start[i] - row->text);

		if (fields.len[i] == 0)
			continue;
		value[fields.len[i]] = '\0';
		if (column->truth && !is_truth(value))
			return row_refuse(row, ROW_REFUSED,
					  ID7_N("must be true or false"),
					  column->name, strlen(column->name));
		row->value[csv->place[i]] = value;
	}
	return ROW_GIVEN;
}
