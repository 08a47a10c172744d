/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Secret bytes: guarded, locked where the machine permits it, wiped when they
 * go. A secret is never printed, logged or put in an argument or environment.
 */
#ifndef ID7_EFFECTS_SECRET_H
#define ID7_EFFECTS_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/error.h"

/* Length and room of a secret; the bytes follow in the same guarded allocation. */
struct id7_secret {
	size_t len;
	size_t size;
	uint8_t bytes[];
};

/*
 * A secret with room for `size` bytes and length 0, from sodium_malloc. NULL
 * when there is no memory; a failure to lock pages is not a failure.
 */
struct id7_secret *id7_secret_make(size_t size) id7_must_use;

/*
 * As id7_secret_make, holding a copy of `len` bytes.
 */
struct id7_secret *id7_secret_copy(const void *bytes, size_t len) id7_must_use;

/*
 * Whether two secrets hold the same bytes, in a time that tells only their
 * lengths.
 */
bool id7_secret_equal(const struct id7_secret *a, const struct id7_secret *b)
	id7_must_use;

/*
 * Wipes and releases; NULL is accepted and NULL is left behind.
 */
void id7_secret_free(struct id7_secret **secret);

/* Released at the end of the block. Start it at NULL. */
#define auto_secret __attribute__((cleanup(id7_secret_free))) struct id7_secret

/*
 * Wipes `len` bytes so that no optimiser leaves them.
 */
void id7_wipe(void *bytes, size_t len);

/*
 * Starts libsodium; called before anything else of it, as often as one likes.
 * ID7_OK or ID7_INTERNAL.
 */
enum id7_error id7_crypto_start(void) id7_must_use;

/*
 * Fills with random bytes of the kernel.
 */
void id7_random(void *bytes, size_t len);

#endif
