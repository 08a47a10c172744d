/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON of people: arrays and lines, what is refused and where, and every
 * changed byte. */
#include <stdlib.h>

#include "admin/jsonrow.h"
#include "admin/person.h"
#include "tests/support/check.h"

static struct source source;
static struct row row;
static struct jsonrow json;

static enum row_result
start(const char *text, size_t len)
{
	source_start(&source, -1, text, len);
	return jsonrow_start(&json, &source, person_columns, &row);
}

static enum row_result
next(void)
{
	return jsonrow_read(&json, &row);
}

static const char *
at(const char *column)
{
	const char *value =
		row.value[column_find(person_columns, column, strlen(column))];

	return value != NULL ? value : "";
}

static void
lines(void)
{
	static const char text[] =
		"\xef\xbb\xbf{\"name\":\"alice\",\"disabled\":true}\r\n"
		"\n"
		" { \"name\" : \"b\\u006fb\" , \"email1\":null, "
		"\"lang\":\"\"} \n"
		"{}\n"
		"{\"name\":\"c\\\"\\\\\\/\\u00e9\\ud83d\\ude00\"}";

	CHECK_INT(start(text, sizeof text - 1), ROW_GIVEN);
	CHECK_INT(next(), ROW_GIVEN);
	CHECK_STR(at("name"), "alice");
	CHECK_STR(at("disabled"), "true");
	CHECK_INT(next(), ROW_GIVEN);
	CHECK_INT(row.line, 3);
	CHECK_STR(at("name"), "bob");
	CHECK_STR(at("email1"), "");
	CHECK_INT(next(), ROW_GIVEN);
	CHECK_STR(at("name"), "");
	CHECK_INT(next(), ROW_GIVEN);
	CHECK_STR(at("name"), "c\"\\/\xc3\xa9\xf0\x9f\x98\x80");
	CHECK_INT(next(), ROW_END);
}

static void
arrays(void)
{
	static const char text[] = "[\n {\"name\":\"alice\"},\n\n {\n"
				   "\"name\":\n\"bob\"}]\n";

	CHECK_INT(start(text, sizeof text - 1), ROW_GIVEN);
	CHECK_INT(next(), ROW_GIVEN);
	CHECK_INT(row.line, 2);
	CHECK_STR(at("name"), "alice");
	CHECK_INT(next(), ROW_GIVEN);
	CHECK_INT(row.line, 4);
	CHECK_STR(at("name"), "bob");
	CHECK_INT(next(), ROW_END);
	CHECK_INT(start(" [ ] ", 5), ROW_GIVEN);
	CHECK_INT(next(), ROW_END);
	CHECK_INT(start("", 0), ROW_BROKEN);
	CHECK_INT(start(" \n", 2), ROW_BROKEN);
}

/* Of an array nothing can be read after what is no JSON. */
static void
broken_arrays(void)
{
	static const char *const texts[] = {
		"[",
		"[{\"name\":\"a\"}",
		"[{\"name\":\"a\"},]",
		"[{\"name\":\"a\"}{\"name\":\"b\"}]",
		"[,{\"name\":\"a\"}]",
		"[{\"name\":\"a\"}]x",
		"[{\"name\":\"a\"}][]",
		"[[]]",
		"[1]",
		"[{\"name\":\"a\"",
		"[{\"name\":\"a\"]",
		"[{\"name\":1}]",
		"[{\"name\":{}}]",
		"[{\"name\":[\"a\"]}]",
		"[{\"nobody\":\"a\"}]",
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		enum row_result result;
		int rows = 0;

		CHECK_INT(start(texts[i], strlen(texts[i])), ROW_GIVEN);
		while ((result = next()) == ROW_GIVEN && rows < 3)
			rows++;
		if (result != ROW_BROKEN)
			fprintf(stderr, "%s\n", texts[i]);
		CHECK_INT(result, ROW_BROKEN);
		CHECK(row.reason != NULL);
	}
}

