/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes one JSON document: keys in the order of the calls, nothing translated.
 */
#include "admin/json.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "common/core/escape.h"

static void
open_level(struct json *json, char open, char close)
{
	fputc(open, json->out);
	if (json->depth < JSON_DEPTH_MAX)
		json->depth++;
	json->filled[json->depth] = false;
	json->close[json->depth] = close;
}

void
json_start(struct json *json, FILE *out)
{
	*json = (struct json){.out = out};
	open_level(json, '{', '}');
	json_int(json, "v", 1);
}

void
json_finish(struct json *json)
{
	while (json->depth > 0)
		json_end(json);
	fputc('\n', json->out);
}

static void
quote_char(FILE *out, uint32_t cp, const char *s, size_t len)
{
	if (cp == '"' || cp == '\\')
		fprintf(out, "\\%c", (char)cp);
	else if (!id7_escape_hidden(cp))
		fwrite(s, 1, len, out);
	else if (cp > 0xffff)
		fprintf(out, "\\u%04" PRIX32 "\\u%04" PRIX32,
			0xd7c0 + (cp >> 10), 0xdc00 + (cp & 0x3ff));
	else
		fprintf(out, "\\u%04" PRIX32, cp);
}

void
json_quote(FILE *out, const char *bytes, size_t len)
{
	fputc('"', out);
	while (len > 0) {
		uint32_t cp = 0;
		size_t n = id7_utf8_decode(bytes, len, &cp);

		if (n == 0) {
			fprintf(out, "\\\\x%02X", (unsigned char)*bytes);
			n = 1;
		} else {
			quote_char(out, cp, bytes, n);
		}
		bytes += n;
		len -= n;
	}
	fputc('"', out);
}

void
json_key(struct json *json, const char *key)
{
	if (json->filled[json->depth])
		fputc(',', json->out);
	json->filled[json->depth] = true;
	if (key == NULL)
		return;
	json_quote(json->out, key, strlen(key));
	fputc(':', json->out);
}

void
json_object(struct json *json, const char *key)
{
	json_key(json, key);
	open_level(json, '{', '}');
}

void
json_array(struct json *json, const char *key)
{
	json_key(json, key);
	open_level(json, '[', ']');
}

void
json_end(struct json *json)
{
	fputc(json->close[json->depth], json->out);
	json->depth--;
}

void
json_text(struct json *json, const char *key, const char *value)
{
	if (value == NULL) {
		json_null(json, key);
		return;
	}
	json_key(json, key);
	json_quote(json->out, value, strlen(value));
}

void
json_int(struct json *json, const char *key, int64_t value)
{
	json_key(json, key);
	fprintf(json->out, "%" PRId64, value);
}

void
json_bool(struct json *json, const char *key, bool value)
{
	json_key(json, key);
	fputs(value ? "true" : "false", json->out);
}

void
json_null(struct json *json, const char *key)
{
	json_key(json, key);
	fputs("null", json->out);
}

void
json_time(struct json *json, const char *key, int64_t wall)
{
	time_t t = (time_t)wall;
	char text[40];
	struct tm tm;

	if (wall == 0 || gmtime_r(&t, &tm) == NULL) {
		json_null(json, key);
		return;
	}
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	json_text(json, key, text);
}
