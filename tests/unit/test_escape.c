/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Foreign bytes: what is UTF-8, what must not reach a terminal, how wide the rest is. */
#include <stdint.h>

#include "common/core/escape.h"
#include "tests/support/check.h"

struct bytes {
	const char *s;
	size_t len;
};
#define BYTES(text) { text, sizeof text - 1 }

static void
decode_valid(void)
{
	static const struct {
		struct bytes in;
		size_t len;
		uint32_t cp;
	} cases[] = {
		{ BYTES("A"), 1, 'A' },
		{ BYTES("\0"), 1, 0 },
		{ BYTES("\x7f"), 1, 0x7f },
		{ BYTES("\xc2\x80"), 2, 0x80 },
		{ BYTES("\xdf\xbf"), 2, 0x7ff },
		{ BYTES("\xe0\xa0\x80"), 3, 0x800 },
		{ BYTES("\xed\x9f\xbf"), 3, 0xd7ff },
		{ BYTES("\xee\x80\x80"), 3, 0xe000 },
		{ BYTES("\xef\xbf\xbf"), 3, 0xffff },
		{ BYTES("\xf0\x90\x80\x80"), 4, 0x10000 },
		{ BYTES("\xf4\x8f\xbf\xbf"), 4, 0x10ffff },
		{ BYTES("あい"), 3, 0x3042 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint32_t cp = 0xdead;

		CHECK_INT(id7_utf8_decode(cases[i].in.s, cases[i].in.len, &cp),
			  cases[i].len);
		CHECK_INT(cp, cases[i].cp);
	}
}

static const struct bytes invalid[] = {
	BYTES("\x80"),		   /* a continuation alone */
	BYTES("\xbf"),		   /* the last of them */
	BYTES("\xc0\x80"),	   /* NUL in two bytes */
	BYTES("\xc1\xbf"),	   /* DEL in two bytes */
	BYTES("\xc2"),		   /* cut off */
	BYTES("\xc2\x41"),	   /* a letter where a continuation belongs */
	BYTES("\xe0\x80\xaf"),	   /* '/' in three bytes */
	BYTES("\xe0\x9f\xbf"),	   /* U+07FF in three */
	BYTES("\xe3\x81"),	   /* cut off */
	BYTES("\xe3\x81\xc0"),	   /* a lead byte where a continuation belongs */
	BYTES("\xed\xa0\x80"),	   /* the first surrogate */
	BYTES("\xed\xbf\xbf"),	   /* the last one */
	BYTES("\xf0\x80\x80\x80"), /* NUL in four */
	BYTES("\xf0\x8f\xbf\xbf"), /* U+FFFF in four */
	BYTES("\xf4\x90\x80\x80"), /* U+110000 */
	BYTES("\xf5\x80\x80\x80"), /* far above */
	BYTES("\xf8\x88\x80\x80\x80"),
	BYTES("\xfe"),
	BYTES("\xff"),
};

static void
decode_invalid(void)
{
	for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
		uint32_t cp = 0;

		CHECK_INT(id7_utf8_decode(invalid[i].s, invalid[i].len, &cp),
			  0);
		CHECK_INT(id7_utf8_count(invalid[i].s, invalid[i].len),
			  SIZE_MAX);
	}
}

