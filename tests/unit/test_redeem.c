/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a code is worth: its life, its one use, and what ends it early. */
#include "common/core/redeem.h"

#include "tests/support/check.h"

#define NOW 1700000000

static const uint8_t mine[ID7_CODE_HASH_LEN] = {1, 2, 3, 4, 5};
static const uint8_t other[ID7_CODE_HASH_LEN] = {1, 2, 3, 4, 6};
static const uint8_t none[ID7_CODE_HASH_LEN];

static struct id7_now
at(int64_t wall)
{
	/* The machine started 1000 s before NOW. */
	return (struct id7_now){
		.wall = wall, .boot = wall - NOW + 1000, .boot_hash = 7};
}

static struct id7_account
with_code(enum id7_code_kind kind, int64_t expires)
{
	struct id7_account account = {.name = "alice", .epoch = 1};

	memcpy(account.code[kind].hash, mine, sizeof mine);
	account.code[kind].issued = NOW;
	account.code[kind].expires = expires;
	return account;
}

static struct id7_tally
locked_tally(bool held)
{
	struct id7_tally tally = {.boot_hash = 7, .wall = NOW, .boot = 1000};
	struct id7_lane_tally *lane = &tally.lane[ID7_LANE_REMOTE];

	lane->locked = true;
	lane->held = held;
	lane->locked_at = 1000 - 5;
	lane->locked_until = 1000 + 600;
	return tally;
}

static enum id7_redeem
judge(const struct id7_account *account, const struct id7_tally *tally,
      enum id7_code_kind kind, int64_t wall)
{
	struct id7_now now = at(wall);

	return id7_redeem_judge(account, tally, kind, mine, &now);
}

static void
lives_until_it_expires(void)
{
	static const enum id7_code_kind kinds[] = {
		ID7_CODE_RESET, ID7_CODE_CONFIRM, ID7_CODE_VOID};
	const struct id7_tally tally = {0};
	struct id7_now now = at(NOW);

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct id7_account a = with_code(kinds[i], NOW + 1800);

		CHECK_INT(judge(&a, &tally, kinds[i], NOW), ID7_REDEEM_RIGHT);
		CHECK_INT(judge(&a, &tally, kinds[i], NOW + 1799),
			  ID7_REDEEM_RIGHT);
		CHECK_INT(judge(&a, &tally, kinds[i], NOW + 1800),
			  ID7_REDEEM_EXPIRED);
		CHECK_INT(judge(&a, &tally, ID7_CODE_UNLOCK, NOW),
			  ID7_REDEEM_NO);
		CHECK_INT(id7_redeem_judge(&a, &tally, kinds[i], other, &now),
			  ID7_REDEEM_NO);
		CHECK_INT(id7_redeem_judge(&a, &tally, kinds[i], none, &now),
			  ID7_REDEEM_NO);
		a.code[kinds[i]].expires = 0;
		CHECK_INT(judge(&a, &tally, kinds[i], NOW), ID7_REDEEM_EXPIRED);
	}
}

/* Zeros in the place of a code are nobody's. */
static void
no_code_matches_nothing(void)
{
	const struct id7_account account = {0};
	const struct id7_tally tally = locked_tally(false);
	struct id7_now now = at(NOW);

	for (unsigned int i = 0; i <= ID7_CODE_SAVED; i++)
		CHECK_INT(id7_redeem_judge(&account, &tally,
					   (enum id7_code_kind)i, none, &now),
			  ID7_REDEEM_NO);
}

static void
unlock_lives_with_the_lock(void)
{
	struct id7_account a = with_code(ID7_CODE_UNLOCK, 0);
	struct id7_tally locked = locked_tally(false);
	struct id7_tally held = locked_tally(true);
	struct id7_tally open = {0};

	CHECK_INT(judge(&a, &locked, ID7_CODE_UNLOCK, NOW + 599),
		  ID7_REDEEM_RIGHT);
	CHECK_INT(judge(&a, &locked, ID7_CODE_UNLOCK, NOW + 600),
		  ID7_REDEEM_EXPIRED);
	CHECK_INT(judge(&a, &open, ID7_CODE_UNLOCK, NOW), ID7_REDEEM_EXPIRED);
	CHECK_INT(judge(&a, &held, ID7_CODE_UNLOCK, NOW + 86399),
		  ID7_REDEEM_RIGHT);
	CHECK_INT(judge(&a, &held, ID7_CODE_UNLOCK, NOW + 86400),
		  ID7_REDEEM_EXPIRED);
	/* A lock of days: its own code lives as long, an older one a day. */
	locked.lane[ID7_LANE_REMOTE].locked_until = 1000 + 600000;
	CHECK_INT(judge(&a, &locked, ID7_CODE_UNLOCK, NOW + 599999),
		  ID7_REDEEM_RIGHT);
	a.code[ID7_CODE_UNLOCK].issued = NOW - 10;
	CHECK_INT(judge(&a, &locked, ID7_CODE_UNLOCK, NOW + 100),
		  ID7_REDEEM_RIGHT);
	CHECK_INT(judge(&a, &locked, ID7_CODE_UNLOCK, NOW + 86400),
		  ID7_REDEEM_EXPIRED);
	/* With an end of its own that end counts. */
	a.code[ID7_CODE_UNLOCK].expires = NOW + 60;
	CHECK_INT(judge(&a, &held, ID7_CODE_UNLOCK, NOW + 60),
		  ID7_REDEEM_EXPIRED);
	CHECK_INT(judge(&a, &open, ID7_CODE_UNLOCK, NOW), ID7_REDEEM_RIGHT);
}

