/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tally: reservations, settlements, reboots, epochs. Numbers are MUSTs of
 * tally.h. */
#include "common/core/tally.h"

#include "tests/support/check.h"

#define ALL_ALIVE 0xffffffffu
#define REMOTE ID7_LANE_REMOTE

static const uint8_t id[ID7_ID_LEN] = "the id of alice";
static const uint8_t other_id[ID7_ID_LEN] = "the id of someo";
static const struct id7_policy usual = {.deny = 3,
					.fail_interval = 900,
					.unlock_time = 600,
					.lanes = true,
					.lease = 30};

static struct id7_now
at(int64_t boot)
{
	return (struct id7_now){
		.wall = 1000000 + boot, .boot = boot, .boot_hash = 1};
}

/* A second boot, `gap` wall seconds after the first one's second 0. */
static struct id7_now
next_boot(int64_t boot, int64_t gap)
{
	return (struct id7_now){
		.wall = 1000000 + gap, .boot = boot, .boot_hash = 2};
}

static struct id7_tally
fresh(void)
{
	struct id7_tally tally;
	struct id7_now now = at(0);

	id7_tally_init(&tally, id, 5, &now);
	return tally;
}

static bool
refresh(struct id7_tally *tally, struct id7_now now, uint32_t alive)
{
	return id7_tally_refresh(tally, id, 5, &usual, &now, alive).locked_now;
}

/* Where an attempt must come from to be in `lane`. */
static struct id7_whence
whence(struct id7_tally *tally, enum id7_lane lane, uint32_t source)
{
	struct id7_whence from = {.console = lane == ID7_LANE_CONSOLE,
				  .source = source};

	if (lane == ID7_LANE_KNOWN) {
		from.knowable = true;
		tally->known[0].source = source;
		tally->known[0].day = UINT32_MAX;
	}
	return from;
}

static enum id7_claim
reserve_at(struct id7_tally *tally, const struct id7_policy *policy,
	   struct id7_now now, enum id7_lane lane, uint64_t nonce,
	   uint32_t source)
{
	struct id7_whence from = whence(tally, lane, source);
	uint32_t index = 99;
	enum id7_lane got;
	enum id7_claim claim = id7_tally_reserve(tally, policy, &now, &from,
						 nonce, &got, &index);

	CHECK_INT(got, lane);
	CHECK((claim == ID7_CLAIM_RESERVED) == (index < ID7_RESERVATIONS));
	if (claim == ID7_CLAIM_RESERVED)
		CHECK_INT(tally->reservation[index].nonce, nonce);
	return claim;
}

static enum id7_claim
reserve(struct id7_tally *tally, int64_t boot, enum id7_lane lane,
	uint64_t nonce, uint32_t source)
{
	refresh(tally, at(boot), ALL_ALIVE);
	return reserve_at(tally, &usual, at(boot), lane, nonce, source);
}

static struct id7_settled
settle_as(struct id7_tally *tally, int64_t boot, enum id7_lane lane,
	  uint64_t nonce, enum id7_settlement how, uint32_t fingerprint,
	  struct id7_whence from)
{
	struct id7_now now = at(boot);
	struct id7_settled settled;

	refresh(tally, now, ALL_ALIVE);
	id7_tally_settle(tally, &usual, &now, lane, nonce, how, fingerprint,
			 &from, &settled);
	return settled;
}

/* Each wrong one is another. */
static struct id7_settled
settle(struct id7_tally *tally, int64_t boot, enum id7_lane lane,
       uint64_t nonce, enum id7_settlement how, uint32_t source)
{
	static uint32_t fingerprint;
	struct id7_whence from = {.source = source};

	return settle_as(tally, boot, lane, nonce, how, ++fingerprint, from);
}

static struct id7_lane_view
view(const struct id7_tally *tally, int64_t boot, enum id7_lane lane)
{
	struct id7_now now = at(boot);

	return id7_tally_view(tally, &now, lane);
}

static void
guess_wrong(struct id7_tally *tally, int64_t boot, int times)
{
	int i;

	for (i = 0; i < times; i++) {
		CHECK_INT(reserve(tally, boot, REMOTE, 1, 9),
			  ID7_CLAIM_RESERVED);
		CHECK(settle(tally, boot, REMOTE, 1, ID7_SETTLE_WRONG, 9)
			      .stands);
	}
}

static void
test_init(void)
{
	struct id7_tally tally = fresh();

	CHECK_MEM(tally.id, id, ID7_ID_LEN);
	CHECK_INT(tally.epoch, 5);
	CHECK_INT(tally.boot_hash, 1);
	CHECK_INT(tally.wall, 1000000);
	CHECK_INT(view(&tally, 0, REMOTE).failures, 0);
	CHECK(!view(&tally, 0, REMOTE).locked_out);
	CHECK_INT(view(&tally, 0, REMOTE).locked_until, 0);
}

