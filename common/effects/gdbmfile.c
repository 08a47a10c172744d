/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One GDBM file of records of one size: the only door to libgdbm. */
#include "common/effects/gdbmfile.h"

#include <errno.h>
#include <fcntl.h>
#include <gdbm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/effects/scope.h"
#include "common/effects/secret.h"

#define BLOCK 4096
#define OPEN_FLAGS                                                             \
	(GDBM_NOLOCK | GDBM_NOMMAP | GDBM_CLOEXEC | GDBM_CLOERROR |            \
	 GDBM_BSEXACT)
#define FILE_NAME "7id" /* for libgdbm's own messages, which nobody sees */

#define HEADER_MAGIC 0x13579acf
#define BUCKET_ELEMENTS 166
#define AVAIL_SIZE 252
#define DIR_BITS_MIN 9
#define DIR_BITS_MAX 24
#define KEY_SHOWN 79

/* The first bytes of the file, as this machine's libgdbm lays them out. */
struct header {
	int32_t magic;
	int32_t block_size;
	int64_t dir;
	int32_t dir_size;
	int32_t dir_bits;
	int32_t bucket_size;
	int32_t bucket_elems;
	int64_t next_block;
	int32_t avail_size;
	int32_t avail_count;
	int64_t avail_next;
};

_Static_assert(sizeof(struct header) == 56, "header of a GDBM file");

static bool
header_sane(const struct header *h, int64_t size)
{
	return h->magic == HEADER_MAGIC && h->block_size == BLOCK &&
	       h->bucket_size == BLOCK && h->bucket_elems == BUCKET_ELEMENTS &&
	       h->dir_bits >= DIR_BITS_MIN && h->dir_bits <= DIR_BITS_MAX &&
	       h->dir_size == 8 << h->dir_bits && h->dir >= BLOCK &&
	       h->dir <= size - h->dir_size && h->next_block == size &&
	       h->avail_size == AVAIL_SIZE && h->avail_count >= 0 &&
	       h->avail_count <= AVAIL_SIZE && h->avail_next >= 0 &&
	       h->avail_next < size;
}

/* libgdbm 1.23 believes a next_block beyond the end and fills the disk. */
static enum id7_error
header_check(int fd)
{
	struct header header;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return ID7_IO;
	n = pread(fd, &header, sizeof header, 0);
	if (n < 0)
		return ID7_IO;
	if (n != (ssize_t)sizeof header || !header_sane(&header, st.st_size))
		return ID7_CORRUPT;
	return ID7_OK;
}

/* Out of libgdbm's words; `bad` is the answer when none of them fits. */
static enum id7_error
error_of(gdbm_error code, int system, enum id7_error bad)
{
	if (code == GDBM_MALLOC_ERROR)
		return ID7_NO_MEMORY;
	if (system == 0 && bad == ID7_IO)
		system = EIO;
	if (system == 0)
		return bad;
	errno = system;
	return ID7_IO;
}

static datum
key_datum(const char *key)
{
	return (datum){.dptr = (char *)key, .dsize = (int)strlen(key)};
}

static void
datum_release(datum *value)
{
	if (value->dptr != NULL)
		id7_wipe(value->dptr, (size_t)value->dsize);
	free(value->dptr);
	value->dptr = NULL;
}
#define auto_datum __attribute__((cleanup(datum_release))) datum

enum id7_error
id7_gdbm_create(int fd)
{
	int other = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	GDBM_FILE handle;
	gdbm_error code;
	int system;

	if (other < 0)
		return ID7_IO;
	errno = 0;
	handle = gdbm_fd_open(other, FILE_NAME, BLOCK, GDBM_NEWDB | OPEN_FLAGS,
			      NULL);
	if (handle == NULL)
		return error_of(gdbm_errno, errno, ID7_IO);
	/* It syncs the new file and opens it even if that failed; the next sync
	 * of the same file would not tell again. */
	code = gdbm_last_errno(handle);
	system = gdbm_last_syserr(handle);
	if (gdbm_close(handle) != 0 && code == GDBM_NO_ERROR)
		return error_of(GDBM_NO_ERROR, errno, ID7_IO);
	return code == GDBM_NO_ERROR ? ID7_OK : error_of(code, system, ID7_IO);
}

