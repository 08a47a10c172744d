/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses and networks: what is one, how it is written, what it holds. */
#include "common/core/network.h"

#include "tests/support/check.h"

static void
test_addresses(void)
{
	static const struct {
		const char *text;
		bool address, v4;
	} cases[] = {
		{"192.0.2.1", true, true},
		{"::ffff:192.0.2.1", true, true},
		{"0.0.0.0", true, true},
		{"::", true, false},
		{"2001:db8::1", true, false},
		{"2001:DB8::1", true, false},
		{"::192.0.2.1", true, false},
		{"", false, false},
		{"192.0.2", false, false},
		{"192.0.2.1.", false, false},
		{" 192.0.2.1", false, false},
		{"192.0.2.256", false, false},
		{"3221225985", false, false},
		{"0x7f.0.0.1", false, false},
		{"fe80::1%eth0", false, false},
		{"[::1]", false, false},
		{"localhost", false, false},
		{"host.example.org", false, false},
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct id7_address address = {{1}}, before = address;
		bool got = id7_network_address(cases[i].text, &address);

		check_say(got == cases[i].address, __FILE__, __LINE__,
			  cases[i].text);
		if (got)
			check_say(id7_network_is_v4(&address) == cases[i].v4,
				  __FILE__, __LINE__, cases[i].text);
		else
			CHECK_MEM(&address, &before, sizeof address);
	}
}

static void
test_networks_as_text(void)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
	} cases[] = {
		{"192.0.2.7", "192.0.2.7"},
		{"192.0.2.7/32", "192.0.2.7"},
		{"192.0.2.7/31", "192.0.2.6/31"},
		{"192.0.2.7/24", "192.0.2.0/24"},
		{"192.0.2.7/0", "0.0.0.0/0"},
		{"2001:db8::7/128", "2001:db8::7"},
		{"2001:db8:ff::7/33", "2001:db8::/33"},
		{"2001:db8:8000::7/33", "2001:db8:8000::/33"},
		{"::/0", "::/0"},
		{"::ffff:192.0.2.7/120", "192.0.2.0/24"},
		{"::ffff:0.0.0.0/95", "::fffe:0:0/95"},
		{"192.0.2.7/33", NULL},
		{"2001:db8::/129", NULL},
		{"192.0.2.7/", NULL},
		{"192.0.2.7/x", NULL},
		{"192.0.2.7/ 8", NULL},
		{"192.0.2.7/+8", NULL},
		{"192.0.2.7/8/8", NULL},
		{"192.0.2.7/00008", NULL},
		{"/8", NULL},
		{"name/8", NULL},
		{"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
		 NULL},
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct id7_network network;
		char text[ID7_NETWORK_TEXT] = "";
		bool got = id7_network_parse(cases[i].text,
					     strlen(cases[i].text), &network);

		CHECK_INT(got, cases[i].want != NULL);
		if (!got)
			continue;
		CHECK_INT(id7_network_format(&network, text),
			  strlen(cases[i].want));
		CHECK_STR(text, cases[i].want);
	}
	CHECK(!id7_network_parse("192.0.2.1\0/8", 12,
				 &(struct id7_network){0}));
}

static bool
held(const char *network, const char *address)
{
	struct id7_networks networks = {.count = 2};
	struct id7_address a;

	CHECK(id7_network_parse("203.0.113.9", 11, &networks.item[0]));
	CHECK(id7_network_parse(network, strlen(network), &networks.item[1]));
	CHECK(id7_network_address(address, &a));
	return id7_networks_hold(&networks, &a);
}

static void
test_holding(void)
{
	struct id7_networks none = {0};
	struct id7_address a;

	CHECK(held("192.0.2.0/24", "192.0.2.255"));
	CHECK(!held("192.0.2.0/24", "192.0.3.0"));
	CHECK(held("192.0.2.128/25", "192.0.2.128"));
	CHECK(!held("192.0.2.128/25", "192.0.2.127"));
	CHECK(held("192.0.2.0/24", "::ffff:192.0.2.9"));
	CHECK(!held("192.0.2.0/24", "::192.0.2.9"));
	CHECK(held("0.0.0.0/0", "198.51.100.1"));
	CHECK(!held("0.0.0.0/0", "2001:db8::1"));
	CHECK(held("::/0", "198.51.100.1"));
	CHECK(held("2001:db8::/48", "2001:db8:0:ffff::1"));
	CHECK(!held("2001:db8::/48", "2001:db8:1::1"));
	CHECK(held("198.51.100.1", "203.0.113.9"));
	CHECK(id7_network_address("192.0.2.1", &a));
	CHECK(!id7_networks_hold(&none, &a));
}

int
main(void)
{
	test_addresses();
	test_networks_as_text();
	test_holding();
	return check_done();
}
