/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a scope takes, the scope gives back: descriptors and memory released by leaving a block. */
#ifndef ID7_EFFECTS_SCOPE_H
#define ID7_EFFECTS_SCOPE_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static inline void
id7_scope_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

static inline void
id7_scope_free(void *pointer)
{
	void **p = pointer;

	free(*p);
	*p = NULL;
}

/* Closed at the end of the block; errno is kept. Start it at -1. */
#define auto_fd __attribute__((cleanup(id7_scope_close))) int
/* Freed at the end of the block. Start it at NULL. */
#define auto_free __attribute__((cleanup(id7_scope_free)))

#endif
