/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A code in the place of the authtok: what it is taken for, and the step that redeems it. */
#ifndef ID7_USECASES_REDEEMING_H
#define ID7_USECASES_REDEEMING_H

#include <stdbool.h>

#include "common/effects/secret.h"
#include "common/usecases/claim.h"

/* A request for a reset code changes nothing for so long after the one before. */
#define ID7_RESET_AGAIN_SEC 900

/*
 * Reads what was typed into a->code when a->kind is ID7_AUTHTOK_CODE. A reset or
 * saved code becomes an ordinary authtok, which is wrong, where they are not
 * taken: unless `anywhere` or the service is one of `reset_services`. Depends on
 * nothing but what was typed and where.
 */
void id7_redeeming_read(struct id7_attempt *a, const struct id7_secret *typed,
			const struct id7_origin *origin, bool anywhere);

/*
 * The step in the place of settling for a typed code: looks the account up
 * again, judges the code in the tally's one write, and carries out what a right
 * one is for; see id7_login_attempt. Not `verified`: only the same writes are
 * done. With `no_count` nothing is done, and a right code opens nothing.
 * Errors are in *login.
 */
void id7_redeeming_settle(struct id7_attempt *a, bool verified,
			  struct id7_login *login);

#endif
