/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form of a code, in all the ways that people type one. */
#include <string.h>

#include "common/core/authtok.h"
#include "common/core/escape.h"

#define SYMBOLS 12	 /* 60 bits in Crockford's base32 */
#define SYMBOLS_SAVED 13 /* 65 bits */
#define PREFIX 2
#define SYMBOLS_TOP (PREFIX + SYMBOLS_SAVED + 1)

/* What stands between the groups of a code: any dash, any blank. */
static bool
is_filler(uint32_t cp)
{
	static const uint32_t filler[] = {
		' ',	'-',	0xa0,	0xad,	0x58a,	0x5be,	0x1680,
		0x180e, 0x200b, 0x202f, 0x2043, 0x205f, 0x2060, 0x2212,
		0x2e3a, 0x2e3b, 0x3000, 0x30a0, 0x30fc, 0xfe31, 0xfe32,
		0xfe58, 0xfe63, 0xfeff, 0xff0d, 0xff70,
	};

	if (cp >= 0x2000 && cp <= 0x200a)
		return true;
	if (cp >= 0x2010 && cp <= 0x2015)
		return true;
	for (size_t i = 0; i < sizeof filler / sizeof filler[0]; i++) {
		if (cp == filler[i])
			return true;
	}
	return false;
}

/* Half-width and upper case; 0 for what cannot stand in a code. */
static char
fold_symbol(uint32_t cp)
{
	if (cp >= 0xff01 && cp <= 0xff5e)
		cp -= 0xff01 - 0x21;
	if (cp == 0x301c) /* what Japanese keyboards give for a wide '~' */
		cp = '~';
	if (cp >= 'a' && cp <= 'z')
		cp -= 'a' - 'A';
	return cp > 0x20 && cp < 0x7f ? (char)cp : 0;
}

static bool
is_data_symbol(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z' && c != 'U');
}

static bool
is_check_symbol(char c)
{
	return is_data_symbol(c) || (c != '\0' && strchr("*~$=U", c) != NULL);
}

/* The symbols of `typed` without what stands between them; 0 if it is no code.
 */
static size_t
collect(const char *typed, size_t len, char symbol[SYMBOLS_TOP + 1])
{
	size_t count = 0;
	uint32_t cp;

	while (len > 0) {
		size_t n = id7_utf8_decode(typed, len, &cp);

		if (n == 0)
			return 0;
		typed += n;
		len -= n;
		if (is_filler(cp))
			continue;
		if (count == SYMBOLS_TOP)
			return 0;
		symbol[count] = fold_symbol(cp);
		if (symbol[count++] == 0)
			return 0;
	}
	symbol[count] = '\0';
	return count;
}

static bool
is_code(const char symbol[SYMBOLS_TOP + 1], size_t count)
{
	size_t data;

	if (count < PREFIX || symbol[0] != '7' ||
	    strchr("URCVS", symbol[1]) == NULL)
		return false;
	if (strcmp(symbol, "7RRESET") == 0)
		return true;
	data = symbol[1] == 'S' ? SYMBOLS_SAVED : SYMBOLS;
	if (count != PREFIX + data + 1)
		return false;
	for (size_t i = PREFIX; i < count - 1; i++) {
		if (!is_data_symbol(symbol[i]))
			return false;
	}
	return is_check_symbol(symbol[count - 1]);
}

bool
id7_code_form(const char *typed, size_t len)
{
	char symbol[SYMBOLS_TOP + 1];
	size_t count = collect(typed, len, symbol);
	bool code = is_code(symbol, count);

	explicit_bzero(symbol, sizeof symbol);
	return code;
}
