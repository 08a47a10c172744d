/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens only what can be trusted, and writes so that a reader sees old or new.
 */
#include "common/effects/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/effects/clock.h"
#include "common/effects/scope.h"

#define SAFE_FLAGS (O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define PERMISSIONS 0777u
#define OPEN_WAIT_MS 1000
#define OPEN_NAP_US 200
#define OPEN_TRIES 16 /* however late it is */

/* What a file or directory must be to be trusted. */
struct demand {
	mode_t type;
	mode_t mode_max;
	bool one_name;
	bool root_too; /* may also belong to root */
};

static enum id7_error
untrusted(struct id7_fault *ret_fault, enum id7_trouble trouble,
	  const char *subject, uint32_t found, uint32_t wanted)
{
	enum id7_error error =
		id7_fault_set(ret_fault, ID7_UNTRUSTED, trouble, subject);

	if (ret_fault != NULL) {
		ret_fault->found = found;
		ret_fault->wanted = wanted;
	}
	return error;
}

static enum id7_error
check_trust(const struct stat *st, const struct demand *demand,
	    const char *subject, struct id7_fault *ret_fault)
{
	uid_t self = geteuid();

	if ((st->st_mode & S_IFMT) != demand->type)
		return untrusted(ret_fault, ID7_TROUBLE_TYPE, subject, 0, 0);
	if (st->st_uid != self && !(demand->root_too && st->st_uid == 0))
		return untrusted(ret_fault, ID7_TROUBLE_OWNER, subject,
				 st->st_uid, self);
	/* An executable file is borne with, but nobody is told to make one. */
	if ((st->st_mode & PERMISSIONS & ~demand->mode_max) != 0)
		return untrusted(ret_fault, ID7_TROUBLE_MODE, subject,
				 st->st_mode & PERMISSIONS,
				 demand->mode_max &
					 (S_ISREG(demand->type) ? 0666 : 0777));
	if (demand->one_name && st->st_nlink != 1)
		return untrusted(ret_fault, ID7_TROUBLE_LINKS, subject,
				 (uint32_t)st->st_nlink, 1);
	return ID7_OK;
}

/* The errno of a failed open, told more exactly by what stands there. */
static enum id7_error
open_failed(int dirfd, const char *name, const char *subject,
	    struct id7_fault *ret_fault)
{
	int saved = errno;
	struct stat st;
	bool there = (saved == ENOTDIR || saved == EISDIR || saved == ENXIO) &&
		     fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;

	errno = saved;
	if (there && S_ISLNK(st.st_mode))
		errno = ELOOP;
	else if (there)
		return untrusted(ret_fault, ID7_TROUBLE_TYPE, subject, 0, 0);
	return id7_fault_errno(ret_fault, subject, NULL);
}

/* Without the slashes at its end, which would make the kernel follow a link. */
static bool
bare_path(const char *path, char ret_bare[PATH_MAX])
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	if (len >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(ret_bare, path, len);
	ret_bare[len] = '\0';
	return true;
}

enum id7_error
id7_dir_open(const char *path, mode_t mode_max, int *ret_fd,
	     struct id7_fault *ret_fault)
{
	const struct demand demand = {.type = S_IFDIR, .mode_max = mode_max};
	char bare[PATH_MAX];
	auto_fd fd = -1;
	struct stat st;
	enum id7_error error;

	if (!bare_path(path, bare))
		return id7_fault_errno(ret_fault, path, NULL);
	fd = open(bare, DIR_FLAGS);
	if (fd < 0)
		return open_failed(AT_FDCWD, bare, bare, ret_fault);
	if (fstat(fd, &st) != 0)
		return id7_fault_errno(ret_fault, bare, NULL);
	error = check_trust(&st, &demand, bare, ret_fault);
	if (error != ID7_OK)
		return error;
	*ret_fd = fd;
	fd = -1;
	return ID7_OK;
}

