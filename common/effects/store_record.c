/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records as the files hold them: sealed accounts, and tallies in two copies.
 */
#include <string.h>

#include "common/core/bytes.h"
#include "common/effects/keys.h"
#include "common/effects/store_private.h"

#define SUM_AT (ID7_TALLY_LEN - ID7_TALLY_SUM_LEN)
#define AD_MAX (ID7_STORE_KEY_MAX + ID7_HEAD_LEN)

static void
key_write(char kind, const uint8_t hash[ID7_SUBJECT_LEN],
	  char ret_key[ID7_STORE_KEY_MAX + 1])
{
	static const char digits[] = "0123456789abcdef";

	memset(ret_key, 0, ID7_STORE_KEY_MAX + 1);
	ret_key[0] = kind;
	for (size_t i = 0; i < ID7_SUBJECT_LEN; i++) {
		ret_key[1 + 2 * i] = digits[hash[i] >> 4];
		ret_key[2 + 2 * i] = digits[hash[i] & 15];
	}
}

void
id7_store_account_key(const struct id7_subject *subject,
		      char ret_key[ID7_STORE_KEY_MAX + 1])
{
	key_write('A', subject->hash, ret_key);
}

void
id7_store_tally_key(const struct id7_subject *subject, unsigned int copy,
		    char ret_key[ID7_STORE_KEY_MAX + 1])
{
	uint8_t place[ID7_SUBJECT_LEN] = {0};
	uint32_t low = id7_bytes_get32(subject->hash) % ID7_PHANTOMS;

	place[ID7_SUBJECT_LEN - 2] = (uint8_t)(low >> 8);
	place[ID7_SUBJECT_LEN - 1] = (uint8_t)low;
	if (subject->phantom)
		key_write('P', place, ret_key);
	else
		key_write('T', subject->hash, ret_key);
	ret_key[ID7_STORE_KEY_MAX - 1] = copy == 0 ? 'a' : 'b';
}

bool
id7_store_key_subject(const char *key, enum id7_store_file file,
		      struct id7_subject *ret_subject)
{
	static const char digits[] = "0123456789abcdef";
	const size_t hex = (size_t)ID7_SUBJECT_LEN * 2;
	bool tally = file == ID7_STORE_TALLY;
	struct id7_subject subject = {.phantom = false};

	if (key[0] != (tally ? 'T' : 'A') ||
	    strlen(key) != hex + (tally ? 2 : 1) ||
	    strspn(key + 1, digits) < hex ||
	    (tally && strchr("ab", key[1 + hex]) == NULL))
		return false;
	for (size_t i = 0; i < hex; i++) {
		const char *at = strchr(digits, key[1 + i]);

		subject.hash[i / 2] =
			(uint8_t)(subject.hash[i / 2] << 4 | (at - digits));
	}
	*ret_subject = subject;
	return true;
}

/* Associated data: the GDBM key, then the head. Returns its length. */
static size_t
associate(const char *key, const uint8_t head[ID7_HEAD_LEN],
	  uint8_t ret_ad[AD_MAX])
{
	size_t len = strlen(key);

	memcpy(ret_ad, key, len);
	memcpy(ret_ad + len, head, ID7_HEAD_LEN);
	return len + ID7_HEAD_LEN;
}

void
id7_store_seal(const struct id7_store *store, const char *key,
	       const struct id7_account *account,
	       uint8_t ret_sealed[ID7_SEALED_LEN])
{
	struct id7_record_head head = {.version = ID7_RECORD_VERSION,
				       .key_id = store->meta.key_id};
	uint8_t body[ID7_BODY_LEN];
	uint8_t ad[AD_MAX];

	id7_random(head.nonce, sizeof head.nonce);
	id7_record_head_encode(&head, false, ret_sealed);
	id7_account_encode(account, body);
	id7_seal(id7_store_key(store, ID7_FOR_ACCOUNTS), head.nonce, ad,
		 associate(key, ret_sealed, ad), body, sizeof body,
		 ret_sealed + ID7_HEAD_LEN);
	id7_wipe(body, sizeof body);
}

/* The sealing key that a record names: mostly the current one, else read. */
static enum id7_error
sealing_key(struct id7_store *store, uint32_t key_id,
	    uint8_t ret_key[ID7_KEY_LEN])
{
	auto_secret *site = NULL;
	enum id7_error error;

	if (key_id == store->meta.key_id) {
		memcpy(ret_key, id7_store_key(store, ID7_FOR_ACCOUNTS),
		       ID7_KEY_LEN);
		return ID7_OK;
	}
	error = id7_keys_read(store->key_dir, key_id, &site, &store->fault);
	if (error == ID7_OK)
		id7_seal_derive(site->bytes, ID7_FOR_ACCOUNTS, ret_key);
	return error;
}

static bool
name_fits(const struct id7_store *store, const char *key, const char *name)
{
	struct id7_subject subject =
		id7_store_subject(store, name, strlen(name), false);
	char wanted[ID7_STORE_KEY_MAX + 1];

	id7_store_account_key(&subject, wanted);
	return strcmp(wanted, key) == 0;
}

enum id7_error
id7_store_unseal(struct id7_store *store, const char *key,
		 const uint8_t sealed[ID7_SEALED_LEN],
		 struct id7_account *ret_account)
{
	struct id7_record_head head;
	uint8_t secret[ID7_KEY_LEN];
	uint8_t body[ID7_BODY_LEN];
	uint8_t ad[AD_MAX];
	enum id7_error error = id7_record_head_decode(sealed, false, &head);

