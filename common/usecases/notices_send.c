/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letters that wait: sent, shown, put forward, dropped. */
#include <string.h>

#include "common/core/escape.h"
#include "common/effects/secret.h"
#include "common/usecases/notices_private.h"

#define IN_A_ROW 3 /* failures after which the others wait */

static void
tell(struct id7_run *run, enum id7_news_kind kind,
     const struct id7_letter_name *name, const struct id7_post *post,
     const struct id7_mailer_result *result)
{
	char id[ID7_OUTBOX_ID_LEN + 1], message_id[ID7_MESSAGE_ID_LEN + 1];
	const struct id7_news news = {.kind = kind,
				      .notice = post->notice,
				      .name = post->name,
				      .id = id,
				      .post = post,
				      .result = result};

	id7_outbox_id(&run->outbox, name, id, message_id);
	id7_run_tell(run, &news);
}

static void
note_failure(struct id7_run *run, struct id7_post *post,
	     const struct id7_mailer_result *result)
{
	id7_clock_again(&run->now);
	post->how = result->how;
	post->number = result->number;
	memset(post->why, 0, sizeof post->why);
	memcpy(post->why, result->said, strlen(result->said));
	id7_post_failed(post, &run->now);
}

/* False: the mailer does not work, leave the others. */
static bool
send_one(struct id7_run *run, const struct id7_letter_name *name,
	 struct id7_post *post, unsigned int *in_a_row)
{
	struct id7_mailer_result result;
	struct id7_fault fault;
	enum id7_error error;

	id7_mailer_send(run->config->sendmail, run->config->mail_user,
			post->address, post->message, post->len,
			id7_deadline_in(ID7_MAILER_MS), &result);
	if (result.how == ID7_MAILED_SENT) {
		*in_a_row = 0;
		error = id7_outbox_drop(&run->outbox, name, ID7_STAGE_WAITING,
					&fault);
		tell(run, ID7_NEWS_SENT, name, post, &result);
	} else {
		++*in_a_row;
		note_failure(run, post, &result);
		error = id7_outbox_put(&run->outbox, name, ID7_STAGE_WAITING,
				       post, &fault);
		tell(run, ID7_NEWS_FAILED, name, post, &result);
	}
	if (error != ID7_OK)
		id7_run_trouble(run, &fault);
	return *in_a_row < IN_A_ROW && result.how != ID7_MAILED_TIMED_OUT &&
	       result.how != ID7_MAILED_NOT && result.how != ID7_MAILED_NO_USER;
}

static bool
serve(struct id7_run *run, const struct id7_letter_name *name,
      struct id7_post *post, unsigned int *in_a_row)
{
	struct id7_fault fault;

	id7_clock_again(&run->now);
	switch (id7_post_turn(post, &run->now)) {
	case ID7_POST_WAIT:
		break;
	case ID7_POST_SEND:
		return send_one(run, name, post, in_a_row);
	case ID7_POST_DROP:
		if (id7_outbox_drop(&run->outbox, name, ID7_STAGE_WAITING,
				    &fault) != ID7_OK)
			id7_run_trouble(run, &fault);
		else
			tell(run, ID7_NEWS_EXPIRED, name, post, NULL);
		break;
	}
	return true;
}

void
id7_run_send(struct id7_run *run)
{
	auto_outbox_list list = {NULL, 0};
	struct id7_fault fault;
	struct id7_post post;
	unsigned int in_a_row = 0;
	bool works = true;

	if (id7_outbox_list(&run->outbox, ID7_STAGE_WAITING, &list, &fault) !=
	    ID7_OK) {
		id7_run_trouble(run, &fault);
		return;
	}
	for (size_t i = 0; i < list.count && works; i++) {
		if (id7_outbox_get(&run->outbox, &list.name[i],
				   ID7_STAGE_WAITING, &post, &fault) != ID7_OK)
			id7_run_trouble(run, &fault);
		else
			works = serve(run, &list.name[i], &post, &in_a_row);
	}
	id7_wipe(&post, sizeof post);
	run->done->waiting = list.count - run->done->sent - run->done->expired;
}

/* --- for administrators --- */

/* What is done with each letter; the post is its copy. */
typedef enum id7_error
act_fn(struct id7_run *run, const struct id7_letter_name *name,
       struct id7_post *post, struct id7_fault *ret_fault);

struct selection {
	const char *id; /* NULL: all */
	act_fn *act;	/* NULL: only shown */
	id7_queue_fn *told;
	void *context;
	uint64_t count;
};

static bool
is_called(const char *id, const char *wanted)
{
	return wanted == NULL || strcmp(id, wanted) == 0;
}

