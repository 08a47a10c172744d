/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lines preauth, authfail and authsucc, which stand around a module that
 * verifies and count what it says (pam_7id(8), AS A REPLACEMENT).
 *
 * MUST
 *  1. no name of ours gets PAM_SUCCESS but by a place in the count that was
 *     taken in this handle, for this user, and still stood when it was settled.
 *  2. no failure of the machine is PAM_IGNORE or PAM_SUCCESS.
 *  3. while a person types no place is held: preauth asks, then reserves.
 *  4. what preauth has refused, no module behind it verifies.
 */
#ifndef ID7_PAM_COUNTING_H
#define ID7_PAM_COUNTING_H

#include "pam_7id/module.h"

/*
 * pam_sm_authenticate of a line with one of the words; returns the PAM code.
 */
int count(struct module *module);

/*
 * What acct_mgmt does first: whoever comes that far was right, so a place that
 * this handle holds is settled so. PAM_SUCCESS, also when there is none;
 * PAM_PERM_DENIED when it does not stand or is another user's; codes of errors.
 * All but PAM_SUCCESS are logged and told.
 */
int count_account(struct module *module);

/*
 * The code of acct_mgmt for a name that is not ours: PAM_IGNORE in a stack that
 * counts, else `code`.
 */
int count_not_ours(struct module *module, int code);

#endif
