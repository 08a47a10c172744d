/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hands one message to the `sendmail` program, in a child that has no rights.
 * For the tool alone: the module never forks.
 *
 * MUST
 *  1. the program never runs as root: started by root, the child is `user` with
 *     that user's group only, and cannot come back.
 *  2. it inherits no descriptor but its standard ones, no environment but PATH
 *     and LANG, no ignored or blocked signal, no secret but the message.
 *  3. the message is read from standard input; arguments are "-i", "--" and the
 *     address.
 *  4. it is given up and killed, with its group, at the deadline.
 */
#ifndef ID7_EFFECTS_MAILER_H
#define ID7_EFFECTS_MAILER_H

#include <stddef.h>

#include "common/core/error.h"
#include "common/effects/clock.h"

#define ID7_MAILER_MS 30000
#define ID7_MAILER_SAID_MAX 200 /* bytes of what the program says that are kept */

/* How it ended. */
enum id7_mailed {
	ID7_MAILED_NOT = 0,	/* not started: `number` is an errno */
	ID7_MAILED_SENT,	/* it took the message */
	ID7_MAILED_REFUSED,	/* it exited with `number` */
	ID7_MAILED_KILLED,	/* signal `number` ended it */
	ID7_MAILED_TIMED_OUT,
	ID7_MAILED_UNREAD,	/* it exited with 0 before it had read everything */
	ID7_MAILED_NO_USER,	/* there is no such user, or it is root's */
};

struct id7_mailer_result {
	enum id7_mailed how;
	int number;
	char said[ID7_MAILER_SAID_MAX + 1]; /* on standard error, escaped */
};

/*
 * Has `program` (an absolute path) send `len` bytes of `message` to `address`,
 * as `user` when the caller is root, else as the caller. Waits for it until
 * `deadline`. *ret_result says how it ended, in every case.
 */
void id7_mailer_send(const char *program, const char *user,
		     const char *address, const char *message, size_t len,
		     struct id7_deadline deadline,
		     struct id7_mailer_result *ret_result);

#endif
