/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl lock: an administrator refuses a person's passwords for a while. */
#include <string.h>

#include "admin/ctl.h"
#include "admin/print.h"

struct hold {
	const char *reason;
	int64_t until;
};

static bool
hold_account(struct id7_account *account, const struct id7_now *now,
	     void *context)
{
	const struct hold *hold = context;

	account->flags |= ID7_ACCOUNT_HELD;
	account->held_at = now->wall;
	account->held_until = hold->until;
	/* One text serves both acts; a disabled account keeps its own. */
	if (account->flags & ID7_ACCOUNT_DISABLED)
		return true;
	memset(account->reason, 0, sizeof account->reason);
	memcpy(account->reason, hold->reason, strlen(hold->reason));
	return true;
}

static void
say_done(const struct ctl *ctl, const char *name, const struct hold *hold)
{
	if (hold->until != 0)
		ctl_say(ctl, ID7_N("passwords of %s are refused until %s"),
			name, print_time(hold->until).s);
	else
		ctl_say(ctl,
			ID7_N("passwords of %s are refused until somebody "
			      "unlocks it"),
			name);
	ctl_say(ctl, ID7_N("ssh keys, cron and running sessions go on; to "
			   "refuse everything use `disable`"));
	ctl_next(ctl, "unlock %s", name);
}

enum ctl_exit
cmd_lock(struct ctl *ctl)
{
	const char *name = ctl->args.word[0];
	struct hold hold = {0};
	struct id7_fault fault = {0};
	auto_id7 *id7 = NULL;
	enum id7_error error;
	enum ctl_exit code = ctl_reason(ctl, &hold.reason);

	if (code == CTL_DONE)
		code = ctl_when(ctl, "until", false, &hold.until);
	if (code == CTL_DONE && args_has(&ctl->args, "until") &&
	    hold.until <= id7_clock_now().wall)
		code = ctl_fail(ctl, CTL_USAGE,
				ID7_N("--until: %s has passed already"),
				print_time(hold.until).s);
	if (code == CTL_DONE)
		code = ctl_open(ctl, &id7);
	if (code != CTL_DONE)
		return code;
	error = id7_manage_change(id7, name, hold_account, &hold,
				  id7_deadline_in(CTL_DEADLINE_MS), NULL,
				  &fault);
	code = ctl_finish(ctl, id7, name, error, &fault, hold.reason);
	if (code == CTL_DONE)
		say_done(ctl, name, &hold);
	return code;
}
