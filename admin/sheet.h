/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes as they are handed out: one on a line, in JSON, or as a sheet of paper. */
#ifndef ID7_ADMIN_SHEET_H
#define ID7_ADMIN_SHEET_H

#include <stdbool.h>
#include <stdint.h>

#include "admin/ctl.h"
#include "common/core/code.h"

/*
 * Writes the reset code of `name` on standard output: the bare line, or with
 * --json the document of a finished act with "code" and "expires" (wall clock).
 * False when it could not be written.
 */
bool sheet_code(const struct ctl *ctl, const char *name,
		const struct id7_code *code, int64_t expires);

/*
 * Writes `count` saved codes on standard output, in at most 72 columns, with what
 * their owner has to know, in the account's language; with --json as "codes".
 * False when they could not be written.
 */
bool sheet_paper(const struct ctl *ctl, const struct id7_account *account,
		 const struct id7_code *codes, uint32_t count, int64_t now);

/* The services that take a code in the password field: "sshd, login, su". */
struct sheet_services {
	char s[600];
};
struct sheet_services sheet_services(const struct ctl *ctl);

#endif
