/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A build without libaudit sends no audit records. */
#include "pam_7id/audit.h"

void
audit_locked(struct module *module)
{
	(void)module;
}

void
audit_unlocked(struct module *module)
{
	(void)module;
}
