/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numeric addresses, and lists of networks such as `shared_sources`. */
#ifndef ID7_CORE_NETWORK_H
#define ID7_CORE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/limits.h"

/* IPv6, or IPv4 inside it (::ffff:0:0/96), in network order. */
struct id7_address {
	uint8_t byte[16];
};

struct id7_network {
	struct id7_address address; /* zero beyond `bits` */
	uint8_t bits;		    /* of the 128; 96 more than an IPv4 one is written with */
};

struct id7_networks {
	uint32_t count;
	struct id7_network item[ID7_LIST_MAX];
};

/* Bytes of a network as text, NUL included. */
#define ID7_NETWORK_TEXT 50

/*
 * Reads a terminated numeric address; no names, no zone, no blanks. False when
 * it is none; *ret_address is as it was then.
 */
bool id7_network_address(const char *text, struct id7_address *ret_address);

/*
 * Whether the address is IPv4, also when it was written inside IPv6.
 */
bool id7_network_is_v4(const struct id7_address *address);

/*
 * Reads `len` bytes of text: an address, or ADDRESS/BITS; what stands in the
 * address beyond the bits is dropped. False when it is neither.
 */
bool id7_network_parse(const char *text, size_t len,
		       struct id7_network *ret_network);

/*
 * Writes it as it would stand in a file, terminated; the bits only when they
 * are fewer than a whole address has. Returns the bytes without NUL.
 */
size_t id7_network_format(const struct id7_network *network,
			  char buf[ID7_NETWORK_TEXT]);

/*
 * Whether any of the networks holds the address.
 */
bool id7_networks_hold(const struct id7_networks *networks,
		       const struct id7_address *address);

#endif
