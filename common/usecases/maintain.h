/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The database as a whole: restored from a backup that was read through first, repaired and read through afterwards. */
#ifndef ID7_USECASES_MAINTAIN_H
#define ID7_USECASES_MAINTAIN_H

#include <stdbool.h>

#include "common/usecases/id7.h"

/* Whoever follows long work; each may be NULL. */
struct id7_watcher {
	id7_store_finding_fn *found;
	id7_store_repair_fn *mended;
	id7_store_progress_fn *progress;
	void *context;
};

/*
 * Reads the backup `dir` through, then puts it in the place of the store that
 * `config` names (id7_store_restore). With `any` also when the store is another
 * one or cannot be opened, or when the backup is damaged. `found` is told of
 * damage in the backup. *ret_fault names a file of the backup or of the store.
 * ID7_OK; ID7_CORRUPT: one of the two is damaged and `any` was not given;
 * errors as id7_store_restore. Without ID7_OK the store is as it was.
 */
enum id7_error id7_maintain_restore(const struct id7_config *config,
				    const char *dir, bool any,
				    const struct id7_watcher *watcher,
				    struct id7_store_restored *ret_restored,
				    struct id7_fault *ret_fault) id7_must_use;

/*
 * Repairs the store (id7_store_repair), then reads it through: `found` is told
 * of what is damaged still, and ret_counts says if it is sound. With `dry_run`
 * nothing is changed, and it is not read again. Errors as id7_store_repair.
 */
enum id7_error id7_maintain_repair(struct id7 *id7, const char *from,
				   bool dry_run,
				   const struct id7_watcher *watcher,
				   struct id7_store_repaired *ret_repaired,
				   struct id7_store_counts *ret_counts,
				   struct id7_fault *ret_fault) id7_must_use;

#endif
