/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of `why`: the evidence for each cause. */
#include "admin/why.h"

#include <stdio.h>
#include <string.h>

#include "admin/lanes.h"
#include "admin/print.h"
#include "admin/state.h"

/* "; from 203.0.113.9 (sshd) x3, (su) x1" after what is in `buf`. */
static void
append_places(const struct ctl *ctl, const struct trace *trace, char *buf,
	      size_t size)
{
	for (size_t i = 0; i < trace->places && i < 4; i++) {
		const struct trace_place *place = &trace->place[i];
		size_t len = strlen(buf);
		const char *rhost = place->rhost[0] != '\0'
					    ? place->rhost
					    : TEXT(ctl, ID7_N("this host"));

		snprintf(buf + len, size - len,
			 i == 0 ? TEXT(ctl, ID7_N("; from %s (%s) x%u"))
				: TEXT(ctl, ID7_N(", %s (%s) x%u")),
			 safe_text(rhost).s, safe_text(place->service).s,
			 place->count);
	}
}

static void
append_open(const struct ctl *ctl, const struct id7_picture *picture, char *buf,
	    size_t size)
{
	size_t len = strlen(buf);
	char open[160];

	lanes_open(ctl, picture, open, sizeof open);
	if (*open != '\0')
		snprintf(buf + len, size - len, id7_text(ctl->lang, "; %s"),
			 open);
}

static const char *
not_readable(const struct ctl *ctl)
{
	return id7_text(ctl->lang,
			"cannot be told while 7id itself is in trouble");
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
			 inquiry->facts.fault != NULL
				 ? not_readable(ctl)
				 : id7_text(ctl->lang,
					    "there is no account to look at"));
		return;
	}
	failures = state_failures(picture);
	window = print_span(ctl, picture->policy.fail_interval);
	since = print_time(state_of(picture).since);
	if (picture->reason == ID7_REASON_LOCKED_OUT) {
		snprintf(buf, size,
			 id7_text(ctl->lang,
				  "locked out by %s failures within %s, since "
				  "%s; ends by itself"),
			 failures.s, window.s, since.s);
		append_open(ctl, picture, buf, size);
		append_places(ctl, &inquiry->trace, buf, size);
		return;
	}
	if (picture->reason == ID7_REASON_HELD &&
	    picture->lane[picture->shown].lifetime &&
	    !(picture->account.flags & ID7_ACCOUNT_HELD)) {
		snprintf(
			buf, size,
			id7_text(ctl->lang,
				 "held by %llu failures without a good login, "
				 "since %s; does not end by itself"),
			(unsigned long long)id7_tally_lifetime(&picture->tally),
			since.s);
		append_open(ctl, picture, buf, size);
		append_places(ctl, &inquiry->trace, buf, size);
		return;
	}
	if (picture->reason != ID7_REASON_RIGHT &&
	    picture->reason != ID7_REASON_NO_PASSWORD) {
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

static void
typed_evidence(const struct ctl *ctl, const struct inquiry *inquiry, char *buf,
	       size_t size)
{
	const struct id7_tally *tally = &inquiry->picture.tally;

	if (inquiry->facts.fault != NULL)
		snprintf(buf, size, "%s", not_readable(ctl));
	else if (inquiry->facts.account == NULL && inquiry->meant[0] != '\0')
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
	else if (inquiry->picture.reason == ID7_REASON_NO_PASSWORD)
		snprintf(buf, size, "%s",
			 id7_text(ctl->lang, "no password was set yet, so none "
					     "can be right"));
	else if (state_counts_only(inquiry->facts.account))
		snprintf(
			buf, size,
			id7_text(ctl->lang,
				 "another module checks the password, 7id only "
				 "counts: last wrong one %s, last right one "
				 "%s"),
			print_time(tally->last_bad).s,
			print_time(tally->last_good).s);
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
	if (inquiry->picture.reason == ID7_REASON_RIGHT)
		append_places(ctl, &inquiry->trace, buf, size);
}

static void
cache_evidence(const struct ctl *ctl, const struct inquiry *inquiry, char *buf,
	       size_t size)
{
	const struct trace *trace = &inquiry->trace;

	if (trace->old > 0)
		snprintf(buf, size,
			 id7_text(ctl->lang,
				  "%u of %u refused attempts brought a "
				  "password from before a change: an app keeps "
				  "sending it; none of them counts"),
			 trace->old, trace->attempts);
	else if (trace->repeated > 0)
		snprintf(buf, size,
			 id7_text(ctl->lang,
				  "%u of %u refused attempts brought the same "
				  "wrong password once more: an app may keep "
				  "sending it; only the first one counts"),
			 trace->repeated, trace->attempts);
	else if (trace->attempts > 1)
		snprintf(buf, size,
			 id7_text(ctl->lang,
				  "%u refused attempts, none with a password "
				  "that came before: not what a saved one "
				  "does"),
			 trace->attempts);
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