static size_t
encode(uint32_t cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

/* Every code point there is, and nothing that is cut short. */
static void
decode_everything(void)
{
	unsigned int wrong = 0, cut = 0, odd_width = 0;

	for (uint32_t cp = 0; cp < 0x110000; cp++) {
		char s[4];
		uint32_t got = 0;
		size_t len = encode(cp, s);
		bool surrogate = cp >= 0xd800 && cp <= 0xdfff;
		int width = id7_width_char(cp);

		wrong += id7_utf8_decode(s, len, &got) !=
			 (surrogate ? 0 : len);
		wrong += !surrogate && got != cp;
		cut += len > 1 && id7_utf8_decode(s, len - 1, &got) != 0;
		odd_width += width < 0 || width > 2;
		odd_width += !surrogate && cp >= 0x300 && cp < 0x370 &&
			     width != 0;
	}
	CHECK_INT(wrong, 0);
	CHECK_INT(cut, 0);
	CHECK_INT(odd_width, 0);
}

static void
count(void)
{
	CHECK_INT(id7_utf8_count("", 0), 0);
	CHECK_INT(id7_utf8_count("a\0b", 3), 3);
	CHECK_INT(id7_utf8_count("パスワード", 15), 5);
	CHECK_INT(id7_utf8_count("パスワード", 14), SIZE_MAX);
	CHECK_INT(id7_utf8_count("e\xcc\x81", 3), 2);
	CHECK_INT(id7_utf8_count("😀", 4), 1);
}

static void
escape_cases(void)
{
	static const struct {
		struct bytes in;
		const char *out;
	} cases[] = {
		{ BYTES(""), "" },
		{ BYTES("taro"), "taro" },
		{ BYTES("a b\"'<>&%$`"), "a b\"'<>&%$`" },
		{ BYTES("山田 太郎"), "山田 太郎" },
		{ BYTES("\\"), "\\u{5C}" },
		{ BYTES("a\nb\r\t"), "a\\u{A}b\\u{D}\\u{9}" },
		{ BYTES("x\0y"), "x\\u{0}y" },
		{ BYTES("\x1b[2J"), "\\u{1B}[2J" },
		{ BYTES("\x7f"), "\\u{7F}" },
		{ BYTES("\xc2\x9b" "31m"), "\\u{9B}31m" }, /* C1: CSI */
		{ BYTES("\xc2\xad"), "\\u{AD}" },	    /* soft hyphen */
		{ BYTES("\xe2\x80\x8b"), "\\u{200B}" },	    /* zero width */
		{ BYTES("\xe2\x80\x8d"), "\\u{200D}" },
		{ BYTES("\xe2\x80\x8e\xe2\x80\x8f"), "\\u{200E}\\u{200F}" },
		{ BYTES("\xe2\x80\xa8\xe2\x80\xa9"), "\\u{2028}\\u{2029}" },
		{ BYTES("\xe2\x80\xaa\xe2\x80\xae"), "\\u{202A}\\u{202E}" },
		{ BYTES("\xe2\x81\xa6\xe2\x81\xa9"), "\\u{2066}\\u{2069}" },
		{ BYTES("\xd8\x9c"), "\\u{61C}" }, /* Arabic letter mark */
		{ BYTES("\xef\xbb\xbf"), "\\u{FEFF}" },
		{ BYTES("\xe3\x85\xa4"), "\\u{3164}" }, /* Hangul filler */
		{ BYTES("\xef\xbe\xa0"), "\\u{FFA0}" },
		{ BYTES("\xef\xb8\x8f"), "\\u{FE0F}" }, /* variation */
		{ BYTES("\xf3\xa0\x81\x81"), "\\u{E0041}" }, /* a tag */
		{ BYTES("\xf3\xa0\x80\x80"), "\\u{E0000}" },
		{ BYTES("\xcd\x8f"), "\\u{34F}" },
		{ BYTES("\xff\xfe"), "\\xFF\\xFE" },
		{ BYTES("a\xe3\x81"), "a\\xE3\\x81" },
		{ BYTES("\xed\xa0\x80"), "\\xED\\xA0\\x80" },
		{ BYTES("\xc0\xaf"), "\\xC0\\xAF" },
		{ BYTES("שלום"), "שלום" }, /* letters stay, whatever their way */
		{ BYTES("e\xcc\x81"), "e\xcc\x81" },
		{ BYTES("\xc2\xa0\xe3\x80\x80"), "\xc2\xa0\xe3\x80\x80" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char buf[64];
		size_t len = id7_escape(cases[i].in.s, cases[i].in.len, buf,
					sizeof buf);

		CHECK_STR(buf, cases[i].out);
		CHECK_INT(len, strlen(cases[i].out));
	}
	for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
		char buf[64];

		id7_escape(invalid[i].s, invalid[i].len, buf, sizeof buf);
		CHECK(strncmp(buf, "\\x", 2) == 0);
		CHECK(id7_utf8_count(buf, strlen(buf)) == strlen(buf));
	}
}

static void
escape_cuts(void)
{
	static const struct {
		const char *in;
		size_t size;
		const char *out;
	} cases[] = {
		{ "1234567", 8, "1234567" },
		{ "12345678", 8, "1234..." },
		{ "あい", 8, "あい" },
		{ "あいう", 8, "あ..." },
		{ "あいう", 9, "あ..." },
		{ "あいう", 10, "あいう" },
		{ "ab\n\n", 8, "ab..." },
		{ "\n\n", 8, "..." },
		{ "\n", 8, "\\u{A}" },
		{ "1234\n", 10, "1234\\u{A}" },
		{ "1234\n", 9, "1234..." },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char buf[16];
		size_t len;

		memset(buf, '!', sizeof buf);
		len = id7_escape(cases[i].in, strlen(cases[i].in), buf,
				 cases[i].size);
		CHECK_STR(buf, cases[i].out);
		CHECK_INT(len, strlen(cases[i].out));
		CHECK_INT(buf[cases[i].size], '!');
	}
}

/* Whatever comes in, what goes out fits, ends, and can be printed on one line. */
static void
escape_is_safe(void)
{
	uint32_t state = 0x7d;

	for (int run = 0; run < 20000; run++) {
		char in[24], out[64];
		size_t size, len, at = 0;
		uint32_t cp = 0;

		for (size_t i = 0; i < sizeof in; i++) {
			state = state * 1664525 + 1013904223;
			in[i] = (char)(state >> 24);
		}
		size = 8 + (state >> 8) % (sizeof out - 8);
		out[size] = '!';
		len = id7_escape(in, sizeof in, out, size);
		if (len >= size || out[len] != '\0' || out[size] != '!')
			CHECK_FAIL("a result within its buffer");
		while (at < len) {
			size_t n = id7_utf8_decode(out + at, len - at, &cp);

			if (n == 0 || id7_escape_hidden(cp))
				CHECK_FAIL("nothing hidden in a result");
			at += n == 0 ? 1 : n;
		}
	}
	CHECK(state != 0);
}

static void
width(void)
{
	static const struct {
		const char *s;
		size_t width;
	} cases[] = {
		{ "", 0 },
		{ "taro", 4 },
		{ "日本語", 6 },
		{ "ｶﾅ", 2 },	 /* half-width kana */
		{ "ＡＢ", 4 },	 /* full-width letters */
		{ "\xe3\x80\x80", 2 }, /* ideographic space */
		{ "e\xcc\x81", 1 },
		{ "か\xe3\x82\x99", 2 }, /* a dakuten that combines */
		{ "ｶ\xef\xbe\x9e", 2 },  /* one that does not */
		{ "😀", 2 },
		{ "\xf0\xa0\xae\xb7", 2 }, /* U+20BB7 */
		{ "한", 2 },
		{ "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 2 }, /* in three parts */
		{ "a\xe2\x80\x8b" "b", 2 },
		{ "a\xc2\xad" "b", 2 },
		{ "\xe2\x80\xae" "a", 1 },
		{ "é", 1 },
		{ "a\n", 1 },
		{ "\xff\xfe", 2 },
		{ "\xe3\x81", 2 },
		{ "（。、）", 8 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		CHECK_INT(id7_width(cases[i].s), cases[i].width);
	CHECK_INT(id7_width_char(0x110000), 0);
	CHECK_INT(id7_width_char(UINT32_MAX), 0);
}

int
main(void)
{
	decode_valid();
	decode_invalid();
	decode_everything();
	count();
	escape_cases();
	escape_cuts();
	escape_is_safe();
	width();
	return check_done();
}
