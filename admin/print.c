/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people read: colour, wrapping, times and durations. */
#include "admin/print.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/core/escape.h"
#include "common/core/text.h"

struct safe
safe_text(const char *foreign)
{
	struct safe safe;

	id7_escape(foreign, strlen(foreign), safe.s, sizeof safe.s);
	return safe;
}

static const char *
tint_code(enum tint tint)
{
	switch (tint) {
	case TINT_NONE:
		return "";
	case TINT_GOOD:
		return "\033[32m";
	case TINT_WARN:
		return "\033[33m";
	case TINT_BAD:
		return "\033[31m";
	case TINT_STRONG:
		return "\033[1m";
	}
	return "";
}

void
print_tint(FILE *out, bool on, enum tint tint, const char *text)
{
	if (on && tint != TINT_NONE)
		fprintf(out, "%s%s\033[0m", tint_code(tint), text);
	else
		fputs(text, out);
}

void
print_blanks(FILE *out, size_t count)
{
	while (count-- > 0)
		fputc(' ', out);
}

/* Marks that must not begin a line in Japanese. */
static bool
closing_mark(uint32_t cp)
{
	switch (cp) {
	case 0x3001: /* 、 */
	case 0x3002: /* 。 */
	case 0x300d: /* 」 */
	case 0x300f: /* 』 */
	case 0xff09: /* ） */
	case 0xff01: /* ！ */
	case 0xff1f: /* ？ */
	case 0xff1a: /* ： */
	case 0x30fc: /* ー */
	case 0x3063: /* っ */
	case 0x30e3: /* ャ */
	case 0x30e5: /* ュ */
	case 0x30e7: /* ョ */
	case 0x30c3: /* ッ */
		return true;
	}
	return false;
}

static bool
opening_mark(uint32_t cp)
{
	return cp == 0xff08 || cp == 0x300c || cp == 0x300e;
}

/* Whether a line may end between two neighbouring characters. */
static bool
may_break(uint32_t before, uint32_t after)
{
	if (after == ' ')
		return true;
	if (closing_mark(after) || opening_mark(before) || before == ' ')
		return before == ' ' && !closing_mark(after);
	return id7_width_char(before) == 2 && id7_width_char(after) == 2;
}

/* Bytes of `text` that fit into `room` columns, up to a place to break. */
static size_t
fitting(const char *text, size_t room)
{
	size_t len = strlen(text), at = 0, best = 0, width = 0;
	uint32_t before = 0;

	while (at < len) {
		uint32_t cp = 0;
		size_t n = id7_utf8_decode(text + at, len - at, &cp);

		if (at > 0 && may_break(before, cp))
			best = at;
		width += n == 0 ? 1 : (size_t)id7_width_char(cp);
		n = n == 0 ? 1 : n;
		if (width > room && best > 0)
			return best;
		before = cp;
		at += n;
	}
	return len;
}

void
print_wrapped(FILE *out, size_t at, size_t indent, size_t columns,
	      const char *text)
{
	size_t room = columns > at + 20 ? columns - at : 20;

	for (;;) {
		size_t n = fitting(text, room), shown = n;

		while (shown > 0 && text[shown - 1] == ' ')
			shown--;
		fwrite(text, 1, shown, out);
		fputc('\n', out);
		text += n;
		text += strspn(text, " ");
		if (*text == '\0')
			return;
		print_blanks(out, indent);
		room = columns > indent + 20 ? columns - indent : 20;
	}
}

static struct moment
format_time(int64_t wall, const char *format)
{
	time_t t = (time_t)wall;
	struct moment moment = {"-"};
	struct tm tm;

	if (wall != 0 && localtime_r(&t, &tm) != NULL)
		strftime(moment.s, sizeof moment.s, format, &tm);
	return moment;
}

bool
print_secret(const void *bytes, size_t len)
{
	const char *p = bytes;

	if (fflush(stdout) != 0)
		return false;
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

struct moment
print_time(int64_t wall)
{
	return format_time(wall, "%Y-%m-%d %H:%M:%S %Z");
}

struct moment
print_minute(int64_t wall)
{
	return format_time(wall, "%Y-%m-%d %H:%M");
}

/* Rounded up, so that nobody comes back a little too early. */
/* `both` when there is something of the smaller unit, else `large`. */
static void
two_units(const struct ctl *ctl, int more, int less, const char *both,
	  const char *large, struct moment *ret_span)
{
	if (less != 0)
		snprintf(ret_span->s, sizeof ret_span->s,
			 id7_text(ctl->lang, both), more, less);
	else
		snprintf(ret_span->s, sizeof ret_span->s,
			 id7_text(ctl->lang, large), more);
}

struct moment
print_span(const struct ctl *ctl, int64_t seconds)
{
	struct moment span;
	int64_t minutes = (seconds + 59) / 60, hours = (seconds + 3599) / 3600;

	if (seconds < 0)
		seconds = minutes = hours = 0;
	if (seconds < 60)
		snprintf(span.s, sizeof span.s, id7_text(ctl->lang, "%d s"),
			 (int)seconds);
	else if (minutes < 60)
		snprintf(span.s, sizeof span.s, id7_text(ctl->lang, "%d min"),
			 (int)minutes);
	else if (minutes < 48 * 60)
		two_units(ctl, (int)(minutes / 60), (int)(minutes % 60),
			  ID7_N("%d h %d min"), ID7_N("%d h"), &span);
	else
		two_units(ctl, (int)(hours / 24), (int)(hours % 24),
			  ID7_N("%d d %d h"), ID7_N("%d d"), &span);
	return span;
}

struct moment
print_size(uint64_t bytes)
{
	static const char *const unit[] = {"bytes", "KiB", "MiB", "GiB"};
	struct moment size;
	uint64_t scale = 1;
	size_t u = 0;

	while (u < 3 && bytes / scale >= 1024) {
		scale *= 1024;
		u++;
	}
	if (bytes % scale == 0)
		snprintf(size.s, sizeof size.s, "%" PRIu64 " %s", bytes / scale,
			 unit[u]);
	else
		snprintf(size.s, sizeof size.s, "%.1f %s",
			 (double)bytes / (double)scale, unit[u]);
	return size;
}
