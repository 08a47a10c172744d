/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stops a child at its system calls, and kills it at one: see killpoint.h. */
#include "tests/support/killpoint.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SYSCALL_STOP (SIGTRAP | 0x80)
#define SECCOMP_STOP (SIGTRAP | (PTRACE_EVENT_SECCOMP << 8))
#define CANNOT 77
#define BEFORE_FAILED 3
#define ACT_FAILED 4

static const unsigned int changing[] = {
	SYS_write,    SYS_pwrite64,  SYS_fsync,	 SYS_fdatasync,
	SYS_syncfs,   SYS_ftruncate, SYS_fchmod, SYS_mkdirat,
	SYS_unlinkat, SYS_renameat2, SYS_openat,
#ifdef SYS_mkdir
	SYS_mkdir,
#endif
#ifdef SYS_renameat
	SYS_renameat,
#endif
};
#define CHANGING (sizeof changing / sizeof changing[0])

/* Has the kernel stop only at those: there are many others. */
static bool
stop_at_changes(void)
{
	struct sock_filter code[2 * CHANGING + 2];
	struct sock_fprog program = {.len = 2 * CHANGING + 2, .filter = code};

	code[0] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < CHANGING; i++) {
		code[1 + 2 * i] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, changing[i], 0, 1);
		code[2 + 2 * i] = (struct sock_filter)BPF_STMT(
			BPF_RET | BPF_K, SECCOMP_RET_TRACE);
	}
	code[2 * CHANGING + 1] = (struct sock_filter)BPF_STMT(
		BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void
child_run(const struct kill_work *work, atomic_int *acknowledged)
{
	if (work->before != NULL && !work->before(work->context))
		_exit(BEFORE_FAILED);
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 ||
	    (work->changes && !stop_at_changes()))
		_exit(CANNOT);
	raise(SIGSTOP);
	if (!work->act(work->context))
		_exit(ACT_FAILED);
	atomic_store(acknowledged, 1);
	_exit(0);
}

/* Whether the child stands before a call that counts. */
static bool
at_point(pid_t child, int status, bool changes)
{
	struct __ptrace_syscall_info info;
	bool stopped = changes ? status >> 8 == SECCOMP_STOP
			       : WSTOPSIG(status) == SYSCALL_STOP;

	if (!stopped || ptrace(PTRACE_GET_SYSCALL_INFO, child,
			       (void *)sizeof info, &info) <= 0)
		return false;
	if (!changes)
		return info.op == PTRACE_SYSCALL_INFO_ENTRY;
	return info.seccomp.nr != SYS_openat ||
	       (info.seccomp.args[2] & O_CREAT) != 0;
}

static struct kill_end
ended(int status, unsigned int points)
{
	struct kill_end end = {.how = KILL_FAILED, .points = points};

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		end.how = KILL_DONE;
	else if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT)
		end.how = KILL_UNTRACED;
	return end;
}

static struct kill_end
follow(pid_t child, bool changes, unsigned int point)
{
	unsigned int points = 0;
	int status = 0;

	if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
		return ended(status, 0);
	ptrace(PTRACE_SETOPTIONS, child, NULL,
	       (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP |
			PTRACE_O_EXITKILL));
	for (;;) {
		ptrace(changes ? PTRACE_CONT : PTRACE_SYSCALL, child, NULL,
		       NULL);
		if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
			return ended(status, points);
		if (!at_point(child, status, changes) || points++ != point)
			continue;
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		return (struct kill_end){.how = KILL_KILLED};
	}
}

struct kill_end
kill_at(const struct kill_work *work, unsigned int point)
{
	struct kill_end end;
	atomic_int *acknowledged =
		mmap(NULL, sizeof *acknowledged, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child;

	if (acknowledged == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	fflush(stdout);
	child = fork();
	if (child == 0)
		child_run(work, acknowledged);
	end = follow(child, work->changes, point);
	end.acknowledged = atomic_load(acknowledged) != 0;
	munmap(acknowledged, sizeof *acknowledged);
	return end;
}
