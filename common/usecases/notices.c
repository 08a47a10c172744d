/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A flush: what is owed is written, marked, let go, and sent. */
#include <stdio.h>
#include <string.h>

#include "common/core/redeem.h"
#include "common/effects/fault.h"
#include "common/effects/journal.h"
#include "common/effects/secret.h"
#include "common/usecases/notices_private.h"

#define ROUNDS 3	 /* of an account that goes on changing */
#define PREPARED_SEC 60	 /* a change that is not made by then never is */
#define LOG_SLACK_SEC 60 /* a line may be written before its lock is dated */

/* An account as a flush sees it. */
struct debtor {
	struct id7_subject subject;
	struct id7_account account; /* wiped */
	struct id7_tally tally;	    /* refreshed */
	struct id7_policy policy;
	struct id7_deadline deadline;
};

static enum id7_error
store_failed(struct id7_run *run, enum id7_error error,
	     struct id7_fault *ret_fault)
{
	if (error != ID7_OK)
		*ret_fault = *id7_store_fault(run->store);
	return error;
}

static enum id7_error
load(struct id7_run *run, const struct id7_subject *subject,
     struct debtor *ret_debtor, struct id7_fault *ret_fault)
{
	struct debtor *d = ret_debtor;
	enum id7_error error;

	d->subject = *subject;
	d->deadline = id7_deadline_in(ID7_NOTICES_EACH_MS);
	id7_clock_again(&run->now);
	error = id7_store_find(run->store, subject, &d->account);
	if (error == ID7_OK)
		error = id7_store_tally(run->store, subject, &d->tally);
	if (error != ID7_OK)
		return store_failed(run, error, ret_fault);
	d->policy = id7_policy_of(run->id7, d->account.name);
	/* Whose owner died is for the next attempt to find. */
	(void)id7_tally_refresh(&d->tally, d->account.id, d->account.epoch,
				&d->policy, &run->now, UINT32_MAX);
	return ID7_OK;
}

/* --- marks --- */

static bool
mark_tally(struct id7_tally *tally, void *context)
{
	return id7_owed_mark_tally(tally, context);
}

/* Changes a copy of the account; false: it is so already. */
typedef bool mark_fn(struct id7_account *account, const struct id7_owed *owed,
		     const struct id7_now *now);

static bool
mark_time(struct id7_account *account, const struct id7_owed *owed,
	  const struct id7_now *now)
{
	(void)now;
	return id7_owed_mark_account(account, owed);
}

static enum id7_error
change_account(struct id7_run *run, struct debtor *d, mark_fn *change,
	       const struct id7_owed *owed, struct id7_fault *ret_fault)
{
	struct id7_account account;
	enum id7_error error;

	do {
		error = id7_store_find(run->store, &d->subject, &account);
		if (error == ID7_OK &&
		    memcmp(account.id, d->account.id, ID7_ID_LEN) == 0 &&
		    change(&account, owed, &run->now))
			error = id7_store_put(run->store, &account,
					      d->deadline);
		id7_wipe(&account, sizeof account);
	} while (error == ID7_STALE && id7_deadline_left(d->deadline) > 0);
	return store_failed(run, error, ret_fault);
}

static enum id7_error
mark(struct id7_run *run, struct debtor *d, const struct id7_owed *owed,
     struct id7_fault *ret_fault)
{
	struct id7_owed copy = *owed;

	if (!id7_owed_in_tally(owed->notice))
		return change_account(run, d, mark_time, owed, ret_fault);
	return store_failed(run,
			    id7_store_change(run->store, &d->subject,
					     d->account.id, d->account.epoch,
					     &d->policy, &run->now, false,
					     mark_tally, &copy, d->deadline),
			    ret_fault);
}

/* --- letters --- */

static bool
any_address(const struct id7_account *account, bool confirmed)
{
	for (size_t i = 0; i < ID7_ADDRESSES; i++)
		if (account->address[i][0] != '\0' &&
		    (account->address_confirmed[i] || !confirmed))
			return true;
	return false;
}

/* The code that goes with a notice, when one is of use. */
static enum id7_error
mint(struct id7_run *run, struct debtor *d, const struct id7_owed *owed,
     struct id7_minted *ret_minted, struct id7_fault *ret_fault)
{
	bool reset = owed->notice == ID7_NOTICE_RESET;
	enum id7_code_kind kind = reset ? ID7_CODE_RESET : ID7_CODE_UNLOCK;
	enum id7_error error;

