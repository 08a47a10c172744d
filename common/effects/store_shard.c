/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of one shard: their names, and the one way to change their shape.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/bytes.h"
#include "common/effects/file.h"
#include "common/effects/guard.h"
#include "common/effects/scope.h"
#include "common/effects/store_private.h"

#define COPY_CHUNK 65536

struct id7_shard
id7_shard_of(const struct id7_store *store, const struct id7_subject *subject)
{
	const uint8_t *end = subject->hash + ID7_SUBJECT_LEN - 4;
	struct id7_shard shard = {.phantom = subject->phantom};

	if (subject->phantom)
		shard.index = id7_bytes_get32(subject->hash) % ID7_PHANTOMS /
			      ID7_PHANTOMS_EACH;
	else
		shard.index = id7_bytes_get32(end) & (store->meta.shards - 1);
	return shard;
}

bool
id7_shard_has_lock(struct id7_shard shard)
{
	return !shard.phantom || shard.index == 0;
}

static const char *
ending(enum id7_store_file file)
{
	switch (file) {
	case ID7_STORE_DB:
		return "db";
	case ID7_STORE_TALLY:
		return "tally";
	case ID7_STORE_LOCK:
		return "lock";
	}
	return "";
}

void
id7_shard_base(struct id7_shard shard, enum id7_store_file file,
	       char ret_name[ID7_STORE_FILE_MAX + 1])
{
	if (shard.phantom && file == ID7_STORE_LOCK)
		(void)snprintf(ret_name, ID7_STORE_FILE_MAX + 1,
			       "phantom.lock");
	else if (shard.phantom)
		(void)snprintf(ret_name, ID7_STORE_FILE_MAX + 1,
			       "phantom-%02x.%s", shard.index, ending(file));
	else
		(void)snprintf(ret_name, ID7_STORE_FILE_MAX + 1, "%03x.%s",
			       shard.index, ending(file));
}

void
id7_shard_name(const struct id7_store *store, struct id7_shard shard,
	       enum id7_store_file file, char ret_name[ID7_STORE_FILE_MAX + 1])
{
	char base[ID7_STORE_FILE_MAX + 1];

	id7_shard_base(shard, file, base);
	if (shard.phantom)
		(void)snprintf(ret_name, ID7_STORE_FILE_MAX + 1, "%.40s", base);
	else
		(void)snprintf(ret_name, ID7_STORE_FILE_MAX + 1, "g%06u/%.40s",
			       store->meta.generation, base);
}

static enum id7_trouble
trouble_of(enum id7_error error)
{
	switch (error) {
	case ID7_BUSY:
		return ID7_TROUBLE_HELD;
	case ID7_CORRUPT:
		return ID7_TROUBLE_DAMAGED;
	case ID7_NEWER:
		return ID7_TROUBLE_NEWER;
	case ID7_WRONG_KEY:
		return ID7_TROUBLE_WRONG_KEY;
	case ID7_NOT_FOUND:
	case ID7_NO_KEY:
		return ID7_TROUBLE_MISSING;
	case ID7_IO:
		return ID7_TROUBLE_SYSCALL;
	case ID7_OK:
	case ID7_NO_MEMORY:
	case ID7_EXISTS:
	case ID7_INVALID:
	case ID7_BAD_CONFIG:
	case ID7_UNTRUSTED:
	case ID7_STALE:
	case ID7_INTERNAL:
		break;
	}
	return ID7_TROUBLE_NONE;
}

enum id7_error
id7_store_blame(struct id7_store *store, enum id7_error error, const char *name)
{
	struct id7_fault *fault = &store->fault;
	char subject[ID7_PATH_MAX + ID7_STORE_FILE_MAX + 2];

	if (error == ID7_IO) {
		(void)id7_fault_errno(fault, store->dir, name);
		fault->error = ID7_IO;
		return error;
	}
	(void)snprintf(subject, sizeof subject, "%s%s%s", store->dir,
		       name != NULL ? "/" : "", name != NULL ? name : "");
	return id7_fault_set(fault, error, trouble_of(error), subject);
}

