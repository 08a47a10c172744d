/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The console rule, and which hosts count as one source. */
#include "common/core/origin.h"

#include "tests/support/check.h"

static void
test_console(void)
{
	static const struct {
		const char *rhost, *tty;
		uid_t real_uid;
		bool console;
	} cases[] = {
		{NULL, "tty1", 0, true},
		{NULL, "/dev/tty1", 0, true},
		{"", "tty1", 0, true},
		{NULL, "ttyS0", 0, true},
		{NULL, "/dev/ttyS0", 0, true},
		{NULL, "hvc0", 0, true},
		{NULL, "/dev/hvc0", 0, true},
		{NULL, "tty1", 1000, false},
		{"192.0.2.1", "tty1", 0, false},
		{"localhost", "tty1", 0, false},
		{NULL, NULL, 0, false},
		{NULL, "", 0, false},
		{NULL, "/dev/", 0, false},
		{NULL, "tty", 0, false},
		{NULL, "/dev/tty", 0, false},
		{NULL, "hvc", 0, false},
		{NULL, "/dev/pts/0", 0, false},
		{NULL, "pts/0", 0, false},
		{NULL, "ssh", 0, false},
		{NULL, "cron", 0, false},
		{NULL, ":0", 0, false},
		{NULL, "/dev//dev/tty1", 0, false},
		{NULL, " tty1", 0, false},
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct id7_origin origin = {.service = "login",
					    .rhost = cases[i].rhost,
					    .tty = cases[i].tty,
					    .real_uid = cases[i].real_uid};
		char line[200];
		bool got = id7_origin_console(&origin);

		snprintf(line, sizeof line, "rhost %s tty %s uid %u: got %d",
			 cases[i].rhost ? cases[i].rhost : "none",
			 cases[i].tty ? cases[i].tty : "none",
			 (unsigned int)cases[i].real_uid, got);
		check_say(got == cases[i].console, __FILE__, __LINE__, line);
	}
}

static size_t
source_of(const char *rhost, uint8_t out[ID7_SOURCE_MAX])
{
	const struct id7_origin origin = {.rhost = rhost};

	memset(out, 0, ID7_SOURCE_MAX);
	return id7_origin_source(&origin, out);
}

static void
test_same_source(void)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"192.0.2.1", "::ffff:c000:201", true},
		{"2001:db8::1", "2001:db8::2", true},
		{"2001:db8::1", "2001:DB8:0:0:ffff::9", true},
		{"2001:db8::1", "2001:db8:0:1::1", false},
		{"::1", "::2", true},
		{"::1", "::ffff:0.0.0.1", false},
		{"a.example", "a.example", true},
		{"a.example", "b.example", false},
		{"a.example", "a.example2", false},
		{"192.0.2.1", "192.0.2.1.example", false},
		{"4\xc0", "192.0.2.1", false},
		{"192.0.2", "192.0.2.0", false},
		{"fe80::1%eth0", "fe80::1", false},
		{"192.0.2.1", "64:ff9b::192.0.2.1", true},
		{"64:ff9b::192.0.2.1", "64:ff9b::192.0.2.2", false},
		{"192.0.2.1", "64:ff9b::1:192.0.2.1", false},
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t a[ID7_SOURCE_MAX], b[ID7_SOURCE_MAX];
		size_t a_len = source_of(cases[i].a, a);
		size_t b_len = source_of(cases[i].b, b);
		bool same = a_len == b_len && memcmp(a, b, a_len) == 0;
		char line[200];

		snprintf(line, sizeof line, "%s and %s: same %d", cases[i].a,
			 cases[i].b, same);
		check_say(same == cases[i].same && a_len > 0 && b_len > 0,
			  __FILE__, __LINE__, line);
	}
}

