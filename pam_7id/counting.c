/* SPDX-License-Identifier: GPL-3.0-or-later */
/* preauth takes a place, authfail and authsucc settle it. */
#include "pam_7id/counting.h"

#include "common/effects/clock.h"
#include "common/effects/guard.h"
#include "common/effects/secret.h"
#include "common/usecases/counting.h"
#include "pam_7id/authtok.h"
#include "pam_7id/conversation.h"
#include "pam_7id/place.h"
#include "pam_7id/proof.h"
#include "pam_7id/refusal.h"
#include "pam_7id/report.h"
#include "pam_7id/result.h"

/* Another user than the one in whose name the place was taken: somebody has
 * changed the name between two lines, so what was verified is not known. */
static int
refuse_changed(struct module *module, struct place *place)
{
	struct id7_login login;

	report_changed_user(module);
	if (place->stage == PLACE_LIVE)
		place_settle(place, &place->module, ID7_SETTLE_WRONG, &login);
	place->stage = PLACE_SETTLED;
	return PAM_AUTH_ERR;
}

/* What is settled at once was taken in this call. */
static void
begin(struct module *module, enum id7_whose whose,
      const struct id7_secret *typed, struct id7_counting **ret_counting,
      struct id7_login *ret_login)
{
	struct id7_guard guard;

	*ret_counting = NULL;
	id7_guard_enter(&guard);
	if (module_user_stays(module))
		id7_counting_begin(&module->id7, module->user, typed,
				   &module->origin,
				   id7_deadline_in(MODULE_DEADLINE_MS),
				   ret_counting, ret_login);
	else
		id7_login_refuse(module->id7, module->user, ID7_REASON_CHANGED,
				 ret_login);
	ret_login->ours |= whose == ID7_WHOSE_OURS;
	if (*ret_counting == NULL)
		report_record(module, "login", ret_login);
	if (!id7_guard_leave(&guard)) {
		ret_login->verdict = ID7_DENY;
		ret_login->error = ID7_INTERNAL;
	}
	if (*ret_counting != NULL)
		return;
	report_outcome(module, "login", ret_login);
	report_tell(module, ret_login);
}

/* Opens the store and finds out whose name it is; PAM_USER_UNKNOWN: not ours.
 */
static int
open_store(struct module *module, enum id7_whose *ret_whose)
{
	int code = module_open(module, false);

	if (code == PAM_SUCCESS)
		code = module_whose(module, ret_whose);
	if (code == PAM_SUCCESS && *ret_whose == ID7_WHOSE_SYSTEM)
		code = PAM_USER_UNKNOWN;
	return code;
}

/* Not ours: `code` when that can be remembered for the lines behind. */
static int
pass(struct module *module, int code)
{
	int kept = place_keep(module, PLACE_PASSED, NULL, NULL);

	return kept == PAM_SUCCESS ? code : kept;
}

/* Where the stack goes on after a refusal, as with `required`, the module
 * behind must not judge what was typed: by what it does or how long it takes a
 * guesser could tell. Nor need it ask again. */
static void
spoil(struct module *module)
{
	static const char nobodys[] = "\b\r\n\177refused by 7id";

	(void)pam_set_item(module->pamh, PAM_AUTHTOK, nobodys);
}

static int
take_place(struct module *module)
{
	struct id7_counting *counting = NULL;
	auto_secret *typed = NULL;
	enum id7_whose whose;
	struct id7_login login;
	int code, kept;

	code = open_store(module, &whose);
	if (code == PAM_USER_UNKNOWN)
		return pass(module, PAM_IGNORE);
	if (code != PAM_SUCCESS)
		return code;
	if (module->first_pass == FIRST_PASS_NO)
		module->first_pass = FIRST_PASS_TRY;
	code = authtok_get(module, &typed);
	if (code != PAM_SUCCESS) {
		id7_login_refuse(module->id7, module->user, ID7_REASON_ABORTED,
				 &login);
		(void)authtok_missing(module, whose, code);
	} else {
		begin(module, whose, typed, &counting, &login);
		code = result_preauth(&login, counting != NULL);
	}
	kept = place_keep(module, PLACE_REFUSED, &login, &counting);
	return kept == PAM_SUCCESS ? code : kept;
}

