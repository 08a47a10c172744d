/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing a new authtok: judged, hashed, and put in one change that also empties the tally. */
#ifndef ID7_USECASES_CHANGE_H
#define ID7_USECASES_CHANGE_H

#include <stdbool.h>

#include "common/core/authtok.h"
#include "common/core/origin.h"
#include "common/effects/clock.h"
#include "common/effects/secret.h"
#include "common/usecases/id7.h"
#include "common/usecases/login.h"

/*
 * Judges a new authtok for the name `user` without changing anything. ID7_OK
 * with ID7_QUALITY_GOOD; ID7_INVALID with the reason for the refusal in
 * *ret_quality; ID7_NO_MEMORY.
 */
enum id7_error id7_change_judge(struct id7 *id7, const char *user,
				const struct id7_secret *typed,
				enum id7_quality *ret_quality) id7_must_use;

/*
 * Gives *account (a copy in the caller's hands, not stored here) a verifier of
 * the judged authtok `typed`, taking a hash slot. Sets password_changed.
 * ID7_OK; ID7_INVALID with ID7_QUALITY_SAME when it is the current one;
 * ID7_BUSY; ID7_NO_MEMORY; file errors of the slots.
 */
enum id7_error id7_change_hash(struct id7 *id7, struct id7_account *account,
			       const struct id7_secret *typed,
			       const struct id7_origin *origin,
			       struct id7_deadline deadline,
			       enum id7_quality *ret_quality,
			       struct id7_fault *ret_fault) id7_must_use;

/*
 * Chooses a new authtok for the account `user`: quality, then verifier, epoch,
 * password_changed and must-change (set to `must_change`) in one change of the
 * account, which empties the tally (STORE A3), locks and all; an
 * administrator's hold stays.
 * `proof` says which account the caller has proved to be his: when that account
 * is gone, has another authtok since, or is disabled, expired or held, nothing
 * is changed, or a thief who waits at the prompt would outlive the reset that
 * was to throw him out. A proof by code is spent by the change: however many
 * hold it, one of them sets the password. NULL: an administrator changes it, whatever its state.
 * ID7_OK with *ret_quality ID7_QUALITY_GOOD: done and durable. ID7_INVALID with
 * another *ret_quality: refused, nothing changed; ID7_QUALITY_REFUSED: because
 * the proof does not hold any more. ID7_NOT_FOUND; ID7_BUSY; other errors:
 * nothing changed.
 */
enum id7_error id7_change_authtok(struct id7 *id7, const char *user,
				  const struct id7_proof *proof,
				  const struct id7_secret *typed,
				  bool must_change,
				  const struct id7_origin *origin,
				  struct id7_deadline deadline,
				  enum id7_quality *ret_quality,
				  struct id7_fault *ret_fault) id7_must_use;

#endif
