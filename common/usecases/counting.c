/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A place in a tally that outlives the call that took it. */
#include "common/usecases/counting.h"

#include <stdlib.h>
#include <string.h>

#include "common/effects/guard.h"
#include "common/usecases/attempt.h"
#include "common/usecases/claim.h"
#include "common/usecases/hint.h"
#include "common/usecases/redeeming.h"

struct id7_counting {
	struct id7 *id7;
	struct id7_attempt attempt;
	struct id7_login login;
	char user[];
};

static void
release(struct id7_counting **counting)
{
	if (*counting == NULL)
		return;
	id7_close(&(*counting)->id7);
	id7_wipe(*counting, sizeof **counting);
	free(*counting);
	*counting = NULL;
}

static struct id7_counting *
make(struct id7 *id7, const char *user, const struct id7_secret *typed,
     struct id7_deadline deadline)
{
	static const struct id7_origin nowhere;
	size_t len = strlen(user) + 1;
	struct id7_counting *counting = calloc(1, sizeof *counting + len);
	struct id7_attempt *a;

	if (counting == NULL)
		return NULL;
	memcpy(counting->user, user, len);
	a = &counting->attempt;
	a->id7 = id7;
	a->store = id7_get_store(id7);
	a->config = id7_get_config(id7);
	a->user = counting->user;
	a->deadline = deadline;
	a->unhashed = true;
	a->slot.fd = -1;
	a->match = ID7_MATCH_NONE;
	a->kind = ID7_AUTHTOK_PASSWORD;
	if (typed != NULL)
		a->kind = id7_authtok_classify((const char *)typed->bytes,
					       typed->len);
	/* One that leads to a new password is for the other to judge: what is
	 * proved here is a place, and no code takes one. */
	if (a->kind == ID7_AUTHTOK_CODE)
		id7_redeeming_read(a, typed, &nowhere, false);
	/* What is too long for us is for the other to judge. */
	if (a->kind == ID7_AUTHTOK_TOO_LONG)
		a->kind = ID7_AUTHTOK_PASSWORD;
	return counting;
}

/* What no later step needs must not lie about while a program waits. */
static void
forget_verifiers(struct id7_account *account)
{
	id7_wipe(account->verifier, sizeof account->verifier);
	id7_wipe(account->old_verifier, sizeof account->old_verifier);
	id7_wipe(account->crypt, sizeof account->crypt);
}

/* True: a place is taken. A refusal is settled at once. */
static bool
claim(struct id7_attempt *a, struct id7_login *login)
{
	enum id7_error error = id7_claim_find(a);

	forget_verifiers(&a->account);
	login->ours = error == ID7_OK && a->found;
	if (error == ID7_OK)
		error = id7_claim_reserve(a, login);
	if (error != ID7_OK) {
		id7_attempt_fail(login, error,
				 login->fault.error != ID7_OK
					 ? &login->fault
					 : id7_store_fault(a->store));
		return false;
	}
	if (a->refusal == ID7_REASON_NONE)
		return true;
	if (a->kind == ID7_AUTHTOK_CODE)
		id7_redeeming_settle(a, true, login);
	else
		id7_attempt_settle(a, true, login);
	return false;
}

static void
begin(struct id7 **id7, struct id7_counting **counting,
      const struct id7_origin *origin, struct id7_login *login)
{
	struct id7_attempt *a = &(*counting)->attempt;
	struct id7_guard guard;
	bool taken;

	id7_guard_enter(&guard);
	a->origin = origin;
	taken = claim(a, login);
	a->origin = NULL;
	if (!id7_guard_leave(&guard)) {
		if (taken)
			id7_attempt_settle(a, false, login);
		taken = false;
		id7_attempt_fail(login, ID7_INTERNAL, NULL);
	}
	if (!taken) {
		id7_hint_login(*id7, a->user, login);
		release(counting);
		return;
	}
	/* Whoever is asked about roles ends with this call. */
	id7_ask_role(*id7, NULL, NULL);
	(*counting)->id7 = *id7;
	(*counting)->login = *login;
	*id7 = NULL;
}

void
id7_counting_begin(struct id7 **id7, const char *user,
		   const struct id7_secret *typed,
		   const struct id7_origin *origin,
		   struct id7_deadline deadline,
		   struct id7_counting **ret_counting,
		   struct id7_login *ret_login)
{
	struct id7_counting *counting = make(*id7, user, typed, deadline);

	*ret_counting = NULL;
	id7_login_refuse(*id7, user, ID7_REASON_EMPTY, ret_login);
	ret_login->elsewhere = true;
	if (counting == NULL) {
		id7_attempt_fail(ret_login, ID7_NO_MEMORY, NULL);
		return;
	}
	if (counting->attempt.kind == ID7_AUTHTOK_EMPTY) {
		release(&counting);
		return;
	}
	ret_login->reason = ID7_REASON_NONE;
	begin(id7, &counting, origin, ret_login);
	*ret_counting = counting;
}

void
id7_counting_settle(struct id7_counting **counting, enum id7_settlement how,
		    struct id7_deadline deadline, struct id7_login *ret_login)
{
	struct id7_attempt *a = &(*counting)->attempt;
	struct id7_guard guard;

	*ret_login = (*counting)->login;
	/* Whoever verified has compared with something real. */
	ret_login->checked_real = a->found && how != ID7_SETTLE_RELEASE;
	a->deadline = deadline;
	a->match = how == ID7_SETTLE_RIGHT ? ID7_MATCH_CURRENT : ID7_MATCH_NONE;
	id7_guard_enter(&guard);
	id7_attempt_settle(a, how != ID7_SETTLE_RELEASE, ret_login);
	if (!id7_guard_leave(&guard))
		id7_attempt_fail(ret_login, ID7_INTERNAL, NULL);
	id7_hint_login(a->id7, a->user, ret_login);
	release(counting);
}
