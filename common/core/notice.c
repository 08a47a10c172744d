/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of the messages to a person. */
#include "common/core/notice.h"

const char *
id7_notice_name(enum id7_notice notice)
{
	switch (notice) {
	case ID7_NOTICE_LOCK:
		break;
	case ID7_NOTICE_UNLOCKED:
		return "unlocked";
	case ID7_NOTICE_RESET:
		return "reset";
	case ID7_NOTICE_PASSWORD:
		return "password";
	case ID7_NOTICE_ADDRESS:
		return "address";
	case ID7_NOTICE_APP_PASSWORD:
		return "app-password";
	case ID7_NOTICE_OLD_PASSWORD:
		return "old-password";
	case ID7_NOTICE_CONFIRM:
		return "confirm";
	case ID7_NOTICE_FOUND:
		return "found";
	}
	return "lock";
}
