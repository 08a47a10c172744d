/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new password for `add` and `passwd`: asked for or generated, and why it was refused. */
#ifndef ID7_ADMIN_FRESH_H
#define ID7_ADMIN_FRESH_H

#include "admin/ctl.h"
#include "common/effects/secret.h"

/*
 * Generated with --generate, otherwise asked for (ask_password). CTL_DONE and a
 * secret that the caller releases, or the code of what was said.
 */
enum ctl_exit fresh_password(const struct ctl *ctl, const char *name,
			     struct id7_secret **ret_secret);

/*
 * Says why a new password is refused. Returns CTL_POLICY.
 */
enum ctl_exit fresh_refused(const struct ctl *ctl, enum id7_quality quality);

#endif
