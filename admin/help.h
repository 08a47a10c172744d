/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Help, printed from the tables of commands and options. */
#ifndef ID7_ADMIN_HELP_H
#define ID7_ADMIN_HELP_H

#include "admin/cmd.h"

/*
 * All commands: on standard output when `asked` for, which is CTL_DONE; else on
 * standard error, which is CTL_USAGE.
 */
enum ctl_exit help_overview(const struct ctl *ctl, bool asked);

/* One command with its options, on standard output. Returns CTL_DONE. */
enum ctl_exit help_command(const struct ctl *ctl, const struct cmd *cmd);

#endif
