/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl log: attempts and acts, for people or as the lines stand. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "admin/ctl.h"
#include "admin/logline.h"
#include "admin/print.h"
#include "common/core/escape.h"
#include "common/effects/journal.h"
#include "common/effects/scope.h"

#define LINE_ROOM (2 * ID7_ENTRY_MAX)
#define FOLLOW_NS 250000000

/* What is read, and how far. The buffer holds the beginning of a line. */
struct reader {
	struct ctl *ctl;
	const char *user; /* NULL: everybody */
	int64_t since;
	int fd;
	char line[LINE_ROOM];
	size_t len;
	bool skipping; /* in a line that is longer than any of ours */
	unsigned long unreadable;
};

static enum tint
verdict_tint(const char *verdict)
{
	if (strcmp(verdict, "allow") == 0 || strcmp(verdict, "done") == 0)
		return TINT_GOOD;
	if (strcmp(verdict, "deny") == 0)
		return TINT_WARN;
	if (strcmp(verdict, "error") == 0)
		return TINT_BAD;
	return TINT_NONE;
}

/* What a line says after its verdict, field by field. */
struct pieces {
	size_t count;
	char piece[12][600];
};

static void
add(struct pieces *pieces, const char *format, const char *value)
{
	if (*value != '\0')
		snprintf(pieces->piece[pieces->count++],
			 sizeof pieces->piece[0], format, safe_text(value).s);
}

static void
take_apart(const struct ctl *ctl, const struct logline *line,
	   struct pieces *pieces)
{
	const char *reason = logline_get(line, "reason");
	const char *failures = logline_get(line, "failures");

	pieces->count = 0;
	add(pieces, "%s", logline_get(line, "user"));
	add(pieces, "%s", strcmp(reason, "right") != 0 ? reason : "");
	add(pieces, "%s", logline_get(line, "service"));
	add(pieces, TEXT(ctl, ID7_N("from %s")), logline_get(line, "rhost"));
	add(pieces, TEXT(ctl, ID7_N("on %s")), logline_get(line, "tty"));
	add(pieces, TEXT(ctl, ID7_N("lane %s")),
	    strcmp(logline_get(line, "lane"), "remote") != 0
		    ? logline_get(line, "lane")
		    : "");
	add(pieces, TEXT(ctl, ID7_N("failures: %s")),
	    strcmp(failures, "0") != 0 ? failures : "");
	if (strcmp(logline_get(line, "locked_now"), "true") == 0)
		add(pieces, "%s", TEXT(ctl, ID7_N("LOCKED OUT")));
	add(pieces, TEXT(ctl, ID7_N("by %s")), logline_get(line, "actor"));
	add(pieces, "\"%s\"", logline_get(line, "note"));
	add(pieces, TEXT(ctl, ID7_N("ref %s")), logline_get(line, "reference"));
}

/* A field is never broken: a reference is there to be copied. */
static void
print_line(const struct ctl *ctl, const struct logline *line)
{
	struct moment when = print_time(logline_time(line));
	struct safe event = safe_text(logline_get(line, "event"));
	struct safe verdict = safe_text(logline_get(line, "verdict"));
	size_t indent = id7_width(when.s) + 2;
	size_t at = indent + id7_width(event.s) + 1 + id7_width(verdict.s);
	struct pieces pieces;

	take_apart(ctl, line, &pieces);
	printf("%s  %s ", when.s, event.s);
	print_tint(stdout, ctl->tint_out, verdict_tint(verdict.s), verdict.s);
	for (size_t i = 0; i < pieces.count; i++) {
		size_t width = id7_width(pieces.piece[i]);

		if (at + 2 + width > PRINT_COLUMNS && at > indent) {
			fputc('\n', stdout);
			print_blanks(stdout, indent);
			at = indent + width;
		} else {
			fputs("  ", stdout);
			at += 2 + width;
		}
		fputs(pieces.piece[i], stdout);
	}
	fputc('\n', stdout);
}

static bool
wanted(const struct reader *reader, const struct logline *line)
{
	if (reader->user != NULL &&
	    strcmp(reader->user, logline_get(line, "user")) != 0)
		return false;
	return reader->since == 0 || logline_time(line) >= reader->since;
}

