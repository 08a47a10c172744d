/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making one-time codes, ending them, and redeeming those that need no login. */
#ifndef ID7_USECASES_CODES_H
#define ID7_USECASES_CODES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/code.h"
#include "common/core/redeem.h"
#include "common/effects/clock.h"
#include "common/usecases/id7.h"

/*
 * Makes a code of `kind` (not ID7_CODE_SAVED) for the account and stores its
 * keyed hash in one change, in the place of the one before, which is void.
 * `expires` is wall clock and to come; 0, for unlock codes only: as long as the
 * lock. `place` (0 or 1) is the address that a confirm code is for; 0 for all
 * others.
 * ID7_OK: *ret_code, which the caller prints and wipes, is durable.
 * ID7_INVALID: the code would be of no use (id7_redeem_may), a confirm code has
 * no such address, or `expires` is none. ID7_NOT_FOUND;
 * ID7_BUSY; store errors: nothing is changed.
 */
enum id7_error id7_codes_make(struct id7 *id7, const char *name,
			      enum id7_code_kind kind, uint32_t place,
			      int64_t expires, struct id7_deadline deadline,
			      struct id7_code *ret_code,
			      struct id7_fault *ret_fault) id7_must_use;

/*
 * id7_codes_make for the account as `seen`, for those who know from it where the
 * code goes. ID7_STALE: the name is another account's by now, or an address has
 * changed; nothing is changed.
 */
enum id7_error id7_codes_make_for(struct id7 *id7,
				  const struct id7_account *seen,
				  enum id7_code_kind kind, uint32_t place,
				  int64_t expires, struct id7_deadline deadline,
				  struct id7_code *ret_code,
				  struct id7_fault *ret_fault) id7_must_use;

/*
 * Makes a sheet of `count` (1..ID7_SAVED_CODES) saved codes, which act as reset
 * codes and do not expire; those of an older sheet are void. Results as
 * id7_codes_make of a reset code.
 */
enum id7_error id7_codes_make_sheet(struct id7 *id7, const char *name,
				    uint32_t count,
				    struct id7_deadline deadline,
				    struct id7_code ret_code[ID7_SAVED_CODES],
				    struct id7_fault *ret_fault) id7_must_use;

/*
 * Ends the codes of `kinds` (ID7_CODE_BIT). ID7_OK, also when there was none;
 * *ret_ended (may be NULL) has the kinds that there were. ID7_NOT_FOUND;
 * ID7_BUSY; store errors: nothing is changed.
 */
enum id7_error id7_codes_void(struct id7 *id7, const char *name, uint32_t kinds,
			      struct id7_deadline deadline,
			      uint32_t *ret_ended,
			      struct id7_fault *ret_fault) id7_must_use;

/*
 * Redeems a confirm or a void code for the account: the address is confirmed, or
 * unlock, reset and void code are ended, by the very change that spends the
 * code: however many present it, one is right. Other kinds are redeemed at a
 * login only, and not right here.
 * ID7_OK and *ret_right; for a confirm code *ret_place (may be NULL) is the
 * address. ID7_NOT_FOUND; ID7_BUSY; store errors: nothing is changed.
 */
enum id7_error id7_codes_present(struct id7 *id7, const char *name,
				 const struct id7_code *code,
				 struct id7_deadline deadline, bool *ret_right,
				 uint32_t *ret_place,
				 struct id7_fault *ret_fault) id7_must_use;

/*
 * Finds the account that a code was made for, by looking at every one: for those
 * who hold a void code and nothing else. ID7_OK and the name; ID7_NOT_FOUND; store
 * errors.
 */
enum id7_error id7_codes_owner(struct id7 *id7, const struct id7_code *code,
			       char ret_name[ID7_NAME_MAX + 1],
			       struct id7_fault *ret_fault) id7_must_use;

/*
 * The keyed hash under which a code is stored for the account `id` at `epoch`.
 */
void id7_codes_hash(struct id7 *id7, const struct id7_code *code,
		    const uint8_t id[ID7_ID_LEN], uint64_t epoch,
		    uint8_t ret_hash[ID7_CODE_HASH_LEN]);

#endif
