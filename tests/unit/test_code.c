/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A code in all its disguises, and the passwords that only come near one. */
#include "common/core/authtok.h"
#include "common/core/code.h"
#include "tests/support/check.h"

static void
codes(void)
{
	static const char *const typed[] = {
		/* each kind as it is printed */
		"7U-ABCD-EFGH-JKMN-P",
		"7R-0123-4567-89AB-C",
		"7C-ZZZZ-ZZZZ-ZZZZ-Z",
		"7V-PQRS-TVWX-YZ01-2",
		"7S-ABCDE-FGHJK-MNP-Q",
		/* the symbols that only a check has */
		"7U-ABCD-EFGH-JKMN-*",
		"7U-ABCD-EFGH-JKMN-~",
		"7U-ABCD-EFGH-JKMN-$",
		"7U-ABCD-EFGH-JKMN-=",
		"7U-ABCD-EFGH-JKMN-U",
		"7u-abcd-efgh-jkmn-u",
		/* any case, any dashes, blanks, or none */
		"7u-abcd-efgh-jkmn-p",
		"7UABCDEFGHJKMNP",
		"7u abcd efgh jkmn p",
		"  7U-ABCD-EFGH-JKMN-P  ",
		"7-U-A-B-C-D-E-F-G-H-J-K-M-N-P",
		"--7U--ABCD--EFGH--JKMN--P--",
		"7U\u2010ABCD\u2011EFGH\u2012JKMN\u2013P",
		"7U\u2014ABCD\u2015EFGH\u2212JKMN\uff0dP",
		"7U\u30fcABCD\uff70EFGH\ufe63JKMN\u3000P",
		"7U\u00a0ABCD\u00adEFGH\u200bJKMN\ufeffP",
		/* letters that look like digits */
		"7U-OOOO-IIII-LLLL-O",
		"7u-oooo-iiii-llll-l",
		/* full-width, in part or whole */
		"７Ｕ－ＡＢＣＤ－ＥＦＧＨ－ＪＫＭＮ－Ｐ",
		"７ｕーａｂｃｄーｅｆｇｈーｊｋｍｎーｐ",
		"７Ｕ　０１２３　４５６７　８９ＡＢ　Ｃ",
		"7U-ＡBＣD-EＦGＨ-JKMN-P",
		"7U-ABCD-EFGH-JKMN-＊",
		"7U-ABCD-EFGH-JKMN-～",
		"7U-ABCD-EFGH-JKMN-〜",
		"7U-ABCD-EFGH-JKMN-＄",
		/* the words that ask for a code */
		"7R-RESET",
		"7r-reset",
		"7rreset",
		"７Ｒ－ＲＥＳＥＴ",
		"7r reset",
	};

	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
		check_say(id7_code_form(typed[i], strlen(typed[i])), __FILE__,
			  __LINE__, typed[i]);
}

static void
near_codes(void)
{
	static const char *const typed[] = {
		"",
		"7",
		"7U",
		"7U-",
		"-- --",
		"password",
		/* one symbol short, one too long */
		"7U-ABCD-EFGH-JKMN",
		"7U-ABCD-EFGH-JKM-P",
		"7U-ABCD-EFGH-JKMN-PQ",
		"7S-ABCD-EFGH-JKMN-P",
		"7S-ABCDE-FGHJK-MNPQ-R",
		/* another kind, another first symbol */
		"7X-ABCD-EFGH-JKMN-P",
		"7O-ABCD-EFGH-JKMN-P",
		"77-ABCD-EFGH-JKMN-P",
		"8U-ABCD-EFGH-JKMN-P",
		"U7-ABCD-EFGH-JKMN-P",
		"LU-ABCD-EFGH-JKMN-P",
		/* a symbol that no code has, or has only at its end */
		"7U-ABCU-EFGH-JKMN-P",
		"7U-ABC*-EFGH-JKMN-P",
		"7U-ABCD-EFGH-JKMN-!",
		"7U-ABCD-EFGH-JKMN-@",
		"7U_ABCD_EFGH_JKMN_P",
		"7U.ABCD.EFGH.JKMN.P",
		"7U-ABCD-EFGH-JKMN-あ",
		"7U-ÀBCD-EFGH-JKMN-P",
		"7U-ABCD\tEFGH-JKMN-P",
		/* the other words */
		"7U-RESET",
		"7R-RESETS",
		"7R-RES",
		"RESET",
		"x7R-RESET",
	};
	static const char nul[] = "7U-ABCD-EFGH-JKMN-\0P";
	static const char broken[] = "7U-ABCD-EFGH-JKMN-P\xff";

	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
		check_say(!id7_code_form(typed[i], strlen(typed[i])), __FILE__,
			  __LINE__, typed[i]);
	CHECK(!id7_code_form(nul, sizeof nul - 1));
	CHECK(!id7_code_form(broken, sizeof broken - 1));
	CHECK(id7_code_form(broken, sizeof broken - 2));
}

