/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The head of a sealed record, and meta: offsets as in 7id.db(5). */
#include "common/core/record.h"

#include "common/core/bytes.h"

/* Head of a sealed record. */
#define HEAD_MAGIC 0
#define HEAD_VERSION 4
#define HEAD_LENGTH 6
#define HEAD_KEY_ID 8
#define HEAD_NONCE 12

_Static_assert(HEAD_NONCE + 24 == ID7_HEAD_LEN, "head");
_Static_assert(ID7_SEALED_LEN <= UINT16_MAX, "length of a sealed record");

/* Meta. */
#define META_MAGIC 0
#define META_VERSION 4
#define META_LENGTH 6
#define META_SHARDS 8
#define META_GENERATION 12
#define META_KEY_ID 16
#define META_ZERO_1 20
#define META_KEY_CHECK 24
#define META_STORE_ID 40
#define META_CREATED 56
#define META_NONCE 64
#define META_SEALED_ROOT 88
#define META_ZERO_2 136
#define META_SUM 224

_Static_assert(META_SEALED_ROOT + ID7_ROOT_LEN + ID7_TAG_LEN == META_ZERO_2,
	       "sealed root");
_Static_assert(META_SUM + ID7_META_SUM_LEN == ID7_META_LEN, "meta");

#define META_SHARDS_MIN 16
#define META_SHARDS_MAX 4096

static const uint8_t meta_magic[4] = {'7', 'i', 'd', 'M'};

static const char *
head_magic(bool link)
{
	return link ? "7idL" : "7idA";
}

/* The later version is told before the length: a later one may be longer. */
static enum id7_error
version_check(uint16_t version, uint16_t length, uint16_t wanted)
{
	if (version > ID7_RECORD_VERSION)
		return ID7_NEWER;
	if (version != ID7_RECORD_VERSION || length != wanted)
		return ID7_CORRUPT;
	return ID7_OK;
}

void
id7_record_head_encode(const struct id7_record_head *head, bool link,
		       uint8_t out[ID7_HEAD_LEN])
{
	memcpy(out + HEAD_MAGIC, head_magic(link), 4);
	id7_bytes_put16(out + HEAD_VERSION, head->version);
	id7_bytes_put16(out + HEAD_LENGTH, ID7_SEALED_LEN);
	id7_bytes_put32(out + HEAD_KEY_ID, head->key_id);
	memcpy(out + HEAD_NONCE, head->nonce, sizeof head->nonce);
}

enum id7_error
id7_record_head_decode(const uint8_t in[ID7_HEAD_LEN], bool link,
		       struct id7_record_head *ret_head)
{
	struct id7_record_head head;
	enum id7_error error;

	if (memcmp(in + HEAD_MAGIC, head_magic(link), 4) != 0)
		return ID7_CORRUPT;
	head.version = id7_bytes_get16(in + HEAD_VERSION);
	error = version_check(head.version, id7_bytes_get16(in + HEAD_LENGTH),
			      ID7_SEALED_LEN);
	if (error != ID7_OK)
		return error;
	head.key_id = id7_bytes_get32(in + HEAD_KEY_ID);
	memcpy(head.nonce, in + HEAD_NONCE, sizeof head.nonce);
	*ret_head = head;
	return ID7_OK;
}

void
id7_meta_encode(const struct id7_meta *meta, uint8_t out[ID7_META_LEN])
{
	memset(out, 0, ID7_META_LEN);
	memcpy(out + META_MAGIC, meta_magic, sizeof meta_magic);
	id7_bytes_put16(out + META_VERSION, ID7_RECORD_VERSION);
	id7_bytes_put16(out + META_LENGTH, ID7_META_LEN);
	id7_bytes_put32(out + META_SHARDS, meta->shards);
	id7_bytes_put32(out + META_GENERATION, meta->generation);
	id7_bytes_put32(out + META_KEY_ID, meta->key_id);
	memcpy(out + META_KEY_CHECK, meta->key_check, sizeof meta->key_check);
	memcpy(out + META_STORE_ID, meta->store_id, sizeof meta->store_id);
	id7_bytes_put64(out + META_CREATED, (uint64_t)meta->created);
	memcpy(out + META_NONCE, meta->nonce, sizeof meta->nonce);
	memcpy(out + META_SEALED_ROOT, meta->sealed_root,
	       sizeof meta->sealed_root);
}

static bool
meta_sane(const struct id7_meta *meta)
{
	return meta->shards >= META_SHARDS_MIN &&
	       meta->shards <= META_SHARDS_MAX &&
	       (meta->shards & (meta->shards - 1)) == 0 &&
	       meta->generation >= 1 && meta->generation <= 999999 &&
	       meta->key_id >= 1;
}

enum id7_error
id7_meta_decode(const uint8_t in[ID7_META_LEN], struct id7_meta *ret_meta)
{
	struct id7_meta meta;
	enum id7_error error;

	if (memcmp(in + META_MAGIC, meta_magic, sizeof meta_magic) != 0)
		return ID7_CORRUPT;
	error = version_check(id7_bytes_get16(in + META_VERSION),
			      id7_bytes_get16(in + META_LENGTH), ID7_META_LEN);
	if (error != ID7_OK)
		return error;
	if (!id7_bytes_zero(in + META_ZERO_1, META_KEY_CHECK - META_ZERO_1) ||
	    !id7_bytes_zero(in + META_ZERO_2, META_SUM - META_ZERO_2))
		return ID7_CORRUPT;
	meta.shards = id7_bytes_get32(in + META_SHARDS);
	meta.generation = id7_bytes_get32(in + META_GENERATION);
	meta.key_id = id7_bytes_get32(in + META_KEY_ID);
	memcpy(meta.key_check, in + META_KEY_CHECK, sizeof meta.key_check);
	memcpy(meta.store_id, in + META_STORE_ID, sizeof meta.store_id);
	meta.created = (int64_t)id7_bytes_get64(in + META_CREATED);
	memcpy(meta.nonce, in + META_NONCE, sizeof meta.nonce);
	memcpy(meta.sealed_root, in + META_SEALED_ROOT,
	       sizeof meta.sealed_root);
	if (!meta_sane(&meta))
		return ID7_CORRUPT;
	*ret_meta = meta;
	return ID7_OK;
}
