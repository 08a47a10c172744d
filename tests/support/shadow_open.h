/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stands before every name that libc opens files by. For a program's one source
 * that shadows libc: SHADOW_OPENS(do_open), once, with
 * int do_open(int dirfd, const char *path, int flags, mode_t mode)
 */
#ifndef ID7_TESTS_SHADOW_OPEN_H
#define ID7_TESTS_SHADOW_OPEN_H

#include <fcntl.h>
#include <stdarg.h>
#include <sys/types.h>

#define SHADOW __attribute__((visibility("default")))

#define SHADOW_OPEN(name, do_open)                                             \
	SHADOW int name(const char *path, int flags, ...);                     \
	SHADOW int name(const char *path, int flags, ...)                      \
	{                                                                      \
		va_list ap;                                                    \
		mode_t mode;                                                   \
		va_start(ap, flags);                                           \
		mode = va_arg(ap, mode_t);                                     \
		va_end(ap);                                                    \
		return do_open(AT_FDCWD, path, flags, mode);                   \
	}
#define SHADOW_OPENAT(name, do_open)                                           \
	SHADOW int name(int dirfd, const char *path, int flags, ...);          \
	SHADOW int name(int dirfd, const char *path, int flags, ...)           \
	{                                                                      \
		va_list ap;                                                    \
		mode_t mode;                                                   \
		va_start(ap, flags);                                           \
		mode = va_arg(ap, mode_t);                                     \
		va_end(ap);                                                    \
		return do_open(dirfd, path, flags, mode);                      \
	}
#define SHADOW_OPEN_2(name, do_open)                                           \
	SHADOW int name(const char *path, int flags);                          \
	SHADOW int name(const char *path, int flags)                           \
	{                                                                      \
		return do_open(AT_FDCWD, path, flags, 0);                      \
	}
#define SHADOW_OPENAT_2(name, do_open)                                         \
	SHADOW int name(int dirfd, const char *path, int flags);               \
	SHADOW int name(int dirfd, const char *path, int flags)                \
	{                                                                      \
		return do_open(dirfd, path, flags, 0);                         \
	}

#define SHADOW_OPENS(do_open)                                                  \
	SHADOW_OPEN(open, do_open)                                             \
	SHADOW_OPEN(open64, do_open)                                           \
	SHADOW_OPENAT(openat, do_open)                                         \
	SHADOW_OPENAT(openat64, do_open)                                       \
	SHADOW_OPEN_2(__open_2, do_open)                                       \
	SHADOW_OPEN_2(__open64_2, do_open)                                     \
	SHADOW_OPENAT_2(__openat_2, do_open)                                   \
	SHADOW_OPENAT_2(__openat64_2, do_open)

#endif
