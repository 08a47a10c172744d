/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is owed, from what happened and what was mailed of it. */
#include "common/core/owed.h"

#include <string.h>

#define DAY 86400

/* What an account and its tally give rise to. */
struct books {
	const struct id7_account *account;
	const struct id7_tally *tally;
	const struct id7_now *now;
	int64_t hold;
};

static uint64_t
episodes(const struct id7_tally *tally, bool notified)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < ID7_LANES; i++) {
		const struct id7_lane_tally *lane = &tally->lane[i];

		sum += notified && lane->notified < lane->episode
			       ? lane->notified
			       : lane->episode;
	}
	return sum;
}

/* Names a lock for good: episodes begin anew with each epoch. */
static uint64_t
lock_name(const struct id7_account *account, const struct id7_owed *owed)
{
	return account->epoch << 32 ^ owed->cause;
}

static uint32_t
day_of(const struct id7_now *now)
{
	return now->wall < 0 ? 0 : (uint32_t)(now->wall / DAY);
}

static bool
day_is_full(const struct books *b, const struct id7_owed *owed)
{
	const struct id7_account *account = b->account;

	return account->lock_mails >= ID7_LOCK_MAILS &&
	       account->lock_mail_day == day_of(b->now) &&
	       account->lock_mailed != lock_name(account, owed);
}

/* The lock of which more is to be said: one that stands, then the latest. */
static void
describe_lock(const struct books *b, struct id7_owed *owed)
{
	int32_t latest = INT32_MIN;

	for (size_t i = 0; i < ID7_LANES; i++) {
		const struct id7_lane_tally *lane = &b->tally->lane[i];
		struct id7_lane_view view =
			id7_tally_view(b->tally, b->now, (enum id7_lane)i);
		bool stands = view.locked_out || view.held;

		owed->episode[i] = lane->episode;
		if (lane->notified >= lane->episode ||
		    (owed->locked && !stands) ||
		    (owed->locked == stands && lane->locked_at < latest))
			continue;
		latest = lane->locked_at;
		owed->locked = stands;
		owed->held = view.held;
		owed->until = view.locked_until;
		owed->failures = lane->since_good;
		owed->at = b->now->wall - (b->now->boot - lane->locked_at);
	}
}

static bool
lock_owed(const struct books *b, struct id7_owed *owed)
{
	enum id7_reason standing = id7_account_standing(b->account, b->now);

	owed->cause = episodes(b->tally, false);
	if (episodes(b->tally, true) >= owed->cause)
		return false;
	describe_lock(b, owed);
	owed->mark_only = standing == ID7_REASON_DISABLED ||
			  standing == ID7_REASON_EXPIRED ||
			  b->now->wall - owed->at >= b->hold ||
			  day_is_full(b, owed);
	return true;
}

/* `mailed` may lie ahead of a clock that was put back: then it says nothing,
 * except that this very cause is done with. */
static bool
time_owed(const struct books *b, enum id7_notice notice, int64_t at,
	  int64_t quiet, int64_t hold, struct id7_owed *owed)
{
	int64_t mailed = b->account->mailed[notice];

	if (at <= 0 || at == mailed || b->now->wall - at >= hold)
		return false;
	if (mailed <= b->now->wall && mailed != 0 &&
	    (at < mailed || at - mailed < quiet))
		return false;
	owed->at = at;
	owed->cause = (uint64_t)at;
	return true;
}

static int64_t
shorter(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool
reset_owed(const struct books *b, struct id7_owed *owed)
{
	const struct id7_code_slot *code = &b->account->code[1];
	int64_t asked = b->tally->reset_asked;

	if (!time_owed(b, ID7_NOTICE_RESET, asked, 0,
		       shorter(ID7_RESET_FRESH, b->hold), owed))
		return false;
	/* One that was issued after it was asked for may be this request's own,
	 * of a flush that did not come to its end. */
	owed->mark_only = code->issued != 0 && code->issued < asked &&
			  code->expires > asked;
	return true;
}

static bool
is_owed(const struct books *b, enum id7_notice notice, struct id7_owed *owed)
{
	const struct id7_account *account = b->account;

	switch (notice) {
	case ID7_NOTICE_LOCK:
		return lock_owed(b, owed);
	case ID7_NOTICE_UNLOCKED:
		return time_owed(b, notice, b->tally->unlocked_at, 0, b->hold,
				 owed);
	case ID7_NOTICE_RESET:
		return reset_owed(b, owed);
	case ID7_NOTICE_PASSWORD:
		return account->password_changed != account->created &&
		       time_owed(b, notice, account->password_changed, 0,
				 b->hold, owed);
	case ID7_NOTICE_OLD_PASSWORD:
		return time_owed(b, notice, b->tally->last_old, ID7_OLD_QUIET,
				 b->hold, owed);
	case ID7_NOTICE_ADDRESS:
	case ID7_NOTICE_APP_PASSWORD:
	case ID7_NOTICE_CONFIRM:
	case ID7_NOTICE_FOUND:
		break;
	}
	return false;
}

size_t
id7_owed_list(const struct id7_account *account, const struct id7_tally *tally,
	      const struct id7_now *now, int64_t hold,
	      struct id7_owed ret_owed[ID7_OWED_MAX])
{
	const struct books b = {account, tally, now, hold};
	size_t count = 0;

	for (size_t i = 0; i < ID7_NOTICES_STORED; i++) {
		struct id7_owed owed = {.notice = (enum id7_notice)i};

		if (is_owed(&b, owed.notice, &owed))
			ret_owed[count++] = owed;
	}
	return count;
}

bool
id7_owed_in_tally(enum id7_notice notice)
{
	return notice == ID7_NOTICE_LOCK;
}

bool
id7_owed_marked(const struct id7_account *account,
		const struct id7_tally *tally, enum id7_notice notice,
		uint64_t cause)
{
	if (id7_owed_in_tally(notice))
		return episodes(tally, true) >= cause;
	if (notice >= ID7_NOTICES_STORED)
		return true;
	return account->mailed[notice] == (int64_t)cause;
}

bool
id7_owed_mark_tally(struct id7_tally *tally, const struct id7_owed *owed)
{
	bool changed = false;

	for (size_t i = 0; i < ID7_LANES; i++) {
		struct id7_lane_tally *lane = &tally->lane[i];
		uint32_t to = owed->episode[i] < lane->episode
				      ? owed->episode[i]
				      : lane->episode;

		if (lane->notified >= to)
			continue;
		lane->notified = to;
		changed = true;
	}
	return changed;
}

bool
id7_owed_mark_account(struct id7_account *account, const struct id7_owed *owed)
{
	if (owed->notice >= ID7_NOTICES_STORED ||
	    account->mailed[owed->notice] == owed->at)
		return false;
	account->mailed[owed->notice] = owed->at;
	return true;
}

bool
id7_owed_count_lock(struct id7_account *account, const struct id7_owed *owed,
		    const struct id7_now *now)
{
	uint64_t name = lock_name(account, owed);

	if (account->lock_mailed == name)
		return false;
	if (account->lock_mail_day != day_of(now))
		account->lock_mails = 0;
	account->lock_mail_day = day_of(now);
	account->lock_mails++;
	account->lock_mailed = name;
	account->mailed[ID7_NOTICE_LOCK] = now->wall;
	return true;
}
