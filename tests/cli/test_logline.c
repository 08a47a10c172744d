/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of the log, whole, torn and foreign. */
#include "admin/logline.h"
#include "common/effects/journal.h"
#include "tests/support/check.h"

static bool
parse(const char *text, struct logline *line)
{
	return logline_parse(text, strlen(text), line);
}

static void
reads_what_is_written(void)
{
	const struct id7_entry entry = {
		.wall = 1795335160,
		.event = "login",
		.user = "a\"\\\n\x1b\xe2\x80\xae\xf3\xa0\x80\x81"
			"b",
		.rhost = "\xe3\x81\x82",
		.failures = 3,
		.locked_now = true,
		.uid = -1,
		.pid = 7,
	};
	char text[ID7_ENTRY_MAX];
	size_t len = id7_journal_render(&entry, text, sizeof text);
	struct logline line;

	CHECK(logline_parse(text, len - 1, &line));
	CHECK_STR(logline_get(&line, "event"), "login");
	CHECK_STR(logline_get(&line, "user"), entry.user);
	CHECK_STR(logline_get(&line, "rhost"), entry.rhost);
	CHECK_STR(logline_get(&line, "failures"), "3");
	CHECK_STR(logline_get(&line, "locked_now"), "true");
	CHECK_STR(logline_get(&line, "service"), "");
	CHECK_INT(logline_time(&line), 1795335160);
	/* A torn line is one at every length but the last. */
	for (size_t cut = 0; cut + 1 < len; cut++)
		CHECK(!logline_parse(text, cut, &line));
}

static void
refuses_others(void)
{
	static const char *const bad[] = {
		"",
		"{}",
		"x",
		"[1]",
		"{\"a\":}",
		"{\"a\":1",
		"{\"a\":1}x",
		"{\"a\" :1}",
		"{\"a\":{}}",
		"{\"a\":[1]}",
		"{\"a\":\"\\x\"}",
		"{\"a\":\"\\u12\"}",
		"{\"a\":\"\\ud800\"}",
		"{\"a\":\"\\ud800\\u0041\"}",
		"{\"a\":\"\n\"}",
		"{\"a\":bad!}",
	};
	struct logline line;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		check_say(!parse(bad[i], &line), __FILE__, __LINE__, bad[i]);
}

/* Room for every value and no more: long ones are cut at a character. */
static void
stays_within_its_room(void)
{
	char text[4096] = "{\"a\":\"x";
	struct logline line;

	for (int i = 0; i < 400; i++)
		strcat(text, "\\u3042");
	strcat(text, "\",\"b\":1}");
	CHECK(parse(text, &line));
	CHECK_INT(strlen(logline_get(&line, "a")) % 3, 1);
	CHECK(strlen(logline_get(&line, "a")) < LOGLINE_VALUE_MAX);
	CHECK_STR(logline_get(&line, "b"), "1");
	strcpy(text, "{\"n0\":0");
	for (int i = 1; i < 40; i++)
		snprintf(text + strlen(text), 16, ",\"n%d\":%d", i, i);
	strcat(text, "}");
	CHECK(parse(text, &line));
	CHECK_INT(line.fields, LOGLINE_FIELDS);
	CHECK_STR(logline_get(&line, "n23"), "23");
	CHECK_STR(logline_get(&line, "n24"), "");
}

int
main(void)
{
	reads_what_is_written();
	refuses_others();
	stays_within_its_room();
	return check_done();
}
