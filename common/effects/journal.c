/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log: one JSON object a line for each attempt and each administrative act.
 */
#include "common/effects/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/escape.h"
#include "common/effects/file.h"
#include "common/effects/scope.h"

#define FILE_NAME "log.jsonl"
#define STRINGS 13		 /* fields of struct id7_entry that are texts */
#define KEY_MAX 16		 /* ,"reference":"" */
#define PIECE_SIZE 16		 /* one character in its longest form */
#define FIXED_MAX 288		 /* version, time, numbers, the kind of a code, braces */
#define LAST_SECOND 253402300799 /* 9999-12-31T23:59:59Z */
#define DAY 86400

_Static_assert(STRINGS *(KEY_MAX + ID7_ENTRY_TEXT_MAX) + FIXED_MAX <=
		       ID7_ENTRY_MAX,
	       "every text fits however long the others are");

/* A line that grows; what the assertion above has let slip is left out. */
struct line {
	char *buf;
	size_t size;
	size_t len;
};

static void
put_bytes(struct line *line, const char *bytes, size_t len)
{
	if (len >= line->size - line->len)
		return;
	memcpy(line->buf + line->len, bytes, len);
	line->len += len;
	line->buf[line->len] = '\0';
}

static void __attribute__((format(printf, 2, 3)))
put_format(struct line *line, const char *format, ...)
{
	char text[FIXED_MAX];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (len > 0 && (size_t)len < sizeof text)
		put_bytes(line, text, (size_t)len);
}

/*
 * Hidden characters leave as JSON's own escapes, so that the file is inert on a
 * terminal and a reader of JSON still gets what came in.
 */
static size_t
hidden(uint32_t cp, char ret_piece[PIECE_SIZE])
{
	uint32_t above = cp - 0x10000;
	int len;

	if (cp < 0x10000)
		len = snprintf(ret_piece, PIECE_SIZE, "\\u%04x", cp);
	else
		len = snprintf(ret_piece, PIECE_SIZE, "\\u%04x\\u%04x",
			       0xd800 + (above >> 10),
			       0xdc00 + (above & 0x3ff));
	return (size_t)len;
}

/* Takes one character or bad byte of `s`; returns the bytes taken. */
static size_t
escape_one(const char *s, size_t len, char ret_piece[PIECE_SIZE],
	   size_t *ret_piece_len)
{
	uint32_t cp = 0;
	size_t n = id7_utf8_decode(s, len, &cp);

	if (n == 0) {
		*ret_piece_len =
			(size_t)snprintf(ret_piece, PIECE_SIZE, "\\\\x%02X",
					 (unsigned int)(uint8_t)s[0]);
		return 1;
	}
	if (cp == '"' || cp == '\\') {
		ret_piece[0] = '\\';
		ret_piece[1] = (char)cp;
		*ret_piece_len = 2;
	} else if (id7_escape_hidden(cp)) {
		*ret_piece_len = hidden(cp, ret_piece);
	} else {
		memcpy(ret_piece, s, n);
		*ret_piece_len = n;
	}
	return n;
}

static void
put_text(struct line *line, const char *key, const char *text)
{
	static const char dots[] = "...";
	char value[ID7_ENTRY_TEXT_MAX + 1], piece[PIECE_SIZE];
	size_t used = 0, fits_dots = 0, piece_len, left;

	if (text == NULL)
		return;
	for (left = strlen(text); left > 0;) {
		size_t n = escape_one(text, left, piece, &piece_len);

		if (used + piece_len > ID7_ENTRY_TEXT_MAX) {
			memcpy(value + fits_dots, dots, sizeof dots - 1);
			used = fits_dots + sizeof dots - 1;
			break;
		}
		memcpy(value + used, piece, piece_len);
		used += piece_len;
		if (used + sizeof dots - 1 <= ID7_ENTRY_TEXT_MAX)
			fits_dots = used;
		text += n;
		left -= n;
	}
	value[used] = '\0';
	put_format(line, ",\"%s\":\"", key);
	put_bytes(line, value, used);
	put_bytes(line, "\"", 1);
}

