/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guard: mask and real uid are put back exactly, and nobody can stop us in
 * between. */
#include "common/effects/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/check.h"
#include "tests/support/temp.h"

#define SOMEBODY 1000

static bool refuse_uid;

int __real_setresuid(uid_t real, uid_t effective, uid_t saved);
int __wrap_setresuid(uid_t real, uid_t effective, uid_t saved);

int
__wrap_setresuid(uid_t real, uid_t effective, uid_t saved)
{
	if (refuse_uid) {
		errno = EAGAIN;
		return -1;
	}
	return __real_setresuid(real, effective, saved);
}

static sigset_t
present_mask(void)
{
	sigset_t mask;

	sigemptyset(&mask);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	return mask;
}

static bool
same_signals(const sigset_t *a, const sigset_t *b)
{
	for (int i = 1; i < NSIG; i++)
		if (sigismember(a, i) != sigismember(b, i))
			return false;
	return true;
}

static void
everything_catchable_is_blocked_and_put_back(void)
{
	static const int blocked[] = {SIGHUP,  SIGINT,	 SIGQUIT, SIGTERM,
				      SIGALRM, SIGTSTP,	 SIGTTOU, SIGTTIN,
				      SIGPIPE, SIGUSR1,	 SIGXFSZ, SIGXCPU,
				      SIGCHLD, SIGVTALRM};
	static const int let_through[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
	sigset_t before, inside, after, one;
	struct id7_guard guard;

	sigemptyset(&one);
	sigaddset(&one, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &one, NULL);
	before = present_mask();
	errno = 77;
	id7_guard_enter(&guard);
	CHECK_INT(errno, 77);
	inside = present_mask();
	for (size_t i = 0; i < sizeof blocked / sizeof blocked[0]; i++)
		CHECK_INT(sigismember(&inside, blocked[i]), 1);
	for (size_t i = 0; i < sizeof let_through / sizeof let_through[0]; i++)
		CHECK_INT(sigismember(&inside, let_through[i]), 0);
	CHECK(id7_guard_leave(&guard));
	CHECK_INT(errno, 77);
	after = present_mask();
	CHECK(same_signals(&before, &after));
	CHECK_INT(sigismember(&after, SIGUSR2), 1);
	CHECK(id7_guard_leave(&guard));
	pthread_sigmask(SIG_UNBLOCK, &one, NULL);
}

static void
a_guard_never_entered_may_be_left(void)
{
	struct id7_guard guard = {0};
	sigset_t before = present_mask(), after;

	CHECK(id7_guard_leave(&guard));
	after = present_mask();
	CHECK(same_signals(&before, &after));
}

static volatile sig_atomic_t terms;

static void
count_term(int signal)
{
	(void)signal;
	terms++;
}

static void
a_signal_waits_and_then_comes(void)
{
	struct sigaction act = {.sa_handler = count_term}, old;
	struct id7_guard guard;

	sigaction(SIGTERM, &act, &old);
	id7_guard_enter(&guard);
	kill(getpid(), SIGTERM);
	CHECK_INT(terms, 0);
	CHECK(id7_guard_leave(&guard));
	CHECK_INT(terms, 1);
	sigaction(SIGTERM, &old, NULL);
}

static int
exit_of(pid_t child)
{
	int status = -1;

	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + status;
}

/* In a child under `ulimit -f 0`: the write fails, the process lives on. */
static int
write_over_the_limit(struct temp *temp, bool guarded)
{
	struct rlimit none = {0, 0};
	struct id7_guard guard = {0};
	ssize_t n;
	int fd;

	setrlimit(RLIMIT_CORE, &none);
	setrlimit(RLIMIT_FSIZE, &none);
	fd = open(temp_path(temp, "file"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (guarded)
		id7_guard_enter(&guard);
	n = write(fd, "x", 1);
	if (n != -1 || errno != EFBIG)
		return 1;
	return id7_guard_leave(&guard) ? 0 : 2;
}

static void
a_write_over_the_size_limit_does_not_kill(struct temp *temp)
{
	pid_t child = fork();

	if (child == 0)
		_exit(write_over_the_limit(temp, true));
	CHECK_INT(exit_of(child), 0);
	child = fork();
	if (child == 0)
		_exit(write_over_the_limit(temp, false));
	CHECK(exit_of(child) > 1000);
}

/* A SIGXFSZ that the host had pending before is the host's. */
static void
a_pending_signal_of_the_host_is_left(void)
{
	struct id7_guard guard;
	sigset_t one, pending;
	int signal = 0;

	sigemptyset(&one);
	sigaddset(&one, SIGXFSZ);
	pthread_sigmask(SIG_BLOCK, &one, NULL);
	kill(getpid(), SIGXFSZ);
	id7_guard_enter(&guard);
	CHECK(id7_guard_leave(&guard));
	sigpending(&pending);
	CHECK_INT(sigismember(&pending, SIGXFSZ), 1);
	sigwait(&one, &signal);
	CHECK_INT(signal, SIGXFSZ);
	pthread_sigmask(SIG_UNBLOCK, &one, NULL);
}

static bool
uids_are(uid_t real, uid_t effective, uid_t saved)
{
	uid_t r = 77, e = 77, s = 77;

	return getresuid(&r, &e, &s) == 0 && r == real && e == effective &&
	       s == saved;
}

static void
without_setuid_no_uid_changes(void)
{
	uid_t self = getuid();
	struct id7_guard guard;

	id7_guard_enter(&guard);
	CHECK(!guard.raised);
	CHECK(uids_are(self, self, self));
	CHECK(id7_guard_leave(&guard));
	CHECK(uids_are(self, self, self));
}

static int
raise_and_lower(void)
{
	struct id7_guard guard;

	if (__real_setresuid(SOMEBODY, 0, 0) != 0)
		return 1;
	id7_guard_enter(&guard);
	if (!guard.raised || !uids_are(0, 0, 0))
		return 2;
	if (!id7_guard_leave(&guard) || !uids_are(SOMEBODY, 0, 0))
		return 3;
	if (!id7_guard_leave(&guard) || !uids_are(SOMEBODY, 0, 0))
		return 4;
	return 0;
}

/* Who cannot go back says so; the mask is put back all the same. */
static int
raise_and_be_refused(void)
{
	sigset_t before = present_mask(), after;
	struct id7_guard guard;

	if (__real_setresuid(SOMEBODY, 0, 0) != 0)
		return 1;
	id7_guard_enter(&guard);
	refuse_uid = true;
	if (id7_guard_leave(&guard) || !uids_are(0, 0, 0))
		return 2;
	after = present_mask();
	return same_signals(&before, &after) ? 0 : 3;
}

/* Stands as a setuid program of SOMEBODY; says when it is guarded and when not.
 */
static void
be_setuid(int say, int hear)
{
	struct id7_guard guard;
	char byte;

	if (__real_setresuid(SOMEBODY, 0, 0) != 0)
		_exit(1);
	for (int round = 0; round < 2; round++) {
		if (round == 1)
			id7_guard_enter(&guard);
		if (write(say, "r", 1) != 1 || read(hear, &byte, 1) != 1)
			_exit(2);
	}
	_exit(id7_guard_leave(&guard) ? 0 : 3);
}

/* errno of SOMEBODY's attempt to stop `target`, 0 when he may. */
static int
may_stop(pid_t target)
{
	pid_t child = fork();

	if (child == 0) {
		if (__real_setresuid(SOMEBODY, SOMEBODY, SOMEBODY) != 0)
			_exit(255);
		_exit(kill(target, 0) == 0 ? 0 : errno);
	}
	return exit_of(child);
}

static void
the_user_who_started_us_may_not_stop_us(void)
{
	int up[2], down[2];
	char byte;
	pid_t target;

	CHECK_INT(pipe(up), 0);
	CHECK_INT(pipe(down), 0);
	target = fork();
	if (target == 0)
		be_setuid(up[1], down[0]);
	CHECK_INT(read(up[0], &byte, 1), 1);
	CHECK_INT(may_stop(target), 0);
	CHECK_INT(write(down[1], "g", 1), 1);
	CHECK_INT(read(up[0], &byte, 1), 1);
	CHECK_INT(may_stop(target), EPERM);
	CHECK_INT(write(down[1], "g", 1), 1);
	CHECK_INT(exit_of(target), 0);
}

static void
as_root_real_uids_are_raised_and_put_back(void)
{
	pid_t child;

	if (geteuid() != 0)
		return;
	child = fork();
	if (child == 0)
		_exit(raise_and_lower());
	CHECK_INT(exit_of(child), 0);
	child = fork();
	if (child == 0)
		_exit(raise_and_be_refused());
	CHECK_INT(exit_of(child), 0);
	the_user_who_started_us_may_not_stop_us();
}

int
main(void)
{
	struct temp temp;

	temp_make(&temp);
	everything_catchable_is_blocked_and_put_back();
	a_guard_never_entered_may_be_left();
	a_signal_waits_and_then_comes();
	a_write_over_the_size_limit_does_not_kill(&temp);
	a_pending_signal_of_the_host_is_left();
	without_setuid_no_uid_changes();
	as_root_real_uids_are_raised_and_put_back();
	temp_remove(&temp);
	return check_done();
}
