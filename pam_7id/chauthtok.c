/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pam_sm_chauthtok: proves the old authtok in the first phase, takes the new
 * one in the second.
 *
 * MUST
 *  1. nobody but root changes an authtok that was not proved in this handle, by
 *     itself or by a reset code.
 *  2. for names that are not ours the token is provided to the modules behind
 *     us, or `passwd` breaks for everybody else (security.md 1e).
 */
#include <stdio.h>
#include <string.h>

#include <security/pam_ext.h>

#include "common/core/text.h"
#include "common/effects/clock.h"
#include "common/effects/secret.h"
#include "common/usecases/change.h"
#include "pam_7id/conversation.h"
#include "pam_7id/module.h"
#include "pam_7id/proof.h"
#include "pam_7id/refusal.h"
#include "pam_7id/report.h"
#include "pam_7id/result.h"

#define TRIES 3
#define TELL_MAX 300

static bool
as_root(const struct module *module)
{
	return module->origin.real_uid == 0 &&
	       !(module->flags & PAM_CHANGE_EXPIRED_AUTHTOK);
}

/* With PAM_CHANGE_EXPIRED_AUTHTOK only what must change may change. */
static bool
nothing_due(const struct module *module, const struct id7_login *account)
{
	return (module->flags & PAM_CHANGE_EXPIRED_AUTHTOK) &&
	       account->error == ID7_OK && account->verdict == ID7_ALLOW &&
	       account->reason != ID7_REASON_MUST_CHANGE;
}

/* What the account phase says, with a login by code when there was one. */
static bool
look(struct module *module, struct id7_login *ret_account,
     struct id7_proof *ret_proof)
{
	bool by_code = proof_find(module, PROOF_LOGIN, ret_proof) &&
		       ret_proof->by_code;

	id7_login_account(module->id7, module->user, module->known_to_system,
			  by_code ? ret_proof : NULL, ret_account);
	return by_code;
}

static int
prove(struct module *module)
{
	auto_secret *typed = NULL;
	struct id7_login login;
	struct id7_proof proof;
	bool by_code = look(module, &login, &proof);
	int code = PAM_SUCCESS;

	if (by_code || as_root(module) || nothing_due(module, &login))
		return PAM_SUCCESS;
	module->proving = true;
	module_delay(module);
	if (module->first_pass != FIRST_PASS_NO)
		code = conversation_item(module->pamh, PAM_OLDAUTHTOK, &typed);
	if (code == PAM_SUCCESS && typed == NULL)
		code = conversation_ask(
			module->pamh,
			id7_text(module_lang(module), "Current password: "),
			PAM_OLDAUTHTOK, &typed);
	if (code != PAM_SUCCESS)
		return code;
	module_attempt(module, ID7_WHOSE_OURS, typed, &login);
	code = result_authenticate(&login);
	return code == PAM_SUCCESS ? proof_keep(module, PROOF_PASSWORD, &login)
				   : code;
}

static void
tell(struct module *module, const char *text)
{
	conversation_tell(module->pamh, module->flags, PAM_ERROR_MSG, text);
}

static void
tell_quality(struct module *module, enum id7_quality quality)
{
	char text[TELL_MAX];

	/* Only one of the sentences takes the number; the others ignore it. */
	if (quality == ID7_QUALITY_TOO_SHORT)
		snprintf(text, sizeof text,
			 id7_text(module_lang(module),
				  id7_quality_text(quality)),
			 module->config.min_length);
	else
		snprintf(text, sizeof text, "%s",
			 id7_text(module_lang(module),
				  id7_quality_text(quality)));
	tell(module, text);
}

/* Asks twice; PAM_TRY_AGAIN when the two differ. */
static int
ask_new(struct module *module, struct id7_secret **ret_typed)
{
	auto_secret *first = NULL;
	auto_secret *second = NULL;
	enum id7_lang lang = module_lang(module);
	int code;

	code = conversation_ask(module->pamh, id7_text(lang, "New password: "),
				0, &first);
	if (code == PAM_SUCCESS)
		code = conversation_ask(module->pamh,
					id7_text(lang, "New password again: "),
					0, &second);
	if (code != PAM_SUCCESS)
		return code;
	if (!id7_secret_equal(first, second)) {
		tell(module,
		     id7_text(lang, "The two passwords differ. Nothing was "
				    "changed."));
		return PAM_TRY_AGAIN;
	}
	*ret_typed = first;
	first = NULL;
	return PAM_SUCCESS;
}

