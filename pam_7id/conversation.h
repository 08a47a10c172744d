/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Talks to the person through the application: one hidden prompt or one message at a time. */
#ifndef ID7_PAM_CONVERSATION_H
#define ID7_PAM_CONVERSATION_H

#include <stddef.h>

#include <security/pam_modules.h>

#include "common/effects/secret.h"

/* Bytes kept of an answer: one more than a password may have, so that "too long" is seen. */
#define CONVERSATION_KEEP (ID7_AUTHTOK_MAX + 1)

/*
 * Asks one hidden question. PAM_SUCCESS and a secret of at most
 * CONVERSATION_KEEP bytes, which the caller releases; the answer is also set as
 * the PAM item `item` (0: none). What libpam's application gave is wiped and
 * freed. PAM_INCOMPLETE for PAM_CONV_AGAIN; PAM_BUF_ERR; PAM_CONV_ERR for every
 * other failure, a missing conversation or a missing answer.
 */
int conversation_ask(pam_handle_t *pamh, const char *prompt, int item,
		     struct id7_secret **ret_answer);

/*
 * A secret copy of the PAM item `item` (PAM_AUTHTOK or PAM_OLDAUTHTOK), cut to
 * CONVERSATION_KEEP bytes. PAM_SUCCESS, also with *ret_answer NULL when the item
 * is not set; PAM_BUF_ERR.
 */
int conversation_item(pam_handle_t *pamh, int item,
		      struct id7_secret **ret_answer);

/*
 * Sets the PAM item `item` to what `answer` holds, up to its first NUL.
 * PAM_SUCCESS; PAM_BUF_ERR and other codes of pam_set_item(3).
 */
int conversation_set_item(pam_handle_t *pamh, int item,
			  const struct id7_secret *answer);

/*
 * Shows one message (PAM_TEXT_INFO or PAM_ERROR_MSG) unless `flags` has
 * PAM_SILENT. What comes of it does not matter.
 */
void conversation_tell(pam_handle_t *pamh, unsigned int flags, int style,
		       const char *text);

#endif
