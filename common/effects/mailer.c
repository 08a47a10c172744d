/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hands one message to the `sendmail` program, in a child that has no rights.
 */
#include "common/effects/mailer.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/core/escape.h"
#include "common/effects/file.h"
#include "common/effects/scope.h"

#define POLL_MS 20
#define PASSWD_ROOM 4096
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* What the child is to be. */
struct identity {
	bool change;
	uid_t uid;
	gid_t gid;
};

/* What the child starts with. */
struct start {
	const char *program;
	const char *address;
	struct identity identity;
	int message_fd;
	int said_fd;
	int failed_fd; /* closed by a successful exec, else told the errno */
};

static bool
find_identity(const char *user, struct identity *ret_identity)
{
	char room[PASSWD_ROOM];
	struct passwd entry, *found = NULL;

	*ret_identity = (struct identity){.change = geteuid() == 0};
	if (!ret_identity->change)
		return true;
	if (getpwnam_r(user, &entry, room, sizeof room, &found) != 0 ||
	    found == NULL || found->pw_uid == 0 || found->pw_gid == 0)
		return false;
	ret_identity->uid = found->pw_uid;
	ret_identity->gid = found->pw_gid;
	return true;
}

/* A file without a name: how far it was read can be seen afterwards, and no
 * reader that stops early can kill us. */
static int
message_file(const char *message, size_t len)
{
	auto_fd fd = memfd_create("7id-mail", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int made;

	if (fd < 0 || id7_file_write_all(fd, message, len) != ID7_OK ||
	    lseek(fd, 0, SEEK_SET) != 0 || fcntl(fd, F_ADD_SEALS, SEALS) != 0)
		return -1;
	made = fd;
	fd = -1;
	return made;
}

static bool
become(const struct identity *identity)
{
	uid_t real, effective, saved;

	if (!identity->change)
		return true;
	if (setgroups(0, NULL) != 0 ||
	    setresgid(identity->gid, identity->gid, identity->gid) != 0 ||
	    setresuid(identity->uid, identity->uid, identity->uid) != 0 ||
	    getresuid(&real, &effective, &saved) != 0)
		return false;
	errno = EPERM;
	return real == identity->uid && effective == identity->uid &&
	       saved == identity->uid && setuid(0) != 0 && setgid(0) != 0;
}

static void
plain_signals(void)
{
	struct sigaction plain = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, &plain, NULL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Moves what is needed to 0..3, the last closed by exec, and closes the rest.
 */
static bool
arrange(const struct start *start)
{
	int message = fcntl(start->message_fd, F_DUPFD_CLOEXEC, 10);
	int said = fcntl(start->said_fd, F_DUPFD_CLOEXEC, 10);
	int failed = fcntl(start->failed_fd, F_DUPFD_CLOEXEC, 10);

	return message >= 0 && said >= 0 && failed >= 0 &&
	       dup2(message, 0) == 0 && dup2(said, 1) == 1 &&
	       dup2(said, 2) == 2 && dup3(failed, 3, O_CLOEXEC) == 3 &&
	       close_range(4, ~0u, 0) == 0;
}

static void __attribute__((noreturn)) child(const struct start *start)
{
	char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", lang[] = "LANG=C";
	char *const environment[] = {path, lang, NULL};
	char option[] = "-i", end[] = "--";
	char *const arguments[] = {(char *)(uintptr_t)start->program, option,
				   end, (char *)(uintptr_t)start->address,
				   NULL};
	const struct rlimit no_core = {0, 0};
	int failed_fd = start->failed_fd;
	int failure;

	plain_signals();
	if (setsid() >= 0 && setrlimit(RLIMIT_CORE, &no_core) == 0 &&
	    chdir("/") == 0 && arrange(start)) {
		failed_fd = 3;
		umask(077);
		if (become(&start->identity) && prctl(PR_SET_DUMPABLE, 0) == 0)
			execve(start->program, arguments, environment);
	}
	failure = errno;
	_exit(write(failed_fd, &failure, sizeof failure) < 0 ? 126 : 127);
}

/* What the program says, as much as is kept; the rest is read and forgotten. */
struct said {
	char bytes[ID7_MAILER_SAID_MAX];
	size_t len;
};

static void
listen_once(int fd, int wait_ms, struct said *said)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	char bytes[512];
	ssize_t n;

	if (poll(&ready, 1, wait_ms) <= 0)
		return;
	n = read(fd, bytes, sizeof bytes);
	if (n == 0 && wait_ms > 0) /* closed: only its exit is waited for */
		(void)poll(NULL, 0, wait_ms);
	for (ssize_t i = 0; i < n && said->len < sizeof said->bytes; i++)
		said->bytes[said->len++] = bytes[i];
}

static void
keep_said(const struct said *said, struct id7_mailer_result *result)
{
	size_t len = said->len;

	while (len > 0 && strchr(" \r\n\t", said->bytes[len - 1]) != NULL)
		len--;
	(void)id7_escape(said->bytes, len, result->said, sizeof result->said);
}

/* Until it has ended: its status, or -1 when it had to be killed. */
static int
wait_for(pid_t pid, int said_fd, struct id7_deadline deadline,
	 struct said *said)
{
	int status = -1;
	bool killed = false;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		listen_once(said_fd, POLL_MS, said);
		if (killed || id7_deadline_left(deadline) > 0)
			continue;
		(void)kill(-pid, SIGKILL);
		(void)kill(pid, SIGKILL);
		killed = true;
	}
	for (int i = 0; i < 8 && said->len < sizeof said->bytes; i++)
		listen_once(said_fd, 0, said);
	return killed ? -1 : status;
}

