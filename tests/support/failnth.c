/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands before libc's calls and makes one of them fail: see failnth.h. */
/* Each name is wanted as itself here, with no other behind it. */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE

#include "tests/support/failnth.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/shadow_open.h"

static struct {
	bool armed, paused, failed;
	enum fail_how how;
	enum fail_kind kind; /* of the one that failed */
	enum fail_kind only; /* FAIL_KINDS: all kinds are counted together */
	unsigned int n;
	unsigned int seen[FAIL_KINDS + 1]; /* of each kind, and of all */
} state;

/* Where the C library and the loader lie. */
static struct range {
	uintptr_t from, to;
} system_parts[8];

static const int errors[FAIL_KINDS][2] = {
	[FAIL_OPEN] = {EMFILE, EIO},	  [FAIL_READ] = {EIO, 0},
	[FAIL_WRITE] = {ENOSPC, 0},	  [FAIL_SYNC] = {EIO, ENOSPC},
	[FAIL_CLOSE] = {EIO, EINTR},	  [FAIL_STAT] = {EIO, ENOMEM},
	[FAIL_SEEK] = {EIO, EINVAL},	  [FAIL_NAME] = {EIO, ENOSPC},
	[FAIL_MODE] = {EPERM, EIO},	  [FAIL_LOCK] = {ENOLCK, EIO},
	[FAIL_MEMORY] = {ENOMEM, ENOMEM}, [FAIL_MAP] = {ENOMEM, EAGAIN},
};

static int
note_part(struct dl_phdr_info *info, size_t size, void *data)
{
	size_t *count = data;

	(void)size;
	if (strstr(info->dlpi_name, "/libc.so") == NULL &&
	    strstr(info->dlpi_name, "/ld-linux") == NULL)
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0 ||
		    *count == sizeof system_parts / sizeof system_parts[0])
			continue;
		system_parts[*count].from = info->dlpi_addr + part->p_vaddr;
		system_parts[*count].to =
			system_parts[*count].from + part->p_memsz;
		(*count)++;
	}
	return 0;
}

void
fail_arm_kind(enum fail_kind kind, unsigned int n, enum fail_how how)
{
	size_t count = 0;

	dl_iterate_phdr(note_part, &count);
	state.only = kind;
	state.n = n;
	state.how = how;
	memset(state.seen, 0, sizeof state.seen);
	state.failed = state.paused = false;
	state.armed = true;
}

void
fail_arm(unsigned int n, enum fail_how how)
{
	fail_arm_kind(FAIL_KINDS, n, how);
}

bool
fail_disarm(enum fail_kind *ret_kind)
{
	state.armed = false;
	*ret_kind = state.kind;
	return state.failed;
}

unsigned int
fail_seen(enum fail_kind kind)
{
	return state.seen[kind];
}

void
fail_pause(bool pause)
{
	state.paused = pause;
}

/* True: the call fails, with errno 0 when it only does less than asked. */
static bool
fails(enum fail_kind kind)
{
	unsigned int at;

	if (!state.armed || state.paused || kind == FAIL_KINDS)
		return false;
	state.seen[kind]++;
	at = state.seen[FAIL_KINDS]++;
	if (state.only == kind)
		at = state.seen[kind] - 1;
	else if (state.only != FAIL_KINDS)
		return false;
	if (at == state.n) {
		state.kind = kind;
		state.failed = true;
	} else if (at < state.n || state.how != FAIL_ALWAYS ||
		   kind != state.kind) {
		return false;
	}
	errno = errors[kind][state.how == FAIL_OTHER];
	return true;
}

/* glibc aborts when it cannot allocate what it needs for itself (name services,
 * thread-local data), so its own calls do not fail. */
static bool
memory_fails(const void *caller)
{
	uintptr_t at = (uintptr_t)caller;

	for (size_t i = 0; i < sizeof system_parts / sizeof system_parts[0];
	     i++)
		if (at >= system_parts[i].from && at < system_parts[i].to)
			return false;
	return fails(FAIL_MEMORY);
}

static int
do_open(int dirfd, const char *path, int flags, mode_t mode)
{
	if (fails(FAIL_OPEN))
		return -1;
	return (int)syscall(SYS_openat, dirfd, path, flags, mode);
}

SHADOW_OPENS(do_open)

SHADOW ssize_t
read(int fd, void *buf, size_t len)
{
	if (fails(FAIL_READ))
		return errno == 0 ? 0 : -1;
	return syscall(SYS_read, fd, buf, len);
}

SHADOW ssize_t
pread64(int fd, void *buf, size_t len, off64_t at)
{
	if (fails(FAIL_READ))
		return errno == 0 ? 0 : -1;
	return syscall(SYS_pread64, fd, buf, len, at);
}

SHADOW ssize_t
pread(int fd, void *buf, size_t len, off_t at)
{
	return pread64(fd, buf, len, at);
}

SHADOW ssize_t
write(int fd, const void *buf, size_t len)
{
	if (fails(FAIL_WRITE)) {
		if (errno != 0)
			return -1;
		len /= 2;
	}
	return syscall(SYS_write, fd, buf, len);
}

SHADOW ssize_t
pwrite64(int fd, const void *buf, size_t len, off64_t at)
{
	if (fails(FAIL_WRITE)) {
		if (errno != 0)
			return -1;
		len /= 2;
	}
	return syscall(SYS_pwrite64, fd, buf, len, at);
}

SHADOW ssize_t
pwrite(int fd, const void *buf, size_t len, off_t at)
{
	return pwrite64(fd, buf, len, at);
}

#define ON_FD(name, kind, number)                                              \
	SHADOW int name(int fd)                                                \
	{                                                                      \
		return fails(kind) ? -1 : (int)syscall(number, fd);            \
	}

