/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tally: recorded failures, reservations and locks of one account, and
 * every decision about them.
 *
 * MUST
 *  1. failures in the window + pending reservations never exceed `deny`, so no
 *     more than `deny` wrong authtoks are verified per window and lane; and the
 *     remote lane verifies none that could be failure max_lifetime_failures + 1.
 *  2. a reservation ends as exactly one of: right, failure, released.
 *  3. no step of any clock makes a lock longer than id7_policy_lock_time of its
 *     step from now.
 *  4. an attempt made during a lock changes nothing that the lock depends on.
 *
 * What follows from MUST 1: an account's lanes together check at most 3 x `deny`
 * different wrong authtoks a window. One that passes as a repeat of another is
 * not counted; at most 16 + 8 fingerprints of 32 bits are compared with, so a
 * guess does so by chance less often than 24 times in 2^32.
 *
 * Times inside a tally are seconds of the boot clock named by `boot_hash`, so
 * they may be negative; id7_tally_rebase carries them into a new boot.
 */
#ifndef ID7_CORE_TALLY_H
#define ID7_CORE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/limits.h"
#include "common/core/now.h"
#include "common/core/policy.h"

struct id7_failure {
	int32_t at;	      /* boot clock of the tally */
	uint32_t fingerprint; /* keyed, truncated; 0: none taken */
	uint32_t source;      /* keyed hash of where it came from; 0: no source */
};

struct id7_lane_tally {
	struct id7_failure failure[ID7_DENY_MAX]; /* oldest first */
	uint8_t failures;			  /* how many of them are in use */
	bool locked;		/* a lock was set and not yet lifted or outlived */
	bool held;		/* the lock does not end by itself */
	bool lifetime;		/* held because of policy.max_lifetime_failures */
	uint8_t level;		/* steps climbed: one more than the last lock's */
	uint32_t episode;	/* locks so far; a notice is owed while notified < episode */
	uint32_t notified;
	int32_t locked_at;	/* boot clock of the tally */
	int32_t locked_until;	/* boot clock of the tally; of no meaning while held */
	uint32_t since_good;	/* failures that no good login has taken back */
	int32_t cleared_at;	/* when a success without a source last cleared; */
	bool cleared;		/* and whether it ever did */
};

struct id7_reservation {
	uint64_t nonce; /* 0: free place */
	int32_t lease;	/* boot clock: a failure when this second has passed */
	uint32_t source;
	uint8_t lane;
};

struct id7_known_source {
	uint64_t source; /* keyed hash of the /32 or /64; 0: free place */
	uint32_t day;	 /* days since the epoch of its last good login */
};

/* A wrong authtok that was counted. */
struct id7_seen {
	uint32_t fingerprint; /* 0: free place */
	uint32_t source;      /* as in a failure */
};

#define ID7_TALLY_PROVISIONAL (1u << 0) /* its account is not written yet */

/* A value without pointers. */
struct id7_tally {
	uint8_t id[ID7_ID_LEN]; /* the account's; for a phantom its subject */
	uint64_t epoch;		/* the account's when written; an older one: counts as empty */
	uint64_t seq;		/* raised by every write */
	uint32_t flags;
	uint64_t boot_hash; /* of the clock that the times below are read on */
	int64_t boot;	    /* that clock at the last write */
	int64_t wall;	    /* wall clock at the last write */
	struct id7_lane_tally lane[ID7_LANES];
	struct id7_reservation reservation[ID7_RESERVATIONS];
	struct id7_known_source known[ID7_KNOWN_SOURCES];
	struct id7_seen seen[ID7_SEEN]; /* newest first */
	uint8_t code_tries[ID7_CODE_KINDS]; /* wrong ones; 255 and more */
	uint8_t code_consumed;	/* one bit a kind */
	uint8_t saved_consumed; /* one bit a saved code */
	uint32_t code_tag[ID7_CODE_KINDS]; /* which codes those three are about; */
	uint32_t saved_tag;		   /* of another code they say nothing */
	uint8_t saved_tries;
	int64_t last_good;	/* wall clock; 0: never */
	int64_t last_bad;
	int64_t last_old;    /* a previous password was refused */
	int64_t reset_asked; /* a reset code was asked for at the prompt */
	int64_t unlocked_at; /* a lock was ended by a code or an administrator */
};

/* What a tally must know of where an attempt comes from. */
struct id7_whence {
	bool console;	 /* a person at the machine itself (id7_origin_console) */
	bool knowable;	 /* an address that may become known (id7_origin_knowable) */
	uint64_t source; /* keyed hash; a failure keeps the lower half; 0: no source */
};

/* What a look at a tally found to have happened since the last one. */
struct id7_events {
	bool locked_now;   /* a lock was set */
	bool unlocked_now; /* a timed lock was over, and was cleared */
};

/* What became of a wish to verify. */
enum id7_claim {
	ID7_CLAIM_NONE = 0,   /* nothing was decided */
	ID7_CLAIM_RESERVED,   /* verify, then settle */
	ID7_CLAIM_FULL,	      /* failures + pending >= deny, or no place: wait and ask again */
	ID7_CLAIM_LOCKED_OUT, /* do a dummy verification */
	ID7_CLAIM_HELD,	      /* do a dummy verification */
};

/* How a verification ended. */
enum id7_settlement {
	ID7_SETTLE_RELEASE = 0, /* nothing was verified: not counted */
	ID7_SETTLE_WRONG,
	ID7_SETTLE_RIGHT,
	ID7_SETTLE_OLD, /* a previous password: recorded, not counted */
};

