/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What everything that computes a slow hash needs: a slot, the normal form, the costs. */
#ifndef ID7_USECASES_HASHING_H
#define ID7_USECASES_HASHING_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/account.h"
#include "common/core/origin.h"
#include "common/effects/clock.h"
#include "common/effects/secret.h"
#include "common/effects/slots.h"
#include "common/effects/verifier.h"
#include "common/usecases/id7.h"

/*
 * The keyed hash of where `origin` comes from; 0 when it has no source, never 0
 * when it has one.
 */
uint64_t id7_hashing_source(struct id7 *id7, const struct id7_origin *origin);

/*
 * Takes a hash slot for `origin` within `deadline`. Results as id7_slots_take.
 */
enum id7_error id7_hashing_slot(struct id7 *id7, const struct id7_origin *origin,
				struct id7_deadline deadline,
				struct id7_slot *ret_slot,
				struct id7_fault *ret_fault) id7_must_use;

/*
 * The normal form of typed bytes as a new secret; at most the first
 * ID7_AUTHTOK_MAX bytes are read. ID7_OK and a secret that the caller releases;
 * ID7_NO_MEMORY; ID7_INVALID when it has none.
 */
enum id7_error id7_hashing_normal(const struct id7_secret *typed,
				  struct id7_secret **ret_normal) id7_must_use;

/*
 * The costs that `id7` is set to: of new verifiers, and the ceilings.
 */
struct id7_cost id7_hashing_cost(const struct id7 *id7);
struct id7_cost_limits id7_hashing_limits(const struct id7 *id7);

#endif
