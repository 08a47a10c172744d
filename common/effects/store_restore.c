/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Puts a backup in the place of the store: a new generation is built beside the
 * old one while that is in use, brought up to date and swapped in by one
 * rename of meta while nobody counts, and only then the old one goes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/effects/fault.h"
#include "common/effects/file.h"
#include "common/effects/guard.h"
#include "common/effects/lock.h"
#include "common/effects/scope.h"
#include "common/effects/store_carry.h"
#include "common/effects/store_meta.h"

#define WAIT_MS 30000
#define SETTLED_S 1 /* a stamp as young as this may hide a later write */

/* The live tally file that a shard was made from. */
struct mark {
	struct id7_stamp stamp;
	bool again; /* must be read again before the swap */
	struct id7_carried carried;
};

struct restore {
	struct id7_store *from; /* the backup */
	struct id7_store *live; /* whose counts go on; NULL: nobody's */
	struct id7_store *next; /* what is being made */
	struct mark *marks;
	char built[ID7_STORE_FILE_MAX + 1];
};

static enum id7_error
blame(struct restore *restore, enum id7_error error, const char *name)
{
	return id7_store_blame(restore->next, error, name);
}

/* A fault of another handle becomes the one that is told. */
static enum id7_error
pass_on(struct restore *restore, struct id7_store *other, enum id7_error error)
{
	if (error != ID7_OK)
		restore->next->fault = other->fault;
	return error;
}

/* --- what is there --- */

static enum id7_error
open_place(struct restore *restore)
{
	struct id7_store *next = restore->next;
	enum id7_error error;

	error = id7_dir_make(next->dir, 0700, &next->root_fd, &next->fault);
	if (error == ID7_OK)
		error = id7_file_open(next->root_fd, next->dir, "store.lock",
				      O_RDWR | O_CREAT, 0600, &next->lock_fd,
				      &next->fault);
	if (error != ID7_OK)
		return error;
	error = id7_lock_take(next->lock_fd, true, ID7_BYTE_CARE, 1,
			      id7_deadline_in(WAIT_MS));
	return error == ID7_OK ? ID7_OK : blame(restore, error, "store.lock");
}

static bool
same_store(const struct id7_store *a, const struct id7_store *b)
{
	return a->meta.shards == b->meta.shards &&
	       memcmp(a->meta.store_id, b->meta.store_id,
		      sizeof a->meta.store_id) == 0;
}

static enum id7_error
same_place(struct restore *restore)
{
	struct stat a, b;

	if (fstat(restore->from->root_fd, &a) != 0 ||
	    fstat(restore->next->root_fd, &b) != 0)
		return blame(restore, ID7_IO, NULL);
	return a.st_dev == b.st_dev && a.st_ino == b.st_ino
		       ? blame(restore, ID7_INVALID, NULL)
		       : ID7_OK;
}

/* The store that is there counts on, unless it is another or unreadable. */
static enum id7_error
open_live(struct restore *restore, bool any)
{
	struct id7_store *next = restore->next;
	auto_store *live = NULL;
	enum id7_error error =
		id7_store_open(next->dir, next->key_dir, &live, &next->fault);

	if (error == ID7_OK && same_store(live, restore->from)) {
		restore->live = live;
		live = NULL;
		return ID7_OK;
	}
	if (error == ID7_NOT_FOUND)
		return ID7_OK;
	if (error == ID7_OK)
		error = blame(restore, ID7_EXISTS, NULL);
	return any && (error == ID7_EXISTS || error == ID7_CORRUPT ||
		       error == ID7_WRONG_KEY || error == ID7_NO_KEY)
		       ? ID7_OK
		       : error;
}

static void
note_generation(const char *name, void *context)
{
	uint32_t *highest = context;
	uint32_t number = id7_files_generation(name);

	if (number > *highest)
		*highest = number;
}

/* --- the new generation, built beside the old one --- */

