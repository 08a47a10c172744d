/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Says what went wrong with which thing, from errno or outright. */
#ifndef ID7_EFFECTS_FAULT_H
#define ID7_EFFECTS_FAULT_H

#include "common/core/error.h"

/*
 * Fills *ret_fault (if not NULL) and returns `error`. For ID7_IO, and where a
 * failed call showed the trouble, errno is kept in it; otherwise errnum is 0. A
 * subject that is too long is cut.
 */
enum id7_error id7_fault_set(struct id7_fault *ret_fault, enum id7_error error,
			     enum id7_trouble trouble, const char *subject);

/*
 * As id7_fault_set, choosing error and trouble from errno: ENOENT and ENOTDIR
 * missing, ELOOP symlink, EROFS read-only, ENOSPC and EDQUOT full, ENOMEM no
 * memory, anything else a failed call. The subject is `dir`/`name`, or `dir`
 * when name is NULL.
 */
enum id7_error id7_fault_errno(struct id7_fault *ret_fault, const char *dir,
			       const char *name);

#endif
