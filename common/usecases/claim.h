/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one attempt knows of itself, and how it gets its place in a tally. */
#ifndef ID7_USECASES_CLAIM_H
#define ID7_USECASES_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/authtok.h"
#include "common/core/code.h"
#include "common/effects/slots.h"
#include "common/effects/verifier.h"
#include "common/usecases/login.h"

/* Everything one attempt knows of itself; lives in id7_attempt_run, or as long as a place that is kept. */
struct id7_attempt {
	struct id7 *id7;
	struct id7_store *store;
	const struct id7_config *config;
	const char *user;
	const struct id7_origin *origin;
	struct id7_deadline deadline;

	struct id7_now now; /* of the look-up, then of the last claim */
	enum id7_authtok_kind kind;
	enum id7_code_typed typed_code; /* with ID7_AUTHTOK_CODE */
	struct id7_code code;		/* wiped */
	bool unhashed; /* another program verifies: no hash slot is taken */
	struct id7_account account; /* wiped; valid only when found */
	bool found;
	struct id7_subject subject;
	uint8_t id[ID7_ID_LEN];
	uint64_t epoch;
	struct id7_whence whence;
	struct id7_policy policy; /* the account's owner's */

	enum id7_reason refusal; /* decided already: verify a dummy */
	struct id7_slot slot;	 /* held from the claim to the hash's end */
	struct id7_ticket ticket;
	enum id7_match match;
	uint32_t fingerprint;
};

/*
 * Fills account, subject, policy and whence from the typed name, and `refusal` with
 * what refuses already: junk, or an account that is disabled, expired or held.
 * ID7_OK, also for a name that is nobody's; store errors.
 */
enum id7_error id7_claim_find(struct id7_attempt *attempt) id7_must_use;

/* Left of the deadline for hashing and settling when waiting is given up. */
#define ID7_CLAIM_SPARE_MS 2000

/*
 * Takes a hash slot, then a place in the tally, so that nobody holds a place
 * while he queues for a slot; when all places are taken the slot goes back
 * while waiting, up to slot_wait, for a pending attempt to settle. With
 * `no_count` the tally is only looked at. Before anything is taken the process
 * must have the descriptors that settling will need, or a limit set by its
 * owner would turn into failures of the account's.
 * With `unhashed` no slot is taken.
 * ID7_OK with a slot and either a live ticket or `refusal` set, which costs the
 * same write; ID7_BUSY; store and file errors. login->fault says which thing
 * failed when it was not the store.
 */
enum id7_error id7_claim_reserve(struct id7_attempt *attempt,
				 struct id7_login *login) id7_must_use;

#endif