enum id7_error
id7_shard_open_file(struct id7_store *store, struct id7_shard shard,
		    enum id7_store_file file, int flags, int *ret_fd)
{
	char base[ID7_STORE_FILE_MAX + 1];
	char dir[ID7_PATH_MAX + 16];
	enum id7_error error;

	id7_shard_base(shard, file, base);
	if (shard.phantom)
		(void)snprintf(dir, sizeof dir, "%s", store->dir);
	else
		(void)snprintf(dir, sizeof dir, "%s/g%06u", store->dir,
			       store->meta.generation);
	error = id7_file_open(shard.phantom ? store->root_fd : store->shards_fd,
			      dir, base, flags, 0600, ret_fd, &store->fault);
	if (error == ID7_NOT_FOUND) {
		store->fault.error = ID7_CORRUPT;
		return ID7_CORRUPT;
	}
	return error;
}

enum id7_error
id7_shard_open(struct id7_store *store, struct id7_shard shard,
	       enum id7_store_file file, bool writer, struct id7_gdbm *ret_file)
{
	char name[ID7_STORE_FILE_MAX + 1];
	int fd = -1;
	enum id7_error error;

	error = id7_shard_open_file(store, shard, file,
				    writer ? O_RDWR : O_RDONLY, &fd);
	if (error != ID7_OK)
		return error;
	error = id7_gdbm_open(fd, writer, ret_file);
	if (error == ID7_OK)
		return ID7_OK;
	id7_shard_name(store, shard, file, name);
	return id7_store_blame(store, error, name);
}

void
id7_shard_nocow(int fd)
{
#ifdef FS_NOCOW_FL
	int flags = 0;

	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0) {
		flags |= FS_NOCOW_FL;
		(void)ioctl(fd, FS_IOC_SETFLAGS, &flags);
	}
#endif
}

