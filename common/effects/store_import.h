/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two halves of an import share: putting and checking, and committing
 * a shard. For store_import*.c only. */
#ifndef ID7_EFFECTS_STORE_IMPORT_H
#define ID7_EFFECTS_STORE_IMPORT_H

#include "common/effects/store_spool.h"

struct id7_import {
	struct id7_store *store;
	struct id7_now now;
	struct id7_spool *spool;
	struct id7_spool_list list; /* of the shard in hand */
	uint64_t put;
};

/* How a name that was put stands to what the store has. */
enum id7_import_standing {
	ID7_IMPORT_FRESH, /* no account has it */
	ID7_IMPORT_SAME,  /* an account has it, exactly as put */
	ID7_IMPORT_TAKEN,
};

/*
 * Compares a listed row with the account of its name in `accounts`, which is
 * open. ID7_OK; store errors.
 */
enum id7_error
id7_import_compare(struct id7_import *import, const struct id7_gdbm *accounts,
		   const struct id7_spool_ref *ref,
		   enum id7_import_standing *ret_standing) id7_must_use;

/*
 * Leaves a listed row out and tells `refused` (may be NULL); `first` as in the
 * refusal. ID7_OK; ID7_IO.
 */
enum id7_error
id7_import_refuse(struct id7_import *import, struct id7_spool_ref *ref,
		  uint64_t first, id7_import_refused_fn *refused,
		  void *context) id7_must_use;

/*
 * Adds the rows of one shard in import->list and counts them: one lock; a copy
 * of each file, changed, synced, renamed; marks taken off. Catchable signals
 * wait meanwhile. ID7_OK: durable. Otherwise the shard is as an interrupted
 * `add` leaves it.
 */
enum id7_error
id7_import_shard(struct id7_import *import, uint32_t shard,
		 struct id7_deadline deadline, id7_import_refused_fn *refused,
		 void *context, struct id7_import_counts *counts) id7_must_use;

#endif
