/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the lines of a stack that counts know of each other: kept in the handle
 * from preauth to whoever settles, at the latest pam_end.
 */
#ifndef ID7_PAM_PLACE_H
#define ID7_PAM_PLACE_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/usecases/counting.h"
#include "pam_7id/module.h"

enum place_stage {
	PLACE_PASSED = 0, /* the name is not ours: nothing to count */
	PLACE_REFUSED,	  /* no place was taken */
	PLACE_LIVE,
	PLACE_SETTLED,
};

struct place {
	enum place_stage stage;
	bool told;		       /* the person knows of a refusal, or need not */
	struct id7_login login;	       /* of a refusal that is to be told */
	struct id7_counting *counting; /* while live */
	pid_t owner; /* whoever took it; a forked child's copy is nobody's */
	struct module module; /* of the line that took it, for what is reported
				 later */
};

/*
 * The place of this handle, or NULL. Borrowed until the next place_... call.
 */
struct place *place_find(struct module *module);

/*
 * Whether the present user is the one that the place was taken for.
 */
bool place_is_of(const struct place *place, const struct module *module);

/*
 * Keeps what became of the present user in this handle; `login` is the refusal,
 * or NULL when there is none or it was told. *counting (NULL, or
 * pointing to NULL: none) is taken over and makes it PLACE_LIVE; on failure it
 * is released, not counted. PAM_SUCCESS; PAM_BUF_ERR.
 */
int place_keep(struct module *module, enum place_stage stage,
	       const struct id7_login *login, struct id7_counting **counting);

/*
 * A new attempt begins: one of this handle that nobody has judged is a failure.
 */
void place_drop(struct module *module);

/*
 * Settles a live place, logs the outcome under `module` and, unless it is well,
 * tells the person. *ret_login is the outcome, the place PLACE_SETTLED.
 */
void place_settle(struct place *place, struct module *module,
		  enum id7_settlement how, struct id7_login *ret_login);

/*
 * The same for a place that was never kept; *counting is NULL afterwards.
 */
void place_settle_now(struct id7_counting **counting, struct module *module,
		      enum id7_settlement how, struct id7_login *ret_login);

#endif
