/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is typed: its kind at every edge, and one normal form for what looks the same. */
#include "common/core/authtok.h"
#include "tests/support/check.h"

#define BYTES(text) text, sizeof text - 1

static void
classify(void)
{
	static const struct {
		const char *typed;
		size_t len;
		enum id7_authtok_kind kind;
	} cases[] = {
		{ BYTES(""), ID7_AUTHTOK_EMPTY },
		{ NULL, 0, ID7_AUTHTOK_EMPTY },
		{ BYTES(" "), ID7_AUTHTOK_PASSWORD },
		{ BYTES("correct horse"), ID7_AUTHTOK_PASSWORD },
		{ BYTES("パスワード"), ID7_AUTHTOK_PASSWORD },
		{ BYTES("\x80\xff"), ID7_AUTHTOK_PASSWORD },
		{ BYTES("\xc2\x85"), ID7_AUTHTOK_PASSWORD },
		{ BYTES("~"), ID7_AUTHTOK_PASSWORD },
		{ BYTES("\b\n\r\177INCORRECT"), ID7_AUTHTOK_JUNK },
		{ BYTES("a\tb"), ID7_AUTHTOK_JUNK },
		{ BYTES("a\0"), ID7_AUTHTOK_JUNK },
		{ BYTES("\0"), ID7_AUTHTOK_JUNK },
		{ BYTES("\x1f"), ID7_AUTHTOK_JUNK },
		{ BYTES("abc\x7f"), ID7_AUTHTOK_JUNK },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		CHECK_INT(id7_authtok_classify(cases[i].typed, cases[i].len),
			  cases[i].kind);
}

static void
classify_long(void)
{
	char typed[ID7_AUTHTOK_MAX + 1];

	memset(typed, 'x', sizeof typed);
	CHECK_INT(id7_authtok_classify(typed, ID7_AUTHTOK_MAX),
		  ID7_AUTHTOK_PASSWORD);
	CHECK_INT(id7_authtok_classify(typed, ID7_AUTHTOK_MAX + 1),
		  ID7_AUTHTOK_TOO_LONG);
	memset(typed, '\n', sizeof typed);
	CHECK_INT(id7_authtok_classify(typed, ID7_AUTHTOK_MAX + 1),
		  ID7_AUTHTOK_TOO_LONG);
	typed[0] = 'x';
	CHECK_INT(id7_authtok_classify(typed, ID7_AUTHTOK_MAX),
		  ID7_AUTHTOK_JUNK);
}

static enum id7_error
normal(const char *typed, size_t len, char *buf, size_t size, size_t *ret_len)
{
	static struct id7_authtok_scratch scratch;

	memset(&scratch, 0x5a, sizeof scratch);
	return id7_authtok_normal(typed, len, &scratch, buf, size, ret_len);
}

/* The normal form is the wanted one, and its own normal form. */
static void
check_normal(const char *typed, size_t typed_len, const char *want,
	     size_t want_len)
{
	char buf[ID7_AUTHTOK_NFC_MAX], again[ID7_AUTHTOK_NFC_MAX];
	size_t len = 9999, again_len = 9999;

	CHECK_INT(normal(typed, typed_len, buf, sizeof buf, &len), ID7_OK);
	CHECK_INT(len, want_len);
	CHECK_MEM(buf, want, want_len);
	CHECK_INT(normal(buf, len, again, sizeof again, &again_len), ID7_OK);
	CHECK_INT(again_len, len);
	CHECK_MEM(again, buf, len);
}

static void
normal_forms(void)
{
	static const struct {
		const char *typed;
		size_t len;
		const char *want;
		size_t want_len;
	} cases[] = {
		{ BYTES(""), BYTES("") },
		{ BYTES("Passw0rd!"), BYTES("Passw0rd!") },
		{ BYTES("  a  "), BYTES("  a  ") },
		/* composed and decomposed are one */
		{ BYTES("caf\xc3\xa9"), BYTES("caf\xc3\xa9") },
		{ BYTES("cafe\xcc\x81"), BYTES("caf\xc3\xa9") },
		{ BYTES("か\xe3\x82\x99"), BYTES("が") },
		{ BYTES("が"), BYTES("が") },
		{ BYTES("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab"), BYTES("한") },
		{ BYTES("\xe2\x84\xab"), BYTES("\xc3\x85") }, /* angstrom */
		/* marks in the order that Unicode gives them */
		{ BYTES("q\xcc\xa3\xcc\x87"), BYTES("q\xcc\xa3\xcc\x87") },
		{ BYTES("q\xcc\x87\xcc\xa3"), BYTES("q\xcc\xa3\xcc\x87") },
		/* a composition that is excluded stays in parts */
		{ BYTES("\xe0\xa5\x98"), BYTES("\xe0\xa4\x95\xe0\xa4\xbc") },
		{ BYTES("\xf0\x9d\x85\xa0"),
		  BYTES("\xf0\x9d\x85\x98\xf0\x9d\x85\xa5\xf0\x9d\x85\xae") },
		/* spaces of every kind are one, their number stays */
		{ BYTES("a\xc2\xa0\xe3\x80\x80\xe2\x80\x83\xe1\x9a\x80z"),
		  BYTES("a    z") },
		{ BYTES("a\xe2\x80\xafz"), BYTES("a z") },
		{ BYTES("a\xe2\x80\x8bz"), BYTES("a\xe2\x80\x8bz") },
		/* neither width nor case is mapped */
		{ BYTES("ＡＢＣ"), BYTES("ＡＢＣ") },
		{ BYTES("ｶﾞ"), BYTES("ｶﾞ") },
		{ BYTES("ﬁ²"), BYTES("ﬁ²") },
		{ BYTES("ÀÉ"), BYTES("ÀÉ") },
		/* what is not UTF-8 stays as it is */
		{ BYTES("\xa5\xd1\xa5\xb9"), BYTES("\xa5\xd1\xa5\xb9") },
		{ BYTES("e\xcc\x81\xff"), BYTES("e\xcc\x81\xff") },
		{ BYTES("\xed\xa0\x80"), BYTES("\xed\xa0\x80") },
		{ BYTES("\xe3\x81"), BYTES("\xe3\x81") },
		/* a NUL is a byte like any other */
		{ BYTES("a\0e\xcc\x81"), BYTES("a\0\xc3\xa9") },
		{ BYTES("\xf4\x8f\xbf\xbf\xef\xbf\xbe"),
		  BYTES("\xf4\x8f\xbf\xbf\xef\xbf\xbe") },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_normal(cases[i].typed, cases[i].len, cases[i].want,
			     cases[i].want_len);
}

static void
different_stays_different(void)
{
	static const char *const typed[] = {
		"password", "Password", "ｐａｓｓｗｏｒｄ", "password ",
		"パスワード", "ﾊﾟｽﾜｰﾄﾞ", "ぱすわーど", "passw\xc3\xb6rd",
	};
	enum { COUNT = sizeof typed / sizeof typed[0] };
	char form[COUNT][ID7_AUTHTOK_NFC_MAX];
	size_t len[COUNT];

	for (size_t i = 0; i < COUNT; i++) {
		CHECK_INT(normal(typed[i], strlen(typed[i]), form[i],
				 sizeof form[i], &len[i]),
			  ID7_OK);
		for (size_t j = 0; j < i; j++)
			CHECK(len[i] != len[j] ||
			      memcmp(form[i], form[j], len[i]) != 0);
	}
}

/* The longest that may be typed, of the characters that grow most. */
static void
normal_grows(void)
{
	static const struct {
		const char *unit;
		size_t grown; /* bytes of its normal form */
	} cases[] = {
		{ "a", 1 },
		{ "\xf0\x9d\x85\xa0", 12 }, /* U+1D160 */
		{ "\xf0\x9d\x85\xa4", 12 }, /* U+1D164 */
		{ "\xce\x90", 2 },
		{ "\xef\xac\xac", 6 }, /* U+FB2C: three marks, excluded */
		{ "\xe1\xbe\x82", 3 }, /* four parts that compose again */
		{ "\xff", 1 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char typed[ID7_AUTHTOK_MAX], buf[ID7_AUTHTOK_NFC_MAX + 1];
		size_t unit = strlen(cases[i].unit), count, len = 0;

		count = sizeof typed / unit;
		for (size_t j = 0; j < count; j++)
			memcpy(typed + j * unit, cases[i].unit, unit);
		buf[ID7_AUTHTOK_NFC_MAX] = '!';
		CHECK_INT(normal(typed, count * unit, buf, ID7_AUTHTOK_NFC_MAX,
				 &len),
			  ID7_OK);
		CHECK_INT(len, count * cases[i].grown);
		CHECK(len <= ID7_AUTHTOK_NFC_MAX);
		CHECK_INT(buf[ID7_AUTHTOK_NFC_MAX], '!');
	}
}

/* All of ASCII, and only that, is said to be its own normal form, and is. */
static void
normal_already(void)
{
	char every[0x80], beyond[] = "password\x80";

	for (size_t i = 0; i < sizeof every; i++)
		every[i] = (char)i;
	CHECK(id7_authtok_is_normal(every, sizeof every));
	check_normal(every, sizeof every, every, sizeof every);
	CHECK(id7_authtok_is_normal(beyond, 0));
	CHECK(id7_authtok_is_normal(beyond, 8));
	CHECK(!id7_authtok_is_normal(beyond, 9));
	CHECK(!id7_authtok_is_normal("\xff", 1));
}

static void
normal_refuses(void)
{
	char typed[ID7_AUTHTOK_MAX + 1] = { 0 }, buf[ID7_AUTHTOK_NFC_MAX];
	size_t len = 77;

	memset(typed, 'x', sizeof typed);
	CHECK_INT(normal(typed, sizeof typed, buf, sizeof buf, &len),
		  ID7_INVALID);
	CHECK_INT(normal("abcd", 4, buf, 3, &len), ID7_INVALID);
	CHECK_INT(normal("\xff\xff\xff\xff", 4, buf, 3, &len), ID7_INVALID);
	CHECK_INT(normal("\xf0\x9d\x85\xa0", 4, buf, 11, &len), ID7_INVALID);
	CHECK_INT(len, 77);
	CHECK_INT(normal("cafe\xcc\x81", 6, buf, 5, &len), ID7_OK);
	CHECK_INT(len, 5);
}

int
main(void)
{
	classify();
	classify_long();
	normal_forms();
	different_stays_different();
	normal_grows();
	normal_already();
	normal_refuses();
	return check_done();
}
