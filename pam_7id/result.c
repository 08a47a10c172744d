/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verdicts and errors as PAM codes (DESIGN section 6, return codes). */
#include "pam_7id/result.h"

#include <syslog.h>

#include <security/pam_modules.h>

int
result_error(enum id7_error error)
{
	return error == ID7_NO_MEMORY ? PAM_BUF_ERR : PAM_AUTHINFO_UNAVAIL;
}

int
result_authenticate(const struct id7_login *login)
{
	if (login->error != ID7_OK)
		return result_error(login->error);
	switch (login->verdict) {
	case ID7_ALLOW:
		return PAM_SUCCESS;
	case ID7_NOT_OURS:
		return PAM_USER_UNKNOWN;
	case ID7_DENY:
		break;
	}
	return PAM_AUTH_ERR;
}

int
result_preauth(const struct id7_login *login, bool taken)
{
	if (taken && login->error == ID7_OK)
		return PAM_IGNORE;
	return result_authenticate(login);
}

int
result_account(const struct id7_login *login)
{
	if (login->error != ID7_OK)
		return result_error(login->error);
	switch (login->verdict) {
	case ID7_ALLOW:
		return login->reason == ID7_REASON_MUST_CHANGE
			       ? PAM_NEW_AUTHTOK_REQD
			       : PAM_SUCCESS;
	case ID7_NOT_OURS:
		return PAM_USER_UNKNOWN;
	case ID7_DENY:
		break;
	}
	return login->reason == ID7_REASON_EXPIRED ? PAM_ACCT_EXPIRED
						   : PAM_PERM_DENIED;
}

int
result_level(const struct id7_login *login)
{
	if (login->error != ID7_OK)
		return LOG_ERR;
	return login->verdict == ID7_DENY ? LOG_NOTICE : LOG_INFO;
}
