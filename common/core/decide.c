/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in the way of a right password, and the walk through the six
 * causes. */
#include "common/core/decide.h"

#include <string.h>

enum id7_reason
id7_decide_password(const struct id7_account *account,
		    const struct id7_lane_view *lane, const struct id7_now *now)
{
	enum id7_reason reason;

	if (account == NULL)
		return ID7_REASON_UNKNOWN;
	reason = id7_account_standing(account, now);
	if (reason != ID7_REASON_RIGHT)
		return reason;
	if (lane->held)
		return ID7_REASON_HELD;
	if (lane->locked_out)
		return ID7_REASON_LOCKED_OUT;
	if ((account->flags & ID7_ACCOUNT_NO_VERIFIER) &&
	    !(account->flags & ID7_ACCOUNT_COUNTS_ONLY) &&
	    account->crypt[0] == '\0')
		return ID7_REASON_NO_PASSWORD;
	return ID7_REASON_RIGHT;
}

/* The first stop, in the article's order, is the verdict. */
static void
conclude(struct id7_why *why)
{
	int i;

	for (i = 0; i < ID7_CAUSES; i++) {
		if (why->line[i].state != ID7_CAUSE_STOP)
			continue;
		why->cause = (enum id7_cause)i;
		why->reason = why->line[i].reason;
		why->verdict = ID7_DENY;
		return;
	}
}

static void
stop(struct id7_why *why, enum id7_cause cause, enum id7_reason reason)
{
	why->line[cause].state = ID7_CAUSE_STOP;
	why->line[cause].reason = reason;
}

/* A name that is not ours: the next module decides, or nobody knows it. */
static void
walk_stranger(const struct id7_facts *facts, struct id7_why *why)
{
	if (facts->known_to_system && !facts->unknown_deny) {
		why->verdict = ID7_NOT_OURS;
		why->reason = ID7_REASON_SYSTEM_NAME;
		return;
	}
	stop(why, ID7_CAUSE_TYPED, ID7_REASON_UNKNOWN);
}

struct id7_why
id7_decide_why(const struct id7_facts *facts, enum id7_lane lane)
{
	struct id7_why why;
	enum id7_reason reason;

	memset(&why, 0, sizeof why);
	why.cause = ID7_CAUSE_SUPPORT;
	if (facts->exempt) {
		why.verdict = ID7_NOT_OURS;
		why.reason = ID7_REASON_EXEMPT;
		return why;
	}
	if (facts->fault != NULL) {
		stop(&why, ID7_CAUSE_SERVER, ID7_REASON_UNAVAILABLE);
		conclude(&why);
		return why;
	}
	why.line[ID7_CAUSE_SERVER].state = ID7_CAUSE_OK;
	if (facts->account == NULL) {
		walk_stranger(facts, &why);
		conclude(&why);
		return why;
	}
	why.verdict = ID7_ALLOW;
	why.reason = ID7_REASON_RIGHT;
	reason = id7_decide_password(facts->account, &facts->lane[lane],
				     &facts->now);
	if (reason == ID7_REASON_RIGHT || reason == ID7_REASON_NO_PASSWORD)
		why.line[ID7_CAUSE_LOCKED].state = ID7_CAUSE_OK;
	else
		stop(&why, ID7_CAUSE_LOCKED, reason);
	if (reason == ID7_REASON_NO_PASSWORD)
		stop(&why, ID7_CAUSE_TYPED, reason);
	conclude(&why);
	return why;
}
