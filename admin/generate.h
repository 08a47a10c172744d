/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes one strong password and shows it once. */
#ifndef ID7_ADMIN_GENERATE_H
#define ID7_ADMIN_GENERATE_H

#include <stdbool.h>

#include "admin/cmd.h"
#include "common/effects/secret.h"

/*
 * A random password of 100 bits, four groups of five lower-case letters and
 * digits that cannot be mistaken for each other, never in the form of a code.
 * NULL when there is no memory; the caller releases it.
 */
struct id7_secret *generate_password(void);

/*
 * Writes it on standard output: the bare line, or with --json the document of a
 * finished act with a "password". False when it could not be written.
 */
bool generate_show(const struct ctl *ctl, const char *name,
		   const struct id7_secret *password);

#endif
