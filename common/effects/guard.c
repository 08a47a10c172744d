/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps the owner of a setuid process from stopping or killing it in the middle
 * of an attempt. */
#include "common/effects/guard.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

/* Faults of the program itself: blocked, they would kill it all the same,
 * without its handler. */
static const int own_faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};

static bool
is_pending(int signal)
{
	sigset_t pending;

	return sigpending(&pending) == 0 && sigismember(&pending, signal) == 1;
}

void
id7_guard_enter(struct id7_guard *ret_guard)
{
	int saved = errno;
	sigset_t all;

	*ret_guard = (struct id7_guard){.real_uid = getuid()};
	sigfillset(&all);
	for (size_t i = 0; i < sizeof own_faults / sizeof own_faults[0]; i++)
		sigdelset(&all, own_faults[i]);
	ret_guard->had_xfsz = is_pending(SIGXFSZ);
	ret_guard->active =
		pthread_sigmask(SIG_BLOCK, &all, &ret_guard->mask) == 0;
	if (geteuid() == 0 && ret_guard->real_uid != 0)
		ret_guard->raised = setresuid(0, (uid_t)-1, (uid_t)-1) == 0;
	errno = saved;
}

/* Takes back what a write of ours over RLIMIT_FSIZE has left pending. */
static void
forget_xfsz(void)
{
	const struct timespec at_once = {0};
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, SIGXFSZ);
	(void)sigtimedwait(&one, NULL, &at_once);
}

bool
id7_guard_leave(struct id7_guard *guard)
{
	int saved = errno;
	bool ok = true;

	if (guard->raised)
		ok = setresuid(guard->real_uid, (uid_t)-1, (uid_t)-1) == 0;
	if (guard->active && !guard->had_xfsz)
		forget_xfsz();
	if (guard->active)
		ok = pthread_sigmask(SIG_SETMASK, &guard->mask, NULL) == 0 &&
		     ok;
	guard->raised = false;
	guard->active = false;
	errno = saved;
	return ok;
}
