/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keyed cryptography over bytes: sealing records, hashing names, checksums; keys derived per purpose. */
#ifndef ID7_EFFECTS_SEAL_H
#define ID7_EFFECTS_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/error.h"
#include "common/core/record.h"

#define ID7_KEY_LEN 32

/* What a derived key is for; each is another key. Part of the format. */
enum id7_purpose {
	ID7_FOR_ACCOUNTS = 1,	/* from the site key: seals bodies */
	ID7_FOR_META = 2,	/* from the site key: seals the store's root */
	ID7_FOR_CHECK = 3,	/* from the site key: the key check value */
	ID7_FOR_NAMES = 4,	/* from the root: GDBM keys, the "index key" */
	ID7_FOR_TALLY = 5,	/* from the root: checksums of tallies */
	ID7_FOR_SOURCES = 6,	/* from the root: where an attempt came from */
	ID7_FOR_FINGERPRINTS = 7, /* from the root: of slow hashes */
	ID7_FOR_CODES = 8,
	ID7_FOR_LOG = 9,	/* from the root: tags of unknown names */
	ID7_FOR_MAIL = 10,
};

/*
 * The key for one purpose, from a site key or a store's root (both ID7_KEY_LEN
 * bytes), by crypto_kdf with the context "7id-v1\0\0".
 */
void id7_seal_derive(const uint8_t from[ID7_KEY_LEN], enum id7_purpose purpose,
		     uint8_t ret_key[ID7_KEY_LEN]);

/*
 * Keyed BLAKE2b of `len` bytes to `out_len` bytes (16..64).
 */
void id7_seal_hash(const uint8_t key[ID7_KEY_LEN], const void *bytes,
		   size_t len, uint8_t *out, size_t out_len);

/*
 * XChaCha20-Poly1305: out gets `len` + ID7_TAG_LEN bytes.
 */
void id7_seal(const uint8_t key[ID7_KEY_LEN], const uint8_t nonce[24],
	      const void *ad, size_t ad_len, const void *plain, size_t len,
	      uint8_t *out);

/*
 * Opens `len` bytes (tag included) into `plain` (len - ID7_TAG_LEN bytes).
 * Returns false, with `plain` zeroed, when anything was changed.
 */
bool id7_unseal(const uint8_t key[ID7_KEY_LEN], const uint8_t nonce[24],
		const void *ad, size_t ad_len, const uint8_t *sealed,
		size_t len, void *plain) id7_must_use;

/*
 * Compares in constant time.
 */
bool id7_equal(const void *a, const void *b, size_t len) id7_must_use;

/*
 * Unkeyed BLAKE2b-256, for checksums of clear files.
 */
void id7_checksum(const void *bytes, size_t len, uint8_t out[32]);

#endif
