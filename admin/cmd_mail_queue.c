/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl mail queue, retry and drop: the mails that wait. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "admin/ask.h"
#include "admin/json.h"
#include "admin/mail.h"
#include "admin/print.h"

struct queue {
	struct ctl *ctl;
	struct json json;
	struct table table;
	int64_t now;
	uint64_t count;
};

static void
queue_json(struct queue *queue, const char *id, const struct id7_post *post)
{
	struct json *json = &queue->json;
	char address[ID7_ADDRESS_MAX + 1];

	id7_post_mask(post->address, address);
	json_object(json, NULL);
	json_text(json, "id", id);
	json_text(json, "account", *post->name != '\0' ? post->name : NULL);
	json_text(json, "notice", id7_notice_name(post->notice));
	json_text(json, "address", address);
	json_time(json, "written", post->created);
	json_int(json, "tries", post->tries);
	json_time(json, "next_try", post->due);
	json_time(json, "expires", post->expires);
	json_text(json, "result",
		  post->tries > 0 ? mail_how_name((enum id7_mailed)post->how)
				  : NULL);
	json_text(json, "said", *post->why != '\0' ? post->why : NULL);
	json_end(json);
}

static void
queue_row(struct queue *queue, const char *id, const struct id7_post *post)
{
	struct ctl *ctl = queue->ctl;
	char address[ID7_ADDRESS_MAX + 1], why[MAIL_WHY_MAX] = "", tries[16];
	struct moment next = post->due > queue->now
				     ? print_span(ctl, post->due - queue->now)
				     : (struct moment){"-"};

	id7_post_mask(post->address, address);
	snprintf(tries, sizeof tries, "%u", post->tries);
	if (post->len == 0 && post->created == 0)
		snprintf(why, sizeof why, "%s",
			 TEXT(ctl, ID7_N("damaged; it can only be dropped")));
	else if (post->tries > 0)
		mail_why(ctl, (enum id7_mailed)post->how, post->number,
			 post->why, why, sizeof why);
	table_cell(&queue->table, TINT_NONE, id);
	table_cell(&queue->table, TINT_NONE,
		   *post->name != '\0' ? post->name : "-");
	table_cell(&queue->table, TINT_NONE, id7_notice_name(post->notice));
	table_cell(&queue->table, TINT_NONE, address);
	table_cell(&queue->table, TINT_NONE,
		   print_span(ctl, queue->now - post->created).s);
	table_cell(&queue->table, post->tries > 0 ? TINT_WARN : TINT_NONE,
		   tries);
	table_cell(&queue->table, TINT_NONE, next.s);
	table_cell(&queue->table, TINT_NONE, why);
}

static bool
queue_one(const char *id, const struct id7_letter_name *name,
	  const struct id7_post *post, void *context)
{
	struct queue *queue = context;

	(void)name;
	queue->count++;
	if (queue->ctl->json)
		queue_json(queue, id, post);
	else
		queue_row(queue, id, post);
	return true;
}

static void
queue_start(struct queue *queue)
{
	static const char *const heads[] = {
		ID7_N("ID"),	  ID7_N("ACCOUNT"),	 ID7_N("NOTICE"),
		ID7_N("TO"),	  ID7_N("AGE"),		 ID7_N("TRIES"),
		ID7_N("NEXT IN"), ID7_N("WHY IT WAITS"),
	};

	queue->table.columns = sizeof heads / sizeof heads[0];
	if (queue->ctl->json) {
		json_start(&queue->json, stdout);
		json_array(&queue->json, "mails");
		return;
	}
	for (size_t i = 0; i < queue->table.columns; i++)
		table_cell(&queue->table, TINT_NONE,
			   TEXT(queue->ctl, heads[i]));
}

enum ctl_exit
cmd_mail_queue(struct ctl *ctl)
{
	struct queue queue = {.ctl = ctl, .now = id7_clock_wall()};
	struct id7_fault fault = {0};
	auto_id7 *id7 = NULL;
	uint64_t hints = 0;
	enum id7_error error;
	enum ctl_exit code = ctl_open(ctl, &id7);

	if (code != CTL_DONE)
		return code;
	queue_start(&queue);
	error = id7_notices_queue(id7, queue_one, &queue, &hints, &fault);
	if (ctl->json) {
		json_end(&queue.json);
		json_int(&queue.json, "accounts_to_look_at", (int64_t)hints);
		json_finish(&queue.json);
	} else if (queue.count > 0) {
		table_print(&queue.table, stdout, ctl->tint_out);
	}
	if (error != ID7_OK && ctl->json)
		return ctl_fault_exit(&fault);
	if (error != ID7_OK)
		return ctl_fail_fault(ctl, &fault);
	if (!ctl->json && queue.count == 0)
		ctl_say(ctl, ID7_N("no mail waits"));
	if (!ctl->json && hints > 0)
		ctl_say(ctl, ID7_N("accounts that may be owed a notice: %llu"),
			(unsigned long long)hints);
	if (!ctl->json && (hints > 0 || queue.count > 0))
		ctl_next(ctl, "mail flush");
	return CTL_DONE;
}

