/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A directory of a test's own, and paths in it; gone when the test ends. */
#ifndef ID7_TESTS_TEMP_H
#define ID7_TESTS_TEMP_H

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct temp {
	char dir[64];
	char path[PATH_MAX]; /* of the last temp_path */
};

/* Makes the directory, 0700, or ends the program. */
static inline void
temp_make(struct temp *temp)
{
	snprintf(temp->dir, sizeof temp->dir, "/tmp/7id-test.XXXXXX");
	if (mkdtemp(temp->dir) == NULL) {
		perror("mkdtemp");
		exit(1);
	}
}

static inline int
temp_remove_one(const char *path, const struct stat *st, int what,
		struct FTW *place)
{
	(void)st;
	(void)what;
	(void)place;
	return remove(path);
}

/* Removes the directory and all that is in it. */
static inline void
temp_remove(struct temp *temp)
{
	nftw(temp->dir, temp_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* "DIR/name", until the next call. */
static inline const char *
temp_path(struct temp *temp, const char *name)
{
	snprintf(temp->path, sizeof temp->path, "%s/%s", temp->dir, name);
	return temp->path;
}

#endif
