/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl config check and show: what is wrong with the settings, and what they
 * are. */
#include <stdio.h>
#include <string.h>

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/mail.h"
#include "admin/people.h"
#include "admin/print.h"
#include "common/core/escape.h"
#include "common/usecases/compose.h"

struct check {
	struct ctl *ctl;
	struct json json;
	unsigned int warnings;
	unsigned int errors;
};

static void
json_problem(struct json *json, const struct id7_config_problem *problem,
	     const char *wanted)
{
	json_object(json, NULL);
	json_text(json, "kind", problem->refused ? "error" : "warning");
	json_text(json, "file", problem->file);
	json_int(json, "line", problem->line);
	json_text(json, "name", problem->name);
	json_text(json, "value", problem->value);
	json_text(json, "nearest", problem->nearest);
	json_text(json, "wanted", wanted);
	json_end(json);
}

/* A whole sentence for each case: what is glued cannot be translated. */
static void
problem_text(const struct ctl *ctl, const struct id7_config_problem *problem,
	     char *buf, size_t size)
{
	struct safe name = safe_text(problem->name);
	struct safe value = safe_text(problem->value);
	const char *wanted =
		problem->wanted != NULL ? TEXT(ctl, problem->wanted) : "";

	if (problem->refused && problem->wanted == NULL)
		snprintf(buf, size, id7_text(ctl->lang, "%s cannot be \"%s\""),
			 name.s, value.s);
	else if (problem->refused)
		snprintf(buf, size,
			 id7_text(ctl->lang,
				  "%s cannot be \"%s\"; it must be %s"),
			 name.s, value.s, wanted);
	else if (problem->wanted != NULL)
		snprintf(buf, size,
			 id7_text(ctl->lang,
				  "%s cannot be \"%s\" and is ignored; it "
				  "must be %s"),
			 name.s, value.s, wanted);
	else if (problem->nearest != NULL)
		snprintf(buf, size,
			 id7_text(ctl->lang, "unknown name %s is ignored; did "
					     "you mean %s?"),
			 name.s, problem->nearest);
	else
		snprintf(buf, size,
			 id7_text(ctl->lang, "unknown name %s is ignored"),
			 name.s);
}

static void
print_problem(const struct ctl *ctl, const struct id7_config_problem *problem)
{
	const char *kind =
		TEXT(ctl, problem->refused ? ID7_N("error") : ID7_N("warning"));
	char where[sizeof(struct safe) + 16], text[1400];

	snprintf(where, sizeof where, "%s:%u: ", safe_text(problem->file).s,
		 problem->line);
	fputs(where, stdout);
	print_tint(stdout, ctl->tint_out,
		   problem->refused ? TINT_BAD : TINT_WARN, kind);
	fputs(": ", stdout);
	problem_text(ctl, problem, text, sizeof text);
	print_wrapped(stdout,
		      (size_t)id7_width(where) + (size_t)id7_width(kind) + 2, 4,
		      PRINT_COLUMNS, text);
}

static void
take_problem(const struct id7_config_problem *problem, void *context)
{
	struct check *check = context;

	if (problem->refused)
		check->errors++;
	else
		check->warnings++;
	if (check->ctl->json)
		json_problem(&check->json, problem, problem->wanted);
	else
		print_problem(check->ctl, problem);
}

/* What is no mistake in a line, but does not do what it seems to. */
static void
remark(struct check *check, const char *name, const char *value,
       const char *word, const char *text)
{
	struct ctl *ctl = check->ctl;
	const char *kind = TEXT(ctl, ID7_N("warning"));

	check->warnings++;
	if (ctl->json) {
		json_object(&check->json, NULL);
		json_text(&check->json, "kind", "warning");
		json_text(&check->json, "name", name);
		json_text(&check->json, "value", value);
		json_text(&check->json, "remark", word);
		json_end(&check->json);
		return;
	}
	print_tint(stdout, ctl->tint_out, TINT_WARN, kind);
	fputs(": ", stdout);
	print_wrapped(stdout, (size_t)id7_width(kind) + 2, 4, PRINT_COLUMNS,
		      text);
}

static void
add_remarks(struct check *check, const struct id7_config *config)
{
	enum id7_lang lang = check->ctl->lang;
	char text[600];

	if (config->even_deny_root &&
	    id7_config_exempts(config, "root", people_in_group, NULL))
		remark(check, "even_deny_root", "yes", "root-is-exempt",
		       id7_text(lang,
				"even_deny_root does nothing for root while "
				"exempt names it: take root out of exempt, "
				"then type 7idctl add root"));
	if (config->admin_group[0] != '\0' &&
	    !people_has_group(config->admin_group)) {
		snprintf(text, sizeof text,
			 id7_text(lang, "admin_group names no group of this "
					"system: %s"),
			 safe_text(config->admin_group).s);
		remark(check, "admin_group", config->admin_group,
		       "no-such-group", text);
	}
}

