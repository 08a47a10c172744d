/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mends a store: what is left over, whole files, then the records of each
 * shard. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/text.h"
#include "common/effects/file.h"
#include "common/effects/guard.h"
#include "common/effects/lock.h"
#include "common/effects/scope.h"
#include "common/effects/store_carry.h"
#include "common/effects/store_mend.h"
#include "common/effects/store_meta.h"

#define WAIT_MS 30000

static const char removed[] = ID7_N("removed");
static const char from_backup[] = ID7_N("taken from the backup");

/* --- lock files, and what interrupted changes left --- */

static bool
ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len > end_len && strcmp(name + len - end_len, end) == 0;
}

/* In the store's own directory, while no restore is at work. */
static void
clear_leftover(const char *name, void *context)
{
	struct id7_mend *mend = context;
	struct id7_store *store = mend->store;
	uint32_t number = id7_files_generation(name);
	bool dir = number != 0 && (number != store->meta.generation ||
				   ends_with(name, ".new"));

	if (!dir && !ends_with(name, ".tmp"))
		return;
	if (!mend->dry_run && dir)
		(void)id7_files_clear(store->root_fd, name, false);
	else if (!mend->dry_run)
		(void)unlinkat(store->root_fd, name, 0);
	id7_mend_tell(mend, ID7_OK,
		      dir ? ID7_N("a generation that is not in use")
			  : ID7_N("left by an interrupted change"),
		      name, "", removed);
}

static void
clear_temporary(struct id7_mend *mend, struct id7_shard shard,
		enum id7_store_file file)
{
	struct id7_store *store = mend->store;
	char base[ID7_STORE_FILE_MAX + 1];
	char path[2 * ID7_STORE_FILE_MAX];

