/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks at one account for a command that shows or asks. */
#include "admin/look.h"

enum ctl_exit
look_at(struct ctl *ctl, struct id7 *id7, const char *name,
	struct id7_picture *ret_picture)
{
	struct id7_fault fault = {0};
	enum id7_error error = id7_manage_look(id7, name, ret_picture, &fault);

	if (error == ID7_OK)
		return CTL_DONE;
	id7_wipe(ret_picture, sizeof *ret_picture);
	if (error == ID7_NOT_FOUND || error == ID7_INVALID)
		return ctl_no_account(ctl, id7, name);
	return ctl_fail_fault(ctl, &fault);
}
