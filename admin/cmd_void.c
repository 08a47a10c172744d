/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl void: whoever did not ask for what was mailed makes it worthless. */
#include <string.h>

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/typed.h"
#include "common/usecases/codes.h"

static enum ctl_exit
refuse(struct ctl *ctl, const char *user)
{
	ctl_log(ctl, user, ID7_INVALID, NULL);
	ctl_fail(ctl, CTL_POLICY,
		 ID7_N("this code is nobody's, or what it ends has ended "
		       "already"));
	ctl_next(ctl, "reset list");
	return CTL_POLICY;
}

static enum ctl_exit
find_owner(struct ctl *ctl, struct id7 *id7, const struct id7_code *code,
	   char name[ID7_NAME_MAX + 1])
{
	struct id7_fault fault = {0};
	enum id7_error error = id7_codes_owner(id7, code, name, &fault);

	if (error == ID7_NOT_FOUND)
		return refuse(ctl, NULL);
	return error == ID7_OK ? CTL_DONE : ctl_fail_fault(ctl, &fault);
}

static enum ctl_exit
end_codes(struct ctl *ctl, struct id7 *id7, const char *name,
	  const struct id7_code *code)
{
	struct id7_fault fault = {0};
	struct json json;
	bool right = false;
	enum id7_error error = id7_codes_present(
		id7, name, code, id7_deadline_in(CTL_DEADLINE_MS), &right, NULL,
		&fault);

	if (error != ID7_OK)
		return ctl_finish(ctl, id7, name, error, &fault, NULL);
	if (!right)
		return refuse(ctl, name);
	ctl_log_how(ctl, name, "repudiated", NULL);
	if (ctl->json) {
		json_start(&json, stdout);
		json_text(&json, "done", ctl->args.cmd->name);
		json_text(&json, "account", name);
		json_finish(&json);
	}
	ctl_say(ctl,
		ID7_N("what was mailed to %s is worthless now: unlock and "
		      "reset codes are void, the password is unchanged"),
		name);
	ctl_next(ctl, "log %s", name);
	return CTL_DONE;
}

enum ctl_exit
cmd_void(struct ctl *ctl)
{
	const char *name = ctl->args.words == 1 ? ctl->args.word[0] : NULL;
	char owner[ID7_NAME_MAX + 1] = "";
	struct id7_code code = {0};
	auto_id7 *id7 = NULL;
	enum ctl_exit result = ctl_open(ctl, &id7);

	if (result == CTL_DONE)
		result = typed_code(ctl, ID7_CODE_VOID, &code);
	if (result == CTL_DONE && name == NULL)
		result = find_owner(ctl, id7, &code, owner);
	if (result == CTL_DONE)
		result =
			end_codes(ctl, id7, name != NULL ? name : owner, &code);
	id7_wipe(&code, sizeof code);
	return result;
}
