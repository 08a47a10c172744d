/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's audit of what the tool does, where it is built with libaudit; nothing elsewhere. */
#ifndef ID7_ADMIN_AUDIT_H
#define ID7_ADMIN_AUDIT_H

#include <stdbool.h>

#include "admin/ctl.h"

/*
 * Sends AUDIT_USER_MGMT with op=7id-unlock for the account `name`, as
 * faillock(8) does for its --reset, with its result. A kernel without audit, or
 * a caller that may not, is no failure; any other trouble is said.
 */
void audit_unlock(const struct ctl *ctl, const char *name, bool done);

#endif