/* What only names a place has nothing to sync, and whoever asks knows it. */
static enum fail_kind
sync_kind(int fd)
{
	return (syscall(SYS_fcntl, fd, F_GETFL) & O_PATH) != 0 ? FAIL_KINDS
							       : FAIL_SYNC;
}

ON_FD(fsync, sync_kind(fd), SYS_fsync)
ON_FD(fdatasync, sync_kind(fd), SYS_fdatasync)
ON_FD(syncfs, FAIL_SYNC, SYS_syncfs)

SHADOW int
close(int fd)
{
	bool failed = fails(FAIL_CLOSE);
	int error = errno;
	int code = (int)syscall(SYS_close, fd);

	if (failed)
		errno = error;
	return failed ? -1 : code;
}

SHADOW int
fstat(int fd, struct stat *st)
{
	if (fails(FAIL_STAT))
		return -1;
	return (int)syscall(SYS_newfstatat, fd, "", st, AT_EMPTY_PATH);
}

SHADOW int
fstat64(int fd, struct stat64 *st)
{
	if (fails(FAIL_STAT))
		return -1;
	return (int)syscall(SYS_newfstatat, fd, "", st, AT_EMPTY_PATH);
}

SHADOW int
fstatat(int dirfd, const char *name, struct stat *st, int flags)
{
	if (fails(FAIL_STAT))
		return -1;
	return (int)syscall(SYS_newfstatat, dirfd, name, st, flags);
}

SHADOW int
fstatat64(int dirfd, const char *name, struct stat64 *st, int flags)
{
	if (fails(FAIL_STAT))
		return -1;
	return (int)syscall(SYS_newfstatat, dirfd, name, st, flags);
}

/* Nobody here needs what it says, only that it failed or did not. */
#define STATVFS(name, type)                                                    \
	SHADOW int name(int fd, struct type *fs)                               \
	{                                                                      \
		(void)fd;                                                      \
		if (fails(FAIL_STAT))                                          \
			return -1;                                             \
		memset(fs, 0, sizeof *fs);                                     \
		return 0;                                                      \
	}

STATVFS(fstatvfs, statvfs)
STATVFS(fstatvfs64, statvfs64)

SHADOW off64_t
lseek64(int fd, off64_t at, int whence)
{
	return fails(FAIL_SEEK) ? -1 : syscall(SYS_lseek, fd, at, whence);
}

SHADOW off_t
lseek(int fd, off_t at, int whence)
{
	return lseek64(fd, at, whence);
}

SHADOW int
renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	if (fails(FAIL_NAME))
		return -1;
	return (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, 0);
}

SHADOW int
unlinkat(int dirfd, const char *name, int flags)
{
	if (fails(FAIL_NAME))
		return -1;
	return (int)syscall(SYS_unlinkat, dirfd, name, flags);
}

SHADOW int
mkdir(const char *path, mode_t mode)
{
	if (fails(FAIL_NAME))
		return -1;
	return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

SHADOW int
mkdirat(int dirfd, const char *path, mode_t mode)
{
	if (fails(FAIL_NAME))
		return -1;
	return (int)syscall(SYS_mkdirat, dirfd, path, mode);
}

SHADOW int
fchmod(int fd, mode_t mode)
{
	return fails(FAIL_MODE) ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

SHADOW int
ftruncate64(int fd, off64_t len)
{
	return fails(FAIL_MODE) ? -1 : (int)syscall(SYS_ftruncate, fd, len);
}

SHADOW int
ftruncate(int fd, off_t len)
{
	return ftruncate64(fd, len);
}

#define FCNTL(name)                                                            \
	SHADOW int name(int fd, int what, ...);                                \
	SHADOW int name(int fd, int what, ...)                                 \
	{                                                                      \
		va_list ap;                                                    \
		void *argument;                                                \
		va_start(ap, what);                                            \
		argument = va_arg(ap, void *);                                 \
		va_end(ap);                                                    \
		if (fails(FAIL_LOCK))                                          \
			return -1;                                             \
		return (int)syscall(SYS_fcntl, fd, what, argument);            \
	}

FCNTL(fcntl)
FCNTL(fcntl64)

/* The names under which glibc keeps its own for programs that shadow them. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

SHADOW void *
malloc(size_t size)
{
	return memory_fails(__builtin_return_address(0)) ? NULL
							 : __libc_malloc(size);
}

SHADOW void *
calloc(size_t count, size_t size)
{
	return memory_fails(__builtin_return_address(0))
		       ? NULL
		       : __libc_calloc(count, size);
}

SHADOW void *
realloc(void *old, size_t size)
{
	return memory_fails(__builtin_return_address(0))
		       ? NULL
		       : __libc_realloc(old, size);
}

SHADOW void *
reallocarray(void *old, size_t count, size_t size)
{
	size_t all;

	if (memory_fails(__builtin_return_address(0)) ||
	    __builtin_mul_overflow(count, size, &all))
		return NULL;
	return __libc_realloc(old, all);
}

SHADOW char *
strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = memory_fails(__builtin_return_address(0))
			     ? NULL
			     : __libc_malloc(size);

	return copy == NULL ? NULL : memcpy(copy, text, size);
}

SHADOW void *
mmap64(void *hint, size_t len, int prot, int flags, int fd, off64_t at)
{
	if (fails(FAIL_MAP))
		return MAP_FAILED;
	return (void *)syscall(SYS_mmap, hint, len, prot, flags, fd, at);
}

SHADOW void *
mmap(void *hint, size_t len, int prot, int flags, int fd, off_t at)
{
	return mmap64(hint, len, prot, flags, fd, at);
}