static void
test_must_1_pending_count(void)
{
	struct id7_tally tally = fresh(), before;

	guess_wrong(&tally, 10, 1);
	CHECK_INT(reserve(&tally, 10, REMOTE, 1, 9), ID7_CLAIM_RESERVED);
	CHECK_INT(reserve(&tally, 10, REMOTE, 2, 9), ID7_CLAIM_RESERVED);
	before = tally;
	CHECK_INT(reserve(&tally, 10, REMOTE, 3, 9), ID7_CLAIM_FULL);
	CHECK_MEM(&before, &tally, sizeof tally);
	CHECK_INT(view(&tally, 10, REMOTE).pending, 2);
	CHECK_INT(reserve(&tally, 10, ID7_LANE_KNOWN, 4, 9),
		  ID7_CLAIM_RESERVED);
	CHECK(settle(&tally, 11, REMOTE, 1, ID7_SETTLE_RELEASE, 9).stands);
	CHECK_INT(view(&tally, 11, REMOTE).failures, 1);
	CHECK_INT(reserve(&tally, 11, REMOTE, 3, 9), ID7_CLAIM_RESERVED);
}

/* The last failure before the hold has no other beside it. */
static void
test_must_1_nobody_slips_past_the_hold(void)
{
	struct id7_policy policy = usual;
	struct id7_tally tally = fresh();

	policy.max_lifetime_failures = 4;
	guess_wrong(&tally, 10, 2);
	tally.lane[ID7_LANE_CONSOLE].since_good = 1;
	CHECK_INT(reserve_at(&tally, &policy, at(10), ID7_LANE_KNOWN, 1, 9),
		  ID7_CLAIM_RESERVED);
	CHECK_INT(reserve_at(&tally, &policy, at(10), REMOTE, 2, 9),
		  ID7_CLAIM_FULL);
	CHECK(settle(&tally, 11, ID7_LANE_KNOWN, 1, ID7_SETTLE_RELEASE, 9)
		      .stands);
	CHECK_INT(reserve_at(&tally, &policy, at(11), REMOTE, 3, 9),
		  ID7_CLAIM_RESERVED);
	CHECK_INT(reserve_at(&tally, &policy, at(11), ID7_LANE_KNOWN, 4, 9),
		  ID7_CLAIM_RESERVED);
}

static void
test_right_logins_are_never_wrong(void)
{
	struct id7_tally tally = fresh();
	uint64_t i;

	guess_wrong(&tally, 10, 2);
	for (i = 1; i <= 64; i++) {
		CHECK_INT(reserve(&tally, 10, REMOTE, i, 4),
			  ID7_CLAIM_RESERVED);
		CHECK_INT(reserve(&tally, 10, REMOTE, i + 100, 4),
			  ID7_CLAIM_FULL);
		CHECK(settle(&tally, 10, REMOTE, i, ID7_SETTLE_RIGHT, 4)
			      .stands);
	}
	CHECK_INT(view(&tally, 10, REMOTE).failures, 2);
	CHECK_INT(tally.last_good, 1000010);
	CHECK_INT(tally.last_bad, 1000010);
}

static void
test_must_2_ends_once(void)
{
	static const enum id7_settlement hows[] = {
		ID7_SETTLE_RELEASE, ID7_SETTLE_WRONG, ID7_SETTLE_RIGHT};
	size_t i, k;

	for (i = 0; i < 3; i++) {
		for (k = 0; k < 3; k++) {
			struct id7_tally tally = fresh();
			struct id7_settled s;

			reserve(&tally, 1, REMOTE, 42, 9);
			s = settle(&tally, 1, REMOTE, 42, hows[i], 9);
			CHECK(s.stands);
			CHECK_INT(s.failures, hows[i] == ID7_SETTLE_WRONG);
			s = settle(&tally, 1, REMOTE, 42, hows[k], 9);
			CHECK(!s.stands);
			CHECK_INT(s.failures, hows[i] == ID7_SETTLE_WRONG);
		}
	}
}

static void
test_nobody_settles_nothing(void)
{
	struct id7_tally tally = fresh();

	reserve(&tally, 1, REMOTE, 42, 9);
	CHECK(!settle(&tally, 1, REMOTE, 0, ID7_SETTLE_WRONG, 9).stands);
	CHECK(!settle(&tally, 1, REMOTE, 43, ID7_SETTLE_RIGHT, 9).stands);
	CHECK_INT(view(&tally, 1, REMOTE).pending, 1);
	CHECK_INT(view(&tally, 1, REMOTE).failures, 0);
	CHECK_INT(tally.last_good, 0);
}

