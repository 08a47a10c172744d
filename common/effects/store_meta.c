/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handle: meta and keys read, verified, wiped. */
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

#define META "meta"
#define SUM_AT (ID7_META_LEN - ID7_META_SUM_LEN)
#define OPEN_TRIES 5
#define META_CLEAR 64 /* bytes before the nonce: bound to the sealed root */
#define KEYS_LEN ((size_t)ID7_STORE_PURPOSES * ID7_KEY_LEN)

_Static_assert(ID7_ROOT_LEN == ID7_KEY_LEN, "the root has a key's place");

static const char check_text[] = "7id key check 1";

static uint8_t *
key_place(const struct id7_store *store, enum id7_purpose purpose)
{
	return store->keys->bytes + (size_t)purpose * ID7_KEY_LEN;
}

const uint8_t *
id7_store_key(const struct id7_store *store, enum id7_purpose purpose)
{
	return key_place(store, purpose);
}

struct id7_subject
id7_store_subject(const struct id7_store *store, const char *name, size_t len,
		  bool phantom)
{
	struct id7_subject subject = {.phantom = phantom};

	id7_seal_hash(id7_store_key(store, ID7_FOR_NAMES), name, len,
		      subject.hash, sizeof subject.hash);
	return subject;
}

const struct id7_fault *
id7_store_fault(const struct id7_store *store)
{
	return &store->fault;
}

enum id7_error
id7_store_make(const char *store_dir, const char *key_dir,
	       struct id7_store **ret_store)
{
	struct id7_store *store;

	if (strlen(store_dir) > ID7_PATH_MAX || strlen(key_dir) > ID7_PATH_MAX)
		return ID7_INVALID;
	store = calloc(1, sizeof *store);
	if (store == NULL)
		return ID7_NO_MEMORY;
	store->root_fd = store->shards_fd = store->lock_fd = -1;
	store->owner_fd = -1;
	store->glance.db.fd = store->glance.tally.fd = -1;
	memcpy(store->dir, store_dir, strlen(store_dir));
	memcpy(store->key_dir, key_dir, strlen(key_dir));
	store->keys = id7_secret_make(KEYS_LEN + ID7_KEY_ROOM);
	if (store->keys == NULL) {
		free(store);
		return ID7_NO_MEMORY;
	}
	store->keys->len = KEYS_LEN;
	*ret_store = store;
	return ID7_OK;
}

void
id7_store_close(struct id7_store **store)
{
	struct id7_store *s = *store;

	if (s == NULL)
		return;
	id7_store_release(s);
	id7_glance_drop(&s->glance);
	id7_scope_close(&s->lock_fd);
	id7_scope_close(&s->shards_fd);
	id7_scope_close(&s->root_fd);
	id7_secret_free(&s->keys);
	id7_wipe(s, sizeof *s);
	free(s);
	*store = NULL;
}

void
id7_store_derive_site(struct id7_store *store, const uint8_t site[ID7_KEY_LEN])
{
	id7_seal_derive(site, ID7_FOR_ACCOUNTS,
			key_place(store, ID7_FOR_ACCOUNTS));
	id7_seal_derive(site, ID7_FOR_META, key_place(store, ID7_FOR_META));
	id7_seal_derive(site, ID7_FOR_CHECK, key_place(store, ID7_FOR_CHECK));
}

void
id7_store_derive_root(struct id7_store *store, const uint8_t root[ID7_ROOT_LEN])
{
	for (enum id7_purpose p = ID7_FOR_NAMES; p <= ID7_FOR_MAIL; p++)
		id7_seal_derive(root, p, key_place(store, p));
}

void
id7_store_key_check(const struct id7_store *store, uint8_t ret_check[16])
{
	id7_seal_hash(key_place(store, ID7_FOR_CHECK), check_text,
		      sizeof check_text - 1, ret_check, 16);
}

enum id7_error
id7_store_meta_write(struct id7_store *store, const uint8_t root[ID7_ROOT_LEN])
{
	struct id7_meta *meta = &store->meta;
	uint8_t bytes[ID7_META_LEN];

	id7_random(meta->nonce, sizeof meta->nonce);
	id7_meta_encode(meta, bytes);
	id7_seal(key_place(store, ID7_FOR_META), meta->nonce, bytes, META_CLEAR,
		 root, ID7_ROOT_LEN, meta->sealed_root);
	id7_meta_encode(meta, bytes);
	id7_checksum(bytes, SUM_AT, bytes + SUM_AT);
	return id7_file_replace(store->root_fd, store->dir, META, bytes,
				sizeof bytes, &store->fault);
}

