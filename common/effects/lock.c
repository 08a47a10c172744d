/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Byte locks with a deadline: open file description locks, polled (STORE A4).
 */
#include "common/effects/lock.h"

#include <errno.h>
#include <fcntl.h>

#define NAP_FIRST_US 50
#define NAP_LAST_US 2000

static int
ofd(int fd, int command, short type, uint64_t start, uint64_t len,
    struct flock *ret_lock)
{
	int rc;

	*ret_lock = (struct flock){
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = (off_t)start,
		.l_len = (off_t)len,
	};
	do
		rc = fcntl(fd, command, ret_lock);
	while (rc < 0 && errno == EINTR);
	return rc;
}

enum id7_error
id7_lock_try(int fd, bool exclusive, uint64_t start, uint64_t len)
{
	struct flock lock;
	short type = exclusive ? F_WRLCK : F_RDLCK;

	if (ofd(fd, F_OFD_SETLK, type, start, len, &lock) == 0)
		return ID7_OK;
	return errno == EAGAIN || errno == EACCES ? ID7_BUSY : ID7_IO;
}

enum id7_error
id7_lock_take(int fd, bool exclusive, uint64_t start, uint64_t len,
	      struct id7_deadline deadline)
{
	uint32_t nap = NAP_FIRST_US;

	for (;;) {
		enum id7_error error = id7_lock_try(fd, exclusive, start, len);

		if (error != ID7_BUSY || id7_deadline_left(deadline) == 0)
			return error;
		id7_deadline_nap(deadline, nap);
		nap = nap < NAP_LAST_US / 2 ? nap * 2 : NAP_LAST_US;
	}
}

bool
id7_lock_held(int fd, uint64_t start, uint64_t len)
{
	struct flock lock;

	/* A read lock would collide with exclusive ones only. */
	if (ofd(fd, F_OFD_GETLK, F_RDLCK, start, len, &lock) != 0)
		return true;
	return lock.l_type != F_UNLCK;
}

void
id7_lock_release(int fd, uint64_t start, uint64_t len)
{
	struct flock lock;
	int saved = errno;

	(void)ofd(fd, F_OFD_SETLK, F_UNLCK, start, len, &lock);
	errno = saved;
}
