/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strict JSON of flat objects, byte by byte: no byte is taken before it is
 * known to fit. */
#include "admin/jsonrow.h"

#include <string.h>

#include "common/core/escape.h"
#include "common/core/text.h"

/* In the place of what was wrong with the row before. Returns false. */
static bool
fail(struct row *row, const char *reason)
{
	row->reason = NULL;
	row->column[0] = '\0';
	(void)row_refuse(row, ROW_REFUSED, reason, NULL, 0);
	return false;
}

/* Every way in which bytes are no JSON is one reason. */
static bool
bad(struct row *row)
{
	return fail(row, ID7_N("not JSON"));
}

static bool
put(struct row *row, int byte)
{
	return row_byte(row, byte) || fail(row, ID7_N("the line is too long"));
}

/* Blanks; on lines of their own, objects do not go over the end of one. */
static int
next(struct jsonrow *json, bool lines_too)
{
	int c;

	while ((c = source_peek(json->source)) == ' ' || c == '\t' ||
	       c == '\r' || (c == '\n' && (lines_too || json->array)))
		source_take(json->source);
	return c;
}

static bool
expect(struct jsonrow *json, struct row *row, int byte)
{
	if (next(json, false) != byte)
		return bad(row);
	source_take(json->source);
	return true;
}

/* Four hexadecimal digits. */
static bool
hex4(struct source *source, struct row *row, uint32_t *ret)
{
	static const char digits[] = "0123456789abcdef";

	*ret = 0;
	for (int i = 0; i < 4; i++) {
		int c = source_peek(source);
		const char *at;

		if (c >= 'A' && c <= 'F')
			c += 'a' - 'A';
		at = c > 0 ? strchr(digits, c) : NULL;
		if (at == NULL)
			return bad(row);
		source_take(source);
		*ret = *ret << 4 | (uint32_t)(at - digits);
	}
	return true;
}

static bool
put_utf8(struct row *row, uint32_t cp)
{
	if (cp < 0x80)
		return put(row, (int)cp);
	if (cp < 0x800)
		return put(row, (int)(0xc0 | cp >> 6)) &&
		       put(row, (int)(0x80 | (cp & 63)));
	if (cp < 0x10000)
		return put(row, (int)(0xe0 | cp >> 12)) &&
		       put(row, (int)(0x80 | (cp >> 6 & 63))) &&
		       put(row, (int)(0x80 | (cp & 63)));
	return put(row, (int)(0xf0 | cp >> 18)) &&
	       put(row, (int)(0x80 | (cp >> 12 & 63))) &&
	       put(row, (int)(0x80 | (cp >> 6 & 63))) &&
	       put(row, (int)(0x80 | (cp & 63)));
}

/* What follows \u: one character, or two halves of one. */
static bool
unicode(struct source *source, struct row *row)
{
	uint32_t cp, low;

	if (!hex4(source, row, &cp))
		return false;
	if (cp >= 0xdc00 && cp <= 0xdfff)
		return bad(row);
	if (cp >= 0xd800 && cp <= 0xdbff) {
		for (const char *p = "\\u"; *p != '\0'; p++) {
			if (source_peek(source) != *p)
				return bad(row);
			source_take(source);
		}
		if (!hex4(source, row, &low))
			return false;
		if (low < 0xdc00 || low > 0xdfff)
			return bad(row);
		cp = 0x10000 + ((cp & 0x3ff) << 10 | (low & 0x3ff));
	}
	return put_utf8(row, cp);
}

static bool
escaped(struct source *source, struct row *row)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	int c = source_peek(source);
	const char *at = c > 0 ? strchr(from, c) : NULL;

	if (c != 'u' && at == NULL)
		return bad(row);
	source_take(source);
	if (c == 'u')
		return unicode(source, row);
	return put(row, to[at - from]);
}

/* The bytes between two quotes, into row->text, terminated. */
static bool
string(struct jsonrow *json, struct row *row, const char **ret, size_t *ret_len)
{
	struct source *source = json->source;
	size_t start = row->used;
	int c;

	if (!expect(json, row, '"'))
		return false;
	while ((c = source_peek(source)) != '"') {
		if (c < 0x20)
			return bad(row);
		source_take(source);
		if (c == '\\' ? !escaped(source, row) : !put(row, c))
			return false;
	}
	source_take(source);
	*ret = row->text + start;
	*ret_len = row->used - start;
	if (id7_utf8_count(*ret, *ret_len) == SIZE_MAX)
		return bad(row);
	return put(row, '\0');
}

static bool
word(struct jsonrow *json, struct row *row, const char *text)
{
	for (; *text != '\0'; text++) {
		if (source_peek(json->source) != *text)
			return bad(row);
		source_take(json->source);
	}
	return true;
}

static bool
has_control(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return true;
	return false;
}

