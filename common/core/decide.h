/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one place that says whether a password may open the door: the module
 * refuses by it, `status` and `why` explain by it, so they cannot disagree.
 */
#ifndef ID7_CORE_DECIDE_H
#define ID7_CORE_DECIDE_H

#include <stdbool.h>

#include "common/core/account.h"
#include "common/core/error.h"
#include "common/core/now.h"
#include "common/core/tally.h"
#include "common/core/verdict.h"

/*
 * What stands in the way of a right password in one lane: disabled, expired,
 * held (by an administrator or automatically), locked out, no password to match,
 * in that order; ID7_REASON_RIGHT when nothing does. `account` NULL (nobody knows the name):
 * ID7_REASON_UNKNOWN, whatever the phantom's tally says.
 */
enum id7_reason id7_decide_password(const struct id7_account *account,
				    const struct id7_lane_view *lane,
				    const struct id7_now *now);

/* The article's six causes, in its order; part of --json. */
enum id7_cause {
	ID7_CAUSE_LOCKED = 0, /* the account: locked out, held, disabled, expired */
	ID7_CAUSE_TYPED,      /* ID or password mistyped or forgotten */
	ID7_CAUSE_LINKED,     /* a linked service is out of step */
	ID7_CAUSE_CACHE,      /* a saved password in an app */
	ID7_CAUSE_SERVER,     /* maintenance, or our own trouble */
	ID7_CAUSE_SUPPORT,    /* none of these */
};
#define ID7_CAUSES 6

enum id7_cause_state {
	ID7_CAUSE_UNKNOWN = 0, /* cannot be told from here */
	ID7_CAUSE_OK,
	ID7_CAUSE_STOP, /* this refuses the login */
};

/* What was gathered about one name, by whoever can do I/O. */
struct id7_facts {
	const struct id7_fault *fault; /* what failed while looking, or NULL */
	bool name_ok;		       /* the grammar of account names */
	bool exempt;
	bool known_to_system; /* has a passwd entry */
	bool unknown_deny;
	const struct id7_account *account; /* NULL: not ours */
	struct id7_lane_view lane[ID7_LANES];
	struct id7_now now;
};

struct id7_cause_line {
	enum id7_cause_state state;
	enum id7_reason reason; /* why it stops, ID7_REASON_NONE otherwise */
};

/* The answer of `why`. */
struct id7_why {
	struct id7_cause_line line[ID7_CAUSES];
	enum id7_verdict verdict; /* of a right password, typed now */
	enum id7_reason reason;	  /* of the first stop; RIGHT when none */
	enum id7_cause cause;	  /* of the first stop; SUPPORT when none */
};

/*
 * Walks the six causes over *facts for `lane`.
 */
struct id7_why id7_decide_why(const struct id7_facts *facts,
			      enum id7_lane lane);

#endif
