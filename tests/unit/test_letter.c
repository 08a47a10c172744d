/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Templates: fields, sections, what is refused and where, values that must not
 * break out. */
#include "common/core/letter.h"

#include "tests/support/check.h"

#define HEAD "Subject: s\n\n"

static struct id7_letter letter;
static struct id7_letter_problem problem;

static enum id7_error
fill(enum id7_notice notice, const char *text,
     const struct id7_letter_values *values)
{
	return id7_letter_fill(notice, text, strlen(text), values, &letter,
			       &problem);
}

static void
test_fields(void)
{
	static const struct id7_letter_values values = {
		.value = {[ID7_FIELD_NAME] = "alice",
			  [ID7_FIELD_HOST] = "h1",
			  [ID7_FIELD_CODE] = "7U-1",
			  [ID7_FIELD_COUNT] = "5"}};

	CHECK_INT(fill(ID7_NOTICE_LOCK, HEAD "Hello {name}, {{x} {count}\n",
		       &values),
		  ID7_OK);
	CHECK_STR(letter.subject, "s");
	CHECK_STR(letter.text, "Hello alice, {x} 5\n");
	CHECK_INT(fill(ID7_NOTICE_LOCK,
		       HEAD "a{?code} {code}{/code}{!code}none{/code}{?wait}x"
			    "{/wait}\n",
		       &values),
		  ID7_OK);
	CHECK_STR(letter.text, "a 7U-1\n");
	CHECK_INT(fill(ID7_NOTICE_LOCK,
		       HEAD "a\n{?until}\nb {?code}{code}{/code}\n{/until}"
			    "{!until}c{?code}d{/code}{/until}\nlast",
		       &values),
		  ID7_OK);
	CHECK_STR(letter.text, "a\ncd\nlast\n");
	/* Comments, blanks before the subject, \r\n. */
	CHECK_INT(fill(ID7_NOTICE_LOCK,
		       "# a\r\n# b\r\nSubject:   two words\r\n\r\nx\r\n\r\ny",
		       &values),
		  ID7_OK);
	CHECK_STR(letter.subject, "two words");
	CHECK_STR(letter.text, "x\n\ny\n");
}

static void
test_refused(void)
{
	static const struct {
		const char *text, *what;
		uint32_t line;
	} cases[] = {
		{"Hello\n", "", 1},
		{"", "", 1},
		{"Subject: \n\nx\n", "", 1},
		{"Subject: s\nx\n", "", 2},
		{"Subject: s\n", "", 2},
		{"Subject: s\n\n", "", 3},
		{"Subject: s {name}\n\nx\n", "", 1},
		{"# c\nSubject: s\n\n\n{nobody}\n", "{nobody}", 5},
		{HEAD "{address_old}\n", "{address_old}", 3},
		{HEAD "{services}\n", "{services}", 3},
		{HEAD "{}\n", "{}", 3},
		{HEAD "{name\n}\n", "{name", 3},
		{HEAD "{?}\n", "{?}", 3},
		{HEAD "{?code}\nx\n", "", 5},
		{HEAD "x\n{/code}\n", "{/code}", 4},
		{HEAD "{?code}{?wait}{/code}{/wait}\n", "{/code}", 3},
		{HEAD "{?code}{?code}{?code}{?code}{?code}\n", "{?code}", 3},
		{HEAD "x\n\xff\n", "", 4},
		{HEAD "x\033[2J\n", "", 3},
		{HEAD "x\xc2\x85\n", "", 3},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		CHECK_INT(fill(ID7_NOTICE_LOCK, cases[i].text, NULL),
			  ID7_INVALID);
		CHECK_INT(problem.line, cases[i].line);
		CHECK_STR(problem.what, cases[i].what);
		CHECK(problem.reason != NULL && *problem.reason != '\0');
	}
	CHECK_INT(id7_letter_fill(ID7_NOTICE_LOCK, "Subject: a\n\nx\0y\n", 16,
				  NULL, &letter, &problem),
		  ID7_INVALID);
}

/* A mistake in a section that is not shown is one all the same. */
static void
test_hidden_mistake(void)
{
	CHECK_INT(fill(ID7_NOTICE_LOCK, HEAD "{!code}{x}{/code}\n", NULL),
		  ID7_INVALID);
	CHECK_INT(fill(ID7_NOTICE_LOCK, HEAD "{?code}{x}{/code}\n", NULL),
		  ID7_INVALID);
}

