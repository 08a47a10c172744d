/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts and sizes of a store, without a key being turned. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "common/effects/scope.h"
#include "common/effects/store_private.h"

static bool
count_one(const char *key, void *context)
{
	uint64_t *count = context;

	*count += key[0] == 'A';
	return true;
}

static enum id7_error
add_size(struct id7_store *store, struct id7_shard shard,
	 enum id7_store_file file, struct id7_store_stats *stats)
{
	auto_fd fd = -1;
	struct stat st;
	enum id7_error error;

	error = id7_shard_open_file(store, shard, file, O_RDONLY, &fd);
	if (error != ID7_OK)
		return error;
	if (fstat(fd, &st) != 0)
		return id7_store_blame(store, ID7_IO, NULL);
	stats->files++;
	stats->bytes += (uint64_t)st.st_size;
	stats->blocks += (uint64_t)st.st_blocks * 512;
	return ID7_OK;
}

static enum id7_error
add_shard(struct id7_store *store, struct id7_shard shard,
	  struct id7_store_stats *stats)
{
	auto_gdbm file = {0};
	uint64_t count = 0;
	enum id7_error error = ID7_OK;

	for (int i = shard.phantom ? ID7_STORE_TALLY : ID7_STORE_DB;
	     i <= ID7_STORE_LOCK && error == ID7_OK; i++)
		if (i != ID7_STORE_LOCK || id7_shard_has_lock(shard))
			error = add_size(store, shard, (enum id7_store_file)i,
					 stats);
	if (error != ID7_OK || shard.phantom)
		return error;
	error = id7_shard_open(store, shard, ID7_STORE_DB, false, &file);
	if (error == ID7_OK)
		error = id7_gdbm_each(&file, ID7_SEALED_LEN, count_one, &count);
	if (error != ID7_OK)
		return error == ID7_CORRUPT
			       ? id7_store_blame(store, error, NULL)
			       : error;
	stats->accounts += count;
	if (count < stats->least)
		stats->least = count;
	if (count > stats->most)
		stats->most = count;
	return ID7_OK;
}

enum id7_error
id7_store_stats(struct id7_store *store, struct id7_store_stats *ret_stats)
{
	struct id7_shard phantoms = {.phantom = true};
	struct id7_store_stats stats = {.least = UINT64_MAX};
	struct statvfs fs;
	enum id7_error error = id7_store_fresh(store);

	stats.version = ID7_RECORD_VERSION;
	stats.shards = store->meta.shards;
	stats.generation = store->meta.generation;
	stats.key_id = store->meta.key_id;
	stats.created = store->meta.created;
	for (uint32_t i = 0; i < stats.shards && error == ID7_OK; i++) {
		error = add_shard(store, (struct id7_shard){.index = i},
				  &stats);
		id7_store_step(store, i + 1, stats.shards);
	}
	for (; phantoms.index < ID7_PHANTOM_FILES && error == ID7_OK;
	     phantoms.index++)
		error = add_shard(store, phantoms, &stats);
	if (error == ID7_OK && fstatvfs(store->root_fd, &fs) != 0)
		error = id7_store_blame(store, ID7_IO, NULL);
	if (error != ID7_OK)
		return error;
	stats.free = (uint64_t)fs.f_bavail * fs.f_frsize;
	*ret_stats = stats;
	return ID7_OK;
}
