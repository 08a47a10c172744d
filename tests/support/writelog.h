/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a program asks a directory tree to become: writes, syncs and changes of
 * names, in their order. writelog.c stands before libc in the program it is
 * linked into and in all that the program loads, so the program must be linked
 * with export_dynamic.
 */
#ifndef ID7_TESTS_WRITELOG_H
#define ID7_TESTS_WRITELOG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define LOG_NAME 128 /* room for the name of a file */

enum log_kind {
	LOG_CREATE, /* dir, name, file; without a name dir is 0 */
	LOG_MKDIR,  /* dir, name, file */
	LOG_WRITE,  /* file, at, len, bytes */
	LOG_SIZE,   /* file, at: the new size */
	LOG_SYNC,   /* file: a file or a directory */
	LOG_SYNC_ALL,
	LOG_RENAME, /* dir, name to to_name */
	LOG_UNLINK, /* dir, name */
	LOG_MARK,   /* at: what writelog_mark was given */
};

struct log_event {
	enum log_kind kind;
	ino_t dir, file;
	char name[LOG_NAME], to_name[LOG_NAME];
	uint64_t at;
	size_t len;
	uint8_t *bytes; /* kept until the next writelog_begin */
};

/* From now on, what happens to files and directories is noted. */
void writelog_begin(void);

/* Notes a moment of the test's own. */
void writelog_mark(uint64_t number);

/* Ends noting. Returns the events, which stay the log's. */
const struct log_event *writelog_end(size_t *ret_count);

#endif
