/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes an empty store: nothing is a store before its meta is there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/effects/file.h"
#include "common/effects/keys.h"
#include "common/effects/lock.h"
#include "common/effects/scope.h"
#include "common/effects/store_meta.h"
#include "common/effects/store_private.h"

#define SHARDS_DIR "g000001"
#define BUILT_DIR "g000001.new"
#define PHANTOM_TMP "phantom.tally.tmp"
#define ACCOUNTS_PER_SHARD 500 /* a change copies a whole shard */
#define SHARDS_DEFAULT 256
#define EMPTY_MAX 65536 /* bytes of an empty GDBM file */
#define INIT_WAIT_MS 30000

static uint32_t
shards_for(uint64_t accounts)
{
	uint32_t shards = ID7_SHARDS_MIN;

	if (accounts == 0)
		return SHARDS_DEFAULT;
	while (shards < ID7_SHARDS_MAX &&
	       shards < accounts / ACCOUNTS_PER_SHARD)
		shards *= 2;
	return shards;
}

/* An empty GDBM file is made once; every other is its copy. */
static enum id7_error
template_make(struct id7_store *store, uint8_t *bytes, size_t *ret_len)
{
	auto_fd fd = id7_files_create(store->root_fd, PHANTOM_TMP);
	enum id7_error error = fd < 0 ? ID7_IO : id7_gdbm_create(fd);

	if (error != ID7_OK)
		return id7_store_blame(store, error, PHANTOM_TMP);
	return id7_file_read(fd, PHANTOM_TMP, bytes, EMPTY_MAX, ret_len,
			     &store->fault);
}

static enum id7_error
shard_make(struct id7_store *store, uint32_t index, const uint8_t *bytes,
	   size_t len)
{
	static const char *const endings[] = {"db", "tally", "lock"};
	char name[ID7_STORE_FILE_MAX + 1];

	for (size_t i = 0; i < 3; i++) {
		auto_fd fd = -1;

		(void)snprintf(name, sizeof name, "%03x.%s", index, endings[i]);
		fd = id7_files_create(store->shards_fd, name);
		if (fd < 0)
			return id7_store_blame(store, ID7_IO, name);
		if (i == 1)
			id7_shard_nocow(fd);
		if (i < 2 && id7_file_write_all(fd, bytes, len) != ID7_OK)
			return id7_store_blame(store, ID7_IO, name);
	}
	return ID7_OK;
}

static enum id7_error
phantom_fill(struct id7_store *store, uint32_t index,
	     const struct id7_gdbm *file)
{
	static const struct id7_now never = {0};
	static const uint8_t nobody[ID7_ID_LEN] = {0};
	uint32_t first = 2 * ID7_PHANTOMS_EACH * index;
	struct id7_tally tally;
	enum id7_error error = ID7_OK;

	id7_tally_init(&tally, nobody, 0, &never);
	for (uint32_t i = first;
	     i < first + 2 * ID7_PHANTOMS_EACH && error == ID7_OK; i++) {
		struct id7_subject place = {.phantom = true};
		char key[ID7_STORE_KEY_MAX + 1];
		uint8_t bytes[ID7_TALLY_LEN];

		place.hash[0] = (uint8_t)(i >> 1);
		place.hash[1] = (uint8_t)(i >> 9);
		tally.seq = 1 + (i & 1);
		id7_tallies_encode(store, &place, i & 1, &tally, bytes);
		id7_store_tally_key(&place, i & 1, key);
		error = id7_gdbm_insert(file, key, bytes, sizeof bytes);
	}
	return error;
}

enum id7_error
id7_store_phantoms_make(struct id7_store *store, uint32_t index)
{
	char name[ID7_STORE_FILE_MAX + 1];
	auto_gdbm file = {0};
	int fd = id7_files_create(store->root_fd, PHANTOM_TMP);
	enum id7_error error = fd < 0 ? ID7_IO : ID7_OK;

	id7_shard_name(store,
		       (struct id7_shard){.phantom = true, .index = index},
		       ID7_STORE_TALLY, name);

	if (fd >= 0)
		id7_shard_nocow(fd);
	if (error == ID7_OK)
		error = id7_gdbm_create(fd);
	if (error == ID7_OK && lseek(fd, 0, SEEK_SET) != 0)
		error = ID7_IO;
	if (error == ID7_OK)
		error = id7_gdbm_open(fd, true, &file);
	else if (fd >= 0)
		close(fd);
	if (error == ID7_OK)
		error = phantom_fill(store, index, &file);
	if (error == ID7_OK)
		error = id7_gdbm_close(&file);
	if (error == ID7_OK &&
	    renameat(store->root_fd, PHANTOM_TMP, store->root_fd, name) != 0)
		error = ID7_IO;
	return error == ID7_OK ? ID7_OK
			       : id7_store_blame(store, error, PHANTOM_TMP);
}

