/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an import says of lines that it leaves out. */
#include "admin/refusals.h"

#include <inttypes.h>

#include "admin/print.h"

void
refusals_start(struct refusals *refusals, struct ctl *ctl)
{
	*refusals = (struct refusals){.ctl = ctl};
	if (!ctl->json)
		return;
	json_start(&refusals->json, stdout);
	json_array(&refusals->json, "refusals");
}

static const char *
text_or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static void
add_json(struct json *json, const struct refusal *refusal)
{
	json_object(json, NULL);
	json_int(json, "line", (int64_t)refusal->line);
	json_text(json, "account", text_or_null(refusal->name));
	json_text(json, "column", text_or_null(refusal->column));
	json_text(json, "reason", refusal->reason);
	if (refusal->first != 0)
		json_int(json, "first", (int64_t)refusal->first);
	else
		json_null(json, "first");
	json_end(json);
}

void
refusals_add(struct refusals *refusals, const struct refusal *refusal)
{
	const struct ctl *ctl = refusals->ctl;

	refusals->count++;
	if (ctl->json) {
		add_json(&refusals->json, refusal);
		return;
	}
	progress_clear(&refusals->progress);
	fprintf(stderr, TEXT(ctl, ID7_N("line %llu: ")),
		(unsigned long long)refusal->line);
	if (refusal->name[0] != '\0')
		fprintf(stderr, "%s: ", refusal->name);
	if (refusal->column[0] != '\0')
		fprintf(stderr, "%s: ", refusal->column);
	fputs(TEXT(ctl, refusal->reason), stderr);
	if (refusal->first != 0)
		fprintf(stderr, TEXT(ctl, ID7_N(" (line %llu)")),
			(unsigned long long)refusal->first);
	fputc('\n', stderr);
}

void
refusals_store(const struct id7_import_refusal *refusal, void *context)
{
	struct refusal said = {
		.line = refusal->line,
		.first = refusal->first,
		.name = refusal->name,
		.column = "name",
		.reason = refusal->first != 0
				  ? ID7_N("the same name stands before")
				  : ID7_N("there is another account of this "
					  "name")};

	refusals_add(context, &said);
}
