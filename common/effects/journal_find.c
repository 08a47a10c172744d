/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds what the log says of a login that caused a notice. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/effects/file.h"
#include "common/effects/journal.h"
#include "common/effects/scope.h"

#define FILE_NAME "log.jsonl"
#define TAIL_MAX (1 << 20) /* bytes of the log that are looked through */
#define TIME_LEN 20
#define TIME_AT (sizeof "{\"v\":1,\"time\":\"" - 1)

/* The end of the log, terminated, from the first whole line on. */
static char *
read_tail(const char *log_dir)
{
	auto_free char *tail = NULL;
	auto_fd dirfd = -1, fd = -1;
	struct stat st;
	off_t from;
	ssize_t n;
	char *kept;

	if (id7_dir_open(log_dir, 0755, &dirfd, NULL) != ID7_OK ||
	    id7_file_open(dirfd, log_dir, FILE_NAME, O_RDONLY, 0644, &fd,
			  NULL) != ID7_OK ||
	    fstat(fd, &st) != 0)
		return NULL;
	tail = malloc(TAIL_MAX + 1);
	from = st.st_size > TAIL_MAX ? st.st_size - TAIL_MAX : 0;
	if (tail == NULL || (n = pread(fd, tail, TAIL_MAX, from)) < 0)
		return NULL;
	tail[n] = '\0';
	kept = tail;
	tail = NULL;
	return kept;
}

/* A value of a line that id7_journal_render wrote: between `,"` and `"` no
 * value can stand, since quotes in values are escaped. */
static void
get_text(const char *line, const char *key, char *buf, size_t size)
{
	char wanted[32];
	const char *at;
	size_t n = 0;

	(void)snprintf(wanted, sizeof wanted, ",\"%s\":\"", key);
	at = strstr(line, wanted);
	if (at != NULL)
		at += strlen(wanted);
	for (; at != NULL && *at != '"' && *at != '\0' && n + 1 < size; at++) {
		if (*at == '\\' && (at[1] == '"' || at[1] == '\\'))
			at++;
		buf[n++] = *at;
	}
	buf[n] = '\0';
}

static bool
matches(const char *line, const char *user, const char *wanted,
	const char *since)
{
	char mark[ID7_NAME_MAX + 16];

	(void)snprintf(mark, sizeof mark, ",\"user\":\"%s\"", user);
	return strlen(line) > TIME_AT + TIME_LEN &&
	       strncmp(line + TIME_AT, since, TIME_LEN) >= 0 &&
	       strstr(line, mark) != NULL && strstr(line, wanted) != NULL;
}

bool
id7_journal_find(const char *log_dir, const char *user, bool locked,
		 int64_t since, struct id7_journal_hit *ret_hit)
{
	const char *wanted = locked ? ",\"locked_now\":true"
				    : ",\"reason\":\"old-password\"";
	auto_free char *tail = read_tail(log_dir);
	time_t when = (time_t)(since < 0 ? 0 : since);
	char from[TIME_LEN + 16], *line, *end, *before;
	bool found = false;
	struct tm tm;

	if (tail == NULL || gmtime_r(&when, &tm) == NULL ||
	    strftime(from, sizeof from, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return false;
	for (end = tail + strlen(tail); end > tail && !found; end = line) {
		if (end[-1] == '\n')
			end--;
		*end = '\0';
		before = memrchr(tail, '\n', (size_t)(end - tail));
		line = before != NULL ? before + 1 : tail;
		if (!matches(line, user, wanted, from))
			continue;
		get_text(line, "service", ret_hit->service,
			 sizeof ret_hit->service);
		get_text(line, "rhost", ret_hit->rhost, sizeof ret_hit->rhost);
		get_text(line, "reference", ret_hit->reference,
			 sizeof ret_hit->reference);
		found = true;
	}
	return found;
}
