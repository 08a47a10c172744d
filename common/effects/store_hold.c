/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The locks of one shard (STORE A4): which byte means what, and their end. */
#include <fcntl.h>
#include <unistd.h>

#include "common/core/bytes.h"
#include "common/effects/lock.h"
#include "common/effects/scope.h"
#include "common/effects/store_private.h"

#define SHARD_BYTE 0 /* of a shard's lock file */
#define SLOTS_START (UINT64_C(1) << 32)
#define SLOTS_COUNT (UINT64_C(1) << 32)
#define OWNERS_START (UINT64_C(1) << 61)
#define OWNERS_MASK (OWNERS_START - 1)

uint64_t
id7_hold_owner_byte(const struct id7_subject *subject, uint64_t nonce)
{
	return OWNERS_START |
	       ((id7_bytes_get64(subject->hash) ^ nonce) & OWNERS_MASK);
}

static uint64_t
slot_byte(const struct id7_subject *subject)
{
	uint32_t low = id7_bytes_get32(subject->hash);

	return SLOTS_START + (subject->phantom ? low % ID7_PHANTOMS : low);
}

static enum id7_error
blame(struct id7_hold *hold, enum id7_error error)
{
	char name[ID7_STORE_FILE_MAX + 1];

	if (error == ID7_OK)
		return ID7_OK;
	id7_shard_name(hold->store, hold->shard, ID7_STORE_LOCK, name);
	return id7_store_blame(hold->store, error, name);
}

/* Shared locks are never out of stock: who wants the store for himself alone
 * closes the gate to newcomers first. */
static enum id7_error
enter(const struct id7_store *store, struct id7_deadline deadline)
{
	enum id7_error error = ID7_OK;

	if (id7_lock_held(store->lock_fd, ID7_BYTE_GATE, 1)) {
		error = id7_lock_take(store->lock_fd, false, ID7_BYTE_GATE, 1,
				      deadline);
		if (error == ID7_OK)
			id7_lock_release(store->lock_fd, ID7_BYTE_GATE, 1);
	}
	return error != ID7_OK ? error
			       : id7_lock_take(store->lock_fd, false,
					       ID7_BYTE_SHAPE, 1, deadline);
}

enum id7_error
id7_hold_begin(struct id7_store *store, struct id7_shard shard, bool writable,
	       struct id7_deadline deadline, struct id7_hold *ret_hold)
{
	enum id7_error error;

	ret_hold->store = store;
	ret_hold->shard = shard;
	error = enter(store, deadline);
	if (error != ID7_OK)
		return id7_store_blame(store, error, "store.lock");
	ret_hold->shared = true;
	error = id7_store_fresh(store);
	if (error != ID7_OK)
		return error;
	return id7_shard_open_file(store, shard, ID7_STORE_LOCK,
				   writable ? O_RDWR : O_RDONLY, &ret_hold->fd);
}

enum id7_error
id7_hold_shard(struct id7_hold *hold, bool exclusive,
	       struct id7_deadline deadline)
{
	enum id7_error error =
		id7_lock_take(hold->fd, exclusive, SHARD_BYTE, 1, deadline);

	hold->byte = error == ID7_OK;
	return blame(hold, error);
}

enum id7_error
id7_hold_slot(struct id7_hold *hold, const struct id7_subject *subject,
	      bool exclusive, struct id7_deadline deadline)
{
	enum id7_error error;

	hold->slot = subject != NULL ? slot_byte(subject) : SLOTS_START;
	hold->slots = subject != NULL ? 1 : SLOTS_COUNT;
	error = id7_lock_take(hold->fd, exclusive, hold->slot, hold->slots,
			      deadline);
	if (error != ID7_OK)
		hold->slots = 0;
	return blame(hold, error);
}

void
id7_hold_slot_end(struct id7_hold *hold)
{
	if (hold->slots > 0)
		id7_lock_release(hold->fd, hold->slot, hold->slots);
	hold->slots = 0;
}

void
id7_hold_end(struct id7_hold *hold)
{
	id7_hold_slot_end(hold);
	if (hold->byte)
		id7_lock_release(hold->fd, SHARD_BYTE, 1);
	hold->byte = false;
	if (hold->shared)
		id7_lock_release(hold->store->lock_fd, ID7_BYTE_SHAPE, 1);
	hold->shared = false;
	id7_scope_close(&hold->fd);
}
