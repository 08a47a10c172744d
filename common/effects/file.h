/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opens only what can be trusted, and writes so that a reader sees old or new.
 *
 * MUST
 *  1. no link is followed in the last step of a path, no FIFO or device blocks.
 *  2. owner is geteuid(), mode grants nobody else more than the caller allows,
 *     a file has one name.
 *  3. descriptors are close-on-exec.
 */
#ifndef ID7_EFFECTS_FILE_H
#define ID7_EFFECTS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/core/error.h"
#include "common/effects/fault.h"

/*
 * Opens the directory `path` (O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC), owned by
 * geteuid(), with no permission bit outside `mode_max` (as 0700).
 * Returns ID7_OK and a descriptor that the caller closes.
 */
enum id7_error id7_dir_open(const char *path, mode_t mode_max, int *ret_fd,
			    struct id7_fault *ret_fault) id7_must_use;

/*
 * Makes the directory with `mode` when it is missing (its parents must exist),
 * then opens it as id7_dir_open does.
 */
enum id7_error id7_dir_make(const char *path, mode_t mode, int *ret_fd,
			    struct id7_fault *ret_fault) id7_must_use;

/*
 * Makes the directory that `path` lies in, durably, 0755 less the umask, when it
 * is missing (its own parent must exist). One that is there is neither judged
 * nor changed. ID7_OK; file errors.
 */
enum id7_error id7_dir_make_parent(const char *path,
				   struct id7_fault *ret_fault) id7_must_use;

/*
 * Opens the regular file `name` in the directory `dirfd` (for messages: `dir`)
 * with `flags` (O_RDONLY, O_RDWR, O_CREAT...; O_NOFOLLOW, O_CLOEXEC and
 * O_NONBLOCK are added), one link, owned by geteuid() and with no bit outside
 * `mode_max`; made with mode_max when O_CREAT is given.
 * Returns ID7_OK and a descriptor that the caller closes.
 */
enum id7_error id7_file_open(int dirfd, const char *dir, const char *name,
			     int flags, mode_t mode_max, int *ret_fd,
			     struct id7_fault *ret_fault) id7_must_use;

/*
 * Reads the whole settings file `path` of at most `size` bytes into `buf`: a
 * regular file, not a link, owned by root or geteuid(), writable by nobody but
 * its owner (other bits may be set). Returns ID7_OK and the length.
 */
enum id7_error id7_file_read_settings(const char *path, char *buf, size_t size,
				      size_t *ret_len,
				      struct id7_fault *ret_fault) id7_must_use;

/*
 * Reads at most `size` bytes from the start of an open file; ID7_CORRUPT with
 * ID7_TROUBLE_SIZE when it is longer. `subject` names it in faults.
 */
enum id7_error id7_file_read(int fd, const char *subject, void *buf,
			     size_t size, size_t *ret_len,
			     struct id7_fault *ret_fault) id7_must_use;

/*
 * Whether the process may open `count` (1..16) more descriptors: opens so many
 * and closes them. ID7_OK; ID7_IO with the fault's errno, EMFILE as a rule.
 */
enum id7_error id7_file_spare(unsigned int count, struct id7_fault *ret_fault)
	id7_must_use;

/*
 * Writes all `len` bytes at the present offset, going on after short writes and
 * EINTR. ID7_OK or ID7_IO with errno.
 */
enum id7_error id7_file_write_all(int fd, const void *buf, size_t len)
	id7_must_use;

/*
 * Replaces (or makes) `name` in `dirfd` with `len` bytes, mode 0600: writes
 * NAME.tmp, fsync, rename, fsync of the directory. When it returns ID7_OK the
 * new bytes outlive a power cut; otherwise the old file is untouched, unless the
 * last step was the one that failed: then NAME is the new file, whole, and may
 * be the old one again after a power cut. Two writers of one name must exclude
 * each other.
 */
enum id7_error id7_file_replace(int dirfd, const char *dir, const char *name,
				const void *buf, size_t len,
				struct id7_fault *ret_fault) id7_must_use;

#endif