static void
test_too_long(void)
{
	static char big[ID7_TEMPLATE_MAX + 2] = HEAD;
	static char names[20000];
	struct id7_letter_values values = {
		.value = {[ID7_FIELD_NAMES] = names}};

	memset(big + strlen(HEAD), 'x', sizeof big - 1 - strlen(HEAD));
	CHECK_INT(fill(ID7_NOTICE_LOCK, big, NULL), ID7_INVALID);
	CHECK_INT(problem.line, 0);
	big[ID7_TEMPLATE_MAX] = '\0';
	CHECK_INT(fill(ID7_NOTICE_LOCK, big, NULL), ID7_OK);
	for (size_t i = 0; i + 1 < sizeof names; i++)
		names[i] = i % 10 == 9 ? '\n' : 'n';
	CHECK_INT(fill(ID7_NOTICE_FOUND, HEAD "{names}\n", &values),
		  ID7_INVALID);
	names[60] = '\0';
	CHECK_INT(fill(ID7_NOTICE_FOUND, HEAD "{names}\n", &values), ID7_OK);
	CHECK_INT(letter.len, 61);
}

/* Whatever a value holds, it is one line without controls and without marks. */
static void
test_values_stay_inside(void)
{
	static const char *const evil[] = {
		"x\r\nBcc: eve@example.org\r\n\r\nhello",
		"x\n.\nMAIL FROM:<eve@example.org>",
		"\033]0;owned\007",
		"{code}{?void}",
		"\xe2\x80\xae txt.exe",
		"\xff\xfe",
		"\xe2\x80\xa8line",
	};
	struct id7_letter_values values = {.value = {[ID7_FIELD_CODE] = "7U"}};
	char longer[3000];

	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	for (size_t i = 0; i < sizeof evil / sizeof evil[0]; i++) {
		values.value[ID7_FIELD_SOURCE] = evil[i];
		CHECK_INT(fill(ID7_NOTICE_LOCK, HEAD "<{source}>\n", &values),
			  ID7_OK);
		CHECK(letter.len == strlen(letter.text));
		CHECK_INT(strcspn(letter.text, "\n"), letter.len - 1);
		CHECK(strpbrk(letter.text, "\r\033\007\xff") == NULL);
		CHECK(strstr(letter.text, "\xe2\x80") == NULL);
	}
	values.value[ID7_FIELD_SOURCE] = "{code}";
	CHECK_INT(fill(ID7_NOTICE_LOCK, HEAD "{source}\n", &values), ID7_OK);
	CHECK_STR(letter.text, "{code}\n");
	values.value[ID7_FIELD_SOURCE] = longer;
	CHECK_INT(fill(ID7_NOTICE_LOCK, HEAD "{source}\n", &values), ID7_OK);
	CHECK(letter.len <= ID7_LETTER_VALUE_MAX + 1);
}

/* What is compiled in can be used, says the same fields in both languages, and
 * has a line for what must never be missing. */
static void
test_builtin(void)
{
	static const enum id7_lang langs[] = {ID7_LANG_EN, ID7_LANG_JA};

	for (size_t n = 0; n < ID7_NOTICES; n++) {
		enum id7_notice notice = (enum id7_notice)n;

		for (size_t l = 0; l < 2; l++) {
			struct id7_template t =
				id7_letter_builtin(notice, langs[l]);

			CHECK_INT(strlen(t.text), t.len);
			if (id7_letter_fill(notice, t.text, t.len, NULL,
					    &letter, &problem) != ID7_OK) {
				fprintf(stderr, "%s line %u: %s %s\n",
					id7_notice_name(notice), problem.line,
					problem.reason, problem.what);
				CHECK_FAIL("a built-in template that works");
			}
			CHECK(strstr(t.text, "{contact}") != NULL);
			CHECK(strstr(t.text, "{host}") != NULL);
		}
	}
	CHECK(id7_letter_builtin(ID7_NOTICE_LOCK, ID7_LANG_SITE).text ==
	      id7_letter_builtin(ID7_NOTICE_LOCK, ID7_LANG_EN).text);
}

/* Every template with every pair of fields empty and full fills. */
static void
test_builtin_values(void)
{
	struct id7_letter_values values;

	for (unsigned int mask = 0; mask < 1u << 12; mask++) {
		for (size_t n = 0; n < ID7_NOTICES; n++) {
			enum id7_notice notice = (enum id7_notice)n;
			struct id7_template t = id7_letter_builtin(
				notice, mask & 1 ? ID7_LANG_JA : ID7_LANG_EN);

			for (size_t f = 0; f < ID7_FIELDS; f++)
				values.value[f] =
					mask >> (f % 12) & 1 ? "value" : NULL;
			values.value[ID7_FIELD_NAMES] = "alice\nbob";
			if (id7_letter_fill(notice, t.text, t.len, &values,
					    &letter, &problem) != ID7_OK ||
			    strchr(letter.text, '{') != NULL ||
			    strstr(letter.text, "\n\n\n\n") != NULL)
				CHECK_FAIL(id7_notice_name(notice));
		}
	}
}

int
main(void)
{
	test_fields();
	test_refused();
	test_hidden_mistake();
	test_too_long();
	test_values_stay_inside();
	test_builtin();
	test_builtin_values();
	return check_done();
}
