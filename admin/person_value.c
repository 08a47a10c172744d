/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account as the columns of an export. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "admin/person.h"
#include "common/core/phc.h"
#include "common/core/text.h"

static void
put_time(int64_t wall, char *ret_value)
{
	time_t t = (time_t)wall;
	struct tm tm;

	if (wall != 0 && gmtime_r(&t, &tm) != NULL)
		(void)strftime(ret_value, PERSON_VALUE_MAX + 1,
			       "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static void
put_date(uint32_t date, char *ret_value)
{
	if (date != 0)
		(void)snprintf(ret_value, PERSON_VALUE_MAX + 1,
			       "%04" PRIu32 "-%02" PRIu32 "-%02" PRIu32,
			       date / 10000, date / 100 % 100, date % 100);
}

static void
put(const char *text, char *ret_value)
{
	(void)snprintf(ret_value, PERSON_VALUE_MAX + 1, "%s", text);
}

static void
put_truth(bool truth, char *ret_value)
{
	put(truth ? "true" : "", ret_value);
}

static bool
put_verifier(const struct id7_account *account, char *ret_value)
{
	if (account->flags & ID7_ACCOUNT_NO_VERIFIER)
		return true;
	return id7_phc_format(&account->cost, account->salt, account->verifier,
			      ret_value);
}

bool
person_value(const struct id7_account *account, enum person_column column,
	     char ret_value[PERSON_VALUE_MAX + 1])
{
	unsigned int second =
		column == PERSON_EMAIL2 || column == PERSON_EMAIL2_CONFIRMED;

	*ret_value = '\0';
	switch (column) {
	case PERSON_NAME:
		put(account->name, ret_value);
		break;
	case PERSON_VERIFIER:
		return put_verifier(account, ret_value);
	case PERSON_EMAIL1:
	case PERSON_EMAIL2:
		put(account->address[second], ret_value);
		break;
	case PERSON_EMAIL1_CONFIRMED:
	case PERSON_EMAIL2_CONFIRMED:
		put_truth(account->address_confirmed[second], ret_value);
		break;
	case PERSON_BIRTHDATE:
		put_date(account->birthdate, ret_value);
		break;
	case PERSON_LANG:
		put(id7_lang_name((enum id7_lang)account->lang), ret_value);
		break;
	case PERSON_EXPIRES:
		put_time(account->expires, ret_value);
		break;
	case PERSON_MUST_CHANGE:
		put_truth(account->flags & ID7_ACCOUNT_MUST_CHANGE, ret_value);
		break;
	case PERSON_DISABLED:
		put_truth(account->flags & ID7_ACCOUNT_DISABLED, ret_value);
		break;
	case PERSON_COUNTS_ONLY:
		put_truth(account->flags & ID7_ACCOUNT_COUNTS_ONLY, ret_value);
		break;
	case PERSON_COLUMNS:
		break;
	}
	return true;
}
