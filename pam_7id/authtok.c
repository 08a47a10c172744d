/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes or asks for what is typed. */
#include "pam_7id/authtok.h"

#include "common/core/text.h"
#include "pam_7id/conversation.h"
#include "pam_7id/report.h"

int
authtok_get(struct module *module, struct id7_secret **ret_typed)
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

int
authtok_missing(struct module *module, enum id7_whose whose, int code)
{
	struct id7_login login;

	if (code == PAM_INCOMPLETE)
		return code;
	id7_login_refuse(module->id7, module->user, ID7_REASON_ABORTED, &login);
	login.ours = whose == ID7_WHOSE_OURS;
	report_login(module, "login", &login);
	return code;
}