static void
take_template(const char *path, const struct id7_letter_problem *problem,
	      const struct id7_fault *fault, void *context)
{
	struct check *check = context;
	char text[600], where[sizeof(struct safe) + 16];
	uint32_t line = problem != NULL ? problem->line : 0;

	check->warnings++;
	mail_template_text(check->ctl, problem, fault, text, sizeof text);
	if (check->ctl->json) {
		json_object(&check->json, NULL);
		json_text(&check->json, "kind", "warning");
		json_text(&check->json, "file", path);
		json_int(&check->json, "line", line);
		json_text(&check->json, "name",
			  problem != NULL ? problem->what : "");
		json_text(&check->json, "value", "");
		json_null(&check->json, "nearest");
		json_text(&check->json, "wanted",
			  problem != NULL ? problem->reason : NULL);
		json_end(&check->json);
		return;
	}
	snprintf(where, sizeof where, "%s:%u: ", safe_text(path).s, line);
	fputs(where, stdout);
	print_wrapped(stdout, id7_width(where), 4, PRINT_COLUMNS, text);
}

/* A template that cannot be used stops no mail, so it is no error. */
static void
check_templates(struct check *check, const struct id7_config *config)
{
	static const enum id7_lang langs[] = {ID7_LANG_EN, ID7_LANG_JA};
	char text[ID7_TEMPLATE_MAX + 1];
	size_t len;

	for (size_t l = 0; l < sizeof langs / sizeof langs[0]; l++)
		for (size_t n = 0; n < ID7_NOTICES; n++)
			(void)id7_compose_template(config, (enum id7_notice)n,
						   langs[l], text, &len,
						   take_template, check);
}

static void
conclude(struct check *check)
{
	struct ctl *ctl = check->ctl;

	if (ctl->json) {
		json_end(&check->json);
		json_int(&check->json, "errors", check->errors);
		json_int(&check->json, "warnings", check->warnings);
		json_finish(&check->json);
		return;
	}
	fflush(stdout);
	if (check->errors + check->warnings == 0)
		ctl_say(ctl, ID7_N("the settings are fine"));
	else
		ctl_say(ctl, ID7_N("errors: %u, warnings: %u"), check->errors,
			check->warnings);
	if (check->errors > 0)
		ctl_say(ctl, ID7_N("until the errors are mended nobody but "
				   "exempt names can log in"));
	ctl_next(ctl, "config show");
}

enum ctl_exit
cmd_config_check(struct ctl *ctl)
{
	struct check check = {.ctl = ctl};
	struct id7_config config;
	struct id7_fault fault = {0};
	enum id7_error error;

	if (ctl->json) {
		json_start(&check.json, stdout);
		json_array(&check.json, "problems");
	}
	error = id7_settings_read(ctl->conf, &config, take_problem, &check,
				  &fault);
	if (error == ID7_OK)
		add_remarks(&check, &config);
	if (error == ID7_OK || error == ID7_BAD_CONFIG) {
		check_templates(&check, &config);
		conclude(&check);
		return check.errors > 0 ? CTL_ERROR : CTL_DONE;
	}
	if (ctl->json) {
		check.errors++;
		conclude(&check);
		ctl->json = false;
	}
	if (fault.error == ID7_NOT_FOUND)
		fault.error = ID7_INVALID;
	ctl_fail_fault(ctl, &fault);
	return CTL_ERROR;
}

static void
show_one(const struct ctl *ctl, struct json *json, struct table *table,
	 const struct id7_setting *setting)
{
	struct id7_config defaults;
	char value[1024], standard[1024];
	bool differs;

	id7_config_defaults(&defaults);
	id7_config_format(&ctl->config, setting, value, sizeof value);
	id7_config_format(&defaults, setting, standard, sizeof standard);
	differs = strcmp(value, standard) != 0;
	if (ctl->json) {
		json_object(json, NULL);
		json_text(json, "name", setting->name);
		json_text(json, "value", value);
		json_text(json, "default", standard);
		json_bool(json, "set", differs);
		json_end(json);
		return;
	}
	table_cell(table, differs ? TINT_STRONG : TINT_NONE, setting->name);
	table_cell(table, differs ? TINT_STRONG : TINT_NONE,
		   *value != '\0' ? safe_text(value).s : "-");
	table_cell(table, TINT_NONE,
		   !differs	       ? ""
		   : *standard == '\0' ? "-"
				       : safe_text(standard).s);
}

enum ctl_exit
cmd_config_show(struct ctl *ctl)
{
	struct table table = {.columns = 3};
	const struct id7_setting *setting;
	struct json json;

	if (ctl->json) {
		json_start(&json, stdout);
		json_array(&json, "settings");
	} else {
		table_cell(&table, TINT_NONE, TEXT(ctl, ID7_N("SETTING")));
		table_cell(&table, TINT_NONE, TEXT(ctl, ID7_N("VALUE")));
		table_cell(&table, TINT_NONE,
			   TEXT(ctl, ID7_N("DEFAULT, WHERE IT DIFFERS")));
	}
	for (size_t i = 0; (setting = id7_config_setting(i)) != NULL; i++)
		if (setting->where & ID7_IN_FILE)
			show_one(ctl, &json, &table, setting);
	if (ctl->json) {
		json_end(&json);
		json_finish(&json);
	} else {
		table_print(&table, stdout, ctl->tint_out);
	}
	return CTL_DONE;
}
