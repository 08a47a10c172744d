/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new password for `add` and `passwd`: asked for or generated, and why it was
 * refused. */
#include "admin/fresh.h"

#include "admin/ask.h"
#include "admin/generate.h"

enum ctl_exit
fresh_password(const struct ctl *ctl, const char *name,
	       struct id7_secret **ret_secret)
{
	if (!args_has(&ctl->args, "generate"))
		return ask_password(ctl, name, true, ret_secret);
	if (args_has(&ctl->args, "password-stdin"))
		return ctl_fail(ctl, CTL_USAGE,
				ID7_N("--generate and --password-stdin exclude "
				      "each other"));
	*ret_secret = generate_password();
	if (*ret_secret == NULL)
		return ctl_fail(ctl, CTL_ERROR, ID7_N("out of memory"));
	return CTL_DONE;
}

enum ctl_exit
fresh_refused(const struct ctl *ctl, enum id7_quality quality)
{
	ctl_fail(ctl, CTL_POLICY, id7_quality_text(quality),
		 ctl->config.min_length);
	ctl_say(ctl, ID7_N("nothing is changed; --generate makes a strong "
			   "password"));
	return CTL_POLICY;
}
