/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of an import as the account that it describes. */
#ifndef ID7_ADMIN_PERSON_H
#define ID7_ADMIN_PERSON_H

#include "admin/row.h"
#include "common/core/account.h"
#include "common/core/config.h"

/* The columns of csv and keys of json alike. */
extern const struct column person_columns[];

/*
 * Makes an account of a row, at the moment `now`; `in_group` is asked for names
 * that `exempt` lists by group. True; or false with row->reason and
 * row->column, *ret_account undefined. The caller wipes it.
 */
bool person_read(struct row *row, const struct id7_config *config,
		 id7_in_group_fn *in_group, int64_t now,
		 struct id7_account *ret_account);

/* The name that a row gives, made safe for a terminal; "" when it gives none.
 */
const char *person_name(const struct row *row, char *buf, size_t size);

#endif
