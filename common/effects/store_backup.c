/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Copies a store that is in use. Each shard's two files are read while nobody
 * may change either; what is made is itself a store, read through before it
 * gets its name.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/effects/file.h"
#include "common/effects/scope.h"
#include "common/effects/store_meta.h"
#include "common/effects/store_private.h"

#define SHARD_WAIT_MS 30000
#define SUFFIX ".tmp"

struct backup {
	struct id7_store *store;
	const char *dir;
	char parent[ID7_PATH_MAX + 1];
	char name[NAME_MAX + 1];
	char built[NAME_MAX + sizeof SUFFIX]; /* its name until it is whole */
	int parent_fd;
	int root_fd;
	int shards_fd;
	uint32_t turn;
};

static enum id7_error
blame(struct backup *backup, enum id7_error error)
{
	struct id7_fault *fault = &backup->store->fault;

	if (error != ID7_IO)
		return id7_fault_set(fault, error, ID7_TROUBLE_NONE,
				     backup->dir);
	(void)id7_fault_errno(fault, backup->dir, NULL);
	fault->error = ID7_IO;
	return ID7_IO;
}

/* "/a/b/" is b in /a. */
static bool
split(struct backup *backup)
{
	char copy[ID7_PATH_MAX + 1];
	size_t len = strlen(backup->dir);
	const char *name;

	if (len == 0 || len > ID7_PATH_MAX)
		return false;
	memcpy(copy, backup->dir, len + 1);
	name = basename(copy);
	if (strlen(name) > NAME_MAX - strlen(SUFFIX) ||
	    strchr("./", name[0]) != NULL)
		return false;
	(void)snprintf(backup->name, sizeof backup->name, "%s", name);
	(void)snprintf(backup->built, sizeof backup->built, "%s" SUFFIX, name);
	memcpy(copy, backup->dir, len + 1);
	(void)snprintf(backup->parent, sizeof backup->parent, "%s",
		       dirname(copy));
	return true;
}

static void
note_name(const char *name, void *context)
{
	bool *empty = context;

	(void)name;
	*empty = false;
}

