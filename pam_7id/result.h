/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The only map from verdicts and errors to PAM codes and log levels. */
#ifndef ID7_PAM_RESULT_H
#define ID7_PAM_RESULT_H

#include "common/usecases/login.h"

/*
 * The code for an error of the machine: PAM_BUF_ERR without memory, else
 * PAM_AUTHINFO_UNAVAIL. Never PAM_SUCCESS, never PAM_IGNORE, whatever is given.
 */
int result_error(enum id7_error error);

/*
 * The code of pam_sm_authenticate: PAM_SUCCESS for ID7_ALLOW without an error;
 * PAM_USER_UNKNOWN for ID7_NOT_OURS; PAM_AUTH_ERR for every refusal of a person;
 * result_error for errors.
 */
int result_authenticate(const struct id7_login *login);

/*
 * The code of a line preauth: PAM_IGNORE when a place was taken, for nothing is
 * proved yet; else as result_authenticate.
 */
int result_preauth(const struct id7_login *login, bool taken);

/*
 * The code of pam_sm_acct_mgmt: PAM_SUCCESS or PAM_NEW_AUTHTOK_REQD for
 * ID7_ALLOW; PAM_USER_UNKNOWN for ID7_NOT_OURS; PAM_ACCT_EXPIRED;
 * PAM_PERM_DENIED for every other refusal; result_error for errors.
 */
int result_account(const struct id7_login *login);

/*
 * The syslog level of an outcome: LOG_ERR for errors, LOG_NOTICE for refusals,
 * LOG_INFO otherwise.
 */
int result_level(const struct id7_login *login);

#endif