static void
test_lease(void)
{
	struct id7_tally tally = fresh(), late;

	reserve(&tally, 100, REMOTE, 42, 9);
	late = tally;
	CHECK(settle(&tally, 130, REMOTE, 42, ID7_SETTLE_RIGHT, 9).stands);
	CHECK(!settle(&late, 131, REMOTE, 42, ID7_SETTLE_RIGHT, 9).stands);
	CHECK_INT(view(&late, 131, REMOTE).failures, 1);
	CHECK_INT(late.lane[REMOTE].failure[0].at, 130);
	CHECK_INT(late.lane[REMOTE].failure[0].source, 9);
	CHECK_INT(late.last_good, 0);
}

static void
test_dead_owner(void)
{
	struct id7_tally tally = fresh();

	reserve(&tally, 100, REMOTE, 1, 9);
	reserve(&tally, 100, REMOTE, 2, 9);
	reserve(&tally, 100, ID7_LANE_CONSOLE, 3, 0);
	CHECK(!refresh(&tally, at(101), ~2u));
	CHECK_INT(view(&tally, 101, REMOTE).failures, 1);
	CHECK_INT(view(&tally, 101, REMOTE).pending, 1);
	CHECK_INT(view(&tally, 101, ID7_LANE_CONSOLE).failures, 0);
	CHECK_INT(tally.lane[REMOTE].failure[0].at, 101);
	CHECK(!settle(&tally, 101, REMOTE, 2, ID7_SETTLE_RIGHT, 9).stands);
}

static void
test_dead_owners_lock(void)
{
	struct id7_tally tally = fresh();
	uint64_t i;

	for (i = 1; i <= 3; i++)
		reserve(&tally, 100, REMOTE, i, 9);
	CHECK(refresh(&tally, at(105), 0));
	CHECK(view(&tally, 105, REMOTE).locked_out);
	CHECK_INT(view(&tally, 105, REMOTE).locked_since, 1000105);
	CHECK_INT(view(&tally, 105, REMOTE).locked_until, 1000705);
	CHECK_INT(view(&tally, 105, REMOTE).episode, 1);
	CHECK(!refresh(&tally, at(106), 0));
}

static void
test_must_4_attempts_during_a_lock(void)
{
	struct id7_tally tally = fresh(), before;
	int64_t t;

	guess_wrong(&tally, 10, 3);
	CHECK(view(&tally, 10, REMOTE).locked_out);
	before = tally;
	for (t = 11; t < 610; t += 13) {
		CHECK_INT(reserve(&tally, t, REMOTE, 8, 9),
			  ID7_CLAIM_LOCKED_OUT);
		CHECK(!settle(&tally, t, REMOTE, 8, ID7_SETTLE_WRONG, 9)
			       .stands);
		CHECK_MEM(&before.lane, &tally.lane, sizeof tally.lane);
	}
	CHECK_INT(reserve(&tally, 610, REMOTE, 8, 9), ID7_CLAIM_RESERVED);
	CHECK_INT(view(&tally, 610, REMOTE).failures, 0);
}

static void
test_held(void)
{
	struct id7_policy policy = usual;
	struct id7_tally tally = fresh();
	struct id7_now now = at(10);
	struct id7_whence from = {.source = 9};
	struct id7_settled settled;

	policy.unlock_time = 0;
	policy.deny = 1;
	CHECK_INT(reserve_at(&tally, &policy, now, REMOTE, 1, 9),
		  ID7_CLAIM_RESERVED);
	id7_tally_settle(&tally, &policy, &now, REMOTE, 1, ID7_SETTLE_WRONG, 1,
			 &from, &settled);
	CHECK(settled.events.locked_now);
	CHECK(view(&tally, 10, REMOTE).held);
	CHECK(!view(&tally, 10, REMOTE).locked_out);
	CHECK_INT(view(&tally, 10, REMOTE).locked_until, 0);
	CHECK_INT(view(&tally, 20, REMOTE).locked_since, 1000010);
	CHECK_INT(reserve(&tally, 1000000000, REMOTE, 1, 9), ID7_CLAIM_HELD);
	CHECK(id7_tally_unlock(&tally));
	CHECK_INT(reserve(&tally, 1000000000, REMOTE, 1, 9),
		  ID7_CLAIM_RESERVED);
}

static void
test_unlock(void)
{
	struct id7_tally tally = fresh();

	guess_wrong(&tally, 10, 2);
	reserve(&tally, 10, ID7_LANE_KNOWN, 5, 9);
	CHECK(!id7_tally_unlock(&tally));
	CHECK_INT(view(&tally, 10, REMOTE).failures, 0);
	CHECK_INT(view(&tally, 10, ID7_LANE_KNOWN).pending, 1);
	guess_wrong(&tally, 10, 3);
	CHECK(id7_tally_unlock(&tally));
	CHECK(!view(&tally, 10, REMOTE).locked_out);
	CHECK_INT(view(&tally, 10, REMOTE).episode, 1);
	CHECK_INT(tally.lane[REMOTE].since_good, 0);
	CHECK(settle(&tally, 11, ID7_LANE_KNOWN, 5, ID7_SETTLE_WRONG, 9)
		      .stands);
	CHECK_INT(view(&tally, 11, ID7_LANE_KNOWN).failures, 1);
}

