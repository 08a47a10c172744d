/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes the tallies of one shard anew for accounts that come back from a
 * backup, so that nothing counted since is forgotten. For store*.c only.
 *
 * MUST
 *  1. a failure or lock that the store has is never replaced by what a backup
 *     says.
 *  2. an account whose tally nobody has is refused until an administrator acts.
 */
#ifndef ID7_EFFECTS_STORE_CARRY_H
#define ID7_EFFECTS_STORE_CARRY_H

#include "common/effects/store_private.h"

/* Where a shard comes from. */
struct id7_carry {
	struct id7_store *accounts; /* who there is */
	struct id7_store *live;	    /* whose tallies count on; NULL: none */
	struct id7_store *backup;   /* whose tallies fill the gaps */
	bool release; /* reservations whose owner lives are let go */
};

/* What became of a shard's tallies. */
struct id7_carried {
	uint64_t accounts;
	uint64_t carried; /* those whose tally is the live one */
	uint64_t refused; /* those whose tally nobody has */
	bool unread;	  /* the live file could not be read */
	bool pending;	  /* a reservation is among them */
};

/*
 * Fills the empty file `fd` (taken, and synced) with two copies of each
 * account's tally: the live one whose subject is the same, else the backup's,
 * under the account's id and epoch. When the backup is also where the accounts
 * come from, its tallies of accounts that cannot be read are kept as they are.
 * ID7_OK; ID7_CORRUPT: the accounts cannot be read through; ID7_NO_MEMORY;
 * ID7_IO.
 */
enum id7_error id7_carry_shard(const struct id7_carry *carry,
			       struct id7_shard shard, int fd,
			       struct id7_carried *ret_carried) id7_must_use;

#endif
