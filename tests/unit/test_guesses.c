/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a guesser can try, worked out and tried out: every way to spend some
 * seconds against the tally itself. */
#include "common/core/guesses.h"

#include <stdlib.h>

#include "common/core/lane.h"
#include "common/core/tally.h"
#include "tests/support/check.h"

#define MINUTE 60

static struct id7_policy
policy_of(uint32_t deny, int64_t window, int64_t unlock, int64_t top,
	  uint32_t hold)
{
	return (struct id7_policy){.deny = deny,
				   .fail_interval = window,
				   .unlock_time = unlock,
				   .unlock_time_max = top,
				   .max_lifetime_failures = hold,
				   .lanes = true,
				   .lease = 30};
}

static void
test_known_answers(void)
{
	struct id7_policy p;

	/* One lock of 10 minutes pays; then four in every 15 minutes, and a
	 * lock in the end: 5 + 95 x 4 + 5. */
	p = policy_of(5, 15 * MINUTE, 10 * MINUTE, 60 * MINUTE, 0);
	CHECK_INT(id7_guesses_most(&p, ID7_LANE_REMOTE, ID7_GUESSES_DAY), 390);
	CHECK_INT(id7_guesses_most(&p, ID7_LANE_REMOTE, 1), 5);
	CHECK_INT(id7_guesses_most(&p, ID7_LANE_REMOTE, 600), 5);
	CHECK_INT(id7_guesses_most(&p, ID7_LANE_REMOTE, 601), 10);
	p.max_lifetime_failures = 100;
	CHECK_INT(id7_guesses_most(&p, ID7_LANE_REMOTE, ID7_GUESSES_DAY), 100);
	CHECK_INT(id7_guesses_most(&p, ID7_LANE_KNOWN, ID7_GUESSES_DAY), 390);
	CHECK_INT(id7_guesses_until_held(&p, ID7_LANE_REMOTE), 100);
	CHECK(id7_guesses_until_held(&p, ID7_LANE_KNOWN) == ID7_GUESSES_NO_END);
	/* For good: two a window, and three in the end. */
	p = policy_of(3, 900, 0, 60 * MINUTE, 0);
	CHECK_INT(id7_guesses_most(&p, ID7_LANE_REMOTE, ID7_GUESSES_DAY),
		  95 * 2 + 3);
	p = policy_of(1, 900, 0, 60 * MINUTE, 0);
	CHECK_INT(id7_guesses_most(&p, ID7_LANE_REMOTE, ID7_GUESSES_DAY), 1);
	p = policy_of(0, 900, 600, 3600, 0);
	CHECK(id7_guesses_most(&p, ID7_LANE_REMOTE, 5) == ID7_GUESSES_NO_END);
	p.max_lifetime_failures = 7;
	CHECK_INT(id7_guesses_most(&p, ID7_LANE_REMOTE, 5), 7);
	p = policy_of(2, 900, 600, 3600, 0);
	p.console_time_max = 60;
	CHECK_INT(id7_guesses_most(&p, ID7_LANE_CONSOLE, 121), 6);
	p = policy_of(1, 1, 1, 1, 0);
	CHECK_INT(id7_guesses_most(&p, ID7_LANE_REMOTE, ID7_GUESSES_DAY),
		  ID7_GUESSES_DAY);
}

/* The search: what matters of a tally at one second, and the best from there.
 */
#define SECONDS_MAX 24
#define KEEP 200000

struct state {
	uint8_t at, failures, level, since_good;
	int8_t age[ID7_DENY_MAX];
	int8_t left; /* of the lock; -1: none, -2: held */
	uint8_t used;
	uint32_t best;
};

struct search {
	const struct id7_policy *policy;
	uint32_t seconds;
	struct state *known; /* by hash */
	uint64_t nonce;
};

static const uint8_t id[ID7_ID_LEN] = {7};

static struct id7_now
at(int64_t second)
{
	return (struct id7_now){
		.wall = 1000 + second, .boot = 1000 + second, .boot_hash = 3};
}

static struct state
state_of(const struct id7_tally *tally, uint32_t second)
{
	const struct id7_lane_tally *l = &tally->lane[ID7_LANE_REMOTE];
	struct state s;

	memset(&s, 0, sizeof s);
	s.used = 1;
	s.at = (uint8_t)second;
	s.failures = l->failures;
	s.level = l->level;
	s.since_good = (uint8_t)l->since_good;
	for (uint8_t k = 0; k < l->failures; k++)
		s.age[k] = (int8_t)(1000 + (int32_t)second - l->failure[k].at);
	s.left = !l->locked ? -1
		 : l->held  ? -2
			   : (int8_t)(l->locked_until - 1000 - (int32_t)second);
	return s;
}

