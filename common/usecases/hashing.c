/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A slot for this origin, the normal form of what was typed, the costs that are
 * set. */
#include "common/usecases/hashing.h"

#include <string.h>

#include "common/core/authtok.h"
#include "common/effects/seal.h"

uint64_t
id7_hashing_source(struct id7 *id7, const struct id7_origin *origin)
{
	uint8_t bytes[ID7_SOURCE_MAX], hash[16];
	uint64_t source;
	size_t len = id7_origin_source(origin, bytes);

	if (len == 0)
		return 0;
	id7_seal_hash(id7_store_key(id7_get_store(id7), ID7_FOR_SOURCES), bytes,
		      len, hash, sizeof hash);
	memcpy(&source, hash, sizeof source);
	/* The tally keeps the lower half: neither may say "no source". */
	return (uint32_t)source == 0 ? source | 1 : source;
}

enum id7_error
id7_hashing_slot(struct id7 *id7, const struct id7_origin *origin,
		 struct id7_deadline deadline, struct id7_slot *ret_slot,
		 struct id7_fault *ret_fault)
{
	const struct id7_config *config = id7_get_config(id7);
	struct id7_slot_claim claim = {.console = id7_origin_console(origin)};

	if (origin->real_uid != 0)
		claim.crowd = (uint64_t)origin->real_uid + 1;
	else
		claim.crowd = id7_hashing_source(id7, origin);
	return id7_slots_take(
		config->run_dir,
		id7_slots_count(config->hash_slots, config->memlimit), claim,
		deadline, ret_slot, ret_fault);
}

enum id7_error
id7_hashing_normal(const struct id7_secret *typed,
		   struct id7_secret **ret_normal)
{
	auto_secret *scratch = NULL;
	auto_secret *normal = NULL;
	enum id7_error error;

	scratch = id7_secret_make(sizeof(struct id7_authtok_scratch));
	normal = id7_secret_make(ID7_AUTHTOK_NFC_MAX);
	if (scratch == NULL || normal == NULL)
		return ID7_NO_MEMORY;
	error = id7_authtok_normal(
		(const char *)typed->bytes,
		typed->len < ID7_AUTHTOK_MAX ? typed->len : ID7_AUTHTOK_MAX,
		(struct id7_authtok_scratch *)(void *)scratch->bytes,
		(char *)normal->bytes, normal->size, &normal->len);
	if (error != ID7_OK)
		return error;
	*ret_normal = normal;
	normal = NULL;
	return ID7_OK;
}

struct id7_cost
id7_hashing_cost(const struct id7 *id7)
{
	const struct id7_config *config = id7_get_config(id7);

	return (struct id7_cost){.opslimit = config->opslimit,
				 .memlimit = config->memlimit};
}

struct id7_cost_limits
id7_hashing_limits(const struct id7 *id7)
{
	const struct id7_config *config = id7_get_config(id7);

	return (struct id7_cost_limits){.opslimit_max = config->opslimit_max,
					.memlimit_max = config->memlimit_max};
}
