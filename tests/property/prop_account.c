/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names, addresses and dates of random bytes against regular expressions and
 * the C library's calendar. */
#include "common/core/account.h"

#include <regex.h>

#include "tests/support/check.h"
#include "tests/support/random.h"

#define ROUNDS 100000
#define ATOM "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+"
#define LABEL "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"

static const char name_form[] = "^[A-Za-z_][A-Za-z0-9_.@-]{0,63}$";
static const char address_form[] =
	"^" ATOM "(\\." ATOM ")*@" LABEL "(\\." LABEL ")*$";
static const char date_form[] = "^(19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}$";

struct forms {
	regex_t name, address, date;
};

/* A byte: mostly of `alphabet`, sometimes any but NUL. */
static char
some_byte(struct random *random, const char *alphabet)
{
	if (random_once_in(random, 40))
		return (char)(1 + random_below(random, 255));
	return alphabet[random_below(random, (uint32_t)strlen(alphabet))];
}

static void
some_text(struct random *random, const char *alphabet, uint32_t longest,
	  char *ret_text)
{
	uint32_t i, len = random_below(random, longest + 1);

	for (i = 0; i < len; i++)
		ret_text[i] = some_byte(random, alphabet);
	ret_text[len] = '\0';
}

/* One to three small damages. */
static void
damage(struct random *random, const char *alphabet, char *text)
{
	uint32_t times = random_below(random, 4);
	size_t len;

	while (times-- > 0 && (len = strlen(text)) > 0)
		text[random_below(random, (uint32_t)len)] =
			some_byte(random, alphabet);
}

static bool
matches(const regex_t *form, const char *text)
{
	return regexec(form, text, 0, NULL, 0) == 0;
}

static bool
try_name(struct random *random, const struct forms *forms)
{
	char text[80];
	size_t len;

	some_text(random, "abzAZ09_.@-", random_once_in(random, 3) ? 70 : 8,
		  text);
	len = strlen(text);
	if (id7_account_name_ok(text, len) != matches(&forms->name, text))
		return false;
	if (len == 0)
		return true;
	text[random_below(random, (uint32_t)len)] = '\0';
	return !id7_account_name_ok(text, len);
}

static bool
try_address(struct random *random, const struct forms *forms)
{
	static const char *const seeds[] = {"a.b+c@mail.example.org", "x@y",
					    "0123456789012345678901234567890123"
					    "456789012345678901234567890123@b",
					    "a@"
					    "0123456789012345678901234567890123"
					    "45678901234567890123456789012"
					    ".c"};
	char text[300];
	const char *at;
	bool want;

	if (random_once_in(random, 2))
		some_text(random, "aZ09@.-+_",
			  random_once_in(random, 9) ? 290 : 9, text);
	else
		snprintf(text, sizeof text, "%s",
			 seeds[random_below(random, 4)]);
	damage(random, "aZ09@..--", text);
	at = strchr(text, '@');
	want = matches(&forms->address, text) && text[0] != '-' &&
	       strlen(text) <= ID7_ADDRESS_MAX && at - text <= 64;
	return id7_account_address_ok(text) == want;
}

/* The calendar's own opinion: a date that exists survives timegm. */
static bool
exists(const char *text)
{
	int year = atoi(text), month = atoi(text + 5), day = atoi(text + 8);
	struct tm tm = {
		.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};

	(void)timegm(&tm);
	return tm.tm_year == year - 1900 && tm.tm_mon == month - 1 &&
	       tm.tm_mday == day;
}

static bool
try_date(struct random *random, const struct forms *forms)
{
	char text[32];
	uint32_t date = 7;
	bool want, got;

	snprintf(text, sizeof text, "%04u-%02u-%02u",
		 1890 + random_below(random, 1120), random_below(random, 14),
		 random_below(random, 33));
	if (random_once_in(random, 2))
		damage(random, "0123456789-", text);
	want = matches(&forms->date, text) && exists(text);
	got = id7_account_date_parse(text, &date);
	if (got != want || (!got && date != 7))
		return false;
	return !got || (date / 10000 == (uint32_t)atoi(text) &&
			date / 100 % 100 == (uint32_t)atoi(text + 5) &&
			date % 100 == (uint32_t)atoi(text + 8));
}

int
main(void)
{
	struct random random = random_begin();
	struct forms forms;
	bool ok = true;
	uint32_t i;

	CHECK(regcomp(&forms.name, name_form, REG_EXTENDED | REG_NOSUB) == 0);
	CHECK(regcomp(&forms.address, address_form, REG_EXTENDED | REG_NOSUB) ==
	      0);
	CHECK(regcomp(&forms.date, date_form, REG_EXTENDED | REG_NOSUB) == 0);
	for (i = 0; i < ROUNDS && ok; i++) {
		bool name = try_name(&random, &forms);
		bool address = try_address(&random, &forms);
		bool date = try_date(&random, &forms);

		CHECK(name);
		CHECK(address);
		CHECK(date);
		ok = name && address && date;
	}
	if (!ok)
		random_confess(&random);
	regfree(&forms.name);
	regfree(&forms.address);
	regfree(&forms.date);
	return check_done();
}
