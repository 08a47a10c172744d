/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new authtok: quality, verifier, and one compare-and-put. */
#include "common/usecases/change.h"

#include <string.h>

#include "common/core/redeem.h"
#include "common/effects/fault.h"
#include "common/effects/guard.h"
#include "common/effects/seal.h"
#include "common/usecases/hashing.h"
#include "common/usecases/hint.h"

enum id7_error
id7_change_judge(struct id7 *id7, const char *user,
		 const struct id7_secret *typed, enum id7_quality *ret_quality)
{
	auto_secret *normal = NULL;
	enum id7_error error;

	error = id7_hashing_normal(typed, &normal);
	if (error == ID7_INVALID)
		*ret_quality = ID7_QUALITY_TOO_LONG;
	if (error != ID7_OK)
		return error;
	*ret_quality = id7_quality_check((const char *)normal->bytes,
					 normal->len, typed->len, user,
					 id7_get_config(id7)->min_length);
	return *ret_quality == ID7_QUALITY_GOOD ? ID7_OK : ID7_INVALID;
}

static bool
same_as_before(const struct id7_account *before,
	       const struct id7_account *after)
{
	return !(before->flags & ID7_ACCOUNT_NO_VERIFIER) &&
	       id7_equal(before->salt, after->salt, ID7_SALT_LEN) &&
	       id7_equal(before->verifier, after->verifier, ID7_VERIFIER_LEN);
}

enum id7_error
id7_change_hash(struct id7 *id7, struct id7_account *account,
		const struct id7_secret *typed, const struct id7_origin *origin,
		struct id7_deadline deadline, enum id7_quality *ret_quality,
		struct id7_fault *ret_fault)
{
	auto_secret *normal = NULL;
	auto_slot slot = {.fd = -1};
	struct id7_now now = id7_clock_now();
	struct id7_account after = *account;
	enum id7_error error;

	error = id7_hashing_normal(typed, &normal);
	if (error == ID7_OK)
		error = id7_hashing_slot(id7, origin, deadline, &slot,
					 ret_fault);
	if (error == ID7_OK)
		error = id7_verifier_make(&after, normal->bytes, normal->len,
					  id7_hashing_cost(id7), true,
					  now.wall);
	if (error == ID7_OK && same_as_before(account, &after)) {
		*ret_quality = ID7_QUALITY_SAME;
		error = ID7_INVALID;
	}
	if (error == ID7_OK) {
		after.password_changed = now.wall;
		*account = after;
	}
	id7_wipe(&after, sizeof after);
	return error;
}

/* One wish to change, carried through its tries. */
struct wish {
	const char *user;
	const struct id7_proof *proof;
	const struct id7_secret *typed;
	bool must_change;
	const struct id7_origin *origin;
	struct id7_deadline deadline;
};

/* The codes that a new authtok ends; of a sheet only the one that it is by. */
static void
end_codes(const struct id7_proof *proof, struct id7_account *account)
{
	id7_redeem_void(account, ID7_CODES_MAILED);
	if (proof != NULL && proof->by_code && proof->code == ID7_CODE_SAVED)
		id7_redeem_void_saved(account, proof->code_hash);
}

static enum id7_error
change_account(struct id7 *id7, const struct wish *wish,
	       struct id7_account *account, enum id7_quality *ret_quality,
	       struct id7_fault *ret_fault)
{
	struct id7_store *store = id7_get_store(id7);
	struct id7_now now = id7_clock_now();
	enum id7_error error;

	if (wish->proof != NULL &&
	    !id7_login_proof_holds(wish->proof, account, &now)) {
		*ret_quality = ID7_QUALITY_REFUSED;
		return ID7_INVALID;
	}
	error = id7_change_hash(id7, account, wish->typed, wish->origin,
				wish->deadline, ret_quality, ret_fault);
	if (error != ID7_OK)
		return error;
	account->epoch++;
	end_codes(wish->proof, account);
	account->flags &= ~ID7_ACCOUNT_MUST_CHANGE;
	if (wish->must_change)
		account->flags |= ID7_ACCOUNT_MUST_CHANGE;
	error = id7_store_put(store, account, wish->deadline);
	if (error != ID7_OK && ret_fault != NULL)
		*ret_fault = *id7_store_fault(store);
	return error;
}

static enum id7_error
change_stored(struct id7 *id7, const struct wish *wish,
	      enum id7_quality *ret_quality, struct id7_fault *ret_fault)
{
	struct id7_store *store = id7_get_store(id7);
	struct id7_account account;
	enum id7_error error = id7_store_get(store, wish->user, &account);

	if (error == ID7_OK)
		error = change_account(id7, wish, &account, ret_quality,
				       ret_fault);
	else if (ret_fault != NULL)
		*ret_fault = *id7_store_fault(store);
	id7_wipe(&account, sizeof account);
	return error;
}

enum id7_error
id7_change_authtok(struct id7 *id7, const char *user,
		   const struct id7_proof *proof,
		   const struct id7_secret *typed, bool must_change,
		   const struct id7_origin *origin,
		   struct id7_deadline deadline, enum id7_quality *ret_quality,
		   struct id7_fault *ret_fault)
{
	const struct wish wish = {user,	       proof,  typed,
				  must_change, origin, deadline};
	struct id7_guard guard;
	enum id7_error error;

	*ret_quality = ID7_QUALITY_REFUSED;
	error = id7_change_judge(id7, user, typed, ret_quality);
	if (error == ID7_INVALID)
		return error;
	if (error != ID7_OK)
		return id7_fault_set(ret_fault, error, ID7_TROUBLE_NONE, user);
	id7_guard_enter(&guard);
	/* Another change may come first (a rehash, an administrator): start
	 * over. */
	do {
		error = change_stored(id7, &wish, ret_quality, ret_fault);
	} while (error == ID7_STALE && id7_deadline_left(deadline) > 0);
	if (!id7_guard_leave(&guard) && error == ID7_OK)
		error = id7_fault_set(ret_fault, ID7_INTERNAL, ID7_TROUBLE_NONE,
				      user);
	if (error == ID7_OK)
		id7_hint(id7, user, true);
	return error;
}
