/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The doors of a login: whose name it is, one attempt, the account phase. */
#include "common/usecases/login.h"

#include <string.h>

#include "common/core/redeem.h"
#include "common/effects/guard.h"
#include "common/effects/seal.h"
#include "common/usecases/attempt.h"
#include "common/usecases/hint.h"

#define TAG_LEN 8

static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void
start_login(struct id7 *id7, const char *user, struct id7_login *ret_login)
{
	uint8_t random[ID7_REFERENCE_LEN], hash[16];
	size_t i;

	memset(ret_login, 0, sizeof *ret_login);
	ret_login->verdict = ID7_DENY;
	id7_random(random, sizeof random);
	for (i = 0; i < ID7_REFERENCE_LEN; i++)
		ret_login->reference[i] = symbols[random[i] & 31];
	id7_seal_hash(id7_store_key(id7_get_store(id7), ID7_FOR_LOG), user,
		      strlen(user), hash, sizeof hash);
	for (i = 0; i < TAG_LEN; i++)
		ret_login->name_tag[i] = symbols[hash[i] & 31];
}

enum id7_error
id7_login_whose(struct id7 *id7, const char *user, bool known_to_system,
		enum id7_whose *ret_whose, struct id7_fault *ret_fault)
{
	struct id7_account account;
	enum id7_error error;

	error = id7_store_get_again(id7_get_store(id7), user, &account);
	id7_wipe(&account, sizeof account);
	if (error == ID7_OK) {
		*ret_whose = ID7_WHOSE_OURS;
		return ID7_OK;
	}
	if (error != ID7_NOT_FOUND) {
		if (ret_fault != NULL)
			*ret_fault = *id7_store_fault(id7_get_store(id7));
		return error;
	}
	*ret_whose = known_to_system && !id7_get_config(id7)->unknown_deny
			     ? ID7_WHOSE_SYSTEM
			     : ID7_WHOSE_NOBODY;
	return ID7_OK;
}

static void
attempt(struct id7 *id7, const char *user, const struct id7_secret *typed,
	const struct id7_origin *origin, bool resets_anywhere,
	struct id7_deadline deadline, struct id7_login *ret_login)
{
	struct id7_guard guard;
	enum id7_authtok_kind kind;

	start_login(id7, user, ret_login);
	kind = id7_authtok_classify((const char *)typed->bytes, typed->len);
	if (kind == ID7_AUTHTOK_EMPTY) {
		ret_login->reason = ID7_REASON_EMPTY;
		return;
	}
	id7_guard_enter(&guard);
	id7_attempt_run(id7, user, typed, kind, origin, resets_anywhere,
			deadline, ret_login);
	if (!id7_guard_leave(&guard))
		id7_attempt_fail(ret_login, ID7_INTERNAL, NULL);
	id7_hint_login(id7, user, ret_login);
}

void
id7_login_attempt(struct id7 *id7, const char *user,
		  const struct id7_secret *typed,
		  const struct id7_origin *origin, struct id7_deadline deadline,
		  struct id7_login *ret_login)
{
	attempt(id7, user, typed, origin, false, deadline, ret_login);
}

void
id7_login_prove(struct id7 *id7, const char *user,
		const struct id7_secret *typed, const struct id7_origin *origin,
		struct id7_deadline deadline, struct id7_login *ret_login)
{
	attempt(id7, user, typed, origin, true, deadline, ret_login);
}

void
id7_login_refuse(struct id7 *id7, const char *user, enum id7_reason reason,
		 struct id7_login *ret_login)
{
	start_login(id7, user, ret_login);
	ret_login->reason = reason;
}

bool
id7_login_proof_holds(const struct id7_proof *proof,
		      const struct id7_account *account,
		      const struct id7_now *now)
{
	if (memcmp(proof->id, account->id, ID7_ID_LEN) != 0 ||
	    proof->epoch != account->epoch ||
	    id7_account_standing(account, now) != ID7_REASON_RIGHT)
		return false;
	return !proof->by_code ||
	       id7_redeem_stands(account, proof->code, proof->code_hash, now,
				 proof->until);
}

/* MUST 4. */
static void
only_to_change(const struct id7_proof *proof, const struct id7_account *account,
	       const struct id7_now *now, struct id7_login *login)
{
	login->reason = ID7_REASON_MUST_CHANGE;
	if (id7_login_proof_holds(proof, account, now))
		return;
	login->verdict = ID7_DENY;
	login->reason = ID7_REASON_CHANGED;
}

void
id7_login_account(struct id7 *id7, const char *user, bool known_to_system,
		  const struct id7_proof *proof, struct id7_login *ret_login)
{
	struct id7_store *store = id7_get_store(id7);
	struct id7_now now = id7_clock_now();
	struct id7_account account;
	enum id7_error error;

	start_login(id7, user, ret_login);
	error = id7_store_get(store, user, &account);
	if (error == ID7_OK) {
		ret_login->ours = true;
		ret_login->lang = (enum id7_lang)account.lang;
		ret_login->verdict =
			id7_account_usable(&account, &now, &ret_login->reason);
		if (ret_login->verdict == ID7_ALLOW && proof != NULL &&
		    proof->by_code)
			only_to_change(proof, &account, &now, ret_login);
	} else if (error != ID7_NOT_FOUND) {
		id7_attempt_fail(ret_login, error, id7_store_fault(store));
	} else if (known_to_system && !id7_get_config(id7)->unknown_deny) {
		ret_login->verdict = ID7_NOT_OURS;
		ret_login->reason = ID7_REASON_SYSTEM_NAME;
	} else {
		ret_login->reason = ID7_REASON_UNKNOWN;
	}
	id7_wipe(&account, sizeof account);
}
