/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Argon2id: makes and checks verifiers, and does the same work for nobody. */
#include "common/effects/verifier.h"

#include <sodium.h>
#include <string.h>

#include "common/effects/seal.h"
#include "common/effects/secret.h"

_Static_assert(ID7_SALT_LEN == crypto_pwhash_argon2id_SALTBYTES, "salt");
_Static_assert(ID7_VERIFIER_LEN >= crypto_pwhash_argon2id_BYTES_MIN, "output");

static const uint8_t nothing[ID7_VERIFIER_LEN];

/* The second bound of each also keeps a 32-bit size_t from wrapping. */
static bool
cost_possible(struct id7_cost cost)
{
	return cost.opslimit >= crypto_pwhash_argon2id_OPSLIMIT_MIN &&
	       cost.opslimit <= crypto_pwhash_argon2id_OPSLIMIT_MAX &&
	       cost.memlimit >= crypto_pwhash_argon2id_MEMLIMIT_MIN &&
	       cost.memlimit <= crypto_pwhash_argon2id_MEMLIMIT_MAX;
}

static bool
same_cost(struct id7_cost a, struct id7_cost b)
{
	return a.opslimit == b.opslimit && a.memlimit == b.memlimit;
}

static bool
has_verifier(const struct id7_account *account)
{
	return account != NULL &&
	       (account->flags & ID7_ACCOUNT_NO_VERIFIER) == 0 &&
	       !id7_equal(account->verifier, nothing, ID7_VERIFIER_LEN);
}

static enum id7_error
slow_hash(const void *normal, size_t len, const uint8_t salt[ID7_SALT_LEN],
	  struct id7_cost cost, uint8_t ret_hash[ID7_VERIFIER_LEN])
{
	if (crypto_pwhash(ret_hash, ID7_VERIFIER_LEN, normal, len, salt,
			  cost.opslimit, (size_t)cost.memlimit,
			  crypto_pwhash_ALG_ARGON2ID13) == 0)
		return ID7_OK;
	return ID7_NO_MEMORY;
}

static void
drop_old(struct id7_account *account)
{
	id7_wipe(account->old_verifier, sizeof account->old_verifier);
	memset(account->old_since, 0, sizeof account->old_since);
}

static void
push_old(struct id7_account *account, int64_t now_wall)
{
	for (size_t i = ID7_OLD_VERIFIERS - 1; i > 0; i--) {
		memcpy(account->old_verifier[i], account->old_verifier[i - 1],
		       ID7_VERIFIER_LEN);
		account->old_since[i] = account->old_since[i - 1];
	}
	memcpy(account->old_verifier[0], account->verifier, ID7_VERIFIER_LEN);
	account->old_since[0] = now_wall;
}

enum id7_error
id7_verifier_make(struct id7_account *account, const void *normal, size_t len,
		  struct id7_cost cost, bool keep_old, int64_t now_wall)
{
	bool keep_salt =
		has_verifier(account) && same_cost(account->cost, cost);
	uint8_t salt[ID7_SALT_LEN], hash[ID7_VERIFIER_LEN];
	enum id7_error error;

	if (!cost_possible(cost))
		return ID7_INVALID;
	if (keep_salt)
		memcpy(salt, account->salt, sizeof salt);
	else
		id7_random(salt, sizeof salt);
	error = slow_hash(normal, len, salt, cost, hash);
	if (error == ID7_OK) {
		if (!keep_salt)
			drop_old(account);
		else if (keep_old &&
			 !id7_equal(hash, account->verifier, sizeof hash))
			push_old(account, now_wall);
		account->cost = cost;
		memcpy(account->salt, salt, sizeof salt);
		memcpy(account->verifier, hash, sizeof hash);
		account->flags &=
			~(ID7_ACCOUNT_NO_VERIFIER | ID7_ACCOUNT_COUNTS_ONLY |
			  ID7_ACCOUNT_RAW_BYTES);
		id7_wipe(account->crypt, sizeof account->crypt);
	}
	id7_wipe(hash, sizeof hash);
	return error;
}

/* Compares with all of them whatever the first ones say; zeros match nothing.
 */
static enum id7_match
compare(const uint8_t hash[ID7_VERIFIER_LEN],
	const uint8_t current[ID7_VERIFIER_LEN],
	const uint8_t old[ID7_OLD_VERIFIERS][ID7_VERIFIER_LEN])
{
	unsigned int is_current = id7_equal(hash, current, ID7_VERIFIER_LEN);
	unsigned int is_old = 0;

	is_current &= !id7_equal(current, nothing, ID7_VERIFIER_LEN);
	for (size_t i = 0; i < ID7_OLD_VERIFIERS; i++) {
		unsigned int same = id7_equal(hash, old[i], ID7_VERIFIER_LEN);

		same &= !id7_equal(old[i], nothing, ID7_VERIFIER_LEN);
		is_old |= same;
	}
	if (is_current != 0)
		return ID7_MATCH_CURRENT;
	return is_old != 0 ? ID7_MATCH_OLD : ID7_MATCH_NONE;
}

static uint32_t
fingerprint(const uint8_t key[ID7_KEY_LEN],
	    const uint8_t hash[ID7_VERIFIER_LEN])
{
	uint8_t bytes[16];
	uint32_t value;

	id7_seal_hash(key, hash, ID7_VERIFIER_LEN, bytes, sizeof bytes);
	value = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
		(uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
	return value != 0 ? value : 1;
}

enum id7_error
id7_verifier_check(const struct id7_account *account, bool dummy,
		   const void *normal, size_t len,
		   const struct id7_cost_limits *limits,
		   struct id7_cost dummy_cost,
		   const uint8_t fingerprint_key[32], enum id7_match *ret_match,
		   uint32_t *ret_fingerprint)
{
	static const struct id7_account nobody;
	bool stored = has_verifier(account);
	const struct id7_account *from = stored ? account : &nobody;
	struct id7_cost cost = stored ? account->cost : dummy_cost;
	uint8_t hash[ID7_VERIFIER_LEN];
	enum id7_match match;
	uint32_t print;
	enum id7_error error;

	*ret_match = ID7_MATCH_NONE;
	*ret_fingerprint = 0;
	if (stored &&
	    (!cost_possible(cost) || cost.opslimit > limits->opslimit_max ||
	     cost.memlimit > limits->memlimit_max))
		return ID7_CORRUPT;
	error = slow_hash(normal, len, from->salt, cost, hash);
	if (error != ID7_OK)
		return error;
	match = compare(hash, from->verifier, from->old_verifier);
	print = fingerprint(fingerprint_key, hash);
	id7_wipe(hash, sizeof hash);
	if (stored && !dummy) {
		*ret_match = match;
		*ret_fingerprint = print;
	}
	return ID7_OK;
}

bool
id7_verifier_outgrown(const struct id7_account *account, struct id7_cost cost)
{
	return account->cost.opslimit < cost.opslimit ||
	       account->cost.memlimit < cost.memlimit;
}
