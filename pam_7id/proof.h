/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was proved in this handle, and of whom: a name is not enough, because
 * between our calls a module may change PAM_USER and an administrator the
 * account.
 */
#ifndef ID7_PAM_PROOF_H
#define ID7_PAM_PROOF_H

#include <stdbool.h>

#include "pam_7id/module.h"

/* Names of the proofs: kept by authenticate, and by the first phase of chauthtok. */
#define PROOF_LOGIN "7id_login"
#define PROOF_PASSWORD "7id_password"
/* The account phase has demanded a new authtok of a login by code. */
#define PROOF_DEMANDED "7id_demanded"

/*
 * Keeps in the handle, under `name`, that the present user was proved as the
 * account of `login`. PAM_SUCCESS; PAM_BUF_ERR and other codes of
 * pam_set_data(3).
 */
int proof_keep(struct module *module, const char *name,
	       const struct id7_login *login);

/*
 * Whether the present user was proved under `name`; then *ret_proof says as
 * which account.
 */
bool proof_find(struct module *module, const char *name,
		struct id7_proof *ret_proof);

/*
 * Whether another user than the present one was proved under `name`.
 */
bool proof_of_another(struct module *module, const char *name);

#endif
