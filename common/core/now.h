/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The time, as the core is given it: it reads no clock of its own. */
#ifndef ID7_CORE_NOW_H
#define ID7_CORE_NOW_H

#include <stdint.h>

/*
 * One moment on two clocks. Within one boot only `boot` is believed: nobody
 * can step it. Across boots the wall clock is all there is.
 */
struct id7_now {
	int64_t wall;	    /* seconds since the epoch, UTC */
	int64_t boot;	    /* seconds since the machine started, sleep included */
	uint64_t boot_hash; /* names this boot; two boots differ. 0: not known */
};

#endif
