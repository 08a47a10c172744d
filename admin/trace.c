/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where an account's latest refused attempts came from, as the log has it. */
#include "admin/trace.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/logline.h"
#include "common/effects/scope.h"

#define TAIL_MAX (1 << 20)

static void
count(struct trace *trace, const struct logline *line)
{
	const char *rhost = logline_get(line, "rhost");
	const char *service = logline_get(line, "service");
	struct trace_place *place = trace->place;

	for (size_t i = 0; i < trace->places; i++, place++)
		if (strncmp(place->rhost, rhost, sizeof place->rhost - 1) ==
			    0 &&
		    strncmp(place->service, service,
			    sizeof place->service - 1) == 0)
			break;
	if (place == trace->place + TRACE_PLACES) {
		trace->others++;
		return;
	}
	if (place == trace->place + trace->places) {
		trace->places++;
		snprintf(place->rhost, sizeof place->rhost, "%s", rhost);
		snprintf(place->service, sizeof place->service, "%s", service);
	}
	place->count++;
	place->last = logline_time(line);
}

/* What is refused without a look at the password says nothing of it. */
static void
count_reason(struct trace *trace, const char *reason)
{
	bool repeated = strcmp(reason, "repeated") == 0;
	bool old = strcmp(reason, "old-password") == 0;

	trace->repeated += repeated;
	trace->old += old;
	trace->attempts += repeated || old || strcmp(reason, "wrong") == 0;
}

static void
take_line(struct trace *trace, const char *text, size_t len, const char *name,
	  int64_t since)
{
	struct logline line;

	if (logline_parse(text, len, &line) &&
	    strcmp(logline_get(&line, "event"), "login") == 0 &&
	    strcmp(logline_get(&line, "verdict"), "deny") == 0 &&
	    strcmp(logline_get(&line, "user"), name) == 0 &&
	    logline_time(&line) >= since) {
		count(trace, &line);
		count_reason(trace, logline_get(&line, "reason"));
	}
}

static int
by_count(const void *a, const void *b)
{
	const struct trace_place *x = a, *y = b;

	return x->count < y->count ? 1 : x->count > y->count ? -1 : 0;
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

void
trace_read(const struct ctl *ctl, const char *name, int64_t since,
	   struct trace *ret_trace)
{
	auto_free char *text = malloc(TAIL_MAX);
	ssize_t len = text != NULL ? read_tail(ctl, text) : -1;
	const char *at = text, *end = text + (len > 0 ? len : 0), *newline;

	*ret_trace = (struct trace){0};
	if (len <= 0)
		return;
	while ((newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		take_line(ret_trace, at, (size_t)(newline - at), name, since);
		at = newline + 1;
	}
	qsort(ret_trace->place, ret_trace->places, sizeof *ret_trace->place,
	      by_count);
}
