/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl remove: takes an account out of the store. */
#include <stdio.h>

#include "admin/ask.h"
#include "admin/ctl.h"
#include "admin/look.h"

static enum ctl_exit
confirm(struct ctl *ctl, struct id7 *id7, const char *name)
{
	struct id7_picture picture;
	char question[256];
	enum ctl_exit code = look_at(ctl, id7, name, &picture);

	id7_wipe(&picture, sizeof picture);
	if (code != CTL_DONE)
		return code;
	snprintf(question, sizeof question,
		 id7_text(ctl->lang,
			  "This removes the account %s and all that is known "
			  "of it."),
		 name);
	return ask_confirm(ctl, question, name) ? CTL_DONE : CTL_USAGE;
}

enum ctl_exit
cmd_remove(struct ctl *ctl)
{
	const char *name = ctl->args.word[0];
	struct id7_fault fault = {0};
	auto_id7 *id7 = NULL;
	enum id7_error error;
	enum ctl_exit code = ctl_open(ctl, &id7);

	if (code == CTL_DONE)
		code = confirm(ctl, id7, name);
	if (code != CTL_DONE)
		return code;
	error = id7_manage_remove(id7, name, id7_deadline_in(CTL_DEADLINE_MS),
				  &fault);
	code = ctl_finish(ctl, id7, name, error, &fault, NULL);
	if (code == CTL_DONE)
		ctl_say(ctl, ID7_N("%s is removed"), name);
	return code;
}
