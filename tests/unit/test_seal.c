/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sealing and hashing: known answers, every flipped bit, and keys that differ
 * by purpose. */
#include "common/effects/seal.h"

#include <sodium.h>

#include "common/effects/secret.h"
#include "tests/support/check.h"

static const uint8_t key[ID7_KEY_LEN] = {1, 2, 3};
static const uint8_t nonce[24] = {9, 8, 7};
static const char plain[] = "a record that nobody may read";
#define PLAIN_LEN (sizeof plain - 1)

static void
sealed_bytes_open_again(void)
{
	uint8_t sealed[PLAIN_LEN + ID7_TAG_LEN], opened[PLAIN_LEN];

	id7_seal(key, nonce, "ad", 2, plain, PLAIN_LEN, sealed);
	CHECK(memcmp(sealed, plain, PLAIN_LEN) != 0);
	CHECK(id7_unseal(key, nonce, "ad", 2, sealed, sizeof sealed, opened));
	CHECK_MEM(opened, plain, PLAIN_LEN);
}

static bool
is_refused(const uint8_t k[ID7_KEY_LEN], const uint8_t n[24], const char *ad,
	   const uint8_t *sealed, size_t len)
{
	uint8_t opened[PLAIN_LEN + 1];

	memset(opened, 0xee, sizeof opened);
	if (id7_unseal(k, n, ad, 2, sealed, len, opened))
		return false;
	return len < ID7_TAG_LEN || sodium_is_zero(opened, len - ID7_TAG_LEN);
}

static void
any_change_is_refused_and_leaves_zeros(void)
{
	uint8_t sealed[PLAIN_LEN + ID7_TAG_LEN + 1] = {0};
	const size_t len = PLAIN_LEN + ID7_TAG_LEN;
	uint8_t other[ID7_KEY_LEN] = {1, 2, 4};

	id7_seal(key, nonce, "ad", 2, plain, PLAIN_LEN, sealed);
	for (size_t bit = 0; bit < len * 8; bit++) {
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		CHECK(is_refused(key, nonce, "ad", sealed, len));
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t cut = 0; cut < len; cut++)
		CHECK(is_refused(key, nonce, "ad", sealed, cut));
	CHECK(is_refused(key, nonce, "ad", sealed, len + 1));
	CHECK(is_refused(key, nonce, "da", sealed, len));
	CHECK(is_refused(other, nonce, "ad", sealed, len));
	CHECK(is_refused(key, other, "ad", sealed, len));
	CHECK(!is_refused(key, nonce, "ad", sealed, len));
}

static void
each_purpose_has_its_own_key(void)
{
	uint8_t derived[ID7_FOR_MAIL + 1][ID7_KEY_LEN];
	uint8_t want[ID7_KEY_LEN];

	for (int i = ID7_FOR_ACCOUNTS; i <= ID7_FOR_MAIL; i++) {
		id7_seal_derive(key, (enum id7_purpose)i, derived[i]);
		crypto_kdf_derive_from_key(want, sizeof want, (uint64_t)i,
					   "7id-v1\0\0", key);
		CHECK_MEM(derived[i], want, sizeof want);
		CHECK(memcmp(derived[i], key, ID7_KEY_LEN) != 0);
		for (int j = ID7_FOR_ACCOUNTS; j < i; j++)
			CHECK(memcmp(derived[i], derived[j], ID7_KEY_LEN) != 0);
	}
}

static void
hashes_depend_on_key_and_length(void)
{
	uint8_t a[64], b[64], c[32];
	uint8_t other[ID7_KEY_LEN] = {1, 2, 4};

	for (size_t len = 16; len <= 64; len++) {
		memset(a, 0, sizeof a);
		id7_seal_hash(key, "abc", 3, a, len);
		crypto_generichash(b, len, (const uint8_t *)"abc", 3, key,
				   ID7_KEY_LEN);
		CHECK_MEM(a, b, len);
		id7_seal_hash(other, "abc", 3, b, len);
		CHECK(memcmp(a, b, len) != 0);
	}
	id7_seal_hash(key, "abd", 3, b, 64);
	CHECK(memcmp(a, b, 64) != 0);
	id7_checksum("abc", 3, c);
	crypto_generichash(b, 32, (const uint8_t *)"abc", 3, NULL, 0);
	CHECK_MEM(c, b, 32);
}

static void
the_checksum_is_blake2b_256(void)
{
	/* b2sum -l 256 of "abc" */
	static const uint8_t want[32] = {
		0xbd, 0xdd, 0x81, 0x3c, 0x63, 0x42, 0x39, 0x72,
		0x31, 0x71, 0xef, 0x3f, 0xee, 0x98, 0x57, 0x9b,
		0x94, 0x96, 0x4e, 0x3b, 0xb1, 0xcb, 0x3e, 0x42,
		0x72, 0x62, 0xc8, 0xc0, 0x68, 0xd5, 0x23, 0x19,
	};
	uint8_t got[32];

	id7_checksum("abc", 3, got);
	CHECK_MEM(got, want, sizeof want);
}

static void
equal_compares_all_bytes(void)
{
	uint8_t a[32] = {0}, b[32] = {0};

	CHECK(id7_equal(a, b, sizeof a));
	for (size_t i = 0; i < sizeof a; i++) {
		b[i] = 0x80;
		CHECK(!id7_equal(a, b, sizeof a));
		b[i] = 0;
	}
	CHECK(id7_equal(a, b, 0));
}

int
main(void)
{
	CHECK_INT(id7_crypto_start(), ID7_OK);
	sealed_bytes_open_again();
	any_change_is_refused_and_leaves_zeros();
	each_purpose_has_its_own_key();
	hashes_depend_on_key_and_length();
	the_checksum_is_blake2b_256();
	equal_compares_all_bytes();
	return check_done();
}
