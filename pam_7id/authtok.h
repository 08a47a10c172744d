/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a line of auth comes by what was typed. */
#ifndef ID7_PAM_AUTHTOK_H
#define ID7_PAM_AUTHTOK_H

#include "common/effects/secret.h"
#include "common/usecases/login.h"
#include "pam_7id/module.h"

/*
 * Takes PAM_AUTHTOK or asks, as module->first_pass says; what was asked for is
 * PAM_AUTHTOK then. PAM_SUCCESS and a secret that the caller releases;
 * PAM_CONV_ERR; PAM_INCOMPLETE; PAM_BUF_ERR.
 */
int authtok_get(struct module *module, struct id7_secret **ret_typed);

/*
 * Nothing was typed, as `code` of authtok_get says: logged as a refusal, but no
 * failure of anybody. Returns `code`.
 */
int authtok_missing(struct module *module, enum id7_whose whose, int code);

#endif
