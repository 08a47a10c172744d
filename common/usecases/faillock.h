/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an administrator who knows pam_faillock does: see failures, forget them, bring them along. */
#ifndef ID7_USECASES_FAILLOCK_H
#define ID7_USECASES_FAILLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/faillock_file.h"
#include "common/effects/clock.h"
#include "common/usecases/id7.h"

/* One failure that a tally holds. */
struct id7_faillock_row {
	int64_t wall;
	enum id7_lane lane;
	bool counts; /* inside the window; false: will be dropped at the next write */
};

#define ID7_FAILLOCK_ROWS (ID7_LANES * ID7_DENY_MAX)

/*
 * The failures of `name` in all lanes, oldest first, into ID7_FAILLOCK_ROWS
 * places. Changes nothing. ID7_OK; ID7_NOT_FOUND; ID7_INVALID (name); store
 * errors.
 */
enum id7_error id7_faillock_look(struct id7 *id7, const char *name,
				 struct id7_faillock_row *ret_rows,
				 size_t *ret_count,
				 struct id7_fault *ret_fault) id7_must_use;

/* Called for an account that has failures; `name` and `rows` live until it returns. False ends the walk. */
typedef bool id7_faillock_each_fn(const char *name,
				  const struct id7_faillock_row *rows,
				  size_t count, void *context);

/*
 * The same for every account that has any, in no order. ID7_CORRUPT after every
 * readable account was given.
 */
enum id7_error id7_faillock_each(struct id7 *id7, id7_faillock_each_fn *each,
				 void *context, struct id7_fault *ret_fault)
	id7_must_use;

/*
 * Forgets the failures of `name` and ends the locks that they made; what an
 * administrator locked or disabled stays. Durable on ID7_OK. ID7_NOT_FOUND;
 * ID7_INVALID (name); ID7_BUSY; store errors.
 */
enum id7_error id7_faillock_reset(struct id7 *id7, const char *name,
				  struct id7_deadline deadline,
				  struct id7_fault *ret_fault) id7_must_use;

/* What became of one tally file. */
struct id7_faillock_import {
	struct id7_faillock_standing standing;
	struct id7_faillock_taken taken; /* with `dry_run`: what would become */
};

/*
 * Takes the `count` records of pam_faillock's file of `name`, written at
 * `newest` (wall clock), into its tally: those that count still, in the remote
 * lane, or in the console lane for a real terminal; and the lock, with its end.
 * All in one durable change, or nothing; repeated, it adds nothing. Clamps the
 * times of `records`. With `dry_run` nothing is changed.
 * ID7_OK; ID7_NOT_FOUND: no such account; ID7_INVALID (name); ID7_BUSY; store
 * errors.
 */
enum id7_error id7_faillock_import(struct id7 *id7, const char *name,
				   struct id7_faillock_record *records,
				   size_t count, int64_t newest, bool dry_run,
				   struct id7_deadline deadline,
				   struct id7_faillock_import *ret_import,
				   struct id7_fault *ret_fault) id7_must_use;

#endif