static int
preauth(struct module *module)
{
	int code;

	place_drop(module);
	code = take_place(module);
	if (code == PAM_IGNORE || code == PAM_INCOMPLETE)
		return code;
	spoil(module);
	/* What is broken was told here; authfail need not tell it again. */
	if (module->user != NULL && place_find(module) == NULL)
		(void)place_keep(module, PLACE_REFUSED, NULL, NULL);
	return code;
}

/* In a stack without preauth: the same two steps now. */
static int
count_now(struct module *module, enum id7_settlement how,
	  struct id7_login *ret_login)
{
	struct id7_counting *counting;
	auto_secret *typed = NULL;
	enum id7_whose whose;
	int code = open_store(module, &whose);

	if (code == PAM_SUCCESS)
		code = conversation_item(module->pamh, PAM_AUTHTOK, &typed);
	if (code != PAM_SUCCESS)
		return code;
	begin(module, whose, typed, &counting, ret_login);
	if (counting != NULL)
		place_settle_now(&counting, module, how, ret_login);
	return result_authenticate(ret_login);
}

static int
authfail(struct module *module, struct place *place)
{
	struct id7_login login;
	int code;

	if (place == NULL) {
		code = count_now(module, ID7_SETTLE_WRONG, &login);
		return code == PAM_USER_UNKNOWN ? pass(module, PAM_IGNORE)
						: code;
	}
	switch (place->stage) {
	case PLACE_PASSED:
		return PAM_IGNORE;
	case PLACE_LIVE:
		place_settle(place, module, ID7_SETTLE_WRONG, &login);
		return result_authenticate(&login);
	case PLACE_REFUSED:
		if (!place->told)
			report_tell(module, &place->login);
		break;
	case PLACE_SETTLED:
		break;
	}
	place->stage = PLACE_SETTLED;
	return PAM_AUTH_ERR;
}

static int
authsucc(struct module *module, struct place *place)
{
	struct id7_login login;
	int code = PAM_AUTH_ERR;

	if (place == NULL) {
		code = count_now(module, ID7_SETTLE_RIGHT, &login);
		if (code == PAM_USER_UNKNOWN)
			return pass(module, PAM_SUCCESS);
	} else if (place->stage == PLACE_PASSED) {
		return PAM_SUCCESS;
	} else if (place->stage == PLACE_LIVE) {
		place_settle(place, module, ID7_SETTLE_RIGHT, &login);
		code = result_authenticate(&login);
	}
	if (code == PAM_SUCCESS)
		refusal_clear(module);
	if (code == PAM_SUCCESS)
		code = proof_keep(module, PROOF_LOGIN, &login);
	return code;
}

int
count(struct module *module)
{
	struct place *place;
	int code;

	if (module->mode == MODULE_PREAUTH)
		return preauth(module);
	code = module_name(module);
	if (code != PAM_SUCCESS)
		return code;
	place = place_find(module);
	if (place != NULL && !place_is_of(place, module))
		return refuse_changed(module, place);
	return module->mode == MODULE_AUTHFAIL ? authfail(module, place)
					       : authsucc(module, place);
}

int
count_account(struct module *module)
{
	struct place *place;
	struct id7_login login;
	int code = module_name(module);

	place = place_find(module);
	if (code != PAM_SUCCESS || place == NULL || place->stage != PLACE_LIVE)
		return code;
	if (!place_is_of(place, module)) {
		(void)refuse_changed(module, place);
		return PAM_PERM_DENIED;
	}
	place_settle(place, module, ID7_SETTLE_RIGHT, &login);
	if (login.error == ID7_OK && login.verdict == ID7_ALLOW)
		return proof_keep(module, PROOF_LOGIN, &login);
	return result_account(&login);
}

int
count_not_ours(struct module *module, int code)
{
	if (code != PAM_USER_UNKNOWN ||
	    (module->mode == MODULE_VERIFIES && place_find(module) == NULL))
		return code;
	return PAM_IGNORE;
}
