/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Attempts that another program verifies and 7id counts: a place is taken
 * before it verifies, and settled when it has, maybe in a later call.
 *
 * MUST
 *  1. nothing becomes ID7_ALLOW but a place that was taken before, was settled
 *     as right, and still stood.
 *  2. a place that nobody settles becomes a failure: when its lease has run
 *     out, or when the process that holds it has gone.
 *  3. no fingerprint is taken: of a password that we do not hash slowly it
 *     would be a quick way to guess it offline. So repeats count each time.
 */
#ifndef ID7_USECASES_COUNTING_H
#define ID7_USECASES_COUNTING_H

#include "common/usecases/login.h"

struct id7_counting; /* opaque: a place, and the open store that it is held in
		      */

/*
 * Steps 3 and 4 of a login for `user` (ours or nobody's), as
 * id7_login_attempt, but for the hash slot. `typed` NULL: it is not known what
 * was typed. Signals are blocked and the real uid raised meanwhile.
 * *ret_counting not NULL: the place is taken, *id7 has gone into it (and is
 * NULL), and *ret_login says only how the attempt is called. The caller ends it
 * with id7_counting_settle. NULL: refused, as *ret_login says; settled already,
 * and *id7 stays the caller's.
 */
void id7_counting_begin(struct id7 **id7, const char *user,
			const struct id7_secret *typed,
			const struct id7_origin *origin,
			struct id7_deadline deadline,
			struct id7_counting **ret_counting,
			struct id7_login *ret_login);

/*
 * Step 7, when the other program has said what it thinks: right, wrong, or
 * released when nothing was verified. *ret_login is the outcome: ID7_ALLOW for
 * a right one of ours that stands; ID7_REASON_LEASE_LOST when it came too late;
 * ID7_REASON_NONE for a released one. Closes the store; *counting is NULL
 * afterwards. Signals and uid as above.
 */
void
id7_counting_settle(struct id7_counting **counting, enum id7_settlement how,
		    struct id7_deadline deadline, struct id7_login *ret_login);

#endif