static void
judge_text(struct row *row, const struct column *column, const char *text,
	   size_t len)
{
	if (column->truth)
		(void)row_refuse(row, ROW_REFUSED,
				 ID7_N("must be true or false"), column->name,
				 strlen(column->name));
	else if (has_control(text, len))
		(void)row_refuse(row, ROW_REFUSED, ID7_N("a control character"),
				 column->name, strlen(column->name));
}

/* One value; a wrong kind is told of, and read over. */
static bool
value(struct jsonrow *json, struct row *row, const struct column *column,
      const char **ret_value)
{
	const char *text = NULL;
	size_t len = 0;
	int c = next(json, false);

	if (c == 'n')
		return word(json, row, "null");
	if (c == '"') {
		if (!string(json, row, &text, &len))
			return false;
		judge_text(row, column, text, len);
		*ret_value = len > 0 ? text : NULL;
		return true;
	}
	text = c == 't' ? "true" : "false";
	if (!word(json, row, text))
		return false;
	if (!column->truth)
		(void)row_refuse(row, ROW_REFUSED, ID7_N("must be a text"),
				 column->name, strlen(column->name));
	*ret_value = text;
	return true;
}

/* "key": value. *ret_strange: a key that no column has. */
static bool
member(struct jsonrow *json, struct row *row, bool *seen, bool *ret_strange)
{
	const char *key;
	size_t len;
	int place;

	if (!string(json, row, &key, &len))
		return false;
	place = column_find(json->columns, key, len);
	if (place < 0) {
		row->reason = NULL;
		(void)row_refuse(row, ROW_BROKEN,
				 ID7_N("there is no such column"), key, len);
		*ret_strange = true;
		return false;
	}
	if (seen[place])
		(void)row_refuse(row, ROW_REFUSED,
				 ID7_N("the column stands twice"), key, len);
	seen[place] = true;
	return expect(json, row, ':') &&
	       value(json, row, &json->columns[place], &row->value[place]);
}

static bool
object(struct jsonrow *json, struct row *row, bool *ret_strange)
{
	bool seen[ROW_COLUMNS_MAX] = {false};
	int c;

	if (!expect(json, row, '{'))
		return false;
	if (next(json, false) == '}') {
		source_take(json->source);
		return true;
	}
	do {
		(void)next(json, false);
		if (!member(json, row, seen, ret_strange))
			return false;
		c = next(json, false);
		if (c != ',' && c != '}')
			return bad(row);
		source_take(json->source);
	} while (c == ',');
	return true;
}

/* To the end of the line that was wrong. */
static void
skip_line(struct source *source)
{
	int c;

	while ((c = source_peek(source)) >= 0) {
		source_take(source);
		if (c == '\n')
			return;
	}
}

static enum row_result
read_line(struct jsonrow *json, struct row *row)
{
	bool strange = false, good;
	int c = next(json, true);

	row_begin(row, json->source);
	if (c < 0)
		return ROW_END;
	good = object(json, row, &strange);
	if (strange)
		return ROW_BROKEN;
	c = good ? next(json, false) : 0;
	if (c != '\n' && c >= 0) {
		(void)bad(row);
		skip_line(json->source);
	}
	return row->reason == NULL ? ROW_GIVEN : ROW_REFUSED;
}

/* After the array there is nothing. */
static enum row_result
read_end(struct jsonrow *json, struct row *row)
{
	source_take(json->source);
	if (next(json, true) >= 0) {
		(void)bad(row);
		return ROW_BROKEN;
	}
	return ROW_END;
}

static enum row_result
read_element(struct jsonrow *json, struct row *row)
{
	bool strange = false;
	int c = next(json, true);

	row_begin(row, json->source);
	if (c == ']')
		return read_end(json, row);
	if (json->begun) {
		if (!expect(json, row, ','))
			return ROW_BROKEN;
		(void)next(json, true);
		row_begin(row, json->source);
	}
	json->begun = true;
	if (!object(json, row, &strange))
		return ROW_BROKEN;
	return row->reason == NULL ? ROW_GIVEN : ROW_REFUSED;
}

enum row_result
jsonrow_start(struct jsonrow *json, struct source *source,
	      const struct column *columns, struct row *row)
{
	int c;

	*json = (struct jsonrow){.source = source, .columns = columns};
	source_skip_mark(source);
	c = next(json, true);
	row_begin(row, source);
	if (c < 0)
		return source->errnum != 0
			       ? ROW_BROKEN
			       : row_refuse(row, ROW_BROKEN,
					    ID7_N("the file is empty"), NULL,
					    0);
	json->array = c == '[';
	if (json->array)
		source_take(source);
	return ROW_GIVEN;
}

enum row_result
jsonrow_read(struct jsonrow *json, struct row *row)
{
	enum row_result result =
		json->array ? read_element(json, row) : read_line(json, row);

	return json->source->errnum != 0 ? ROW_BROKEN : result;
}
