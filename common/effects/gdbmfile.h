/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One GDBM file of records of one size: the only door to libgdbm.
 *
 * MUST
 *  1. libgdbm sees a file only after its header was checked here.
 *  2. a live file is changed only by a value of exactly the same size.
 *  3. a write counts only when return code, needs_recovery and last_errno agree
 *     and the value reads back.
 *  4. a traversal ends.
 */
#ifndef ID7_EFFECTS_GDBMFILE_H
#define ID7_EFFECTS_GDBMFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/error.h"

/* An open file. `handle` NULL: none. */
struct id7_gdbm {
	void *handle;
};

/*
 * Makes the empty file `fd` (open for reading and writing, at offset 0) an
 * empty GDBM file with blocks of 4096 bytes, and syncs it. `fd` stays open.
 * ID7_OK; ID7_NO_MEMORY; ID7_IO.
 */
enum id7_error id7_gdbm_create(int fd) id7_must_use;

/*
 * Opens the file of descriptor `fd` (at offset 0), which is taken in every case
 * and closed with the file. ID7_OK; ID7_CORRUPT: not a GDBM file as ours are;
 * ID7_NO_MEMORY; ID7_IO.
 */
enum id7_error
id7_gdbm_open(int fd, bool writer, struct id7_gdbm *ret_file) id7_must_use;

/*
 * Another descriptor of the file, close-on-exec, that the caller closes; it is
 * for holding the file, not for reading it. -1 with errno.
 */
int id7_gdbm_pin(const struct id7_gdbm *file) id7_must_use;

/*
 * Copies the value of `key`, which must be `len` bytes. As many bytes are read
 * when there is no such key. ID7_OK; ID7_NOT_FOUND;
 * ID7_CORRUPT: another size, or a bucket that cannot be read; ID7_NO_MEMORY;
 * ID7_IO.
 */
enum id7_error id7_gdbm_fetch(const struct id7_gdbm *file, const char *key,
			      void *ret_value, size_t len) id7_must_use;

/*
 * Replaces the value of `key` in place by one of the same size `len`; nothing
 * is written when the stored one has another size. ID7_OK: it reads back.
 * Otherwise the value may be old, new or torn, and the structure is whole.
 */
enum id7_error id7_gdbm_replace(const struct id7_gdbm *file, const char *key,
				const void *value, size_t len) id7_must_use;

/*
 * Adds or deletes a key. Only for a copy that nobody else has open: a crash may
 * damage it. ID7_OK; ID7_EXISTS or ID7_NOT_FOUND; ID7_CORRUPT; ID7_NO_MEMORY;
 * ID7_IO.
 */
enum id7_error id7_gdbm_insert(const struct id7_gdbm *file, const char *key,
			       const void *value, size_t len) id7_must_use;
enum id7_error
id7_gdbm_delete(const struct id7_gdbm *file, const char *key) id7_must_use;

/*
 * Whether there is such a key. ID7_OK; ID7_NOT_FOUND, sooner than a fetch says
 * it; ID7_CORRUPT; ID7_NO_MEMORY; ID7_IO.
 */
enum id7_error
id7_gdbm_exists(const struct id7_gdbm *file, const char *key) id7_must_use;

/*
 * As id7_gdbm_insert for many: neither asks first nor reads back, which the
 * caller does when the file is closed. ID7_EXISTS: nothing was written.
 */
enum id7_error id7_gdbm_load(const struct id7_gdbm *file, const char *key,
			     const void *value, size_t len) id7_must_use;

/* Called for each key, terminated, in no order; foreign keys are cut at 79
 * bytes. False ends the walk. */
typedef bool id7_gdbm_each_fn(const char *key, void *context);

/*
 * Walks all keys, at most as many as records of `len` bytes could lie in the
 * file twice over. ID7_OK; ID7_CORRUPT when the walk failed or did not end.
 */
enum id7_error
id7_gdbm_each(const struct id7_gdbm *file, size_t len, id7_gdbm_each_fn *each,
	      void *context) id7_must_use;

/*
 * Closes; a writer is synced first. A file that is not open is accepted.
 * ID7_OK; ID7_IO: what was written may not outlive a power cut.
 */
enum id7_error id7_gdbm_close(struct id7_gdbm *file);

/*
 * Closes a writer that did nothing but replace values in place, once those are
 * synced: the times of the file are not waited for, which is half of the work
 * where there is a journal. Results as id7_gdbm_close.
 */
enum id7_error id7_gdbm_commit(struct id7_gdbm *file) id7_must_use;

/*
 * Closes without any sync, for a writer that wrote nothing. A file that is not
 * open is accepted. Keeps errno.
 */
void id7_gdbm_abandon(struct id7_gdbm *file);

/*
 * As id7_gdbm_close, for the end of a scope; keeps errno.
 */
void id7_gdbm_leave(struct id7_gdbm *file);
#define auto_gdbm __attribute__((cleanup(id7_gdbm_leave))) struct id7_gdbm

#endif
