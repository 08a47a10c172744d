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

int
main(void)
{
	test_console();
	test_same_source();
	test_bytes();
	return check_done();
}
