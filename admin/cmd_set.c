/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl set: changes what is known of a person. */
#include "admin/ctl.h"
#include "admin/fields.h"
#include "admin/print.h"
#include "common/effects/secret.h"
#include "common/usecases/notices.h"

struct change {
	struct id7 *id7;
	struct fields fields;
	struct id7_address_change told; /* letters about new addresses */
	enum id7_error error;		/* of writing them */
	struct id7_fault fault;
};

/* The letters are written before the change is made and leave when it was: a
 * thief who changes an address cannot keep the owner from hearing of it. */
static bool
make(struct id7_account *account, const struct id7_now *now, void *context)
{
	struct change *change = context;
	struct id7_account before = *account;

	(void)now;
	id7_notices_settle(change->id7, &change->told, false);
	fields_apply(&change->fields, account);
	change->error = id7_notices_prepare(change->id7, &before, account,
					    &change->told, &change->fault);
	id7_wipe(&before, sizeof before);
	return change->error == ID7_OK;
}

static enum id7_error
carry_out(struct change *change, const char *name, struct id7_fault *ret_fault)
{
	enum id7_error error = id7_manage_change(
		change->id7, name, make, change,
		id7_deadline_in(CTL_DEADLINE_MS), NULL, ret_fault);

	if (error == ID7_OK && change->error != ID7_OK) {
		error = change->error;
		*ret_fault = change->fault;
	}
	id7_notices_settle(change->id7, &change->told, error == ID7_OK);
	return error;
}

static void
say_done(struct ctl *ctl, const char *name, const struct change *change)
{
	const struct fields *fields = &change->fields;
	bool open = false;

	ctl_say(ctl, ID7_N("%s is changed"), name);
	if (fields->has_expires && fields->expires != 0)
		ctl_say(ctl, ID7_N("every login is refused from %s on"),
			print_time(fields->expires).s);
	if (change->told.letters == 0)
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
	struct change change = {0};
	struct id7_fault fault = {0};
	auto_id7 *id7 = NULL;
	enum id7_error error;
	enum ctl_exit code = fields_read(ctl, &change.fields);

	if (code == CTL_DONE && !fields_any(&change.fields)) {
		ctl_fail(ctl, CTL_USAGE, ID7_N("nothing is given to set"));
		ctl_next(ctl, "help set");
		return CTL_USAGE;
	}
	if (code == CTL_DONE)
		code = ctl_open(ctl, &id7);
	if (code != CTL_DONE)
		return code;
	change.id7 = id7;
	error = carry_out(&change, name, &fault);
	code = ctl_finish(ctl, id7, name, error, &fault, NULL);
	if (code == CTL_DONE)
		say_done(ctl, name, &change);
	return code;
}
