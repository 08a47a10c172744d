/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mails a code, tries to deliver it at once, and says what came of it. */
#include "admin/post.h"

#include <stdio.h>
#include <string.h>

#include "admin/json.h"
#include "admin/mail.h"
#include "admin/print.h"

struct letter {
	char id[ID7_OUTBOX_ID_LEN + 1];
	char address[ID7_ADDRESS_MAX + 1]; /* masked */
	bool sent;
	bool tried;
};

struct posting {
	struct ctl *ctl;
	const struct post_order *order;
	struct letter letter[ID7_ADDRESSES];
	uint32_t count;
};

/* Those that were written just now. */
static void
hear_written(const struct id7_news *news, void *context)
{
	struct posting *posting = context;
	struct letter *letter;

	if (news->kind != ID7_NEWS_QUEUED) {
		mail_hear(posting->ctl, news);
		return;
	}
	if (posting->count == ID7_ADDRESSES)
		return;
	letter = &posting->letter[posting->count++];
	snprintf(letter->id, sizeof letter->id, "%s", news->id);
	id7_post_mask(news->post->address, letter->address);
}

/* A flush may send those of others, too: they are logged all the same. */
static void
hear_sent(const struct id7_news *news, void *context)
{
	struct posting *posting = context;

	mail_hear(posting->ctl, news);
	if (news->kind != ID7_NEWS_SENT && news->kind != ID7_NEWS_FAILED)
		return;
	for (uint32_t i = 0; i < posting->count; i++) {
		struct letter *letter = &posting->letter[i];

		if (strcmp(letter->id, news->id) != 0)
			continue;
		letter->tried = true;
		letter->sent = news->kind == ID7_NEWS_SENT;
	}
}

static void
deliver(struct posting *posting, struct id7 *id7)
{
	const struct id7_flush flush = {.news = hear_sent, .context = posting};
	struct id7_fault fault = {0};
	struct id7_flushed done;
	char text[600];
	enum id7_error error = id7_notices_flush(id7, &flush, &done, &fault);

	if (error == ID7_OK)
		return;
	if (error == ID7_BUSY)
		snprintf(text, sizeof text, "%s",
			 TEXT(posting->ctl, ID7_N("another flush is at work")));
	else
		id7_text_fault(posting->ctl->lang, &fault, text, sizeof text);
	ctl_say(posting->ctl, ID7_N("nothing is sent just now: %s"), text);
}

static void
say_json(const struct posting *posting, int64_t expires)
{
	struct json json;

	json_start(&json, stdout);
	json_text(&json, "done", posting->ctl->args.cmd->name);
	json_text(&json, "account", posting->order->name);
	json_time(&json, "expires", expires);
	json_array(&json, "mails");
	for (uint32_t i = 0; i < posting->count; i++) {
		json_object(&json, NULL);
		json_text(&json, "id", posting->letter[i].id);
		json_text(&json, "address", posting->letter[i].address);
		json_text(&json, "result",
			  posting->letter[i].sent ? "sent" : "waiting");
		json_end(&json);
	}
	json_end(&json);
	json_finish(&json);
}

static void
say_letters(const struct posting *posting, int64_t expires)
{
	struct ctl *ctl = posting->ctl;
	bool waits = false;

	for (uint32_t i = 0; i < posting->count; i++) {
		const struct letter *letter = &posting->letter[i];

		waits |= !letter->sent;
		if (letter->sent)
			ctl_say(ctl,
				ID7_N("sent to %s; the code is good until %s"),
				letter->address, print_time(expires).s);
		else
			ctl_say(ctl,
				ID7_N("mail %s to %s waits and is tried again; "
				      "its code is good until %s"),
				letter->id, letter->address,
				print_time(expires).s);
	}
	if (waits)
		ctl_next(ctl, "mail queue");
}

enum id7_error
post_code(struct ctl *ctl, struct id7 *id7, const struct post_order *order,
	  struct post_done *ret_done, struct id7_fault *ret_fault)
{
	struct posting posting = {.ctl = ctl, .order = order};
	int64_t expires = id7_clock_wall() + order->ttl;
	enum id7_error error;

	*ret_done = (struct post_done){0};
	error = id7_notices_send_code(
		id7, order->name, order->kind, order->place, order->ttl,
		id7_deadline_in(CTL_DEADLINE_MS), hear_written, &posting,
		&ret_done->written, ret_fault);
	if (error != ID7_OK || ret_done->written == 0)
		return error;
	ctl_log_how(ctl, order->name, "mailed", order->reason);
	deliver(&posting, id7);
	for (uint32_t i = 0; i < posting.count; i++)
		ret_done->sent += posting.letter[i].sent;
	if (ctl->json)
		say_json(&posting, expires);
	say_letters(&posting, expires);
	return ID7_OK;
}
