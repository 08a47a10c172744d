/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes each file anew, its records in order, and keeps the smaller one. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/effects/guard.h"
#include "common/effects/scope.h"
#include "common/effects/store_private.h"

#define SHARD_WAIT_MS 30000
#define VALUE_MAX ID7_SEALED_LEN

_Static_assert(ID7_TALLY_LEN <= VALUE_MAX, "room for either kind of record");

struct keys {
	char (*key)[ID7_STORE_KEY_MAX + 1];
	size_t count;
	size_t room;
	enum id7_error error;
};

static void
keys_free(struct keys *keys)
{
	free(keys->key);
}
#define auto_keys __attribute__((cleanup(keys_free))) struct keys

static bool
note_key(const char *key, void *context)
{
	struct keys *keys = context;
	size_t room = keys->room == 0 ? 256 : keys->room * 2;
	void *grown;

	if (strlen(key) > ID7_STORE_KEY_MAX) {
		keys->error = ID7_CORRUPT;
		return false;
	}
	if (keys->count == keys->room) {
		grown = realloc(keys->key, room * sizeof *keys->key);
		if (grown == NULL) {
			keys->error = ID7_NO_MEMORY;
			return false;
		}
		keys->key = grown;
		keys->room = room;
	}
	(void)snprintf(keys->key[keys->count++], sizeof *keys->key, "%s", key);
	return true;
}

static int
by_key(const void *a, const void *b)
{
	return memcmp(a, b, ID7_STORE_KEY_MAX + 1);
}

static enum id7_error
read_keys(const struct id7_gdbm *file, size_t len, struct keys *ret_keys)
{
	enum id7_error error = id7_gdbm_each(file, len, note_key, ret_keys);

	if (ret_keys->error != ID7_OK)
		error = ret_keys->error;
	if (error == ID7_OK && ret_keys->count > 0)
		qsort(ret_keys->key, ret_keys->count, sizeof *ret_keys->key,
		      by_key);
	return error;
}

static enum id7_error
fill(const struct id7_gdbm *from, const struct keys *keys, size_t len, int fd)
{
	auto_gdbm to = {0};
	uint8_t value[VALUE_MAX];
	auto_fd given = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	enum id7_error error = given < 0 ? ID7_IO : id7_gdbm_create(fd);

	if (error == ID7_OK && lseek(fd, 0, SEEK_SET) != 0)
		error = ID7_IO;
	if (error != ID7_OK)
		return error;
	fd = given;
	given = -1;
	error = id7_gdbm_open(fd, true, &to);
	for (size_t i = 0; i < keys->count && error == ID7_OK; i++) {
		error = id7_gdbm_fetch(from, keys->key[i], value, len);
		if (error == ID7_OK)
			error = id7_gdbm_insert(&to, keys->key[i], value, len);
	}
	id7_wipe(value, sizeof value);
	return error == ID7_OK ? id7_gdbm_close(&to) : error;
}

/* Reads the closed copy as a stranger would: every record, and no more. */
static enum id7_error
compare(const struct id7_gdbm *from, const struct keys *keys, size_t len,
	int fd)
{
	auto_fd given = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	auto_gdbm copy = {0};
	auto_keys again = {0};
	uint8_t was[VALUE_MAX], is[VALUE_MAX];
	enum id7_error error;

	if (given < 0 || lseek(given, 0, SEEK_SET) != 0)
		return ID7_IO;
	fd = given;
	given = -1;
	error = id7_gdbm_open(fd, false, &copy);
	if (error == ID7_OK)
		error = read_keys(&copy, len, &again);
	if (error == ID7_OK && again.count != keys->count)
		error = ID7_CORRUPT;
	for (size_t i = 0; i < keys->count && error == ID7_OK; i++) {
		error = id7_gdbm_fetch(from, keys->key[i], was, len);
		if (error == ID7_OK)
			error = id7_gdbm_fetch(&copy, keys->key[i], is, len);
		if (error == ID7_OK && memcmp(was, is, len) != 0)
			error = ID7_CORRUPT;
	}
	id7_wipe(was, sizeof was);
	id7_wipe(is, sizeof is);
	return error;
}