static void
test_reboot_carries_a_lock(void)
{
	static const struct {
		const char *what;
		int64_t boot, wall; /* of the second boot's first look */
		int64_t left;	    /* seconds of lock; 0: over */
	} cases[] = {
		{"quick reboot", 5, 100, 510},
		{"the lock's last second", 5, 609, 1},
		{"over meanwhile", 5, 610, 0},
		{"clock a century ahead", 5, 3155760000, 0},
		{"clock a century back", 0, -3155760000, 600},
		{"clock back, and up for a while", 100, -3155760000, 500},
		{"clock back, and up for long", 600, -3155760000, 0},
		{"clock stands at the lock", 5, 10, 595},
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct id7_tally tally = fresh();
		struct id7_now now = next_boot(cases[i].boot, cases[i].wall);
		struct id7_lane_view v;

		guess_wrong(&tally, 10, 3);
		CHECK(!refresh(&tally, now, 0));
		v = id7_tally_view(&tally, &now, REMOTE);
		CHECK_STR(v.locked_out ? cases[i].what : "over",
			  cases[i].left > 0 ? cases[i].what : "over");
		if (v.locked_out)
			CHECK_INT(v.locked_until - now.wall, cases[i].left);
		CHECK_INT(v.failures, v.locked_out ? 3 : 0);
	}
}

/* A service that may not read the boot's name ends no lock and forgets no
 * failure, whichever of the two looks first. */
static void
test_boot_without_a_name(void)
{
	struct id7_tally tally = fresh();
	struct id7_now nameless = at(20), again = at(30);

	nameless.boot_hash = 0;
	guess_wrong(&tally, 10, 2);
	refresh(&tally, nameless, ALL_ALIVE);
	CHECK_INT(id7_tally_view(&tally, &nameless, REMOTE).failures, 2);
	CHECK_INT(tally.boot_hash, 1);
	refresh(&tally, again, ALL_ALIVE);
	CHECK_INT(id7_tally_view(&tally, &again, REMOTE).failures, 2);
	guess_wrong(&tally, 30, 1);
	nameless.boot = 40;
	refresh(&tally, nameless, ALL_ALIVE);
	CHECK(id7_tally_view(&tally, &nameless, REMOTE).locked_out);
	id7_tally_init(&tally, id, 5, &nameless);
	refresh(&tally, again, ALL_ALIVE);
	CHECK_INT(tally.boot_hash, 1);
}

static void
test_reboot_carries_the_window(void)
{
	struct id7_tally tally = fresh();
	struct id7_now now = next_boot(3, 909);

	guess_wrong(&tally, 10, 2);
	refresh(&tally, now, 0);
	CHECK_INT(id7_tally_view(&tally, &now, REMOTE).failures, 2);
	now.wall++;
	now.boot++;
	refresh(&tally, now, 0);
	CHECK_INT(id7_tally_view(&tally, &now, REMOTE).failures, 0);
}

static void
test_reboot_kills_as_one(void)
{
	struct id7_tally tally = fresh();
	struct id7_now now = next_boot(3, 20);

	reserve(&tally, 10, REMOTE, 1, 9);
	reserve(&tally, 10, REMOTE, 2, 9);
	reserve(&tally, 10, REMOTE, 3, 9);
	reserve(&tally, 10, ID7_LANE_CONSOLE, 4, 0);
	CHECK(!refresh(&tally, now, ALL_ALIVE));
	CHECK_INT(id7_tally_view(&tally, &now, REMOTE).failures, 1);
	CHECK_INT(id7_tally_view(&tally, &now, REMOTE).pending, 0);
	CHECK_INT(id7_tally_view(&tally, &now, ID7_LANE_CONSOLE).failures, 1);
}

/* One failure a lane, whichever lane's place comes first. */
static void
test_reboot_counts_each_lane(void)
{
	static const enum id7_lane order[] = {ID7_LANE_CONSOLE, ID7_LANE_KNOWN,
					      REMOTE};
	struct id7_tally tally = fresh();
	struct id7_now now = next_boot(3, 20);
	uint64_t i;

	for (i = 0; i < 6; i++)
		CHECK_INT(reserve(&tally, 10, order[i / 2], i + 1, 9),
			  ID7_CLAIM_RESERVED);
	CHECK(!refresh(&tally, now, ALL_ALIVE));
	for (i = 0; i < 3; i++)
		CHECK_INT(id7_tally_view(&tally, &now, order[i]).failures, 1);
}

