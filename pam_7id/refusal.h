/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A refusal for programs: values in the PAM environment beside the text for the
 * person.
 *
 * MUST
 *  1. nothing that the text does not say: unknown, wrong, locked out, held,
 *     disabled and expired are one value.
 *  2. nothing of a refusal is left when somebody is let in: what is in the PAM
 *     environment becomes that of the session.
 */
#ifndef ID7_PAM_REFUSAL_H
#define ID7_PAM_REFUSAL_H

#include "pam_7id/module.h"

/*
 * Takes back what an earlier attempt of this handle was told.
 */
void refusal_clear(struct module *module);

/*
 * Sets SEVENID_REASON ("refused", "busy", "unavailable"), SEVENID_REFERENCE and,
 * for "busy", SEVENID_RETRY_AFTER for the refusal *login; NULL: not available,
 * before there was a reference. Without memory nothing is set.
 */
void refusal_set(struct module *module, const struct id7_login *login);

#endif
