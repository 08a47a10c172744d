/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands share: settings and language, opening the store. */
#include "admin/ctl.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/near.h"
#include "admin/people.h"
#include "admin/print.h"

/* The first that is set decides, as in setlocale(3). */
static enum id7_lang
environment_lang(void)
{
	static const char *const name[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < 3; i++) {
		const char *value = getenv(name[i]);

		if (value != NULL && *value != '\0')
			return id7_lang_parse(value);
	}
	return ID7_LANG_SITE;
}

/* `add --lang` is the account's: only the row of the global table counts. */
static const char *
global_value(const struct ctl *ctl, const char *name)
{
	const char *value = NULL;

	for (size_t i = 0; i < ctl->args.givens; i++) {
		const struct opt *opt = ctl->args.given[i].opt;
		bool global = false;

		for (const struct opt *g = ctl->globals; g->name != NULL; g++)
			global = global || g == opt;
		if (global && strcmp(opt->name, name) == 0)
			value = ctl->args.given[i].value;
	}
	return value;
}

static enum ctl_exit
settle_lang(struct ctl *ctl)
{
	const char *value = global_value(ctl, "lang");

	ctl->lang = environment_lang();
	if (ctl->lang == ID7_LANG_SITE)
		ctl->lang = ctl->config.lang == ID7_LANG_JA ? ID7_LANG_JA
							    : ID7_LANG_EN;
	if (value == NULL)
		return CTL_DONE;
	if (strcmp(value, "en") != 0 && strcmp(value, "ja") != 0)
		return ctl_fail(ctl, CTL_USAGE,
				ID7_N("--lang is en or ja, not %s"),
				safe_text(value).s);
	ctl->lang = id7_lang_parse(value);
	return CTL_DONE;
}

static bool
terminal_has_colour(int fd)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	return isatty(fd) && (no == NULL || *no == '\0') && term != NULL &&
	       strcmp(term, "dumb") != 0;
}

static enum ctl_exit
settle_colour(struct ctl *ctl)
{
	const char *value = global_value(ctl, "color");

	ctl->tint_out = terminal_has_colour(STDOUT_FILENO);
	ctl->tint_err = terminal_has_colour(STDERR_FILENO);
	if (value == NULL || strcmp(value, "auto") == 0)
		return CTL_DONE;
	if (strcmp(value, "always") != 0 && strcmp(value, "never") != 0)
		return ctl_fail(
			ctl, CTL_USAGE,
			ID7_N("--color is auto, always or never, not %s"),
			safe_text(value).s);
	ctl->tint_out = ctl->tint_err = strcmp(value, "always") == 0;
	return CTL_DONE;
}

static enum ctl_exit
start(struct ctl *ctl, bool tolerant)
{
	struct id7_fault fault = {0};
	enum id7_error error;
	enum ctl_exit code;

	ctl->conf = global_value(ctl, "conf");
	ctl->json = args_has(&ctl->args, "json");
	error = id7_settings_read(ctl->conf, &ctl->config, NULL, NULL, &fault);
	code = settle_lang(ctl);
	if (code == CTL_DONE)
		code = settle_colour(ctl);
	if (code != CTL_DONE || error == ID7_OK || tolerant)
		return code;
	/* A settings file is no store: there is nothing to init. */
	if (fault.error == ID7_NOT_FOUND)
		fault.error = ID7_INVALID;
	return ctl_fail_fault(ctl, &fault);
}

enum ctl_exit
ctl_start(struct ctl *ctl)
{
	return start(ctl, ctl->args.cmd->tolerant);
}

enum ctl_exit
ctl_start_tolerant(struct ctl *ctl)
{
	return start(ctl, true);
}

enum ctl_exit
ctl_permitted(const struct ctl *ctl)
{
	const char *dir = ctl->config.store_dir;
	const struct passwd *pw;
	struct stat st;

	if (stat(dir, &st) != 0) {
		if (errno != EACCES)
			return CTL_DONE;
		return ctl_fail(ctl, CTL_NOT_PERMITTED,
				ID7_N("you may not look into %s; run this as "
				      "root: sudo 7idctl ..."),
				safe_text(dir).s);
	}
	if (st.st_uid == geteuid())
		return CTL_DONE;
	if (st.st_uid == 0)
		return ctl_fail(ctl, CTL_NOT_PERMITTED,
				ID7_N("the store in %s belongs to root; run "
				      "this as root: sudo 7idctl ..."),
				safe_text(dir).s);
	pw = getpwuid(st.st_uid);
	return ctl_fail(ctl, CTL_NOT_PERMITTED,
			ID7_N("the store in %s belongs to %s (uid %u); run "
			      "this as that user"),
			safe_text(dir).s, pw != NULL ? pw->pw_name : "?",
			st.st_uid);
}

enum ctl_exit
ctl_open(struct ctl *ctl, struct id7 **ret_id7)
{
	struct id7_fault fault = {0};
	enum ctl_exit code = ctl_permitted(ctl);

	if (code != CTL_DONE)
		return code;
	if (id7_open(&ctl->config, ret_id7, &fault) != ID7_OK)
		return ctl_fail_fault(ctl, &fault);
	id7_ask_role(*ret_id7, people_role, &ctl->config);
	return CTL_DONE;
}

struct nearest {
	const char *typed;
	char name[ID7_NAME_MAX + 1];
	size_t least;
	struct id7_deadline deadline;
};

static bool
nearer(const struct id7_picture *picture, void *context)
{
	struct nearest *nearest = context;
	size_t d = near_distance(nearest->typed, picture->account.name);

	if (d < nearest->least && near_enough(d, strlen(nearest->typed))) {
		nearest->least = d;
		memcpy(nearest->name, picture->account.name,
		       sizeof nearest->name);
	}
	return d > 1 && id7_deadline_left(nearest->deadline) > 0;
}

/* A big store is not walked to its end for a guess. */
void
ctl_nearest(struct id7 *id7, const char *typed, char ret_name[ID7_NAME_MAX + 1])
{
	struct nearest nearest = {.typed = typed,
				  .least = (size_t)-1,
				  .deadline = id7_deadline_in(300)};

	if (id7_manage_each(id7, nearer, &nearest, NULL) != ID7_OK)
		nearest.name[0] = '\0';
	memcpy(ret_name, nearest.name, sizeof nearest.name);
}

enum ctl_exit
ctl_no_account(struct ctl *ctl, struct id7 *id7, const char *name)
{
	char meant[ID7_NAME_MAX + 1] = "";

	ctl_fail(ctl, CTL_NO_ACCOUNT, ID7_N("no such account: %s"),
		 safe_text(name).s);
	if (!ctl->json)
		ctl_nearest(id7, name, meant);
	if (*meant != '\0') {
		ctl_say(ctl, ID7_N("did you mean %s?"), meant);
		ctl_next(ctl, "%s %s", ctl->args.cmd->name, meant);
	} else {
		ctl_next(ctl, "list");
	}
	return CTL_NO_ACCOUNT;
}