static void
put_number(struct line *line, const char *key, int64_t number)
{
	if (number >= 0)
		put_format(line, ",\"%s\":%lld", key, (long long)number);
}

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Not gmtime_r: its first call in a process reads the host's time zone. */
static void
put_time(struct line *line, int64_t wall)
{
	static const uint8_t month_days[] = {31, 28, 31, 30, 31, 30,
					     31, 31, 30, 31, 30, 31};
	int64_t when = wall < 0 ? 0 : wall > LAST_SECOND ? LAST_SECOND : wall;
	int days = (int)(when / DAY), second = (int)(when % DAY);
	int year = 1970, month = 0, length;

	for (; days >= (length = is_leap(year) ? 366 : 365); year++)
		days -= length;
	for (;; month++) {
		length = month_days[month] + (month == 1 && is_leap(year));
		if (days < length)
			break;
		days -= length;
	}
	put_format(line, ",\"time\":\"%04d-%02d-%02dT%02d:%02d:%02dZ\"", year,
		   month + 1, days + 1, second / 3600, second / 60 % 60,
		   second % 60);
}

size_t
id7_journal_render(const struct id7_entry *entry, char *buf, size_t size)
{
	struct line line = {.buf = buf, .size = size};

	put_format(&line, "{\"v\":1");
	put_time(&line, entry->wall);
	put_text(&line, "event", entry->event);
	put_text(&line, "verdict", entry->verdict);
	put_text(&line, "reason", entry->reason);
	put_text(&line, "user", entry->user);
	put_text(&line, "service", entry->service);
	put_text(&line, "rhost", entry->rhost);
	put_text(&line, "tty", entry->tty);
	put_text(&line, "lane", entry->lane);
	put_text(&line, "reference", entry->reference);
	put_text(&line, "code", entry->code);
	put_text(&line, "checked", entry->checked);
	put_number(&line, "failures", entry->failures);
	if (entry->locked_now)
		put_format(&line, ",\"locked_now\":true");
	put_text(&line, "actor", entry->actor);
	put_text(&line, "note", entry->note);
	put_number(&line, "uid", entry->uid);
	put_number(&line, "pid", entry->pid);
	put_format(&line, "}\n");
	return line.len;
}

/* A write cut short by a full disk must not spoil the next line too. */
static bool
ends_in_a_line(int fd, off_t size)
{
	char last = '\n';

	return size == 0 || pread(fd, &last, 1, size - 1) != 1 || last == '\n';
}

/* A write over the limit that whoever started us has set would kill the host.
 */
static bool
within_limit(off_t size, size_t len)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) != 0 ||
	    limit.rlim_cur == RLIM_INFINITY ||
	    (uint64_t)size + len <= limit.rlim_cur)
		return true;
	errno = EFBIG;
	return false;
}

static ssize_t
write_once(int fd, const char *bytes, size_t len)
{
	ssize_t n;

	do
		n = write(fd, bytes, len);
	while (n < 0 && errno == EINTR);
	return n;
}

enum id7_error
id7_journal_append(const char *log_dir, const struct id7_entry *entry,
		   struct id7_fault *ret_fault)
{
	auto_fd dirfd = -1;
	auto_fd fd = -1;
	char text[1 + ID7_ENTRY_MAX] = "\n";
	size_t len = id7_journal_render(entry, text + 1, sizeof text - 1);
	const char *from;
	struct stat st;
	ssize_t n;
	enum id7_error error = id7_dir_make(log_dir, 0700, &dirfd, ret_fault);

	if (error == ID7_OK)
		error = id7_file_open(dirfd, log_dir, FILE_NAME,
				      O_RDWR | O_APPEND | O_CREAT, 0600, &fd,
				      ret_fault);
	if (error != ID7_OK)
		return error;
	if (fstat(fd, &st) != 0)
		return id7_fault_errno(ret_fault, log_dir, FILE_NAME);
	from = ends_in_a_line(fd, st.st_size) ? text + 1 : text;
	len += from == text;
	if (!within_limit(st.st_size, len))
		return id7_fault_errno(ret_fault, log_dir, FILE_NAME);
	n = write_once(fd, from, len);
	if (n == (ssize_t)len)
		return ID7_OK;
	if (n >= 0)
		errno = ENOSPC;
	return id7_fault_errno(ret_fault, log_dir, FILE_NAME);
}
