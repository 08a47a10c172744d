/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A private copy of a directory of PAM stacks, made to stand alone. */
#ifndef ID7_ADMIN_STACK_H
#define ID7_ADMIN_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STACK_PATH_MAX 64

/* How a stack file is written anew. */
struct stack_change {
	const char *from; /* the directory it stands in */
	const char *to;	  /* the directory of its copy */
	bool quiet;	  /* put " no_count" after every pam_7id.so */
};

/*
 * Copies the regular files of `from` into a new 0700 directory under TMPDIR or
 * /tmp; what they include is taken from the copy. (libpam looks for a relative
 * include in /etc/pam.d even when it was given another directory.) With `quiet`
 * pam_7id counts nothing there. True, and the directory's path in ret_path,
 * which the caller ends with stack_remove; false with errno, nothing left
 * behind.
 */
bool stack_copy(const char *from, bool quiet, char ret_path[STACK_PATH_MAX]);

/* Removes a directory that stack_copy made, and all in it. */
void stack_remove(const char *path);

/*
 * The text of one stack file, changed as `change` says; comments and all else
 * stay. Writes at most `size` bytes. Returns how many, SIZE_MAX when they do
 * not fit.
 */
size_t stack_rewrite(const struct stack_change *change, const char *text,
		     size_t len, char *out, size_t size);

#endif
