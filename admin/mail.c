/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a mail waits, in words, and its line in the log. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/mail.h"
#include "admin/people.h"
#include "admin/print.h"
#include "common/effects/journal.h"

const char *
mail_how_name(enum id7_mailed how)
{
	switch (how) {
	case ID7_MAILED_NOT:
		break;
	case ID7_MAILED_SENT:
		return "sent";
	case ID7_MAILED_REFUSED:
		return "refused";
	case ID7_MAILED_KILLED:
		return "killed";
	case ID7_MAILED_TIMED_OUT:
		return "timed-out";
	case ID7_MAILED_UNREAD:
		return "unread";
	case ID7_MAILED_NO_USER:
		return "no-user";
	}
	return "not-run";
}

static void
why_in_words(const struct ctl *ctl, enum id7_mailed how, int number, char *buf,
	     size_t size)
{
	struct safe program = safe_text(ctl->config.sendmail);
	struct safe user = safe_text(ctl->config.mail_user);

	switch (how) {
	case ID7_MAILED_SENT:
		*buf = '\0';
		return;
	case ID7_MAILED_NOT:
		snprintf(buf, size, TEXT(ctl, ID7_N("%s cannot be run: %s")),
			 program.s, strerror(number));
		return;
	case ID7_MAILED_REFUSED:
		snprintf(buf, size, TEXT(ctl, ID7_N("%s ended with status %d")),
			 program.s, number);
		return;
	case ID7_MAILED_KILLED:
		snprintf(buf, size,
			 TEXT(ctl, ID7_N("%s was ended by signal %d")),
			 program.s, number);
		return;
	case ID7_MAILED_TIMED_OUT:
		snprintf(buf, size,
			 TEXT(ctl, ID7_N("%s did not end in %d seconds")),
			 program.s, ID7_MAILER_MS / 1000);
		return;
	case ID7_MAILED_UNREAD:
		snprintf(buf, size,
			 TEXT(ctl, ID7_N("%s did not read the whole mail")),
			 program.s);
		return;
	case ID7_MAILED_NO_USER:
		snprintf(buf, size,
			 TEXT(ctl,
			      ID7_N("mail_user is %s, which is no user, or one "
				    "of root's; nothing is sent as root")),
			 user.s);
		return;
	}
}

void
mail_why(const struct ctl *ctl, enum id7_mailed how, int number,
	 const char *said, char *buf, size_t size)
{
	size_t len;

	why_in_words(ctl, how, number, buf, size);
	len = strlen(buf);
	if (*said != '\0' && len + 3 < size)
		snprintf(buf + len, size - len, ": %s", said);
}

void
mail_log(const struct ctl *ctl, const char *name, enum id7_notice notice,
	 const char *id, const char *verdict, const char *reason)
{
	char actor[ID7_NAME_MAX + 16], note[64];
	struct id7_entry entry = {
		.wall = id7_clock_wall(),
		.event = "mail",
		.verdict = verdict,
		.reason = reason,
		.user = name != NULL && *name != '\0' ? name : NULL,
		.actor = actor,
		.note = note,
		.failures = -1,
		.uid = getuid(),
		.pid = getpid(),
	};

	people_actor(actor, sizeof actor);
	snprintf(note, sizeof note, "%s%s%s", id7_notice_name(notice),
		 id != NULL ? " " : "", id != NULL ? id : "");
	/* The one of the command itself says that the log cannot be written. */
	if (id7_journal_append(ctl->config.log_dir, &entry, NULL) != ID7_OK)
		return;
}

void
mail_template_text(const struct ctl *ctl,
		   const struct id7_letter_problem *problem,
		   const struct id7_fault *fault, char *buf, size_t size)
{
	if (problem == NULL)
		id7_text_fault(ctl->lang, fault, buf, size);
	else if (*problem->what != '\0')
		snprintf(buf, size, "%s: %s", TEXT(ctl, problem->reason),
			 problem->what);
	else
		snprintf(buf, size, "%s", TEXT(ctl, problem->reason));
}

static void
say_template(const struct ctl *ctl, const struct id7_news *news)
{
	char text[600];

	mail_template_text(ctl, news->problem, news->fault, text, sizeof text);
	ctl_say(ctl, ID7_N("%s:%u: %s; the built-in text is used"),
		safe_text(news->path).s,
		news->problem != NULL ? news->problem->line : 0, text);
}

static void
say_failed(const struct ctl *ctl, const struct id7_news *news)
{
	char why[MAIL_WHY_MAX], address[ID7_ADDRESS_MAX + 1];

	mail_why(ctl, news->result->how, news->result->number,
		 news->result->said, why, sizeof why);
	id7_post_mask(news->post->address, address);
	ctl_say(ctl, ID7_N("mail %s to %s was not sent: %s"), news->id, address,
		why);
}

void
mail_hear(const struct ctl *ctl, const struct id7_news *news)
{
	char text[600];

	switch (news->kind) {
	case ID7_NEWS_QUEUED:
		break;
	case ID7_NEWS_SILENT:
		mail_log(ctl, news->name, news->notice, NULL, "done", "silent");
		break;
	case ID7_NEWS_SENT:
		mail_log(ctl, news->name, news->notice, news->id, "done",
			 "sent");
		break;
	case ID7_NEWS_FAILED:
		mail_log(ctl, news->name, news->notice, news->id, "error",
			 mail_how_name(news->result->how));
		say_failed(ctl, news);
		break;
	case ID7_NEWS_EXPIRED:
		mail_log(ctl, news->name, news->notice, news->id, "error",
			 "expired");
		ctl_say(ctl,
			ID7_N("mail %s was dropped: it is too old to be of "
			      "use"),
			news->id);
		break;
	case ID7_NEWS_TEMPLATE:
		say_template(ctl, news);
		break;
	case ID7_NEWS_TROUBLE:
		id7_text_fault(ctl->lang, news->fault, text, sizeof text);
		ctl_say(ctl, ID7_N("left for the next flush: %s"), text);
		break;
	}
}
