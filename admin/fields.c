/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options that describe a person, for `add` and `set` alike. */
#include "admin/fields.h"

#include <stdio.h>
#include <string.h>

#include "admin/print.h"

static enum ctl_exit
read_address(const struct ctl *ctl, const char *address, struct fields *fields)
{
	if (!id7_account_address_ok(address))
		return ctl_fail(ctl, CTL_USAGE,
				ID7_N("--email: %s is no mail address"),
				safe_text(address).s);
	if (fields->addresses == ID7_ADDRESSES)
		return ctl_fail(ctl, CTL_USAGE,
				ID7_N("an account has at most %d addresses"),
				ID7_ADDRESSES);
	fields->address[fields->addresses++] = address;
	return CTL_DONE;
}

/* Each --email-confirmed belongs to the --email before it. */
static enum ctl_exit
read_addresses(const struct ctl *ctl, struct fields *fields)
{
	enum ctl_exit code = CTL_DONE;

	for (size_t i = 0; i < ctl->args.givens && code == CTL_DONE; i++) {
		const struct opt_given *given = &ctl->args.given[i];

		if (strcmp(given->opt->name, "email") == 0)
			code = read_address(ctl, given->value, fields);
		else if (strcmp(given->opt->name, "email-confirmed") != 0)
			continue;
		else if (fields->addresses == 0)
			code = ctl_fail(ctl, CTL_USAGE,
					ID7_N("--email-confirmed comes after "
					      "the --email it is for"));
		else
			fields->confirmed[fields->addresses - 1] = true;
	}
	fields->no_address = args_has(&ctl->args, "no-email");
	if (code == CTL_DONE && fields->no_address && fields->addresses > 0)
		code = ctl_fail(ctl, CTL_USAGE,
				ID7_N("--email and --no-email exclude each "
				      "other"));
	return code;
}

static enum ctl_exit
read_birthdate(const struct ctl *ctl, struct fields *fields)
{
	const char *text = args_value(&ctl->args, "birthdate");

	if (text == NULL)
		return CTL_DONE;
	fields->has_birthdate = true;
	if (strcmp(text, "none") == 0 ||
	    id7_account_date_parse(text, &fields->birthdate))
		return CTL_DONE;
	return ctl_fail(ctl, CTL_USAGE,
			ID7_N("--birthdate: %s is no date; write it as "
			      "1990-01-31"),
			safe_text(text).s);
}

/* The command's own --lang, not the tool's before the command. */
static enum ctl_exit
read_lang(const struct ctl *ctl, struct fields *fields)
{
	const char *text = NULL;

	for (size_t i = 0; i < ctl->args.givens; i++)
		for (const struct opt *o = ctl->args.cmd->opts; o->name != NULL;
		     o++)
			if (ctl->args.given[i].opt == o &&
			    strcmp(o->name, "lang") == 0)
				text = ctl->args.given[i].value;
	if (text == NULL)
		return CTL_DONE;
	fields->has_lang = true;
	fields->lang = id7_lang_parse(text);
	if (strcmp(text, "site") == 0 ||
	    (strlen(text) == 2 && fields->lang != ID7_LANG_SITE))
		return CTL_DONE;
	return ctl_fail(ctl, CTL_USAGE,
			ID7_N("--lang of an account is en, ja or site, not %s"),
			safe_text(text).s);
}

static enum ctl_exit
read_expires(const struct ctl *ctl, struct fields *fields)
{
	const char *text = args_value(&ctl->args, "expires");

	if (text == NULL)
		return CTL_DONE;
	fields->has_expires = true;
	if (strcmp(text, "never") == 0)
		return CTL_DONE;
	return ctl_when(ctl, "expires", false, &fields->expires);
}

enum ctl_exit
fields_read(const struct ctl *ctl, struct fields *ret_fields)
{
	enum ctl_exit code;

	*ret_fields = (struct fields){0};
	code = read_addresses(ctl, ret_fields);
	if (code == CTL_DONE)
		code = read_birthdate(ctl, ret_fields);
	if (code == CTL_DONE)
		code = read_lang(ctl, ret_fields);
	if (code == CTL_DONE)
		code = read_expires(ctl, ret_fields);
	return code;
}

bool
fields_any(const struct fields *fields)
{
	return fields->addresses > 0 || fields->no_address ||
	       fields->has_birthdate || fields->has_lang || fields->has_expires;
}

static bool
was_confirmed(const struct id7_account *before, const char *address)
{
	for (size_t i = 0; i < ID7_ADDRESSES; i++)
		if (before->address_confirmed[i] &&
		    strcmp(before->address[i], address) == 0)
			return true;
	return false;
}

static void
apply_addresses(const struct fields *fields, struct id7_account *account)
{
	char address[ID7_ADDRESSES][ID7_ADDRESS_MAX + 1] = {{0}};
	bool confirmed[ID7_ADDRESSES] = {false};

	for (size_t i = 0; i < fields->addresses; i++) {
		snprintf(address[i], sizeof address[i], "%s",
			 fields->address[i]);
		confirmed[i] = fields->confirmed[i] ||
			       was_confirmed(account, address[i]);
	}
	memcpy(account->address, address, sizeof address);
	memcpy(account->address_confirmed, confirmed, sizeof confirmed);
}

void
fields_apply(const struct fields *fields, struct id7_account *account)
{
	if (fields->addresses > 0 || fields->no_address)
		apply_addresses(fields, account);
	if (fields->has_birthdate)
		account->birthdate = fields->birthdate;
	if (fields->has_lang)
		account->lang = (uint8_t)fields->lang;
	if (fields->has_expires)
		account->expires = fields->expires;
}