static enum id7_error
prepare(struct restore *restore)
{
	struct id7_store *next = restore->next;
	const struct id7_store *from = restore->from;
	uint32_t highest = 0;

	if (!id7_files_each(next->root_fd, note_generation, &highest))
		return blame(restore, ID7_IO, NULL);
	next->meta = from->meta;
	next->meta.generation = highest + 1;
	memcpy(next->keys->bytes, from->keys->bytes, next->keys->size);
	(void)snprintf(restore->built, sizeof restore->built, "g%06u.new",
		       next->meta.generation);
	restore->marks = calloc(from->meta.shards, sizeof *restore->marks);
	if (restore->marks == NULL)
		return blame(restore, ID7_NO_MEMORY, NULL);
	if (id7_files_dir(next->root_fd, restore->built, false,
			  &next->shards_fd) != ID7_OK)
		return blame(restore, ID7_IO, restore->built);
	return ID7_OK;
}

/* The stamp, taken before the file is read. */
static void
mark_set(struct restore *restore, struct id7_shard shard)
{
	struct mark *mark = &restore->marks[shard.index];
	struct timespec now = {0};
	auto_fd fd = -1;
	struct stat st;

	*mark = (struct mark){.again = true};
	if (restore->live == NULL ||
	    id7_shard_open_file(restore->live, shard, ID7_STORE_TALLY, O_RDONLY,
				&fd) != ID7_OK ||
	    fstat(fd, &st) != 0 || clock_gettime(CLOCK_REALTIME, &now) != 0)
		return;
	mark->stamp = id7_stamp_of(&st);
	mark->again = now.tv_sec - st.st_mtim.tv_sec <= SETTLED_S ||
		      now.tv_sec - st.st_ctim.tv_sec <= SETTLED_S;
}

static bool
mark_stands(struct restore *restore, struct id7_shard shard)
{
	const struct mark *mark = &restore->marks[shard.index];
	auto_fd fd = -1;
	struct id7_stamp stamp;
	struct stat st;

	if (mark->again ||
	    id7_shard_open_file(restore->live, shard, ID7_STORE_TALLY, O_RDONLY,
				&fd) != ID7_OK ||
	    fstat(fd, &st) != 0)
		return false;
	stamp = id7_stamp_of(&st);
	return id7_stamp_equal(&stamp, &mark->stamp);
}

static enum id7_error
tally_make(struct restore *restore, struct id7_shard shard, bool release)
{
	const struct id7_carry carry = {.accounts = restore->from,
					.live = restore->live,
					.backup = restore->from,
					.release = release};
	struct mark *mark = &restore->marks[shard.index];
	char name[ID7_STORE_FILE_MAX + 1];
	enum id7_error error;
	int fd;

	id7_shard_base(shard, ID7_STORE_TALLY, name);
	mark_set(restore, shard);
	fd = id7_files_create(restore->next->shards_fd, name);
	if (fd < 0)
		return blame(restore, ID7_IO, name);
	id7_shard_nocow(fd);
	error = id7_carry_shard(&carry, shard, fd, &mark->carried);
	mark->again |= mark->carried.pending;
	return error == ID7_OK ? ID7_OK : blame(restore, error, name);
}

static enum id7_error
shard_make(struct restore *restore, struct id7_shard shard)
{
	int dirfd = restore->next->shards_fd;
	char name[ID7_STORE_FILE_MAX + 1];
	auto_blob blob = {0};
	enum id7_error error;

	error = id7_files_read(restore->from, shard, ID7_STORE_DB, &blob);
	if (error != ID7_OK)
		return pass_on(restore, restore->from, error);
	id7_shard_base(shard, ID7_STORE_DB, name);
	error = id7_files_write(dirfd, name, &blob, false);
	if (error != ID7_OK)
		return blame(restore, error, name);
	id7_shard_base(shard, ID7_STORE_LOCK, name);
	error = id7_files_write(dirfd, name, NULL, false);
	if (error != ID7_OK)
		return blame(restore, error, name);
	return tally_make(restore, shard, false);
}