static void
test_wall_steps_within_a_boot(void)
{
	struct id7_tally tally = fresh(), before;
	struct id7_now now = at(300);

	guess_wrong(&tally, 10, 3);
	refresh(&tally, now, 0);
	before = tally;
	now.wall = -3155760000;
	refresh(&tally, now, 0);
	CHECK_MEM(&before.lane, &tally.lane, sizeof tally.lane);
	CHECK_INT(id7_tally_view(&tally, &now, REMOTE).locked_until,
		  now.wall + 310);
	now.wall = 3155760000;
	refresh(&tally, now, 0);
	CHECK_MEM(&before.lane, &tally.lane, sizeof tally.lane);
}

static void
test_epochs(void)
{
	struct id7_tally locked = fresh(), tally;
	struct id7_now now = at(20);

	guess_wrong(&locked, 10, 3);
	locked.seq = 8;
	tally = locked;
	CHECK(!id7_tally_refresh(&tally, id, 6, &usual, &now, 0).locked_now);
	CHECK(!view(&tally, 20, REMOTE).locked_out);
	CHECK_INT(tally.epoch, 6);
	CHECK_INT(tally.seq, 8);
	tally = locked;
	CHECK(!id7_tally_refresh(&tally, other_id, 5, &usual, &now, 0)
		       .locked_now);
	CHECK(!view(&tally, 20, REMOTE).locked_out);
	CHECK_MEM(tally.id, other_id, ID7_ID_LEN);
	CHECK_INT(tally.seq, 8);
}

/* An attempt that read the account before its password was changed, and was
 * stopped there, must not wipe what was counted since. */
static void
test_stale_epoch_empties_nothing(void)
{
	struct id7_tally tally = fresh();
	struct id7_now now = at(20);

	guess_wrong(&tally, 10, 3);
	CHECK(!id7_tally_refresh(&tally, id, 4, &usual, &now, 0).locked_now);
	CHECK(view(&tally, 20, REMOTE).locked_out);
	CHECK_INT(tally.epoch, 5);
	CHECK(!refresh(&tally, now, 0));
	CHECK(view(&tally, 20, REMOTE).locked_out);
}

/* A flood in one lane must not take the last place of another. */
static void
test_lanes_do_not_starve_each_other(void)
{
	struct id7_policy policy = usual;
	struct id7_tally tally = fresh();
	struct id7_now now = at(10);
	uint64_t i;

	policy.deny = ID7_DENY_MAX;
	for (i = 1; reserve_at(&tally, &policy, now, REMOTE, i, 9) ==
		    ID7_CLAIM_RESERVED;
	     i++)
		;
	CHECK_INT(view(&tally, 10, REMOTE).pending, ID7_RESERVATIONS - 2);
	CHECK_INT(reserve_at(&tally, &policy, now, ID7_LANE_KNOWN, 90, 9),
		  ID7_CLAIM_RESERVED);
	CHECK_INT(reserve_at(&tally, &policy, now, ID7_LANE_KNOWN, 91, 9),
		  ID7_CLAIM_FULL);
	CHECK_INT(reserve_at(&tally, &policy, now, ID7_LANE_CONSOLE, 92, 0),
		  ID7_CLAIM_RESERVED);
	CHECK_INT(reserve_at(&tally, &policy, now, ID7_LANE_CONSOLE, 93, 0),
		  ID7_CLAIM_FULL);
}

/* Another time namespace: the same boot, an earlier clock. */
static void
test_boot_clock_that_went_back(void)
{
	struct id7_tally tally = fresh();

	reserve(&tally, 10000, REMOTE, 42, 9);
	CHECK(!refresh(&tally, at(50), ALL_ALIVE));
	CHECK_INT(view(&tally, 50, REMOTE).pending, 1);
	CHECK(!refresh(&tally, at(81), ALL_ALIVE));
	CHECK_INT(view(&tally, 81, REMOTE).pending, 0);
	CHECK_INT(view(&tally, 81, REMOTE).failures, 1);
}

/* Leases that run out in another order than their places. */
static void
test_buried_oldest_first(void)
{
	struct id7_tally tally = fresh();

	reserve(&tally, 10, REMOTE, 1, 9);
	reserve(&tally, 20, REMOTE, 2, 9);
	settle(&tally, 21, REMOTE, 1, ID7_SETTLE_RELEASE, 9);
	reserve(&tally, 30, REMOTE, 3, 9);
	refresh(&tally, at(100), ALL_ALIVE);
	CHECK_INT(tally.lane[REMOTE].failure[0].at, 50);
	CHECK_INT(tally.lane[REMOTE].failure[1].at, 60);
}

