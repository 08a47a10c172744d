/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes: in all the ways that people type one, and as they are printed. */
#include "common/core/code.h"

#include <string.h>

#include "common/core/authtok.h"
#include "common/core/bytes.h"
#include "common/core/escape.h"

#define PREFIX 2
#define SYMBOLS_TOP (PREFIX + ID7_CODE_SYMBOLS_SAVED + 1)

/* Crockford's, without I, L, O and U. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const char kinds[] = "URCVS";

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

static enum id7_code_kind
kind_of(char letter)
{
	return (enum id7_code_kind)(strchr(kinds, letter) - kinds);
}

static size_t
data_symbols(enum id7_code_kind kind)
{
	return kind == ID7_CODE_SAVED ? ID7_CODE_SYMBOLS_SAVED
				      : ID7_CODE_SYMBOLS;
}

static bool
is_request(const char symbol[SYMBOLS_TOP + 1])
{
	return strcmp(symbol, "7RRESET") == 0;
}

static bool
is_code(const char symbol[SYMBOLS_TOP + 1], size_t count)
{
	size_t data;

	if (count < PREFIX || symbol[0] != '7' || symbol[1] == '\0' ||
	    strchr(kinds, symbol[1]) == NULL)
		return false;
	if (is_request(symbol))
		return true;
	data = data_symbols(kind_of(symbol[1]));
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

/* Times alpha in GF(32), by x^5 + x^2 + 1. */
static uint8_t
times_alpha(uint8_t value)
{
	return (uint8_t)((value << 1 ^ (value & 16 ? 0x25 : 0)) & 31);
}

/*
 * The sum of alpha^(i+1) * symbol[i], the kind's letter as the last symbol. The
 * weights, with that of the check symbol itself (1), are nonzero and all
 * different: so a wrong symbol changes the sum, and so does any exchange of
 * two.
 */
static uint8_t
check_symbol(const struct id7_code *code)
{
	/* Of U, which is no symbol, that of Z. */
	static const uint8_t of_kind[] = {31, 24, 12, 27, 25};
	uint8_t sum = times_alpha(of_kind[code->kind]);

	for (size_t i = data_symbols(code->kind); i-- > 0;)
		sum = times_alpha((uint8_t)(sum ^ code->symbol[i]));
	return sum;
}

/* Of a data or check symbol that was typed; 32 for one that no code has. */
static uint8_t
value_of(char c)
{
	const char *at;

	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	at = strchr(alphabet, c);
	return at != NULL ? (uint8_t)(at - alphabet) : 32;
}

enum id7_code_typed
id7_code_parse(const char *typed, size_t len, struct id7_code *ret_code)
{
	char symbol[SYMBOLS_TOP + 1];
	struct id7_code code = {0};
	size_t i, data, count = collect(typed, len, symbol);
	enum id7_code_typed what = ID7_CODE_NO;

	if (is_code(symbol, count)) {
		code.kind = kind_of(symbol[1]);
		data = data_symbols(code.kind);
		what = ID7_CODE_REQUEST;
		if (!is_request(symbol)) {
			for (i = 0; i < data; i++)
				code.symbol[i] = value_of(symbol[PREFIX + i]);
			what = value_of(symbol[PREFIX + data]) ==
					       check_symbol(&code)
				       ? ID7_CODE_WELL_FORMED
				       : ID7_CODE_SLIP;
		}
	}
	if (what == ID7_CODE_SLIP)
		*ret_code = (struct id7_code){.kind = code.kind};
	if (what == ID7_CODE_WELL_FORMED)
		*ret_code = code;
	explicit_bzero(symbol, sizeof symbol);
	explicit_bzero(&code, sizeof code);
	return what;
}

void
id7_code_format(const struct id7_code *code, char buf[ID7_CODE_TEXT_MAX])
{
	size_t data = data_symbols(code->kind);
	char *out = buf;

	*out++ = '7';
	*out++ = kinds[code->kind];
	for (size_t i = 0; i < data; i++) {
		if (i % 4 == 0 && i < ID7_CODE_SYMBOLS)
			*out++ = '-';
		*out++ = alphabet[code->symbol[i] & 31];
	}
	*out++ = '-';
	*out++ = alphabet[check_symbol(code)];
	*out = '\0';
}

size_t
id7_code_hashed(const struct id7_code *code, const uint8_t id[ID7_ID_LEN],
		uint64_t epoch, uint8_t out[ID7_CODE_HASHED_MAX])
{
	size_t data = data_symbols(code->kind);

	out[0] = (uint8_t)code->kind;
	memcpy(out + 1, id, ID7_ID_LEN);
	id7_bytes_put64(out + 1 + ID7_ID_LEN,
			code->kind == ID7_CODE_SAVED ? 0 : epoch);
	memcpy(out + 1 + ID7_ID_LEN + 8, code->symbol, data);
	return 1 + ID7_ID_LEN + 8 + data;
}

const char *
id7_code_kind_name(enum id7_code_kind kind)
{
	switch (kind) {
	case ID7_CODE_UNLOCK:
		return "unlock";
	case ID7_CODE_RESET:
		return "reset";
	case ID7_CODE_CONFIRM:
		return "confirm";
	case ID7_CODE_VOID:
		return "void";
	case ID7_CODE_SAVED:
		return "saved";
	}
	return "";
}
