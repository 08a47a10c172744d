/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of the reasons, as the log and --json know them. */
#include <stddef.h>

#include "common/core/verdict.h"

static const char *const names[ID7_REASON_COUNT] = {
	[ID7_REASON_NONE] = "none",
	[ID7_REASON_RIGHT] = "right",
	[ID7_REASON_EXEMPT] = "exempt",
	[ID7_REASON_SYSTEM_NAME] = "system-name",
	[ID7_REASON_UNKNOWN] = "unknown",
	[ID7_REASON_WRONG] = "wrong",
	[ID7_REASON_OLD_PASSWORD] = "old-password",
	[ID7_REASON_REPEATED] = "repeated",
	[ID7_REASON_TOO_LONG] = "too-long",
	[ID7_REASON_EMPTY] = "empty",
	[ID7_REASON_ABORTED] = "aborted",
	[ID7_REASON_JUNK] = "junk",
	[ID7_REASON_LOCKED_OUT] = "locked-out",
	[ID7_REASON_HELD] = "held",
	[ID7_REASON_DISABLED] = "disabled",
	[ID7_REASON_EXPIRED] = "expired",
	[ID7_REASON_BUSY] = "busy",
	[ID7_REASON_LEASE_LOST] = "lease-lost",
	[ID7_REASON_CHANGED] = "changed",
	[ID7_REASON_MUST_CHANGE] = "must-change",
	[ID7_REASON_UNLINKED] = "unlinked",
	[ID7_REASON_MAINTENANCE] = "maintenance",
	[ID7_REASON_CODE] = "code",
	[ID7_REASON_CODE_WRONG] = "code-wrong",
	[ID7_REASON_CODE_TYPO] = "code-typo",
	[ID7_REASON_UNAVAILABLE] = "unavailable",
	[ID7_REASON_NO_PASSWORD] = "no-password",
	[ID7_REASON_CODE_OLD] = "code-old",
	[ID7_REASON_RESET_ASKED] = "reset-asked",
	[ID7_REASON_RESET_IGNORED] = "reset-ignored",
};

const char *
id7_reason_name(enum id7_reason reason)
{
	unsigned int i = (unsigned int)reason;

	return i < ID7_REASON_COUNT && names[i] != NULL ? names[i] : "none";
}