/* A damaged letter has no content to show, but can be dropped. */
static enum id7_error
take(struct id7_run *run, struct selection *selection,
     const struct id7_letter_name *name, bool *ret_on,
     struct id7_fault *ret_fault)
{
	char id[ID7_OUTBOX_ID_LEN + 1], message_id[ID7_MESSAGE_ID_LEN + 1];
	uint8_t subject[ID7_SUBJECT_LEN];
	struct id7_post post;
	unsigned int place;
	uint64_t cause;
	enum id7_error error;

	id7_outbox_id(&run->outbox, name, id, message_id);
	if (!is_called(id, selection->id))
		return ID7_OK;
	error = id7_outbox_get(&run->outbox, name, ID7_STAGE_WAITING, &post,
			       ret_fault);
	if (error == ID7_NOT_FOUND)
		return ID7_OK;
	if (error != ID7_OK) {
		memset(&post, 0, sizeof post);
		(void)id7_outbox_name_parse(name, subject, &post.notice, &cause,
					    &place);
	}
	error = ID7_OK;
	if (selection->act != NULL)
		error = selection->act(run, name, &post, ret_fault);
	if (error == ID7_OK) {
		selection->count++;
		id7_wipe(post.message, sizeof post.message);
		if (selection->told != NULL)
			*ret_on = selection->told(id, name, &post,
						  selection->context);
	}
	id7_wipe(&post, sizeof post);
	return error;
}

static enum id7_error
take_all(struct id7_run *run, struct selection *selection,
	 struct id7_fault *ret_fault)
{
	auto_outbox_list list = {NULL, 0};
	bool on = true;
	enum id7_error error = id7_outbox_list(&run->outbox, ID7_STAGE_WAITING,
					       &list, ret_fault);

	for (size_t i = 0; error == ID7_OK && on && i < list.count; i++)
		error = take(run, selection, &list.name[i], &on, ret_fault);
	return error;
}

static enum id7_error
select_and_act(struct id7 *id7, struct selection *selection,
	       struct id7_deadline deadline, struct id7_fault *ret_fault)
{
	struct id7_flushed unused;
	struct id7_run run;
	enum id7_error error =
		id7_run_begin(id7, NULL, NULL, &unused, &run, ret_fault);

	if (error != ID7_OK)
		return error;
	error = id7_outbox_lock(&run.outbox, deadline, ret_fault);
	if (error == ID7_OK)
		error = take_all(&run, selection, ret_fault);
	id7_run_end(&run);
	return error;
}

enum id7_error
id7_notices_queue(struct id7 *id7, id7_queue_fn *each, void *context,
		  uint64_t *ret_hints, struct id7_fault *ret_fault)
{
	struct selection selection = {.told = each, .context = context};
	struct id7_run run = {.outbox = ID7_OUTBOX_NONE};
	enum id7_error error;

	*ret_hints = 0;
	error = id7_outbox_open(id7_get_config(id7)->store_dir,
				id7_get_store(id7), false, &run.outbox,
				ret_fault);
	if (error == ID7_NOT_FOUND ||
	    (error == ID7_IO && ret_fault->trouble == ID7_TROUBLE_MISSING))
		return ID7_OK;
	if (error != ID7_OK)
		return error;
	error = take_all(&run, &selection, ret_fault);
	*ret_hints = id7_outbox_hints(&run.outbox);
	id7_run_end(&run);
	return error;
}

static enum id7_error
put_forward(struct id7_run *run, const struct id7_letter_name *name,
	    struct id7_post *post, struct id7_fault *ret_fault)
{
	/* Nothing is known of a damaged one. */
	if (post->len == 0)
		return ID7_OK;
	post->due = run->now.wall;
	return id7_outbox_put(&run->outbox, name, ID7_STAGE_WAITING, post,
			      ret_fault);
}

enum id7_error
id7_notices_retry(struct id7 *id7, const char *id, struct id7_deadline deadline,
		  id7_queue_fn *told, void *context, uint64_t *ret_count,
		  struct id7_fault *ret_fault)
{
	struct selection selection = {
		.id = id, .act = put_forward, .told = told, .context = context};
	enum id7_error error =
		select_and_act(id7, &selection, deadline, ret_fault);

	*ret_count = selection.count;
	return error;
}

static enum id7_error
drop(struct id7_run *run, const struct id7_letter_name *name,
     struct id7_post *post, struct id7_fault *ret_fault)
{
	(void)post;
	return id7_outbox_drop(&run->outbox, name, ID7_STAGE_WAITING,
			       ret_fault);
}

enum id7_error
id7_notices_drop(struct id7 *id7, const char *id, struct id7_deadline deadline,
		 id7_queue_fn *told, void *context, uint64_t *ret_count,
		 struct id7_fault *ret_fault)
{
	struct selection selection = {
		.id = id, .act = drop, .told = told, .context = context};
	enum id7_error error =
		select_and_act(id7, &selection, deadline, ret_fault);

	*ret_count = selection.count;
	return error;
}