static void
refused_lines(void)
{
	static const char *const texts[] = {
		"x",
		"\"a\"",
		"null",
		"{",
		"{\"name\"}",
		"{\"name\":}",
		"{\"name\":\"a\",}",
		"{,}",
		"{name:\"a\"}",
		"{'name':'a'}",
		"{\"name\":\"a\"} {\"name\":\"b\"}",
		"{\"name\":\"a\"}x",
		"{\"name\":\"a\" \"lang\":\"ja\"}",
		"{\"name\":\"a\",\"name\":\"b\"}",
		"{\"name\":true}",
		"{\"name\":12}",
		"{\"disabled\":\"true\"}",
		"{\"disabled\":True}",
		"{\"disabled\":nul}",
		"{\"name\":\"a\\x\"}",
		"{\"name\":\"a\\u12g4\"}",
		"{\"name\":\"\\ud800\"}",
		"{\"name\":\"\\ud800\\u0041\"}",
		"{\"name\":\"\\udc00\"}",
		"{\"name\":\"\\u0000\"}",
		"{\"name\":\"a\\n\"}",
		"{\"name\":\"a\tb\"}",
		"{\"name\":\"\xff\"}",
		"{\"name\":\"\xc0\xaf\"}",
		"{\"name\":\"a",
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		char text[200];
		int n = snprintf(text, sizeof text,
				 "{\"name\":\"z\"}\n%s\n{\"name\":\"bob\"}\n",
				 texts[i]);

		CHECK_INT(start(text, (size_t)n), ROW_GIVEN);
		CHECK_INT(next(), ROW_GIVEN);
		if (next() != ROW_REFUSED)
			CHECK_FAIL(texts[i]);
		CHECK_INT(row.line, 2);
		CHECK(row.reason != NULL);
		CHECK_INT(next(), ROW_GIVEN);
		CHECK_INT(row.line, 3);
		CHECK_STR(at("name"), "bob");
		CHECK_INT(next(), ROW_END);
	}
	CHECK_INT(start("{\"password\":\"x\"}\n{}\n", 20), ROW_GIVEN);
	CHECK_INT(next(), ROW_BROKEN);
	CHECK_STR(row.column, "password");
}

static void
long_text(void)
{
	static char text[2 * ROW_BYTES_MAX + 50];
	size_t len = sizeof text - 20;

	memset(text, 'a', sizeof text);
	memcpy(text, "{\"name\":\"", 9);
	memcpy(text + len, "\"}\n{}\n", 6);
	CHECK_INT(start(text, len + 6), ROW_GIVEN);
	CHECK_INT(next(), ROW_REFUSED);
	CHECK_INT(next(), ROW_GIVEN);
	CHECK_INT(row.line, 2);
	CHECK_INT(next(), ROW_END);
}

static void
read_out(const char *text, size_t len)
{
	enum row_result result = ROW_GIVEN;
	int rows = 0;

	if (start(text, len) != ROW_GIVEN)
		return;
	for (; result != ROW_END && result != ROW_BROKEN && rows < 9; rows++) {
		result = next();
		for (int c = 0; result == ROW_GIVEN && c < ROW_COLUMNS_MAX; c++)
			CHECK(row.value[c] == NULL ||
			      strpbrk(row.value[c], "\r\n\t\x01\x7f") == NULL);
	}
	CHECK(rows <= 5);
}

/* Whatever one byte becomes, and wherever the file ends. */
static void
mutations(void)
{
	static const char *const texts[] = {
		"[{\"name\":\"a\\u00e9\",\"disabled\":true},{\"lang\":null}]",
		"{\"name\":\"a\\ud83d\\ude00\",\"disabled\":false}\n"
		"{\"lang\":null}\n",
	};

	for (size_t t = 0; t < 2; t++) {
		size_t len = strlen(texts[t]);

		for (size_t i = 0; i < len * 257; i++) {
			size_t cut = i % 257 == 256 ? i / 257 : len;
			char *copy = malloc(cut + 1);

			memcpy(copy, texts[t], cut);
			if (cut == len)
				copy[i / 257] = (char)(i % 257);
			read_out(copy, cut);
			free(copy);
		}
	}
}

int
main(void)
{
	lines();
	arrays();
	broken_arrays();
	refused_lines();
	long_text();
	mutations();
	return check_done();
}
