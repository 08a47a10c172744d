/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run over the outbox: codes made, letters written, news told. */
#include <stdio.h>
#include <string.h>

#include "common/effects/fault.h"
#include "common/effects/secret.h"
#include "common/usecases/codes.h"
#include "common/usecases/notices_private.h"

enum id7_error
id7_run_begin(struct id7 *id7, id7_news_fn *news, void *context,
	      struct id7_flushed *done, struct id7_run *ret_run,
	      struct id7_fault *ret_fault)
{
	*ret_run = (struct id7_run){
		.id7 = id7,
		.store = id7_get_store(id7),
		.config = id7_get_config(id7),
		.outbox = ID7_OUTBOX_NONE,
		.news = news,
		.context = context,
		.done = done,
		.now = id7_clock_now(),
	};
	memset(done, 0, sizeof *done);
	return id7_outbox_open(ret_run->config->store_dir, ret_run->store, true,
			       &ret_run->outbox, ret_fault);
}

void
id7_run_end(struct id7_run *run)
{
	id7_outbox_close(&run->outbox);
}

void
id7_run_tell(struct id7_run *run, const struct id7_news *news)
{
	switch (news->kind) {
	case ID7_NEWS_QUEUED:
		run->done->queued++;
		break;
	case ID7_NEWS_SENT:
		run->done->sent++;
		break;
	case ID7_NEWS_FAILED:
		run->done->failed++;
		break;
	case ID7_NEWS_EXPIRED:
		run->done->expired++;
		break;
	case ID7_NEWS_TROUBLE:
		run->done->trouble++;
		break;
	case ID7_NEWS_SILENT:
	case ID7_NEWS_TEMPLATE:
		break;
	}
	if (run->news != NULL)
		run->news(news, run->context);
}

void
id7_run_trouble(struct id7_run *run, const struct id7_fault *fault)
{
	const struct id7_news news = {.kind = ID7_NEWS_TROUBLE, .fault = fault};

	id7_run_tell(run, &news);
}

enum id7_error
id7_run_mint(struct id7_run *run, const struct id7_account *seen,
	     enum id7_code_kind kind, uint32_t place, int64_t expires,
	     struct id7_deadline deadline, struct id7_minted *ret_minted,
	     struct id7_fault *ret_fault)
{
	/* One that ends with the lock is bound to it, whatever becomes of its
	 * end. */
	int64_t until = kind == ID7_CODE_UNLOCK ? 0 : expires;
	struct id7_code code, killer;
	enum id7_error error;

	memset(ret_minted, 0, sizeof *ret_minted);
	if (expires == 0)
		expires = run->now.wall + ID7_REDEEM_HELD_SEC;
	ret_minted->expires = expires;
	error = id7_codes_make_for(run->id7, seen, kind, place, until, deadline,
				   &code, ret_fault);
	if (error == ID7_OK && kind != ID7_CODE_CONFIRM) {
		error = id7_codes_make_for(run->id7, seen, ID7_CODE_VOID, 0,
					   expires, deadline, &killer,
					   ret_fault);
		if (error == ID7_OK)
			id7_code_format(&killer, ret_minted->void_code);
	}
	if (error == ID7_OK)
		id7_code_format(&code, ret_minted->code);
	id7_wipe(&code, sizeof code);
	id7_wipe(&killer, sizeof killer);
	return error;
}

static void
tell_template(const char *path, const struct id7_letter_problem *problem,
	      const struct id7_fault *fault, void *context)
{
	const struct id7_news news = {.kind = ID7_NEWS_TEMPLATE,
				      .path = path,
				      .problem = problem,
				      .fault = fault};

	id7_run_tell(context, &news);
}

enum id7_error
id7_run_write(struct id7_run *run, const struct id7_letter_name *name,
	      enum id7_stage stage, const struct id7_occasion *occasion,
	      uint64_t cause, int64_t expires, struct id7_fault *ret_fault)
{
	char id[ID7_OUTBOX_ID_LEN + 1], message_id[ID7_MESSAGE_ID_LEN + 1];
	struct id7_post post = {
		.notice = occasion->notice,
		.coded = occasion->code != NULL && *occasion->code != '\0',
		.created = run->now.wall,
		.due = run->now.wall,
		.expires = expires != 0
				   ? expires
				   : run->now.wall + run->config->mail_hold,
		.cause = cause,
	};
	const struct id7_news news = {.kind = ID7_NEWS_QUEUED,
				      .notice = occasion->notice,
				      .name = occasion->name,
				      .id = id,
				      .post = &post};
	enum id7_error error;

	(void)snprintf(post.name, sizeof post.name, "%s",
		       occasion->name != NULL ? occasion->name : "");
	id7_outbox_id(&run->outbox, name, id, message_id);
	error = id7_compose(run->config, occasion, message_id, run->now.wall,
			    &post, tell_template, run);
	if (error == ID7_OK)
		error = id7_outbox_put(&run->outbox, name, stage, &post,
				       ret_fault);
	else
		(void)id7_fault_set(ret_fault, error, ID7_TROUBLE_NONE,
				    occasion->address);
	if (error == ID7_OK)
		id7_run_tell(run, &news);
	id7_wipe(&post, sizeof post);
	return error;
}