/* --- retry and drop --- */

/* An ID as it is typed: in any case, with O for 0, I or L for 1. */
static bool
read_id(const char *typed, char ret_id[ID7_OUTBOX_ID_LEN + 1])
{
	if (strlen(typed) != ID7_OUTBOX_ID_LEN)
		return false;
	for (size_t i = 0; i <= ID7_OUTBOX_ID_LEN; i++) {
		char c = (char)toupper((unsigned char)typed[i]);

		ret_id[i] = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
	}
	return true;
}

/* Which mails: an ID, or all (NULL). */
static enum ctl_exit
which(struct ctl *ctl, char buf[ID7_OUTBOX_ID_LEN + 1], const char **ret_id)
{
	bool all = args_has(&ctl->args, "all");

	if (all == (ctl->args.words == 1))
		return ctl_fail(ctl, CTL_USAGE,
				ID7_N("one ID of the queue, or --all"));
	*ret_id = NULL;
	if (all)
		return CTL_DONE;
	if (!read_id(ctl->args.word[0], buf)) {
		ctl_fail(ctl, CTL_ERROR, ID7_N("no such mail waits: %s"),
			 safe_text(ctl->args.word[0]).s);
		ctl_next(ctl, "mail queue");
		return CTL_ERROR;
	}
	*ret_id = buf;
	return CTL_DONE;
}

struct told {
	const struct ctl *ctl;
	const char *what;
};

static bool
log_one(const char *id, const struct id7_letter_name *name,
	const struct id7_post *post, void *context)
{
	const struct told *told = context;

	(void)name;
	mail_log(told->ctl, post->name, post->notice, id, "done", told->what);
	return true;
}

static enum ctl_exit
conclude(struct ctl *ctl, const char *id, uint64_t count, enum id7_error error,
	 const struct id7_fault *fault)
{
	struct json json;

	if (error != ID7_OK) {
		ctl_log(ctl, NULL, error, id);
		return ctl_fail_fault(ctl, fault);
	}
	if (id != NULL && count == 0) {
		ctl_fail(ctl, CTL_ERROR, ID7_N("no such mail waits: %s"),
			 safe_text(id).s);
		ctl_next(ctl, "mail queue");
		return CTL_ERROR;
	}
	if (ctl->json) {
		json_start(&json, stdout);
		json_text(&json, "done", ctl->args.cmd->name);
		json_int(&json, "mails", (int64_t)count);
		json_finish(&json);
	}
	return CTL_DONE;
}

enum ctl_exit
cmd_mail_retry(struct ctl *ctl)
{
	struct told told = {ctl, "retry"};
	char buf[ID7_OUTBOX_ID_LEN + 1];
	struct id7_fault fault = {0};
	auto_id7 *id7 = NULL;
	const char *id = NULL;
	uint64_t count = 0;
	enum id7_error error;
	enum ctl_exit code = which(ctl, buf, &id);

	if (code == CTL_DONE)
		code = ctl_open(ctl, &id7);
	if (code != CTL_DONE)
		return code;
	error = id7_notices_retry(id7, id, id7_deadline_in(CTL_DEADLINE_MS),
				  log_one, &told, &count, &fault);
	code = conclude(ctl, id, count, error, &fault);
	if (code == CTL_DONE && !ctl->json) {
		ctl_say(ctl, ID7_N("mails to be tried by the next flush: %llu"),
			(unsigned long long)count);
		ctl_next(ctl, "mail flush");
	}
	return code;
}

enum ctl_exit
cmd_mail_drop(struct ctl *ctl)
{
	struct told told = {ctl, "dropped"};
	char buf[ID7_OUTBOX_ID_LEN + 1];
	struct id7_fault fault = {0};
	auto_id7 *id7 = NULL;
	const char *id = NULL;
	uint64_t count = 0;
	enum id7_error error;
	enum ctl_exit code = which(ctl, buf, &id);

	if (code == CTL_DONE)
		code = ctl_open(ctl, &id7);
	if (code != CTL_DONE)
		return code;
	if (!ask_confirm(ctl,
			 id == NULL ? TEXT(ctl, ID7_N("Every mail that waits "
						      "is dropped: nobody is "
						      "told."))
				    : TEXT(ctl, ID7_N("The mail is dropped: "
						      "nobody is told.")),
			 "yes"))
		return CTL_USAGE;
	error = id7_notices_drop(id7, id, id7_deadline_in(CTL_DEADLINE_MS),
				 log_one, &told, &count, &fault);
	code = conclude(ctl, id, count, error, &fault);
	if (code == CTL_DONE && !ctl->json)
		ctl_say(ctl, ID7_N("mails dropped: %llu"),
			(unsigned long long)count);
	return code;
}