static void
unlock_works_once(void)
{
	struct id7_account a = with_code(ID7_CODE_UNLOCK, 0);
	struct id7_tally tally = locked_tally(true);

	id7_redeem_mark(&tally, &a, ID7_CODE_UNLOCK, ID7_REDEEM_RIGHT);
	CHECK_INT(tally.code_tries[ID7_CODE_UNLOCK], 0);
	CHECK_INT(judge(&a, &tally, ID7_CODE_UNLOCK, NOW), ID7_REDEEM_SPENT);
	/* The next one is another code, though of the same kind. */
	a.code[ID7_CODE_UNLOCK].hash[0] ^= 0x80;
	id7_redeem_mark(&tally, &a, ID7_CODE_UNLOCK, ID7_REDEEM_NO);
	a.code[ID7_CODE_UNLOCK].hash[0] ^= 0x80;
	CHECK_INT(judge(&a, &tally, ID7_CODE_UNLOCK, NOW), ID7_REDEEM_RIGHT);
}

/* A stranger's tries end nothing, however many. */
static void
wrong_tries_end_nothing(void)
{
	struct id7_account a = with_code(ID7_CODE_RESET, NOW + 1800);
	struct id7_tally tally = {0};

	memcpy(a.saved[3], mine, sizeof mine);
	a.saved_issued = NOW;
	for (int i = 0; i < 300; i++) {
		id7_redeem_mark(&tally, &a, ID7_CODE_RESET, ID7_REDEEM_NO);
		id7_redeem_mark(&tally, &a, ID7_CODE_SAVED, ID7_REDEEM_NO);
	}
	CHECK_INT(tally.code_tries[ID7_CODE_RESET], 255);
	CHECK_INT(tally.saved_tries, 255);
	CHECK_INT(judge(&a, &tally, ID7_CODE_RESET, NOW), ID7_REDEEM_RIGHT);
	CHECK_INT(judge(&a, &tally, ID7_CODE_SAVED, NOW), ID7_REDEEM_RIGHT);
	/* A new code has no tries yet, a new sheet neither. */
	a.code[ID7_CODE_RESET].hash[0]++;
	id7_redeem_mark(&tally, &a, ID7_CODE_RESET, ID7_REDEEM_NO);
	CHECK_INT(tally.code_tries[ID7_CODE_RESET], 1);
	a.saved_issued++;
	id7_redeem_mark(&tally, &a, ID7_CODE_SAVED, ID7_REDEEM_RIGHT);
	CHECK_INT(tally.saved_tries, 0);
}

static void
saved_ones_go_one_by_one(void)
{
	struct id7_account a = {.saved_issued = NOW - 900000000};
	const struct id7_tally tally = {0};
	struct id7_now now = at(NOW);

	for (size_t i = 0; i < ID7_SAVED_CODES; i++)
		a.saved[i][3] = (uint8_t)(i + 1);
	for (size_t i = 0; i < ID7_SAVED_CODES; i++) {
		uint8_t hash[ID7_CODE_HASH_LEN] = {[3] = (uint8_t)(i + 1)};

		CHECK_INT(id7_redeem_judge(&a, &tally, ID7_CODE_SAVED, hash,
					   &now),
			  ID7_REDEEM_RIGHT);
		id7_redeem_void_saved(&a, hash);
		CHECK_INT(id7_redeem_judge(&a, &tally, ID7_CODE_SAVED, hash,
					   &now),
			  ID7_REDEEM_NO);
	}
	CHECK(memcmp(a.saved, (uint8_t[sizeof a.saved]){0}, sizeof a.saved) ==
	      0);
}

static void
reset_lives(void)
{
	struct id7_account a = with_code(ID7_CODE_RESET, NOW + 1800);
	struct id7_now now = at(NOW), late = at(NOW + 1800);

	CHECK(id7_redeem_reset_lives(&a, &now));
	CHECK(!id7_redeem_reset_lives(&a, &late));
	id7_redeem_void(&a, ID7_CODE_BIT(ID7_CODE_RESET));
	CHECK(!id7_redeem_reset_lives(&a, &now));
}

