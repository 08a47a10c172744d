/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hash slots: how many may hash at once on this machine. One byte lock a slot
 * in RUN_DIR/slots, given back by the kernel when its holder dies. Behind them
 * lie the tickets of the crowds: whoever belongs to one holds a ticket of it
 * first, and each has as many as its share of the slots.
 */
#ifndef ID7_EFFECTS_SLOTS_H
#define ID7_EFFECTS_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/error.h"
#include "common/effects/clock.h"

/* A held slot. `fd` -1: none. */
struct id7_slot {
	int fd;
	uint32_t index;
	uint32_t ticket; /* its byte in the file; 0: none needed */
};

/* Who asks, for shares: nobody but the console may use the last slot; one crowd at most half. */
struct id7_slot_claim {
	bool console;
	uint64_t crowd; /* keyed hash of a source, or of a real uid other than 0; 0: none */
};

/*
 * The number of slots: `configured`, or when 0 the cores, at least 4, at most a
 * quarter of the memory over `memlimit` bytes each; always 2..1024.
 */
uint32_t id7_slots_count(uint32_t configured, uint64_t memlimit);

/*
 * How many slots of `count` (2..1024) those of one claim may hold together: the
 * console all of them, the last one alone; a crowd half, whichever are free; all
 * others all but the last. A pure function, for the tests and the manual.
 */
uint32_t id7_slots_share(uint32_t count, struct id7_slot_claim claim);

/*
 * Takes a slot before the deadline, polling with jitter (2 to 10 ms). Makes
 * `run_dir` (0711; up to 0755 is accepted) and the file (0600) when missing.
 * ID7_OK and a slot to give back with id7_slots_release; ID7_BUSY; file errors.
 */
enum id7_error id7_slots_take(const char *run_dir, uint32_t count,
			      struct id7_slot_claim claim,
			      struct id7_deadline deadline,
			      struct id7_slot *ret_slot,
			      struct id7_fault *ret_fault) id7_must_use;

/*
 * Gives it back; `fd` becomes -1. A slot with fd -1 is accepted.
 */
void id7_slots_release(struct id7_slot *slot);

#define auto_slot __attribute__((cleanup(id7_slots_release))) struct id7_slot

#endif