/* Only `len` bytes are looked at, however many there are. */
static void
length_counts(void)
{
	static const char longer[] = "7U-ABCD-EFGH-JKMN-PQ";
	char dashes[ID7_AUTHTOK_NFC_MAX];

	CHECK(id7_code_form(longer, sizeof longer - 2));
	CHECK(!id7_code_form(longer, sizeof longer - 3));
	memset(dashes, '-', sizeof dashes);
	CHECK(!id7_code_form(dashes, sizeof dashes));
	memcpy(dashes + 1000, "7R-RESET", 8);
	CHECK(id7_code_form(dashes, sizeof dashes));
}

static enum id7_code_typed
parse(const char *typed)
{
	struct id7_code code;

	return id7_code_parse(typed, strlen(typed), &code);
}

/* Written down, so that no printed code ever becomes another one. */
static void
check_symbols(void)
{
	static const struct {
		struct id7_code code;
		const char *text;
	} known[] = {
		{{.kind = ID7_CODE_UNLOCK}, "7U-0000-0000-0000-P"},
		{{.kind = ID7_CODE_RESET}, "7R-0000-0000-0000-8"},
		{{.kind = ID7_CODE_CONFIRM}, "7C-0000-0000-0000-4"},
		{{.kind = ID7_CODE_VOID}, "7V-0000-0000-0000-9"},
		{{.kind = ID7_CODE_SAVED}, "7S-0000-0000-00000-D"},
		/* alpha is 2, alpha^5 is alpha^2 + 1: P (22) changes by these */
		{{.kind = ID7_CODE_UNLOCK, .symbol = {1}},
		 "7U-1000-0000-0000-M"},
		{{.kind = ID7_CODE_UNLOCK, .symbol = {0, 0, 0, 0, 1}},
		 "7U-0000-1000-0000-K"},
	};
	char text[ID7_CODE_TEXT_MAX];

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		id7_code_format(&known[i].code, text);
		CHECK_STR(text, known[i].text);
		CHECK_INT(parse(text), ID7_CODE_WELL_FORMED);
	}
}

static void
typed_as(void)
{
	struct id7_code code;

	CHECK_INT(parse("7R-RESET"), ID7_CODE_REQUEST);
	CHECK_INT(parse("７ｒ－ｒｅｓｅｔ"), ID7_CODE_REQUEST);
	CHECK_INT(parse("7U-0000-0000-0000-0"), ID7_CODE_SLIP);
	CHECK_INT(parse("7U-0000-0000-0000-$"), ID7_CODE_SLIP);
	CHECK_INT(parse("7U-0000-0000-0000-U"), ID7_CODE_SLIP);
	CHECK_INT(parse("7U-0000-0000-0000"), ID7_CODE_NO);
	CHECK_INT(parse("password"), ID7_CODE_NO);
	CHECK_INT(parse(""), ID7_CODE_NO);
	CHECK_INT(id7_code_parse("7u oooo oooo oooo p", 19, &code),
		  ID7_CODE_WELL_FORMED);
	CHECK_INT(code.kind, ID7_CODE_UNLOCK);
}

/* Every part changes what is hashed, but for the epoch of a saved code. */
static void
hashed(void)
{
	struct id7_code code = {ID7_CODE_RESET, {1, 2, 3}};
	const uint8_t id[ID7_ID_LEN] = {9}, other[ID7_ID_LEN] = {8};
	uint8_t a[ID7_CODE_HASHED_MAX], b[ID7_CODE_HASHED_MAX];
	size_t len = id7_code_hashed(&code, id, 5, a);

	CHECK_INT(len, 37);
	CHECK_INT(id7_code_hashed(&code, id, 5, b), len);
	CHECK_MEM(a, b, len);
	(void)id7_code_hashed(&code, id, 6, b);
	CHECK(memcmp(a, b, len) != 0);
	(void)id7_code_hashed(&code, other, 5, b);
	CHECK(memcmp(a, b, len) != 0);
	code.kind = ID7_CODE_UNLOCK;
	(void)id7_code_hashed(&code, id, 5, b);
	CHECK(memcmp(a, b, len) != 0);
	code.kind = ID7_CODE_RESET;
	code.symbol[11] = 1;
	(void)id7_code_hashed(&code, id, 5, b);
	CHECK(memcmp(a, b, len) != 0);
	code.kind = ID7_CODE_SAVED;
	CHECK_INT(id7_code_hashed(&code, id, 5, a), 38);
	CHECK_INT(id7_code_hashed(&code, id, 6, b), 38);
	CHECK_MEM(a, b, 38);
}

int
main(void)
{
	check_symbols();
	typed_as();
	hashed();
	codes();
	near_codes();
	length_counts();
	return check_done();
}