/*
 * An empty tally of the account `id` at `epoch`, on the clock of `now`.
 */
void id7_tally_init(struct id7_tally *ret_tally, const uint8_t id[ID7_ID_LEN],
		    uint64_t epoch, const struct id7_now *now);

/*
 * Brings a stored tally into the present: empties it when its id is not `id` or
 * its epoch is older than `epoch` (an epoch newer than the caller's means that
 * the caller's account is stale, and empties nothing: or an attempt stopped
 * before a change of password could wipe what was counted since), carries its
 * times into this boot, clamped (MUST 3), and drops failures older than
 * policy.fail_interval and locks that have ended. From an earlier boot at least
 * as much time has passed as this one is old, whatever the wall clock says. Reservations of an earlier boot become one failure together;
 * those whose lease has passed or whose bit in `alive` (bit i: reservation i)
 * is clear become one failure each. `seq` is kept. A lock that has ended takes
 * the failures that made it along: the next window starts empty.
 * A `now` without a boot hash counts as the tally's own boot.
 * Where policy locks nobody (deny 0) no lock stands, nor, when
 * max_lifetime_failures is 0 too, any hold.
 * When the since_good of all lanes reach policy.max_lifetime_failures the
 * remote lane is held, until id7_tally_unlock.
 */
struct id7_events id7_tally_refresh(struct id7_tally *tally,
				    const uint8_t id[ID7_ID_LEN],
				    uint64_t epoch,
				    const struct id7_policy *policy,
				    const struct id7_now *now, uint32_t alive);

/*
 * The lane of an attempt: the console's; known, when the source logged in well
 * at most 30 days ago by the wall clock (a day in the future counts as today);
 * remote otherwise, and for all without policy.lanes.
 */
enum id7_lane id7_tally_lane(const struct id7_tally *tally,
			     const struct id7_policy *policy,
			     const struct id7_now *now,
			     const struct id7_whence *whence);

/*
 * Asks to verify one authtok in *ret_lane (id7_tally_lane, set for every
 * claim); the tally is refreshed already. On ID7_CLAIM_RESERVED one reservation with `nonce` (never 0) and a lease of
 * policy.lease stands in place *ret_index (0..ID7_RESERVATIONS-1); on every
 * other claim nothing has changed. The last places are kept for lanes that have
 * none pending.
 */
enum id7_claim id7_tally_reserve(struct id7_tally *tally,
				 const struct id7_policy *policy,
				 const struct id7_now *now,
				 const struct id7_whence *whence,
				 uint64_t nonce, enum id7_lane *ret_lane,
				 uint32_t *ret_index);

struct id7_settled {
	bool stands;	  /* the reservation was still there: the result counts */
	bool repeated;	  /* wrong, and counted before: not counted again */
	struct id7_events events;
	uint32_t failures; /* in the lane's window afterwards */
};

/*
 * Ends the reservation `nonce`; the tally is refreshed already, so a lease that
 * ran out has become a failure and *ret_settled says `stands` = false: the
 * attempt is refused, whatever was verified.
 * Wrong: one failure with `fingerprint` and the source now; at policy.deny the
 * lane is locked, for longer on each step of the ladder (id7_policy_lock_time),
 * which is one lower for each full day since the end of the last lock.
 * The same fingerprint (not 0) from the same source among the lane's failures,
 * or among the last ID7_SEEN counted ones, is `repeated`: no failure.
 * Old: no failure either. Right: clears the lane's failures of the same source
 * (without a source: all that have none, at most once per fail_interval) and
 * takes them back from since_good; from a knowable source or at the console
 * nothing is left of the lane's since_good; a knowable source is known from
 * now on; what this source had repeated counts again. Release: only frees the
 * place.
 */
void id7_tally_settle(struct id7_tally *tally, const struct id7_policy *policy,
		      const struct id7_now *now, enum id7_lane lane,
		      uint64_t nonce, enum id7_settlement how,
		      uint32_t fingerprint, const struct id7_whence *whence,
		      struct id7_settled *ret_settled);

/*
 * Ends every lock and forgets every failure of all lanes, those counted since
 * the last good login, the ladder's steps and what would be a repeat included;
 * known sources stay, and reservations, so that an attempt under way still
 * counts. Returns true when a lock was set.
 */
bool id7_tally_unlock(struct id7_tally *tally);

/* What the tally says about passwords in a lane, for `status`, `why` and the module alike. */
struct id7_lane_view {
	bool locked_out;      /* at `now` */
	bool held;
	bool lifetime;	      /* held because of max_lifetime_failures */
	uint32_t step;	      /* of the ladder: this lock's, or the next one's */
	uint32_t failures;    /* inside the window */
	uint32_t pending;     /* reservations of this lane */
	int64_t locked_since; /* wall clock, when locked out or held */
	int64_t locked_until; /* wall clock; 0 when held or not locked */
	uint32_t episode;
};

/*
 * Reads a refreshed tally without changing it.
 */
struct id7_lane_view id7_tally_view(const struct id7_tally *tally,
				    const struct id7_now *now,
				    enum id7_lane lane);

/*
 * The failures of all lanes that policy.max_lifetime_failures is compared with.
 */
uint64_t id7_tally_lifetime(const struct id7_tally *tally);

#endif
