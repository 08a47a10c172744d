/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asks a person: passwords without echo, and yes or no.
 *
 * MUST
 *  1. the terminal echoes again however this ends, short of SIGKILL: on every
 *     signal that can be caught the settings are put back before it is obeyed.
 *  2. a password exists only in the secret that is returned.
 */
#ifndef ID7_ADMIN_ASK_H
#define ID7_ADMIN_ASK_H

#include "admin/cmd.h"
#include "common/effects/secret.h"

/*
 * A password, of at most ID7_AUTHTOK_MAX bytes: from standard input with
 * --password-stdin (one line, its newline taken off), else from the terminal,
 * asked twice when `fresh`. `name` is whose it is, for the prompt.
 * CTL_DONE and a secret that the caller releases; CTL_USAGE without a terminal,
 * CTL_POLICY when it is too long, CTL_ERROR when the two differ or nothing came
 * (all said).
 */
enum ctl_exit ask_password(const struct ctl *ctl, const char *name, bool fresh,
			   struct id7_secret **ret_secret);

/*
 * One line of at most ID7_AUTHTOK_MAX bytes that nobody else is to see: from
 * standard input, or from the terminal where that is one, after `prompt`
 * (translated already). CTL_DONE and a secret that the caller releases; CTL_ERROR
 * when nothing, or too much, came (said).
 */
enum ctl_exit ask_unseen(const struct ctl *ctl, const char *prompt,
			 struct id7_secret **ret_secret);

/*
 * Has a person type `word` on the terminal to go on, after the sentence
 * `question` (translated already). True at once with --yes. False: not
 * confirmed, said.
 */
bool ask_confirm(const struct ctl *ctl, const char *question, const char *word);

#endif
