/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A private copy of a directory of PAM stacks, in which pam_7id counts nothing.
 */
#include "admin/stack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/effects/file.h"
#include "common/effects/scope.h"

#define FILE_MAX 65536
#define MODULE "pam_7id.so"
#define WORD " no_count"

static bool
ends_module(const char *text, size_t len, size_t at)
{
	size_t n = sizeof MODULE - 1;

	return at >= n && memcmp(text + at - n, MODULE, n) == 0 &&
	       (at == len || strchr(" \t\r\n]#\\", text[at]) != NULL);
}

size_t
stack_quiet_size(const char *text, size_t len)
{
	size_t size = len;

	for (size_t at = 0; at <= len; at++)
		if (ends_module(text, len, at))
			size += sizeof WORD - 1;
	return size;
}

size_t
stack_quiet(const char *text, size_t len, char *out)
{
	bool comment = false;
	size_t used = 0;

	for (size_t at = 0; at <= len; at++) {
		if (!comment && ends_module(text, len, at)) {
			memcpy(out + used, WORD, sizeof WORD - 1);
			used += sizeof WORD - 1;
		}
		if (at == len)
			break;
		if (text[at] == '#')
			comment = true;
		else if (text[at] == '\n')
			comment = false;
		out[used++] = text[at];
	}
	return used;
}

static bool
write_quiet(int dir, const char *name, const char *text, size_t len)
{
	auto_fd fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			    0600);
	auto_free char *out = malloc(stack_quiet_size(text, len) + 1);

	if (fd < 0 || out == NULL)
		return false;
	len = stack_quiet(text, len, out);
	return id7_file_write_all(fd, out, len) == ID7_OK;
}

/* Links are followed as PAM follows them; what is no file is left out. */
static bool
copy_one(int from, int to, const char *name)
{
	auto_fd fd = openat(from, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	auto_free char *text = NULL;
	struct stat st;
	size_t len;

	if (fd < 0)
		return errno == ENOENT;
	if (fstat(fd, &st) != 0)
		return false;
	if (!S_ISREG(st.st_mode))
		return true;
	text = malloc(FILE_MAX);
	if (text == NULL ||
	    id7_file_read(fd, name, text, FILE_MAX, &len, NULL) != ID7_OK)
		return false;
	return write_quiet(to, name, text, len);
}

static bool
copy_all(const char *from, const char *to)
{
	auto_fd target = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = opendir(from);
	const struct dirent *entry;
	bool ok = target >= 0 && dir != NULL;
	int saved;

	while (ok && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			ok = copy_one(dirfd(dir), target, entry->d_name);
	saved = errno;
	if (dir != NULL)
		closedir(dir);
	errno = saved;
	return ok;
}

bool
stack_copy(const char *from, char ret_path[STACK_PATH_MAX])
{
	int saved;

	snprintf(ret_path, STACK_PATH_MAX, "/tmp/7idctl.XXXXXX");
	if (mkdtemp(ret_path) == NULL)
		return false;
	if (copy_all(from, ret_path))
		return true;
	saved = errno;
	stack_remove(ret_path);
	errno = saved;
	return false;
}

void
stack_remove(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(path);
}
