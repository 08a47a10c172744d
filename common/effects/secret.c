/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Secret bytes: guarded, locked where the machine permits it, wiped when they
 * go. */
#include "common/effects/secret.h"

#include <sodium.h>
#include <string.h>

/*
 * sodium_malloc puts the end of an allocation at a guard page, so only a whole
 * number of these keeps the struct at its start aligned.
 */
#define ALIGNMENT _Alignof(struct id7_secret)

struct id7_secret *
id7_secret_make(size_t size)
{
	struct id7_secret *secret;
	size_t total = sizeof *secret + ALIGNMENT - 1;

	if (size > SIZE_MAX - total)
		return NULL;
	total = (total + size) / ALIGNMENT * ALIGNMENT;
	secret = sodium_malloc(total);
	if (secret == NULL)
		return NULL;
	memset(secret, 0, total);
	secret->size = size;
	return secret;
}

struct id7_secret *
id7_secret_copy(const void *bytes, size_t len)
{
	struct id7_secret *secret = id7_secret_make(len);

	if (secret == NULL)
		return NULL;
	if (len > 0)
		memcpy(secret->bytes, bytes, len);
	secret->len = len;
	return secret;
}

bool
id7_secret_equal(const struct id7_secret *a, const struct id7_secret *b)
{
	return a->len == b->len &&
	       sodium_memcmp(a->bytes, b->bytes, a->len) == 0;
}

void
id7_secret_free(struct id7_secret **secret)
{
	sodium_free(*secret);
	*secret = NULL;
}

void
id7_wipe(void *bytes, size_t len)
{
	sodium_memzero(bytes, len);
}

enum id7_error
id7_crypto_start(void)
{
	return sodium_init() >= 0 ? ID7_OK : ID7_INTERNAL;
}

void
id7_random(void *bytes, size_t len)
{
	randombytes_buf(bytes, len);
}
