/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a presented code is worth. */
#include "common/core/redeem.h"

#include <string.h>

#include "common/core/bytes.h"

/* An empty place is nobody's code, whatever is presented. */
static bool
same_hash(const uint8_t a[ID7_CODE_HASH_LEN],
	  const uint8_t b[ID7_CODE_HASH_LEN])
{
	uint8_t differs = 0;

	for (size_t i = 0; i < ID7_CODE_HASH_LEN; i++)
		differs |= (uint8_t)(a[i] ^ b[i]);
	return (differs == 0) & !id7_bytes_zero(a, ID7_CODE_HASH_LEN);
}

/* The codes of a sheet; all are compared, whichever it is. */
static bool
on_sheet(const struct id7_account *account,
	 const uint8_t hash[ID7_CODE_HASH_LEN])
{
	bool found = false;

	for (size_t i = 0; i < ID7_SAVED_CODES; i++)
		found |= same_hash(account->saved[i], hash);
	return found;
}

/* Never 0 for a code, so that a tally of no code is about none. */
static uint32_t
tag_of(const uint8_t hash[ID7_CODE_HASH_LEN])
{
	uint32_t tag = id7_bytes_get32(hash);

	return tag == 0 && !id7_bytes_zero(hash, ID7_CODE_HASH_LEN) ? 1 : tag;
}

/* An unlock code that goes with a lock: until that one is over. */
static bool
lock_lives(const struct id7_code_slot *slot, const struct id7_tally *tally,
	   const struct id7_now *now)
{
	bool young = slot->issued > now->wall - ID7_REDEEM_HELD_SEC;
	bool lives = false;

	for (unsigned int i = 0; i < ID7_LANES; i++) {
		struct id7_lane_view view =
			id7_tally_view(tally, now, (enum id7_lane)i);

		lives |= view.held && young;
		lives |= view.locked_out &&
			 (young || slot->issued >= view.locked_since);
	}
	return lives;
}

static bool
slot_lives(const struct id7_code_slot *slot, enum id7_code_kind kind,
	   const struct id7_tally *tally, const struct id7_now *now)
{
	if (slot->issued == 0)
		return false;
	if (kind == ID7_CODE_UNLOCK && slot->expires == 0)
		return lock_lives(slot, tally, now);
	return now->wall < slot->expires;
}

enum id7_redeem
id7_redeem_judge(const struct id7_account *account,
		 const struct id7_tally *tally, enum id7_code_kind kind,
		 const uint8_t hash[ID7_CODE_HASH_LEN],
		 const struct id7_now *now)
{
	const struct id7_code_slot *slot;

	if (kind == ID7_CODE_SAVED)
		return on_sheet(account, hash) ? ID7_REDEEM_RIGHT
					       : ID7_REDEEM_NO;
	slot = &account->code[kind];
	if (!same_hash(slot->hash, hash))
		return ID7_REDEEM_NO;
	if (tally->code_tag[kind] == tag_of(slot->hash) &&
	    (tally->code_consumed & ID7_CODE_BIT(kind)))
		return ID7_REDEEM_SPENT;
	return slot_lives(slot, kind, tally, now) ? ID7_REDEEM_RIGHT
						  : ID7_REDEEM_EXPIRED;
}

static void
count_try(uint8_t *tries)
{
	if (*tries < UINT8_MAX)
		(*tries)++;
}

static void
mark_saved(struct id7_tally *tally, const struct id7_account *account,
	   bool right)
{
	uint32_t tag = (uint32_t)account->saved_issued;

	if (tally->saved_tag != tag) {
		tally->saved_tag = tag;
		tally->saved_tries = 0;
	}
	if (!right)
		count_try(&tally->saved_tries);
}

void
id7_redeem_mark(struct id7_tally *tally, const struct id7_account *account,
		enum id7_code_kind kind, enum id7_redeem judged)
{
	uint32_t tag;

	if (kind == ID7_CODE_SAVED) {
		mark_saved(tally, account, judged == ID7_REDEEM_RIGHT);
		return;
	}
	tag = tag_of(account->code[kind].hash);
	if (tally->code_tag[kind] != tag) {
		tally->code_tag[kind] = tag;
		tally->code_tries[kind] = 0;
		tally->code_consumed &= (uint8_t)~ID7_CODE_BIT(kind);
	}
	if (judged != ID7_REDEEM_RIGHT)
		count_try(&tally->code_tries[kind]);
	else if (kind == ID7_CODE_UNLOCK)
		tally->code_consumed |= (uint8_t)ID7_CODE_BIT(kind);
}

