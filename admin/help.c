/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl help: printed from the tables of commands and options. */
#include "admin/help.h"

#include <stdio.h>
#include <string.h>

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/print.h"
#include "common/core/escape.h"

static void
json_options(struct json *json, const char *key, const struct opt *opts)
{
	json_array(json, key);
	for (const struct opt *o = opts; o->name != NULL; o++) {
		json_object(json, NULL);
		json_text(json, "name", o->name);
		json_text(json, "value", o->value);
		json_text(json, "summary", o->summary);
		json_end(json);
	}
	json_end(json);
}

/* The whole table, for completions and for the check of the manual. */
static enum ctl_exit
help_json(const struct ctl *ctl)
{
	struct json json;

	json_start(&json, stdout);
	json_options(&json, "options", ctl->globals);
	json_array(&json, "commands");
	for (const struct cmd *c = ctl->table; c->name != NULL; c++) {
		json_object(&json, NULL);
		json_text(&json, "name", c->name);
		json_text(&json, "alias", c->alias);
		json_text(&json, "args", c->args);
		json_text(&json, "summary", c->summary);
		json_options(&json, "options", c->opts);
		json_end(&json);
	}
	json_end(&json);
	json_finish(&json);
	return CTL_DONE;
}

/* "  left side   what it does", the summary in a column of its own. */
static void
print_row(FILE *out, const char *left, size_t column, const char *summary)
{
	size_t width = id7_width(left);

	fprintf(out, "  %s", left);
	if (width + 2 > column) {
		fputc('\n', out);
		width = 0;
		print_blanks(out, 2);
	}
	print_blanks(out, column + 2 - width);
	print_wrapped(out, column + 4, column + 4, PRINT_COLUMNS, summary);
}

static void
print_options(const struct ctl *ctl, FILE *out, const struct opt *opts)
{
	char left[64];

	for (const struct opt *o = opts; o->name != NULL; o++) {
		snprintf(left, sizeof left, "--%s%s%s", o->name,
			 o->value != NULL ? " " : "",
			 o->value != NULL ? o->value : "");
		print_row(out, left, 20, TEXT(ctl, o->summary));
	}
}

enum ctl_exit
help_overview(const struct ctl *ctl, bool asked)
{
	FILE *out = asked ? stdout : stderr;
	char left[64];

	if (asked && ctl->json)
		return help_json(ctl);
	fprintf(out, "%s\n\n",
		TEXT(ctl, ID7_N("usage: 7idctl [OPTION]... COMMAND ...")));
	for (const struct cmd *c = ctl->table; c->name != NULL; c++) {
		snprintf(left, sizeof left, "%s %s", c->name, c->args);
		print_row(out, left, 24, TEXT(ctl, c->summary));
	}
	fprintf(out, "\n%s\n", TEXT(ctl, ID7_N("Options of every command:")));
	print_options(ctl, out, ctl->globals);
	fputc('\n', out);
	print_wrapped(out, 0, 0, PRINT_COLUMNS,
		      TEXT(ctl, ID7_N("Somebody cannot log in? Begin with: "
				      "7idctl why USER")));
	return asked ? CTL_DONE : CTL_USAGE;
}

enum ctl_exit
help_command(const struct ctl *ctl, const struct cmd *cmd)
{
	if (ctl->json)
		return help_json(ctl);
	printf("%s 7idctl %s", TEXT(ctl, ID7_N("usage:")), cmd->name);
	if (*cmd->args != '\0')
		printf(" %s", cmd->args);
	if (cmd->opts->name != NULL)
		printf(" %s", TEXT(ctl, ID7_N("[OPTION]...")));
	printf("\n\n");
	print_wrapped(stdout, 0, 0, PRINT_COLUMNS, TEXT(ctl, cmd->summary));
	if (cmd->alias != NULL) {
		printf(TEXT(ctl, ID7_N("Also called %s.")), cmd->alias);
		fputc('\n', stdout);
	}
	if (cmd->opts->name != NULL) {
		fputc('\n', stdout);
		print_options(ctl, stdout, cmd->opts);
	}
	printf("\n%s\n", TEXT(ctl, ID7_N("Options of every command:")));
	print_options(ctl, stdout, ctl->globals);
	printf("\n%s man 7idctl\n", TEXT(ctl, ID7_N("More:")));
	return CTL_DONE;
}

enum ctl_exit
cmd_help(struct ctl *ctl)
{
	const struct args *args = &ctl->args;
	const struct cmd *cmd;
	const char *meant;
	int taken = 0;

	if (args->words == 0)
		return help_overview(ctl, true);
	cmd = args_command(ctl->table, args->word[0],
			   args->words > 1 ? args->word[1] : NULL, &taken);
	if (cmd != NULL && (size_t)taken == args->words)
		return help_command(ctl, cmd);
	ctl_fail(ctl, CTL_USAGE, ID7_N("unknown command %s"),
		 safe_text(args->word[args->words - 1]).s);
	meant = args_near_command(ctl->table, args->word[0]);
	if (meant != NULL)
		ctl_next(ctl, "help %s", meant);
	else
		ctl_next(ctl, "help");
	return CTL_USAGE;
}
