/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in the way of a right password, and the walk through the causes.
 */
#include "common/core/decide.h"

#include "tests/support/check.h"

static const struct id7_now now = {.wall = 1000, .boot = 10, .boot_hash = 1};

static void
test_password(void)
{
	enum {
		D = ID7_ACCOUNT_DISABLED,
		H = ID7_ACCOUNT_HELD,
		N = ID7_ACCOUNT_NO_VERIFIER
	};
	static const struct {
		uint32_t flags;
		int64_t expires;
		bool lane_held, locked_out;
		enum id7_reason reason;
	} cases[] = {
		{0, 0, false, false, ID7_REASON_RIGHT},
		{0, 0, false, true, ID7_REASON_LOCKED_OUT},
		{0, 0, true, false, ID7_REASON_HELD},
		{0, 0, true, true, ID7_REASON_HELD},
		{H, 0, false, true, ID7_REASON_HELD},
		{0, 1, true, true, ID7_REASON_EXPIRED},
		{H, 1, false, false, ID7_REASON_EXPIRED},
		{D, 1, true, true, ID7_REASON_DISABLED},
		{D | H, 0, false, false, ID7_REASON_DISABLED},
		{ID7_ACCOUNT_MUST_CHANGE, 0, false, false, ID7_REASON_RIGHT},
		{N, 0, false, false, ID7_REASON_NO_PASSWORD},
		{N, 0, false, true, ID7_REASON_LOCKED_OUT},
		{N | D, 0, false, false, ID7_REASON_DISABLED},
		{N | ID7_ACCOUNT_COUNTS_ONLY, 0, false, false,
		 ID7_REASON_RIGHT},
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct id7_account account = {
			.flags = cases[i].flags, .expires = cases[i].expires};
		const struct id7_lane_view lane = {.held = cases[i].lane_held,
						   .locked_out =
							   cases[i].locked_out};

		CHECK_INT(id7_decide_password(&account, &lane, &now),
			  cases[i].reason);
		CHECK_INT(id7_decide_password(NULL, &lane, &now),
			  ID7_REASON_UNKNOWN);
	}
}

/* Which facts hold, and the answer. */
enum {
	FAULT = 1,
	EXEMPT = 2,
	SYSTEM = 4,
	SOLE = 8,
	OURS = 16,
	LOCKED = 32,
	DISABLED = 64
};
static const struct why_case {
	unsigned int facts;
	enum id7_verdict verdict;
	enum id7_reason reason;
	enum id7_cause cause;
} why_cases[] = {
	{OURS, ID7_ALLOW, ID7_REASON_RIGHT, ID7_CAUSE_SUPPORT},
	{OURS | SYSTEM, ID7_ALLOW, ID7_REASON_RIGHT, ID7_CAUSE_SUPPORT},
	{OURS | LOCKED, ID7_DENY, ID7_REASON_LOCKED_OUT, ID7_CAUSE_LOCKED},
	{OURS | LOCKED | DISABLED, ID7_DENY, ID7_REASON_DISABLED,
	 ID7_CAUSE_LOCKED},
	{OURS | LOCKED | FAULT, ID7_DENY, ID7_REASON_UNAVAILABLE,
	 ID7_CAUSE_SERVER},
	{0, ID7_DENY, ID7_REASON_UNKNOWN, ID7_CAUSE_TYPED},
	{LOCKED, ID7_DENY, ID7_REASON_UNKNOWN, ID7_CAUSE_TYPED},
	{SOLE, ID7_DENY, ID7_REASON_UNKNOWN, ID7_CAUSE_TYPED},
	{SYSTEM | SOLE, ID7_DENY, ID7_REASON_UNKNOWN, ID7_CAUSE_TYPED},
	{SYSTEM, ID7_NOT_OURS, ID7_REASON_SYSTEM_NAME, ID7_CAUSE_SUPPORT},
	{SYSTEM | FAULT, ID7_DENY, ID7_REASON_UNAVAILABLE, ID7_CAUSE_SERVER},
	{EXEMPT, ID7_NOT_OURS, ID7_REASON_EXEMPT, ID7_CAUSE_SUPPORT},
	{EXEMPT | FAULT | OURS, ID7_NOT_OURS, ID7_REASON_EXEMPT,
	 ID7_CAUSE_SUPPORT},
};

static void
test_why(void)
{
	static const struct id7_fault fault = {.error = ID7_CORRUPT};
	size_t i;

	for (i = 0; i < sizeof why_cases / sizeof *why_cases; i++) {
		unsigned int f = why_cases[i].facts;
		const struct id7_account account = {
			.flags = f & DISABLED ? ID7_ACCOUNT_DISABLED : 0};
		struct id7_facts facts = {
			.fault = f & FAULT ? &fault : NULL,
			.name_ok = true,
			.exempt = f & EXEMPT,
			.known_to_system = f & SYSTEM,
			.unknown_deny = f & SOLE,
			.account = f & OURS ? &account : NULL,
			.now = now,
		};
		struct id7_why why;

		facts.lane[ID7_LANE_KNOWN].locked_out = f & LOCKED;
		why = id7_decide_why(&facts, ID7_LANE_KNOWN);
		CHECK_INT(why.verdict, why_cases[i].verdict);
		CHECK_INT(why.reason, why_cases[i].reason);
		CHECK_INT(why.cause, why_cases[i].cause);
	}
}

static void
test_lanes_apart(void)
{
	const struct id7_account account = {.flags = 0};
	struct id7_facts facts = {.account = &account, .now = now};

	facts.lane[ID7_LANE_REMOTE].locked_out = true;
	CHECK_INT(id7_decide_why(&facts, ID7_LANE_REMOTE).verdict, ID7_DENY);
	CHECK_INT(id7_decide_why(&facts, ID7_LANE_CONSOLE).verdict, ID7_ALLOW);
	CHECK_INT(id7_decide_why(&facts, ID7_LANE_KNOWN).verdict, ID7_ALLOW);
}

int
main(void)
{
	test_password();
	test_why();
	test_lanes_apart();
	return check_done();
}