static enum id7_error
phantom_make(struct id7_store *store)
{
	auto_fd lock = id7_files_create(store->root_fd, "phantom.lock");
	enum id7_error error = ID7_OK;

	if (lock < 0)
		return id7_store_blame(store, ID7_IO, "phantom.lock");
	for (uint32_t i = 0; i < ID7_PHANTOM_FILES && error == ID7_OK; i++)
		error = id7_store_phantoms_make(store, i);
	return error;
}

static enum id7_error
shards_make(struct id7_store *store)
{
	auto_free uint8_t *bytes = malloc(EMPTY_MAX);
	size_t len = 0;
	enum id7_error error;

	if (bytes == NULL)
		return id7_store_blame(store, ID7_NO_MEMORY, NULL);
	error = template_make(store, bytes, &len);
	if (error != ID7_OK)
		return error;
	if (id7_files_dir(store->root_fd, BUILT_DIR, false,
			  &store->shards_fd) != ID7_OK)
		return id7_store_blame(store, ID7_IO, BUILT_DIR);
	for (uint32_t i = 0; i < store->meta.shards && error == ID7_OK; i++)
		error = shard_make(store, i, bytes, len);
	return error;
}

/* Shards without a meta may be somebody's accounts: put aside, never lost. */
static enum id7_error
shards_place(struct id7_store *store)
{
	char aside[ID7_STORE_FILE_MAX + 1];
	uint64_t number;

	id7_random(&number, sizeof number);
	(void)snprintf(aside, sizeof aside, SHARDS_DIR ".old-%016llx",
		       (unsigned long long)number);
	if (renameat(store->root_fd, SHARDS_DIR, store->root_fd, aside) != 0 &&
	    errno != ENOENT)
		return id7_store_blame(store, ID7_IO, SHARDS_DIR);
	if (syncfs(store->root_fd) != 0 ||
	    renameat(store->root_fd, BUILT_DIR, store->root_fd, SHARDS_DIR) !=
		    0 ||
	    fsync(store->root_fd) != 0)
		return id7_store_blame(store, ID7_IO, SHARDS_DIR);
	return ID7_OK;
}

static enum id7_error
taken(struct id7_store *store)
{
	struct stat st;

	if (fstatat(store->root_fd, "meta", &st, AT_SYMLINK_NOFOLLOW) == 0)
		return id7_store_blame(store, ID7_EXISTS, "meta");
	return errno == ENOENT ? ID7_OK
			       : id7_store_blame(store, ID7_IO, "meta");
}

static enum id7_error
build(struct id7_store *store, const uint8_t root[ID7_ROOT_LEN])
{
	enum id7_error error = taken(store);

	if (error == ID7_OK)
		error = shards_make(store);
	if (error == ID7_OK)
		error = phantom_make(store);
	if (error == ID7_OK)
		error = shards_place(store);
	return error == ID7_OK ? id7_store_meta_write(store, root) : error;
}

static enum id7_error
init(struct id7_store *store, const struct id7_secret *site)
{
	auto_secret *root = id7_secret_make(ID7_ROOT_LEN);
	enum id7_error error;

	if (root == NULL)
		return id7_store_blame(store, ID7_NO_MEMORY, NULL);
	id7_random(root->bytes, ID7_ROOT_LEN);
	id7_store_derive_site(store, site->bytes);
	id7_store_derive_root(store, root->bytes);
	id7_store_key_check(store, store->meta.key_check);
	id7_random(store->meta.store_id, sizeof store->meta.store_id);
	error = id7_dir_make(store->dir, 0700, &store->root_fd, &store->fault);
	if (error == ID7_OK)
		error = id7_file_open(store->root_fd, store->dir, "store.lock",
				      O_RDWR | O_CREAT, 0600, &store->lock_fd,
				      &store->fault);
	if (error != ID7_OK)
		return error;
	error = id7_lock_take(store->lock_fd, true, 0, 1,
			      id7_deadline_in(INIT_WAIT_MS));
	if (error != ID7_OK)
		return id7_store_blame(store, error, "store.lock");
	error = build(store, root->bytes);
	id7_lock_release(store->lock_fd, 0, 1);
	return error;
}

enum id7_error
id7_store_init(const char *store_dir, const char *key_dir, uint64_t accounts,
	       int64_t now_wall, struct id7_fault *ret_fault)
{
	auto_store *store = NULL;
	auto_secret *site = NULL;
	enum id7_error error = id7_crypto_start();

	if (error == ID7_OK)
		error = id7_store_make(store_dir, key_dir, &store);
	if (error != ID7_OK)
		return id7_fault_set(ret_fault, error, ID7_TROUBLE_NONE,
				     store_dir);
	store->meta.shards = shards_for(accounts);
	store->meta.generation = 1;
	store->meta.key_id = 1;
	store->meta.created = now_wall;
	error = id7_keys_read(key_dir, store->meta.key_id, &site,
			      &store->fault);
	if (error == ID7_OK)
		error = init(store, site);
	if (error != ID7_OK && ret_fault != NULL)
		*ret_fault = store->fault;
	return error;
}