/* Raw lines go out only when they are whole, so that each is JSON. */
static void
take_line(struct reader *reader)
{
	struct logline line;

	if (reader->len == 0)
		return;
	if (!logline_parse(reader->line, reader->len, &line)) {
		reader->unreadable++;
		return;
	}
	if (!wanted(reader, &line))
		return;
	if (!reader->ctl->json) {
		print_line(reader->ctl, &line);
		return;
	}
	fwrite(reader->line, 1, reader->len, stdout);
	fputc('\n', stdout);
}

static void
take_bytes(struct reader *reader, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n') {
			if (reader->skipping)
				reader->unreadable++;
			else
				take_line(reader);
			reader->len = 0;
			reader->skipping = false;
		} else if (reader->len == LINE_ROOM) {
			reader->skipping = true;
		} else {
			reader->line[reader->len++] = bytes[i];
		}
	}
}

static bool
read_rest(struct reader *reader)
{
	char bytes[16384];
	ssize_t n;

	while ((n = read(reader->fd, bytes, sizeof bytes)) != 0) {
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			take_bytes(reader, bytes, (size_t)n);
	}
	return true;
}

static int
open_log(const struct ctl *ctl)
{
	char path[ID7_PATH_MAX + 16];
	struct stat st;
	int fd;

	snprintf(path, sizeof path, "%s/log.jsonl", ctl->config.log_dir);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	return fd;
}

/* Whether the path now leads to another file, or the file has been emptied. */
static bool
rotated(const struct ctl *ctl, int fd)
{
	auto_fd other = open_log(ctl);
	struct stat now, ours;

	if (other < 0 || fstat(other, &now) != 0 || fstat(fd, &ours) != 0)
		return false;
	return now.st_ino != ours.st_ino || now.st_dev != ours.st_dev ||
	       ours.st_size < lseek(fd, 0, SEEK_CUR);
}

/* Ends by a signal only: that is how one stops looking. */
static bool
follow(struct reader *reader)
{
	const struct timespec pause = {0, FOLLOW_NS};

	for (;;) {
		if (!read_rest(reader) || fflush(stdout) != 0)
			return false;
		nanosleep(&pause, NULL);
		if (!rotated(reader->ctl, reader->fd))
			continue;
		if (!read_rest(reader))
			return false;
		close(reader->fd);
		reader->fd = open_log(reader->ctl);
		reader->len = 0;
		if (reader->fd < 0)
			return false;
	}
}

static enum ctl_exit
no_log(const struct ctl *ctl)
{
	const char *dir = ctl->config.log_dir;

	if (errno == ENOENT) {
		ctl_say(ctl, ID7_N("nothing is logged yet in %s"),
			safe_text(dir).s);
		return CTL_DONE;
	}
	if (errno == EACCES)
		return ctl_fail(ctl, CTL_NOT_PERMITTED,
				ID7_N("you may not look into %s; run this as "
				      "root: sudo 7idctl ..."),
				safe_text(dir).s);
	return ctl_fail(ctl, CTL_ERROR, ID7_N("%s/log.jsonl: %s"),
			safe_text(dir).s, strerror(errno));
}

static enum ctl_exit
read_log(struct reader *reader)
{
	struct ctl *ctl = reader->ctl;
	bool follows = args_has(&ctl->args, "follow");

	if (follows ? !follow(reader) : !read_rest(reader))
		return ctl_fail(ctl, CTL_ERROR, ID7_N("%s/log.jsonl: %s"),
				safe_text(ctl->config.log_dir).s,
				strerror(errno));
	/* A last line without its end is one that is being written. */
	if (reader->unreadable > 0)
		ctl_say(ctl, ID7_N("lines that cannot be read, left out: %lu"),
			reader->unreadable);
	return CTL_DONE;
}

enum ctl_exit
cmd_log(struct ctl *ctl)
{
	struct reader *reader;
	int64_t since;
	enum ctl_exit code = ctl_when(ctl, "since", true, &since);

	if (code == CTL_DONE)
		code = ctl_permitted(ctl);
	if (code != CTL_DONE)
		return code;
	reader = calloc(1, sizeof *reader);
	if (reader == NULL)
		return ctl_fail(ctl, CTL_ERROR, ID7_N("out of memory"));
	reader->ctl = ctl;
	reader->user = ctl->args.words > 0 ? ctl->args.word[0] : NULL;
	reader->since = since;
	reader->fd = open_log(ctl);
	code = reader->fd >= 0 ? read_log(reader) : no_log(ctl);
	if (reader->fd >= 0)
		close(reader->fd);
	free(reader);
	return code;
}
