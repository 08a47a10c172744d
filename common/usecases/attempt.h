/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of one attempt that login.c opens the door to. */
#ifndef ID7_USECASES_ATTEMPT_H
#define ID7_USECASES_ATTEMPT_H

#include "common/core/authtok.h"
#include "common/core/error.h"
#include "common/usecases/claim.h"
#include "common/usecases/login.h"

/*
 * Turns *login into a refusal because the machine failed: busy for ID7_BUSY,
 * unavailable otherwise. `fault` NULL: only the error is known.
 */
void id7_attempt_fail(struct id7_login *login, enum id7_error error,
		      const struct id7_fault *fault);

/*
 * Step 7: looks the account up again and settles what was claimed; not
 * `verified`: the place is released. Only here can an attempt become an ALLOW:
 * with a->match ID7_MATCH_CURRENT, login->checked_real, a place that still
 * stands and an account that is the same. Errors are in *login.
 */
void id7_attempt_settle(struct id7_attempt *a, bool verified,
			struct id7_login *login);

/*
 * Steps 3 to 7 for a typed authtok of `kind` (not empty), inside the guard of
 * the caller. `resets_anywhere`: as id7_login_prove. *login was started by the caller and says deny until the last
 * step. Results as id7_login_attempt.
 */
void id7_attempt_run(struct id7 *id7, const char *user,
		     const struct id7_secret *typed, enum id7_authtok_kind kind,
		     const struct id7_origin *origin, bool resets_anywhere,
		     struct id7_deadline deadline, struct id7_login *login);

#endif
