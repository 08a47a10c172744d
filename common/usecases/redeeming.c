/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes at the prompt: one look, one write, whatever comes of it. */
#include "common/usecases/redeeming.h"

#include <string.h>

#include "common/core/known.h"
#include "common/core/redeem.h"
#include "common/usecases/attempt.h"
#include "common/usecases/codes.h"

static bool
in_list(const struct id7_list *list, const char *name)
{
	for (uint32_t i = 0; name != NULL && i < list->count; i++) {
		if (strcmp(list->item[i], name) == 0)
			return true;
	}
	return false;
}

void
id7_redeeming_read(struct id7_attempt *a, const struct id7_secret *typed,
		   const struct id7_origin *origin, bool anywhere)
{
	bool resets;

	if (a->kind != ID7_AUTHTOK_CODE)
		return;
	a->typed_code = id7_code_parse((const char *)typed->bytes, typed->len,
				       &a->code);
	resets = a->code.kind == ID7_CODE_RESET ||
		 a->code.kind == ID7_CODE_SAVED;
	if (a->typed_code != ID7_CODE_REQUEST && resets && !anywhere &&
	    !in_list(&a->config->reset_services, origin->service)) {
		a->kind = ID7_AUTHTOK_PASSWORD;
		id7_wipe(&a->code, sizeof a->code);
	}
}

/* What the one write of the tally needs, and what it found. */
struct redeeming {
	struct id7_attempt *a;
	struct id7_account account; /* as stored now; of nobody: zeros */
	bool found;
	bool privileged;
	uint8_t hash[ID7_CODE_HASH_LEN];
	enum id7_redeem judged;
	bool asked; /* a request was taken */
};

/* Who may have a code mailed by asking for it. A stranger's name passes, so
 * that asking costs the same. */
static bool
may_ask(const struct redeeming *r, const struct id7_tally *tally)
{
	const struct id7_now *now = &r->a->now;

	if (!r->a->config->self_reset || r->privileged)
		return false;
	if (r->found && (!id7_redeem_may(&r->account, ID7_CODE_RESET, now) ||
			 id7_redeem_reset_lives(&r->account, now)))
		return false;
	return tally->reset_asked > now->wall ||
	       tally->reset_asked <= now->wall - ID7_RESET_AGAIN_SEC;
}

static void
judge(struct redeeming *r, struct id7_tally *tally)
{
	struct id7_attempt *a = r->a;

	r->judged = id7_redeem_judge(&r->account, tally, a->code.kind, r->hash,
				     &a->now);
	if (!id7_redeem_may(&r->account, a->code.kind, &a->now))
		r->judged = ID7_REDEEM_NO;
	id7_redeem_mark(tally, &r->account, a->code.kind, r->judged);
	if (r->judged != ID7_REDEEM_RIGHT || a->code.kind != ID7_CODE_UNLOCK)
		return;
	id7_tally_unlock(tally);
	tally->unlocked_at = a->now.wall;
	if (a->whence.knowable && a->whence.source != 0)
		id7_known_note(tally->known, a->whence.source, a->now.wall);
}

/* Under the slot byte. Always written: a refusal costs what an unlocking does.
 */
static bool
act(struct id7_tally *tally, void *context)
{
	struct redeeming *r = context;

	switch (r->a->typed_code) {
	case ID7_CODE_WELL_FORMED:
		judge(r, tally);
		break;
	case ID7_CODE_REQUEST:
		r->asked = may_ask(r, tally);
		if (r->asked)
			tally->reset_asked = r->a->now.wall;
		break;
	case ID7_CODE_SLIP:
	case ID7_CODE_NO:
		break;
	}
	return true;
}

/* The account as it is now; another one of the same name is nobody's here. */
static enum id7_error
look_again(struct redeeming *r)
{
	struct id7_attempt *a = r->a;
	enum id7_error error =
		id7_store_get_again(a->store, a->user, &r->account);

	r->found = error == ID7_OK && a->found &&
		   memcmp(r->account.id, a->id, ID7_ID_LEN) == 0;
	if (!r->found)
		memset(&r->account, 0, sizeof r->account);
	else
		a->epoch = r->account.epoch;
	id7_codes_hash(a->id7, &a->code, a->id, a->epoch, r->hash);
	return error == ID7_NOT_FOUND ? ID7_OK : error;
}