static void
test_lane_of(void)
{
	static const struct {
		const char *what;
		struct id7_whence from;
		bool lanes;
		enum id7_lane want;
	} cases[] = {
		{"no source", {false, false, 0}, true, REMOTE},
		{"console", {true, false, 0}, true, ID7_LANE_CONSOLE},
		{"console, one tally", {true, false, 0}, false, REMOTE},
		{"known", {false, true, 7}, true, ID7_LANE_KNOWN},
		{"known, one tally", {false, true, 7}, false, REMOTE},
		{"known, but shared by now", {false, false, 7}, true, REMOTE},
		{"stranger", {false, true, 8}, true, REMOTE},
		{"same lower half",
		 {false, true, 7 | INT64_C(1) << 40},
		 true,
		 REMOTE},
		{"console with a known source",
		 {true, true, 7},
		 true,
		 ID7_LANE_CONSOLE},
	};
	struct id7_now now = at(0);
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct id7_policy policy = usual;
		struct id7_tally tally = fresh();

		tally.known[4] = (struct id7_known_source){7, 11};
		policy.lanes = cases[i].lanes;
		check_say(id7_tally_lane(&tally, &policy, &now,
					 &cases[i].from) == cases[i].want,
			  __FILE__, __LINE__, cases[i].what);
	}
}

static struct id7_settled
attempt(struct id7_tally *tally, int64_t boot, enum id7_lane lane,
	enum id7_settlement how, uint32_t fingerprint, uint32_t source)
{
	struct id7_whence from = {.source = source};

	CHECK_INT(reserve(tally, boot, lane, 1, source), ID7_CLAIM_RESERVED);
	return settle_as(tally, boot, lane, 1, how, fingerprint, from);
}

static void
test_good_login_makes_known(void)
{
	struct id7_whence from = {.knowable = true,
				  .source = UINT64_C(7) << 40 | 9};
	struct id7_tally tally = fresh();
	struct id7_now now = at(10);

	CHECK_INT(reserve(&tally, 10, REMOTE, 1, 9), ID7_CLAIM_RESERVED);
	settle_as(&tally, 10, REMOTE, 1, ID7_SETTLE_WRONG, 5, from);
	CHECK_INT(id7_tally_lane(&tally, &usual, &now, &from), REMOTE);
	CHECK_INT(reserve(&tally, 10, REMOTE, 1, 9), ID7_CLAIM_RESERVED);
	settle_as(&tally, 10, REMOTE, 1, ID7_SETTLE_RIGHT, 0, from);
	CHECK_INT(id7_tally_lane(&tally, &usual, &now, &from), ID7_LANE_KNOWN);
	id7_tally_unlock(&tally);
	CHECK_INT(id7_tally_lane(&tally, &usual, &now, &from), ID7_LANE_KNOWN);
	CHECK(!refresh(&tally, now, ALL_ALIVE));
	(void)id7_tally_refresh(&tally, id, 6, &usual, &now, ALL_ALIVE);
	CHECK_INT(id7_tally_lane(&tally, &usual, &now, &from), REMOTE);
	from.knowable = false;
	CHECK_INT(reserve(&tally, 10, REMOTE, 1, 9), ID7_CLAIM_RESERVED);
	settle_as(&tally, 10, REMOTE, 1, ID7_SETTLE_RIGHT, 0, from);
	CHECK_INT(tally.known[0].source, 0);
}

static void
test_repeats(void)
{
	struct id7_tally tally = fresh(), before;
	struct id7_settled s;

	CHECK(!attempt(&tally, 10, REMOTE, ID7_SETTLE_WRONG, 5, 9).repeated);
	before = tally;
	s = attempt(&tally, 20, REMOTE, ID7_SETTLE_WRONG, 5, 9);
	CHECK(s.repeated && s.stands && !s.events.locked_now);
	CHECK_INT(s.failures, 1);
	CHECK_MEM(&before.lane, &tally.lane, sizeof tally.lane);
	CHECK_MEM(&before.seen, &tally.seen, sizeof tally.seen);
	CHECK_INT(tally.last_bad, 1000020);
	CHECK(!attempt(&tally, 20, REMOTE, ID7_SETTLE_WRONG, 5, 8).repeated);
	CHECK(attempt(&tally, 5000, REMOTE, ID7_SETTLE_WRONG, 5, 9).repeated);
	CHECK_INT(view(&tally, 5000, REMOTE).failures, 0);
	CHECK(!attempt(&tally, 5000, REMOTE, ID7_SETTLE_WRONG, 0, 9).repeated);
	CHECK(!attempt(&tally, 5000, REMOTE, ID7_SETTLE_WRONG, 0, 9).repeated);
	attempt(&tally, 5000, REMOTE, ID7_SETTLE_RIGHT, 0, 8);
	CHECK(attempt(&tally, 5000, REMOTE, ID7_SETTLE_WRONG, 5, 9).repeated);
	attempt(&tally, 5000, REMOTE, ID7_SETTLE_RIGHT, 0, 9);
	CHECK(!attempt(&tally, 5000, REMOTE, ID7_SETTLE_WRONG, 5, 9).repeated);
	id7_tally_unlock(&tally);
	CHECK(!attempt(&tally, 5000, REMOTE, ID7_SETTLE_WRONG, 5, 9).repeated);
}

