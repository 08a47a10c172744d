/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pam_sm_authenticate and pam_sm_setcred: get the name and the authtok, ask for
 * the verdict, say it. */
#include "common/effects/secret.h"
#include "pam_7id/authtok.h"
#include "pam_7id/counting.h"
#include "pam_7id/module.h"
#include "pam_7id/proof.h"
#include "pam_7id/refusal.h"
#include "pam_7id/report.h"
#include "pam_7id/result.h"

int
authenticate(struct module *module)
{
	auto_secret *typed = NULL;
	enum id7_whose whose;
	struct id7_login login;
	int code;

	module_delay(module);
	if (module->mode == MODULE_VERIFIES || module->mode == MODULE_PREAUTH)
		refusal_clear(module);
	if (module->mode != MODULE_VERIFIES)
		return count(module);
	code = module_open(module, false);
	if (code == PAM_SUCCESS)
		code = module_whose(module, &whose);
	if (code != PAM_SUCCESS)
		return code;
	if (whose == ID7_WHOSE_SYSTEM)
		return PAM_USER_UNKNOWN;
	code = authtok_get(module, &typed);
	if (code != PAM_SUCCESS)
		return authtok_missing(module, whose, code);
	module_attempt(module, whose, typed, &login);
	code = result_authenticate(&login);
	if (code == PAM_SUCCESS)
		code = proof_keep(module, PROOF_LOGIN, &login);
	/* No password: a module behind us would lock a keyring with it. */
	if (code == PAM_SUCCESS && login.proof.by_code)
		code = pam_set_item(module->pamh, PAM_AUTHTOK, NULL);
	return code;
}

/* A code opened this handle, and nobody has asked the account phase what that
 * is good for. */
static bool
opened_by_code(struct module *module)
{
	struct id7_proof proof;

	if ((module->flags & PAM_DELETE_CRED) ||
	    !proof_find(module, PROOF_LOGIN, &proof) || !proof.by_code ||
	    proof_find(module, PROOF_DEMANDED, &proof))
		return false;
	report_no_demand(module);
	return true;
}

int
setcred(struct module *module)
{
	enum id7_whose whose;
	int code;

	/* As pam_faillock: it has nothing to say here of anybody. */
	if (module->mode != MODULE_VERIFIES)
		return PAM_SUCCESS;
	/* sudo opens the session of another user than it has authenticated. */
	code = module_open(module, false);
	if (code == PAM_SUCCESS)
		code = module_whose(module, &whose);
	if (code != PAM_SUCCESS)
		return code;
	if (whose != ID7_WHOSE_OURS)
		return PAM_USER_UNKNOWN;
	return opened_by_code(module) ? PAM_CRED_ERR : PAM_SUCCESS;
}
