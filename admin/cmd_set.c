/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl set: changes what is known of a person. */
#include "admin/ctl.h"
#include "admin/fields.h"
#include "admin/print.h"
#include "common/effects/secret.h"
#include "common/usecases/notices.h"

static bool
change(struct id7_account *account, const struct id7_now *now, void *context)
{
	(void)now;
	fields_apply(context, account);
	return true;
}

static void
say_done(struct ctl *ctl, const char *name, const struct fields *fields,
	 uint32_t letters)
{
	bool open = false;

	ctl_say(ctl, ID7_N("%s is changed"), name);
	if (fields->has_expires && fields->expires != 0)
		ctl_say(ctl, ID7_N("every login is refused from %s on"),
			print_time(fields->expires).s);
	if (letters == 0)
		return;
	ctl_say(ctl, ID7_N("the old and the new addresses are told by the next "
			   "flush; codes that were mailed are void"));
	for (size_t i = 0; i < fields->addresses; i++)
		open |= !fields->confirmed[i];
	if (open)
		ctl_next(ctl, "confirm-email %s", name);
}

enum ctl_exit
cmd_set(struct ctl *ctl)
{
	const char *name = ctl->args.word[0];
	struct id7_fault fault = {0};
	auto_id7 *id7 = NULL;
	struct fields fields;
	uint32_t letters = 0;
	enum id7_error error;
	enum ctl_exit code = fields_read(ctl, &fields);

	if (code == CTL_DONE && !fields_any(&fields)) {
		ctl_fail(ctl, CTL_USAGE, ID7_N("nothing is given to set"));
		ctl_next(ctl, "help set");
		return CTL_USAGE;
	}
	if (code == CTL_DONE)
		code = ctl_open(ctl, &id7);
	if (code != CTL_DONE)
		return code;
	error = id7_notices_change(id7, name, change, &fields,
				   id7_deadline_in(CTL_DEADLINE_MS), &letters,
				   &fault);
	code = ctl_finish(ctl, id7, name, error, &fault, NULL);
	if (code == CTL_DONE)
		say_done(ctl, name, &fields, letters);
	return code;
}
