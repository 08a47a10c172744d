/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of an import as the account that it describes. */
#include "admin/person.h"

#include <string.h>

#include "admin/when.h"
#include "common/core/escape.h"
#include "common/core/phc.h"
#include "common/core/text.h"

_Static_assert(PERSON_COLUMNS <= ROW_COLUMNS_MAX, "columns of a row");

const struct column person_columns[] = {
	[PERSON_NAME] = {"name", false},
	[PERSON_VERIFIER] = {"verifier", false},
	[PERSON_EMAIL1] = {"email1", false},
	[PERSON_EMAIL2] = {"email2", false},
	[PERSON_EMAIL1_CONFIRMED] = {"email1_confirmed", true},
	[PERSON_EMAIL2_CONFIRMED] = {"email2_confirmed", true},
	[PERSON_BIRTHDATE] = {"birthdate", false},
	[PERSON_LANG] = {"lang", false},
	[PERSON_EXPIRES] = {"expires", false},
	[PERSON_MUST_CHANGE] = {"must_change", true},
	[PERSON_DISABLED] = {"disabled", true},
	[PERSON_COUNTS_ONLY] = {"counts_only", true},
	[PERSON_COLUMNS] = {0},
};

struct reading {
	struct row *row;
	const struct id7_config *config;
	id7_in_group_fn *in_group;
	int64_t now;
	struct id7_account *account;
};

static bool
refuse(const struct reading *r, enum person_column place, const char *reason)
{
	const char *column = person_columns[place].name;

	(void)row_refuse(r->row, ROW_REFUSED, reason, column, strlen(column));
	return false;
}

static bool
is_true(const struct reading *r, enum person_column place)
{
	const char *value = r->row->value[place];

	return value != NULL && strcmp(value, "true") == 0;
}

static bool
read_name(const struct reading *r)
{
	const char *name = r->row->value[PERSON_NAME];

	if (name == NULL)
		return refuse(r, PERSON_NAME, ID7_N("missing"));
	if (!id7_account_name_ok(name, strlen(name)))
		return refuse(r, PERSON_NAME,
			      ID7_N("cannot be an account name"));
	if (id7_config_exempts(r->config, name, r->in_group, NULL))
		return refuse(r, PERSON_NAME,
			      ID7_N("exempt, cannot be enrolled"));
	memcpy(r->account->name, name, strlen(name));
	return true;
}

/* One that this site would refuse to compute lets nobody in. */
static bool
read_verifier(const struct reading *r)
{
	const char *text = r->row->value[PERSON_VERIFIER];
	struct id7_account *a = r->account;
	enum id7_phc what;

	if (text == NULL) {
		a->flags |= ID7_ACCOUNT_NO_VERIFIER;
		return true;
	}
	if (a->flags & ID7_ACCOUNT_COUNTS_ONLY)
		return refuse(r, PERSON_COUNTS_ONLY,
			      ID7_N("there is a verifier, too"));
	what = id7_phc_parse(text, &a->cost, a->salt, a->verifier);
	if (what != ID7_PHC_GOOD)
		return refuse(r, PERSON_VERIFIER, id7_phc_text(what));
	if (a->cost.opslimit > r->config->opslimit_max ||
	    a->cost.memlimit > r->config->memlimit_max)
		return refuse(r, PERSON_VERIFIER,
			      ID7_N("above opslimit_max or memlimit_max"));
	a->password_changed = r->now;
	return true;
}

static bool
read_address(const struct reading *r, unsigned int i)
{
	const char *address = r->row->value[PERSON_EMAIL1 + i];
	bool confirmed = is_true(r, PERSON_EMAIL1_CONFIRMED + i);

	if (address == NULL && confirmed)
		return refuse(r, PERSON_EMAIL1_CONFIRMED + i,
			      ID7_N("there is no address to confirm"));
	if (address == NULL)
		return true;
	if (!id7_account_address_ok(address))
		return refuse(r, PERSON_EMAIL1 + i, ID7_N("no mail address"));
	if (i > 0 && r->account->address[i - 1][0] == '\0')
		return refuse(r, PERSON_EMAIL1 + i,
			      ID7_N("without the one before"));
	memcpy(r->account->address[i], address, strlen(address));
	r->account->address_confirmed[i] = confirmed;
	return true;
}

static bool
read_birthdate(const struct reading *r)
{
	const char *text = r->row->value[PERSON_BIRTHDATE];

	return text == NULL ||
	       id7_account_date_parse(text, &r->account->birthdate) ||
	       refuse(r, PERSON_BIRTHDATE, ID7_N("no date such as 1990-01-31"));
}

static bool
read_lang(const struct reading *r)
{
	const char *text = r->row->value[PERSON_LANG];

	if (text == NULL || strcmp(text, "site") == 0)
		return true;
	r->account->lang = (uint8_t)id7_lang_parse(text);
	return (strlen(text) == 2 && r->account->lang != ID7_LANG_SITE) ||
	       refuse(r, PERSON_LANG, ID7_N("must be en, ja or site"));
}

/* No span from now: the same file must always say the same. */
static bool
read_expires(const struct reading *r)
{
	const char *text = r->row->value[PERSON_EXPIRES];

	if (text == NULL)
		return true;
	if (strlen(text) < 5 || text[4] != '-' ||
	    !when_parse(text, 0, false, &r->account->expires) ||
	    r->account->expires <= 0)
		return refuse(r, PERSON_EXPIRES,
			      ID7_N("no moment such as 2027-03-31 or "
				    "2027-03-31T00:00:00Z"));
	return true;
}

static void
read_flags(const struct reading *r)
{
	if (is_true(r, PERSON_MUST_CHANGE))
		r->account->flags |= ID7_ACCOUNT_MUST_CHANGE;
	if (is_true(r, PERSON_COUNTS_ONLY))
		r->account->flags |= ID7_ACCOUNT_COUNTS_ONLY;
	if (is_true(r, PERSON_DISABLED)) {
		r->account->flags |= ID7_ACCOUNT_DISABLED;
		r->account->disabled_at = r->now;
	}
}

bool
person_read(struct row *row, const struct id7_config *config,
	    id7_in_group_fn *in_group, int64_t now,
	    struct id7_account *ret_account)
{
	const struct reading r = {row, config, in_group, now, ret_account};

	memset(ret_account, 0, sizeof *ret_account);
	ret_account->created = now;
	ret_account->changed = now;
	read_flags(&r);
	return read_name(&r) && read_verifier(&r) && read_address(&r, 0) &&
	       read_address(&r, 1) && read_birthdate(&r) && read_lang(&r) &&
	       read_expires(&r);
}

const char *
person_name(const struct row *row, char *buf, size_t size)
{
	const char *name = row->value[PERSON_NAME];

	buf[0] = '\0';
	if (name != NULL)
		id7_escape(name, strlen(name), buf, size);
	return buf;
}
