/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where an attempt comes from, and what that says about it. */
#ifndef ID7_CORE_ORIGIN_H
#define ID7_CORE_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/core/network.h"

/* Foreign bytes as PAM gave them, terminated; each may be NULL. Borrowed. */
struct id7_origin {
	const char *service;
	const char *rhost;
	const char *tty;
	uid_t real_uid;
};

/*
 * Whether a person sits at the machine itself: no rhost, a real terminal
 * (tty*, ttyS*, hvc*, with or without /dev/) and real uid 0, which a program
 * that the person started himself does not have. DESIGN section 6, lanes.
 */
bool id7_origin_console(const struct id7_origin *origin);

/*
 * The bytes that stand for the source, for a keyed hash: the network of a
 * numeric address (IPv4 /32, IPv6 /64, IPv4 inside IPv6 or behind 64:ff9b::/96
 * as IPv4), else the host as given. At most ID7_SOURCE_MAX bytes; returns their number, 0 when there is
 * no source.
 */
#define ID7_SOURCE_MAX 64
size_t id7_origin_source(const struct id7_origin *origin,
			 uint8_t out[ID7_SOURCE_MAX]);

/*
 * Whether a good login makes this source a known one: the rhost is a numeric
 * address that one person can have to himself. Not a name; not this machine
 * (127/8, ::1) or nobody (0.0.0.0, ::); not link-local (169.254/16, fe80::/10,
 * with a zone or without), which every neighbour shares; not one whose /64 all
 * of a translator's or a tunnel's people share (::/96, ::ffff:0:0:0/96,
 * 64:ff9b:1::/48, 2001::/32); not one that `shared` holds, in either form.
 */
bool id7_origin_knowable(const struct id7_origin *origin,
			 const struct id7_networks *shared);

#endif
