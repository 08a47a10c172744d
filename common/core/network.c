/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses and networks, IPv4 as IPv6 writes it, so that both spellings are
 * one. */
#include "common/core/network.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define V4_BITS 96 /* before an IPv4 address inside an IPv6 one */

static const uint8_t v4_in_v6[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool
id7_network_address(const char *text, struct id7_address *ret_address)
{
	struct id7_address address;

	memcpy(address.byte, v4_in_v6, sizeof v4_in_v6);
	if (inet_pton(AF_INET, text, address.byte + sizeof v4_in_v6) != 1 &&
	    inet_pton(AF_INET6, text, address.byte) != 1)
		return false;
	*ret_address = address;
	return true;
}

bool
id7_network_is_v4(const struct id7_address *address)
{
	return memcmp(address->byte, v4_in_v6, sizeof v4_in_v6) == 0;
}

/* Up to three digits and nothing else. */
static bool
parse_bits(const char *text, uint32_t most, uint32_t *ret_bits)
{
	uint32_t bits = 0;
	size_t i;

	for (i = 0; text[i] >= '0' && text[i] <= '9' && i < 3; i++)
		bits = bits * 10 + (uint32_t)(text[i] - '0');
	if (i == 0 || text[i] != '\0' || bits > most)
		return false;
	*ret_bits = bits;
	return true;
}

static uint8_t
mask_of(uint32_t bits, uint32_t byte)
{
	uint32_t before = byte * 8;

	if (bits <= before)
		return 0;
	return bits >= before + 8 ? 0xff
				  : (uint8_t)(0xffu << (before + 8 - bits));
}

bool
id7_network_parse(const char *text, size_t len, struct id7_network *ret_network)
{
	struct id7_network network = {.bits = 128};
	char buf[ID7_NETWORK_TEXT], *slash;
	uint32_t bits, offset;

	if (len >= sizeof buf || memchr(text, '\0', len) != NULL)
		return false;
	memcpy(buf, text, len);
	buf[len] = '\0';
	slash = strchr(buf, '/');
	if (slash != NULL)
		*slash = '\0';
	if (!id7_network_address(buf, &network.address))
		return false;
	if (slash != NULL) {
		offset = strchr(buf, ':') == NULL ? V4_BITS : 0;
		if (!parse_bits(slash + 1, 128 - offset, &bits))
			return false;
		network.bits = (uint8_t)(offset + bits);
	}
	for (uint32_t i = 0; i < sizeof network.address.byte; i++)
		network.address.byte[i] &= mask_of(network.bits, i);
	*ret_network = network;
	return true;
}

size_t
id7_network_format(const struct id7_network *network,
		   char buf[ID7_NETWORK_TEXT])
{
	bool v4 = network->bits >= V4_BITS &&
		  id7_network_is_v4(&network->address);
	const uint8_t *bytes = network->address.byte;
	char text[INET6_ADDRSTRLEN];
	int n;

	if (inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? bytes + 12 : bytes, text,
		      sizeof text) == NULL)
		text[0] = '\0';
	if (network->bits == 128)
		n = snprintf(buf, ID7_NETWORK_TEXT, "%s", text);
	else
		n = snprintf(buf, ID7_NETWORK_TEXT, "%s/%d", text,
			     network->bits - (v4 ? V4_BITS : 0));
	return n < 0 ? 0 : (size_t)n;
}

static bool
holds(const struct id7_network *network, const struct id7_address *address)
{
	for (uint32_t i = 0; i < sizeof address->byte; i++)
		if ((address->byte[i] & mask_of(network->bits, i)) !=
		    network->address.byte[i])
			return false;
	return true;
}

bool
id7_networks_hold(const struct id7_networks *networks,
		  const struct id7_address *address)
{
	for (uint32_t i = 0; i < networks->count; i++)
		if (holds(&networks->item[i], address))
			return true;
	return false;
}
