/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl add: enrols a person. */
#include <string.h>

#include "admin/ctl.h"
#include "admin/fields.h"
#include "admin/fresh.h"
#include "admin/generate.h"
#include "admin/people.h"
#include "admin/print.h"

static enum ctl_exit
judge_name(const struct ctl *ctl, const char *name)
{
	if (!id7_account_name_ok(name, strlen(name))) {
		ctl_fail(ctl, CTL_USAGE,
			 ID7_N("%s cannot be an account name: it begins with a "
			       "letter or _, goes on with letters, digits and "
			       "_ . @ -, all ASCII, at most %d of them"),
			 safe_text(name).s, ID7_NAME_MAX);
		ctl_next(ctl, "help add");
		return CTL_USAGE;
	}
	if (id7_config_exempts(&ctl->config, name, people_in_group, NULL)) {
		ctl_fail(ctl, CTL_POLICY,
			 ID7_N("%s is exempt and cannot be enrolled: 7id never "
			       "stands between the host and a name that "
			       "`exempt` lists, so that no broken store can "
			       "lock it out"),
			 name);
		ctl_next(ctl, "config show");
		return CTL_POLICY;
	}
	return CTL_DONE;
}

static enum ctl_exit
exists(const struct ctl *ctl, const char *name)
{
	ctl_fail(ctl, CTL_ERROR, ID7_N("there already is an account %s"), name);
	ctl_next(ctl, "show %s", name);
	ctl_next(ctl, "passwd %s", name);
	return CTL_ERROR;
}

/* Asked before the password is, so that nobody types one for nothing. */
static enum ctl_exit
judge_free(const struct ctl *ctl, struct id7 *id7, const char *name)
{
	struct id7_picture picture;
	struct id7_fault fault = {0};
	enum id7_error error = id7_manage_look(id7, name, &picture, &fault);

	id7_wipe(&picture, sizeof picture);
	if (error == ID7_NOT_FOUND)
		return CTL_DONE;
	return error == ID7_OK ? exists(ctl, name)
			       : ctl_fail_fault(ctl, &fault);
}

static enum ctl_exit
announce(struct ctl *ctl, struct id7 *id7, const char *name,
	 const struct id7_secret *password)
{
	bool generated = args_has(&ctl->args, "generate");

	if (generated) {
		ctl_log(ctl, name, ID7_OK, NULL);
		if (!generate_show(ctl, name, password))
			return ctl_fail(ctl, CTL_ERROR,
					ID7_N("the password could not be "
					      "shown; set another one"));
	} else if (ctl_finish(ctl, id7, name, ID7_OK, NULL, NULL) != CTL_DONE) {
		return CTL_ERROR;
	}
	ctl_say(ctl, ID7_N("%s is added"), name);
	if (args_has(&ctl->args, "counts-only"))
		ctl_say(ctl,
			ID7_N("7id counts its failures where the stack says "
			      "preauth; another module checks the password"));
	if (generated)
		ctl_say(ctl, ID7_N("the password is shown this once only"));
	if (!people_has_passwd(name)) {
		ctl_say(ctl,
			ID7_N("warning: %s has no passwd entry on this host; "
			      "sshd, login and su refuse such a name"),
			name);
		ctl_next(ctl, "why %s", name);
	}
	return CTL_DONE;
}

static enum ctl_exit
enrol(struct ctl *ctl, struct id7 *id7, const char *name,
      const struct fields *fields, const struct id7_secret *password)
{
	enum id7_quality quality = ID7_QUALITY_GOOD;
	struct id7_account account = {0};
	struct id7_fault fault = {0};
	enum id7_error error;

	memcpy(account.name, name, strlen(name) + 1);
	fields_apply(fields, &account);
	if (args_has(&ctl->args, "counts-only"))
		account.flags |= ID7_ACCOUNT_COUNTS_ONLY;
	error = id7_manage_add(id7, &account, password,
			       id7_deadline_in(CTL_DEADLINE_MS), &quality,
			       &fault);
	id7_wipe(&account, sizeof account);
	if (error == ID7_INVALID && quality != ID7_QUALITY_GOOD)
		return fresh_refused(ctl, quality);
	if (error == ID7_EXISTS)
		return exists(ctl, name);
	if (error != ID7_OK) {
		ctl_log(ctl, name, error, NULL);
		return ctl_fail_fault(ctl, &fault);
	}
	return announce(ctl, id7, name, password);
}

/* None for an account whose password another module checks. */
static enum ctl_exit
first_password(const struct ctl *ctl, const char *name,
	       struct id7_secret **ret_password)
{
	if (!args_has(&ctl->args, "counts-only"))
		return fresh_password(ctl, name, ret_password);
	if (args_has(&ctl->args, "generate") ||
	    args_has(&ctl->args, "password-stdin"))
		return ctl_fail(ctl, CTL_USAGE,
				ID7_N("--counts-only gives no password: leave "
				      "--generate and --password-stdin out"));
	return CTL_DONE;
}

enum ctl_exit
cmd_add(struct ctl *ctl)
{
	const char *name = ctl->args.word[0];
	auto_id7 *id7 = NULL;
	auto_secret *password = NULL;
	struct fields fields;
	enum ctl_exit code = fields_read(ctl, &fields);

	if (code == CTL_DONE)
		code = judge_name(ctl, name);
	if (code == CTL_DONE)
		code = ctl_open(ctl, &id7);
	if (code == CTL_DONE)
		code = judge_free(ctl, id7, name);
	if (code == CTL_DONE)
		code = first_password(ctl, name, &password);
	if (code == CTL_DONE)
		code = enrol(ctl, id7, name, &fields, password);
	return code;
}
