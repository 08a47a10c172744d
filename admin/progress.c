/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line on a terminal that says how far long work has come. */
#include "admin/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define EVERY_MS 100

static int64_t
now_ms(void)
{
	struct timespec ts = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
progress_start(struct progress *progress, const struct ctl *ctl,
	       const char *what)
{
	progress_clear(progress);
	progress->ctl = isatty(STDERR_FILENO) ? ctl : NULL;
	progress->what = what;
	progress->shown_ms = 0;
}

void
progress_show(struct progress *progress, uint64_t done, uint64_t all)
{
	const struct ctl *ctl = progress->ctl;
	int64_t now;

	if (ctl == NULL)
		return;
	now = now_ms();
	if (now - progress->shown_ms < EVERY_MS)
		return;
	progress->shown_ms = now;
	fprintf(stderr, "\r%s: %" PRIu64, TEXT(ctl, progress->what), done);
	if (all > 0)
		fprintf(stderr, " / %" PRIu64 " (%d %%)", all,
			(int)(done * 100 / all));
	fputs("\033[K", stderr);
	fflush(stderr);
	progress->there = true;
}

void
progress_clear(struct progress *progress)
{
	if (progress->there)
		fputs("\r\033[K", stderr);
	progress->there = false;
}