static void
test_bytes(void)
{
	uint8_t out[ID7_SOURCE_MAX + 1];
	char longest[300];

	CHECK_INT(source_of(NULL, out), 0);
	CHECK_INT(source_of("", out), 0);
	CHECK_INT(source_of("192.0.2.1", out), 5);
	CHECK_MEM(out, "4\xc0\x00\x02\x01", 5);
	CHECK_INT(source_of("2001:db8:1:2:3:4:5:6", out), 9);
	CHECK_MEM(out, "6\x20\x01\x0d\xb8\x00\x01\x00\x02", 9);
	CHECK_INT(source_of("h", out), 2);
	CHECK_MEM(out, "hh", 2);
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	out[ID7_SOURCE_MAX] = 0xa5;
	CHECK_INT(source_of(longest, out), ID7_SOURCE_MAX);
	CHECK_INT(out[ID7_SOURCE_MAX], 0xa5);
}

/* Who may become known: numeric, of one person, not everybody's neighbour. */
static void
test_knowable(void)
{
	static const struct {
		const char *rhost;
		bool knowable;
	} cases[] = {
		{"192.0.2.1", true},
		{"::ffff:192.0.2.1", true},
		{"2001:db8::1", true},
		{"10.0.0.1", true},
		{"fd00::1", true},
		{"128.0.0.1", true},
		{"126.255.255.255", true},
		{NULL, false},
		{"", false},
		{"localhost", false},
		{"host.example.org", false},
		{"127.0.0.1", false},
		{"127.255.0.9", false},
		{"::ffff:127.0.0.1", false},
		{"::1", false},
		{"::", false},
		{"0.0.0.0", false},
		{"169.254.7.7", false},
		{"fe80::1", false},
		{"fe80::1%eth0", false},
		{"febf::1", false},
		{"fec0::1", true},
		{"203.0.113.9", false},
		{"::ffff:203.0.113.9", false},
		{"203.0.114.9", true},
		{"2001:db8:5::1", false},
		{"2001:db8:6::1", true},
		{"64:ff9b::192.0.2.1", true},
		{"64:ff9b::127.0.0.1", false},
		{"64:ff9b::203.0.113.9", false},
		{"64:ff9b::198.51.100.1", false},
		{"198.51.100.1", true},
		{"64:ff9b:1::192.0.2.1", false},
		{"::192.0.2.1", false},
		{"::ffff:0:192.0.2.1", false},
		{"2001:0:c000:201::1", false},
		{"2001:1::1", true},
	};
	struct id7_networks shared = {.count = 3};
	size_t i;

	CHECK(id7_network_parse("203.0.113.0/24", 14, &shared.item[0]));
	CHECK(id7_network_parse("2001:db8:5::/48", 15, &shared.item[1]));
	CHECK(id7_network_parse("64:ff9b::c633:6401", 18, &shared.item[2]));
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct id7_origin origin = {.rhost = cases[i].rhost,
					    .tty = "ssh"};

		check_say(id7_origin_knowable(&origin, &shared) ==
				  cases[i].knowable,
			  __FILE__, __LINE__,
			  cases[i].rhost == NULL ? "none" : cases[i].rhost);
	}
}

/* su and sudo of a local user, and cron without a terminal: from nowhere. */
static void
test_local_programs(void)
{
	static const struct id7_origin programs[] = {
		{.service = "su", .tty = "pts/0", .real_uid = 1000},
		{.service = "su", .tty = "/dev/tty1", .real_uid = 1000},
		{.service = "sudo",
		 .tty = "/dev/pts/1",
		 .rhost = "myhost",
		 .real_uid = 1000},
		{.service = "cron"},
	};
	const struct id7_networks none = {0};
	size_t i;

	for (i = 0; i < sizeof programs / sizeof *programs; i++) {
		CHECK(!id7_origin_console(&programs[i]));
		CHECK(!id7_origin_knowable(&programs[i], &none));
	}
}

int
main(void)
{
	test_knowable();
	test_local_programs();
	test_console();
	test_same_source();
	test_bytes();
	return check_done();
}