/* One file; whoever holds the shard keeps others from changing it. */
struct rewrite {
	struct id7_store *store;
	struct id7_shard shard;
	enum id7_store_file file;
	char name[ID7_STORE_FILE_MAX + 1];
	char temporary[ID7_STORE_FILE_MAX + 8];
	struct stat was;
	struct stat is;
};

static enum id7_error
copy_sorted(struct rewrite *r, int fd)
{
	size_t len = r->file == ID7_STORE_DB ? ID7_SEALED_LEN : ID7_TALLY_LEN;
	auto_gdbm from = {0};
	auto_keys keys = {0};
	enum id7_error error;

	error = id7_shard_open(r->store, r->shard, r->file, false, &from);
	if (error == ID7_OK)
		error = read_keys(&from, len, &keys);
	if (error == ID7_OK)
		error = fill(&from, &keys, len, fd);
	if (error == ID7_OK)
		error = compare(&from, &keys, len, fd);
	if (error == ID7_OK && (fstat(fd, &r->is) != 0 ||
				fstatat(r->store->shards_fd, r->name, &r->was,
					AT_SYMLINK_NOFOLLOW) != 0))
		error = ID7_IO;
	return error;
}

static enum id7_error
rewrite_file(struct rewrite *r)
{
	int dirfd = r->store->shards_fd;
	auto_fd fd = -1;
	enum id7_error error;

	id7_shard_base(r->shard, r->file, r->name);
	(void)snprintf(r->temporary, sizeof r->temporary, "%s.tmp", r->name);
	fd = id7_files_create(dirfd, r->temporary);
	if (fd < 0)
		return id7_store_blame(r->store, ID7_IO, r->temporary);
	if (r->file == ID7_STORE_TALLY)
		id7_shard_nocow(fd);
	error = copy_sorted(r, fd);
	if (error == ID7_OK && r->is.st_size < r->was.st_size) {
		if (renameat(dirfd, r->temporary, dirfd, r->name) != 0 ||
		    fsync(dirfd) != 0)
			error = ID7_IO;
	} else {
		r->is = r->was;
		(void)unlinkat(dirfd, r->temporary, 0);
	}
	return error == ID7_OK ? ID7_OK
			       : id7_store_blame(r->store, error, r->name);
}

static enum id7_error
rewrite_guarded(struct id7_store *store, struct id7_shard shard,
		enum id7_store_file file, struct id7_store_compacted *compacted)
{
	struct rewrite r = {.store = store, .shard = shard, .file = file};
	struct id7_guard guard;
	enum id7_error error;

	id7_guard_enter(&guard);
	error = rewrite_file(&r);
	if (!id7_guard_leave(&guard) && error == ID7_OK)
		error = id7_store_blame(store, ID7_INTERNAL, r.name);
	if (error != ID7_OK)
		return error;
	compacted->before += (uint64_t)r.was.st_size;
	compacted->after += (uint64_t)r.is.st_size;
	compacted->files += r.is.st_size < r.was.st_size;
	return ID7_OK;
}

static enum id7_error
compact_shard(struct id7_store *store, struct id7_shard shard,
	      struct id7_store_compacted *compacted)
{
	struct id7_deadline deadline = id7_deadline_in(SHARD_WAIT_MS);
	auto_hold hold = ID7_HOLD_NONE;
	enum id7_error error =
		id7_hold_begin(store, shard, true, deadline, &hold);

	if (error == ID7_OK)
		error = id7_hold_shard(&hold, true, deadline);
	if (error == ID7_OK)
		error = rewrite_guarded(store, shard, ID7_STORE_DB, compacted);
	if (error == ID7_OK)
		error = id7_hold_slot(&hold, NULL, true, deadline);
	if (error == ID7_OK)
		error = rewrite_guarded(store, shard, ID7_STORE_TALLY,
					compacted);
	return error;
}

enum id7_error
id7_store_compact(struct id7_store *store,
		  struct id7_store_compacted *ret_compacted)
{
	enum id7_error error = id7_store_fresh(store);

	*ret_compacted = (struct id7_store_compacted){0};
	for (uint32_t i = 0; i < store->meta.shards && error == ID7_OK; i++) {
		error = compact_shard(store, (struct id7_shard){.index = i},
				      ret_compacted);
		id7_store_step(store, i + 1, store->meta.shards);
	}
	return error;
}