	memset(ret_minted, 0, sizeof *ret_minted);
	if ((!reset && (owed->notice != ID7_NOTICE_LOCK || !owed->locked)) ||
	    !any_address(&d->account, true))
		return ID7_OK;
	error = id7_run_mint(run, &d->account, kind, 0,
			     reset ? run->now.wall + ID7_RESET_FRESH
				   : owed->until,
			     d->deadline, ret_minted, ret_fault);
	return error == ID7_INVALID ? ID7_OK : error;
}

static void
describe(struct id7_run *run, const struct debtor *d,
	 const struct id7_owed *owed, struct id7_journal_hit *hit,
	 struct id7_occasion *ret_occasion)
{
	bool lock = owed->notice == ID7_NOTICE_LOCK;

	*ret_occasion = (struct id7_occasion){
		.notice = owed->notice,
		.lang = (enum id7_lang)d->account.lang,
		.name = d->account.name,
		.at = owed->at,
		.until = owed->until,
		.ended = lock && !owed->locked,
		.count = owed->failures,
		.self_reset =
			run->config->self_reset &&
			any_address(&d->account, true) &&
			id7_redeem_may(&d->account, ID7_CODE_RESET,
				       &run->now) &&
			!id7_role_of(run->id7, d->account.name).privileged,
	};
	if ((!lock && owed->notice != ID7_NOTICE_OLD_PASSWORD) ||
	    !id7_journal_find(run->config->log_dir, d->account.name, lock,
			      owed->at - LOG_SLACK_SEC, hit))
		return;
	ret_occasion->service = hit->service;
	ret_occasion->source = hit->rhost;
	ret_occasion->reference = hit->reference;
}

static enum id7_error
write_letters(struct id7_run *run, struct debtor *d,
	      const struct id7_owed *owed, const struct id7_minted *minted,
	      struct id7_fault *ret_fault)
{
	struct id7_journal_hit hit;
	struct id7_occasion occasion;
	enum id7_error error = ID7_OK;

	describe(run, d, owed, &hit, &occasion);
	if (owed->notice == ID7_NOTICE_RESET)
		occasion.until = minted->expires;
	else if (owed->held)
		occasion.code_until = minted->expires;
	for (unsigned int i = 0; error == ID7_OK && i < ID7_ADDRESSES; i++) {
		const struct id7_letter_name name = id7_outbox_name(
			d->subject.hash, owed->notice, owed->cause, i);
		bool coded = d->account.address_confirmed[i] &&
			     *minted->code != '\0';

		if (d->account.address[i][0] == '\0')
			continue;
		occasion.address = d->account.address[i];
		occasion.code = coded ? minted->code : NULL;
		occasion.void_code = coded ? minted->void_code : NULL;
		error = id7_run_write(run, &name, ID7_STAGE_WRITTEN, &occasion,
				      owed->cause, coded ? minted->expires : 0,
				      ret_fault);
	}
	return error;
}

static enum id7_error
release_letters(struct id7_run *run, const struct debtor *d,
		const struct id7_owed *owed, struct id7_fault *ret_fault)
{
	enum id7_error error = ID7_OK;

	for (unsigned int i = 0; error == ID7_OK && i < ID7_ADDRESSES; i++) {
		const struct id7_letter_name name = id7_outbox_name(
			d->subject.hash, owed->notice, owed->cause, i);

		if (d->account.address[i][0] != '\0')
			error = id7_outbox_release(&run->outbox, &name,
						   ID7_STAGE_WRITTEN,
						   ret_fault);
	}
	return error;
}

static void
tell_silent(struct id7_run *run, const struct debtor *d,
	    const struct id7_owed *owed)
{
	const struct id7_news news = {.kind = ID7_NEWS_SILENT,
				      .notice = owed->notice,
				      .name = d->account.name};

	id7_run_tell(run, &news);
}

/* --- one account --- */

/* What was asked for at a prompt, and may no longer be had. */
static bool
withdrawn(const struct id7_run *run, const struct debtor *d,
	  const struct id7_owed *owed)
{
	return owed->notice == ID7_NOTICE_RESET &&
	       (!run->config->self_reset ||
		!id7_redeem_may(&d->account, ID7_CODE_RESET, &run->now) ||
		id7_role_of(run->id7, d->account.name).privileged);
}