static void
changes_end_codes(void)
{
	struct id7_account before = {.epoch = 1, .address = {"a@b.c"}};
	struct id7_account after = before;

	after.lang = ID7_LANG_JA;
	after.flags = ID7_ACCOUNT_MUST_CHANGE;
	after.address_confirmed[0] = true;
	CHECK_INT(id7_redeem_ended(&before, &after), 0);
	after = before;
	after.epoch++;
	CHECK_INT(id7_redeem_ended(&before, &after), ID7_CODES_MAILED);
	after = before;
	after.password_changed = NOW;
	CHECK_INT(id7_redeem_ended(&before, &after), ID7_CODES_MAILED);
	after = before;
	strcpy(after.address[1], "b@b.c");
	CHECK_INT(id7_redeem_ended(&before, &after), ID7_CODES_MAILED);
	after = before;
	after.flags = ID7_ACCOUNT_DISABLED;
	CHECK_INT(id7_redeem_ended(&before, &after), ID7_CODES_ALL);
	CHECK_INT(id7_redeem_ended(&after, &before), 0);
	after = before;
	after.flags = ID7_ACCOUNT_HELD;
	after.held_at = NOW;
	CHECK_INT(id7_redeem_ended(&before, &after),
		  ID7_CODE_BIT(ID7_CODE_RESET));
	before = after;
	after.held_at++;
	CHECK_INT(id7_redeem_ended(&before, &after),
		  ID7_CODE_BIT(ID7_CODE_RESET));
}

static void
void_takes_what_is_named(void)
{
	struct id7_account full, a;

	memset(&full, 0x11, sizeof full);
	a = full;
	id7_redeem_void(&a, ID7_CODE_BIT(ID7_CODE_VOID));
	CHECK_INT(a.code[ID7_CODE_VOID].issued, 0);
	CHECK_MEM(a.code, full.code, 3 * sizeof a.code[0]);
	CHECK_MEM(a.saved, full.saved, sizeof a.saved);
	id7_redeem_void(&a, ID7_CODES_ALL);
	for (size_t i = 0; i < ID7_CODE_KINDS; i++)
		CHECK_MEM(a.code[i].hash, none, sizeof none);
	for (size_t i = 0; i < ID7_SAVED_CODES; i++)
		CHECK_MEM(a.saved[i], none, sizeof none);
	CHECK_INT(a.saved_issued, 0);
	CHECK_INT(a.confirm_place, 0);
}

static void
views_what_lives(void)
{
	struct id7_account account = with_code(ID7_CODE_RESET, NOW + 1800);
	struct id7_tally tally = {0};
	struct id7_now now = at(NOW + 1799), late = at(NOW + 1800);
	struct id7_redeem_view view;

	id7_redeem_mark(&tally, &account, ID7_CODE_RESET, ID7_REDEEM_NO);
	view = id7_redeem_view(&account, &tally, ID7_CODE_RESET, &now);
	CHECK_INT(view.live, 1);
	CHECK_INT(view.issued, NOW);
	CHECK_INT(view.expires, NOW + 1800);
	CHECK_INT(view.tries, 1);
	memcpy(account.code[ID7_CODE_RESET].hash, other, sizeof other);
	tally.code_tag[ID7_CODE_RESET]++;
	view = id7_redeem_view(&account, &tally, ID7_CODE_RESET, &now);
	CHECK_INT(view.tries, 0);
	view = id7_redeem_view(&account, &tally, ID7_CODE_RESET, &late);
	CHECK_INT(view.live, 0);
	view = id7_redeem_view(&account, &tally, ID7_CODE_VOID, &now);
	CHECK_INT(view.live, 0);
	view = id7_redeem_view(&account, &tally, ID7_CODE_SAVED, &now);
	CHECK_INT(view.live, 0);
	memcpy(account.saved[1], mine, sizeof mine);
	memcpy(account.saved[7], other, sizeof other);
	account.saved_issued = NOW;
	id7_redeem_mark(&tally, &account, ID7_CODE_SAVED, ID7_REDEEM_NO);
	view = id7_redeem_view(&account, &tally, ID7_CODE_SAVED, &late);
	CHECK_INT(view.live, 2);
	CHECK_INT(view.expires, 0);
	CHECK_INT(view.tries, 1);
}

int
main(void)
{
	lives_until_it_expires();
	no_code_matches_nothing();
	unlock_lives_with_the_lock();
	unlock_works_once();
	wrong_tries_end_nothing();
	saved_ones_go_one_by_one();
	reset_lives();
	changes_end_codes();
	views_what_lives();
	void_takes_what_is_named();
	return check_done();
}
