/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl policy show and check: what a login is judged by, where each setting
 * comes from, and what standards say of it. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/policy.h"
#include "admin/print.h"
#include "common/core/escape.h"
#include "common/core/profile.h"

/* What a login and a new password are judged by, in the order of a person's
 * questions. */
static const char *const shown[] = {
	"deny",
	"fail_interval",
	"unlock_time",
	"unlock_time_max",
	"max_lifetime_failures",
	"lanes",
	"shared_sources",
	"even_deny_root",
	"root_unlock_time",
	"admin_group",
	"exempt",
	"unknown",
	"local_users_only",
	"silent",
	"nodelay",
	"slot_wait",
	"min_length",
};

static void
show_one(const struct ctl *ctl, const struct id7_settings *settings,
	 const char *name, struct json *json, struct table *table)
{
	struct id7_place place = id7_places_find(&settings->places, name);
	struct policy_text value = policy_value(&settings->config, name);
	enum tint tint = place.file != NULL ? TINT_STRONG : TINT_NONE;

	if (ctl->json) {
		json_object(json, NULL);
		json_text(json, "name", name);
		json_text(json, "value", value.s);
		policy_place_json(json, place);
		json_end(json);
		return;
	}
	table_cell(table, tint, name);
	table_cell(table, tint, *value.s != '\0' ? safe_text(value.s).s : "-");
	table_cell(table, TINT_NONE, policy_place(ctl, place).s);
}

enum ctl_exit
cmd_policy_show(struct ctl *ctl)
{
	struct table table = {.columns = 3};
	struct id7_settings settings;
	struct json json;
	enum ctl_exit code = policy_settings(ctl, &settings);

	if (code != CTL_DONE)
		return code;
	if (ctl->json) {
		json_start(&json, stdout);
		json_array(&json, "settings");
	} else {
		table_cell(&table, TINT_NONE, TEXT(ctl, ID7_N("SETTING")));
		table_cell(&table, TINT_NONE, TEXT(ctl, ID7_N("VALUE")));
		table_cell(&table, TINT_NONE, TEXT(ctl, ID7_N("FROM")));
	}
	for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
		show_one(ctl, &settings, shown[i], &json, &table);
	if (ctl->json) {
		json_end(&json);
		json_finish(&json);
		return CTL_DONE;
	}
	table_print(&table, stdout, ctl->tint_out);
	fflush(stdout);
	ctl_next(ctl, "policy explain");
	return CTL_DONE;
}

struct check {
	struct ctl *ctl;
	const struct id7_settings *settings;
	struct json json;
	unsigned int count[3]; /* by enum id7_meets */
};

static const char *const meets_word[] = {"fail", "pass", "not-ours"};
static const char *const meets_label[] = {ID7_N("FAIL"), ID7_N("pass"),
					  ID7_N("not ours")};
static const enum tint meets_tint[] = {TINT_BAD, TINT_GOOD, TINT_NONE};

/* What decides, and where it stands; of what a scanner sees, what it sees. */
static struct id7_place
deciding(const struct check *check, const struct id7_requirement *r,
	 struct policy_text *ret_value)
{
	const struct id7_settings *s = check->settings;
	bool dir = r->seen && strcmp(r->setting, "store_dir") == 0;

	*ret_value = policy_value(&s->config, r->setting);
	if (dir)
		return s->seen_places.faillock_dir_place;
	return id7_places_find(&s->places, r->setting);
}

static const char *
remedy_file(const struct check *check, const struct id7_requirement *r)
{
	return r->line_in_faillock ? check->settings->faillock_file
				   : check->settings->own_file;
}

static void
tell_json(struct check *check, const struct id7_requirement *r)
{
	struct json *json = &check->json;
	struct policy_text value;
	struct id7_place place;

	json_object(json, NULL);
	json_text(json, "id", r->id);
	json_text(json, "requires", r->text);
	json_text(json, "result", meets_word[r->meets]);
	json_text(json, "setting", r->setting);
	if (r->setting != NULL) {
		place = deciding(check, r, &value);
		json_text(json, "value", value.s);
		policy_place_json(json, place);
	}
	json_text(json, "note", r->note);
	json_text(json, "write", r->line);
	json_text(json, "write_to",
		  r->line != NULL ? remedy_file(check, r) : NULL);
	json_text(json, "command", r->command);
	json_end(json);
}

