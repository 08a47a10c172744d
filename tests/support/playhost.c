/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands before libc's clocks, names and files: see playhost.h. */
/* Each name is wanted as itself here, with no other behind it. */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE

#include "tests/support/playhost.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SHADOW __attribute__((visibility("default")))
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

static struct {
	int64_t wall, boot;
	const char *boot_id_path;
} host;

void
playhost_set(int64_t wall, int64_t boot, const char *boot_id_path)
{
	host.wall = wall;
	host.boot = boot;
	host.boot_id_path = boot_id_path;
}

SHADOW time_t
time(time_t *ret_time)
{
	if (ret_time != NULL)
		*ret_time = (time_t)host.wall;
	return (time_t)host.wall;
}

SHADOW int
clock_gettime(clockid_t which, struct timespec *ret_at)
{
	if (which != CLOCK_BOOTTIME && which != CLOCK_REALTIME)
		return (int)syscall(SYS_clock_gettime, which, ret_at);
	ret_at->tv_sec = which == CLOCK_BOOTTIME ? host.boot : host.wall;
	ret_at->tv_nsec = 0;
	return 0;
}

static int
open_it(const char *path, int flags, va_list ap)
{
	mode_t mode =
		(flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(ap, mode_t) : 0;

	if (host.boot_id_path != NULL && strcmp(path, BOOT_ID) == 0)
		path = host.boot_id_path;
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

SHADOW int
open(const char *path, int flags, ...)
{
	va_list ap;
	int fd;

	va_start(ap, flags);
	fd = open_it(path, flags, ap);
	va_end(ap);
	return fd;
}

SHADOW int
open64(const char *path, int flags, ...)
{
	va_list ap;
	int fd;

	va_start(ap, flags);
	fd = open_it(path, flags, ap);
	va_end(ap);
	return fd;
}

/* libpam asks for names by this call alone; its own buffers are large enough
 * for one short line. */
SHADOW int
getpwnam_r(const char *name, struct passwd *ret_entry, char *buffer,
	   size_t size, struct passwd **ret_found)
{
	struct passwd *entry;
	FILE *file;

	*ret_found = NULL;
	if (strcmp(name, "elsewhere") == 0) {
		if (size < 32)
			return ERANGE;
		*ret_entry = (struct passwd){.pw_uid = 2001, .pw_gid = 2001};
		ret_entry->pw_name = strcpy(buffer, name);
		ret_entry->pw_passwd = ret_entry->pw_gecos =
			ret_entry->pw_shell = strcpy(buffer + 16, "");
		ret_entry->pw_dir = strcpy(buffer + 24, "/");
		*ret_found = ret_entry;
		return 0;
	}
	file = fopen("/etc/passwd", "re");
	if (file == NULL)
		return errno;
	while (fgetpwent_r(file, ret_entry, buffer, size, &entry) == 0)
		if (strcmp(entry->pw_name, name) == 0) {
			*ret_found = entry;
			break;
		}
	fclose(file);
	return 0;
}
