/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a presented code is worth, and what ends codes before their time.
 *
 * MUST
 *  1. no number of wrong tries ends a code: a stranger could end the owner's.
 *     Guessing is hopeless without that: 60 bits, and a slow hash each try.
 *  2. a code is judged by the account as stored now; a tally that is about
 *     another code says nothing about this one.
 */
#ifndef ID7_CORE_REDEEM_H
#define ID7_CORE_REDEEM_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/account.h"
#include "common/core/code.h"
#include "common/core/now.h"
#include "common/core/tally.h"

/* What a presented code is; RIGHT is far from the others in bits. */
enum id7_redeem {
	ID7_REDEEM_NO = 0,  /* not the one that was given, or none was */
	ID7_REDEEM_EXPIRED, /* the one that was given, too late */
	ID7_REDEEM_SPENT,   /* the one that was given, used before */
	ID7_REDEEM_RIGHT = 0x6b3d,
};

/* An unlock code lives as long as the lock it came with, of a lock without an end this long. */
#define ID7_REDEEM_HELD_SEC 86400

/*
 * Judges a code of `kind` with the keyed `hash` against account and tally (both
 * refreshed). Whether the account may be used at all is not asked here
 * (id7_account_standing). The time does not depend on which bytes differ.
 */
enum id7_redeem id7_redeem_judge(const struct id7_account *account,
				 const struct id7_tally *tally,
				 enum id7_code_kind kind,
				 const uint8_t hash[ID7_CODE_HASH_LEN],
				 const struct id7_now *now);

/*
 * Marks in the tally what came of a try: a wrong one is counted up to 255; a
 * right unlock code is spent. The other kinds are spent by the change of the
 * account that they bring about, so that nothing is lost between the two.
 */
void id7_redeem_mark(struct id7_tally *tally, const struct id7_account *account,
		     enum id7_code_kind kind, enum id7_redeem judged);

/*
 * Whether a code of `kind` is of any use to the account now, whatever code it
 * is: not to one that is disabled or has expired; unlock, reset and saved ones
 * not to one that an administrator holds; the last two not where another module
 * verifies the password.
 */
bool id7_redeem_may(const struct id7_account *account, enum id7_code_kind kind,
		    const struct id7_now *now);

/*
 * Whether a reset code for the account lives: its password can be set by it.
 */
bool id7_redeem_reset_lives(const struct id7_account *account,
			    const struct id7_now *now);

/* What is left of the codes of one kind, for administrators. A value. */
struct id7_redeem_view {
	uint32_t live;	 /* how many of them can be redeemed; above 1 saved ones only */
	int64_t issued;	 /* wall clock */
	int64_t expires; /* wall clock; 0: as long as the lock, saved ones never */
	uint32_t tries;	 /* wrong ones, 255 and more */
};

/*
 * Looks at the codes of `kind`; `tally` is refreshed. Without a live one all is
 * zero.
 */
struct id7_redeem_view id7_redeem_view(const struct id7_account *account,
				       const struct id7_tally *tally,
				       enum id7_code_kind kind,
				       const struct id7_now *now);

/*
 * Whether a reset or saved code that was right when it was accepted still
 * stands, for the change of the authtok that spends it: it was not ended, and has
 * not expired unless the boot clock is before `until`.
 */
bool id7_redeem_stands(const struct id7_account *account,
		       enum id7_code_kind kind,
		       const uint8_t hash[ID7_CODE_HASH_LEN],
		       const struct id7_now *now, int64_t until);

/* Bits of kinds, for those who end codes. */
#define ID7_CODE_BIT(kind) (1u << (kind))
#define ID7_CODES_MAILED                                                       \
	(ID7_CODE_BIT(ID7_CODE_UNLOCK) | ID7_CODE_BIT(ID7_CODE_RESET) |        \
	 ID7_CODE_BIT(ID7_CODE_CONFIRM) | ID7_CODE_BIT(ID7_CODE_VOID))
#define ID7_CODES_ALL (ID7_CODES_MAILED | ID7_CODE_BIT(ID7_CODE_SAVED))

/*
 * Takes the codes of `kinds` (bits) out of the account; a sheet as a whole.
 */
void id7_redeem_void(struct id7_account *account, uint32_t kinds);

/*
 * Takes the one saved code with this hash out of its sheet.
 */
void id7_redeem_void_saved(struct id7_account *account,
			   const uint8_t hash[ID7_CODE_HASH_LEN]);

/*
 * The kinds that the change from `before` to `after` ends: a new epoch or
 * password and a new address all but saved ones, which are on paper; a
 * disabling all; an administrator's lock the reset code.
 */
uint32_t id7_redeem_ended(const struct id7_account *before,
			  const struct id7_account *after);

#endif
