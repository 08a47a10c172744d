/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the mail commands share: why a mail waits, in words, and its line in the log. */
#ifndef ID7_ADMIN_MAIL_H
#define ID7_ADMIN_MAIL_H

#include "admin/ctl.h"
#include "common/usecases/notices.h"

#define MAIL_WHY_MAX 512

/* How a try ended, as --json and the log name it: "sent", "refused", ... */
const char *mail_how_name(enum id7_mailed how);

/*
 * Why a try failed, in the tool's language, terminated, cut to `size`; `said` is
 * what the program said, escaped already.
 */
void mail_why(const struct ctl *ctl, enum id7_mailed how, int number,
	      const char *said, char *buf, size_t size);

/*
 * Writes a line about one mail to the log: event "mail", its notice and id as
 * the note; `reason` NULL: done.
 */
void mail_log(const struct ctl *ctl, const char *name, enum id7_notice notice,
	      const char *id, const char *verdict, const char *reason);

/*
 * What is wrong with a template, as one sentence.
 */
void mail_template_text(const struct ctl *ctl,
			const struct id7_letter_problem *problem,
			const struct id7_fault *fault, char *buf, size_t size);

/*
 * Says and logs what a flush tells of one mail.
 */
void mail_hear(const struct ctl *ctl, const struct id7_news *news);

#endif