static bool
sync_parent(char path[PATH_MAX])
{
	char *slash = strrchr(path, '/');
	auto_fd fd = -1;

	if (slash == path)
		slash[1] = '\0';
	else if (slash != NULL)
		*slash = '\0';
	fd = open(slash != NULL ? path : ".",
		  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && fsync(fd) == 0;
}

enum id7_error
id7_dir_make(const char *path, mode_t mode, int *ret_fd,
	     struct id7_fault *ret_fault)
{
	char bare[PATH_MAX];
	auto_fd fd = -1;
	bool made;
	enum id7_error error;

	if (!bare_path(path, bare))
		return id7_fault_errno(ret_fault, path, NULL);
	/* As a rule it is there; asking to make it would wait for its parent.
	 */
	error = id7_dir_open(bare, mode, ret_fd, ret_fault);
	if (error != ID7_NOT_FOUND)
		return error;
	made = mkdir(bare, mode) == 0;
	if (!made && errno != EEXIST)
		return id7_fault_errno(ret_fault, bare, NULL);
	error = id7_dir_open(bare, mode, &fd, ret_fault);
	if (error != ID7_OK)
		return error;
	/* A umask may have taken bits that others need; a guest leaves it. */
	if (made && (fchmod(fd, mode) != 0 || !sync_parent(bare)))
		return id7_fault_errno(ret_fault, path, NULL);
	*ret_fd = fd;
	fd = -1;
	return ID7_OK;
}

enum id7_error
id7_dir_make_parent(const char *path, struct id7_fault *ret_fault)
{
	char bare[PATH_MAX];
	char *slash;

	if (!bare_path(path, bare))
		return id7_fault_errno(ret_fault, path, NULL);
	slash = strrchr(bare, '/');
	if (slash == NULL || slash == bare)
		return ID7_OK;
	*slash = '\0';
	if (mkdir(bare, 0755) == 0)
		return sync_parent(bare)
			       ? ID7_OK
			       : id7_fault_errno(ret_fault, path, NULL);
	return errno == EEXIST ? ID7_OK
			       : id7_fault_errno(ret_fault, bare, NULL);
}

static int
open_or_create(int dirfd, const char *name, int flags, mode_t mode)
{
	int without = flags & ~(O_CREAT | O_EXCL);
	int fd = -1;

	if ((flags & O_EXCL) == 0)
		fd = openat(dirfd, name, without);
	if (fd >= 0 || (flags & O_CREAT) == 0 ||
	    ((flags & O_EXCL) == 0 && errno != ENOENT))
		return fd;
	fd = openat(dirfd, name, without | O_CREAT | O_EXCL, mode);
	if (fd < 0 && errno == EEXIST && (flags & O_EXCL) == 0)
		return openat(dirfd, name, without);
	if (fd >= 0)
		(void)fchmod(fd, mode);
	return fd;
}

enum id7_error
id7_file_open(int dirfd, const char *dir, const char *name, int flags,
	      mode_t mode_max, int *ret_fd, struct id7_fault *ret_fault)
{
	const struct demand demand = {
		.type = S_IFREG, .mode_max = mode_max, .one_name = true};
	char path[ID7_FAULT_SUBJECT_MAX];
	struct id7_deadline deadline = id7_deadline_in(OPEN_WAIT_MS);
	unsigned int tries = 0;
	auto_fd fd = -1;
	struct stat st;
	enum id7_error error;

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	/* No name left: it was replaced just now, so the new one is wanted.
	 * While a rename is under way the old one is still found, for as long
	 * as the kernel lets the other process wait; and it may let this one
	 * wait between two calls until the time is over. */
	do {
		if (fd >= 0)
			id7_deadline_nap(deadline, OPEN_NAP_US);
		id7_scope_close(&fd);
		fd = open_or_create(dirfd, name,
				    (flags & ~O_TRUNC) | SAFE_FLAGS, mode_max);
		if (fd < 0)
			return open_failed(dirfd, name, path, ret_fault);
		if (fstat(fd, &st) != 0)
			return id7_fault_errno(ret_fault, dir, name);
		tries++;
	} while (st.st_nlink == 0 &&
		 (tries < OPEN_TRIES || id7_deadline_left(deadline) > 0));
	error = check_trust(&st, &demand, path, ret_fault);
	if (error != ID7_OK)
		return error;
	if ((flags & O_TRUNC) != 0 && ftruncate(fd, 0) != 0)
		return id7_fault_errno(ret_fault, dir, name);
	*ret_fd = fd;
	fd = -1;
	return ID7_OK;
}

enum id7_error
id7_file_read_settings(const char *path, char *buf, size_t size,
		       size_t *ret_len, struct id7_fault *ret_fault)
{
	const struct demand demand = {
		.type = S_IFREG, .mode_max = 0755, .root_too = true};
	auto_fd fd = open(path, O_RDONLY | SAFE_FLAGS);
	struct stat st;
	enum id7_error error;

	if (fd < 0)
		return open_failed(AT_FDCWD, path, path, ret_fault);
	if (fstat(fd, &st) != 0)
		return id7_fault_errno(ret_fault, path, NULL);
	error = check_trust(&st, &demand, path, ret_fault);
	if (error != ID7_OK)
		return error;
	return id7_file_read(fd, path, buf, size, ret_len, ret_fault);
}

/* One read at an offset that no signal ends. */
static ssize_t
read_at(int fd, void *buf, size_t size, size_t at)
{
	ssize_t n;

	do
		n = pread(fd, buf, size, (off_t)at);
	while (n < 0 && errno == EINTR);
	return n;
}

enum id7_error
id7_file_read(int fd, const char *subject, void *buf, size_t size,
	      size_t *ret_len, struct id7_fault *ret_fault)
{
	size_t len = 0;
	ssize_t n;
	char more;

	do {
		n = len < size ? read_at(fd, (char *)buf + len, size - len, len)
			       : read_at(fd, &more, 1, len);
		if (n < 0)
			return id7_fault_errno(ret_fault, subject, NULL);
		len += (size_t)n;
	} while (n > 0 && len <= size);
	if (len > size)
		return id7_fault_set(ret_fault, ID7_CORRUPT, ID7_TROUBLE_SIZE,
				     subject);
	*ret_len = len;
	return ID7_OK;
}

enum id7_error
id7_file_write_all(int fd, const void *buf, size_t len)
{
	const char *from = buf;

	while (len > 0) {
		ssize_t n = write(fd, from, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO;
		if (n <= 0)
			return ID7_IO;
		from += n;
		len -= (size_t)n;
	}
	return ID7_OK;
}

static bool
write_new(int dirfd, const char *name, const void *buf, size_t len)
{
	auto_fd fd = openat(dirfd, name,
			    O_WRONLY | O_CREAT | O_EXCL | SAFE_FLAGS, 0600);

	return fd >= 0 && fchmod(fd, 0600) == 0 &&
	       id7_file_write_all(fd, buf, len) == ID7_OK && fsync(fd) == 0;
}

enum id7_error
id7_file_replace(int dirfd, const char *dir, const char *name, const void *buf,
		 size_t len, struct id7_fault *ret_fault)
{
	char temporary[NAME_MAX + 1];
	enum id7_error error;

	if (snprintf(temporary, sizeof temporary, "%s.tmp", name) >=
	    (int)sizeof temporary) {
		errno = ENAMETOOLONG;
		return id7_fault_errno(ret_fault, dir, name);
	}
	/* What a crash left behind. */
	(void)unlinkat(dirfd, temporary, 0);
	if (!write_new(dirfd, temporary, buf, len) ||
	    renameat(dirfd, temporary, dirfd, name) != 0) {
		error = id7_fault_errno(ret_fault, dir, name);
		(void)unlinkat(dirfd, temporary, 0);
		return error;
	}
	return fsync(dirfd) == 0 ? ID7_OK
				 : id7_fault_errno(ret_fault, dir, name);
}

#define SPARE_MAX 16

enum id7_error
id7_file_spare(unsigned int count, struct id7_fault *ret_fault)
{
	int fd[SPARE_MAX];
	unsigned int opened = 0;
	enum id7_error error = ID7_OK;

	while (error == ID7_OK && opened < count && opened < SPARE_MAX) {
		/* A copy counts as much as another file, and costs less. */
		if (opened == 0)
			fd[0] = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		else
			fd[opened] = fcntl(fd[0], F_DUPFD_CLOEXEC, 0);
		if (fd[opened] < 0)
			error = id7_fault_errno(ret_fault, "open files", NULL);
		else
			opened++;
	}
	while (opened > 0)
		id7_scope_close(&fd[--opened]);
	return error;
}