#define INDENT 12

static void __attribute__((format(printf, 2, 3)))
tell_line(const struct check *check, const char *msgid, ...)
{
	char text[1200];
	va_list ap;

	va_start(ap, msgid);
	(void)vsnprintf(text, sizeof text, id7_text(check->ctl->lang, msgid),
			ap);
	va_end(ap);
	print_blanks(stdout, INDENT);
	print_wrapped(stdout, INDENT, INDENT + 2, POLICY_COLUMNS, text);
}

static void
tell_people(struct check *check, const struct id7_requirement *r)
{
	const struct ctl *ctl = check->ctl;
	const char *label = TEXT(ctl, meets_label[r->meets]);
	struct policy_text value;
	struct id7_place place;

	print_tint(stdout, ctl->tint_out, meets_tint[r->meets], label);
	print_blanks(stdout, id7_width(label) < INDENT - 1
				     ? INDENT - id7_width(label)
				     : 1);
	puts(r->id);
	tell_line(check, "%s", TEXT(ctl, r->text));
	if (r->setting != NULL) {
		place = deciding(check, r, &value);
		tell_line(check, "%s = %s (%s)", r->setting,
			  *value.s != '\0' ? safe_text(value.s).s : "-",
			  policy_place(ctl, place).s);
	} else if (r->meets == ID7_MEETS) {
		tell_line(check, ID7_N("built in"));
	} else {
		tell_line(check, ID7_N("no setting decides this"));
	}
	if (r->note != NULL)
		tell_line(check, "%s", TEXT(ctl, r->note));
	if (r->line != NULL)
		tell_line(check, ID7_N("write into %s: %s"),
			  safe_text(remedy_file(check, r)).s, r->line);
	if (r->command != NULL)
		tell_line(check, ID7_N("run: 7idctl %s"), r->command);
}

static enum ctl_exit
conclude(struct check *check)
{
	struct ctl *ctl = check->ctl;
	enum ctl_exit code =
		check->count[ID7_MEETS_NOT] > 0 ? CTL_POLICY : CTL_DONE;

	if (ctl->json) {
		json_end(&check->json);
		json_int(&check->json, "pass", check->count[ID7_MEETS]);
		json_int(&check->json, "fail", check->count[ID7_MEETS_NOT]);
		json_int(&check->json, "not_ours",
			 check->count[ID7_MEETS_UNKNOWN]);
		json_int(&check->json, "exit", code);
		json_finish(&check->json);
		return code;
	}
	fflush(stdout);
	ctl_say(ctl, ID7_N("pass: %u, fail: %u, not ours: %u"),
		check->count[ID7_MEETS], check->count[ID7_MEETS_NOT],
		check->count[ID7_MEETS_UNKNOWN]);
	return code;
}

enum ctl_exit
cmd_policy_check(struct ctl *ctl)
{
	const char *name = ctl->args.word[0];
	struct id7_settings settings;
	struct check check = {.ctl = ctl, .settings = &settings};
	struct id7_requirement r;
	enum id7_profile profile;
	enum ctl_exit code;

	if (!id7_profile_parse(name, &profile))
		return ctl_fail(ctl, CTL_USAGE,
				ID7_N("a profile is stig-rhel9, pci-4 or "
				      "nist-63b4, not %s"),
				safe_text(name).s);
	code = policy_settings(ctl, &settings);
	if (code != CTL_DONE)
		return code;
	if (ctl->json) {
		json_start(&check.json, stdout);
		json_text(&check.json, "profile", name);
		json_array(&check.json, "requirements");
	}
	for (size_t i = 0; id7_profile_check(profile, i, &settings, &r); i++) {
		check.count[r.meets]++;
		if (ctl->json)
			tell_json(&check, &r);
		else
			tell_people(&check, &r);
	}
	return conclude(&check);
}
