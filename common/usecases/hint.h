/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hint that somebody may be owed a notice: all of notices.h that a login does. */
#ifndef ID7_USECASES_HINT_H
#define ID7_USECASES_HINT_H

#include <stdbool.h>

#include "common/usecases/id7.h"
#include "common/usecases/login.h"

/*
 * Leaves a hint about the account `name`, or (not `ours`) about a name that is
 * nobody's, which costs the same. Nothing that goes wrong with it matters: the
 * next flush that looks at everybody finds what is owed.
 */
void id7_hint(struct id7 *id7, const char *name, bool ours);

/*
 * The same when the attempt *login of `name` set a lock, or made something else
 * owed. Nothing with `no_count`.
 */
void id7_hint_login(struct id7 *id7, const char *name,
		    const struct id7_login *login);

#endif
