/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names the failures of a tally from the lines of the log. */
#include "admin/faillog.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/logline.h"
#include "common/effects/scope.h"

#define TAIL_MAX (16 << 20)
#define SAME_MOMENT 2 /* seconds between counting and writing the line */

static int
by_name(const void *key, const void *user)
{
	return strcmp(key, ((const struct failuser *)user)->name);
}

static void
set_source(struct failrow *row, const struct logline *line)
{
	const char *rhost = logline_get(line, "rhost");
	const char *tty = logline_get(line, "tty");
	const char *source = logline_get(line, "service");

	row->type = ID7_FAILLOCK_SVC;
	if (*rhost != '\0') {
		row->type = ID7_FAILLOCK_RHOST;
		source = rhost;
	} else if (*tty != '\0') {
		row->type = ID7_FAILLOCK_TTY;
		source = tty;
	}
	snprintf(row->source, sizeof row->source, "%s", source);
}

static uint64_t
apart(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* The nearest row that no line has named. */
static void
name_row(struct failuser *user, const struct logline *line)
{
	uint64_t when = (uint64_t)logline_time(line);
	const char *lane = logline_get(line, "lane");
	size_t best = user->rows;

	for (size_t i = 0; i < user->rows; i++) {
		uint64_t distance = apart(user->row[i].wall, when);

		if (!user->named[i] && distance <= SAME_MOMENT &&
		    strcmp(user->row[i].lane, lane) == 0 &&
		    (best == user->rows ||
		     distance < apart(user->row[best].wall, when)))
			best = i;
	}
	if (best == user->rows)
		return;
	user->named[best] = true;
	set_source(&user->row[best], line);
}

static bool
is_failure(const struct logline *line)
{
	const char *reason = logline_get(line, "reason");
	const char *checked = logline_get(line, "checked");

	return strcmp(logline_get(line, "verdict"), "deny") == 0 &&
	       (strcmp(checked, "real") == 0 ||
		strcmp(checked, "elsewhere") == 0) &&
	       (strcmp(reason, "wrong") == 0 ||
		strcmp(reason, "too-long") == 0 ||
		strcmp(reason, "lease-lost") == 0);
}

/* The last bytes of the log; the first line may be half a one. */
static ssize_t
read_tail(const struct ctl *ctl, char *text)
{
	char path[ID7_PATH_MAX + 16];
	auto_fd fd = -1;
	struct stat st;
	off_t from;

	snprintf(path, sizeof path, "%s/log.jsonl", ctl->config.log_dir);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return -1;
	from = st.st_size > TAIL_MAX ? st.st_size - TAIL_MAX : 0;
	return pread(fd, text, TAIL_MAX, from);
}

static void
read_lines(const struct ctl *ctl, struct failuser *users, size_t count)
{
	auto_free char *text = malloc(TAIL_MAX);
	ssize_t len = text != NULL ? read_tail(ctl, text) : -1;
	const char *at = text, *end = text + (len > 0 ? len : 0), *newline;
	struct logline line;
	struct failuser *user;

	while (len > 0 &&
	       (newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		if (logline_parse(at, (size_t)(newline - at), &line) &&
		    is_failure(&line)) {
			user = bsearch(logline_get(&line, "user"), users, count,
				       sizeof *users, by_name);
			if (user != NULL)
				name_row(user, &line);
		}
		at = newline + 1;
	}
}

void
faillog_name(const struct ctl *ctl, struct failuser *users, size_t count)
{
	if (count > 0)
		read_lines(ctl, users, count);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < users[i].rows; k++) {
			struct failrow *row = &users[i].row[k];

			if (!users[i].named[k])
				snprintf(row->source, sizeof row->source, "%s",
					 row->lane);
		}
	}
}