	if (error == ID7_OK)
		error = sealing_key(store, head.key_id, secret);
	if (error != ID7_OK)
		return error;
	if (id7_unseal(secret, head.nonce, ad, associate(key, sealed, ad),
		       sealed + ID7_HEAD_LEN, ID7_SEALED_LEN - ID7_HEAD_LEN,
		       body))
		error = id7_account_decode(body, ret_account);
	else
		error = ID7_CORRUPT;
	if (error == ID7_OK && !name_fits(store, key, ret_account->name))
		error = ID7_CORRUPT;
	if (error != ID7_OK)
		id7_wipe(ret_account, sizeof *ret_account);
	id7_wipe(body, sizeof body);
	id7_wipe(secret, sizeof secret);
	return error;
}

void
id7_store_make_decoy(struct id7_store *store)
{
	static const char name[] = "nobody";
	struct id7_account nobody = {.name = "nobody"};
	struct id7_subject subject =
		id7_store_subject(store, name, strlen(name), false);
	const struct id7_now now = {0};
	struct id7_tally tally;

	id7_store_account_key(&subject, store->decoy.key);
	id7_store_seal(store, store->decoy.key, &nobody, store->decoy.sealed);
	id7_tally_init(&tally, nobody.id, 0, &now);
	id7_tally_encode(&tally, store->decoy.tally);
}

/* Keyed over the GDBM key and the bytes: a copy moved elsewhere is unsound. */
static void
checksum(const struct id7_store *store, const char *key,
	 const uint8_t bytes[ID7_TALLY_LEN], uint8_t ret_sum[ID7_TALLY_SUM_LEN])
{
	uint8_t text[ID7_STORE_KEY_MAX + SUM_AT];

	memcpy(text, key, ID7_STORE_KEY_MAX);
	memcpy(text + ID7_STORE_KEY_MAX, bytes, SUM_AT);
	id7_seal_hash(id7_store_key(store, ID7_FOR_TALLY), text, sizeof text,
		      ret_sum, ID7_TALLY_SUM_LEN);
}

void
id7_tallies_encode(const struct id7_store *store,
		   const struct id7_subject *subject, unsigned int copy,
		   const struct id7_tally *tally,
		   uint8_t ret_bytes[ID7_TALLY_LEN])
{
	char key[ID7_STORE_KEY_MAX + 1];

	id7_store_tally_key(subject, copy, key);
	id7_tally_encode(tally, ret_bytes);
	checksum(store, key, ret_bytes, ret_bytes + SUM_AT);
}

static enum id7_error
read_copy(const struct id7_store *store, const struct id7_gdbm *file,
	  const struct id7_subject *subject, unsigned int copy,
	  struct id7_tally *ret_tally, bool *ret_unread)
{
	char key[ID7_STORE_KEY_MAX + 1];
	uint8_t bytes[ID7_TALLY_LEN] = {0};
	uint8_t sum[ID7_TALLY_SUM_LEN];
	enum id7_error error;

	id7_store_tally_key(subject, copy, key);
	error = id7_gdbm_fetch(file, key, bytes, sizeof bytes);
	*ret_unread = error != ID7_OK && error != ID7_NOT_FOUND;
	/* Summed even when there is none: a miss costs what a hit does. */
	checksum(store, key, bytes, sum);
	if (error == ID7_NOT_FOUND)
		(void)!id7_tally_decode(store->decoy.tally, ret_tally);
	if (error != ID7_OK)
		return error;
	if (!id7_equal(sum, bytes + SUM_AT, sizeof sum))
		return ID7_CORRUPT;
	return id7_tally_decode(bytes, ret_tally);
}

enum id7_error
id7_tallies_read(struct id7_store *store, const struct id7_gdbm *file,
		 const struct id7_subject *subject,
		 struct id7_tallies *ret_tallies)
{
	struct id7_tally copy[2];
	enum id7_error error[2];
	bool unread[2];

	memset(ret_tallies, 0, sizeof *ret_tallies);
	for (unsigned int i = 0; i < 2; i++) {
		error[i] = read_copy(store, file, subject, i, &copy[i],
				     &unread[i]);
		ret_tallies->found[i] = error[i] != ID7_NOT_FOUND;
		ret_tallies->sound[i] = error[i] == ID7_OK;
	}
	for (unsigned int i = 0; i < 2; i++) {
		if (error[i] == ID7_NEWER || error[i] == ID7_NO_MEMORY ||
		    error[i] == ID7_IO || unread[i])
			return error[i];
	}
	if (error[0] != ID7_OK && error[1] != ID7_OK)
		return ret_tallies->found[0] || ret_tallies->found[1]
			       ? ID7_CORRUPT
			       : ID7_NOT_FOUND;
	ret_tallies->current =
		error[0] != ID7_OK ||
		(error[1] == ID7_OK && copy[1].seq > copy[0].seq);
	ret_tallies->tally = copy[ret_tallies->current];
	return ID7_OK;
}

enum id7_error
id7_tallies_write(struct id7_store *store, const struct id7_gdbm *file,
		  const struct id7_subject *subject,
		  struct id7_tallies *tallies)
{
	unsigned int other = tallies->current ^ 1u;
	char key[ID7_STORE_KEY_MAX + 1];
	uint8_t bytes[ID7_TALLY_LEN];
	enum id7_error error;

	tallies->tally.seq++;
	id7_tallies_encode(store, subject, other, &tallies->tally, bytes);
	id7_store_tally_key(subject, other, key);
	error = id7_gdbm_replace(file, key, bytes, sizeof bytes);
	if (error == ID7_OK)
		tallies->current = other;
	return error == ID7_NOT_FOUND ? ID7_CORRUPT : error;
}