static enum id7_error
copy_bytes(int from, int to)
{
	auto_free void *chunk = malloc(COPY_CHUNK);
	ssize_t n;

	if (chunk == NULL)
		return ID7_NO_MEMORY;
	for (;;) {
		n = read(from, chunk, COPY_CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? ID7_OK : ID7_IO;
		if (id7_file_write_all(to, chunk, (size_t)n) != ID7_OK)
			return ID7_IO;
	}
}

/* The copy, open for GDBM; what an earlier change left behind goes. */
static enum id7_error
copy_open(struct id7_store *store, struct id7_shard shard,
	  enum id7_store_file file, const char *temporary,
	  struct id7_gdbm *ret_copy)
{
	auto_fd from = -1;
	auto_fd to = -1;
	int given;
	enum id7_error error;

	error = id7_shard_open_file(store, shard, file, O_RDONLY, &from);
	if (error != ID7_OK)
		return error;
	(void)unlinkat(store->shards_fd, temporary, 0);
	to = openat(store->shards_fd, temporary,
		    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0 || fchmod(to, 0600) != 0)
		return id7_store_blame(store, ID7_IO, temporary);
	if (file == ID7_STORE_TALLY)
		id7_shard_nocow(to);
	error = copy_bytes(from, to);
	if (error != ID7_OK || lseek(to, 0, SEEK_SET) != 0)
		return id7_store_blame(store, error != ID7_OK ? error : ID7_IO,
				       temporary);
	given = to;
	to = -1;
	error = id7_gdbm_open(given, true, ret_copy);
	return error == ID7_OK ? ID7_OK
			       : id7_store_blame(store, error, temporary);
}

static enum id7_error
edit_one(const struct id7_gdbm *copy, const struct id7_edit *edit)
{
	switch (edit->kind) {
	case ID7_EDIT_INSERT:
		return id7_gdbm_insert(copy, edit->key, edit->value, edit->len);
	case ID7_EDIT_REPLACE:
		return id7_gdbm_replace(copy, edit->key, edit->value,
					edit->len);
	case ID7_EDIT_DELETE:
		return id7_gdbm_delete(copy, edit->key);
	}
	return ID7_INTERNAL;
}

struct edits {
	const struct id7_edit *edit;
	size_t count;
};

static enum id7_error
edit_all(const struct id7_gdbm *copy, void *context)
{
	const struct edits *edits = context;
	enum id7_error error = ID7_OK;

	for (size_t i = 0; i < edits->count && error == ID7_OK; i++)
		error = edit_one(copy, &edits->edit[i]);
	return error;
}

static enum id7_error
verify_one(const struct id7_gdbm *copy, const struct id7_edit *edit)
{
	auto_free void *value = malloc(edit->len + 1);
	enum id7_error error;

	if (value == NULL)
		return ID7_NO_MEMORY;
	error = id7_gdbm_fetch(copy, edit->key, value, edit->len);
	if (edit->kind == ID7_EDIT_DELETE)
		return error == ID7_NOT_FOUND ? ID7_OK : ID7_CORRUPT;
	if (error == ID7_OK && memcmp(value, edit->value, edit->len) != 0)
		return ID7_CORRUPT;
	return error;
}

static enum id7_error
verify_all(const struct id7_gdbm *copy, void *context)
{
	const struct edits *edits = context;
	enum id7_error error = ID7_OK;

	for (size_t i = 0; i < edits->count && error == ID7_OK; i++)
		error = verify_one(copy, &edits->edit[i]);
	return error;
}

/* Reads the closed copy as a stranger would. */
static enum id7_error
verify(struct id7_store *store, const char *temporary,
       const struct id7_rewrite *rewrite)
{
	int fd = openat(store->shards_fd, temporary,
			O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	auto_gdbm file = {0};
	enum id7_error error;

	if (fd < 0)
		return ID7_IO;
	error = id7_gdbm_open(fd, false, &file);
	return error == ID7_OK ? rewrite->verify(&file, rewrite->context)
			       : error;
}

static enum id7_error
rewrite_copy(struct id7_store *store, struct id7_shard shard,
	     enum id7_store_file file, const char *temporary,
	     const struct id7_rewrite *rewrite)
{
	auto_gdbm copy = {0};
	enum id7_error error = copy_open(store, shard, file, temporary, &copy);

	if (error != ID7_OK)
		return error;
	error = rewrite->change(&copy, rewrite->context);
	/* The close is also the copy's sync. */
	if (error == ID7_OK)
		error = id7_gdbm_close(&copy);
	if (error == ID7_OK)
		error = verify(store, temporary, rewrite);
	return error == ID7_OK ? ID7_OK
			       : id7_store_blame(store, error, temporary);
}

enum id7_error
id7_shard_rewrite(struct id7_store *store, struct id7_shard shard,
		  enum id7_store_file file, const struct id7_rewrite *rewrite)
{
	char base[ID7_STORE_FILE_MAX + 1];
	char temporary[ID7_STORE_FILE_MAX + 8];
	struct id7_guard guard;
	enum id7_error error;

	id7_shard_base(shard, file, base);
	(void)snprintf(temporary, sizeof temporary, "%s.tmp", base);
	id7_guard_enter(&guard);
	error = rewrite_copy(store, shard, file, temporary, rewrite);
	if (error == ID7_OK &&
	    renameat(store->shards_fd, temporary, store->shards_fd, base) != 0)
		error = id7_store_blame(store, ID7_IO, base);
	if (error != ID7_OK)
		(void)unlinkat(store->shards_fd, temporary, 0);
	else if (fsync(store->shards_fd) != 0)
		error = id7_store_blame(store, ID7_IO, base);
	if (!id7_guard_leave(&guard) && error == ID7_OK)
		error = id7_store_blame(store, ID7_INTERNAL, base);
	return error;
}

enum id7_error
id7_shard_edit(struct id7_store *store, struct id7_shard shard,
	       enum id7_store_file file, const struct id7_edit *edits,
	       size_t count)
{
	struct edits all = {edits, count};
	struct id7_rewrite rewrite = {edit_all, verify_all, &all};

	return id7_shard_rewrite(store, shard, file, &rewrite);
}
