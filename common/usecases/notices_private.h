/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the notices share: one run over the outbox. For notices*.c only. */
#ifndef ID7_USECASES_NOTICES_PRIVATE_H
#define ID7_USECASES_NOTICES_PRIVATE_H

#include "common/core/owed.h"
#include "common/usecases/compose.h"
#include "common/usecases/notices.h"

#define ID7_NOTICES_EACH_MS 10000 /* for the changes of one account */

/* One use of the outbox, and who is told what. */
struct id7_run {
	struct id7 *id7;
	struct id7_store *store;
	const struct id7_config *config;
	struct id7_outbox outbox;
	id7_news_fn *news; /* or NULL */
	void *context;
	struct id7_flushed *done;
	struct id7_now now;
};

/* A code and the one that voids it, as they are printed; "" for none. */
struct id7_minted {
	char code[ID7_CODE_TEXT_MAX];
	char void_code[ID7_CODE_TEXT_MAX];
	int64_t expires; /* wall clock; of the letters that carry it */
};

/*
 * Opens the outbox of `id7`. The caller ends it with id7_run_end. Results as
 * id7_outbox_open.
 */
enum id7_error id7_run_begin(struct id7 *id7, id7_news_fn *news, void *context,
			     struct id7_flushed *done, struct id7_run *ret_run,
			     struct id7_fault *ret_fault) id7_must_use;
void id7_run_end(struct id7_run *run);

/*
 * Tells one thing; the run's counts are kept here.
 */
void id7_run_tell(struct id7_run *run, const struct id7_news *news);

/*
 * Tells of a fault that one account or letter has met.
 */
void id7_run_trouble(struct id7_run *run, const struct id7_fault *fault);

/*
 * Makes a code of `kind` with its void code for the account as `seen`, both
 * until `expires` (wall clock; of an unlock code the lock's end, 0: held).
 * ID7_OK; ID7_INVALID: a code would be of no use; ID7_STALE and other errors as
 * id7_codes_make_for. The caller wipes *ret_minted.
 */
enum id7_error id7_run_mint(struct id7_run *run, const struct id7_account *seen,
			    enum id7_code_kind kind, uint32_t place,
			    int64_t expires, struct id7_deadline deadline,
			    struct id7_minted *ret_minted,
			    struct id7_fault *ret_fault) id7_must_use;

/*
 * Writes one letter. It expires at `expires`, without (0) after mail_hold.
 * ID7_OK; ID7_INVALID: no message can be made; file errors.
 */
enum id7_error id7_run_write(struct id7_run *run,
			     const struct id7_letter_name *name,
			     enum id7_stage stage,
			     const struct id7_occasion *occasion,
			     uint64_t cause, int64_t expires,
			     struct id7_fault *ret_fault) id7_must_use;

/*
 * Answers the requests for the accounts of an address.
 */
void id7_run_finds(struct id7_run *run);

/*
 * Sends what is due.
 */
void id7_run_send(struct id7_run *run);

#endif
