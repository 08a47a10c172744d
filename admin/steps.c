/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The next commands to type, each with what it is for. */
#include "admin/steps.h"

#include <stdarg.h>
#include <string.h>

#include "admin/print.h"
#include "common/core/escape.h"

void
steps_add(const struct ctl *ctl, struct steps *steps, const char *note,
	  const char *format, ...)
{
	char call[512], rest[128];
	va_list ap;

	if (steps->count == STEPS_MAX)
		return;
	ctl_call(ctl, call, sizeof call);
	va_start(ap, format);
	vsnprintf(rest, sizeof rest, format, ap);
	va_end(ap);
	snprintf(steps->step[steps->count].command,
		 sizeof steps->step[0].command, "%s %s", call, rest);
	steps->step[steps->count].note = note;
	steps->count++;
}

/* A note that would leave the screen goes to a line of its own. */
static void
print_note(FILE *out, size_t indent, size_t column, size_t used,
	   const char *note)
{
	if (column + id7_width(note) > PRINT_COLUMNS) {
		fputc('\n', out);
		print_blanks(out, indent + 4);
		print_wrapped(out, indent + 4, indent + 4, PRINT_COLUMNS, note);
		return;
	}
	print_blanks(out, column - used);
	fprintf(out, "%s\n", note);
}

void
steps_print(const struct ctl *ctl, const struct steps *steps, FILE *out)
{
	const char *next = id7_text(ctl->lang, "next:");
	size_t indent = id7_width(next) + 2, widest = 0;

	for (size_t i = 0; i < steps->count; i++) {
		size_t w = id7_width(steps->step[i].command);

		widest = w > widest ? w : widest;
	}
	for (size_t i = 0; i < steps->count; i++) {
		const char *command = steps->step[i].command;

		if (i == 0)
			fprintf(out, "%s  ", next);
		else
			print_blanks(out, indent);
		print_tint(out, ctl->tint_out, TINT_STRONG, command);
		print_note(out, indent, indent + widest + 3,
			   indent + id7_width(command),
			   TEXT(ctl, steps->step[i].note));
	}
}

void
steps_json(const struct steps *steps, struct json *json)
{
	json_array(json, "next");
	for (size_t i = 0; i < steps->count; i++)
		json_text(json, NULL, steps->step[i].command);
	json_end(json);
}
