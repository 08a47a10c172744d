/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `why` says about a right password is what the module would do with it.
 */
#include "common/core/decide.h"

#include "tests/support/check.h"
#include "tests/support/random.h"

#define ROUNDS 200000

static const struct id7_fault trouble = {.error = ID7_IO};

static int64_t
near_now(struct random *random)
{
	return random_once_in(random, 2) ? 0
					 : random_between(random, 997, 1003);
}

static void
some_account(struct random *random, struct id7_account *ret_account)
{
	memset(ret_account, 0, sizeof *ret_account);
	ret_account->flags = random_below(random, 64);
	if (random_once_in(random, 3))
		ret_account->flags = 0;
	ret_account->expires = near_now(random);
	ret_account->held_until = near_now(random);
	if (random_once_in(random, 2))
		ret_account->crypt[0] = '$';
}

static void
some_facts(struct random *random, const struct id7_account *account,
	   struct id7_facts *ret_facts)
{
	int i;

	memset(ret_facts, 0, sizeof *ret_facts);
	ret_facts->fault = random_once_in(random, 6) ? &trouble : NULL;
	ret_facts->name_ok = !random_once_in(random, 6);
	ret_facts->exempt = random_once_in(random, 6);
	ret_facts->known_to_system = random_once_in(random, 2);
	ret_facts->unknown_deny = random_once_in(random, 2);
	ret_facts->account = random_once_in(random, 4) ? NULL : account;
	ret_facts->now = (struct id7_now){1000, 77, 1};
	for (i = 0; i < ID7_LANES; i++) {
		ret_facts->lane[i].locked_out = random_once_in(random, 4);
		ret_facts->lane[i].held = random_once_in(random, 4);
	}
}

/* DESIGN section 6, said without decide.c: may a right password enter? */
static bool
may_enter(const struct id7_facts *facts, enum id7_lane lane)
{
	const struct id7_account *a = facts->account;
	bool disabled, expired, held, nothing_to_match;

	if (facts->exempt || facts->fault != NULL || a == NULL)
		return false;
	disabled = (a->flags & ID7_ACCOUNT_DISABLED) != 0;
	expired = a->expires != 0 && a->expires <= facts->now.wall;
	held = (a->flags & ID7_ACCOUNT_HELD) != 0 &&
	       (a->held_until == 0 || a->held_until > facts->now.wall);
	nothing_to_match = (a->flags & ID7_ACCOUNT_NO_VERIFIER) != 0 &&
			   (a->flags & ID7_ACCOUNT_COUNTS_ONLY) == 0 &&
			   a->crypt[0] == '\0';
	return !disabled && !expired && !held && !nothing_to_match &&
	       !facts->lane[lane].held && !facts->lane[lane].locked_out;
}

static bool
next_module_decides(const struct id7_facts *facts)
{
	if (facts->exempt)
		return true;
	return facts->fault == NULL && facts->account == NULL &&
	       facts->known_to_system && !facts->unknown_deny;
}

static bool
stops_agree(const struct id7_why *why)
{
	int i, stops = 0;

	for (i = 0; i < ID7_CAUSES; i++) {
		const struct id7_cause_line *line = &why->line[i];

		if (line->state != ID7_CAUSE_STOP) {
			if (line->reason != ID7_REASON_NONE)
				return false;
			continue;
		}
		if (stops++ == 0 && (why->cause != (enum id7_cause)i ||
				     why->reason != line->reason))
			return false;
	}
	if (why->verdict == ID7_DENY)
		return stops == 1;
	return stops == 0 && why->cause == ID7_CAUSE_SUPPORT;
}

static bool
laws_hold(const struct id7_facts *facts, enum id7_lane lane)
{
	struct id7_why why = id7_decide_why(facts, lane);
	enum id7_verdict want = ID7_DENY;
	enum id7_reason module;

	if (may_enter(facts, lane))
		want = ID7_ALLOW;
	if (next_module_decides(facts))
		want = ID7_NOT_OURS;
	if (why.verdict != want || !stops_agree(&why))
		return false;
	if (facts->exempt || facts->fault != NULL ||
	    why.verdict == ID7_NOT_OURS)
		return true;
	module = id7_decide_password(facts->account, &facts->lane[lane],
				     &facts->now);
	return module == why.reason &&
	       (module == ID7_REASON_RIGHT) == (why.verdict == ID7_ALLOW);
}

/* The account phase knows no lock: whoever is let in by it and not by the
 * password is locked out or held, nothing else. */
static bool
phases_agree(const struct id7_account *account, const struct id7_now *now)
{
	enum id7_reason standing = id7_account_standing(account, now);
	enum id7_reason reason = ID7_REASON_NONE;
	enum id7_verdict verdict = id7_account_usable(account, now, &reason);

	if (verdict == ID7_ALLOW)
		return standing == ID7_REASON_RIGHT ||
		       standing == ID7_REASON_HELD;
	return verdict == ID7_DENY && standing == reason;
}

int
main(void)
{
	struct random random = random_begin();
	struct id7_why nothing;
	bool ok = true;
	uint32_t i;

	memset(&nothing, 0, sizeof nothing);
	CHECK(nothing.verdict == ID7_DENY);
	for (i = 0; i < ROUNDS && ok; i++) {
		struct id7_account account;
		struct id7_facts facts;
		enum id7_lane lane =
			(enum id7_lane)random_below(&random, ID7_LANES);

		some_account(&random, &account);
		some_facts(&random, &account, &facts);
		ok = laws_hold(&facts, lane) &&
		     phases_agree(&account, &facts.now);
		CHECK(ok);
	}
	if (!ok)
		random_confess(&random);
	return check_done();
}
