/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl disable and enable: an administrator closes an account and opens it
 * again. */
#include <string.h>

#include "admin/ctl.h"
#include "admin/look.h"
#include "admin/state.h"
#include "common/effects/secret.h"

static bool
disable(struct id7_account *account, const struct id7_now *now, void *context)
{
	const char *reason = context;

	if (!(account->flags & ID7_ACCOUNT_DISABLED))
		account->disabled_at = now->wall;
	account->flags |= ID7_ACCOUNT_DISABLED;
	memset(account->reason, 0, sizeof account->reason);
	memcpy(account->reason, reason, strlen(reason));
	return true;
}

/* `context` learns whether there was anything to do. */
static bool
enable(struct id7_account *account, const struct id7_now *now, void *context)
{
	bool *was = context;

	(void)now;
	*was = (account->flags & ID7_ACCOUNT_DISABLED) != 0;
	if (!*was)
		return false;
	account->flags &= ~ID7_ACCOUNT_DISABLED;
	account->disabled_at = 0;
	if (!(account->flags & ID7_ACCOUNT_HELD))
		memset(account->reason, 0, sizeof account->reason);
	return true;
}

enum ctl_exit
cmd_disable(struct ctl *ctl)
{
	const char *name = ctl->args.word[0], *reason;
	char text[ID7_REASON_TEXT_MAX + 1];
	struct id7_fault fault = {0};
	auto_id7 *id7 = NULL;
	enum id7_error error;
	enum ctl_exit code = ctl_reason(ctl, &reason);

	if (code == CTL_DONE)
		code = ctl_open(ctl, &id7);
	if (code != CTL_DONE)
		return code;
	snprintf(text, sizeof text, "%s", reason);
	error = id7_manage_change(id7, name, disable, text,
				  id7_deadline_in(CTL_DEADLINE_MS), NULL,
				  &fault);
	code = ctl_finish(ctl, id7, name, error, &fault, reason);
	if (code != CTL_DONE)
		return code;
	ctl_say(ctl,
		ID7_N("%s is disabled: every new login is refused, with ssh "
		      "keys and cron too; sessions that run go on"),
		name);
	ctl_next(ctl, "enable %s", name);
	return CTL_DONE;
}

static enum ctl_exit
still_refused(struct ctl *ctl, struct id7 *id7, const char *name)
{
	struct id7_picture picture;
	enum ctl_exit code = look_at(ctl, id7, name, &picture);
	char sentence[600];

	if (code != CTL_DONE)
		return code;
	if (state_of(&picture).code != CTL_DONE) {
		state_sentence(ctl, &picture, sentence, sizeof sentence);
		ctl_say(ctl, ID7_N("%s still cannot log in: %s"), name,
			sentence);
		ctl_next(ctl, "why %s", name);
	}
	id7_wipe(&picture, sizeof picture);
	return CTL_DONE;
}

enum ctl_exit
cmd_enable(struct ctl *ctl)
{
	const char *name = ctl->args.word[0];
	struct id7_fault fault = {0};
	auto_id7 *id7 = NULL;
	bool was = false;
	enum id7_error error;
	enum ctl_exit code = ctl_open(ctl, &id7);

	if (code != CTL_DONE)
		return code;
	error = id7_manage_change(id7, name, enable, &was,
				  id7_deadline_in(CTL_DEADLINE_MS), NULL,
				  &fault);
	code = ctl_finish(ctl, id7, name, error, &fault, NULL);
	if (code != CTL_DONE || ctl->json)
		return code;
	ctl_say(ctl,
		was ? ID7_N("%s is enabled") : ID7_N("%s was not disabled"),
		name);
	return still_refused(ctl, id7, name);
}
