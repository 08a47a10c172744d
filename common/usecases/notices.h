/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Notices: from what is owed to what is sent. Never at a login: a login leaves
 * at most a hint.
 *
 * MUST
 *  1. what is owed is written down before it is marked, and marked before it
 *     leaves: a flush that is killed anywhere loses nothing, and mails nothing
 *     twice but what the mailer had taken already.
 *  2. codes go to confirmed addresses only; a code is in as many mails as there
 *     are of those, and nowhere else.
 *  3. one flush at a time.
 */
#ifndef ID7_USECASES_NOTICES_H
#define ID7_USECASES_NOTICES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/code.h"
#include "common/core/letter.h"
#include "common/core/post.h"
#include "common/effects/mailer.h"
#include "common/effects/outbox.h"
#include "common/usecases/id7.h"
#include "common/usecases/manage.h"

/* What a flush tells of. */
enum id7_news_kind {
	ID7_NEWS_QUEUED = 0, /* a letter was written: id, post */
	ID7_NEWS_SILENT,     /* marked without a letter: name, notice */
	ID7_NEWS_SENT,	     /* id, post */
	ID7_NEWS_FAILED,     /* id, post, result */
	ID7_NEWS_EXPIRED,    /* dropped: id, post */
	ID7_NEWS_TEMPLATE,   /* the built-in one was taken: path; problem or fault */
	ID7_NEWS_TROUBLE,    /* this one was left for the next flush: fault */
};

/* One thing; what the kind does not name is NULL. Lives until the call returns. */
struct id7_news {
	enum id7_news_kind kind;
	enum id7_notice notice;
	const char *name;
	const char *id;
	const struct id7_post *post;
	const struct id7_mailer_result *result;
	const char *path;
	const struct id7_letter_problem *problem;
	const struct id7_fault *fault;
};
typedef void id7_news_fn(const struct id7_news *news, void *context);

/* How to flush. */
struct id7_flush {
	bool scan; /* look at every account, not only at those with a hint */
	id7_news_fn *news; /* or NULL */
	void *context;
};

/* What came of it. */
struct id7_flushed {
	uint64_t queued;
	uint64_t sent;
	uint64_t failed;
	uint64_t expired;
	uint64_t waiting; /* left in the outbox */
	uint64_t trouble;
};

/*
 * Writes the letters that are owed, then sends those that are due. After three
 * failures in a row, or one that took the whole time, the others wait for the
 * next flush. ID7_OK, whatever could not be sent; ID7_BUSY: another flush is at
 * work; store and file errors.
 */
enum id7_error id7_notices_flush(struct id7 *id7, const struct id7_flush *flush,
				 struct id7_flushed *ret_flushed,
				 struct id7_fault *ret_fault) id7_must_use;

/*
 * Makes a code and writes the letters that carry it: ID7_CODE_RESET to every
 * confirmed address (with a void code), ID7_CODE_CONFIRM to address `place`.
 * The code lives `ttl` seconds. `news` is told of templates and letters.
 * ID7_OK; *ret_letters of them are written and wait for a flush, 0 when there is
 * no address for it, and then no code was made. ID7_INVALID, ID7_NOT_FOUND,
 * ID7_BUSY, ID7_STALE, store errors as id7_codes_make_for; file errors.
 */
enum id7_error id7_notices_send_code(struct id7 *id7, const char *name,
				     enum id7_code_kind kind, uint32_t place,
				     int64_t ttl, struct id7_deadline deadline,
				     id7_news_fn *news, void *context,
				     uint32_t *ret_letters,
				     struct id7_fault *ret_fault) id7_must_use;

/* A change of addresses that is to be told. */
struct id7_address_change {
	int64_t at; /* wall clock; to become account.address_changed */
	uint32_t letters;
	struct id7_letter_name name[2 * ID7_ADDRESSES];
};

/*
 * Writes the letters about a change of addresses from `before` to `after`, to the
 * old addresses and the new ones, before it is made. They leave when the change
 * is settled, or found to have been made. `after->address_changed` is set for
 * the caller to put. ID7_OK, also when nobody has to be told; file errors: make
 * no change.
 */
enum id7_error id7_notices_prepare(struct id7 *id7,
				   const struct id7_account *before,
				   struct id7_account *after,
				   struct id7_address_change *ret_change,
				   struct id7_fault *ret_fault) id7_must_use;

/*
 * Ends it: the change was `made`, or not, and then the letters go.
 */
void id7_notices_settle(struct id7 *id7, const struct id7_address_change *change,
			bool made);

/*
 * As id7_manage_change; when the addresses change, the old and the new ones are
 * told: the letters are written before the change and leave when it was made.
 * *ret_letters: how many. Also file errors, when they cannot be written: nothing
 * is changed.
 */
enum id7_error id7_notices_change(struct id7 *id7, const char *name,
				  id7_manage_change_fn *change, void *context,
				  struct id7_deadline deadline,
				  uint32_t *ret_letters,
				  struct id7_fault *ret_fault) id7_must_use;

/* Requests that are kept: those that wait, and those of the last hour. */
#define ID7_FINDS_KEPT 4096

/*
 * Leaves a request to mail the account names of `address` to it; at most one
 * mail an hour. Neither result nor time says whether anybody has the address.
 * ID7_OK, also when ID7_FINDS_KEPT are there and this one is forgotten; ID7_INVALID: it is no address; file errors.
 */
enum id7_error id7_notices_find_id(struct id7 *id7, const char *address,
				   struct id7_fault *ret_fault) id7_must_use;

/* Told of each letter that waits; false ends it. */
typedef bool id7_queue_fn(const char *id, const struct id7_letter_name *name,
			  const struct id7_post *post, void *context);

/*
 * Shows the letters that wait, without changing anything. *ret_hints: how many
 * accounts wait for a flush. ID7_OK, also when there is no outbox; file errors.
 */
enum id7_error id7_notices_queue(struct id7 *id7, id7_queue_fn *each,
				 void *context, uint64_t *ret_hints,
				 struct id7_fault *ret_fault) id7_must_use;

/*
 * Makes the letter called `id` (NULL: all of them) due now, or drops it.
 * `told` (may be NULL) is told of each. ID7_OK and how many; ID7_BUSY: a flush is
 * at work; file errors.
 */
enum id7_error id7_notices_retry(struct id7 *id7, const char *id,
				 struct id7_deadline deadline,
				 id7_queue_fn *told, void *context,
				 uint64_t *ret_count,
				 struct id7_fault *ret_fault) id7_must_use;
enum id7_error id7_notices_drop(struct id7 *id7, const char *id,
				struct id7_deadline deadline,
				id7_queue_fn *told, void *context,
				uint64_t *ret_count,
				struct id7_fault *ret_fault) id7_must_use;

#endif
