/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of `why`: its headline, and its exit code. */
#include "admin/why.h"

#include <stdio.h>

#include "admin/print.h"
#include "admin/state.h"

enum ctl_exit
why_exit(const struct inquiry *inquiry)
{
	if (inquiry->facts.fault != NULL && !inquiry->facts.exempt)
		return inquiry->fault.error == ID7_BUSY ? CTL_BUSY : CTL_STORE;
	if (inquiry->facts.account == NULL)
		return CTL_NO_ACCOUNT;
	return state_of(&inquiry->picture).code;
}

static void
stranger_headline(const struct ctl *ctl, const struct inquiry *inquiry,
		  char *buf, size_t size)
{
	struct safe name = safe_text(inquiry->name);

	if (inquiry->facts.exempt)
		snprintf(buf, size,
			 id7_text(ctl->lang,
				  "%s is exempt from 7id: its logins are left "
				  "to the next module of the stack, whatever "
				  "happens to 7id."),
			 name.s);
	else if (inquiry->why.verdict == ID7_NOT_OURS)
		snprintf(buf, size,
			 id7_text(ctl->lang,
				  "%s is known to the system only, not to 7id: "
				  "its logins are left to the next module of "
				  "the stack."),
			 name.s);
	else
		snprintf(buf, size,
			 id7_text(ctl->lang, "No account is called %s."),
			 name.s);
}

void
why_headline(const struct ctl *ctl, const struct inquiry *inquiry, char *buf,
	     size_t size)
{
	const char *name = inquiry->picture.account.name;
	char sentence[600];

	if (inquiry->facts.fault != NULL && !inquiry->facts.exempt) {
		snprintf(buf, size, "%s",
			 id7_text(ctl->lang,
				  "Nobody but exempt names can log in: 7id "
				  "itself is in trouble."));
		return;
	}
	if (inquiry->facts.account == NULL) {
		stranger_headline(ctl, inquiry, buf, size);
		return;
	}
	state_sentence(ctl, &inquiry->picture, sentence, sizeof sentence);
	if (why_exit(inquiry) != CTL_DONE)
		snprintf(buf, size,
			 id7_text(ctl->lang, "%s cannot log in: %s."), name,
			 sentence);
	else if (!inquiry->facts.known_to_system)
		snprintf(buf, size,
			 id7_text(ctl->lang,
				  "%s can log in with the right password, but "
				  "has no passwd entry on this host: sshd, "
				  "login and su refuse such a name."),
			 name);
	else
		snprintf(buf, size,
			 id7_text(ctl->lang,
				  "%s can log in with the right password."),
			 name);
}