/* What is there already is nobody's to overwrite. */
static enum id7_error
free_place(struct backup *backup)
{
	auto_fd fd = openat(backup->parent_fd, backup->name,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool empty = true;

	if (fd < 0 && errno == ENOENT)
		return ID7_OK;
	if (fd < 0 && errno != ENOTDIR && errno != ELOOP)
		return blame(backup, ID7_IO);
	if (fd < 0 || !id7_files_each(fd, note_name, &empty) || !empty)
		return blame(backup, ID7_EXISTS);
	return ID7_OK;
}

static enum id7_error
place_make(struct backup *backup)
{
	char shards[ID7_STORE_FILE_MAX + 1];
	enum id7_error error;

	if (!split(backup))
		return blame(backup, ID7_INVALID);
	backup->parent_fd =
		open(backup->parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (backup->parent_fd < 0)
		return blame(backup, ID7_IO);
	error = free_place(backup);
	if (error != ID7_OK)
		return error;
	(void)snprintf(shards, sizeof shards, "g%06u",
		       backup->store->meta.generation);
	error = id7_files_dir(backup->parent_fd, backup->built, true,
			      &backup->root_fd);
	if (error == ID7_OK)
		error = id7_files_dir(backup->root_fd, shards, false,
				      &backup->shards_fd);
	return error == ID7_OK ? ID7_OK : blame(backup, error);
}

/* Both files as they are at one moment; written when nobody waits any more. */
static enum id7_error
shard_read(struct backup *backup, struct id7_shard shard,
	   struct id7_blob *ret_db, struct id7_blob *ret_tally)
{
	struct id7_store *store = backup->store;
	struct id7_deadline deadline = id7_deadline_in(SHARD_WAIT_MS);
	auto_hold hold = ID7_HOLD_NONE;
	enum id7_error error =
		id7_hold_begin(store, shard, false, deadline, &hold);

	if (error == ID7_OK)
		error = id7_store_same_turn(store, backup->turn);
	if (error == ID7_OK && !shard.phantom) {
		error = id7_hold_shard(&hold, false, deadline);
		if (error == ID7_OK)
			error = id7_files_read(store, shard, ID7_STORE_DB,
					       ret_db);
	}
	if (error == ID7_OK)
		error = id7_hold_slot(&hold, NULL, false, deadline);
	if (error == ID7_OK)
		error = id7_files_read(store, shard, ID7_STORE_TALLY,
				       ret_tally);
	return error;
}

static enum id7_error
shard_copy(struct backup *backup, struct id7_shard shard)
{
	int dirfd = shard.phantom ? backup->root_fd : backup->shards_fd;
	char name[ID7_STORE_FILE_MAX + 1];
	auto_blob db = {0};
	auto_blob tally = {0};
	enum id7_error error = shard_read(backup, shard, &db, &tally);

	if (error != ID7_OK)
		return error;
	if (!shard.phantom) {
		id7_shard_base(shard, ID7_STORE_DB, name);
		error = id7_files_write(dirfd, name, &db, false);
	}
	id7_shard_base(shard, ID7_STORE_TALLY, name);
	if (error == ID7_OK)
		error = id7_files_write(dirfd, name, &tally, true);
	id7_shard_base(shard, ID7_STORE_LOCK, name);
	if (error == ID7_OK && id7_shard_has_lock(shard))
		error = id7_files_write(dirfd, name, NULL, false);
	return error == ID7_OK ? ID7_OK : blame(backup, error);
}

static enum id7_error
shards_copy(struct backup *backup)
{
	struct id7_store *store = backup->store;
	struct id7_shard phantoms = {.phantom = true};
	uint32_t shards = store->meta.shards;
	enum id7_error error = ID7_OK;

	for (uint32_t i = 0; i < shards && error == ID7_OK; i++) {
		error = shard_copy(backup, (struct id7_shard){.index = i});
		id7_store_step(store, i + 1, 2 * (uint64_t)shards);
	}
	for (; phantoms.index < ID7_PHANTOM_FILES && error == ID7_OK;
	     phantoms.index++)
		error = shard_copy(backup, phantoms);
	return error;
}

/* Meta last: without it nothing is a store. */
static enum id7_error
meta_copy(struct backup *backup)
{
	struct id7_store *store = backup->store;
	uint8_t bytes[ID7_META_LEN];
	enum id7_error error = id7_store_fresh(store);

	if (error == ID7_OK)
		error = id7_store_same_turn(store, backup->turn);
	if (error == ID7_OK)
		error = id7_store_meta_read(store, bytes);
	if (error != ID7_OK)
		return error;
	if (fsync(backup->shards_fd) != 0)
		return blame(backup, ID7_IO);
	error = id7_files_write(backup->root_fd, "store.lock", NULL, false);
	if (error != ID7_OK)
		return blame(backup, error);
	return id7_file_replace(backup->root_fd, backup->dir, "meta", bytes,
				sizeof bytes, &store->fault);
}

struct relay {
	struct id7_store *to;
	uint32_t shards;
};

static void
relay_step(uint64_t done, uint64_t total, void *context)
{
	const struct relay *relay = context;

	id7_store_step(relay->to, total + done, 2 * total);
}

/* Reads the copy as a stranger would. */
static enum id7_error
verify(struct backup *backup, id7_store_finding_fn *found, void *context,
       struct id7_store_counts *ret_counts)
{
	struct id7_store *store = backup->store;
	struct relay relay = {.to = store};
	auto_store *copy = NULL;
	char path[ID7_PATH_MAX + NAME_MAX + 8];
	enum id7_error error;

	(void)snprintf(path, sizeof path, "%s/%s", backup->parent,
		       backup->built);
	if (strlen(path) > ID7_PATH_MAX)
		return blame(backup, ID7_INVALID);
	error = id7_store_open(path, store->key_dir, &copy, &store->fault);
	if (error != ID7_OK)
		return error;
	id7_store_watch(copy, relay_step, &relay);
	error = id7_store_check(copy, found, context, ret_counts);
	if (error != ID7_OK)
		store->fault = copy->fault;
	return error;
}

static enum id7_error
publish(struct backup *backup)
{
	if (fsync(backup->root_fd) != 0 ||
	    renameat(backup->parent_fd, backup->built, backup->parent_fd,
		     backup->name) != 0 ||
	    fsync(backup->parent_fd) != 0)
		return blame(backup, ID7_IO);
	return ID7_OK;
}

enum id7_error
id7_store_backup(struct id7_store *store, const char *dir,
		 id7_store_finding_fn *found, void *context,
		 struct id7_store_counts *ret_counts)
{
	struct backup backup = {.store = store,
				.dir = dir,
				.parent_fd = -1,
				.root_fd = -1,
				.shards_fd = -1};
	enum id7_error error = id7_store_fresh(store);

	memset(ret_counts, 0, sizeof *ret_counts);
	backup.turn = store->turn;
	if (error == ID7_OK)
		error = place_make(&backup);
	if (error == ID7_OK)
		error = shards_copy(&backup);
	if (error == ID7_OK)
		error = meta_copy(&backup);
	if (error == ID7_OK)
		error = verify(&backup, found, context, ret_counts);
	if (error == ID7_OK)
		error = publish(&backup);
	id7_scope_close(&backup.shards_fd);
	id7_scope_close(&backup.root_fd);
	if (error != ID7_OK && backup.parent_fd >= 0 && backup.built[0] != 0)
		(void)id7_files_clear(backup.parent_fd, backup.built, true);
	id7_scope_close(&backup.parent_fd);
	return error;
}