/* These two change the account; that change spends them. */
static bool
present(struct redeeming *r, struct id7_login *login)
{
	struct id7_attempt *a = r->a;
	bool right = false;
	enum id7_error error;

	error = id7_codes_present(a->id7, a->user, &a->code, a->deadline,
				  &right, NULL, &login->fault);
	if (error != ID7_OK)
		id7_attempt_fail(login, error, &login->fault);
	return error == ID7_OK && right;
}

static void
prove(const struct redeeming *r, struct id7_login *login)
{
	struct id7_proof *proof = &login->proof;

	memcpy(proof->id, r->account.id, ID7_ID_LEN);
	proof->epoch = r->account.epoch;
	proof->by_code = true;
	proof->code = r->a->code.kind;
	memcpy(proof->code_hash, r->hash, ID7_CODE_HASH_LEN);
	proof->until = r->a->now.boot + ID7_CODE_GRACE_SEC;
	login->verdict = ID7_ALLOW;
}

static void
carry_out(struct redeeming *r, struct id7_login *login)
{
	bool right = true;

	switch (r->a->code.kind) {
	case ID7_CODE_UNLOCK:
		break;
	case ID7_CODE_CONFIRM:
	case ID7_CODE_VOID:
		right = present(r, login);
		break;
	case ID7_CODE_RESET:
	case ID7_CODE_SAVED:
		prove(r, login);
		break;
	}
	if (login->error != ID7_OK)
		return;
	login->reason = right ? ID7_REASON_CODE : ID7_REASON_CODE_OLD;
	if (right)
		login->lang = (enum id7_lang)r->account.lang;
}

static void
conclude_code(struct redeeming *r, struct id7_login *login)
{
	login->code = id7_code_kind_name(r->a->code.kind);
	switch (r->judged) {
	case ID7_REDEEM_RIGHT:
		login->owed = r->a->code.kind == ID7_CODE_UNLOCK;
		carry_out(r, login);
		return;
	case ID7_REDEEM_EXPIRED:
	case ID7_REDEEM_SPENT:
		login->reason = ID7_REASON_CODE_OLD;
		return;
	case ID7_REDEEM_NO:
		break;
	}
	login->reason = ID7_REASON_CODE_WRONG;
}

static void
conclude(struct redeeming *r, struct id7_login *login)
{
	switch (r->a->typed_code) {
	case ID7_CODE_WELL_FORMED:
		conclude_code(r, login);
		return;
	case ID7_CODE_REQUEST:
		login->owed = r->asked;
		login->reason = r->asked ? ID7_REASON_RESET_ASKED
					 : ID7_REASON_RESET_IGNORED;
		if (r->a->config->self_reset)
			return;
		break;
	case ID7_CODE_SLIP:
		login->code = id7_code_kind_name(r->a->code.kind);
		login->reason = ID7_REASON_CODE_TYPO;
		return;
	case ID7_CODE_NO:
		break;
	}
	login->reason = ID7_REASON_CODE_WRONG;
}

static bool
leave(struct id7_tally *tally, void *context)
{
	(void)tally, (void)context;
	return true;
}

void
id7_redeeming_settle(struct id7_attempt *a, bool verified,
		     struct id7_login *login)
{
	struct redeeming r = {.a = a, .judged = ID7_REDEEM_NO};
	enum id7_error error;

	r.privileged = id7_role_of(a->id7, a->user).privileged;
	id7_clock_again(&a->now);
	error = look_again(&r);
	if (error == ID7_OK && !a->config->no_count)
		error = id7_store_change(a->store, &a->subject, a->id, a->epoch,
					 &a->policy, &a->now, false,
					 verified ? act : leave, &r,
					 a->deadline);
	if (error != ID7_OK)
		id7_attempt_fail(login, error, id7_store_fault(a->store));
	else if (verified)
		conclude(&r, login);
	id7_wipe(&r, sizeof r);
}
