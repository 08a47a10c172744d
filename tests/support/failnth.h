/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes the n-th of the calls that can fail do so. failnth.c stands before libc
 * in the program it is linked into and in all that the program loads, so the
 * program must be linked with export_dynamic.
 */
#ifndef ID7_TESTS_FAILNTH_H
#define ID7_TESTS_FAILNTH_H

#include <stdbool.h>

enum fail_kind {
	FAIL_OPEN,   /* EMFILE, then EIO */
	FAIL_READ,   /* EIO, then nothing read */
	FAIL_WRITE,  /* ENOSPC, then half written */
	FAIL_SYNC,   /* EIO, then ENOSPC */
	FAIL_CLOSE,  /* closed all the same: EIO, then EINTR */
	FAIL_STAT,   /* fstat, fstatat, fstatvfs: EIO, then ENOMEM */
	FAIL_SEEK,   /* EIO, then EINVAL */
	FAIL_NAME,   /* rename, unlink, mkdir: EIO, then ENOSPC */
	FAIL_MODE,   /* fchmod, ftruncate: EPERM, then EIO */
	FAIL_LOCK,   /* fcntl: ENOLCK, then EIO */
	FAIL_MEMORY, /* malloc, calloc, realloc, strdup, but not libc's own */
	FAIL_MAP,    /* mmap: ENOMEM, then EAGAIN */
	FAIL_KINDS
};

/* Which calls fail once number `n` is reached. */
enum fail_how {
	FAIL_ONCE,   /* this one, in the first way */
	FAIL_OTHER,  /* this one, in the second way */
	FAIL_ALWAYS, /* this one and all later ones of its kind */
	FAIL_HOWS
};

/* From now on calls are counted from 0, and the `n`-th fails. */
void fail_arm(unsigned int n, enum fail_how how);

/* The same, where only calls of one kind are counted. */
void fail_arm_kind(enum fail_kind kind, unsigned int n, enum fail_how how);

/* Nothing fails any more. Returns whether something did, and what. */
bool fail_disarm(enum fail_kind *ret_kind);

/* How many calls of a kind that could fail there were since. */
unsigned int fail_seen(enum fail_kind kind);

/* For the test's own calls between the two: neither counted nor failed. */
void fail_pause(bool pause);

#endif
