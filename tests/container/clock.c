/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preloaded into the programs of a scenario: two clocks that a file moves. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CLOCK_FILE "/run/7id-test-clock" /* "WALL BOOT", seconds ahead */
#define EXPORTED __attribute__((visibility("default")))

/* Read each time: running programs see the clocks step, too. Where the file
 * cannot be opened, as in sshd's sandbox, the clocks are the machine's. */
static long
ahead(clockid_t which)
{
	char text[64];
	long wall = 0, boot = 0;
	ssize_t len;
	int fd;

	if (which != CLOCK_REALTIME && which != CLOCK_BOOTTIME)
		return 0;
	fd = open(CLOCK_FILE, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	len = read(fd, text, sizeof text - 1);
	(void)close(fd);
	if (len <= 0)
		return 0;
	text[len] = '\0';
	if (sscanf(text, "%ld %ld", &wall, &boot) != 2)
		return 0;
	return which == CLOCK_REALTIME ? wall : boot;
}

EXPORTED int
clock_gettime(clockid_t which, struct timespec *ret_at)
{
	if (syscall(SYS_clock_gettime, which, ret_at) != 0)
		return -1;
	ret_at->tv_sec += ahead(which);
	return 0;
}

EXPORTED time_t
time(time_t *ret_at)
{
	struct timespec at = {0};

	(void)clock_gettime(CLOCK_REALTIME, &at);
	if (ret_at != NULL)
		*ret_at = at.tv_sec;
	return at.tv_sec;
}
