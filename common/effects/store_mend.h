/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One repair: what it works with, and the records of one shard. For store*.c
 * only. */
#ifndef ID7_EFFECTS_STORE_MEND_H
#define ID7_EFFECTS_STORE_MEND_H

#include "common/effects/store_private.h"

struct id7_mend {
	struct id7_store *store;
	struct id7_store *from; /* the backup, or NULL */
	bool dry_run;
	id7_store_repair_fn *told;
	void *context;
	struct id7_store_repaired *repaired;
};

/*
 * Tells and counts one finding. `file` is within the store directory; `name`
 * may be ""; `done` NULL: left as it is.
 */
void
id7_mend_tell(struct id7_mend *mend, enum id7_error error, const char *what,
	      const char *file, const char *name, const char *done);

/*
 * Mends the records of a shard both of whose files can be read, under the shard
 * byte and the whole slot range, which the caller holds. ID7_OK; ID7_NO_MEMORY;
 * ID7_IO and other errors of a change, the shard being as it was.
 */
enum id7_error
id7_mend_records(struct id7_mend *mend, struct id7_shard shard) id7_must_use;

#endif
