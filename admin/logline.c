/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes one line of log.jsonl apart: a flat JSON object of texts, numbers and
 * switches. */
#include "admin/logline.h"

#include <string.h>

#include "admin/when.h"

/* What is left to read; every step checks its end. */
struct cursor {
	const char *at;
	const char *end;
};

/* A value that grows; what does not fit is dropped. */
struct sink {
	char *buf;
	size_t size;
	size_t len;
};

static void
put(struct sink *sink, char c)
{
	if (sink->len + 1 < sink->size)
		sink->buf[sink->len++] = c;
}

static void
put_cp(struct sink *sink, uint32_t cp)
{
	char bytes[4];
	size_t n = 0;

	if (cp == 0)
		return;
	if (cp < 0x80) {
		bytes[n++] = (char)cp;
	} else if (cp < 0x800) {
		bytes[n++] = (char)(0xc0 | cp >> 6);
		bytes[n++] = (char)(0x80 | (cp & 0x3f));
	} else if (cp < 0x10000) {
		bytes[n++] = (char)(0xe0 | cp >> 12);
		bytes[n++] = (char)(0x80 | (cp >> 6 & 0x3f));
		bytes[n++] = (char)(0x80 | (cp & 0x3f));
	} else {
		bytes[n++] = (char)(0xf0 | cp >> 18);
		bytes[n++] = (char)(0x80 | (cp >> 12 & 0x3f));
		bytes[n++] = (char)(0x80 | (cp >> 6 & 0x3f));
		bytes[n++] = (char)(0x80 | (cp & 0x3f));
	}
	/* Whole or not at all: a cut value stays UTF-8. */
	if (sink->len + n < sink->size)
		for (size_t i = 0; i < n; i++)
			put(sink, bytes[i]);
	else
		sink->size = sink->len + 1;
}

static bool
eat(struct cursor *cursor, char c)
{
	if (cursor->at == cursor->end || *cursor->at != c)
		return false;
	cursor->at++;
	return true;
}

static bool
hex4(struct cursor *cursor, uint32_t *ret)
{
	uint32_t n = 0;

	for (int i = 0; i < 4; i++) {
		char c = cursor->at < cursor->end ? *cursor->at++ : '\0';

		if (c >= '0' && c <= '9')
			n = n << 4 | (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			n = n << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
		else
			return false;
	}
	*ret = n;
	return true;
}

static bool
read_unicode(struct cursor *cursor, struct sink *sink)
{
	uint32_t high, low;

	if (!hex4(cursor, &high))
		return false;
	if (high >= 0xd800 && high < 0xdc00) {
		if (!eat(cursor, '\\') || !eat(cursor, 'u') ||
		    !hex4(cursor, &low) || low < 0xdc00 || low > 0xdfff)
			return false;
		high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	}
	put_cp(sink, high);
	return true;
}

static bool
read_escape(struct cursor *cursor, struct sink *sink)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (cursor->at == cursor->end)
		return false;
	if (eat(cursor, 'u'))
		return read_unicode(cursor, sink);
	found = *cursor->at != '\0' ? strchr(from, *cursor->at) : NULL;
	if (found == NULL)
		return false;
	cursor->at++;
	put(sink, to[found - from]);
	return true;
}

static bool
read_string(struct cursor *cursor, struct sink *sink)
{
	if (!eat(cursor, '"'))
		return false;
	while (cursor->at < cursor->end) {
		char c = *cursor->at++;

		if (c == '"') {
			sink->buf[sink->len] = '\0';
			return true;
		}
		if (c == '\\') {
			if (!read_escape(cursor, sink))
				return false;
		} else if ((unsigned char)c < 0x20) {
			return false;
		} else {
			put(sink, c);
		}
	}
	return false;
}

/* A number, true, false or null, as it stands. */
static bool
read_bare(struct cursor *cursor, struct sink *sink)
{
	while (cursor->at < cursor->end && *cursor->at != ',' &&
	       *cursor->at != '}') {
		if (strchr("+-.0123456789Eaeflnrstu", *cursor->at) == NULL)
			return false;
		put(sink, *cursor->at++);
	}
	sink->buf[sink->len] = '\0';
	return sink->len > 0;
}

static bool
read_field(struct cursor *cursor, struct logline_field *field)
{
	struct sink name = {field->name, sizeof field->name, 0};
	struct sink value = {field->value, sizeof field->value, 0};

	if (!read_string(cursor, &name) || !eat(cursor, ':'))
		return false;
	if (cursor->at < cursor->end && *cursor->at == '"')
		return read_string(cursor, &value);
	return read_bare(cursor, &value);
}

bool
logline_parse(const char *line, size_t len, struct logline *ret_line)
{
	struct cursor cursor = {line, line + len};
	struct logline_field spare;

	ret_line->fields = 0;
	if (!eat(&cursor, '{'))
		return false;
	do {
		bool room = ret_line->fields < LOGLINE_FIELDS;

		if (!read_field(&cursor,
				room ? &ret_line->field[ret_line->fields]
				     : &spare))
			return false;
		ret_line->fields += room;
	} while (eat(&cursor, ','));
	return eat(&cursor, '}') && cursor.at == cursor.end;
}

const char *
logline_get(const struct logline *line, const char *name)
{
	for (size_t i = 0; i < line->fields; i++)
		if (strcmp(line->field[i].name, name) == 0)
			return line->field[i].value;
	return "";
}

int64_t
logline_time(const struct logline *line)
{
	int64_t wall = 0;
	const char *text = logline_get(line, "time");

	if (strchr(text, 'T') == NULL || !when_parse(text, 0, false, &wall))
		return 0;
	return wall;
}