enum id7_error
id7_gdbm_open(int fd, bool writer, struct id7_gdbm *ret_file)
{
	auto_fd taken = fd;
	enum id7_error error = header_check(taken);

	if (error != ID7_OK)
		return error;
	ret_file->handle = gdbm_fd_open(
		taken, FILE_NAME, BLOCK,
		(writer ? GDBM_WRITER : GDBM_READER) | OPEN_FLAGS, NULL);
	taken = -1;
	if (ret_file->handle == NULL)
		return error_of(gdbm_errno, 0, ID7_CORRUPT);
	return ID7_OK;
}

int
id7_gdbm_pin(const struct id7_gdbm *file)
{
	return fcntl(gdbm_fdesc(file->handle), F_DUPFD_CLOEXEC, 0);
}

static enum id7_error
fetch(GDBM_FILE handle, const char *key, datum *ret_value)
{
	gdbm_error code;

	gdbm_clear_error(handle);
	*ret_value = gdbm_fetch(handle, key_datum(key));
	if (ret_value->dptr != NULL)
		return ID7_OK;
	code = gdbm_last_errno(handle);
	if (code == GDBM_ITEM_NOT_FOUND)
		return ID7_NOT_FOUND;
	/* Said of nothing but a cache that found no memory. */
	if (code == GDBM_NO_ERROR)
		return ID7_NO_MEMORY;
	return error_of(code, gdbm_last_syserr(handle), ID7_CORRUPT);
}

/* A miss reads as much as a hit: time does not tell names apart. */
static void
spend_read(GDBM_FILE handle, size_t len)
{
	auto_datum waste = {.dptr = malloc(len), .dsize = (int)len};
	int fd = gdbm_fdesc(handle);
	struct stat st;

	if (waste.dptr != NULL && fstat(fd, &st) == 0)
		waste.dsize =
			(int)(pread(fd, waste.dptr, len, BLOCK) > 0 ? len : 0);
}

enum id7_error
id7_gdbm_fetch(const struct id7_gdbm *file, const char *key, void *ret_value,
	       size_t len)
{
	auto_datum value = {0};
	enum id7_error error = fetch(file->handle, key, &value);

	if (error == ID7_NOT_FOUND)
		spend_read(file->handle, len);
	if (error != ID7_OK)
		return error;
	if ((size_t)value.dsize != len)
		return ID7_CORRUPT;
	memcpy(ret_value, value.dptr, len);
	return ID7_OK;
}

/* Return code 0 is not success: libgdbm forgets failed writes of buckets. */
static enum id7_error
write_checked(GDBM_FILE handle, int rc)
{
	if (rc == 0 && gdbm_needs_recovery(handle) == 0 &&
	    gdbm_last_errno(handle) == GDBM_NO_ERROR)
		return ID7_OK;
	return error_of(gdbm_last_errno(handle), gdbm_last_syserr(handle),
			ID7_IO);
}

static enum id7_error
read_back(GDBM_FILE handle, const char *key, const void *value, size_t len)
{
	auto_datum now = {0};

	if (fetch(handle, key, &now) == ID7_OK && (size_t)now.dsize == len &&
	    memcmp(now.dptr, value, len) == 0)
		return ID7_OK;
	errno = EIO;
	return ID7_IO;
}

static enum id7_error
store(GDBM_FILE handle, const char *key, const void *value, size_t len, int how)
{
	datum content = {.dptr = (char *)value, .dsize = (int)len};
	enum id7_error error;

	gdbm_clear_error(handle);
	error = write_checked(handle,
			      gdbm_store(handle, key_datum(key), content, how));
	return error == ID7_OK ? read_back(handle, key, value, len) : error;
}

enum id7_error
id7_gdbm_replace(const struct id7_gdbm *file, const char *key,
		 const void *value, size_t len)
{
	auto_datum old = {0};
	enum id7_error error = fetch(file->handle, key, &old);

	if (error != ID7_OK)
		return error;
	if ((size_t)old.dsize != len)
		return ID7_CORRUPT;
	return store(file->handle, key, value, len, GDBM_REPLACE);
}

static enum id7_error
present(GDBM_FILE handle, const char *key)
{
	gdbm_error code;

	gdbm_clear_error(handle);
	if (gdbm_exists(handle, key_datum(key)))
		return ID7_OK;
	code = gdbm_last_errno(handle);
	if (code == GDBM_ITEM_NOT_FOUND || code == GDBM_NO_ERROR)
		return ID7_NOT_FOUND;
	return error_of(code, gdbm_last_syserr(handle), ID7_CORRUPT);
}

