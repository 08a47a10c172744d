/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens and reads the tally files of pam_faillock. */
#include "admin/tallyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/core/text.h"
#include "common/effects/clock.h"
#include "common/effects/fault.h"
#include "common/effects/scope.h"

#define LOCK_MS 2000
#define LOCK_NAP_US 20000

static int
no_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 &&
	       strcmp(entry->d_name, "..") != 0;
}

enum id7_error
tallydir_open(const char *path, struct tallydir *ret_dir,
	      struct id7_fault *ret_fault)
{
	*ret_dir = (struct tallydir){.path = path, .fd = -1};
	ret_dir->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ret_dir->fd >= 0)
		ret_dir->names = scandirat(ret_dir->fd, ".", &ret_dir->name,
					   no_dots, alphasort);
	if (ret_dir->fd >= 0 && ret_dir->names >= 0)
		return ID7_OK;
	ret_dir->names = 0;
	(void)id7_fault_errno(ret_fault, path, NULL);
	tallydir_close(ret_dir);
	return ret_fault->error;
}

void
tallydir_close(struct tallydir *dir)
{
	for (int i = 0; i < dir->names; i++)
		free(dir->name[i]);
	if (dir->names > 0)
		free(dir->name);
	dir->names = 0;
	id7_scope_close(&dir->fd);
}

/* pam_faillock keeps the file locked while it counts, and for no longer. */
static enum id7_error
wait_for_lock(const struct tallydir *dir, const char *name, int fd, bool write,
	      struct id7_fault *ret_fault)
{
	struct id7_deadline deadline = id7_deadline_in(LOCK_MS);

	while (flock(fd, (write ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return id7_fault_errno(ret_fault, dir->path, name);
		if (id7_deadline_left(deadline) == 0) {
			(void)id7_fault_errno(ret_fault, dir->path, name);
			ret_fault->error = ID7_BUSY;
			ret_fault->trouble = ID7_TROUBLE_HELD;
			return ID7_BUSY;
		}
		id7_deadline_nap(deadline, LOCK_NAP_US);
	}
	return ID7_OK;
}

enum id7_error
tallyfile_open(const struct tallydir *dir, const char *name, bool write,
	       int *ret_fd, struct stat *ret_st, struct id7_fault *ret_fault)
{
	auto_fd fd = -1;
	enum id7_error error;

	if (strchr(name, '/') != NULL || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return id7_fault_set(ret_fault, ID7_UNTRUSTED, ID7_TROUBLE_TYPE,
				     name);
	fd = openat(dir->fd, name,
		    (write ? O_WRONLY : O_RDONLY) | O_NOFOLLOW | O_NONBLOCK |
			    O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		(void)id7_fault_errno(ret_fault, dir->path, name);
	/* What a writer is told of a FIFO that nobody reads, and of a
	 * directory. */
	if (fd < 0 && (errno == ENXIO || errno == EISDIR)) {
		ret_fault->error = ID7_UNTRUSTED;
		ret_fault->trouble = ID7_TROUBLE_TYPE;
	}
	if (fd < 0)
		return ret_fault->error;
	if (fstat(fd, ret_st) != 0)
		return id7_fault_errno(ret_fault, dir->path, name);
	if (!S_ISREG(ret_st->st_mode)) {
		(void)id7_fault_errno(ret_fault, dir->path, name);
		ret_fault->error = ID7_UNTRUSTED;
		ret_fault->trouble = ID7_TROUBLE_TYPE;
		return ID7_UNTRUSTED;
	}
	error = wait_for_lock(dir, name, fd, write, ret_fault);
	if (error != ID7_OK)
		return error;
	*ret_fd = fd;
	fd = -1;
	return ID7_OK;
}

enum id7_error
tallyfile_read(const struct tallydir *dir, const char *name, int fd,
	       uint8_t *buf, size_t size, size_t *ret_len,
	       struct id7_fault *ret_fault)
{
	size_t len = 0;
	ssize_t n = 1;

	while (len < size && n != 0) {
		n = read(fd, buf + len, size - len);
		if (n < 0 && errno != EINTR)
			return id7_fault_errno(ret_fault, dir->path, name);
		if (n > 0)
			len += (size_t)n;
	}
	*ret_len = len;
	return ID7_OK;
}

const char *
tallyfile_why(const struct id7_fault *fault)
{
	if (fault->trouble == ID7_TROUBLE_SYMLINK)
		return ID7_N("it is a symbolic link");
	if (fault->trouble == ID7_TROUBLE_TYPE)
		return ID7_N("it is not a regular file");
	if (fault->trouble == ID7_TROUBLE_HELD)
		return ID7_N("another program keeps it locked");
	if (fault->error == ID7_NO_MEMORY)
		return ID7_N("no memory");
	return strerror(fault->errnum);
}
