/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account's state in a word, a label, an exit code and a sentence; one place
 * for all screens. */
#include "admin/state.h"

#include <stdio.h>

#include "admin/ctl.h"

static struct state
held_state(const struct id7_picture *picture)
{
	const struct id7_account *account = &picture->account;
	struct state state = {"held",
			      ID7_N("held"),
			      TINT_BAD,
			      CTL_LOCKED,
			      picture->lane[picture->shown].locked_since,
			      0,
			      ""};

	if (account->flags & ID7_ACCOUNT_HELD) {
		state.since = account->held_at;
		state.until = account->held_until;
		state.reason = account->reason;
	}
	return state;
}

bool
state_counts_only(const struct id7_account *account)
{
	return (account->flags & ID7_ACCOUNT_COUNTS_ONLY) != 0 &&
	       (account->flags & ID7_ACCOUNT_NO_VERIFIER) != 0;
}

struct state
state_of(const struct id7_picture *picture)
{
	const struct id7_account *account = &picture->account;
	const struct id7_lane_view *lane = &picture->lane[picture->shown];

	if (picture->reason == ID7_REASON_RIGHT && state_counts_only(account))
		return (struct state){"counts-only",
				      ID7_N("counts only"),
				      TINT_GOOD,
				      CTL_DONE,
				      0,
				      0,
				      ""};
	if (picture->reason == ID7_REASON_RIGHT)
		return (struct state){"ok", ID7_N("ok"), TINT_GOOD, CTL_DONE,
				      0,    0,		 ""};
	if (picture->reason == ID7_REASON_NO_PASSWORD)
		return (struct state){"no-password",
				      ID7_N("no password"),
				      TINT_WARN,
				      CTL_POLICY,
				      0,
				      0,
				      ""};
	if (picture->reason == ID7_REASON_LOCKED_OUT)
		return (struct state){"locked-out",
				      ID7_N("locked out"),
				      TINT_BAD,
				      CTL_LOCKED,
				      lane->locked_since,
				      lane->locked_until,
				      ""};
	if (picture->reason == ID7_REASON_HELD)
		return held_state(picture);
	if (picture->reason == ID7_REASON_EXPIRED)
		return (struct state){"expired",
				      ID7_N("expired"),
				      TINT_BAD,
				      CTL_DISABLED,
				      account->expires,
				      0,
				      ""};
	return (struct state){"disabled",     ID7_N("disabled"),    TINT_BAD,
			      CTL_DISABLED,   account->disabled_at, 0,
			      account->reason};
}

static void
ending(const struct ctl *ctl, const struct id7_picture *picture,
       const struct state *state, char *buf, size_t size)
{
	struct moment until = print_time(state->until);
	struct moment since = print_time(state->since);
	struct moment left = print_span(ctl, state->until - picture->now.wall);

	*buf = '\0';
	if (state->until != 0)
		snprintf(buf, size, id7_text(ctl->lang, "until %s (in %s)"),
			 until.s, left.s);
	else if (state->code == CTL_LOCKED)
		snprintf(buf, size, "%s",
			 picture->account.flags & ID7_ACCOUNT_HELD
				 ? id7_text(ctl->lang,
					    "until an administrator unlocks it")
				 : id7_text(ctl->lang,
					    "until somebody unlocks it"));
	else if (state->since != 0)
		snprintf(buf, size, id7_text(ctl->lang, "since %s"), since.s);
}

void
state_ending(const struct ctl *ctl, const struct id7_picture *picture,
	     char *buf, size_t size)
{
	struct state state = state_of(picture);

	ending(ctl, picture, &state, buf, size);
}

void
state_sentence(const struct ctl *ctl, const struct id7_picture *picture,
	       char *buf, size_t size)
{
	struct state state = state_of(picture);
	const char *label = TEXT(ctl, state.label);
	char end[160], whole[600];

	ending(ctl, picture, &state, end, sizeof end);
	if (*state.reason == '\0')
		snprintf(whole, sizeof whole, "%s", end);
	else
		snprintf(whole, sizeof whole, id7_text(ctl->lang, "%s: %s"),
			 end, safe_text(state.reason).s);
	if (*whole == '\0')
		snprintf(buf, size, "%s", label);
	else
		snprintf(buf, size, id7_text(ctl->lang, "%s %s"), label, whole);
}

struct moment
state_failures(const struct id7_picture *picture)
{
	uint32_t failures = picture->lane[picture->shown].failures;
	struct moment text;

	if (picture->policy.deny == 0)
		snprintf(text.s, sizeof text.s, "%u/-", failures);
	else
		snprintf(text.s, sizeof text.s, "%u/%u", failures,
			 picture->policy.deny);
	return text;
}
