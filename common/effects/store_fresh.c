/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which generation is the store's: a restore puts another in its place while
 * handles are open. */
#include <fcntl.h>
#include <string.h>

#include "common/effects/scope.h"
#include "common/effects/store_meta.h"
#include "common/effects/store_private.h"

#define META "meta"
#define TRIES 5

struct id7_stamp
id7_stamp_of(const struct stat *st)
{
	return (struct id7_stamp){.inode = st->st_ino,
				  .size = st->st_size,
				  .changed = st->st_ctim,
				  .modified = st->st_mtim};
}

static bool
same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool
id7_stamp_equal(const struct id7_stamp *a, const struct id7_stamp *b)
{
	return a->inode == b->inode && a->size == b->size &&
	       same_time(&a->changed, &b->changed) &&
	       same_time(&a->modified, &b->modified);
}

/* Meta is only ever replaced: when it cannot be seen, nothing new is known. */
static bool
is_old(const struct id7_store *store)
{
	struct id7_stamp stamp;
	struct stat st;

	if (fstatat(store->root_fd, META, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	stamp = id7_stamp_of(&st);
	return !id7_stamp_equal(&stamp, &store->stamp);
}

/* The keys of another store would turn every subject in hand into nonsense. */
static enum id7_error
same_store(struct id7_store *store, const struct id7_meta *old)
{
	uint8_t bytes[ID7_META_LEN];
	enum id7_error error = id7_store_meta_read(store, bytes);

	if (error == ID7_OK && memcmp(store->meta.store_id, old->store_id,
				      sizeof old->store_id) != 0)
		error = id7_store_blame(store, ID7_BUSY, META);
	return error;
}

static enum id7_error
take_up(struct id7_store *store)
{
	const struct id7_meta old = store->meta;
	const struct id7_stamp stamp = store->stamp;
	enum id7_error error = same_store(store, &old);

	if (error == ID7_OK)
		error = id7_store_parts_open(store);
	if (error != ID7_OK) {
		store->meta = old;
		store->stamp = stamp;
		return error;
	}
	if (store->meta.generation != old.generation)
		store->turn++;
	return ID7_OK;
}

enum id7_error
id7_store_fresh(struct id7_store *store)
{
	enum id7_error error = ID7_OK;

	for (int tries = TRIES; tries > 0 && is_old(store); tries--) {
		error = take_up(store);
		if (error != ID7_OK && error != ID7_CORRUPT)
			break;
	}
	return error;
}

enum id7_error
id7_store_same_turn(struct id7_store *store, uint32_t turn)
{
	return turn == store->turn ? ID7_OK
				   : id7_store_blame(store, ID7_BUSY, META);
}

void
id7_store_watch(struct id7_store *store, id7_store_progress_fn *progress,
		void *context)
{
	store->progress = progress;
	store->progress_context = context;
}

void
id7_store_step(const struct id7_store *store, uint64_t done, uint64_t total)
{
	if (store->progress != NULL)
		store->progress(done, total, store->progress_context);
}