enum id7_error
id7_store_meta_read(struct id7_store *store, uint8_t ret_bytes[ID7_META_LEN])
{
	char subject[ID7_PATH_MAX + sizeof "/" META];
	uint8_t sum[ID7_META_SUM_LEN];
	auto_fd fd = -1;
	size_t len = 0;
	struct stat st;
	enum id7_error error;

	error = id7_file_open(store->root_fd, store->dir, META, O_RDONLY, 0600,
			      &fd, &store->fault);
	if (error != ID7_OK)
		return error;
	if (fstat(fd, &st) != 0)
		return id7_store_blame(store, ID7_IO, META);
	(void)snprintf(subject, sizeof subject, "%s/" META, store->dir);
	error = id7_file_read(fd, subject, ret_bytes, ID7_META_LEN, &len,
			      &store->fault);
	if (error != ID7_OK)
		return error;
	/* A later version may have another length, but not another start. */
	error = len == ID7_META_LEN ? id7_meta_decode(ret_bytes, &store->meta)
				    : ID7_CORRUPT;
	if (error == ID7_NEWER)
		return id7_store_blame(store, error, META);
	id7_checksum(ret_bytes, SUM_AT, sum);
	if (error != ID7_OK || !id7_equal(sum, ret_bytes + SUM_AT, sizeof sum))
		return id7_store_blame(store, ID7_CORRUPT, META);
	store->stamp = id7_stamp_of(&st);
	return ID7_OK;
}

enum id7_error
id7_store_keys_open(struct id7_store *store, struct id7_secret **ret_root)
{
	const struct id7_meta *meta = &store->meta;
	uint8_t *site = store->keys->bytes + KEYS_LEN;
	uint8_t *root = store->keys->bytes;
	uint8_t bytes[ID7_META_LEN];
	uint8_t check[16];
	enum id7_error error;

	error = id7_keys_read_into(store->key_dir, meta->key_id, site,
				   &store->fault);
	if (error != ID7_OK)
		return error;
	id7_store_derive_site(store, site);
	id7_wipe(site, ID7_KEY_LEN);
	id7_store_key_check(store, check);
	if (!id7_equal(check, meta->key_check, sizeof check))
		return id7_store_blame(store, ID7_WRONG_KEY, META);
	id7_meta_encode(meta, bytes);
	if (!id7_unseal(key_place(store, ID7_FOR_META), meta->nonce, bytes,
			META_CLEAR, meta->sealed_root, sizeof meta->sealed_root,
			root))
		return id7_store_blame(store, ID7_CORRUPT, META);
	id7_store_derive_root(store, root);
	if (ret_root != NULL)
		*ret_root = id7_secret_copy(root, ID7_ROOT_LEN);
	id7_wipe(root, ID7_ROOT_LEN);
	if (ret_root != NULL && *ret_root == NULL)
		return id7_store_blame(store, ID7_NO_MEMORY, NULL);
	return ID7_OK;
}

/* A missing part of a store that has a meta is damage. */
static enum id7_error
missing_is_damage(struct id7_store *store, enum id7_error error)
{
	if (error != ID7_NOT_FOUND)
		return error;
	store->fault.error = ID7_CORRUPT;
	return ID7_CORRUPT;
}

enum id7_error
id7_store_parts_open(struct id7_store *store)
{
	char shards[ID7_PATH_MAX + 16];
	uint8_t bytes[ID7_META_LEN];
	enum id7_error error = id7_store_meta_read(store, bytes);

	if (error == ID7_OK)
		error = id7_store_keys_open(store, NULL);
	if (error != ID7_OK)
		return error;
	(void)snprintf(shards, sizeof shards, "%s/g%06u", store->dir,
		       store->meta.generation);
	id7_scope_close(&store->shards_fd);
	error = id7_dir_open(shards, 0700, &store->shards_fd, &store->fault);
	if (error == ID7_OK && store->lock_fd < 0)
		error = id7_file_open(store->root_fd, store->dir, "store.lock",
				      O_RDONLY, 0600, &store->lock_fd,
				      &store->fault);
	return missing_is_damage(store, error);
}

/* A restore may take the generation away between its name and its files. */
static enum id7_error
store_open(struct id7_store *store)
{
	struct id7_stamp stamp;
	int tries = OPEN_TRIES;
	enum id7_error error;

	error = id7_dir_open(store->dir, 0700, &store->root_fd, &store->fault);
	if (error != ID7_OK)
		return error;
	do {
		stamp = store->stamp;
		error = id7_store_parts_open(store);
	} while (error == ID7_CORRUPT && --tries > 0 &&
		 !id7_stamp_equal(&stamp, &store->stamp));
	return error;
}

enum id7_error
id7_store_open(const char *store_dir, const char *key_dir,
	       struct id7_store **ret_store, struct id7_fault *ret_fault)
{
	auto_store *store = NULL;
	enum id7_error error = id7_crypto_start();

	if (error == ID7_OK)
		error = id7_store_make(store_dir, key_dir, &store);
	if (error != ID7_OK)
		return id7_fault_set(ret_fault, error, ID7_TROUBLE_NONE,
				     store_dir);
	error = store_open(store);
	if (error != ID7_OK) {
		if (ret_fault != NULL)
			*ret_fault = store->fault;
		return error;
	}
	id7_store_make_decoy(store);
	*ret_store = store;
	store = NULL;
	return ID7_OK;
}
