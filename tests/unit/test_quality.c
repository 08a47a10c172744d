/* SPDX-License-Identifier: GPL-3.0-or-later */
/* New passwords: the refused, each with its reason, and those that must be accepted. */
#include "common/core/authtok.h"
#include "common/core/common_passwords.h"
#include "common/core/text.h"
#include "tests/support/check.h"

static enum id7_quality
judge(const char *password, const char *name, uint32_t min_length)
{
	size_t len = strlen(password);

	return id7_quality_check(password, len, len, name, min_length);
}

static void
verdicts(void)
{
	static const struct {
		const char *password;
		enum id7_quality quality;
	} cases[] = {
		{ "", ID7_QUALITY_EMPTY },
		{ "x", ID7_QUALITY_TOO_SHORT },
		{ "gfk2bqm", ID7_QUALITY_TOO_SHORT },
		{ "gfk2bqmx", ID7_QUALITY_GOOD },
		{ "        ", ID7_QUALITY_GOOD },
		{ "うみのいえから", ID7_QUALITY_TOO_SHORT }, /* 7 */
		{ "うみのいえからよ", ID7_QUALITY_GOOD },	    /* 8 */
		{ "😀😁😂🤣😃😄😅", ID7_QUALITY_TOO_SHORT },
		{ "correct horse battery staple", ID7_QUALITY_GOOD },
		{ "gfk2bqmx\n", ID7_QUALITY_CONTROL },
		{ "\tgfk2bqmx", ID7_QUALITY_CONTROL },
		{ "gfk2\x7f" "bqmx", ID7_QUALITY_CONTROL },
		{ "gfk2\xc2\x85" "bqmx", ID7_QUALITY_CONTROL },
		{ "gfk2bqmx\xff", ID7_QUALITY_NOT_UTF8 },
		{ "gfk2bqm\xc3", ID7_QUALITY_NOT_UTF8 },
		{ "\xed\xa0\x80gfk2bqmx", ID7_QUALITY_NOT_UTF8 },
		{ "password", ID7_QUALITY_COMMON },
		{ "PASSWORD", ID7_QUALITY_COMMON },
		{ "PassWord", ID7_QUALITY_COMMON },
		{ "ｐａｓｓｗｏｒｄ", ID7_QUALITY_COMMON },
		{ "Ｐassｗord", ID7_QUALITY_COMMON },
		{ "P@ssw0rd", ID7_QUALITY_COMMON },
		{ "１２３４５６７８", ID7_QUALITY_COMMON },
		{ "12345678", ID7_QUALITY_COMMON },
		{ "qwertyuiop", ID7_QUALITY_COMMON },
		{ "1qaz2wsx", ID7_QUALITY_COMMON },
		{ "iloveyou", ID7_QUALITY_COMMON },
		{ "Sakura123", ID7_QUALITY_COMMON },
		{ "aishiteru", ID7_QUALITY_COMMON },
		{ "Summer2025!", ID7_QUALITY_COMMON },
		{ "passwore", ID7_QUALITY_GOOD },
		{ "xpassword", ID7_QUALITY_GOOD },
		{ "7U-ABCD-EFGH-JKMN-P", ID7_QUALITY_CODE_FORM },
		{ "７ｕーａｂｃｄーｅｆｇｈーｊｋｍｎーｐ",
		  ID7_QUALITY_CODE_FORM },
		{ "7R-RESET", ID7_QUALITY_CODE_FORM },
		{ "7rreset", ID7_QUALITY_CODE_FORM },
		{ "7U-ABCD-EFGH-JKMN", ID7_QUALITY_GOOD },
		{ "7R-RESETS", ID7_QUALITY_GOOD },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum id7_quality got = judge(cases[i].password, "hanae", 8);

		check_say(got == cases[i].quality, __FILE__, __LINE__,
			  cases[i].password);
	}
}

