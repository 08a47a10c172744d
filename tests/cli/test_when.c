/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moments as people write them. */
#include <stdlib.h>
#include <time.h>

#include "admin/when.h"
#include "tests/support/check.h"

#define NOW 1795000000 /* 2026-11-18T11:06:40Z */

struct when {
	const char *text;
	int64_t wall;
};

static const struct when read_in_tokyo[] = {
	{"2026-11-22T08:12:40Z", 1795335160},
	{"2026-11-22t08:12:40z", 1795335160},
	{"2026-11-22T17:12:40+09:00", 1795335160},
	{"2026-11-22T03:12:40.999-05:00", 1795335160},
	{"2026-11-22 17:12:40", 1795335160},
	{"2026-11-22 17:12", 1795335120},
	{"2026-11-22", 1795273200},
	{"2024-02-29T00:00:00Z", 1709164800},
	{"1970-01-01T00:00:01Z", 1},
	{"2999-12-31T23:59:59Z", 32503679999},
	{"2026-12-31T23:59:60Z", 1798761600},
	{"+30m", NOW + 1800},
	{"-2h", NOW - 7200},
	{"3d", NOW + 3 * 86400},
	{"45s", NOW + 45},
	{"1w", NOW + 7 * 86400},
	{"+0s", NOW},
};

static const char *const refused[] = {
	"",
	"now",
	"tomorrow",
	"30",
	"m",
	"+",
	"-",
	"+m",
	"+-3m",
	"3y",
	"3dd",
	"3d ",
	" 3d",
	"99999999999999999999d",
	"36601d",
	"2026",
	"2026-11",
	"2026-11-",
	"2026-11-2",
	"2026-13-01",
	"2026-00-10",
	"2026-02-29",
	"2100-02-29",
	"2026-04-31",
	"1969-12-31",
	"3000-01-01",
	"2026-11-22 ",
	"2026-11-22 8:12",
	"2026-11-22 08",
	"2026-11-22 24:00",
	"2026-11-22 08:60",
	"2026-11-22 08:12:61",
	"2026-11-22 08:12:40Z",
	"2026-11-22T08:12:40",
	"2026-11-22T08:12Z",
	"2026-11-22T08:12:40.Z",
	"2026-11-22T08:12:40+9:00",
	"2026-11-22T08:12:40+0900",
	"2026-11-22T08:12:40+24:00",
	"2026-11-22T08:12:40ZZ",
	"2026/11/22",
};

static void
reads(void)
{
	for (size_t i = 0; i < sizeof read_in_tokyo / sizeof *read_in_tokyo;
	     i++) {
		const struct when *when = &read_in_tokyo[i];
		int64_t wall = -1;

		check_say(when_parse(when->text, NOW, false, &wall), __FILE__,
			  __LINE__, when->text);
		check_say(wall == when->wall, __FILE__, __LINE__, when->text);
	}
}

static void
refuses(void)
{
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		int64_t wall = -1;

		check_say(!when_parse(refused[i], NOW, false, &wall), __FILE__,
			  __LINE__, refused[i]);
		CHECK_INT(wall, -1);
	}
}

static void
goes_back(void)
{
	int64_t wall;

	CHECK(when_parse("3d", NOW, true, &wall));
	CHECK_INT(wall, NOW - 3 * 86400);
	CHECK(when_parse("+3d", NOW, true, &wall));
	CHECK_INT(wall, NOW + 3 * 86400);
	CHECK(when_parse("2026-11-22T08:12:40Z", NOW, true, &wall));
	CHECK_INT(wall, 1795335160);
}

static void
reads_spans(void)
{
	static const char *const bad[] = {"", "30", "-5m", "+5m", "5 m",
					  "m",	"5y", "2026-11-22"};
	int64_t sec = 7;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK(!when_span(bad[i], &sec));
	CHECK_INT(sec, 7);
	CHECK(when_span("90s", &sec));
	CHECK_INT(sec, 90);
	CHECK(when_span("2d", &sec));
	CHECK_INT(sec, 2 * 86400);
}

int
main(void)
{
	setenv("TZ", "JST-9", 1);
	tzset();
	reads();
	refuses();
	goes_back();
	reads_spans();
	return check_done();
}
