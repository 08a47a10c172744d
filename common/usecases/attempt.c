/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of one attempt, from the account behind a typed name to the settled
 * tally. */
#include "common/usecases/attempt.h"

#include <string.h>

#include "common/effects/fault.h"
#include "common/effects/seal.h"
#include "common/usecases/claim.h"
#include "common/usecases/hashing.h"
#include "common/usecases/redeeming.h"

void
id7_attempt_fail(struct id7_login *login, enum id7_error error,
		 const struct id7_fault *fault)
{
	login->verdict = ID7_DENY;
	login->error = error;
	login->reason =
		error == ID7_BUSY ? ID7_REASON_BUSY : ID7_REASON_UNAVAILABLE;
	if (fault == &login->fault)
		return;
	if (fault != NULL)
		login->fault = *fault;
	else
		(void)id7_fault_set(&login->fault, error, ID7_TROUBLE_NONE, "");
}

/* Saves the guarded space that a normal form is worked out in. Depends on what
 * was typed alone, so its time says nothing of accounts. */
static bool
own_normal_form(const struct id7_secret *typed)
{
	return typed->len <= ID7_AUTHTOK_MAX &&
	       id7_authtok_is_normal((const char *)typed->bytes, typed->len);
}

/* Steps 5 and 6: the same hash for everybody. */
static enum id7_error
verify(struct id7_attempt *a, const struct id7_secret *typed,
       struct id7_login *login)
{
	auto_secret *normal = NULL;
	struct id7_cost_limits limits = id7_hashing_limits(a->id7);
	const struct id7_account *account = a->found ? &a->account : NULL;
	const struct id7_secret *input = typed;
	bool dummy = a->refusal != ID7_REASON_NONE || !a->found ||
		     a->kind != ID7_AUTHTOK_PASSWORD;
	enum id7_error error;

	error = own_normal_form(typed) ? ID7_OK
				       : id7_hashing_normal(typed, &normal);
	if (error != ID7_OK)
		return error;
	if (normal != NULL &&
	    (!a->found || !(a->account.flags & ID7_ACCOUNT_RAW_BYTES) ||
	     typed->len > ID7_AUTHTOK_MAX))
		input = normal;
	error = id7_verifier_check(
		account, dummy, input->bytes, input->len, &limits,
		id7_hashing_cost(a->id7),
		id7_store_key(a->store, ID7_FOR_FINGERPRINTS), &a->match,
		&a->fingerprint);
	if (error == ID7_CORRUPT)
		(void)id7_fault_set(&login->fault, error, ID7_TROUBLE_COST,
				    a->user);
	if (error == ID7_OK) {
		login->hashed = true;
		login->checked_real =
			!dummy && !(a->account.flags & ID7_ACCOUNT_NO_VERIFIER);
	}
	return error;
}

/* The account as it stands after the hash. */
struct second_look {
	bool same; /* what was looked up before still holds */
	uint8_t id[ID7_ID_LEN];
	uint64_t epoch;
};

static bool
still_holds(const struct id7_attempt *a, const struct id7_account *again)
{
	return a->found && memcmp(again->id, a->account.id, ID7_ID_LEN) == 0 &&
	       again->epoch == a->account.epoch &&
	       id7_account_standing(again, &a->now) ==
		       id7_account_standing(&a->account, &a->now);
}

static enum id7_error
look_again(const struct id7_attempt *a, struct second_look *ret_look)
{
	struct id7_account again;
	enum id7_error error;

	memcpy(ret_look->id, a->id, ID7_ID_LEN);
	ret_look->epoch = a->epoch;
	ret_look->same = false;
	error = id7_store_get_again(a->store, a->user, &again);
	if (error == ID7_OK) {
		ret_look->same = still_holds(a, &again);
		if (!a->subject.phantom) {
			memcpy(ret_look->id, again.id, ID7_ID_LEN);
			ret_look->epoch = again.epoch;
		}
	}
	id7_wipe(&again, sizeof again);
	if (error != ID7_NOT_FOUND)
		return error;
	ret_look->same = !a->found;
	return ID7_OK;
}

/* The reason for what was verified and settled without any error. */
static enum id7_reason
conclude(const struct id7_attempt *a, bool same,
	 const struct id7_settled *settled)
{
	if (a->refusal != ID7_REASON_NONE)
		return a->refusal;
	if (!same)
		return ID7_REASON_CHANGED;
	if (!settled->stands)
		return ID7_REASON_LEASE_LOST;
	if (!a->found)
		return ID7_REASON_UNKNOWN;
	if (a->kind == ID7_AUTHTOK_TOO_LONG)
		return ID7_REASON_TOO_LONG;
	switch (a->match) {
	case ID7_MATCH_CURRENT:
		return ID7_REASON_RIGHT;
	case ID7_MATCH_OLD:
		return ID7_REASON_OLD_PASSWORD;
	case ID7_MATCH_NONE:
		break;
	}
	return settled->repeated ? ID7_REASON_REPEATED : ID7_REASON_WRONG;
}