static void
own_names(void)
{
	static const struct {
		const char *password, *name;
		enum id7_quality quality;
	} cases[] = {
		{ "shigemitsu", "shigemitsu", ID7_QUALITY_OWN_NAME },
		{ "SHIGEmitsu", "shigemitsu", ID7_QUALITY_OWN_NAME },
		{ "shigemitsu", "ShigeMitsu", ID7_QUALITY_OWN_NAME },
		{ "ustimegihs", "shigemitsu", ID7_QUALITY_OWN_NAME },
		{ "USTIMEGIHS7", "shigemitsu", ID7_QUALITY_OWN_NAME },
		{ "shigemitsu1984", "shigemitsu", ID7_QUALITY_OWN_NAME },
		{ "1984shigemitsu", "shigemitsu", ID7_QUALITY_OWN_NAME },
		{ "19shigemitsu84", "shigemitsu", ID7_QUALITY_OWN_NAME },
		{ "ｓｈｉｇｅｍｉｔｓｕ１", "shigemitsu", ID7_QUALITY_OWN_NAME },
		{ "user0777", "user07", ID7_QUALITY_OWN_NAME },
		{ "1070resu", "user07", ID7_QUALITY_OWN_NAME },
		{ "u1234567", "u", ID7_QUALITY_OWN_NAME },
		{ "taro@example.com", "taro@example.com",
		  ID7_QUALITY_OWN_NAME },
		{ "shigemitsu!", "shigemitsu", ID7_QUALITY_GOOD },
		{ "x-shigemitsu", "shigemitsu", ID7_QUALITY_GOOD },
		{ "shigemits", "shigemitsu", ID7_QUALITY_GOOD },
		{ "shigemitsushigemitsu", "shigemitsu", ID7_QUALITY_GOOD },
		{ "uwelcomex", "u", ID7_QUALITY_GOOD },
		{ "98431077", "", ID7_QUALITY_GOOD },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_say(judge(cases[i].password, cases[i].name, 8) ==
				  cases[i].quality,
			  __FILE__, __LINE__, cases[i].password);
}

static void
lengths(void)
{
	char password[ID7_AUTHTOK_NFC_MAX + 1];
	char name[ID7_NAME_MAX + 1];

	memset(password, 0, sizeof password);
	memset(password, 'x', 128);
	CHECK_INT(judge(password, "a", 128), ID7_QUALITY_GOOD);
	CHECK_INT(judge(password, "a", 129), ID7_QUALITY_TOO_SHORT);
	CHECK_INT(judge("x", "a", 1), ID7_QUALITY_GOOD);
	CHECK_INT(judge("root", "a", 1), ID7_QUALITY_COMMON);
	CHECK_INT(id7_quality_check(password, 128, ID7_AUTHTOK_MAX, "a", 8),
		  ID7_QUALITY_GOOD);
	CHECK_INT(id7_quality_check(password, 128, ID7_AUTHTOK_MAX + 1, "a", 8),
		  ID7_QUALITY_TOO_LONG);
	/* NFC may be longer than what was typed */
	memset(password, 'x', sizeof password);
	CHECK_INT(id7_quality_check(password, ID7_AUTHTOK_NFC_MAX,
				    ID7_AUTHTOK_MAX, "a", 8),
		  ID7_QUALITY_GOOD);
	CHECK_INT(id7_quality_check(password, ID7_AUTHTOK_NFC_MAX + 1,
				    ID7_AUTHTOK_MAX, "a", 8),
		  ID7_QUALITY_TOO_LONG);
	memset(name, 'n', ID7_NAME_MAX);
	name[ID7_NAME_MAX] = '\0';
	CHECK_INT(judge(name, name, 8), ID7_QUALITY_OWN_NAME);
}

static void
list_is_usable(void)
{
	CHECK(id7_common_passwords_count > 1000);
	for (size_t i = 0; i < id7_common_passwords_count; i++) {
		const char *const *word = &id7_common_passwords[i];

		CHECK(strlen(*word) <= ID7_COMMON_PASSWORD_MAX);
		CHECK(i == 0 || strcmp(word[-1], *word) < 0);
		CHECK_INT(judge(*word, "hanae", 1), ID7_QUALITY_COMMON);
	}
}

static void
sentences(void)
{
	static const enum id7_quality all[] = {
		ID7_QUALITY_REFUSED,   ID7_QUALITY_GOOD,
		ID7_QUALITY_EMPTY,     ID7_QUALITY_TOO_SHORT,
		ID7_QUALITY_TOO_LONG,  ID7_QUALITY_NOT_UTF8,
		ID7_QUALITY_CONTROL,   ID7_QUALITY_COMMON,
		ID7_QUALITY_OWN_NAME,  ID7_QUALITY_CODE_FORM,
		ID7_QUALITY_SAME,
	};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		const char *text = id7_quality_text(all[i]);
		bool takes = strstr(text, "%u") != NULL;

		CHECK(takes == (all[i] == ID7_QUALITY_TOO_SHORT));
		CHECK((strchr(text, '%') != NULL) == takes);
		CHECK(id7_text(ID7_LANG_JA, text) != text);
		for (size_t j = 0; j < i; j++)
			CHECK(strcmp(text, id7_quality_text(all[j])) != 0);
	}
	CHECK_STR(id7_quality_text((enum id7_quality)99),
		  id7_quality_text(ID7_QUALITY_REFUSED));
}

int
main(void)
{
	verdicts();
	own_names();
	lengths();
	list_is_usable();
	sentences();
	return check_done();
}