static enum id7_error
build(struct restore *restore)
{
	struct id7_store *next = restore->next;
	char name[ID7_STORE_FILE_MAX + 1];
	enum id7_error error = prepare(restore);

	for (uint32_t i = 0; i < next->meta.shards && error == ID7_OK; i++) {
		error = shard_make(restore, (struct id7_shard){.index = i});
		id7_store_step(next, i + 1, next->meta.shards);
	}
	if (error != ID7_OK)
		return error;
	(void)snprintf(name, sizeof name, "g%06u", next->meta.generation);
	if (fsync(next->shards_fd) != 0 ||
	    renameat(next->root_fd, restore->built, next->root_fd, name) != 0 ||
	    fsync(next->root_fd) != 0)
		return blame(restore, ID7_IO, restore->built);
	return ID7_OK;
}

/* --- the swap --- */

/* What was counted while the new generation was being built. */
static enum id7_error
catch_up(struct restore *restore)
{
	struct id7_store *next = restore->next;
	enum id7_error error = ID7_OK;

	if (restore->live == NULL)
		return ID7_OK;
	for (uint32_t i = 0; i < next->meta.shards && error == ID7_OK; i++) {
		struct id7_shard shard = {.index = i};

		if (!mark_stands(restore, shard))
			error = tally_make(restore, shard, true);
	}
	if (error == ID7_OK && fsync(next->shards_fd) != 0)
		error = blame(restore, ID7_IO, NULL);
	return error;
}