static struct state *
look_up(struct search *search, const struct state *wanted)
{
	const uint8_t *byte = (const uint8_t *)wanted;
	uint64_t hash = 14695981039346656037u;

	for (size_t i = 0; i < offsetof(struct state, best); i++)
		hash = (hash ^ byte[i]) * 1099511628211u;
	for (size_t i = 0; i < KEEP; i++) {
		struct state *s = &search->known[(hash + i) % KEEP];

		if (!s->used ||
		    memcmp(s, wanted, offsetof(struct state, best)) == 0)
			return s;
	}
	abort();
}

/* `count` different wrong passwords at once; false: so many are not let in. */
static bool
guess(struct search *search, struct id7_tally *tally, uint32_t second,
      uint32_t count)
{
	const struct id7_whence nowhere = {0};
	struct id7_now now = at(second);
	struct id7_settled settled;
	uint64_t first = search->nonce + 1;
	enum id7_lane lane;
	uint32_t i, index;

	for (i = 0; i < count; i++)
		if (id7_tally_reserve(tally, search->policy, &now, &nowhere,
				      ++search->nonce, &lane,
				      &index) != ID7_CLAIM_RESERVED)
			return false;
	for (i = 0; i < count; i++)
		id7_tally_settle(tally, search->policy, &now, lane, first + i,
				 ID7_SETTLE_WRONG, (uint32_t)(first + i),
				 &nowhere, &settled);
	return true;
}

/* The most from this second on. */
static uint32_t
best_from(struct search *search, const struct id7_tally *before,
	  uint32_t second)
{
	struct id7_now now = at(second);
	struct id7_tally tally = *before;
	struct state key, *place;
	uint32_t best = 0, count;

	if (second == search->seconds)
		return 0;
	(void)id7_tally_refresh(&tally, id, 1, search->policy, &now,
				UINT32_MAX);
	key = state_of(&tally, second);
	place = look_up(search, &key);
	if (place->used)
		return place->best;
	for (count = 0; count <= ID7_RESERVATIONS; count++) {
		struct id7_tally next = tally;
		uint32_t total;

		if (!guess(search, &next, second, count))
			break;
		total = count + best_from(search, &next, second + 1);
		best = total > best ? total : best;
	}
	/* The table has grown meanwhile. */
	place = look_up(search, &key);
	*place = key;
	place->best = best;
	return best;
}

static void
try_out(const struct id7_policy *policy, uint32_t seconds)
{
	struct search search = {.policy = policy, .seconds = seconds};
	struct id7_tally tally;
	struct id7_now now = at(0);
	char what[200];
	uint64_t most, best;

	search.known = calloc(KEEP, sizeof *search.known);
	if (search.known == NULL)
		abort();
	id7_tally_init(&tally, id, 1, &now);
	best = best_from(&search, &tally, 0);
	most = id7_guesses_most(policy, ID7_LANE_REMOTE, seconds);
	snprintf(what, sizeof what,
		 "deny %u in %d, locks %d to %d, held at %u, %u s: %llu tried, "
		 "%llu worked out",
		 policy->deny, (int)policy->fail_interval,
		 (int)policy->unlock_time, (int)policy->unlock_time_max,
		 policy->max_lifetime_failures, seconds,
		 (unsigned long long)best, (unsigned long long)most);
	check_say(best == most, __FILE__, __LINE__, what);
	free(search.known);
}

static void
test_against_the_tally(void)
{
	static const struct {
		uint32_t deny;
		int64_t window, unlock, top;
		uint32_t hold;
	} cases[] = {
		{1, 4, 3, 12, 0}, {2, 5, 3, 12, 0}, {3, 4, 3, 3, 0},
		{2, 3, 6, 24, 0}, {3, 2, 5, 20, 0}, {2, 6, 2, 4, 0},
		{2, 4, 0, 8, 0},  {3, 5, 0, 8, 7},  {2, 3, 2, 9, 5},
		{3, 4, 4, 8, 6},  {0, 4, 4, 8, 9},  {2, 2, 2, 2, 11},
		{4, 3, 7, 7, 0},  {1, 1, 1, 1, 0},  {2, 1, 9, 9, 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct id7_policy p =
			policy_of(cases[i].deny, cases[i].window,
				  cases[i].unlock, cases[i].top, cases[i].hold);

		for (uint32_t s = 1; s <= 18; s += 1 + s / 4)
			try_out(&p, s);
	}
}

int
main(void)
{
	test_known_answers();
	test_against_the_tally();
	return check_done();
}