static enum id7_error
settle_one(struct id7_run *run, struct debtor *d, const struct id7_owed *owed,
	   struct id7_fault *ret_fault)
{
	struct id7_minted minted = {.expires = 0};
	bool silent = owed->mark_only || withdrawn(run, d, owed) ||
		      !any_address(&d->account, false);
	enum id7_error error = ID7_OK;

	if (!silent)
		error = mint(run, d, owed, &minted, ret_fault);
	if (error == ID7_OK && !silent && owed->notice == ID7_NOTICE_LOCK)
		error = change_account(run, d, id7_owed_count_lock, owed,
				       ret_fault);
	if (error == ID7_OK && !silent)
		error = write_letters(run, d, owed, &minted, ret_fault);
	id7_wipe(&minted, sizeof minted);
	if (error == ID7_OK)
		error = mark(run, d, owed, ret_fault);
	if (error == ID7_OK && !silent)
		error = release_letters(run, d, owed, ret_fault);
	if (error == ID7_OK && silent)
		tell_silent(run, d, owed);
	return error;
}

/* An account that has gone is owed nothing. */
static enum id7_error
settle_subject(struct id7_run *run, const struct id7_subject *subject,
	       struct id7_fault *ret_fault)
{
	struct id7_owed owed[ID7_OWED_MAX];
	struct debtor d;
	enum id7_error error = ID7_OK;
	size_t count = 1;

	/* A mark refreshes the tally, which may lock: look again. */
	for (int round = 0; round < ROUNDS && error == ID7_OK && count > 0;
	     round++) {
		error = load(run, subject, &d, ret_fault);
		if (error != ID7_OK)
			break;
		count = id7_owed_list(&d.account, &d.tally, &run->now,
				      run->config->mail_hold, owed);
		for (size_t i = 0; error == ID7_OK && i < count; i++)
			error = settle_one(run, &d, &owed[i], ret_fault);
		/* Another person, or other addresses: look again. */
		if (error == ID7_STALE && round + 1 < ROUNDS)
			error = ID7_OK;
	}
	id7_wipe(&d, sizeof d);
	return error == ID7_NOT_FOUND ? ID7_OK : error;
}

/* --- what a killed flush has left --- */

/* Marked: it may leave. Not marked: it is written anew, so its account is
 * looked at. */
static enum id7_error
pick_up(struct id7_run *run, const struct id7_letter_name *name,
	struct id7_fault *ret_fault)
{
	struct id7_subject subject = {.phantom = false};
	enum id7_notice notice;
	struct debtor d;
	unsigned int place;
	uint64_t cause;
	bool marked;
	enum id7_error error;

	if (!id7_outbox_name_parse(name, subject.hash, &notice, &cause, &place))
		return ID7_OK;
	error = load(run, &subject, &d, ret_fault);
	marked = error == ID7_OK &&
		 id7_owed_marked(&d.account, &d.tally, notice, cause);
	id7_wipe(&d, sizeof d);
	if (error != ID7_OK && error != ID7_NOT_FOUND)
		return error;
	if (marked)
		return id7_outbox_release(&run->outbox, name, ID7_STAGE_WRITTEN,
					  ret_fault);
	if (error == ID7_OK &&
	    id7_outbox_hint(run->config->store_dir, &subject) != ID7_OK)
		return id7_fault_errno(ret_fault, run->outbox.dir, NULL);
	return id7_outbox_drop(&run->outbox, name, ID7_STAGE_WRITTEN,
			       ret_fault);
}

/* The change was made, or it never will be. */
static enum id7_error
pick_up_prepared(struct id7_run *run, const struct id7_letter_name *name,
		 struct id7_fault *ret_fault)
{
	struct id7_subject subject;
	struct id7_account account;
	struct id7_post post;
	bool made;
	enum id7_error error = id7_outbox_get(
		&run->outbox, name, ID7_STAGE_PREPARED, &post, ret_fault);
	int64_t created = post.created, cause = (int64_t)post.cause;

