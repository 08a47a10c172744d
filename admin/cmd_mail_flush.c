/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl mail flush: writes the notices that are owed and sends what waits. */
#include <stdio.h>
#include <string.h>

#include "admin/json.h"
#include "admin/mail.h"
#include "admin/print.h"

static void
hear(const struct id7_news *news, void *context)
{
	mail_hear(context, news);
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
