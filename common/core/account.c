/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The grammar of names, addresses and dates, and the standing of an account. */
#include "common/core/account.h"

#include <string.h>

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
id7_account_name_ok(const char *name, size_t len)
{
	size_t i;

	if (len == 0 || len > ID7_NAME_MAX)
		return false;
	if (!is_alpha(name[0]) && name[0] != '_')
		return false;
	for (i = 1; i < len; i++)
		if (!is_alpha(name[i]) && !is_digit(name[i]) &&
		    (name[i] == '\0' || strchr("_.@-", name[i]) == NULL))
			return false;
	return true;
}

/* RFC 5322 3.2.3: atoms between single dots. */
static bool
local_part_ok(const char *s, size_t len)
{
	size_t i;

	if (len == 0 || len > 64 || s[0] == '.' || s[len - 1] == '.' ||
	    s[0] == '-')
		return false;
	for (i = 0; i < len; i++) {
		if (s[i] == '.' && s[i + 1] == '.')
			return false;
		if (!is_alpha(s[i]) && !is_digit(s[i]) &&
		    (s[i] == '\0' ||
		     strchr(".!#$%&'*+-/=?^_`{|}~", s[i]) == NULL))
			return false;
	}
	return true;
}

/* RFC 5321 4.1.2: labels of letters, digits and inner hyphens. */
static bool
domain_ok(const char *s)
{
	size_t label = 0;

	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		if (*s == '.') {
			if (label == 0 || s[-1] == '-')
				return false;
			label = 0;
			continue;
		}
		if (!is_alpha(*s) && !is_digit(*s) && (*s != '-' || label == 0))
			return false;
		if (++label > 63)
			return false;
	}
	return label > 0 && s[-1] != '-';
}

bool
id7_account_address_ok(const char *address)
{
	const char *at = strchr(address, '@');

	if (at == NULL || strlen(address) > ID7_ADDRESS_MAX)
		return false;
	return local_part_ok(address, (size_t)(at - address)) &&
	       domain_ok(at + 1);
}

static bool
read_digits(const char *s, size_t n, uint32_t *ret)
{
	uint32_t value = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!is_digit(s[i]))
			return false;
		value = value * 10 + (uint32_t)(s[i] - '0');
	}
	*ret = value;
	return true;
}

static uint32_t
days_in(uint32_t year, uint32_t month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30,
				       31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

bool
id7_account_date_parse(const char *text, uint32_t *ret_date)
{
	uint32_t year, month, day;

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
		return false;
	if (!read_digits(text, 4, &year) || !read_digits(text + 5, 2, &month) ||
	    !read_digits(text + 8, 2, &day))
		return false;
	if (year < 1900 || year > 2999 || month < 1 || month > 12 || day < 1 ||
	    day > days_in(year, month))
		return false;
	*ret_date = year * 10000 + month * 100 + day;
	return true;
}

static bool
expired(const struct id7_account *account, const struct id7_now *now)
{
	return account->expires != 0 && now->wall >= account->expires;
}

enum id7_reason
id7_account_standing(const struct id7_account *account,
		     const struct id7_now *now)
{
	if (account->flags & ID7_ACCOUNT_DISABLED)
		return ID7_REASON_DISABLED;
	if (expired(account, now))
		return ID7_REASON_EXPIRED;
	if ((account->flags & ID7_ACCOUNT_HELD) &&
	    (account->held_until == 0 || now->wall < account->held_until))
		return ID7_REASON_HELD;
	return ID7_REASON_RIGHT;
}

enum id7_verdict
id7_account_usable(const struct id7_account *account, const struct id7_now *now,
		   enum id7_reason *ret_reason)
{
	if (account->flags & ID7_ACCOUNT_DISABLED) {
		*ret_reason = ID7_REASON_DISABLED;
		return ID7_DENY;
	}
	if (expired(account, now)) {
		*ret_reason = ID7_REASON_EXPIRED;
		return ID7_DENY;
	}
	*ret_reason = account->flags & ID7_ACCOUNT_MUST_CHANGE
			      ? ID7_REASON_MUST_CHANGE
			      : ID7_REASON_RIGHT;
	return ID7_ALLOW;
}
