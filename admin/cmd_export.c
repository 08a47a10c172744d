/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl export: everybody, as import reads them. */
#include <stdio.h>
#include <string.h>

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/person.h"
#include "admin/print.h"
#include "common/effects/secret.h"

struct export
{
	struct ctl *ctl;
	bool json;
	bool verifiers;
	uint64_t count;
};

static bool
wanted(const struct export *export, size_t column)
{
	return column != PERSON_VERIFIER || export->verifiers;
}

static void
csv_text(const char *text)
{
	bool quote = strpbrk(text, ",\"") != NULL;

	if (quote)
		putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	if (quote)
		putchar('"');
}

static void
csv_head(const struct export *export)
{
	for (size_t i = 0; i < PERSON_COLUMNS; i++)
		if (wanted(export, i))
			printf("%s%s", i > 0 ? "," : "",
			       person_columns[i].name);
	putchar('\n');
}

static void
put_value(const struct export *export, size_t i, const char *value)
{
	if (!export->json) {
		if (i > 0)
			putchar(',');
		csv_text(value);
		return;
	}
	if (*value == '\0')
		return;
	if (i > 0)
		putchar(',');
	printf("\"%s\":", person_columns[i].name);
	if (person_columns[i].truth)
		fputs(value, stdout);
	else
		json_quote(stdout, value, strlen(value));
}

static bool
put_account(const struct id7_account *account, const struct id7_tally *tally,
	    void *context)
{
	struct export *export = context;
	char value[PERSON_VALUE_MAX + 1];

	(void)tally;
	if (export->json)
		fputs(export->count > 0 ? ",\n{" : "\n{", stdout);
	for (size_t i = 0; i < PERSON_COLUMNS; i++) {
		if (!wanted(export, i))
			continue;
		if (!person_value(account, (enum person_column)i, value))
			ctl_say(export->ctl,
				ID7_N("the verifier of %s cannot be written: "
				      "its memory is not a multiple of 1 KiB"),
				account->name);
		put_value(export, i, value);
	}
	fputs(export->json ? "}" : "\n", stdout);
	id7_wipe(value, sizeof value);
	export->count++;
	return ferror(stdout) == 0;
}

static enum ctl_exit
read_format(struct export *export)
{
	const char *format = args_value(&export->ctl->args, "format");

	export->verifiers = args_has(&export->ctl->args, "with-verifiers");
	export->json = format != NULL ? strcmp(format, "json") == 0
				      : export->ctl->json;
	if (format == NULL || export->json || strcmp(format, "csv") == 0)
		return CTL_DONE;
	return ctl_fail(export->ctl, CTL_USAGE,
			ID7_N("--format is csv or json, not %s"),
			safe_text(format).s);
}

enum ctl_exit
cmd_export(struct ctl *ctl)
{
	struct export export = {.ctl = ctl};
	auto_id7 *id7 = NULL;
	enum id7_error error;
	enum ctl_exit code = read_format(&export);

	if (code == CTL_DONE)
		code = ctl_open(ctl, &id7);
	if (code != CTL_DONE)
		return code;
	if (export.verifiers)
		ctl_say(ctl, ID7_N("warning: this is what an attacker needs to "
				   "guess passwords; keep it as you keep the "
				   "key"));
	if (export.json)
		putchar('[');
	else
		csv_head(&export);
	error = id7_store_each(id7_get_store(id7), put_account, &export);
	if (export.json)
		fputs("\n]\n", stdout);
	if (export.verifiers)
		ctl_log(ctl, NULL, error, "with verifiers");
	ctl->json = false; /* the document is written */
	if (error != ID7_OK)
		return ctl_fail_fault(ctl, id7_store_fault(id7_get_store(id7)));
	return CTL_DONE;
}
