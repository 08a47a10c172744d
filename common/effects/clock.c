/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the clocks and the name of this boot; deadlines on the monotonic clock.
 */
#include "common/effects/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "common/effects/scope.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define NS_PER_MS 1000000
#define NS_PER_SEC 1000000000

static struct timespec
read_clock(clockid_t which)
{
	struct timespec at = {0};

	(void)clock_gettime(which, &at);
	return at;
}

/* FNV-1a: it tells boots apart, it keeps no secret. */
static uint64_t
boot_hash(void)
{
	int saved = errno;
	auto_fd fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	uint64_t hash = 0xcbf29ce484222325u;
	char text[64];
	ssize_t len = -1;

	if (fd >= 0)
		do
			len = read(fd, text, sizeof text);
		while (len < 0 && errno == EINTR);
	errno = saved;
	if (len <= 0)
		return 0;
	for (ssize_t i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)text[i]) * 0x100000001b3u;
	return hash;
}

void
id7_clock_again(struct id7_now *now)
{
	now->wall = read_clock(CLOCK_REALTIME).tv_sec;
	now->boot = read_clock(CLOCK_BOOTTIME).tv_sec;
}

struct id7_now
id7_clock_now(void)
{
	struct id7_now now = {.boot_hash = boot_hash()};

	id7_clock_again(&now);
	return now;
}

int64_t
id7_clock_wall(void)
{
	return read_clock(CLOCK_REALTIME).tv_sec;
}

static int64_t
mono_ns(void)
{
	struct timespec at = read_clock(CLOCK_MONOTONIC);

	return (int64_t)at.tv_sec * NS_PER_SEC + at.tv_nsec;
}

struct id7_deadline
id7_deadline_in(int64_t ms)
{
	return (struct id7_deadline){.mono_ms = mono_ns() / NS_PER_MS + ms};
}

struct id7_deadline
id7_deadline_earlier(struct id7_deadline a, struct id7_deadline b)
{
	return a.mono_ms <= b.mono_ms ? a : b;
}

int64_t
id7_deadline_left(struct id7_deadline deadline)
{
	int64_t left = deadline.mono_ms - mono_ns() / NS_PER_MS;

	return left > 0 ? left : 0;
}

static uint32_t
jitter(uint32_t below)
{
	uint32_t random;

	if (getrandom(&random, sizeof random, GRND_NONBLOCK) !=
	    (ssize_t)sizeof random)
		random = (uint32_t)mono_ns() ^ (uint32_t)getpid() << 16;
	return random % below;
}

void
id7_deadline_nap(struct id7_deadline deadline, uint32_t us)
{
	int64_t until =
		mono_ns() + (int64_t)(us / 2 + jitter(us - us / 2 + 1)) * 1000;
	struct timespec at;

	if (until / NS_PER_MS >= deadline.mono_ms)
		until = deadline.mono_ms * NS_PER_MS;
	at.tv_sec = (time_t)(until / NS_PER_SEC);
	at.tv_nsec = (long)(until % NS_PER_SEC);
	if (until <= 0)
		return;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) ==
	       EINTR)
		;
}