/* What was pushed out of the short list still stands among the failures. */
static void
test_repeats_in_the_window(void)
{
	struct id7_policy policy = usual;
	struct id7_tally tally = fresh();
	struct id7_whence from = {.source = 9};
	struct id7_now now = at(10);
	struct id7_settled s;
	uint32_t i;

	policy.deny = ID7_DENY_MAX;
	for (i = 1; i < ID7_DENY_MAX; i++) {
		reserve_at(&tally, &policy, now, REMOTE, 1, 9);
		id7_tally_settle(&tally, &policy, &now, REMOTE, 1,
				 ID7_SETTLE_WRONG, i, &from, &s);
		CHECK(!s.repeated);
	}
	for (i = 1; i < ID7_DENY_MAX; i++) {
		reserve_at(&tally, &policy, now, REMOTE, 1, 9);
		id7_tally_settle(&tally, &policy, &now, REMOTE, 1,
				 ID7_SETTLE_WRONG, i, &from, &s);
		CHECK(s.repeated);
	}
	CHECK_INT(view(&tally, 10, REMOTE).failures, ID7_DENY_MAX - 1);
}

static void
test_old_passwords(void)
{
	struct id7_tally tally = fresh(), before;
	struct id7_settled s;
	int i;

	attempt(&tally, 10, REMOTE, ID7_SETTLE_WRONG, 5, 9);
	before = tally;
	for (i = 0; i < 40; i++) {
		s = attempt(&tally, 20, REMOTE, ID7_SETTLE_OLD, 6, 9);
		CHECK(s.stands && !s.repeated && !s.events.locked_now);
		CHECK_INT(s.failures, 1);
	}
	CHECK_MEM(&before.lane, &tally.lane, sizeof tally.lane);
	CHECK_MEM(&before.seen, &tally.seen, sizeof tally.seen);
	CHECK_INT(tally.last_old, 1000020);
	CHECK_INT(tally.last_bad, 1000020);
	CHECK_INT(tally.last_good, 0);
}

/* `lifetime` failures in other windows than the last. */
static struct id7_tally
many_failures(uint32_t lifetime, int64_t boot)
{
	struct id7_tally tally = fresh();

	refresh(&tally, at(boot), ALL_ALIVE);
	tally.lane[REMOTE].since_good = lifetime;
	return tally;
}

static struct id7_events
look_held(struct id7_tally *tally, int64_t boot, uint32_t deny, uint32_t most)
{
	struct id7_policy policy = usual;
	struct id7_now now = at(boot);

	policy.deny = deny;
	policy.max_lifetime_failures = most;
	return id7_tally_refresh(tally, id, 5, &policy, &now, ALL_ALIVE);
}

static void
test_hold(void)
{
	struct id7_tally tally = many_failures(99, 10);

	CHECK(!look_held(&tally, 10, 3, 100).locked_now);
	tally.lane[ID7_LANE_KNOWN].since_good = 1;
	CHECK(!look_held(&tally, 10, 3, 0).locked_now);
	CHECK(look_held(&tally, 10, 3, 100).locked_now);
	CHECK(!look_held(&tally, 10, 3, 100).locked_now);
	CHECK(view(&tally, 10, REMOTE).held);
	CHECK(view(&tally, 10, REMOTE).lifetime);
	CHECK_INT(view(&tally, 10, REMOTE).episode, 1);
	CHECK_INT(view(&tally, 10, REMOTE).locked_until, 0);
	CHECK(!view(&tally, 10, ID7_LANE_KNOWN).held);
	CHECK_INT(id7_tally_lifetime(&tally), 100);
	/* It stays for whoever is locked by anything. */
	look_held(&tally, INT32_MAX, 3, 10000);
	CHECK(view(&tally, INT32_MAX, REMOTE).held);
	look_held(&tally, INT32_MAX, 0, 10000);
	CHECK(view(&tally, INT32_MAX, REMOTE).held);
	look_held(&tally, INT32_MAX, 3, 0);
	CHECK(view(&tally, INT32_MAX, REMOTE).held);
	CHECK(id7_tally_unlock(&tally));
	CHECK_INT(id7_tally_lifetime(&tally), 0);
	CHECK(!look_held(&tally, INT32_MAX, 3, 1).locked_now);
}

/* A hold comes over a lock as an episode of its own, and never ends by time. */
static void
test_hold_over_a_lock(void)
{
	struct id7_tally tally = fresh();

	guess_wrong(&tally, 10, 3);
	CHECK_INT(view(&tally, 10, REMOTE).episode, 1);
	tally.lane[ID7_LANE_CONSOLE].since_good = 50;
	CHECK(look_held(&tally, 20, 3, 53).locked_now);
	CHECK_INT(view(&tally, 20, REMOTE).episode, 2);
	CHECK(!look_held(&tally, 9999, 3, 53).unlocked_now);
	CHECK(view(&tally, 9999, REMOTE).held);
}

