/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens and reads the tally files of pam_faillock, which anybody may have written. */
#ifndef ID7_ADMIN_TALLYFILE_H
#define ID7_ADMIN_TALLYFILE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "common/core/error.h"

/* A directory of them: its names in the order of strcmp, dots left out. */
struct tallydir {
	const char *path; /* borrowed */
	int fd;
	struct dirent **name;
	int names;
};

/*
 * Opens it and reads its names. ID7_OK and a directory for tallydir_close; file
 * errors, with nothing to close.
 */
enum id7_error tallydir_open(const char *path, struct tallydir *ret_dir,
			     struct id7_fault *ret_fault) id7_must_use;

void tallydir_close(struct tallydir *dir);
#define auto_tallydir                                                          \
	__attribute__((cleanup(tallydir_close))) struct tallydir

/*
 * Opens the file `name` of it, for reading or (`write`) to empty it, and waits
 * 2 s at most for a login that is counting in it. Never makes a file, follows
 * no link, waits for no FIFO, goes into no other directory. ID7_OK and a
 * descriptor that the caller closes; ID7_NOT_FOUND; ID7_BUSY; ID7_UNTRUSTED: it
 * is no regular file; other file errors.
 */
enum id7_error tallyfile_open(const struct tallydir *dir, const char *name,
			      bool write, int *ret_fd, struct stat *ret_st,
			      struct id7_fault *ret_fault) id7_must_use;

/*
 * Reads up to `size` bytes of it into `buf`. ID7_OK with their number, ID7_IO.
 */
enum id7_error tallyfile_read(const struct tallydir *dir, const char *name,
			      int fd, uint8_t *buf, size_t size,
			      size_t *ret_len,
			      struct id7_fault *ret_fault) id7_must_use;

/*
 * What went wrong with one, in a few words: a sentence to look up, or the
 * system's own words. Borrowed for ever.
 */
const char *tallyfile_why(const struct id7_fault *fault);

#endif
