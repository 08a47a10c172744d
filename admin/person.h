/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of an import as the account that it describes. */
#ifndef ID7_ADMIN_PERSON_H
#define ID7_ADMIN_PERSON_H

#include "admin/row.h"
#include "common/core/account.h"
#include "common/core/config.h"

enum person_column {
	PERSON_NAME,
	PERSON_VERIFIER,
	PERSON_EMAIL1,
	PERSON_EMAIL2,
	PERSON_EMAIL1_CONFIRMED,
	PERSON_EMAIL2_CONFIRMED,
	PERSON_BIRTHDATE,
	PERSON_LANG,
	PERSON_EXPIRES,
	PERSON_MUST_CHANGE,
	PERSON_DISABLED,
	PERSON_COUNTS_ONLY,
	PERSON_COLUMNS
};

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

/*
 * What a row says of an account in one column, so that person_read makes the
 * same of it; "" when nothing. Returns false for a verifier that cannot be
 * written. The caller wipes `ret_value`.
 */
#define PERSON_VALUE_MAX 255
bool person_value(const struct id7_account *account, enum person_column column,
		  char ret_value[PERSON_VALUE_MAX + 1]);

/* The name that a row gives, made safe for a terminal; "" when it gives none.
 */
const char *person_name(const struct row *row, char *buf, size_t size);

#endif
