/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values to bytes and back: the only code that knows the layout of 7id.db(5). */
#ifndef ID7_CORE_RECORD_H
#define ID7_CORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/account.h"
#include "common/core/error.h"
#include "common/core/tally.h"

/* Sizes are part of the format: every record of a kind has one size (STORE B7 pitfall 9). */
#define ID7_BODY_LEN 1600   /* an account's or a link's body, before sealing */
#define ID7_HEAD_LEN 36	    /* magic 4, version 2, length 2, key id 4, nonce 24 */
#define ID7_TAG_LEN 16
#define ID7_SEALED_LEN (ID7_HEAD_LEN + ID7_BODY_LEN + ID7_TAG_LEN)
#define ID7_TALLY_SUM_LEN 16
#define ID7_TALLY_LEN 1408 /* its checksum included */
#define ID7_META_LEN 256   /* its checksum included */
#define ID7_META_SUM_LEN 32
#define ID7_ROOT_LEN 32	   /* the store's own random key */

#define ID7_RECORD_VERSION 1

/* The clear head of a sealed record. */
struct id7_record_head {
	uint16_t version;
	uint32_t key_id;
	uint8_t nonce[24];
};

/*
 * Writes the head of a sealed record: magic "7idA" for accounts, "7idL" for
 * links.
 */
void id7_record_head_encode(const struct id7_record_head *head, bool link,
			    uint8_t out[ID7_HEAD_LEN]);

/*
 * Reads it. Returns ID7_OK; ID7_CORRUPT for another magic, length, or nonzero
 * reserved bytes; ID7_NEWER for a later version.
 */
enum id7_error id7_record_head_decode(const uint8_t in[ID7_HEAD_LEN], bool link,
				      struct id7_record_head *ret_head)
	id7_must_use;

/*
 * An account as the bytes of a body; unused bytes are zero. One account has one
 * encoding.
 */
void id7_account_encode(const struct id7_account *account,
			uint8_t out[ID7_BODY_LEN]);

/*
 * Reads a body. Returns ID7_OK, or ID7_CORRUPT when any field is outside its
 * limits, any text is not terminated or padded with zeros, or a reserved byte
 * is not zero: decode accepts only what encode writes. *ret_account is undefined
 * after a failure.
 */
enum id7_error id7_account_decode(const uint8_t in[ID7_BODY_LEN],
				  struct id7_account *ret_account) id7_must_use;

/*
 * A tally as bytes; the last ID7_TALLY_SUM_LEN are left for the keyed checksum,
 * which is not the core's to make.
 */
void id7_tally_encode(const struct id7_tally *tally,
		      uint8_t out[ID7_TALLY_LEN]);

/*
 * Reads a tally whose checksum the caller has verified. Returns ID7_OK,
 * ID7_CORRUPT or ID7_NEWER as above.
 */
enum id7_error id7_tally_decode(const uint8_t in[ID7_TALLY_LEN],
				struct id7_tally *ret_tally) id7_must_use;

/* The store's first record. */
struct id7_meta {
	uint32_t shards; /* a power of two, 16..4096 */
	uint32_t generation;
	uint32_t key_id;	  /* of the site key that seals `sealed_root` */
	uint8_t key_check[16];	  /* keyed hash of a constant: tells a wrong key from damage */
	uint8_t store_id[16];	  /* random, new at each init */
	int64_t created;	  /* wall clock */
	uint8_t nonce[24];
	uint8_t sealed_root[ID7_ROOT_LEN + ID7_TAG_LEN];
};

/*
 * Meta as bytes; the last ID7_META_SUM_LEN are left for the checksum.
 */
void id7_meta_encode(const struct id7_meta *meta, uint8_t out[ID7_META_LEN]);

/*
 * Reads meta whose checksum the caller has verified. ID7_OK, ID7_CORRUPT,
 * ID7_NEWER.
 */
enum id7_error id7_meta_decode(const uint8_t in[ID7_META_LEN],
			       struct id7_meta *ret_meta) id7_must_use;

#endif
