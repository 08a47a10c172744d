/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks at one account for a command that shows or asks. */
#ifndef ID7_ADMIN_LOOK_H
#define ID7_ADMIN_LOOK_H

#include "admin/ctl.h"

/*
 * The picture of `name`. CTL_DONE with *ret_picture, which the caller wipes;
 * otherwise the code of what was said (CTL_NO_ACCOUNT: with the nearest name).
 */
enum ctl_exit look_at(struct ctl *ctl, struct id7 *id7, const char *name,
		      struct id7_picture *ret_picture);

#endif