/* The failure that reaches both limits is one episode. */
static void
test_hold_and_deny_at_once(void)
{
	struct id7_policy policy = usual;
	struct id7_tally tally = many_failures(97, 10);
	struct id7_whence from = {.source = 9};
	struct id7_now now = at(10);
	struct id7_settled s;
	uint32_t i;

	policy.max_lifetime_failures = 100;
	for (i = 0; i < 3; i++) {
		reserve_at(&tally, &policy, now, REMOTE, 1, 9);
		id7_tally_settle(&tally, &policy, &now, REMOTE, 1,
				 ID7_SETTLE_WRONG, 10 + i, &from, &s);
	}
	CHECK(s.events.locked_now);
	CHECK_INT(view(&tally, 10, REMOTE).episode, 1);
	CHECK(view(&tally, 10, REMOTE).lifetime);
}

static void
test_what_takes_back(void)
{
	struct id7_tally tally = many_failures(50, 10);
	struct id7_whence address = {.knowable = true, .source = 77};
	struct id7_whence console = {.console = true};

	guess_wrong(&tally, 10, 2);
	CHECK_INT(tally.lane[REMOTE].since_good, 52);
	attempt(&tally, 11, REMOTE, ID7_SETTLE_RIGHT, 0, 0);
	CHECK_INT(tally.lane[REMOTE].since_good, 52);
	attempt(&tally, 11, REMOTE, ID7_SETTLE_RIGHT, 0, 9);
	CHECK_INT(tally.lane[REMOTE].since_good, 50);
	attempt(&tally, 12, REMOTE, ID7_SETTLE_WRONG, 1234, 0);
	attempt(&tally, 12, REMOTE, ID7_SETTLE_RIGHT, 0, 0);
	CHECK_INT(tally.lane[REMOTE].since_good, 50);
	tally.lane[ID7_LANE_KNOWN].since_good = 5;
	tally.lane[ID7_LANE_CONSOLE].since_good = 6;
	reserve(&tally, 12, ID7_LANE_KNOWN, 1, 77);
	settle_as(&tally, 12, ID7_LANE_KNOWN, 1, ID7_SETTLE_RIGHT, 0, address);
	reserve(&tally, 12, ID7_LANE_CONSOLE, 1, 0);
	settle_as(&tally, 12, ID7_LANE_CONSOLE, 1, ID7_SETTLE_RIGHT, 0,
		  console);
	CHECK_INT(id7_tally_lifetime(&tally), 50);
	reserve(&tally, 12, REMOTE, 1, 77);
	settle_as(&tally, 12, REMOTE, 1, ID7_SETTLE_RIGHT, 0, address);
	CHECK_INT(id7_tally_lifetime(&tally), 0);
}

/* A timed lock that is over is told once; what lifts a lock otherwise is not
 * its time. */
static void
test_unlocked_now(void)
{
	struct id7_policy nobody = usual;
	struct id7_tally tally = fresh();
	struct id7_now now = at(610);

	guess_wrong(&tally, 10, 3);
	CHECK(!look_held(&tally, 609, 3, 0).unlocked_now);
	CHECK(look_held(&tally, 610, 3, 0).unlocked_now);
	CHECK(!look_held(&tally, 611, 3, 0).unlocked_now);
	guess_wrong(&tally, 620, 3);
	nobody.deny = 0;
	CHECK(!id7_tally_refresh(&tally, id, 5, &nobody, &now, ALL_ALIVE)
		       .unlocked_now);
	CHECK(!view(&tally, 621, REMOTE).locked_out);
	guess_wrong(&tally, 630, 3);
	CHECK(id7_tally_unlock(&tally));
	CHECK(!look_held(&tally, 9999, 3, 0).unlocked_now);
}

int
main(void)
{
	test_lane_of();
	test_good_login_makes_known();
	test_repeats();
	test_repeats_in_the_window();
	test_old_passwords();
	test_hold();
	test_hold_over_a_lock();
	test_hold_and_deny_at_once();
	test_what_takes_back();
	test_unlocked_now();
	test_init();
	test_must_1_pending_count();
	test_must_1_nobody_slips_past_the_hold();
	test_right_logins_are_never_wrong();
	test_must_2_ends_once();
	test_nobody_settles_nothing();
	test_lease();
	test_dead_owner();
	test_dead_owners_lock();
	test_must_4_attempts_during_a_lock();
	test_held();
	test_unlock();
	test_reboot_carries_a_lock();
	test_boot_without_a_name();
	test_reboot_carries_the_window();
	test_reboot_kills_as_one();
	test_reboot_counts_each_lane();
	test_wall_steps_within_a_boot();
	test_epochs();
	test_stale_epoch_empties_nothing();
	test_lanes_do_not_starve_each_other();
	test_boot_clock_that_went_back();
	test_buried_oldest_first();
	return check_done();
}