bool
id7_redeem_may(const struct id7_account *account, enum id7_code_kind kind,
	       const struct id7_now *now)
{
	enum id7_reason standing = id7_account_standing(account, now);

	if (standing != ID7_REASON_RIGHT && standing != ID7_REASON_HELD)
		return false;
	if (kind == ID7_CODE_CONFIRM || kind == ID7_CODE_VOID)
		return true;
	if (standing != ID7_REASON_RIGHT)
		return false;
	return kind == ID7_CODE_UNLOCK ||
	       !(account->flags & ID7_ACCOUNT_COUNTS_ONLY);
}

bool
id7_redeem_reset_lives(const struct id7_account *account,
		       const struct id7_now *now)
{
	const struct id7_code_slot *slot = &account->code[ID7_CODE_RESET];

	return slot->issued != 0 && now->wall < slot->expires;
}

static struct id7_redeem_view
view_saved(const struct id7_account *account, const struct id7_tally *tally)
{
	struct id7_redeem_view view = {.issued = account->saved_issued};

	for (size_t i = 0; i < ID7_SAVED_CODES; i++)
		view.live += !id7_bytes_zero(account->saved[i],
					     ID7_CODE_HASH_LEN);
	if (view.live > 0 &&
	    tally->saved_tag == (uint32_t)account->saved_issued)
		view.tries = tally->saved_tries;
	return view.live > 0 ? view : (struct id7_redeem_view){0};
}

struct id7_redeem_view
id7_redeem_view(const struct id7_account *account,
		const struct id7_tally *tally, enum id7_code_kind kind,
		const struct id7_now *now)
{
	const struct id7_code_slot *slot;
	struct id7_redeem_view view = {0};

	if (kind == ID7_CODE_SAVED)
		return view_saved(account, tally);
	slot = &account->code[kind];
	if (id7_redeem_judge(account, tally, kind, slot->hash, now) !=
	    ID7_REDEEM_RIGHT)
		return view;
	view.live = 1;
	view.issued = slot->issued;
	view.expires = slot->expires;
	if (tally->code_tag[kind] == tag_of(slot->hash))
		view.tries = tally->code_tries[kind];
	return view;
}

bool
id7_redeem_stands(const struct id7_account *account, enum id7_code_kind kind,
		  const uint8_t hash[ID7_CODE_HASH_LEN],
		  const struct id7_now *now, int64_t until)
{
	const struct id7_code_slot *slot = &account->code[ID7_CODE_RESET];

	if (kind == ID7_CODE_SAVED)
		return on_sheet(account, hash);
	return kind == ID7_CODE_RESET && same_hash(slot->hash, hash) &&
	       (now->wall < slot->expires || now->boot < until);
}

void
id7_redeem_void(struct id7_account *account, uint32_t kinds)
{
	for (unsigned int i = 0; i < ID7_CODE_KINDS; i++) {
		if (kinds & ID7_CODE_BIT(i))
			memset(&account->code[i], 0, sizeof account->code[i]);
	}
	if (kinds & ID7_CODE_BIT(ID7_CODE_CONFIRM))
		account->confirm_place = 0;
	if (kinds & ID7_CODE_BIT(ID7_CODE_SAVED)) {
		memset(account->saved, 0, sizeof account->saved);
		account->saved_issued = 0;
	}
}

void
id7_redeem_void_saved(struct id7_account *account,
		      const uint8_t hash[ID7_CODE_HASH_LEN])
{
	for (size_t i = 0; i < ID7_SAVED_CODES; i++) {
		if (same_hash(account->saved[i], hash))
			memset(account->saved[i], 0, ID7_CODE_HASH_LEN);
	}
}

static bool
addresses_differ(const struct id7_account *a, const struct id7_account *b)
{
	for (size_t i = 0; i < ID7_ADDRESSES; i++) {
		if (strcmp(a->address[i], b->address[i]) != 0)
			return true;
	}
	return false;
}

uint32_t
id7_redeem_ended(const struct id7_account *before,
		 const struct id7_account *after)
{
	uint32_t set = after->flags & ~before->flags;
	uint32_t kinds = 0;

	if (before->epoch != after->epoch ||
	    before->password_changed != after->password_changed ||
	    addresses_differ(before, after))
		kinds |= ID7_CODES_MAILED;
	if ((set & ID7_ACCOUNT_HELD) || ((after->flags & ID7_ACCOUNT_HELD) &&
					 before->held_at != after->held_at))
		kinds |= ID7_CODE_BIT(ID7_CODE_RESET);
	if (set & ID7_ACCOUNT_DISABLED)
		kinds |= ID7_CODES_ALL;
	return kinds;
}
