/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes one JSON document: keys in the order of the calls, nothing translated. */
#ifndef ID7_ADMIN_JSON_H
#define ID7_ADMIN_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define JSON_DEPTH_MAX 8

/* Start it with json_start. */
struct json {
	FILE *out;
	int depth;
	bool filled[JSON_DEPTH_MAX + 1];
	char close[JSON_DEPTH_MAX + 1];
};

/* Opens the document, an object whose first key is "v" with the value 1. */
void json_start(struct json *json, FILE *out);

/* Closes what is open and ends the line. */
void json_finish(struct json *json);

/*
 * Each writes one member; `key` NULL inside an array. Strings are any bytes:
 * controls, bidirectional and invisible characters are written as \uXXXX, bytes
 * that are not UTF-8 as the text \xHH; NULL is null. Times are RFC 3339 UTC, 0 is null.
 */
void json_object(struct json *json, const char *key);
void json_array(struct json *json, const char *key);
void json_end(struct json *json);
void json_text(struct json *json, const char *key, const char *value);
void json_int(struct json *json, const char *key, int64_t value);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);
void json_time(struct json *json, const char *key, int64_t wall);

/* Writes the key only: the caller writes the value to json->out itself. */
void json_key(struct json *json, const char *key);

/* One string with its quotes, as json_text does. */
void json_quote(FILE *out, const char *bytes, size_t len);

#endif
