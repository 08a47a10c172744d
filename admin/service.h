/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which PAM service is meant. */
#ifndef ID7_ADMIN_SERVICE_H
#define ID7_ADMIN_SERVICE_H

#include "admin/cmd.h"

/*
 * The service of --service, or sshd, or login when `confdir` has no sshd.
 * CTL_DONE with *ret_service, which lives as long as the command line;
 * CTL_USAGE when `confdir` has no such service (said, with the nearest).
 */
enum ctl_exit service_choose(const struct ctl *ctl, const char *confdir,
			     const char **ret_service);

#endif
