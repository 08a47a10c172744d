/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hash slots: how many may hash at once on this machine. */
#include "common/effects/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "common/effects/file.h"
#include "common/effects/lock.h"
#include "common/effects/scope.h"
#include "common/effects/secret.h"

#define FILE_NAME "slots"
#define COUNT_MIN 2
#define COUNT_MAX 1024
#define TICKETS_AT COUNT_MAX /* bytes before that are slots */
#define CROWDS 4096	     /* more of them than that share their tickets */
#define CORES_MIN 4
#define NAP_FIRST_US 4000
#define NAP_LAST_US 10000

static uint64_t
memory_bytes(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

	if (pages <= 0 || size <= 0)
		return UINT64_MAX;
	return (uint64_t)pages * (uint64_t)size;
}

static uint64_t
machine_count(uint64_t memlimit)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t count = cores > CORES_MIN ? (uint64_t)cores : CORES_MIN;
	uint64_t fit = memory_bytes() / 4 / (memlimit > 0 ? memlimit : 1);

	return count < fit ? count : fit;
}

uint32_t
id7_slots_count(uint32_t configured, uint64_t memlimit)
{
	uint64_t count = configured != 0 ? configured : machine_count(memlimit);

	if (count < COUNT_MIN)
		return COUNT_MIN;
	return count < COUNT_MAX ? (uint32_t)count : COUNT_MAX;
}

uint32_t
id7_slots_share(uint32_t count, struct id7_slot_claim claim)
{
	if (claim.console)
		return count;
	return claim.crowd != 0 ? count / 2 : count - 1;
}

/* Locks one of `count` bytes from `first`, beginning anywhere. */
static enum id7_error
try_all(int fd, uint32_t first, uint32_t count, uint32_t *ret_index)
{
	uint32_t random;

	id7_random(&random, sizeof random);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t index = first + (random % count + i) % count;
		enum id7_error error = id7_lock_try(fd, true, index, 1);

		if (error == ID7_OK)
			*ret_index = index;
		if (error != ID7_BUSY)
			return error;
	}
	return ID7_BUSY;
}

static enum id7_error
wait_for_one(int fd, uint32_t first, uint32_t count,
	     struct id7_deadline deadline, uint32_t *ret_index)
{
	uint32_t nap = NAP_FIRST_US;

	for (;;) {
		enum id7_error error = try_all(fd, first, count, ret_index);

		if (error != ID7_BUSY || id7_deadline_left(deadline) == 0)
			return error;
		id7_deadline_nap(deadline, nap);
		nap = nap < NAP_LAST_US / 2 ? nap * 2 : NAP_LAST_US;
	}
}

/* Any slot will do: were a crowd bound to some of them, another that is bound
 * to the same ones would wait while others are free. */
static enum id7_error
wait_for_turn(int fd, uint32_t count, struct id7_slot_claim claim,
	      struct id7_deadline deadline, struct id7_slot *ret_slot)
{
	uint32_t tickets =
		TICKETS_AT + (uint32_t)(claim.crowd % CROWDS) * COUNT_MAX;
	enum id7_error error = ID7_OK;

	if (!claim.console && claim.crowd != 0)
		error = wait_for_one(fd, tickets, id7_slots_share(count, claim),
				     deadline, &ret_slot->ticket);
	if (error != ID7_OK)
		return error;
	return wait_for_one(fd, 0, claim.console ? count : count - 1, deadline,
			    &ret_slot->index);
}

enum id7_error
id7_slots_take(const char *run_dir, uint32_t count, struct id7_slot_claim claim,
	       struct id7_deadline deadline, struct id7_slot *ret_slot,
	       struct id7_fault *ret_fault)
{
	auto_fd dirfd = -1;
	auto_fd fd = -1;
	struct id7_slot slot = {.fd = -1};
	char path[ID7_FAULT_SUBJECT_MAX];
	enum id7_error error = id7_dir_open(run_dir, 0755, &dirfd, ret_fault);

	if (error == ID7_NOT_FOUND)
		error = id7_dir_make(run_dir, 0711, &dirfd, ret_fault);
	if (error == ID7_OK)
		error = id7_file_open(dirfd, run_dir, FILE_NAME,
				      O_RDWR | O_CREAT, 0600, &fd, ret_fault);
	if (error != ID7_OK)
		return error;
	error = wait_for_turn(fd, count, claim, deadline, &slot);
	if (error == ID7_BUSY) {
		(void)snprintf(path, sizeof path, "%s/%s", run_dir, FILE_NAME);
		return id7_fault_set(ret_fault, error, ID7_TROUBLE_HELD, path);
	}
	if (error != ID7_OK)
		return id7_fault_errno(ret_fault, run_dir, FILE_NAME);
	slot.fd = fd;
	fd = -1;
	*ret_slot = slot;
	return ID7_OK;
}

void
id7_slots_release(struct id7_slot *slot)
{
	if (slot->fd >= 0)
		id7_lock_release(slot->fd, slot->index, 1);
	if (slot->fd >= 0 && slot->ticket != 0)
		id7_lock_release(slot->fd, slot->ticket, 1);
	id7_scope_close(&slot->fd);
}
