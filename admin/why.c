/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of `why`: headline, evidence of each cause, next commands. */
#include "admin/why.h"

#include <stdio.h>
#include <string.h>

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

static void
locked_evidence(const struct ctl *ctl, const struct inquiry *inquiry, char *buf,
		size_t size)
{
	const struct id7_picture *picture = &inquiry->picture;
	struct moment since, failures, window;
	char sentence[600];

	if (inquiry->facts.account == NULL) {
		snprintf(buf, size, "%s",
			 id7_text(ctl->lang, "there is no account to look at"));
		return;
	}
	failures = state_failures(ctl, picture);
	window = print_span(ctl, ctl->config.policy.fail_interval);
	since = print_time(state_of(picture).since);
	if (picture->reason == ID7_REASON_LOCKED_OUT) {
		snprintf(buf, size,
			 id7_text(ctl->lang,
				  "locked out by %s failures within %s, since "
				  "%s; ends by itself"),
			 failures.s, window.s, since.s);
		return;
	}
	if (picture->reason != ID7_REASON_RIGHT) {
		state_sentence(ctl, picture, sentence, sizeof sentence);
		snprintf(buf, size, "%s", sentence);
		return;
	}
	snprintf(buf, size,
		 id7_text(ctl->lang,
			  "not locked, disabled or expired; %s failures within "
			  "%s"),
		 failures.s, window.s);
}

/* How often the commonest wrong password was typed, and how many there were. */
static uint32_t
repeats(const struct id7_lane_tally *lane, uint32_t *ret_known)
{
	uint32_t most = 0;

	*ret_known = 0;
	for (uint32_t i = 0; i < lane->failures; i++) {
		uint32_t same = 0;

		if (lane->failure[i].fingerprint == 0)
			continue;
		++*ret_known;
		for (uint32_t j = 0; j < lane->failures; j++)
			same += lane->failure[j].fingerprint ==
				lane->failure[i].fingerprint;
		most = same > most ? same : most;
	}
	return most;
}

static void
typed_evidence(const struct ctl *ctl, const struct inquiry *inquiry, char *buf,
	       size_t size)
{
	const struct id7_tally *tally = &inquiry->picture.tally;

	if (inquiry->facts.account == NULL && inquiry->meant[0] != '\0')
		snprintf(buf, size,
			 id7_text(ctl->lang,
				  "the ID may be mistyped: there is an account "
				  "%s"),
			 inquiry->meant);
	else if (inquiry->facts.account == NULL)
		snprintf(buf, size, "%s",
			 id7_text(ctl->lang,
				  "neither 7id nor the system knows this ID, "
				  "and no account is similar"));
	else if (tally->last_bad == 0)
		snprintf(buf, size, "%s",
			 id7_text(ctl->lang,
				  "no wrong password is on record; check the "
				  "ID that is typed"));
	else
		snprintf(buf, size,
			 id7_text(ctl->lang,
				  "last wrong password %s, last right one %s"),
			 print_time(tally->last_bad).s,
			 print_time(tally->last_good).s);
}

static void
cache_evidence(const struct ctl *ctl, const struct inquiry *inquiry, char *buf,
	       size_t size)
{
	uint32_t known = 0, most = 0;

	if (inquiry->facts.account != NULL)
		most = repeats(&inquiry->picture.tally.lane[ID7_LANE_REMOTE],
			       &known);
	if (most > 1)
		snprintf(buf, size,
			 id7_text(ctl->lang,
				  "%u of %u failures were one and the same "
				  "wrong password: an app may keep sending an "
				  "old one"),
			 most, known);
	else if (known > 1)
		snprintf(buf, size,
			 id7_text(ctl->lang,
				  "%u failures, each with another password: "
				  "not what a saved one does"),
			 known);
	else
		snprintf(buf, size, "%s",
			 id7_text(ctl->lang,
				  "cannot be told from here: ask which apps "
				  "and browsers have it saved"));
}

static void
support_evidence(const struct ctl *ctl, const struct inquiry *inquiry,
		 char *buf, size_t size)
{
	const struct id7_config *config = &ctl->config;
	const char *contact = config->support_contact;

	if (ctl->lang == ID7_LANG_JA && config->support_contact_ja[0] != '\0')
		contact = config->support_contact_ja;
	if (inquiry->why.verdict == ID7_DENY)
		snprintf(buf, size,
			 id7_text(ctl->lang, "not needed yet: see %d"),
			 (int)inquiry->why.cause + 1);
	else if (*contact != '\0')
		snprintf(buf, size,
			 id7_text(ctl->lang,
				  "if it still fails: %s, with the time, the "
				  "reference of the refusal and what was "
				  "tried"),
			 safe_text(contact).s);
	else
		snprintf(buf, size, "%s",
			 id7_text(ctl->lang,
				  "if it still fails: note the time, the "
				  "reference of the refusal and what was "
				  "tried"));
}

void
why_evidence(const struct ctl *ctl, const struct inquiry *inquiry,
	     enum id7_cause cause, char *buf, size_t size)
{
	*buf = '\0';
	switch (cause) {
	case ID7_CAUSE_LOCKED:
		locked_evidence(ctl, inquiry, buf, size);
		return;
	case ID7_CAUSE_TYPED:
		typed_evidence(ctl, inquiry, buf, size);
		return;
	case ID7_CAUSE_LINKED:
		snprintf(buf, size, "%s",
			 id7_text(ctl->lang,
				  "cannot be told from here: ask whether one "
				  "service alone refuses"));
		return;
	case ID7_CAUSE_CACHE:
		cache_evidence(ctl, inquiry, buf, size);
		return;
	case ID7_CAUSE_SERVER:
		if (inquiry->facts.fault != NULL)
			id7_text_fault(ctl->lang, inquiry->facts.fault, buf,
				       size);
		else
			snprintf(buf, size, "%s",
				 id7_text(ctl->lang,
					  "settings, key and store can be "
					  "read"));
		return;
	case ID7_CAUSE_SUPPORT:
		support_evidence(ctl, inquiry, buf, size);
		return;
	}
}

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
	else
		steps_add(ctl, steps, ID7_N("try it: runs the real stack"),
			  "test-login %s", name);
	steps_add(ctl, steps, ID7_N("see each attempt"), "log %s", name);
	if (state.code != CTL_DISABLED)
		steps_add(ctl, steps, ID7_N("if the password is forgotten"),
			  "passwd %s", name);
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
