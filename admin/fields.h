/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options that describe a person, for `add` and `set` alike. */
#ifndef ID7_ADMIN_FIELDS_H
#define ID7_ADMIN_FIELDS_H

#include <stdbool.h>

#include "admin/ctl.h"

/* What the options say; what was not given stays as it is. */
struct fields {
	size_t addresses; /* how many --email there were */
	bool no_address;  /* --no-email */
	const char *address[ID7_ADDRESSES];
	bool confirmed[ID7_ADDRESSES];
	bool has_birthdate;
	uint32_t birthdate;
	bool has_lang;
	enum id7_lang lang;
	bool has_expires;
	int64_t expires; /* 0: never */
};

/*
 * Reads --email, --email-confirmed, --no-email, --birthdate, --lang (the
 * account's) and --expires. CTL_DONE, or CTL_USAGE (said).
 */
enum ctl_exit fields_read(const struct ctl *ctl, struct fields *ret_fields);

/* Whether any of them was given. */
bool fields_any(const struct fields *fields);

/*
 * Writes them into an account; an address that it had already keeps its
 * confirmation.
 */
void fields_apply(const struct fields *fields, struct id7_account *account);

#endif
