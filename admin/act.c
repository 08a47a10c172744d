/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every act has in common: its options, its line in the log, its end. */
#include <string.h>
#include <unistd.h>

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/people.h"
#include "admin/print.h"
#include "admin/when.h"
#include "common/core/escape.h"
#include "common/effects/journal.h"

static const char *
error_name(enum id7_error error)
{
	switch (error) {
	case ID7_OK:
		return "ok";
	case ID7_NO_MEMORY:
		return "no-memory";
	case ID7_IO:
		return "io";
	case ID7_BUSY:
		return "busy";
	case ID7_CORRUPT:
		return "corrupt";
	case ID7_NEWER:
		return "newer";
	case ID7_NOT_FOUND:
		return "not-found";
	case ID7_EXISTS:
		return "exists";
	case ID7_INVALID:
		return "invalid";
	case ID7_BAD_CONFIG:
		return "bad-config";
	case ID7_UNTRUSTED:
		return "untrusted";
	case ID7_NO_KEY:
		return "no-key";
	case ID7_WRONG_KEY:
		return "wrong-key";
	case ID7_STALE:
		return "stale";
	case ID7_INTERNAL:
		return "internal";
	}
	return "internal";
}

static void
log_act(const struct ctl *ctl, const char *user, const char *verdict,
	const char *reason, const char *note)
{
	struct id7_fault fault = {0};
	char actor[ID7_NAME_MAX + 16];
	struct id7_entry entry = {
		.wall = id7_clock_now().wall,
		.event = ctl->args.cmd->name,
		.verdict = verdict,
		.reason = reason,
		.user = user,
		.actor = actor,
		.note = note != NULL && *note != '\0' ? note : NULL,
		.failures = -1,
		.uid = getuid(),
		.pid = getpid(),
	};
	char text[512];

	people_actor(actor, sizeof actor);
	if (id7_journal_append(ctl->config.log_dir, &entry, &fault) == ID7_OK)
		return;
	id7_text_fault(ctl->lang, &fault, text, sizeof text);
	ctl_say(ctl, ID7_N("this could not be written to the log: %s"), text);
}

void
ctl_log(const struct ctl *ctl, const char *user, enum id7_error error,
	const char *note)
{
	bool done = error == ID7_OK;

	log_act(ctl, user, done ? "done" : "error",
		done ? NULL : error_name(error), note);
}

void
ctl_log_how(const struct ctl *ctl, const char *user, const char *how,
	    const char *note)
{
	log_act(ctl, user, "done", how, note);
}

enum ctl_exit
ctl_finish(struct ctl *ctl, struct id7 *id7, const char *name,
	   enum id7_error error, const struct id7_fault *fault,
	   const char *note)
{
	struct json json;

	if (error == ID7_NOT_FOUND || error == ID7_INVALID)
		return ctl_no_account(ctl, id7, name);
	ctl_log(ctl, name, error, note);
	if (error != ID7_OK)
		return ctl_fail_fault(ctl, fault);
	if (ctl->json) {
		json_start(&json, stdout);
		json_text(&json, "done", ctl->args.cmd->name);
		json_text(&json, "account", name);
		json_finish(&json);
	}
	return CTL_DONE;
}

enum ctl_exit
ctl_reason(const struct ctl *ctl, const char **ret_reason)
{
	const char *reason = args_value(&ctl->args, "reason");
	char safe[ID7_REASON_TEXT_MAX * 10 + 8];

	*ret_reason = reason != NULL ? reason : "";
	if (reason == NULL)
		return CTL_DONE;
	if (strlen(reason) > ID7_REASON_TEXT_MAX)
		return ctl_fail(ctl, CTL_USAGE,
				ID7_N("--reason is longer than %d bytes"),
				ID7_REASON_TEXT_MAX);
	id7_escape(reason, strlen(reason), safe, sizeof safe);
	if (strcmp(safe, reason) != 0)
		return ctl_fail(ctl, CTL_USAGE,
				ID7_N("--reason holds characters that cannot "
				      "be shown: %s"),
				safe);
	return CTL_DONE;
}

enum ctl_exit
ctl_when(const struct ctl *ctl, const char *name, bool back, int64_t *ret_wall)
{
	const char *text = args_value(&ctl->args, name);

	*ret_wall = 0;
	if (text == NULL ||
	    when_parse(text, id7_clock_now().wall, back, ret_wall))
		return CTL_DONE;
	return ctl_fail(ctl, CTL_USAGE,
			ID7_N("--%s: %s is no time; write 2026-11-22, "
			      "'2026-11-22 08:12', 2026-11-22T08:12:40Z, +30m, "
			      "-2h or 3d"),
			name, safe_text(text).s);
}

enum ctl_exit
ctl_span(const struct ctl *ctl, const char *name, int64_t otherwise,
	 int64_t least, int64_t most, int64_t *ret_sec)
{
	const char *text = args_value(&ctl->args, name);
	struct moment from = print_span(ctl, least), to = print_span(ctl, most);

	*ret_sec = otherwise;
	if (text == NULL)
		return CTL_DONE;
	if (when_span(text, ret_sec) && *ret_sec >= least && *ret_sec <= most)
		return CTL_DONE;
	return ctl_fail(ctl, CTL_USAGE,
			ID7_N("--%s: %s is no span of time from %s to %s; "
			      "write 90s, 30m, 2h or 1d"),
			name, safe_text(text).s, from.s, to.s);
}
