/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The closed list of messages to a person. */
#ifndef ID7_CORE_NOTICE_H
#define ID7_CORE_NOTICE_H

/*
 * What a message is about. The value is the notice's place in
 * id7_account.mailed and so part of the stored format; its name
 * (id7_notice_name) is that of its template, and part of the log and --json.
 */
enum id7_notice {
	ID7_NOTICE_LOCK = 0,	 /* locked out, or held by failures */
	ID7_NOTICE_UNLOCKED,	 /* an unlock code was redeemed */
	ID7_NOTICE_RESET,	 /* a reset code: asked for, or sent by a help desk */
	ID7_NOTICE_PASSWORD,	 /* a new password was set */
	ID7_NOTICE_ADDRESS,	 /* a mail address was changed */
	ID7_NOTICE_APP_PASSWORD, /* an app password was made */
	ID7_NOTICE_OLD_PASSWORD, /* somewhere the old password is in use still */
	ID7_NOTICE_CONFIRM,	 /* a code that confirms an address */
	ID7_NOTICE_FOUND,	 /* the account names of an address; has no place
				    in the account */
};
#define ID7_NOTICES 9
#define ID7_NOTICES_STORED 8 /* those before ID7_NOTICE_FOUND */

/*
 * "lock", "unlocked", "reset", "password", "address", "app-password",
 * "old-password", "confirm", "found". A constant string; "lock" for a value out
 * of range.
 */
const char *id7_notice_name(enum id7_notice notice);

#endif
