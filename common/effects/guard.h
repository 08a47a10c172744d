/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keeps the owner of a setuid process from stopping or killing it in the middle
 * of an attempt: from reserve to settle the real uid is raised and catchable
 * signals wait (DESIGN section 6 step 4, STORE B3).
 */
#ifndef ID7_EFFECTS_GUARD_H
#define ID7_EFFECTS_GUARD_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct id7_guard {
	bool active;
	bool raised;
	bool had_xfsz; /* SIGXFSZ was pending before: it is not ours to take */
	uid_t real_uid;
	sigset_t mask;
};

/*
 * Blocks every catchable signal but the program's own faults and, when the
 * effective uid is 0 and the real one is not, raises the real uid. Nothing can
 * fail that matters. Keeps errno.
 */
void id7_guard_enter(struct id7_guard *ret_guard);

/*
 * Puts both back exactly, and takes back a SIGXFSZ that came meanwhile: it is
 * the answer to a write of ours, which has failed with EFBIG. A guard that is
 * not active is accepted. A real uid that cannot be put back stays raised and
 * false is returned: the caller must refuse. Keeps errno.
 */
bool id7_guard_leave(struct id7_guard *guard);

#endif