/* The names that nobody has go on being counted where they were. */
static enum id7_error
phantom_file_make(struct restore *restore, uint32_t index)
{
	const struct id7_shard shard = {.phantom = true, .index = index};
	struct id7_store *next = restore->next;
	char name[ID7_STORE_FILE_MAX + 1];
	auto_blob blob = {0};
	enum id7_error error;

	id7_shard_base(shard, ID7_STORE_TALLY, name);
	if (restore->live != NULL &&
	    faccessat(next->root_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return ID7_OK;
	error = id7_files_read(restore->from, shard, ID7_STORE_TALLY, &blob);
	if (error != ID7_OK)
		return pass_on(restore, restore->from, error);
	error = id7_files_write(next->root_fd, "phantom.tally.tmp", &blob,
				true);
	if (error == ID7_OK && renameat(next->root_fd, "phantom.tally.tmp",
					next->root_fd, name) != 0)
		error = ID7_IO;
	return error == ID7_OK ? ID7_OK : blame(restore, error, name);
}

static enum id7_error
phantoms_make(struct restore *restore)
{
	struct id7_store *next = restore->next;
	auto_fd lock = openat(next->root_fd, "phantom.lock",
			      O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	enum id7_error error = ID7_OK;

	if (lock < 0)
		return blame(restore, ID7_IO, "phantom.lock");
	for (uint32_t i = 0; i < ID7_PHANTOM_FILES && error == ID7_OK; i++)
		error = phantom_file_make(restore, i);
	return error;
}

static enum id7_error
swap_now(struct restore *restore)
{
	auto_secret *root = NULL;
	struct id7_guard guard;
	enum id7_error error = id7_store_keys_open(restore->from, &root);

	if (error != ID7_OK)
		return pass_on(restore, restore->from, error);
	id7_guard_enter(&guard);
	error = catch_up(restore);
	if (error == ID7_OK)
		error = phantoms_make(restore);
	if (error == ID7_OK)
		error = id7_store_meta_write(restore->next, root->bytes);
	if (!id7_guard_leave(&guard) && error == ID7_OK)
		error = blame(restore, ID7_INTERNAL, NULL);
	return error;
}

static enum id7_error
swap(struct restore *restore)
{
	struct id7_store *next = restore->next;
	struct id7_deadline deadline = id7_deadline_in(WAIT_MS);
	enum id7_error error =
		id7_lock_take(next->lock_fd, true, ID7_BYTE_GATE, 1, deadline);

	if (error == ID7_OK)
		error = id7_lock_take(next->lock_fd, true, ID7_BYTE_SHAPE, 1,
				      deadline);
	if (error != ID7_OK)
		(void)blame(restore, error, "store.lock");
	else
		error = swap_now(restore);
	id7_lock_release(next->lock_fd, ID7_BYTE_SHAPE, 1);
	id7_lock_release(next->lock_fd, ID7_BYTE_GATE, 1);
	return error;
}

/* --- afterwards --- */

/* Accounts of a store that could not be read are put aside, never lost. */
static void
put_away(const char *name, void *context)
{
	const struct restore *restore = context;
	const struct id7_store *next = restore->next;
	uint32_t number = id7_files_generation(name);
	char aside[ID7_STORE_FILE_MAX + 1];
	uint64_t random;

	if (number == 0 || number == next->meta.generation)
		return;
	if (restore->live != NULL || strchr(name, '.') != NULL) {
		(void)id7_files_clear(next->root_fd, name, false);
		return;
	}
	id7_random(&random, sizeof random);
	(void)snprintf(aside, sizeof aside, "g%06u.old-%016llx", number,
		       (unsigned long long)random);
	(void)renameat(next->root_fd, name, next->root_fd, aside);
}

static void
sum_up(const struct restore *restore, struct id7_store_restored *ret_restored)
{
	struct id7_store_restored sum = {
		.generation = restore->next->meta.generation};

	for (uint32_t i = 0; i < restore->next->meta.shards; i++) {
		const struct id7_carried *one = &restore->marks[i].carried;

		sum.accounts += one->accounts;
		sum.carried += one->carried;
		sum.refused += one->refused;
		sum.unread += one->unread;
	}
	*ret_restored = sum;
}

static enum id7_error
run(struct restore *restore, bool any, struct id7_store_restored *ret_restored)
{
	struct id7_store *next = restore->next;
	enum id7_error error = open_place(restore);

	if (error == ID7_OK)
		error = same_place(restore);
	if (error == ID7_OK)
		error = open_live(restore, any);
	if (error != ID7_OK)
		return error;
	error = build(restore);
	if (error != ID7_OK)
		(void)id7_files_clear(next->root_fd, restore->built, false);
	else
		error = swap(restore);
	if (error != ID7_OK)
		return error;
	sum_up(restore, ret_restored);
	(void)id7_files_each(next->root_fd, put_away, restore);
	(void)fsync(next->root_fd);
	return ID7_OK;
}

enum id7_error
id7_store_restore(const char *backup_dir, const char *store_dir,
		  const char *key_dir, bool any,
		  id7_store_progress_fn *progress, void *context,
		  struct id7_store_restored *ret_restored,
		  struct id7_fault *ret_fault)
{
	auto_store *from = NULL;
	auto_store *next = NULL;
	struct restore restore = {0};
	enum id7_error error;

	*ret_restored = (struct id7_store_restored){0};
	error = id7_store_open(backup_dir, key_dir, &from, ret_fault);
	if (error != ID7_OK)
		return error;
	error = id7_store_make(store_dir, key_dir, &next);
	if (error != ID7_OK)
		return id7_fault_set(ret_fault, error, ID7_TROUBLE_NONE,
				     store_dir);
	restore.from = from;
	restore.next = next;
	id7_store_watch(next, progress, context);
	error = run(&restore, any, ret_restored);
	if (error != ID7_OK && ret_fault != NULL)
		*ret_fault = next->fault;
	if (next->lock_fd >= 0)
		id7_lock_release(next->lock_fd, ID7_BYTE_CARE, 1);
	id7_store_close(&restore.live);
	free(restore.marks);
	return error;
}
