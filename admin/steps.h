/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The next commands to type, each with what it is for. */
#ifndef ID7_ADMIN_STEPS_H
#define ID7_ADMIN_STEPS_H

#include <stdio.h>

#include "admin/ctl.h"
#include "admin/json.h"

#define STEPS_MAX 6

/* Start it with zeros. */
struct steps {
	size_t count;
	struct {
		char command[640]; /* whole, "7idctl" included */
		const char *note;  /* msgid */
	} step[STEPS_MAX];
};

/* Appends "7idctl [--conf PATH] FORMAT..."; one too many is left out. */
void steps_add(const struct ctl *ctl, struct steps *steps, const char *note,
	       const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Writes them under "next:", notes aligned; nothing when there are none. */
void steps_print(const struct ctl *ctl, const struct steps *steps, FILE *out);

/* The same as the array "next" of command lines. */
void steps_json(const struct steps *steps, struct json *json);

#endif
