/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the person may enter, and why: the closed lists of verdicts and reasons. */
#ifndef ID7_CORE_VERDICT_H
#define ID7_CORE_VERDICT_H

/*
 * Zero denies, so a path that nobody thought of denies; the two others are far
 * from 0, 1, -1 and each other in bits, so that no single flipped bit lets
 * anybody in.
 */
enum id7_verdict {
	ID7_DENY = 0,
	ID7_NOT_OURS = 0x3c96a5e1, /* the next module in the stack decides */
	ID7_ALLOW = 0x5a3c69d2,
};

/*
 * Why. The name of each (id7_reason_name) is part of the log's format and of
 * --json: never renamed. What the person is told does not follow from it: one
 * text serves unknown, wrong, locked out, held and disabled.
 */
enum id7_reason {
	ID7_REASON_NONE = 0,	   /* nothing was decided */
	ID7_REASON_RIGHT,	   /* the authtok matched */
	ID7_REASON_EXEMPT,	   /* named by `exempt` */
	ID7_REASON_SYSTEM_NAME,	   /* only the system's passwd knows the name */
	ID7_REASON_UNKNOWN,	   /* nobody knows the name */
	ID7_REASON_WRONG,	   /* the authtok did not match */
	ID7_REASON_OLD_PASSWORD,   /* it matched a previous verifier */
	ID7_REASON_REPEATED,	   /* the same wrong authtok from the same source */
	ID7_REASON_TOO_LONG,	   /* over ID7_AUTHTOK_MAX bytes: a wrong one */
	ID7_REASON_EMPTY,	   /* nothing was typed */
	ID7_REASON_ABORTED,	   /* the conversation failed or was given up */
	ID7_REASON_JUNK,	   /* control characters: not typed by a person */
	ID7_REASON_LOCKED_OUT,	   /* automatic, ends by itself */
	ID7_REASON_HELD,	   /* locked until somebody unlocks it */
	ID7_REASON_DISABLED,	   /* an administrator's act */
	ID7_REASON_EXPIRED,	   /* the account's last day has passed */
	ID7_REASON_BUSY,	   /* no tally place or hash slot before the deadline */
	ID7_REASON_LEASE_LOST,	   /* verified too late: counted as a failure */
	ID7_REASON_CHANGED,	   /* the account changed while we verified */
	ID7_REASON_MUST_CHANGE,	   /* let in to choose a new authtok */
	ID7_REASON_UNLINKED,	   /* this service is unlinked */
	ID7_REASON_MAINTENANCE,	   /* a maintenance window is open */
	ID7_REASON_CODE,	   /* a code was accepted */
	ID7_REASON_CODE_WRONG,	   /* a code was refused */
	ID7_REASON_CODE_TYPO,	   /* a code whose check symbol is wrong */
	ID7_REASON_UNAVAILABLE,	   /* the machine failed; the error says how */
	ID7_REASON_NO_PASSWORD,	   /* the account has none, so that none can match */
	ID7_REASON_CODE_OLD,	   /* a code that was spent, or has expired */
	ID7_REASON_RESET_ASKED,	   /* a reset code was asked for, and is owed */
	ID7_REASON_RESET_IGNORED,  /* it was asked for too often, or is not to be had so */
	ID7_REASON_COUNT
};

/*
 * Name of a reason: lower case words joined by '-', as in the log.
 * Returns a constant string; "none" for a value out of range.
 */
const char *id7_reason_name(enum id7_reason reason);

#endif
