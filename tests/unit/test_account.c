/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names, addresses, dates, and the standing of an account. */
#include "common/core/account.h"

#include "tests/support/check.h"

#define A16 "aaaaaaaaaaaaaaaa"
#define A63 A16 A16 A16 "aaaaaaaaaaaaaaa"
#define A64 A16 A16 A16 A16

static void
check_text(const char *what, const char *text, bool got, bool want)
{
	char line[600];

	snprintf(line, sizeof line, "%s of \"%.300s\": got %d, want %d", what,
		 text, got, want);
	check_say(got == want, __FILE__, __LINE__, line);
}

static void
test_names(void)
{
	static const struct {
		const char *name;
		bool ok;
	} cases[] = {
		{"a", true},
		{"Z", true},
		{"_", true},
		{"_7id", true},
		{"alice", true},
		{"alice.b-c_d@example.org", true},
		{"a..b", true},
		{"a-", true},
		{A64, true},
		{A64 "a", false},
		{"", false},
		{"7id", false},
		{"-a", false},
		{".a", false},
		{"@a", false},
		{"a b", false},
		{"a/b", false},
		{"../x", false},
		{"a:b", false},
		{"a\n", false},
		{"a$", false},
		{"a\x7f", false},
		{"\xef\xbd\x81lice", false},
		{"alic\xc3\xa9", false},
		{"a\xe2\x80\xae", false},
		{"a\xff", false},
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		check_text("name", cases[i].name,
			   id7_account_name_ok(cases[i].name,
					       strlen(cases[i].name)),
			   cases[i].ok);
	CHECK(!id7_account_name_ok("a\0b", 3));
	CHECK(!id7_account_name_ok("\0", 1));
	CHECK(id7_account_name_ok("ab/c", 2));
}

static void
test_addresses(void)
{
	static const struct {
		const char *address;
		bool ok;
	} cases[] = {
		{"a@b", true},
		{"a.b+c@example.org", true},
		{"o'neil@example.org", true},
		{"a@x-1.example", true},
		{"a@1.2", true},
		{A64 "@b", true},
		{A64 "a@b", false},
		{"a@" A63 ".b", true},
		{"a@" A64 ".b", false},
		{A64 "@" A63 "." A63 "." A16 A16 A16 A16 "", false},
		{A64 "@" A63 "." A63 "." A16 A16 A16 "aaaaaaaaaaaaa", true},
		{A64 "@" A63 "." A63 "." A16 A16 A16 "aaaaaaaaaaaaaa", false},
		{"", false},
		{"a", false},
		{"@", false},
		{"a@", false},
		{"@b", false},
		{"a@b@c", false},
		{"-a@b", false},
		{".a@b", false},
		{"a.@b", false},
		{"a..b@c", false},
		{"a@.b", false},
		{"a@b.", false},
		{"a@b..c", false},
		{"a@-b", false},
		{"a@b-", false},
		{"a@b-.c", false},
		{"a@b.-c", false},
		{"a@b_c", false},
		{"a@[127.0.0.1]", false},
		{"\"a b\"@c", false},
		{"a b@c", false},
		{"a@b c", false},
		{"a@b\r\nBcc: x@y", false},
		{"a\r\n@b", false},
		{"a@b, c@d", false},
		{"<a@b>", false},
		{"\xc4\xb1@example.org", false},
		{"a@ex\xc3\xa4mple.org", false},
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		check_text("address", cases[i].address,
			   id7_account_address_ok(cases[i].address),
			   cases[i].ok);
}

static void
test_dates(void)
{
	static const struct {
		const char *text;
		uint32_t date; /* 0: refused */
	} cases[] = {
		{"1900-01-01", 19000101},
		{"2999-12-31", 29991231},
		{"2000-02-29", 20000229},
		{"2024-02-29", 20240229},
		{"1985-04-30", 19850430},
		{"1900-02-29", 0},
		{"2023-02-29", 0},
		{"2100-02-29", 0},
		{"1985-04-31", 0},
		{"1985-00-10", 0},
		{"1985-13-10", 0},
		{"1985-10-00", 0},
		{"1985-10-32", 0},
		{"1899-12-31", 0},
		{"3000-01-01", 0},
		{"1985-4-30", 0},
		{"1985-04-3", 0},
		{"1985/04/30", 0},
		{"19850430", 0},
		{"1985-04-30 ", 0},
		{" 985-04-30", 0},
		{"+985-04-30", 0},
		{"1985--4-30", 0},
		{"1985-04-3x", 0},
		{"", 0},
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint32_t date = 42;
		bool ok = id7_account_date_parse(cases[i].text, &date);

		check_text("date", cases[i].text, ok, cases[i].date != 0);
		CHECK_INT(date, cases[i].date != 0 ? cases[i].date : 42);
	}
}

static void
test_standing(void)
{
	enum {
		D = ID7_ACCOUNT_DISABLED,
		H = ID7_ACCOUNT_HELD,
		M = ID7_ACCOUNT_MUST_CHANGE
	};
	static const struct {
		uint32_t flags;
		int64_t expires, held_until;
		enum id7_reason standing, usable;
	} cases[] = {
		{0, 0, 0, ID7_REASON_RIGHT, ID7_REASON_RIGHT},
		{0, 1001, 0, ID7_REASON_RIGHT, ID7_REASON_RIGHT},
		{0, 1000, 0, ID7_REASON_EXPIRED, ID7_REASON_EXPIRED},
		{0, 1, 0, ID7_REASON_EXPIRED, ID7_REASON_EXPIRED},
		{D, 0, 0, ID7_REASON_DISABLED, ID7_REASON_DISABLED},
		{D, 1, 0, ID7_REASON_DISABLED, ID7_REASON_DISABLED},
		{D | H | M, 1, 0, ID7_REASON_DISABLED, ID7_REASON_DISABLED},
		{H, 0, 0, ID7_REASON_HELD, ID7_REASON_RIGHT},
		{H, 0, 1001, ID7_REASON_HELD, ID7_REASON_RIGHT},
		{H, 0, 1000, ID7_REASON_RIGHT, ID7_REASON_RIGHT},
		{H, 1000, 0, ID7_REASON_EXPIRED, ID7_REASON_EXPIRED},
		{H | M, 0, 0, ID7_REASON_HELD, ID7_REASON_MUST_CHANGE},
		{0, 0, 5000, ID7_REASON_RIGHT, ID7_REASON_RIGHT},
		{M, 0, 0, ID7_REASON_RIGHT, ID7_REASON_MUST_CHANGE},
		{M, 1, 0, ID7_REASON_EXPIRED, ID7_REASON_EXPIRED},
	};
	const struct id7_now now = {.wall = 1000, .boot = 1, .boot_hash = 1};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct id7_account account = {
			.flags = cases[i].flags,
			.expires = cases[i].expires,
			.held_until = cases[i].held_until,
		};
		enum id7_reason reason = ID7_REASON_NONE;
		enum id7_verdict verdict =
			id7_account_usable(&account, &now, &reason);

		CHECK_INT(id7_account_standing(&account, &now),
			  cases[i].standing);
		CHECK_INT(reason, cases[i].usable);
		CHECK_INT(verdict,
			  reason == ID7_REASON_RIGHT ||
					  reason == ID7_REASON_MUST_CHANGE
				  ? ID7_ALLOW
				  : ID7_DENY);
	}
}

int
main(void)
{
	test_names();
	test_addresses();
	test_dates();
	test_standing();
	return check_done();
}