static void
judge(int status, int message_fd, size_t len,
      struct id7_mailer_result *ret_result)
{
	if (status == -1) {
		ret_result->how = ID7_MAILED_TIMED_OUT;
	} else if (WIFSIGNALED(status)) {
		ret_result->how = ID7_MAILED_KILLED;
		ret_result->number = WTERMSIG(status);
	} else if (WEXITSTATUS(status) != 0) {
		ret_result->how = ID7_MAILED_REFUSED;
		ret_result->number = WEXITSTATUS(status);
	} else if (lseek(message_fd, 0, SEEK_CUR) != (off_t)len) {
		ret_result->how = ID7_MAILED_UNREAD;
	} else {
		ret_result->how = ID7_MAILED_SENT;
	}
}

static void
run(struct start *start, size_t len, struct id7_deadline deadline,
    struct id7_mailer_result *ret_result)
{
	int said_pipe[2], failed_pipe[2], failure, status;
	const struct sigaction plain = {.sa_handler = SIG_DFL};
	struct sigaction saved;
	struct said said = {.len = 0};
	pid_t pid;

	ret_result->number = errno;
	if (pipe2(said_pipe, O_CLOEXEC) != 0)
		return;
	auto_fd said_in = said_pipe[0], said_out = said_pipe[1];
	if (pipe2(failed_pipe, O_CLOEXEC) != 0)
		return;
	auto_fd failed_in = failed_pipe[0], failed_out = failed_pipe[1];
	start->said_fd = said_out;
	start->failed_fd = failed_out;
	/* Who ignores it gets no status. */
	(void)sigaction(SIGCHLD, &plain, &saved);
	pid = fork();
	if (pid == 0)
		child(start);
	ret_result->number = errno;
	id7_scope_close(&said_out);
	id7_scope_close(&failed_out);
	status = pid < 0 ? -1 : wait_for(pid, said_in, deadline, &said);
	(void)sigaction(SIGCHLD, &saved, NULL);
	if (pid < 0)
		return;
	keep_said(&said, ret_result);
	if (read(failed_in, &failure, sizeof failure) ==
	    (ssize_t)sizeof failure) {
		ret_result->number = failure;
		return;
	}
	ret_result->number = 0;
	judge(status, start->message_fd, len, ret_result);
}

void
id7_mailer_send(const char *program, const char *user, const char *address,
		const char *message, size_t len, struct id7_deadline deadline,
		struct id7_mailer_result *ret_result)
{
	struct start start = {.program = program, .address = address};
	auto_fd fd = -1;

	memset(ret_result, 0, sizeof *ret_result);
	if (!find_identity(user, &start.identity)) {
		ret_result->how = ID7_MAILED_NO_USER;
		return;
	}
	fd = message_file(message, len);
	if (fd < 0) {
		ret_result->number = errno;
		return;
	}
	start.message_fd = fd;
	run(&start, len, deadline, ret_result);
}
