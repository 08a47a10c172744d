/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl passwd: gives a person a new password. */
#include <unistd.h>

#include "admin/ctl.h"
#include "admin/fresh.h"
#include "admin/generate.h"
#include "admin/look.h"
#include "common/usecases/change.h"

static enum ctl_exit
known(struct ctl *ctl, struct id7 *id7, const char *name)
{
	struct id7_picture picture;
	enum ctl_exit code = look_at(ctl, id7, name, &picture);

	id7_wipe(&picture, sizeof picture);
	return code;
}

static enum ctl_exit
announce(struct ctl *ctl, struct id7 *id7, const char *name,
	 const struct id7_secret *password)
{
	if (args_has(&ctl->args, "generate")) {
		ctl_log(ctl, name, ID7_OK, NULL);
		if (!generate_show(ctl, name, password))
			return ctl_fail(ctl, CTL_ERROR,
					ID7_N("the password could not be "
					      "shown; set another one"));
		ctl_say(ctl, ID7_N("the password is shown this once only"));
	} else if (ctl_finish(ctl, id7, name, ID7_OK, NULL, NULL) != CTL_DONE) {
		return CTL_ERROR;
	}
	ctl_say(ctl,
		ID7_N("%s has a new password; failures and automatic locks are "
		      "gone"),
		name);
	if (args_has(&ctl->args, "must-change"))
		ctl_say(ctl, ID7_N("another one is due at the next login"));
	return CTL_DONE;
}

static enum ctl_exit
change(struct ctl *ctl, struct id7 *id7, const char *name,
       const struct id7_secret *password)
{
	const struct id7_origin here = {.service = "7idctl",
					.real_uid = getuid()};
	enum id7_quality quality = ID7_QUALITY_GOOD;
	struct id7_fault fault = {0};
	enum id7_error error = id7_change_authtok(
		id7, name, NULL, password, args_has(&ctl->args, "must-change"), &here,
		id7_deadline_in(CTL_DEADLINE_MS), &quality, &fault);

	if (error == ID7_INVALID && quality != ID7_QUALITY_GOOD)
		return fresh_refused(ctl, quality);
	if (error != ID7_OK)
		return ctl_finish(ctl, id7, name, error, &fault, NULL);
	return announce(ctl, id7, name, password);
}

enum ctl_exit
cmd_passwd(struct ctl *ctl)
{
	const char *name = ctl->args.word[0];
	auto_id7 *id7 = NULL;
	auto_secret *password = NULL;
	enum ctl_exit code = ctl_open(ctl, &id7);

	if (code == CTL_DONE)
		code = known(ctl, id7, name);
	if (code == CTL_DONE)
		code = fresh_password(ctl, name, &password);
	if (code == CTL_DONE)
		code = change(ctl, id7, name, password);
	return code;
}
