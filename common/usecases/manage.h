/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What administrators do to accounts: make, change, unlock, remove, look. Every change is durable on ID7_OK. */
#ifndef ID7_USECASES_MANAGE_H
#define ID7_USECASES_MANAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/authtok.h"
#include "common/core/decide.h"
#include "common/effects/clock.h"
#include "common/effects/secret.h"
#include "common/usecases/id7.h"

/*
 * Makes the site key (when key_dir has none) and a new store for about
 * `accounts` accounts (0: unknown), and the directories that key_dir and
 * store_dir lie in when they are missing. ID7_EXISTS when there is a store.
 */
enum id7_error id7_manage_init(const struct id7_config *config,
			       uint64_t accounts,
			       struct id7_fault *ret_fault) id7_must_use;

/*
 * Adds *account (name, language, addresses, ... filled by the caller; id, epoch,
 * times and verifier are made here). `typed` NULL: an account without a
 * password, which refuses every one. With a password: judged first, as
 * id7_login_change says of *ret_quality (may be NULL without `typed`).
 * ID7_OK; ID7_EXISTS; ID7_INVALID (name, address, exempt name, or a refused
 * password); store errors.
 */
enum id7_error id7_manage_add(struct id7 *id7, struct id7_account *account,
			      const struct id7_secret *typed,
			      struct id7_deadline deadline,
			      enum id7_quality *ret_quality,
			      struct id7_fault *ret_fault) id7_must_use;

/* Changes a copy of the account; false: nothing to change, which is no error. Called again when another change came first. */
typedef bool id7_manage_change_fn(struct id7_account *account,
				  const struct id7_now *now, void *context);

/*
 * Changes an account by compare-and-put, repeated until it holds or the
 * deadline passes; codes that the change ends (id7_redeem_ended) go with it. *ret_account (may be NULL) is the account afterwards; the
 * caller wipes it. ID7_OK; ID7_NOT_FOUND; ID7_BUSY; store errors.
 */
enum id7_error id7_manage_change(struct id7 *id7, const char *name,
				 id7_manage_change_fn *change, void *context,
				 struct id7_deadline deadline,
				 struct id7_account *ret_account,
				 struct id7_fault *ret_fault) id7_must_use;

/*
 * Lifts every lock and hold of the account and forgets its failures: the
 * administrator's hold first, then the tally. With `repair`, a tally whose two
 * copies are invalid is made anew (STORE A3). *ret_was: what had refused
 * passwords before (id7_decide_password), ID7_REASON_RIGHT when nothing.
 */
enum id7_error id7_manage_unlock(struct id7 *id7, const char *name, bool repair,
				 struct id7_deadline deadline,
				 enum id7_reason *ret_was,
				 struct id7_fault *ret_fault) id7_must_use;

/*
 * Removes the account. ID7_NOT_FOUND.
 */
enum id7_error id7_manage_remove(struct id7 *id7, const char *name,
				 struct id7_deadline deadline,
				 struct id7_fault *ret_fault) id7_must_use;

/* Everything that is known of an account at one moment. The caller wipes it. */
struct id7_picture {
	struct id7_account account;
	struct id7_tally tally; /* refreshed, not written back */
	struct id7_lane_view lane[ID7_LANES];
	struct id7_policy policy; /* that the tally was refreshed under; in a walk the site's where nothing is counted */
	struct id7_now now;
	enum id7_lane shown;	/* the remote lane, unless it is open and another is locked */
	enum id7_reason reason; /* id7_decide_password in that lane */
};

/*
 * Looks without changing anything. ID7_OK; ID7_NOT_FOUND; ID7_INVALID (name);
 * ID7_CORRUPT and other store errors.
 */
enum id7_error id7_manage_look(struct id7 *id7, const char *name,
			       struct id7_picture *ret_picture,
			       struct id7_fault *ret_fault) id7_must_use;

/*
 * As id7_manage_look, for each account; `each` returns false to end the walk.
 * The picture lives until `each` returns. ID7_CORRUPT after every readable
 * account was given.
 */
typedef bool id7_manage_each_fn(const struct id7_picture *picture,
				void *context);
enum id7_error id7_manage_each(struct id7 *id7, id7_manage_each_fn *each,
			       void *context, struct id7_fault *ret_fault)
	id7_must_use;

#endif
