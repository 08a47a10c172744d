/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mail message of a subject and a text: RFC 5322, 2045, 2047. */
#include "common/core/mime.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/core/escape.h"
#include "common/core/text.h"

#define LINE_BYTES 57 /* 76 characters of base64 */
#define WORD_BYTES                                                             \
	39 /* of UTF-8 in an encoded word: 64 characters with its marks */
#define DAY 86400

/* A message that grows; `full` once something did not fit. */
struct message {
	char *buf;
	size_t size;
	size_t len;
	bool full;
};

static void
put_bytes(struct message *m, const char *bytes, size_t len)
{
	if (m->full || len >= m->size - m->len) {
		m->full = true;
		return;
	}
	memcpy(m->buf + m->len, bytes, len);
	m->len += len;
	m->buf[m->len] = '\0';
}

static void __attribute__((format(printf, 2, 3)))
put_format(struct message *m, const char *format, ...)
{
	char line[2 * ID7_ADDRESS_MAX];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof line)
		m->full = true;
	else
		put_bytes(m, line, (size_t)len);
}

static void
put_base64(struct message *m, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	char four[4];

	for (size_t i = 0; i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		uint32_t v = (uint32_t)bytes[i] << 16 |
			     (n > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
			     (n > 2 ? bytes[i + 2] : 0);

		four[0] = digits[v >> 18];
		four[1] = digits[v >> 12 & 63];
		four[2] = '=';
		four[3] = '=';
		if (n > 1)
			four[2] = digits[v >> 6 & 63];
		if (n > 2)
			four[3] = digits[v & 63];
		put_bytes(m, four, sizeof four);
	}
}

/* Whole characters that fit one encoded word. */
static size_t
word_bytes(const char *s, size_t len)
{
	size_t used = 0;
	uint32_t cp;

	while (used < len) {
		size_t n = id7_utf8_decode(s + used, len - used, &cp);

		if (n == 0)
			n = 1;
		if (used + n > WORD_BYTES)
			break;
		used += n;
	}
	return used;
}

static void
put_subject(struct message *m, const char *subject)
{
	size_t left = strlen(subject);

	put_format(m, "Subject:");
	while (left > 0) {
		size_t n = word_bytes(subject, left);

		put_format(m, " =?UTF-8?B?");
		put_base64(m, (const uint8_t *)subject, n);
		put_format(m, "?=\n");
		subject += n;
		left -= n;
	}
}

/* The civil date of a count of days since 1970, by eras of 400 years that begin
 * in March. */
static void
civil_date(int64_t days, int64_t *ret_year, unsigned int *ret_month,
	   unsigned int *ret_day)
{
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	unsigned int day = (unsigned int)(shifted - era * 146097);
	unsigned int year =
		(day - day / 1460 + day / 36524 - day / 146096) / 365;
	unsigned int of_year = day - (365 * year + year / 4 - year / 100);
	unsigned int month = (5 * of_year + 2) / 153;

	*ret_day = of_year - (153 * month + 2) / 5 + 1;
	*ret_month = month < 10 ? month + 3 : month - 9;
	*ret_year = (int64_t)year + era * 400 + (*ret_month <= 2);
}

static void
put_date(struct message *m, int64_t wall)
{
	static const char days[7][4] = {"Thu", "Fri", "Sat", "Sun",
					"Mon", "Tue", "Wed"};
	static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr",
					   "May", "Jun", "Jul", "Aug",
					   "Sep", "Oct", "Nov", "Dec"};
	int64_t when = wall < 0 ? 0 : wall, year;
	unsigned int month, day;

	civil_date(when / DAY, &year, &month, &day);
	put_format(m, "Date: %s, %02u %s %lld %02d:%02d:%02d +0000\n",
		   days[when / DAY % 7], day, months[month - 1],
		   (long long)year, (int)(when % DAY / 3600),
		   (int)(when / 60 % 60), (int)(when % 60));
}

/* Base64 of the text with the line ends that a text has in mail. */
static void
put_text(struct message *m, const struct id7_letter *letter)
{
	uint8_t line[LINE_BYTES];
	size_t n = 0;
	bool returned = false;

	for (size_t i = 0; i < letter->len;) {
		bool newline = letter->text[i] == '\n';

		line[n++] =
			newline && !returned ? '\r' : (uint8_t)letter->text[i];
		returned = newline && !returned;
		i += !returned;
		if (n == sizeof line || i == letter->len) {
			put_base64(m, line, n);
			put_bytes(m, "\n", 1);
			n = 0;
		}
	}
	explicit_bzero(line, sizeof line);
}

static bool
head_ok(const struct id7_mime_head *head)
{
	static const char hex[] = "0123456789abcdef";
	char address[ID7_ADDRESS_MAX + 1];
	int len = snprintf(address, sizeof address, "x@%s", head->host);

	return id7_account_address_ok(head->from) &&
	       id7_account_address_ok(head->to) && len > 2 &&
	       (size_t)len < sizeof address &&
	       id7_account_address_ok(address) &&
	       strlen(head->id) == ID7_MESSAGE_ID_LEN &&
	       strspn(head->id, hex) == ID7_MESSAGE_ID_LEN;
}

enum id7_error
id7_mime_write(const struct id7_mime_head *head,
	       const struct id7_letter *letter, char *buf, size_t size,
	       size_t *ret_len)
{
	struct message m = {.buf = buf, .size = size};
	enum id7_lang lang =
		head->lang == ID7_LANG_SITE ? ID7_LANG_EN : head->lang;

	if (size == 0 || !head_ok(head))
		return ID7_INVALID;
	put_format(&m, "From: 7iD <%s>\n", head->from);
	put_format(&m, "To: <%s>\n", head->to);
	put_subject(&m, letter->subject);
	put_date(&m, head->wall);
	put_format(&m, "Message-ID: <%s@%s>\n", head->id, head->host);
	put_format(&m, "Auto-Submitted: auto-generated\n"
		       "X-Auto-Response-Suppress: All\n"
		       "MIME-Version: 1.0\n"
		       "Content-Type: text/plain; charset=UTF-8\n"
		       "Content-Transfer-Encoding: base64\n");
	put_format(&m, "Content-Language: %s\n\n", id7_lang_name(lang));
	put_text(&m, letter);
	if (m.full)
		return ID7_INVALID;
	*ret_len = m.len;
	return ID7_OK;
}
