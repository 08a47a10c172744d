/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a moment as a person writes it. */
#include "admin/when.h"

#include <string.h>
#include <time.h>

#define RELATIVE_MAX (100LL * 366 * 86400)

/* Reads exactly `digits` digits. */
static bool
number(const char **p, int digits, int *ret)
{
	int n = 0;

	for (int i = 0; i < digits; i++, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		n = n * 10 + (**p - '0');
	}
	*ret = n;
	return true;
}

static bool
literal(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static bool
date_exists(int year, int month, int day)
{
	static const int days[] = {31, 28, 31, 30, 31, 30,
				   31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (year < 1970 || year > 2999 || month < 1 || month > 12 || day < 1)
		return false;
	return day <= days[month - 1] + (month == 2 && leap);
}

static bool
read_date(const char **p, struct tm *tm)
{
	int year, month, day;

	if (!number(p, 4, &year) || !literal(p, '-') || !number(p, 2, &month) ||
	    !literal(p, '-') || !number(p, 2, &day) ||
	    !date_exists(year, month, day))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	return true;
}

/* hh:mm, and :ss when it follows; a leap second is the next one. */
static bool
read_clock(const char **p, bool seconds, struct tm *tm)
{
	if (!number(p, 2, &tm->tm_hour) || !literal(p, ':') ||
	    !number(p, 2, &tm->tm_min))
		return false;
	if (literal(p, ':')) {
		if (!number(p, 2, &tm->tm_sec))
			return false;
	} else if (seconds) {
		return false;
	}
	return tm->tm_hour <= 23 && tm->tm_min <= 59 && tm->tm_sec <= 60;
}

static bool
skip_fraction(const char **p)
{
	if (!literal(p, '.'))
		return true;
	if (**p < '0' || **p > '9')
		return false;
	while (**p >= '0' && **p <= '9')
		(*p)++;
	return true;
}

static bool
read_zone(const char **p, int64_t *ret_offset)
{
	int hour, minute, sign = **p == '-' ? -1 : 1;

	if (literal(p, 'Z') || literal(p, 'z')) {
		*ret_offset = 0;
		return true;
	}
	if (**p != '+' && **p != '-')
		return false;
	(*p)++;
	if (!number(p, 2, &hour) || !literal(p, ':') ||
	    !number(p, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*ret_offset = sign * (hour * 3600 + minute * 60);
	return true;
}

static bool
read_absolute(const char *p, int64_t *ret_wall)
{
	struct tm tm = {.tm_isdst = -1};
	int64_t offset = 0;

	if (!read_date(&p, &tm))
		return false;
	if (*p == 'T' || *p == 't') {
		p++;
		if (!read_clock(&p, true, &tm) || !skip_fraction(&p) ||
		    !read_zone(&p, &offset) || *p != '\0')
			return false;
		*ret_wall = (int64_t)timegm(&tm) - offset;
		return true;
	}
	if (*p == ' ') {
		p++;
		if (!read_clock(&p, false, &tm))
			return false;
	}
	if (*p != '\0')
		return false;
	*ret_wall = (int64_t)mktime(&tm);
	return true;
}

static int64_t
unit_seconds(char unit)
{
	switch (unit) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	case 'w':
		return 7 * 86400;
	}
	return 0;
}

static bool
read_relative(const char *p, int64_t now, bool back, int64_t *ret_wall)
{
	int64_t n = 0, unit;

	if (*p == '+' || *p == '-')
		back = *p++ == '-';
	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (*p - '0');
		if (n > RELATIVE_MAX)
			return false;
	}
	unit = unit_seconds(*p);
	if (unit == 0 || p[1] != '\0' || n > RELATIVE_MAX / unit)
		return false;
	*ret_wall = back ? now - n * unit : now + n * unit;
	return true;
}

bool
when_parse(const char *text, int64_t now, bool back, int64_t *ret_wall)
{
	if (strlen(text) >= 5 && text[4] == '-')
		return read_absolute(text, ret_wall);
	return read_relative(text, now, back, ret_wall);
}

bool
when_span(const char *text, int64_t *ret_sec)
{
	return *text >= '0' && *text <= '9' &&
	       read_relative(text, 0, false, ret_sec);
}
