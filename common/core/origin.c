/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where an attempt comes from: the console rule, and the bytes of a source. */
#include "common/core/origin.h"

#include <string.h>

static const char *const console_prefixes[] = {"tty", "hvc"};

bool
id7_origin_console(const struct id7_origin *origin)
{
	const char *tty = origin->tty;
	size_t i, len;

	if (origin->rhost != NULL && origin->rhost[0] != '\0')
		return false;
	if (tty == NULL || origin->real_uid != 0)
		return false;
	if (strncmp(tty, "/dev/", 5) == 0)
		tty += 5;
	for (i = 0; i < sizeof console_prefixes / sizeof *console_prefixes;
	     i++) {
		len = strlen(console_prefixes[i]);
		if (strncmp(tty, console_prefixes[i], len) == 0 &&
		    tty[len] != '\0')
			return true;
	}
	return false;
}

/* What a translator of addresses makes of an IPv4 one (RFC 6052): behind it
 * the whole of IPv4 would be one network, and one person. */
static const uint8_t translated[12] = {0x00, 0x64, 0xff, 0x9b};

static bool
read_host(const char *rhost, struct id7_address *ret_typed,
	  struct id7_address *ret_address)
{
	static const uint8_t v4_in_v6[12] = {[10] = 0xff, 0xff};

	if (rhost == NULL || !id7_network_address(rhost, ret_typed))
		return false;
	*ret_address = *ret_typed;
	if (memcmp(ret_typed->byte, translated, sizeof translated) == 0)
		memcpy(ret_address->byte, v4_in_v6, sizeof v4_in_v6);
	return true;
}

size_t
id7_origin_source(const struct id7_origin *origin, uint8_t out[ID7_SOURCE_MAX])
{
	struct id7_address typed, address;
	size_t len;

	if (origin->rhost == NULL || origin->rhost[0] == '\0')
		return 0;
	if (read_host(origin->rhost, &typed, &address)) {
		if (id7_network_is_v4(&address)) {
			out[0] = '4';
			memcpy(out + 1, address.byte + 12, 4);
			return 5;
		}
		out[0] = '6';
		memcpy(out + 1, address.byte, 8);
		return 9;
	}
	len = strnlen(origin->rhost, ID7_SOURCE_MAX - 1);
	out[0] = 'h';
	memcpy(out + 1, origin->rhost, len);
	return len + 1;
}

/* ::/96 and ::ffff:0:0:0/96 (old ways to write IPv4), 64:ff9b:1::/48 (IPv4 as a
 * site translates it), Teredo (whose networks are its servers'), 0.0.0.0,
 * 127/8, 169.254/16, fe80::/10. */
static const struct id7_networks nobodys = {
	.count = 8,
	.item = {
		{.bits = 96},
		{{{[8] = 0xff, 0xff}}, 96},
		{{{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}}, 48},
		{{{0x20, 0x01}}, 32},
		{{{[10] = 0xff, 0xff}}, 128},
		{{{[10] = 0xff, 0xff, 127}}, 104},
		{{{[10] = 0xff, 0xff, 169, 254}}, 112},
		{{{0xfe, 0x80}}, 10},
	}};

bool
id7_origin_knowable(const struct id7_origin *origin,
		    const struct id7_networks *shared)
{
	struct id7_address typed, address;

	return read_host(origin->rhost, &typed, &address) &&
	       !id7_networks_hold(&nobodys, &address) &&
	       !id7_networks_hold(shared, &typed) &&
	       !id7_networks_hold(shared, &address);
}
