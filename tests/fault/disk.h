/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A disk under a write log: what is safe on it, and what a power cut may leave.
 *
 * The model: what a sync covered is safe. Of later writes any subset of pages
 * may have arrived, each in any of its versions, whatever the order; a file's
 * size is then that of the last page that did, or the full one. Changes of the
 * names in one directory arrive in their order, up to any of them, whatever has
 * arrived in another, and are safe when that directory was synced. Syncing a
 * file makes its bytes safe and not its name.
 */
#ifndef ID7_TESTS_DISK_H
#define ID7_TESTS_DISK_H

#include <stdbool.h>

#include "tests/support/random.h"
#include "tests/support/writelog.h"

struct disk;

/* What of the unsafe arrived. */
enum disk_cut { DISK_NOTHING, DISK_EVERYTHING, DISK_SOME };

/*
 * A disk that holds the directory `path` and all below it as they stand, all of
 * it safe. With `deaf` no sync will make anything safe.
 */
struct disk *disk_make(const char *path, bool deaf);

/* One event happens. */
void disk_apply(struct disk *disk, const struct log_event *event);

/*
 * Makes the directory `path`, and all below it, what a cut at this moment
 * leaves. It must exist, and hold nothing but what disks of this program have
 * left there before, or what became of that since.
 */
void disk_cut(const struct disk *disk, enum disk_cut cut, struct random *random,
	      const char *path);

/* Whether anything is unsafe, so that the ways to cut differ. */
bool disk_dirty(const struct disk *disk);

void disk_free(struct disk **disk);

#endif
