/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One login attempt, from the name to the answer (DESIGN section 6).
 *
 * MUST
 *  1. the attempt is reserved in the tally before the authtok is verified.
 *  2. every refusal of a typed authtok costs the same hash and the same two
 *     store writes: unknown, wrong, locked out, held, disabled, expired, junk,
 *     and every code.
 *  3. no error is a verdict: with any error the verdict is ID7_DENY.
 *  4. what a code has opened leads to a new authtok and nowhere else.
 */
#ifndef ID7_USECASES_LOGIN_H
#define ID7_USECASES_LOGIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/core/code.h"
#include "common/core/origin.h"
#include "common/core/tally.h"
#include "common/core/verdict.h"
#include "common/effects/clock.h"
#include "common/effects/journal.h"
#include "common/effects/secret.h"
#include "common/usecases/id7.h"

/* Whose name it is. */
enum id7_whose {
	ID7_WHOSE_NOBODY = 0, /* neither ours nor the system's: a phantom */
	ID7_WHOSE_SYSTEM,     /* only passwd knows it, and `unknown` lets it pass on */
	ID7_WHOSE_OURS,
};

/*
 * Finds out whose name `user` (terminated, any bytes) is. With `unknown = deny`
 * the system's names count as nobody's. ID7_OK; store errors.
 */
enum id7_error id7_login_whose(struct id7 *id7, const char *user,
			       bool known_to_system, enum id7_whose *ret_whose,
			       struct id7_fault *ret_fault) id7_must_use;

/* So long after it was accepted a reset code may have expired: somebody is choosing a password. */
#define ID7_CODE_GRACE_SEC 300

/* Which account was proved; another id or epoch is another account, or it has changed since. */
struct id7_proof {
	uint8_t id[ID7_ID_LEN];
	uint64_t epoch;
	bool by_code; /* by a reset or saved code: good for a new authtok and nothing else */
	enum id7_code_kind code;
	uint8_t code_hash[ID7_CODE_HASH_LEN];
	int64_t until; /* boot clock: the end of ID7_CODE_GRACE_SEC */
};

/*
 * Whether the proof is still good for *account as it is now: the same account
 * and epoch, in good standing; a code not ended meanwhile, and not expired but
 * for the grace.
 */
bool id7_login_proof_holds(const struct id7_proof *proof,
			   const struct id7_account *account,
			   const struct id7_now *now);

/* What came of an attempt. A value. */
struct id7_login {
	enum id7_verdict verdict;
	enum id7_reason reason;
	enum id7_error error; /* ID7_OK, or why the machine could not answer */
	struct id7_fault fault;
	enum id7_lane lane;
	enum id7_lang lang;	 /* the account's, once the authtok is proved; else ID7_LANG_SITE */
	bool hashed;		 /* a slow hash was computed */
	bool checked_real;	 /* and compared with a real verifier */
	bool elsewhere;		 /* another program verified: id7_counting */
	struct id7_events events; /* what it did to locks, or found done */
	uint32_t failures;	 /* in the window afterwards */
	struct id7_proof proof;	 /* with ID7_ALLOW of an attempt */
	bool ours;		 /* the name is an account's */
	const char *code;	 /* the kind of a presented code (id7_code_kind_name); NULL: none, or none of ours */
	bool owed;		 /* a notice is owed by what this attempt did, or would be if there were such an account */
	char name_tag[9];	 /* keyed tag of the typed name, for logs that must not name strangers */
	char reference[ID7_REFERENCE_LEN + 1];
};

/*
 * Judges one typed authtok for `user` (a name that id7_login_whose called ours
 * or nobody's). `typed` is borrowed, any bytes, not changed. Waits for a place
 * (slot_wait) and a hash slot within `deadline`; signals are blocked and the
 * real uid raised meanwhile, and put back.
 * A code in its place is redeemed (DESIGN section 7): ID7_REASON_CODE. With
 * ID7_ALLOW it was a reset or saved code, in a service of `reset_services`, and
 * ret_login->proof is by_code; with ID7_DENY it did what it is for, and the
 * password is still to be typed.
 */
void id7_login_attempt(struct id7 *id7, const char *user,
		       const struct id7_secret *typed,
		       const struct id7_origin *origin,
		       struct id7_deadline deadline,
		       struct id7_login *ret_login);

/*
 * The same, where what is proved serves nothing but the choice of a new authtok:
 * reset codes are taken in every service.
 */
void id7_login_prove(struct id7 *id7, const char *user,
		     const struct id7_secret *typed,
		     const struct id7_origin *origin,
		     struct id7_deadline deadline, struct id7_login *ret_login);

/*
 * A refusal before any authtok was there (empty, aborted, busy prompt): fills
 * reference and tag; nothing is hashed, written or counted.
 */
void id7_login_refuse(struct id7 *id7, const char *user, enum id7_reason reason,
		      struct id7_login *ret_login);

/*
 * The account phase for `user`: id7_account_usable over the stored account.
 * ID7_NOT_OURS for the system's names; ID7_DENY with ID7_REASON_UNKNOWN for
 * nobody's. Writes nothing.
 * `proof` is how the login was proved, NULL when that is not known. When it was
 * by a code the answer is never better than ID7_REASON_MUST_CHANGE, and
 * ID7_DENY with ID7_REASON_CHANGED when it does not hold any more.
 */
void id7_login_account(struct id7 *id7, const char *user, bool known_to_system,
		       const struct id7_proof *proof,
		       struct id7_login *ret_login);

#endif
