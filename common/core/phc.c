/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verifiers as other programs write them: the PHC string of Argon2id. */
#include "common/core/phc.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/core/text.h"

#define METHOD "$argon2id$"
#define VERSION "v=19$"
#define MEMORY_MIN 8 /* KiB a lane, by RFC 9106 3.1 */
#define PASSES_MAX INT32_MAX
#define BASE64_LEN(bytes) (((bytes)*4 + 2) / 3)

static const char digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Moves *text past `word`. */
static bool
skip(const char **text, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*text, word, len) != 0)
		return false;
	*text += len;
	return true;
}

/* One decimal, at most 10 digits, none of them a leading zero. */
static bool
number(const char **text, uint64_t *ret)
{
	const char *p = *text;
	uint64_t value = 0;

	while (*p >= '0' && *p <= '9' && p - *text < 10)
		value = value * 10 + (uint64_t)(*p++ - '0');
	if (p == *text || (**text == '0' && p - *text > 1))
		return false;
	*text = p;
	*ret = value;
	return true;
}

static bool
parameters(const char **text, uint64_t *ret_memory, uint64_t *ret_passes,
	   uint64_t *ret_lanes)
{
	return skip(text, "m=") && number(text, ret_memory) &&
	       skip(text, ",t=") && number(text, ret_passes) &&
	       skip(text, ",p=") && number(text, ret_lanes) && skip(text, "$");
}

/* Exactly `len` bytes out of `count` characters of Base64. */
static bool
base64(const char *text, size_t count, uint8_t *out, size_t len)
{
	uint32_t bits = 0;
	unsigned int have = 0;
	size_t n = 0;

	if (count != BASE64_LEN(len))
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *at = strchr(digits, text[i]);

		if (at == NULL || text[i] == '\0')
			return false;
		bits = (bits << 6 | (uint32_t)(at - digits)) & 0xffffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (uint8_t)(bits >> have);
		}
	}
	return n == len && (bits & ((1u << have) - 1)) == 0;
}

enum id7_phc
id7_phc_parse(const char *text, struct id7_cost *ret_cost,
	      uint8_t ret_salt[ID7_SALT_LEN],
	      uint8_t ret_hash[ID7_VERIFIER_LEN])
{
	uint8_t salt[ID7_SALT_LEN] = {0}, hash[ID7_VERIFIER_LEN] = {0};
	uint64_t memory, passes, lanes;
	const char *middle;

	if (strnlen(text, ID7_PHC_MAX + 1) > ID7_PHC_MAX || *text != '$')
		return ID7_PHC_SHAPE;
	if (!skip(&text, METHOD) || !skip(&text, VERSION))
		return ID7_PHC_METHOD;
	if (!parameters(&text, &memory, &passes, &lanes))
		return ID7_PHC_SHAPE;
	if (memory < MEMORY_MIN || memory > UINT32_MAX || passes < 1 ||
	    passes > PASSES_MAX)
		return ID7_PHC_COST;
	if (lanes != 1)
		return ID7_PHC_PARALLEL;
	middle = strchr(text, '$');
	if (middle == NULL)
		return ID7_PHC_SHAPE;
	if (!base64(text, (size_t)(middle - text), salt, sizeof salt))
		return ID7_PHC_SALT;
	if (!base64(middle + 1, strlen(middle + 1), hash, sizeof hash))
		return ID7_PHC_HASH;
	memcpy(ret_salt, salt, sizeof salt);
	memcpy(ret_hash, hash, sizeof hash);
	explicit_bzero(hash, sizeof hash);
	*ret_cost = (struct id7_cost){.opslimit = (uint32_t)passes,
				      .memlimit = memory * 1024};
	return ID7_PHC_GOOD;
}

static char *
put_base64(char *out, const uint8_t *bytes, size_t len)
{
	uint32_t bits = 0;
	unsigned int have = 0;

	for (size_t i = 0; i < len; i++) {
		bits = (bits << 8 | bytes[i]) & 0xffffff;
		for (have += 8; have >= 6; have -= 6)
			*out++ = digits[bits >> (have - 6) & 63];
	}
	if (have > 0)
		*out++ = digits[bits << (6 - have) & 63];
	*out = '\0';
	return out;
}

bool
id7_phc_format(const struct id7_cost *cost, const uint8_t salt[ID7_SALT_LEN],
	       const uint8_t hash[ID7_VERIFIER_LEN],
	       char ret_text[ID7_PHC_MAX + 1])
{
	char *end = ret_text;

	*ret_text = '\0';
	if (cost->memlimit % 1024 != 0 || cost->memlimit / 1024 > UINT32_MAX)
		return false;
	end += snprintf(ret_text, ID7_PHC_MAX + 1,
			METHOD VERSION "m=%" PRIu64 ",t=%" PRIu32 ",p=1$",
			cost->memlimit / 1024, cost->opslimit);
	end = put_base64(end, salt, ID7_SALT_LEN);
	*end++ = '$';
	(void)put_base64(end, hash, ID7_VERIFIER_LEN);
	return true;
}

const char *
id7_phc_text(enum id7_phc what)
{
	switch (what) {
	case ID7_PHC_GOOD:
		break;
	case ID7_PHC_SHAPE:
		return ID7_N("the verifier is not written as "
			     "$argon2id$v=19$m=M,t=T,p=1$SALT$HASH");
	case ID7_PHC_METHOD:
		return ID7_N("the verifier is not of argon2id, version 19");
	case ID7_PHC_COST:
		return ID7_N("the verifier's m or t is out of range");
	case ID7_PHC_PARALLEL:
		return ID7_N("the verifier's p is not 1");
	case ID7_PHC_SALT:
		return ID7_N("the verifier's salt is not 16 bytes in Base64");
	case ID7_PHC_HASH:
		return ID7_N("the verifier's hash is not 32 bytes in Base64");
	}
	return "";
}
