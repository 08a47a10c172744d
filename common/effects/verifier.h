/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Argon2id: makes and checks verifiers, and does the same work for nobody.
 *
 * MUST
 *  1. stored parameters above the ceiling are refused before any hashing.
 *  2. a failure of crypto_pwhash itself is an error, never "wrong".
 *  3. comparisons take constant time.
 */
#ifndef ID7_EFFECTS_VERIFIER_H
#define ID7_EFFECTS_VERIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/account.h"
#include "common/core/error.h"

struct id7_cost_limits {
	uint32_t opslimit_max;
	uint64_t memlimit_max;
};

enum id7_match {
	ID7_MATCH_NONE = 0,
	ID7_MATCH_CURRENT = 0x6b3d,
	ID7_MATCH_OLD = 0x14e2, /* one of the previous verifiers */
};

/*
 * Sets a new verifier in *account from the normal form of a password: the salt
 * stays while `cost` stays, so that one hash serves the previous verifiers too
 * (DESIGN section 6 step 6); at another cost it is new and the previous ones
 * are dropped. The verifier before becomes the newest previous one. Clears
 * ID7_ACCOUNT_NO_VERIFIER, ID7_ACCOUNT_COUNTS_ONLY, ID7_ACCOUNT_RAW_BYTES and
 * the imported string;
 * dates, epoch and revision are the caller's.
 * `keep_old` false: the same password again at another cost (rehash).
 * ID7_OK; ID7_NO_MEMORY; ID7_INVALID for a cost outside libsodium's limits.
 * On failure *account is as it was.
 */
enum id7_error id7_verifier_make(struct id7_account *account,
				 const void *normal, size_t len,
				 struct id7_cost cost, bool keep_old,
				 int64_t now_wall) id7_must_use;

/*
 * Verifies against *account. `account` NULL, or one without verifier: the same
 * work at `dummy_cost`, and always ID7_MATCH_NONE. `dummy` true: the same work
 * with the account's own parameters, and always ID7_MATCH_NONE.
 * Writes a fingerprint of the slow hash (keyed by `fingerprint_key`, 32 bits,
 * never 0) for repeats; 0 for dummies.
 * ID7_OK; ID7_NO_MEMORY; ID7_CORRUPT for parameters above `limits` or below
 * libsodium's minimum. *ret_match is ID7_MATCH_NONE on every failure.
 */
enum id7_error id7_verifier_check(const struct id7_account *account, bool dummy,
				  const void *normal, size_t len,
				  const struct id7_cost_limits *limits,
				  struct id7_cost dummy_cost,
				  const uint8_t fingerprint_key[32],
				  enum id7_match *ret_match,
				  uint32_t *ret_fingerprint) id7_must_use;

/*
 * Whether the verifier was made at a lower cost than `cost`, in either number.
 */
bool id7_verifier_outgrown(const struct id7_account *account,
			   struct id7_cost cost);

#endif