	id7_shard_base(shard, file, base);
	(void)snprintf(path, sizeof path, "%s.tmp", base);
	if (faccessat(store->shards_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	if (!mend->dry_run)
		(void)unlinkat(store->shards_fd, path, 0);
	(void)snprintf(path, sizeof path, "g%06u/%.40s.tmp",
		       store->meta.generation, base);
	id7_mend_tell(mend, ID7_OK, ID7_N("left by an interrupted change"),
		      path, "", removed);
}

/* Made only while nobody can hold a lock in one that has lost its name. */
static enum id7_error
make_lock(struct id7_mend *mend, struct id7_shard shard)
{
	struct id7_store *store = mend->store;
	int dirfd = shard.phantom ? store->root_fd : store->shards_fd;
	char name[ID7_STORE_FILE_MAX + 1];
	char path[ID7_STORE_FILE_MAX + 1];
	auto_fd fd = -1;

	id7_shard_base(shard, ID7_STORE_LOCK, name);
	if (faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
	    errno != ENOENT)
		return ID7_OK;
	id7_shard_name(store, shard, ID7_STORE_LOCK, path);
	if (!mend->dry_run) {
		fd = id7_files_create(dirfd, name);
		if (fd < 0 || fsync(fd) != 0 || fsync(dirfd) != 0)
			return id7_store_blame(store, ID7_IO, path);
	}
	id7_mend_tell(mend, ID7_CORRUPT, ID7_N("a lock file is missing"), path,
		      "", ID7_N("made anew"));
	return ID7_OK;
}

static enum id7_error
make_locks(struct id7_mend *mend, int lock_fd)
{
	const struct id7_shard phantoms = {.phantom = true};
	struct id7_store *store = mend->store;
	struct id7_deadline deadline = id7_deadline_in(WAIT_MS);
	enum id7_error error;

	error = id7_lock_take(lock_fd, true, ID7_BYTE_GATE, 1, deadline);
	if (error == ID7_OK)
		error = id7_lock_take(lock_fd, true, ID7_BYTE_SHAPE, 1,
				      deadline);
	if (error != ID7_OK)
		(void)id7_store_blame(store, error, "store.lock");
	for (uint32_t i = 0; i < store->meta.shards && error == ID7_OK; i++)
		error = make_lock(mend, (struct id7_shard){.index = i});
	if (error == ID7_OK)
		error = make_lock(mend, phantoms);
	id7_lock_release(lock_fd, ID7_BYTE_SHAPE, 1);
	id7_lock_release(lock_fd, ID7_BYTE_GATE, 1);
	return error;
}

/* --- whole files --- */

static bool
any_key(const char *key, void *context)
{
	(void)key;
	(void)context;
	return true;
}

static bool
readable(struct id7_store *store, struct id7_shard shard,
	 enum id7_store_file file)
{
	auto_gdbm opened = {0};

	return id7_shard_open(store, shard, file, false, &opened) == ID7_OK &&
	       id7_gdbm_each(&opened,
			     file == ID7_STORE_DB ? ID7_SEALED_LEN
						  : ID7_TALLY_LEN,
			     any_key, NULL) == ID7_OK;
}

/* Writes the shard's temporary files from the backup. */
static enum id7_error
bring_files(struct id7_mend *mend, struct id7_shard shard, bool both)
{
	const struct id7_carry carry = {.accounts =
						both ? mend->from : mend->store,
					.live = mend->store,
					.backup = mend->from};
	int dirfd = mend->store->shards_fd;
	char base[ID7_STORE_FILE_MAX + 1];
	char temporary[ID7_STORE_FILE_MAX + 8];
	struct id7_carried carried;
	auto_blob blob = {0};
	enum id7_error error = ID7_OK;
	int fd;

	if (both) {
		error = id7_files_read(mend->from, shard, ID7_STORE_DB, &blob);
		id7_shard_base(shard, ID7_STORE_DB, base);
		(void)snprintf(temporary, sizeof temporary, "%s.tmp", base);
		if (error == ID7_OK)
			error = id7_files_write(dirfd, temporary, &blob, false);
	}
	id7_shard_base(shard, ID7_STORE_TALLY, base);
	(void)snprintf(temporary, sizeof temporary, "%s.tmp", base);
	if (error != ID7_OK)
		return error;
	fd = id7_files_create(dirfd, temporary);
	if (fd < 0)
		return ID7_IO;
	id7_shard_nocow(fd);
	return id7_carry_shard(&carry, shard, fd, &carried);
}

/* The tally first: beside an unreadable .db it lets nobody in. */
static enum id7_error
place_files(struct id7_mend *mend, struct id7_shard shard, bool both)
{
	int dirfd = mend->store->shards_fd;
	char base[ID7_STORE_FILE_MAX + 1];
	char temporary[ID7_STORE_FILE_MAX + 8];

	for (int file = ID7_STORE_TALLY;
	     file >= (both ? ID7_STORE_DB : ID7_STORE_TALLY); file--) {
		id7_shard_base(shard, (enum id7_store_file)file, base);
		(void)snprintf(temporary, sizeof temporary, "%s.tmp", base);
		if (renameat(dirfd, temporary, dirfd, base) != 0)
			return ID7_IO;
	}
	return fsync(dirfd) == 0 ? ID7_OK : ID7_IO;
}

/* False: the shard's records cannot be looked at. */
static bool
mend_files(struct id7_mend *mend, struct id7_shard shard,
	   enum id7_error *ret_error)
{
	struct id7_store *store = mend->store;
	bool db = readable(store, shard, ID7_STORE_DB);
	bool tally = readable(store, shard, ID7_STORE_TALLY);
	bool can =
		mend->from != NULL && readable(mend->from, shard, ID7_STORE_DB);
	struct id7_guard guard;
	char path[ID7_STORE_FILE_MAX + 1];
	enum id7_error error = ID7_OK;

	if (db && tally)
		return true;
	id7_shard_name(store, shard, db ? ID7_STORE_TALLY : ID7_STORE_DB, path);
	if (can && !mend->dry_run) {
		id7_guard_enter(&guard);
		error = bring_files(mend, shard, !db);
		if (error == ID7_OK)
			error = place_files(mend, shard, !db);
		if (!id7_guard_leave(&guard) && error == ID7_OK)
			error = ID7_INTERNAL;
		if (error == ID7_CORRUPT)
			can = false;
		else if (error != ID7_OK)
			*ret_error = id7_store_blame(store, error, path);
	}
	if (*ret_error == ID7_OK)
		id7_mend_tell(mend, ID7_CORRUPT, ID7_N("a file cannot be read"),
			      path, "", can ? from_backup : NULL);
	return can && !mend->dry_run && *ret_error == ID7_OK;
}

static enum id7_error
mend_shard(struct id7_mend *mend, struct id7_shard shard)
{
	struct id7_store *store = mend->store;
	struct id7_deadline deadline = id7_deadline_in(WAIT_MS);
	auto_hold hold = ID7_HOLD_NONE;
	enum id7_error error =
		id7_hold_begin(store, shard, true, deadline, &hold);

	/* In a dry run a missing lock file is still missing. */
	if (error == ID7_CORRUPT && mend->dry_run)
		return ID7_OK;
	if (error == ID7_OK)
		error = id7_hold_shard(&hold, true, deadline);
	if (error == ID7_OK)
		error = id7_hold_slot(&hold, NULL, true, deadline);
	if (error != ID7_OK)
		return error;
	clear_temporary(mend, shard, ID7_STORE_DB);
	clear_temporary(mend, shard, ID7_STORE_TALLY);
	if (mend_files(mend, shard, &error))
		error = id7_mend_records(mend, shard);
	return error;
}

/* --- the counts of unknown names --- */

static bool
phantoms_sound(struct id7_store *store, uint32_t index,
	       const struct id7_gdbm *file)
{
	struct id7_subject place = {.phantom = true};
	uint32_t first = index * ID7_PHANTOMS_EACH;
	struct id7_tallies tallies;

	for (uint32_t i = first; i < first + ID7_PHANTOMS_EACH; i++) {
		place.hash[0] = (uint8_t)i;
		place.hash[1] = (uint8_t)(i >> 8);
		(void)!id7_tallies_read(store, file, &place, &tallies);
		if (!tallies.found[0] || !tallies.found[1] ||
		    (!tallies.sound[0] && !tallies.sound[1]))
			return false;
	}
	return true;
}

static enum id7_error
mend_phantom_file(struct id7_mend *mend, uint32_t index)
{
	const struct id7_shard shard = {.phantom = true, .index = index};
	struct id7_store *store = mend->store;
	char path[ID7_STORE_FILE_MAX + 1];
	auto_gdbm file = {0};
	enum id7_error error =
		id7_shard_open(store, shard, ID7_STORE_TALLY, false, &file);

	if (error == ID7_OK && phantoms_sound(store, index, &file))
		return ID7_OK;
	if (error != ID7_OK && error != ID7_CORRUPT && error != ID7_UNTRUSTED)
		return error;
	error = mend->dry_run ? ID7_OK : id7_store_phantoms_make(store, index);
	id7_shard_name(store, shard, ID7_STORE_TALLY, path);
	if (error == ID7_OK && !mend->dry_run && fsync(store->root_fd) != 0)
		error = id7_store_blame(store, ID7_IO, path);
	if (error == ID7_OK)
		id7_mend_tell(mend, ID7_CORRUPT,
			      ID7_N("a record of the ring of phantoms is "
				    "damaged"),
			      path, "", ID7_N("made anew"));
	return error;
}

static enum id7_error
mend_phantoms(struct id7_mend *mend)
{
	const struct id7_shard phantoms = {.phantom = true};
	struct id7_deadline deadline = id7_deadline_in(WAIT_MS);
	auto_hold hold = ID7_HOLD_NONE;
	enum id7_error error =
		id7_hold_begin(mend->store, phantoms, true, deadline, &hold);

	if (error == ID7_CORRUPT && mend->dry_run)
		return ID7_OK;
	if (error == ID7_OK)
		error = id7_hold_slot(&hold, NULL, true, deadline);
	for (uint32_t i = 0; i < ID7_PHANTOM_FILES && error == ID7_OK; i++)
		error = mend_phantom_file(mend, i);
	return error;
}

/* --- all of it --- */

static enum id7_error
mend_all(struct id7_mend *mend, int lock_fd)
{
	struct id7_store *store = mend->store;
	enum id7_error error = id7_store_fresh(store);

	if (error == ID7_OK)
		(void)id7_files_each(store->root_fd, clear_leftover, mend);
	if (error == ID7_OK)
		error = make_locks(mend, lock_fd);
	for (uint32_t i = 0; i < store->meta.shards && error == ID7_OK; i++) {
		error = mend_shard(mend, (struct id7_shard){.index = i});
		id7_store_step(store, i + 1, store->meta.shards);
	}
	return error == ID7_OK ? mend_phantoms(mend) : error;
}

static enum id7_error
open_backup(struct id7_mend *mend, const char *from, struct id7_store **ret)
{
	struct id7_store *store = mend->store;
	enum id7_error error;

	if (from == NULL)
		return ID7_OK;
	error = id7_store_open(from, store->key_dir, ret, &store->fault);
	if (error != ID7_OK)
		return error;
	mend->from = *ret;
	if (memcmp((*ret)->meta.store_id, store->meta.store_id,
		   sizeof store->meta.store_id) == 0 &&
	    (*ret)->meta.shards == store->meta.shards)
		return ID7_OK;
	return id7_fault_set(&store->fault, ID7_EXISTS, ID7_TROUBLE_NONE, from);
}

enum id7_error
id7_store_repair(struct id7_store *store, const char *from, bool dry_run,
		 id7_store_repair_fn *told, void *context,
		 struct id7_store_repaired *ret_repaired)
{
	struct id7_mend mend = {.store = store,
				.dry_run = dry_run,
				.told = told,
				.context = context,
				.repaired = ret_repaired};
	auto_store *backup = NULL;
	auto_fd lock_fd = -1;
	enum id7_error error;

	*ret_repaired = (struct id7_store_repaired){0};
	error = open_backup(&mend, from, &backup);
	if (error == ID7_OK)
		error = id7_file_open(store->root_fd, store->dir, "store.lock",
				      O_RDWR, 0600, &lock_fd, &store->fault);
	if (error != ID7_OK)
		return error;
	error = id7_lock_take(lock_fd, true, ID7_BYTE_CARE, 1,
			      id7_deadline_in(WAIT_MS));
	if (error != ID7_OK)
		return id7_store_blame(store, error, "store.lock");
	error = mend_all(&mend, lock_fd);
	id7_lock_release(lock_fd, ID7_BYTE_CARE, 1);
	return error;
}
