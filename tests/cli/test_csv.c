/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV: what is taken, what is refused and where, and that no changed byte is
 * read as something else. */
#include <stdlib.h>

#include "admin/csv.h"
#include "admin/person.h"
#include "tests/support/check.h"

static struct source source;
static struct row row;
static struct csv csv;

static enum row_result
start(const char *text, size_t len)
{
	source_start(&source, -1, text, len);
	return csv_start(&csv, &source, person_columns, &row);
}

static const char *
at(const char *column)
{
	const char *value =
		row.value[column_find(person_columns, column, strlen(column))];

	return value != NULL ? value : "";
}

static void
good(void)
{
	static const char text[] = "\xef\xbb\xbf"
				   "name,\"email1\",must_change,lang\r\n"
				   "alice,a@example.org,true,ja\n"
				   "\"bob\",\"b,\"\"x\"\"\",,\r\n"
				   "carol,,false,\"\"";

	CHECK_INT(start(text, sizeof text - 1), ROW_GIVEN);
	CHECK_INT(csv_read(&csv, &row), ROW_GIVEN);
	CHECK_INT(row.line, 2);
	CHECK_STR(at("name"), "alice");
	CHECK_STR(at("must_change"), "true");
	CHECK_STR(at("lang"), "ja");
	CHECK_INT(csv_read(&csv, &row), ROW_GIVEN);
	CHECK_STR(at("name"), "bob");
	CHECK_STR(at("email1"), "b,\"x\"");
	CHECK_STR(at("must_change"), "");
	CHECK_INT(csv_read(&csv, &row), ROW_GIVEN);
	CHECK_INT(row.line, 4);
	CHECK_STR(at("name"), "carol");
	CHECK_STR(at("must_change"), "false");
	CHECK_INT(csv_read(&csv, &row), ROW_END);
	CHECK_INT(csv_read(&csv, &row), ROW_END);
}

static void
headers(void)
{
	static const char *const broken[] = {
		"",	    "\n",	  "name,password\n", "name,name\n",
		"name,\n",  "Name\n",	  "name ,lang\n",    "\"name\n",
		"na\"me\n", "name\xff\n", "name\r",	     "name\tlang\n",
		" name\n",
	};

	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		CHECK_INT(start(broken[i], strlen(broken[i])), ROW_BROKEN);
		CHECK(row.reason != NULL);
	}
	CHECK_INT(start("name,password\n", 14), ROW_BROKEN);
	CHECK_STR(row.column, "password");
}

/* A wrong line is refused, and the one after it is read. */
static void
refused(void)
{
	static const char *const lines[] = {
		"alice",
		"alice,a,b",
		"\"alice,a",
		"al\"ice,a",
		"\"alice\"x,a",
		"alice,\"a",
		"alice,a\x01",
		"alice\t,a",
		"alice,a\x7f",
		"alice,\xc3",
		"al\rice,a",
		"alice,a\r",
		"alice,\xed\xa0\x80",
		"\"a\"\"",
		"",
	};

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		char text[200];
		int n = snprintf(text, sizeof text, "name,email1\n%s\nbob,b\n",
				 lines[i]);

		CHECK_INT(start(text, (size_t)n), ROW_GIVEN);
		/* A CR before the end is the end's. */
		CHECK_INT(csv_read(&csv, &row),
			  strcmp(lines[i], "alice,a\r") == 0 ? ROW_GIVEN
							     : ROW_REFUSED);
		CHECK_INT(row.line, 2);
		CHECK_INT(csv_read(&csv, &row), ROW_GIVEN);
		CHECK_STR(at("name"), "bob");
		CHECK_INT(row.line, 3);
	}
	CHECK_INT(start("name,disabled\na,yes\nb,TRUE\n", 28), ROW_GIVEN);
	CHECK_INT(csv_read(&csv, &row), ROW_REFUSED);
	CHECK_STR(row.column, "disabled");
	CHECK_INT(csv_read(&csv, &row), ROW_REFUSED);
}

static void
long_line(void)
{
	static char text[3 * ROW_BYTES_MAX];
	size_t head = strlen("name\n");

	memset(text, 'a', sizeof text);
	memcpy(text, "name\n", head);
	text[head + ROW_BYTES_MAX - 1] = '\n';
	text[head + 2 * ROW_BYTES_MAX] = '\n';
	CHECK_INT(start(text, head + 2 * ROW_BYTES_MAX + 2), ROW_GIVEN);
	CHECK_INT(csv_read(&csv, &row), ROW_GIVEN);
	CHECK_INT(strlen(at("name")), ROW_BYTES_MAX - 1);
	CHECK_INT(csv_read(&csv, &row), ROW_REFUSED);
	CHECK_INT(csv_read(&csv, &row), ROW_GIVEN);
	CHECK_STR(at("name"), "a");
	CHECK_INT(csv_read(&csv, &row), ROW_END);
}

/* Whatever one byte becomes, values stay inside the row and are clean text. */
static void
mutations(void)
{
	static const char text[] = "name,email1,lang\r\n"
				   "alice,\"a,\"\"b\",ja\r\n"
				   "bob,,\n";
	size_t len = sizeof text - 1;

	for (size_t i = 0; i < len * 256; i++) {
		char *copy = malloc(len);
		int rows = 0;

		memcpy(copy, text, len);
		copy[i / 256] = (char)(i % 256);
		if (start(copy, len) == ROW_GIVEN)
			while (csv_read(&csv, &row) != ROW_END && rows < 9) {
				rows++;
				for (int c = 0; c < ROW_COLUMNS_MAX; c++) {
					const char *v = row.value[c];

					if (v == NULL)
						continue;
					CHECK(*v != '\0' &&
					      strpbrk(v, "\r\n\t\x01\x7f") ==
						      NULL);
				}
			}
		CHECK(rows <= 3);
		free(copy);
	}
	for (size_t cut = 0; cut < len; cut++) {
		char *copy = malloc(cut + 1);

		memcpy(copy, text, cut);
		if (start(copy, cut) == ROW_GIVEN)
			while (csv_read(&csv, &row) != ROW_END)
				CHECK(row.line <= 3);
		free(copy);
	}
}

int
main(void)
{
	good();
	headers();
	refused();
	long_line();
	mutations();
	return check_done();
}
