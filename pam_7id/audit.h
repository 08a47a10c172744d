/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audit records of locks, where the module is built with libaudit; nothing elsewhere. */
#ifndef ID7_PAM_AUDIT_H
#define ID7_PAM_AUDIT_H

#include "pam_7id/module.h"

/*
 * Tells the kernel's audit that repeated failures have locked the account of
 * this call: AUDIT_ANOM_LOGIN_FAILURES, then AUDIT_RESP_ACCT_LOCK, as
 * pam_faillock(8) does. A kernel without audit, or a caller that may not, is no
 * failure; any other trouble is logged as a warning. Never changes a verdict.
 */
void audit_locked(struct module *module);

/*
 * The same for a lock that has ended by itself, told by the first attempt after
 * it: AUDIT_RESP_ACCT_UNLOCK_TIMED.
 */
void audit_unlocked(struct module *module);

#endif