/* What was verified counts, also when nobody can say any more for whom. */
static enum id7_settlement
settlement(const struct id7_attempt *a, bool verified, enum id7_error looked,
	   bool same)
{
	if (!verified || a->refusal != ID7_REASON_NONE)
		return ID7_SETTLE_RELEASE;
	if (looked != ID7_OK)
		return ID7_SETTLE_WRONG;
	if (!same)
		return ID7_SETTLE_RELEASE;
	switch (a->match) {
	case ID7_MATCH_CURRENT:
		return ID7_SETTLE_RIGHT;
	case ID7_MATCH_OLD:
		return ID7_SETTLE_OLD;
	case ID7_MATCH_NONE:
		break;
	}
	return ID7_SETTLE_WRONG;
}

void
id7_attempt_settle(struct id7_attempt *a, bool verified,
		   struct id7_login *login)
{
	struct id7_settled settled = {.stands = true};
	enum id7_error looked, written = ID7_OK;
	struct second_look look;

	id7_clock_again(&a->now);
	looked = look_again(a, &look);
	if (looked != ID7_OK)
		id7_attempt_fail(login, looked, id7_store_fault(a->store));
	if (!a->config->no_count)
		written = id7_store_settle(
			a->store, &a->ticket, look.id, look.epoch, &a->policy,
			&a->now, settlement(a, verified, looked, look.same),
			a->fingerprint, a->deadline, &settled);
	if (written != ID7_OK)
		id7_attempt_fail(login, written, id7_store_fault(a->store));
	if (!verified || looked != ID7_OK || written != ID7_OK)
		return;
	login->failures = settled.failures;
	login->events.locked_now |= settled.events.locked_now;
	login->events.unlocked_now |= settled.events.unlocked_now;
	login->reason = conclude(a, look.same, &settled);
	if (login->reason != ID7_REASON_RIGHT || !login->checked_real)
		return;
	login->verdict = ID7_ALLOW;
	memcpy(login->proof.id, a->account.id, ID7_ID_LEN);
	login->proof.epoch = a->account.epoch;
	login->lang = (enum id7_lang)a->account.lang;
}

/* The same password at today's cost. Nothing of it may delay or fail the login:
 * one try, no waiting. */
static void
rehash(struct id7_attempt *a, const struct id7_secret *typed)
{
	auto_slot slot = {.fd = -1};
	auto_secret *normal = NULL;
	struct id7_deadline now = id7_deadline_in(0);
	struct id7_cost cost = id7_hashing_cost(a->id7);

	if (a->config->no_count || !id7_verifier_outgrown(&a->account, cost) ||
	    id7_deadline_left(a->deadline) < ID7_CLAIM_SPARE_MS)
		return;
	if (id7_hashing_normal(typed, &normal) != ID7_OK ||
	    id7_hashing_slot(a->id7, a->origin, now, &slot, NULL) != ID7_OK)
		return;
	if (id7_verifier_make(&a->account, normal->bytes, normal->len, cost,
			      false, 0) != ID7_OK)
		return;
	id7_slots_release(&slot);
	/* Lost to another change or a busy shard: the next login does it. */
	if (id7_store_put(a->store, &a->account, now) != ID7_OK)
		return;
}

static void
run_steps(struct id7_attempt *a, const struct id7_secret *typed,
	  struct id7_login *login)
{
	enum id7_error error;

	error = id7_claim_find(a);
	if (error != ID7_OK) {
		id7_attempt_fail(login, error, id7_store_fault(a->store));
		return;
	}
	login->ours = a->found;
	error = id7_claim_reserve(a, login);
	if (error != ID7_OK) {
		id7_attempt_fail(login, error,
				 login->fault.error != ID7_OK
					 ? &login->fault
					 : id7_store_fault(a->store));
		return;
	}
	error = verify(a, typed, login);
	id7_slots_release(&a->slot);
	if (error != ID7_OK)
		id7_attempt_fail(login, error,
				 login->fault.error != ID7_OK ? &login->fault
							      : NULL);
	if (a->kind == ID7_AUTHTOK_CODE) {
		id7_redeeming_settle(a, error == ID7_OK, login);
		return;
	}
	id7_attempt_settle(a, error == ID7_OK, login);
	if (login->verdict == ID7_ALLOW)
		rehash(a, typed);
}

void
id7_attempt_run(struct id7 *id7, const char *user,
		const struct id7_secret *typed, enum id7_authtok_kind kind,
		const struct id7_origin *origin, bool resets_anywhere,
		struct id7_deadline deadline, struct id7_login *login)
{
	struct id7_attempt a = {.id7 = id7,
				.store = id7_get_store(id7),
				.config = id7_get_config(id7),
				.user = user,
				.origin = origin,
				.deadline = deadline,
				.kind = kind,
				.slot = {.fd = -1},
				.match = ID7_MATCH_NONE};

	id7_redeeming_read(&a, typed, origin, resets_anywhere);
	run_steps(&a, typed, login);
	id7_slots_release(&a.slot);
	id7_wipe(&a, sizeof a);
}
