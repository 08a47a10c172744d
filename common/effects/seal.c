/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keyed cryptography over bytes: sealing, hashing, checksums; keys derived per
 * purpose. */
#include "common/effects/seal.h"

#include <sodium.h>

_Static_assert(ID7_KEY_LEN == crypto_kdf_KEYBYTES, "site key");
_Static_assert(ID7_KEY_LEN == crypto_generichash_KEYBYTES, "hash key");
_Static_assert(ID7_KEY_LEN == crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
	       "sealing key");
_Static_assert(ID7_TAG_LEN == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == 24, "nonce");

void
id7_seal_derive(const uint8_t from[ID7_KEY_LEN], enum id7_purpose purpose,
		uint8_t ret_key[ID7_KEY_LEN])
{
	static const char context[crypto_kdf_CONTEXTBYTES] = "7id-v1\0";

	(void)crypto_kdf_derive_from_key(ret_key, ID7_KEY_LEN,
					 (uint64_t)purpose, context, from);
}

void
id7_seal_hash(const uint8_t key[ID7_KEY_LEN], const void *bytes, size_t len,
	      uint8_t *out, size_t out_len)
{
	(void)crypto_generichash(out, out_len, bytes, len, key, ID7_KEY_LEN);
}

void
id7_seal(const uint8_t key[ID7_KEY_LEN], const uint8_t nonce[24],
	 const void *ad, size_t ad_len, const void *plain, size_t len,
	 uint8_t *out)
{
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
		out, NULL, plain, len, ad, ad_len, NULL, nonce, key);
}

bool
id7_unseal(const uint8_t key[ID7_KEY_LEN], const uint8_t nonce[24],
	   const void *ad, size_t ad_len, const uint8_t *sealed, size_t len,
	   void *plain)
{
	if (len < ID7_TAG_LEN)
		return false;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL,
						       sealed, len, ad, ad_len,
						       nonce, key) == 0)
		return true;
	sodium_memzero(plain, len - ID7_TAG_LEN);
	return false;
}

bool
id7_equal(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}

void
id7_checksum(const void *bytes, size_t len, uint8_t out[32])
{
	(void)crypto_generichash(out, 32, bytes, len, NULL, 0);
}
