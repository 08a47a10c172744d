/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl status: one line and an exit code, for scripts. */
#include <string.h>

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/lanes.h"
#include "admin/print.h"
#include "admin/state.h"

static void
status_json(const struct id7_picture *picture, const struct state *state)
{
	const struct id7_lane_view *lane = &picture->lane[picture->shown];
	struct json json;

	json_start(&json, stdout);
	json_text(&json, "account", picture->account.name);
	json_text(&json, "state", state->word);
	json_bool(&json, "can_login", state->code == CTL_DONE);
	json_int(&json, "failures", lane->failures);
	json_int(&json, "limit", picture->policy.deny);
	json_time(&json, "since", state->since);
	json_time(&json, "until", state->until);
	lanes_json(picture, &json);
	json_int(&json, "exit", state->code);
	json_finish(&json);
}

/* The first two words are for scripts; the rest is for people. */
static void
status_line(const struct ctl *ctl, const struct id7_picture *picture,
	    const struct state *state)
{
	struct moment failures = state_failures(picture);
	char sentence[512];

	fputs(picture->account.name, stdout);
	fputc(' ', stdout);
	print_tint(stdout, ctl->tint_out, state->tint, state->word);
	state_ending(ctl, picture, sentence, sizeof sentence);
	if (*sentence != '\0')
		printf(" %s", sentence);
	fputc(' ', stdout);
	printf(TEXT(ctl, ID7_N("%s failures")), failures.s);
	if (picture->shown != ID7_LANE_REMOTE)
		printf(" %s", lanes_word(picture->shown));
	fputc('\n', stdout);
}

static enum ctl_exit
nobody(struct ctl *ctl, struct id7 *id7, const char *name)
{
	struct json json;

	if (!ctl->json) {
		printf("%s no-account\n", safe_text(name).s);
		return ctl_no_account(ctl, id7, name);
	}
	json_start(&json, stdout);
	json_text(&json, "account", name);
	json_text(&json, "state", "no-account");
	json_bool(&json, "can_login", false);
	json_int(&json, "exit", CTL_NO_ACCOUNT);
	json_finish(&json);
	return CTL_NO_ACCOUNT;
}

enum ctl_exit
cmd_status(struct ctl *ctl)
{
	const char *name = ctl->args.word[0];
	struct id7_picture picture;
	struct id7_fault fault = {0};
	auto_id7 *id7 = NULL;
	struct state state;
	enum id7_error error;
	enum ctl_exit code = ctl_open(ctl, &id7);

	if (code != CTL_DONE)
		return code;
	error = id7_manage_look(id7, name, &picture, &fault);
	if (error == ID7_NOT_FOUND || error == ID7_INVALID)
		return nobody(ctl, id7, name);
	if (error != ID7_OK)
		return ctl_fail_fault(ctl, &fault);
	state = state_of(&picture);
	if (ctl->json)
		status_json(&picture, &state);
	else
		status_line(ctl, &picture, &state);
	id7_wipe(&picture, sizeof picture);
	return state.code;
}
