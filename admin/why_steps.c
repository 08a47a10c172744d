/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of `why`: the next commands. */
#include "admin/why.h"

#include "admin/state.h"

static void
account_steps(const struct ctl *ctl, const struct inquiry *inquiry,
	      struct steps *steps)
{
	const char *name = inquiry->picture.account.name;
	struct state state = state_of(&inquiry->picture);

	if (state.code == CTL_LOCKED)
		steps_add(ctl, steps, ID7_N("end the lock now"), "unlock %s",
			  name);
	else if (inquiry->picture.reason == ID7_REASON_DISABLED)
		steps_add(ctl, steps, ID7_N("open the account again"),
			  "enable %s", name);
	else if (inquiry->picture.reason == ID7_REASON_EXPIRED)
		steps_add(ctl, steps, ID7_N("take the end date away"),
			  "set %s --expires never", name);
	else if (inquiry->picture.reason == ID7_REASON_NO_PASSWORD)
		steps_add(ctl, steps, ID7_N("set a first password"),
			  "passwd %s", name);
	else
		steps_add(ctl, steps, ID7_N("try it: runs the real stack"),
			  "test-login %s", name);
	steps_add(ctl, steps, ID7_N("see each attempt"), "log %s", name);
	if (state.code != CTL_DISABLED &&
	    !state_counts_only(&inquiry->picture.account) &&
	    inquiry->picture.reason != ID7_REASON_NO_PASSWORD)
		steps_add(ctl, steps, ID7_N("if the password is forgotten"),
			  "reset issue %s", name);
}

static void
stranger_steps(const struct ctl *ctl, const struct inquiry *inquiry,
	       struct steps *steps)
{
	if (inquiry->meant[0] != '\0')
		steps_add(ctl, steps, ID7_N("the account that may be meant"),
			  "why %s", inquiry->meant);
	if (inquiry->facts.name_ok)
		steps_add(ctl, steps, ID7_N("make it an account of 7id"),
			  "add %s", inquiry->name);
	steps_add(ctl, steps, ID7_N("all accounts"), "list");
}

void
why_steps(const struct ctl *ctl, const struct inquiry *inquiry,
	  struct steps *ret_steps)
{
	*ret_steps = (struct steps){0};
	if (inquiry->facts.exempt) {
		steps_add(ctl, ret_steps, ID7_N("see what `exempt` lists"),
			  "config show");
	} else if (inquiry->facts.fault != NULL) {
		if (inquiry->fault.error == ID7_NOT_FOUND)
			steps_add(ctl, ret_steps, ID7_N("make the store"),
				  "init");
		else
			steps_add(ctl, ret_steps, ID7_N("look for damage"),
				  "store check");
		steps_add(ctl, ret_steps, ID7_N("check the settings"),
			  "config check");
	} else if (inquiry->facts.account == NULL) {
		stranger_steps(ctl, inquiry, ret_steps);
	} else {
		account_steps(ctl, inquiry, ret_steps);
	}
}
