/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verifiers as other programs write them: the PHC string of Argon2id. */
#ifndef ID7_CORE_PHC_H
#define ID7_CORE_PHC_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/account.h"
#include "common/core/limits.h"

#define ID7_PHC_MAX 127 /* bytes of the longest text that is read or written   \
			 */

/* What is wrong with a text. */
enum id7_phc {
	ID7_PHC_GOOD = 0,
	ID7_PHC_SHAPE,	/* not $argon2id$v=19$m=M,t=T,p=P$SALT$HASH */
	ID7_PHC_METHOD, /* another method than argon2id, or another version */
	ID7_PHC_COST, /* m below 8 or above 2^32 - 1, or t below 1 or above 2^31
			 - 1 */
	ID7_PHC_PARALLEL, /* p is not 1 */
	ID7_PHC_SALT,	  /* the salt is not 16 bytes */
	ID7_PHC_HASH,	  /* the hash is not 32 bytes */
};

/*
 * Reads one terminated text: $argon2id$v=19$m=KIB,t=PASSES,p=1$SALT$HASH, with
 * decimals without leading zeros and Base64 without padding, whose unused bits
 * are zero: one verifier has one text. Writes cost, salt and hash only with
 * ID7_PHC_GOOD.
 */
enum id7_phc id7_phc_parse(const char *text, struct id7_cost *ret_cost,
			   uint8_t ret_salt[ID7_SALT_LEN],
			   uint8_t ret_hash[ID7_VERIFIER_LEN]);

/*
 * Writes that text, terminated. Returns false, with "", for a cost that it
 * cannot say: memlimit no multiple of 1024.
 */
bool
id7_phc_format(const struct id7_cost *cost, const uint8_t salt[ID7_SALT_LEN],
	       const uint8_t hash[ID7_VERIFIER_LEN],
	       char ret_text[ID7_PHC_MAX + 1]);

/*
 * What is wrong, as a sentence. A msgid; "" for ID7_PHC_GOOD.
 */
const char *id7_phc_text(enum id7_phc what);

#endif
