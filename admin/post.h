/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mails a code, tries to deliver it at once, and says what came of it. */
#ifndef ID7_ADMIN_POST_H
#define ID7_ADMIN_POST_H

#include "admin/ctl.h"
#include "common/core/code.h"

/* A code that is to be mailed. */
struct post_order {
	const char *name;
	enum id7_code_kind kind; /* ID7_CODE_RESET or ID7_CODE_CONFIRM */
	uint32_t place;		 /* of the address, for a confirm code */
	int64_t ttl;		 /* seconds */
	const char *reason;	 /* --reason, for the log; may be "" */
};

/* How many letters were written, and how many of them have left. */
struct post_done {
	uint32_t written; /* 0: there is no address for it, and no code */
	uint32_t sent;
};

/*
 * Makes the code, writes its letters and flushes. Says for each address, masked,
 * whether it was sent or waits and why; logs the act; with --json writes the
 * document. ID7_OK with *ret_done (nothing is said when nothing was written);
 * ID7_INVALID and other errors as id7_notices_send_code, not said.
 */
enum id7_error post_code(struct ctl *ctl, struct id7 *id7,
			 const struct post_order *order,
			 struct post_done *ret_done,
			 struct id7_fault *ret_fault) id7_must_use;

#endif
