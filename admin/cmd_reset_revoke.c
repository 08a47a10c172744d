/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl reset revoke: ends every code of an account. */
#include <stdio.h>
#include <string.h>

#include "admin/ctl.h"
#include "common/usecases/codes.h"

/* The kinds, for the log and for people. */
static void
name_kinds(uint32_t kinds, char *buf, size_t size)
{
	size_t len = 0;

	*buf = '\0';
	for (unsigned int i = 0; i <= ID7_CODE_SAVED; i++) {
		if (!(kinds & ID7_CODE_BIT(i)))
			continue;
		len = strlen(buf);
		snprintf(buf + len, size - len, "%s%s", len > 0 ? ", " : "",
			 id7_code_kind_name((enum id7_code_kind)i));
	}
}

enum ctl_exit
cmd_reset_revoke(struct ctl *ctl)
{
	const char *name = ctl->args.word[0], *reason;
	struct id7_fault fault = {0};
	auto_id7 *id7 = NULL;
	uint32_t ended = 0;
	char kinds[64];
	enum id7_error error;
	enum ctl_exit code = ctl_reason(ctl, &reason);

	if (code == CTL_DONE)
		code = ctl_open(ctl, &id7);
	if (code != CTL_DONE)
		return code;
	error = id7_codes_void(id7, name, ID7_CODES_ALL,
			       id7_deadline_in(CTL_DEADLINE_MS), &ended,
			       &fault);
	code = ctl_finish(ctl, id7, name, error, &fault, reason);
	if (code != CTL_DONE)
		return code;
	name_kinds(ended, kinds, sizeof kinds);
	if (ended == 0)
		ctl_say(ctl, ID7_N("%s had no code"), name);
	else
		ctl_say(ctl, ID7_N("these codes of %s are void: %s"), name,
			kinds);
	return CTL_DONE;
}
