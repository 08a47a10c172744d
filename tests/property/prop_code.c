/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The check symbol against every slip it must see, and codes in every disguise.
 */
#include <ctype.h>

#include "common/core/authtok.h"
#include "common/core/code.h"
#include "tests/support/check.h"
#include "tests/support/random.h"

#define CODES 200 /* of each kind */
#define STRANGERS 200000

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const char letters[] = "URCVS";

static struct id7_code
some_code(struct random *random, enum id7_code_kind kind)
{
	struct id7_code code = {.kind = kind};
	size_t data = kind == ID7_CODE_SAVED ? ID7_CODE_SYMBOLS_SAVED
					     : ID7_CODE_SYMBOLS;

	for (size_t i = 0; i < data; i++)
		code.symbol[i] = (uint8_t)random_below(random, 32);
	return code;
}

static enum id7_code_typed
parse(const char *text, struct id7_code *ret_code)
{
	return id7_code_parse(text, strlen(text), ret_code);
}

/* Whether the text is taken for a code that its check symbol holds good. */
static bool
passes(const char *text)
{
	struct id7_code code;

	return parse(text, &code) == ID7_CODE_WELL_FORMED;
}

static unsigned int
single_slips(const char *text)
{
	char typed[ID7_CODE_TEXT_MAX];
	unsigned int passed = 0;

	for (size_t i = 3; text[i] != '\0'; i++) {
		for (size_t v = 0; text[i] != '-' && v < 32; v++) {
			strcpy(typed, text);
			typed[i] = alphabet[v];
			passed += typed[i] != text[i] && passes(typed);
		}
	}
	return passed;
}

/* Any two symbols, not only neighbours; with the letter of the kind, too. */
static unsigned int
exchanges(const char *text)
{
	char typed[ID7_CODE_TEXT_MAX];
	unsigned int passed = 0;

	for (size_t i = 1; text[i] != '\0'; i++) {
		for (size_t k = i + 1; text[k] != '\0'; k++) {
			if (text[i] == text[k] || text[i] == '-' ||
			    text[k] == '-')
				continue;
			strcpy(typed, text);
			typed[i] = text[k];
			typed[k] = text[i];
			passed += passes(typed);
		}
	}
	return passed;
}

static unsigned int
other_kinds(const char *text)
{
	char typed[ID7_CODE_TEXT_MAX];
	unsigned int passed = 0;

	strcpy(typed, text);
	for (size_t i = 0; letters[i] != '\0'; i++) {
		typed[1] = letters[i];
		passed += letters[i] != text[1] && passes(typed);
	}
	return passed;
}

static const char *
some_filler(struct random *random)
{
	static const char *const fillers[] = {
		"",	  "",	    "-",      " ",	"\u2010",
		"\u2011", "\u2012", "\u2013", "\u2014", "\u2212",
		"\uff0d", "\u30fc", "\uff70", "\u3000"};

	return fillers[random_below(random,
				    sizeof fillers / sizeof fillers[0])];
}

/* As somebody might type it from paper. */
static void
disguise(struct random *random, const char *text, char *out)
{
	for (; *text != '\0'; text++) {
		char c = *text;

		out += sprintf(out, "%s", some_filler(random));
		if (c == '-')
			continue;
		if (c == '0' && random_once_in(random, 2))
			c = 'O';
		if (c == '1' && random_once_in(random, 2))
			c = random_once_in(random, 2) ? 'I' : 'L';
		if (random_once_in(random, 2))
			c = (char)tolower(c);
		if (random_once_in(random, 2)) {
			*out++ = (char)0xef; /* U+FF01.. */
			*out++ = (char)(0xbc + (c >= 0x60));
			*out++ = (char)(0x80 + (c - 0x20) % 64);
		} else {
			*out++ = c;
		}
		*out = '\0';
	}
}

static void
one_code(struct random *random, const struct id7_code *code)
{
	char text[ID7_CODE_TEXT_MAX], typed[512];
	struct id7_code back;

	memset(&back, 0xff, sizeof back);
	id7_code_format(code, text);
	CHECK(id7_code_form(text, strlen(text)));
	CHECK_INT(parse(text, &back), ID7_CODE_WELL_FORMED);
	CHECK_INT(back.kind, code->kind);
	CHECK_MEM(back.symbol, code->symbol, sizeof back.symbol);
	CHECK_INT(single_slips(text), 0);
	CHECK_INT(exchanges(text), 0);
	CHECK_INT(other_kinds(text), 0);
	for (int i = 0; i < 20; i++) {
		disguise(random, text, typed);
		memset(&back, 0xff, sizeof back);
		CHECK_INT(parse(typed, &back), ID7_CODE_WELL_FORMED);
		CHECK_INT(back.kind, code->kind);
		CHECK_MEM(back.symbol, code->symbol, sizeof back.symbol);
	}
}

/* What was never given passes one time in 32. */
static void
strangers(struct random *random)
{
	unsigned int passed = 0;
	struct id7_code code;
	char text[ID7_CODE_TEXT_MAX];

	for (int i = 0; i < STRANGERS; i++) {
		code = some_code(random, random_below(random, 5));
		id7_code_format(&code, text);
		text[strlen(text) - 1] = alphabet[random_below(random, 32)];
		passed += passes(text);
	}
	printf("%u of %d random codes pass the check symbol\n", passed,
	       STRANGERS);
	CHECK(passed > STRANGERS / 40 && passed < STRANGERS / 26);
}

int
main(void)
{
	struct random random = random_begin();

	for (unsigned int kind = 0; kind <= ID7_CODE_SAVED; kind++) {
		for (int i = 0; i < CODES; i++) {
			struct id7_code code =
				some_code(&random, (enum id7_code_kind)kind);

			one_code(&random, &code);
		}
	}
	strangers(&random);
	if (check_failed > 0)
		random_confess(&random);
	return check_done();
}
