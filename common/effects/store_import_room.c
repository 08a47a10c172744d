/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether an import fits: asked before a half of it fills the disk. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "common/effects/store_import.h"

#define BLOCK 4096
#define ELEMENT 24 /* of a bucket, for each record; a bucket may be half full  \
		    */

/*
 * GDBM lays no record across two blocks: as many as fit share one. Of an
 * account there are a sealed record and two of its tally.
 */
static uint64_t
need_of_record(uint64_t len)
{
	return BLOCK / (BLOCK / (len + ID7_STORE_KEY_MAX)) + 2 * ELEMENT;
}

/* One file at a time has a copy beside it. */
static enum id7_error
longest_file(struct id7_store *store, uint64_t *ret_longest)
{
	char name[ID7_STORE_FILE_MAX + 1];
	struct stat st;

	*ret_longest = 0;
	for (uint32_t i = 0; i < 2 * store->meta.shards; i++) {
		const struct id7_shard shard = {.index = i / 2};

		id7_shard_base(shard, i % 2 ? ID7_STORE_TALLY : ID7_STORE_DB,
			       name);
		if (fstatat(store->shards_fd, name, &st, AT_SYMLINK_NOFOLLOW) !=
		    0)
			return id7_store_blame(store, ID7_IO, name);
		if ((uint64_t)st.st_size > *ret_longest)
			*ret_longest = (uint64_t)st.st_size;
	}
	return ID7_OK;
}

enum id7_error
id7_import_room(struct id7_import *import, uint64_t added,
		struct id7_import_room *ret_room)
{
	struct id7_store *store = import->store;
	uint64_t longest = 0;
	struct statvfs fs;
	enum id7_error error = id7_store_fresh(store);

	if (error == ID7_OK)
		error = longest_file(store, &longest);
	if (error != ID7_OK)
		return error;
	if (fstatvfs(store->root_fd, &fs) != 0)
		return id7_store_blame(store, ID7_IO, NULL);
	ret_room->need = added * (need_of_record(ID7_SEALED_LEN) +
				  2 * need_of_record(ID7_TALLY_LEN)) +
			 (added > 0 ? longest : 0);
	ret_room->free = (uint64_t)fs.f_bavail * fs.f_frsize;
	return ID7_OK;
}