	id7_wipe(&post, sizeof post);
	if (error != ID7_OK || !id7_outbox_subject(name, &subject))
		return error == ID7_NOT_FOUND ? ID7_OK : error;
	error = id7_store_find(run->store, &subject, &account);
	made = error == ID7_OK && account.address_changed >= cause;
	id7_wipe(&account, sizeof account);
	if (error != ID7_OK && error != ID7_NOT_FOUND)
		return store_failed(run, error, ret_fault);
	if (made)
		return id7_outbox_release(&run->outbox, name,
					  ID7_STAGE_PREPARED, ret_fault);
	if (run->now.wall - created <= PREPARED_SEC && created <= run->now.wall)
		return ID7_OK;
	return id7_outbox_drop(&run->outbox, name, ID7_STAGE_PREPARED,
			       ret_fault);
}

typedef enum id7_error
pick_up_fn(struct id7_run *run, const struct id7_letter_name *name,
	   struct id7_fault *ret_fault);

static enum id7_error
pick_up_all(struct id7_run *run, enum id7_stage stage, pick_up_fn *one,
	    struct id7_fault *ret_fault)
{
	auto_outbox_list list = {NULL, 0};
	struct id7_fault fault;
	enum id7_error error =
		id7_outbox_list(&run->outbox, stage, &list, ret_fault);

	for (size_t i = 0; i < list.count; i++)
		if (one(run, &list.name[i], &fault) != ID7_OK)
			id7_run_trouble(run, &fault);
	return error;
}

/* --- everybody --- */

/* Leaves a hint for each account that is owed something. */
static bool
scan_one(const struct id7_account *account, const struct id7_tally *stored,
	 void *context)
{
	struct id7_run *run = context;
	struct id7_policy policy = id7_policy_of(run->id7, account->name);
	struct id7_owed owed[ID7_OWED_MAX];
	struct id7_tally tally = *stored;
	struct id7_subject subject;

	(void)id7_tally_refresh(&tally, account->id, account->epoch, &policy,
				&run->now, UINT32_MAX);
	if (id7_owed_list(account, &tally, &run->now, run->config->mail_hold,
			  owed) == 0)
		return true;
	subject = id7_store_subject(run->store, account->name,
				    strlen(account->name), false);
	return id7_outbox_hint(run->config->store_dir, &subject) == ID7_OK;
}

static enum id7_error
settle_hints(struct id7_run *run, struct id7_fault *ret_fault)
{
	auto_outbox_list hints = {NULL, 0};
	struct id7_subject subject;
	struct id7_fault fault;
	enum id7_error error =
		id7_outbox_take_hints(&run->outbox, &hints, ret_fault);

	for (size_t i = 0; i < hints.count; i++) {
		if (id7_outbox_subject(&hints.name[i], &subject) &&
		    settle_subject(run, &subject, &fault) != ID7_OK)
			id7_run_trouble(run, &fault);
		else
			id7_outbox_hint_done(&run->outbox, &hints.name[i]);
	}
	return error;
}

static enum id7_error
flush_locked(struct id7_run *run, bool scan, struct id7_fault *ret_fault)
{
	struct id7_fault fault;
	enum id7_error error;

	error = pick_up_all(run, ID7_STAGE_WRITTEN, pick_up, ret_fault);
	if (error == ID7_OK)
		error = pick_up_all(run, ID7_STAGE_PREPARED, pick_up_prepared,
				    ret_fault);
	if (error != ID7_OK)
		return error;
	/* What can be read of a damaged store is served all the same. */
	if (scan && id7_store_each(run->store, scan_one, run) != ID7_OK) {
		fault = *id7_store_fault(run->store);
		id7_run_trouble(run, &fault);
	}
	error = settle_hints(run, ret_fault);
	if (error != ID7_OK)
		return error;
	id7_run_finds(run);
	id7_run_send(run);
	return ID7_OK;
}

enum id7_error
id7_notices_flush(struct id7 *id7, const struct id7_flush *flush,
		  struct id7_flushed *ret_flushed, struct id7_fault *ret_fault)
{
	struct id7_fault unused;
	struct id7_fault *fault = ret_fault != NULL ? ret_fault : &unused;
	struct id7_run run;
	enum id7_error error = id7_run_begin(id7, flush->news, flush->context,
					     ret_flushed, &run, fault);

	if (error != ID7_OK)
		return error;
	error = id7_outbox_lock(&run.outbox, id7_deadline_in(0), fault);
	if (error == ID7_OK) {
		id7_outbox_sweep(&run.outbox, run.now.wall);
		error = flush_locked(&run, flush->scan, fault);
	}
	id7_run_end(&run);
	return error;
}
