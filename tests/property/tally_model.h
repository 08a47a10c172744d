/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a tally should say, told in the plainest way: all times on one line that
 * never bends, no packing, no rebasing. Reads nothing of tally.c or lane.c.
 */
#ifndef ID7_TESTS_TALLY_MODEL_H
#define ID7_TESTS_TALLY_MODEL_H

#include "common/core/tally.h"

#define MODEL_FAILURES 64

struct model_failure {
	int64_t when;
	uint32_t source;
	uint32_t fingerprint;
};

struct model_lane {
	struct model_failure failure[MODEL_FAILURES];
	uint32_t failures;
	bool locked, held, lifetime;
	int64_t since, until;
	uint32_t level;	  /* steps climbed */
	uint32_t counted; /* towards the hold */
	uint32_t episode;
	bool cleared;
	int64_t cleared_when;
};

struct model_place {
	uint64_t nonce;
	int64_t lease;
	uint32_t source;
	enum id7_lane lane;
};

struct model {
	struct id7_now seen_now; /* both clocks at the last write */
	int64_t when;	     /* that moment on the model's own line */
	struct model_lane lane[ID7_LANES];
	struct model_place place[ID7_RESERVATIONS];
	struct model_failure seen[ID7_SEEN]; /* oldest first */
	uint32_t seen_count;
};

/*
 * An empty model at `now`.
 */
void model_init(struct model *ret_model, const struct id7_now *now);

/*
 * Time has come to `now`; bit i of `alive` says whether the owner of place i
 * lives.
 */
struct id7_events model_look(struct model *model,
			     const struct id7_policy *policy,
			     const struct id7_now *now, uint32_t alive);

/*
 * What id7_tally_reserve should answer; with ID7_CLAIM_RESERVED the attempt
 * stands in place *ret_index.
 */
enum id7_claim model_reserve(struct model *model,
			     const struct id7_policy *policy,
			     enum id7_lane lane, uint64_t nonce,
			     uint32_t source, uint32_t *ret_index);

/*
 * What id7_tally_settle should say.
 */
struct id7_settled model_settle(struct model *model,
				const struct id7_policy *policy,
				enum id7_lane lane, uint64_t nonce,
				enum id7_settlement how, uint32_t fingerprint,
				const struct id7_whence *whence);

/*
 * How long a lock of the lane lasts on a step; 0: for good.
 */
int64_t model_lock_time(const struct id7_policy *policy, int lane,
			uint32_t step);

/*
 * An administrator's unlock. Returns true when a lane was locked.
 */
bool model_unlock(struct model *model);

/*
 * Whether the tally says what the model says, as seen at `now`.
 */
bool model_agrees(const struct model *model, const struct id7_tally *tally,
		  const struct id7_now *now);

#endif
