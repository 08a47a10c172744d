/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which notices an account is owed. The records say so themselves (STORE A3):
 * what caused a notice and what was mailed of it lie side by side, so nothing
 * is lost or owed twice, whoever is killed when.
 *
 *   lock          in any lane notified < episode: one notice for all of them;
 *                 at most ID7_LOCK_MAILS a day
 *   unlocked      tally.unlocked_at
 *   reset         tally.reset_asked, for ID7_RESET_FRESH seconds, unless a code
 *                 lived already when it was asked for
 *   password      account.password_changed, but for the first one
 *   old-password  tally.last_old, at most once in ID7_OLD_QUIET seconds
 *
 * A time is owed while account.mailed[] of its notice is another; one older than
 * `hold` is not owed any more. The other notices are put into the outbox by who
 * makes the change.
 */
#ifndef ID7_CORE_OWED_H
#define ID7_CORE_OWED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/account.h"
#include "common/core/notice.h"
#include "common/core/now.h"
#include "common/core/tally.h"

#define ID7_LOCK_MAILS 3	/* lock notices of one account on one day, UTC */
#define ID7_RESET_FRESH 1800	/* a request for a reset code that is older is void */
#define ID7_OLD_QUIET 86400
#define ID7_OWED_MAX 8

/* One notice that is owed. A value. */
struct id7_owed {
	enum id7_notice notice;
	uint64_t cause; /* names what caused it; within an epoch it only grows */
	int64_t at;	/* wall clock of what happened */
	bool mark_only; /* nothing is to be mailed of it */

	/* Of a lock, the one set last: */
	bool locked;	/* it stands still */
	bool held;	/* and does not end by itself */
	int64_t until;	/* wall clock of its end; 0: it has ended, or held */
	uint32_t failures;
	uint32_t episode[ID7_LANES]; /* what marking it marks */
};

/*
 * Fills `ret_owed` with what is owed, in the order of enum id7_notice; `tally`
 * is refreshed, `hold` in seconds. Returns how many.
 */
size_t id7_owed_list(const struct id7_account *account,
		     const struct id7_tally *tally, const struct id7_now *now,
		     int64_t hold, struct id7_owed ret_owed[ID7_OWED_MAX]);

/*
 * Whether the notice of that cause was marked: a letter written before its mark
 * may leave only then. False also for a lock of an earlier epoch: its account
 * has a new password. `tally` is refreshed.
 */
bool id7_owed_marked(const struct id7_account *account,
		     const struct id7_tally *tally, enum id7_notice notice,
		     uint64_t cause);

/*
 * Where the mark of a notice stands: true: in the tally, false: in the account.
 */
bool id7_owed_in_tally(enum id7_notice notice);

/*
 * Marks what `owed` says, in a tally or in an account. Returns false when there
 * was nothing to change.
 */
bool id7_owed_mark_tally(struct id7_tally *tally, const struct id7_owed *owed);
bool id7_owed_mark_account(struct id7_account *account,
			   const struct id7_owed *owed);

/*
 * Counts a lock notice that is about to be mailed, once for each cause.
 * Returns false when it is counted already.
 */
bool id7_owed_count_lock(struct id7_account *account,
			 const struct id7_owed *owed,
			 const struct id7_now *now);

#endif