/* What opened this handle was a code, which is spent: from here on it is as
 * good as a login with the new authtok. Failing that, it is as good as none. */
static void
spend(struct module *module, const struct id7_proof *proof,
      struct id7_login *login)
{
	memcpy(login->proof.id, proof->id, ID7_ID_LEN);
	login->proof.epoch = proof->epoch + 1;
	if (proof_keep(module, PROOF_LOGIN, login) != PAM_SUCCESS)
		return;
}

/* `proof` NULL: root changes it for somebody. */
static int
change(struct module *module, const struct id7_proof *proof,
       const struct id7_secret *typed)
{
	enum id7_quality quality = ID7_QUALITY_REFUSED;
	struct id7_login login;
	enum id7_error error;

	if (!module_user_stays(module))
		return PAM_AUTHTOK_ERR;
	error = id7_change_authtok(
		module->id7, module->user, proof, typed, false, &module->origin,
		id7_deadline_in(MODULE_DEADLINE_MS), &quality, &module->fault);
	if (error == ID7_INVALID && quality == ID7_QUALITY_REFUSED) {
		tell(module, id7_text(module_lang(module),
				      "The account was changed meanwhile. The "
				      "password stays as it is."));
		return PAM_AUTHTOK_ERR;
	}
	if (error == ID7_INVALID) {
		tell_quality(module, quality);
		return PAM_TRY_AGAIN;
	}
	if (error != ID7_OK) {
		report_fault(module, &module->fault);
		return result_error(error);
	}
	id7_login_refuse(module->id7, module->user, ID7_REASON_RIGHT, &login);
	login.verdict = ID7_ALLOW;
	login.ours = true;
	if (proof != NULL && proof->by_code) {
		login.reason = ID7_REASON_CODE;
		login.code = id7_code_kind_name(proof->code);
		spend(module, proof, &login);
	}
	report_login(module, "password", &login);
	/* Only what was accepted is for the modules behind us. */
	return conversation_set_item(module->pamh, PAM_AUTHTOK, typed);
}

static int
update(struct module *module)
{
	auto_secret *given = NULL;
	struct id7_login account;
	struct id7_proof proof;
	const struct id7_proof *proved = &proof;
	bool by_code = look(module, &account, &proof);
	int code, tries;

	if (nothing_due(module, &account))
		return PAM_SUCCESS;
	if (!by_code && as_root(module))
		proved = NULL;
	else if (!by_code && !proof_find(module, PROOF_PASSWORD, &proof))
		return PAM_AUTHTOK_ERR;
	module->lang = account.lang;
	if (module->use_authtok || module->first_pass != FIRST_PASS_NO) {
		code = conversation_item(module->pamh, PAM_AUTHTOK, &given);
		if (code != PAM_SUCCESS)
			return code;
		if (given != NULL) {
			code = change(module, proved, given);
			return code == PAM_TRY_AGAIN ? PAM_AUTHTOK_ERR : code;
		}
		if (module->use_authtok)
			return PAM_AUTHTOK_ERR;
	}
	for (tries = 0; tries < TRIES; tries++) {
		auto_secret *typed = NULL;

		code = ask_new(module, &typed);
		if (code == PAM_SUCCESS)
			code = change(module, proved, typed);
		if (code != PAM_TRY_AGAIN)
			return code;
	}
	return PAM_AUTHTOK_ERR;
}

/* MUST 2. What it returns is the same whether or not a token was given: the
 * module behind us asks its own way. */
static int
provide(struct module *module)
{
	const char *token = NULL;

	if ((module->flags & PAM_UPDATE_AUTHTOK) && !module->use_authtok)
		(void)pam_get_authtok(module->pamh, PAM_AUTHTOK, &token, NULL);
	return PAM_USER_UNKNOWN;
}

int
chauthtok(struct module *module)
{
	enum id7_whose whose;
	int code;

	refusal_clear(module);
	code = module_open(module, false);
	if (code == PAM_SUCCESS)
		code = module_whose(module, &whose);
	if (code == PAM_USER_UNKNOWN ||
	    (code == PAM_SUCCESS && whose != ID7_WHOSE_OURS))
		return provide(module);
	if (code != PAM_SUCCESS)
		return code;
	if (module->flags & PAM_PRELIM_CHECK)
		return prove(module);
	return update(module);
}
