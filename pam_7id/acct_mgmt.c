/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pam_sm_acct_mgmt: may this account be used now, and must its authtok change?
 */
#include "common/core/text.h"
#include "pam_7id/conversation.h"
#include "pam_7id/counting.h"
#include "pam_7id/module.h"
#include "pam_7id/proof.h"
#include "pam_7id/refusal.h"
#include "pam_7id/report.h"
#include "pam_7id/result.h"

/* Remembered for setcred: or a stack without our account line would let a code
 * open a session. */
static int
demand(struct module *module, const struct id7_proof *proof)
{
	struct id7_login login = {.proof = *proof};
	int code = proof_keep(module, PROOF_DEMANDED, &login);

	return code == PAM_SUCCESS ? PAM_NEW_AUTHTOK_REQD : code;
}

int
acct_mgmt(struct module *module)
{
	struct id7_login login;
	struct id7_proof proof;
	bool proved;
	int code;

	refusal_clear(module);
	code = count_account(module);
	if (code == PAM_SUCCESS)
		code = module_open(module, true);
	if (code != PAM_SUCCESS)
		return count_not_ours(module, code);
	proved = proof_find(module, PROOF_LOGIN, &proof);
	id7_login_account(module->id7, module->user, module->known_to_system,
			  proved ? &proof : NULL, &login);
	module->lang = login.lang;
	code = result_account(&login);
	if (code == PAM_NEW_AUTHTOK_REQD && proved && proof.by_code)
		code = demand(module, &proof);
	if (code == PAM_NEW_AUTHTOK_REQD && !module->config.silent)
		conversation_tell(module->pamh, module->flags, PAM_TEXT_INFO,
				  id7_text(module_lang(module),
					   "7iD: please choose a new password "
					   "before you go on."));
	if (login.error != ID7_OK || login.verdict == ID7_DENY) {
		report_login(module, "account", &login);
		report_tell(module, &login);
	}
	return count_not_ours(module, code);
}
