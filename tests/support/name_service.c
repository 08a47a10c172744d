/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another name service: linked into a test program, it stands before libc's.
 * NAME_SERVICE=folds: a name in capitals is the one in small letters, as with
 * directories that do not tell them apart. =fails: /etc/passwd cannot be read
 * as a file. */
/* Each name is wanted as itself here, with no other behind it. */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVICE_DEFAULT __attribute__((visibility("default")))
#define PASSWD "/etc/passwd"

SERVICE_DEFAULT FILE *fopen64(const char *path, const char *mode);

static bool
service_is(const char *word)
{
	const char *set = getenv("NAME_SERVICE");

	return set != NULL && strcmp(set, word) == 0;
}

static FILE *
open_it(const char *path, const char *mode)
{
	int flags = mode[0] == 'r'   ? O_RDONLY
		    : mode[0] == 'w' ? O_WRONLY | O_CREAT | O_TRUNC
				     : O_WRONLY | O_CREAT | O_APPEND;
	int fd = -1;

	if (strcmp(path, PASSWD) == 0 && service_is("fails"))
		errno = ENFILE;
	else
		fd = open(path, flags | O_CLOEXEC, 0600);
	return fd < 0 ? NULL : fdopen(fd, mode);
}

SERVICE_DEFAULT FILE *
fopen(const char *path, const char *mode)
{
	return open_it(path, mode);
}

SERVICE_DEFAULT FILE *
fopen64(const char *path, const char *mode)
{
	return open_it(path, mode);
}

SERVICE_DEFAULT int
getpwnam_r(const char *name, struct passwd *ret_entry, char *buffer,
	   size_t size, struct passwd **ret_found)
{
	char wanted[256];
	size_t len = strnlen(name, sizeof wanted - 1);
	struct passwd *entry;
	int fd = open(PASSWD, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	*ret_found = NULL;
	for (size_t i = 0; i < len; i++)
		wanted[i] =
			service_is("folds") ? (char)tolower(name[i]) : name[i];
	wanted[len] = '\0';
	if (file == NULL)
		return 0;
	while (fgetpwent_r(file, ret_entry, buffer, size, &entry) == 0)
		if (strcmp(entry->pw_name, wanted) == 0) {
			*ret_found = entry;
			break;
		}
	fclose(file);
	return 0;
}
