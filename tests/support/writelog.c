/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands before libc's calls and notes what they change: see writelog.h. */

/* Each name is wanted as itself here, with no other behind it. */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE

#include "tests/support/writelog.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/shadow_open.h"

static struct {
	bool on;
	struct log_event *event;
	size_t count, room;
} journal;

static struct log_event *
note(enum log_kind kind)
{
	if (journal.count == journal.room) {
		journal.room = journal.room * 2 + 1024;
		journal.event = realloc(journal.event,
					journal.room * sizeof *journal.event);
		if (journal.event == NULL)
			abort();
	}
	memset(&journal.event[journal.count], 0, sizeof *journal.event);
	journal.event[journal.count].kind = kind;
	return &journal.event[journal.count++];
}

void
writelog_begin(void)
{
	for (size_t i = 0; i < journal.count; i++)
		free(journal.event[i].bytes);
	journal.count = 0;
	journal.on = true;
}

void
writelog_mark(uint64_t number)
{
	note(LOG_MARK)->at = number;
}

const struct log_event *
writelog_end(size_t *ret_count)
{
	journal.on = false;
	*ret_count = journal.count;
	return journal.event;
}

static ino_t
number_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? st.st_ino : 0;
}

static void
keep_name(char to[LOG_NAME], const char *name)
{
	if (strlen(name) >= LOG_NAME)
		abort();
	memcpy(to, name, strlen(name) + 1);
}

static int
do_open(int dirfd, const char *path, int flags, mode_t mode)
{
	struct stat st;
	bool made = journal.on && (flags & O_CREAT) != 0 &&
		    fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) != 0;
	int fd = (int)syscall(SYS_openat, dirfd, path, flags, mode);
	int saved = errno;

	if (journal.on && fd >= 0 && (flags & O_TMPFILE) == O_TMPFILE) {
		note(LOG_CREATE)->file = number_of(fd);
	} else if (made && fd >= 0 && dirfd != AT_FDCWD) {
		struct log_event *event = note(LOG_CREATE);

		event->dir = number_of(dirfd);
		event->file = number_of(fd);
		keep_name(event->name, path);
	} else if (journal.on && fd >= 0 && (flags & O_TRUNC) != 0) {
		note(LOG_SIZE)->file = number_of(fd);
	}
	errno = saved;
	return fd;
}

SHADOW_OPENS(do_open)

static void
note_write(int fd, const void *buf, ssize_t len, off64_t at)
{
	struct log_event *event;
	int saved = errno;

	if (!journal.on || len <= 0)
		return;
	event = note(LOG_WRITE);
	event->file = number_of(fd);
	event->at = (uint64_t)at;
	event->len = (size_t)len;
	event->bytes = malloc(event->len);
	if (event->bytes == NULL)
		abort();
	memcpy(event->bytes, buf, event->len);
	errno = saved;
}

SHADOW ssize_t
write(int fd, const void *buf, size_t len)
{
	off64_t at = journal.on ? syscall(SYS_lseek, fd, 0, SEEK_CUR) : 0;
	ssize_t n = syscall(SYS_write, fd, buf, len);

	note_write(fd, buf, n, at);
	return n;
}

SHADOW ssize_t
pwrite64(int fd, const void *buf, size_t len, off64_t at)
{
	ssize_t n = syscall(SYS_pwrite64, fd, buf, len, at);

	note_write(fd, buf, n, at);
	return n;
}

SHADOW ssize_t
pwrite(int fd, const void *buf, size_t len, off_t at)
{
	return pwrite64(fd, buf, len, at);
}

SHADOW int
ftruncate64(int fd, off64_t len)
{
	int code = (int)syscall(SYS_ftruncate, fd, len);

	if (journal.on && code == 0) {
		struct log_event *event = note(LOG_SIZE);

		event->file = number_of(fd);
		event->at = (uint64_t)len;
	}
	return code;
}

SHADOW int
ftruncate(int fd, off_t len)
{
	return ftruncate64(fd, len);
}

/* What memory keeps is whole at once; what counts is that it was asked for. */
static int
do_sync(int fd, enum log_kind kind)
{
	if (journal.on)
		note(kind)->file = number_of(fd);
	return 0;
}

SHADOW int
fsync(int fd)
{
	return do_sync(fd, LOG_SYNC);
}

SHADOW int
fdatasync(int fd)
{
	return do_sync(fd, LOG_SYNC);
}

SHADOW int
syncfs(int fd)
{
	return do_sync(fd, LOG_SYNC_ALL);
}

SHADOW int
renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	int code = (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, 0);

	if (journal.on && code == 0) {
		struct log_event *event = note(LOG_RENAME);

		event->dir = number_of(from_fd);
		if (event->dir != number_of(to_fd))
			abort();
		keep_name(event->name, from);
		keep_name(event->to_name, to);
	}
	return code;
}

SHADOW int
unlinkat(int dirfd, const char *name, int flags)
{
	int code = (int)syscall(SYS_unlinkat, dirfd, name, flags);

	if (journal.on && code == 0) {
		struct log_event *event = note(LOG_UNLINK);

		event->dir = number_of(dirfd);
		keep_name(event->name, name);
	}
	return code;
}

static int
do_mkdir(int dirfd, const char *name, mode_t mode)
{
	int code = (int)syscall(SYS_mkdirat, dirfd, name, mode);
	struct log_event *event;
	struct stat st;

	if (!journal.on || code != 0 || fstatat(dirfd, name, &st, 0) != 0)
		return code;
	event = note(LOG_MKDIR);
	event->dir = number_of(dirfd);
	event->file = st.st_ino;
	keep_name(event->name, name);
	return code;
}

SHADOW int
mkdirat(int dirfd, const char *name, mode_t mode)
{
	return do_mkdir(dirfd, name, mode);
}

/* By a whole path: noted as made in the directory that it names. */
SHADOW int
mkdir(const char *path, mode_t mode)
{
	const char *name = strrchr(path, '/');
	char parent[PATH_MAX];
	int fd, code;

	if (name == NULL || name == path)
		return do_mkdir(AT_FDCWD, path, mode);
	snprintf(parent, sizeof parent, "%.*s", (int)(name - path), path);
	fd = (int)syscall(SYS_openat, AT_FDCWD, parent,
			  O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	code = do_mkdir(fd, name + 1, mode);
	syscall(SYS_close, fd);
	return code;
}
