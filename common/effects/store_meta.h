/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a handle that opening and making a store share. For store*.c
 * only. */
#ifndef ID7_EFFECTS_STORE_META_H
#define ID7_EFFECTS_STORE_META_H

#include "common/effects/store_private.h"

/*
 * A handle with no file open and no key in it; closed by id7_store_close.
 * ID7_OK; ID7_INVALID (a path is too long); ID7_NO_MEMORY.
 */
enum id7_error id7_store_make(const char *store_dir, const char *key_dir,
			      struct id7_store **ret_store) id7_must_use;

/*
 * Derives the keys that come from the site key, and those from the store's
 * root.
 */
void
id7_store_derive_site(struct id7_store *store, const uint8_t site[ID7_KEY_LEN]);
void id7_store_derive_root(struct id7_store *store,
			   const uint8_t root[ID7_ROOT_LEN]);

/*
 * Reads meta into the handle, with its stamp. ID7_OK: *ret_bytes are its bytes;
 * file errors; ID7_CORRUPT; ID7_NEWER.
 */
enum id7_error id7_store_meta_read(struct id7_store *store,
				   uint8_t ret_bytes[ID7_META_LEN])
	id7_must_use;

/*
 * Reads the site key that the handle's meta names, unseals the root and derives
 * every key. *ret_root (NULL: not wanted) is the root, released by the caller.
 * ID7_OK; ID7_WRONG_KEY; key errors; ID7_CORRUPT; ID7_NO_MEMORY.
 */
enum id7_error id7_store_keys_open(struct id7_store *store,
				   struct id7_secret **ret_root) id7_must_use;

/*
 * Opens what a handle with a root_fd needs: meta, keys, the generation's
 * directory, store.lock. Errors as id7_store_open.
 */
enum id7_error id7_store_parts_open(struct id7_store *store) id7_must_use;

/*
 * The key check value of the site key that was derived from.
 */
void id7_store_key_check(const struct id7_store *store, uint8_t ret_check[16]);

/*
 * Makes one empty file of the ring of phantoms in the place of any that is
 * there. ID7_OK; ID7_NO_MEMORY; ID7_IO.
 */
enum id7_error id7_store_phantoms_make(struct id7_store *store,
				       uint32_t index) id7_must_use;

/*
 * Seals `root` into store->meta and writes meta durably. ID7_OK; file errors,
 * as in the handle's fault.
 */
enum id7_error
id7_store_meta_write(struct id7_store *store,
		     const uint8_t root[ID7_ROOT_LEN]) id7_must_use;

#endif
