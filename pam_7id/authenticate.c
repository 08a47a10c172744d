/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pam_sm_authenticate and pam_sm_setcred: get the name and the authtok, ask for
 * the verdict, say it. */
#include "common/core/text.h"
#include "common/effects/clock.h"
#include "common/effects/secret.h"
#include "pam_7id/conversation.h"
#include "pam_7id/module.h"
#include "pam_7id/proof.h"
#include "pam_7id/report.h"
#include "pam_7id/result.h"

static int
get_authtok(struct module *module, struct id7_secret **ret_typed)
{
	int code;

	if (module->first_pass != FIRST_PASS_NO) {
		code = conversation_item(module->pamh, PAM_AUTHTOK, ret_typed);
		if (code != PAM_SUCCESS || *ret_typed != NULL)
			return code;
		if (module->first_pass == FIRST_PASS_USE)
			return PAM_CONV_ERR;
	}
	return conversation_ask(module->pamh,
				id7_text(module_lang(module), "Password: "),
				PAM_AUTHTOK, ret_typed);
}

/* Nothing was typed: refused, but not a failure of anybody. */
static int
refuse_unasked(struct module *module, enum id7_whose whose, int code)
{
	struct id7_login login;

	if (code == PAM_INCOMPLETE)
		return code;
	id7_login_refuse(module->id7, module->user, ID7_REASON_ABORTED, &login);
	login.ours = whose == ID7_WHOSE_OURS;
	report_login(module, "login", &login);
	return code;
}

int
authenticate(struct module *module)
{
	auto_secret *typed = NULL;
	enum id7_whose whose;
	struct id7_login login;
	int code;

	module_delay(module);
	code = module_open(module, false);
	if (code == PAM_SUCCESS)
		code = module_whose(module, &whose);
	if (code != PAM_SUCCESS)
		return code;
	if (whose == ID7_WHOSE_SYSTEM)
		return PAM_USER_UNKNOWN;
	code = get_authtok(module, &typed);
	if (code != PAM_SUCCESS)
		return refuse_unasked(module, whose, code);
	module_attempt(module, whose, typed, &login);
	code = result_authenticate(&login);
	if (code == PAM_SUCCESS)
		code = proof_keep(module, PROOF_LOGIN, &login);
	return code;
}

int
setcred(struct module *module)
{
	enum id7_whose whose;
	int code;

	/* sudo opens the session of another user than it has authenticated. */
	code = module_open(module, false);
	if (code == PAM_SUCCESS)
		code = module_whose(module, &whose);
	if (code != PAM_SUCCESS)
		return code;
	return whose == ID7_WHOSE_OURS ? PAM_SUCCESS : PAM_USER_UNKNOWN;
}
