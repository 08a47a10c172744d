/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes one line of log.jsonl apart: a flat JSON object of texts, numbers and switches. */
#ifndef ID7_ADMIN_LOGLINE_H
#define ID7_ADMIN_LOGLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOGLINE_FIELDS 24
#define LOGLINE_VALUE_MAX 512

struct logline_field {
	char name[24];
	char value[LOGLINE_VALUE_MAX]; /* foreign bytes; numbers as they stand */
};

struct logline {
	struct logline_field field[LOGLINE_FIELDS];
	size_t fields;
};

/*
 * Reads a line of `len` bytes, without its newline. Fields over
 * LOGLINE_FIELDS are left out, values are cut. False for anything that is not
 * one whole object of simple values: a torn line, another file.
 */
bool logline_parse(const char *line, size_t len, struct logline *ret_line);

/*
 * The value of a field, "" when it is not there.
 */
const char *logline_get(const struct logline *line, const char *name);

/*
 * The moment of the field "time", RFC 3339; 0 when there is none.
 */
int64_t logline_time(const struct logline *line);

#endif
