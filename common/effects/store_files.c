/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Directories of shards: made, filled, walked and cleared away. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/effects/file.h"
#include "common/effects/scope.h"
#include "common/effects/store_private.h"

#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

void
id7_blob_free(struct id7_blob *blob)
{
	if (blob->bytes != NULL)
		id7_wipe(blob->bytes, blob->len);
	free(blob->bytes);
	*blob = (struct id7_blob){0};
}

int
id7_files_create(int dirfd, const char *name)
{
	int fd = openat(dirfd, name,
			O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			0600);

	if (fd >= 0)
		(void)fchmod(fd, 0600);
	return fd;
}

bool
id7_files_each(int dirfd, id7_files_each_fn *each, void *context)
{
	int fd = openat(dirfd, ".", DIR_FLAGS);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	if (dir == NULL) {
		id7_scope_close(&fd);
		return false;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			each(entry->d_name, context);
	}
	closedir(dir);
	return true;
}

struct clearing {
	int fd;
	bool deep;
};

static void
clear_one(const char *name, void *context)
{
	const struct clearing *clearing = context;

	if (unlinkat(clearing->fd, name, 0) != 0 && errno == EISDIR &&
	    clearing->deep)
		(void)id7_files_clear(clearing->fd, name, false);
}

bool
id7_files_clear(int dirfd, const char *name, bool deep)
{
	auto_fd fd = openat(dirfd, name, DIR_FLAGS);
	struct clearing clearing = {.fd = fd, .deep = deep};

	if (fd < 0)
		return errno == ENOENT;
	return id7_files_each(fd, clear_one, &clearing) &&
	       unlinkat(dirfd, name, AT_REMOVEDIR) == 0;
}

enum id7_error
id7_files_dir(int dirfd, const char *name, bool deep, int *ret_fd)
{
	auto_fd fd = -1;

	if (!id7_files_clear(dirfd, name, deep) ||
	    mkdirat(dirfd, name, 0700) != 0)
		return ID7_IO;
	fd = openat(dirfd, name, DIR_FLAGS);
	if (fd < 0 || fchmod(fd, 0700) != 0)
		return ID7_IO;
	*ret_fd = fd;
	fd = -1;
	return ID7_OK;
}

uint32_t
id7_files_generation(const char *name)
{
	char text[ID7_STORE_FILE_MAX + 1];
	unsigned int number = 0;

	if (sscanf(name, "g%6u", &number) != 1)
		return 0;
	(void)snprintf(text, sizeof text, "g%06u", number);
	if (strcmp(name, text) == 0)
		return number;
	(void)snprintf(text, sizeof text, "g%06u.new", number);
	return strcmp(name, text) == 0 ? number : 0;
}

enum id7_error
id7_files_read(struct id7_store *store, struct id7_shard shard,
	       enum id7_store_file file, struct id7_blob *ret_blob)
{
	char name[ID7_STORE_FILE_MAX + 1];
	auto_blob blob = {0};
	auto_fd fd = -1;
	struct stat st;
	enum id7_error error;

	error = id7_shard_open_file(store, shard, file, O_RDONLY, &fd);
	if (error != ID7_OK)
		return error;
	id7_shard_name(store, shard, file, name);
	if (fstat(fd, &st) != 0)
		return id7_store_blame(store, ID7_IO, name);
	blob.bytes = malloc((size_t)st.st_size + 1);
	if (blob.bytes == NULL)
		return id7_store_blame(store, ID7_NO_MEMORY, name);
	error = id7_file_read(fd, name, blob.bytes, (size_t)st.st_size,
			      &blob.len, &store->fault);
	if (error != ID7_OK)
		return error;
	/* An end that comes too early would be copied as if it were the whole.
	 */
	errno = EIO;
	if (blob.len != (size_t)st.st_size)
		return id7_store_blame(store, ID7_IO, name);
	*ret_blob = blob;
	blob.bytes = NULL;
	return ID7_OK;
}

enum id7_error
id7_files_write(int dirfd, const char *name, const struct id7_blob *blob,
		bool tally)
{
	auto_fd fd = id7_files_create(dirfd, name);

	if (fd < 0)
		return ID7_IO;
	if (tally)
		id7_shard_nocow(fd);
	if (blob != NULL &&
	    id7_file_write_all(fd, blob->bytes, blob->len) != ID7_OK)
		return ID7_IO;
	return fsync(fd) == 0 ? ID7_OK : ID7_IO;
}
