/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl mail flush: writes the notices that are owed and sends what waits. */
#include <stdio.h>
#include <string.h>

#include "admin/json.h"
#include "admin/mail.h"
#include "admin/print.h"

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

static void
hear(const struct id7_news *news, void *context)
{
	const struct ctl *ctl = context;
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

static void
say_done(const struct ctl *ctl, const struct id7_flushed *done)
{
	struct json json;

	if (ctl->json) {
		json_start(&json, stdout);
		json_text(&json, "done", "mail flush");
		json_int(&json, "written", (int64_t)done->queued);
		json_int(&json, "sent", (int64_t)done->sent);
		json_int(&json, "failed", (int64_t)done->failed);
		json_int(&json, "expired", (int64_t)done->expired);
		json_int(&json, "waiting", (int64_t)done->waiting);
		json_int(&json, "trouble", (int64_t)done->trouble);
		json_finish(&json);
		return;
	}
	ctl_say(ctl, ID7_N("mails sent: %llu, waiting: %llu"),
		(unsigned long long)done->sent,
		(unsigned long long)done->waiting);
	if (done->failed > 0)
		ctl_next(ctl, "mail queue");
}

enum ctl_exit
cmd_mail_flush(struct ctl *ctl)
{
	struct id7_flush flush = {.scan = args_has(&ctl->args, "scan"),
				  .news = hear,
				  .context = ctl};
	struct id7_fault fault = {0};
	struct id7_flushed done;
	auto_id7 *id7 = NULL;
	enum id7_error error;
	enum ctl_exit code = ctl_open(ctl, &id7);

	if (code != CTL_DONE)
		return code;
	error = id7_notices_flush(id7, &flush, &done, &fault);
	/* A timer runs this all day: only what it did is worth a line. */
	if (error != ID7_OK && error != ID7_BUSY)
		ctl_log(ctl, NULL, error, NULL);
	if (error != ID7_OK)
		return ctl_fail_fault(ctl, &fault);
	say_done(ctl, &done);
	return done.failed + done.trouble > 0 ? CTL_ERROR : CTL_DONE;
}
