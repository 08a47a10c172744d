/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A private copy of a directory of PAM stacks, in which pam_7id counts nothing. */
#ifndef ID7_ADMIN_STACK_H
#define ID7_ADMIN_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STACK_PATH_MAX 64

/*
 * Copies the regular files of `from` into a new 0700 directory, with " no_count"
 * put after every pam_7id.so. True, and the directory's path in ret_path, which
 * the caller ends with stack_remove; false with errno, nothing left behind.
 */
bool stack_copy(const char *from, char ret_path[STACK_PATH_MAX]);

/* Removes a directory that stack_copy made, and all in it. */
void stack_remove(const char *path);

/*
 * The text of one stack file with " no_count" after every word that ends in
 * pam_7id.so, comments left alone. `out` holds at least stack_quiet_size(text,
 * len) bytes. Returns the bytes written.
 */
size_t stack_quiet(const char *text, size_t len, char *out);
size_t stack_quiet_size(const char *text, size_t len);

#endif