enum id7_error
id7_gdbm_exists(const struct id7_gdbm *file, const char *key)
{
	return present(file->handle, key);
}

enum id7_error
id7_gdbm_insert(const struct id7_gdbm *file, const char *key, const void *value,
		size_t len)
{
	enum id7_error error = present(file->handle, key);

	if (error != ID7_NOT_FOUND)
		return error == ID7_OK ? ID7_EXISTS : error;
	return store(file->handle, key, value, len, GDBM_INSERT);
}

enum id7_error
id7_gdbm_load(const struct id7_gdbm *file, const char *key, const void *value,
	      size_t len)
{
	datum content = {.dptr = (char *)value, .dsize = (int)len};
	int rc;

	gdbm_clear_error(file->handle);
	rc = gdbm_store(file->handle, key_datum(key), content, GDBM_INSERT);
	return rc == 1 ? ID7_EXISTS : write_checked(file->handle, rc);
}

enum id7_error
id7_gdbm_delete(const struct id7_gdbm *file, const char *key)
{
	GDBM_FILE handle = file->handle;
	enum id7_error error = present(handle, key);

	if (error != ID7_OK)
		return error;
	gdbm_clear_error(handle);
	error = write_checked(handle, gdbm_delete(handle, key_datum(key)));
	if (error != ID7_OK)
		return error;
	error = present(handle, key);
	if (error == ID7_NOT_FOUND)
		return ID7_OK;
	errno = EIO;
	return ID7_IO;
}

static bool
give_key(const datum *key, id7_gdbm_each_fn *each, void *context)
{
	char text[KEY_SHOWN + 1] = {0};
	size_t len = (size_t)key->dsize;

	memcpy(text, key->dptr, len < KEY_SHOWN ? len : KEY_SHOWN);
	return each(text, context);
}

enum id7_error
id7_gdbm_each(const struct id7_gdbm *file, size_t len, id7_gdbm_each_fn *each,
	      void *context)
{
	GDBM_FILE handle = file->handle;
	auto_datum key = {0};
	struct stat st;
	uint64_t left;

	if (fstat(gdbm_fdesc(handle), &st) != 0)
		return ID7_IO;
	left = (uint64_t)st.st_size / len * 2 + 2;
	gdbm_clear_error(handle);
	for (key = gdbm_firstkey(handle); key.dptr != NULL && left > 0;
	     left--) {
		datum next;

		if (!give_key(&key, each, context))
			return ID7_OK;
		gdbm_clear_error(handle);
		next = gdbm_nextkey(handle, key);
		datum_release(&key);
		key = next;
	}
	if (key.dptr == NULL && gdbm_last_errno(handle) == GDBM_ITEM_NOT_FOUND)
		return ID7_OK;
	return ID7_CORRUPT;
}

enum id7_error
id7_gdbm_close(struct id7_gdbm *file)
{
	GDBM_FILE handle = file->handle;
	int rc;

	if (handle == NULL)
		return ID7_OK;
	file->handle = NULL;
	rc = gdbm_close(handle);
	if (rc == 0)
		return ID7_OK;
	return error_of(GDBM_NO_ERROR, errno, ID7_IO);
}

/* gdbm_close() syncs whatever a writer's descriptor names, needed or not: so it
 * is made to name what cannot be synced. Without it the close is merely slow.
 */
static void
spare_sync(GDBM_FILE handle)
{
	auto_fd nothing = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (nothing >= 0)
		(void)dup3(nothing, gdbm_fdesc(handle), O_CLOEXEC);
}

enum id7_error
id7_gdbm_commit(struct id7_gdbm *file)
{
	enum id7_error error = ID7_OK;
	int saved;

	if (fdatasync(gdbm_fdesc(file->handle)) != 0)
		error = ID7_IO;
	saved = errno;
	id7_gdbm_abandon(file);
	errno = saved;
	return error;
}

void
id7_gdbm_abandon(struct id7_gdbm *file)
{
	int saved = errno;

	if (file->handle != NULL)
		spare_sync(file->handle);
	(void)id7_gdbm_close(file);
	errno = saved;
}

void
id7_gdbm_leave(struct id7_gdbm *file)
{
	int saved = errno;

	(void)id7_gdbm_close(file);
	errno = saved;
}
