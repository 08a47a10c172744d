/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The child that sends: what it is given, what it is rid of, and how it may
 * fail. The sendmail of these tests is the script mailer.py. */
#include "common/effects/mailer.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>

#include "tests/support/check.h"
#include "tests/support/temp.h"

#define MESSAGE "To: <a@example.org>\n\nhello\n.\nsecret 7U-AAAA\n"

struct scene {
	struct temp temp;
	const char *script; /* tests/support/mailer.py */
	char program[80];   /* a copy that the user of the test can run */
	char record[80];
};

/* A program that runs mailer.py in a mode, writing to scene->record. */
static void
prepare(struct scene *scene, const char *mode)
{
	FILE *file;

	(void)unlink(scene->program);
	(void)unlink(scene->record);
	file = fopen(scene->program, "w");
	if (file == NULL)
		_exit(99);
	fprintf(file, "#!/bin/sh\nexec python3 %s %s %s \"$@\"\n",
		scene->script, scene->record, mode);
	fclose(file);
	chmod(scene->program, 0755);
}

static struct id7_mailer_result
send_as(struct scene *scene, const char *mode, const char *user, int64_t ms)
{
	struct id7_mailer_result result;

	prepare(scene, mode);
	memset(&result, 0x55, sizeof result);
	id7_mailer_send(scene->program, user, "a@example.org", MESSAGE,
			strlen(MESSAGE), id7_deadline_in(ms), &result);
	return result;
}

static struct id7_mailer_result
send_it(struct scene *scene, const char *mode, int64_t ms)
{
	return send_as(scene, mode, "nobody", ms);
}

/* The record of the last run; "" when there is none. */
static const char *
record(const struct scene *scene)
{
	static char text[16384];
	FILE *file = fopen(scene->record, "r");
	size_t len = 0;

	if (file != NULL) {
		len = fread(text, 1, sizeof text - 1, file);
		fclose(file);
	}
	text[len] = '\0';
	return text;
}

static void
test_sent(struct scene *scene)
{
	struct id7_mailer_result result = send_it(scene, "take", 20000);

	CHECK_INT(result.how, ID7_MAILED_SENT);
	CHECK_STR(result.said, "");
	CHECK(strstr(record(scene), "\nargs ['-i', '--', 'a@example.org']\n") !=
	      NULL);
	CHECK(strstr(record(scene), "\nstdin " MESSAGE) != NULL);
	CHECK(strstr(record(scene), "\nfds [0, 1, 2]\n") != NULL);
	CHECK(strstr(record(scene),
		     "\nenv {'LANG': 'C', "
		     "'PATH': '/usr/sbin:/usr/bin:/sbin:/bin'}\n") != NULL);
	CHECK(strstr(record(scene), "\ncwd /\n") != NULL);
	CHECK(strstr(record(scene), "\nsignals 0 0\n") != NULL);
	CHECK(strstr(record(scene), "\ncore 0\n") != NULL);
}

/* Root's child is somebody else, in nobody else's group, for good. */
static void
test_identity(struct scene *scene)
{
	struct passwd *nobody = getpwnam("nobody");
	char wanted[200];

	if (geteuid() == 0 && nobody != NULL)
		snprintf(wanted, sizeof wanted,
			 "\nuids [%u, %u, %u]\ngids [%u, %u, %u]\ngroups []\n",
			 nobody->pw_uid, nobody->pw_uid, nobody->pw_uid,
			 nobody->pw_gid, nobody->pw_gid, nobody->pw_gid);
	else
		snprintf(wanted, sizeof wanted, "\nuids [%u, %u, %u]\n",
			 getuid(), getuid(), getuid());
	(void)send_it(scene, "take", 20000);
	CHECK(strstr(record(scene), wanted) != NULL);
	if (geteuid() != 0)
		return;
	CHECK_INT(send_as(scene, "take", "no-such-user", 20000).how,
		  ID7_MAILED_NO_USER);
	CHECK_INT(send_as(scene, "take", "root", 20000).how,
		  ID7_MAILED_NO_USER);
	CHECK_STR(record(scene), "");
}

/* An ordinary user's child is that user. */
static void
test_not_root(struct scene *scene)
{
	int status = 0;
	pid_t pid;

	if (geteuid() != 0)
		return;
	pid = fork();
	if (pid == 0) {
		if (setgid(65534) != 0 || setuid(65534) != 0)
			_exit(9);
		_exit((int)send_as(scene, "take", "no-such-user", 20000).how);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), ID7_MAILED_SENT);
	CHECK(strstr(record(scene), "\nuids [65534, 65534, 65534]\n") != NULL);
	(void)unlink(scene->record);
}

static void
test_refused(struct scene *scene)
{
	struct id7_mailer_result result = send_it(scene, "exit:75", 20000);

	CHECK_INT(result.how, ID7_MAILED_REFUSED);
	CHECK_INT(result.number, 75);
	CHECK_STR(result.said, "queue full\\u{1B}[2J");
	result = send_it(scene, "exit:67", 20000);
	CHECK_INT(result.how, ID7_MAILED_REFUSED);
	CHECK_INT(result.number, 67);
	result = send_it(scene, "kill", 20000);
	CHECK_INT(result.how, ID7_MAILED_KILLED);
	CHECK_INT(result.number, SIGKILL);
	/* It exits with 0, but has read nothing, or half. */
	CHECK_INT(send_it(scene, "unread", 20000).how, ID7_MAILED_UNREAD);
	CHECK_INT(send_it(scene, "half", 20000).how, ID7_MAILED_UNREAD);
	/* More words than anybody keeps. */
	result = send_it(scene, "shout", 20000);
	CHECK_INT(result.how, ID7_MAILED_REFUSED);
	CHECK(strlen(result.said) <= ID7_MAILER_SAID_MAX);
}

static void
test_hangs(struct scene *scene)
{
	struct id7_deadline started = id7_deadline_in(0);
	struct id7_mailer_result result = send_it(scene, "hang", 1500);
	pid_t child;

	CHECK_INT(result.how, ID7_MAILED_TIMED_OUT);
	CHECK(id7_deadline_in(0).mono_ms - started.mono_ms < 5000);
	/* Its own child went with it. */
	child = (pid_t)atoi(record(scene));
	CHECK(child > 1);
	for (int i = 0; i < 200 && kill(child, 0) == 0; i++)
		id7_deadline_nap(id7_deadline_in(50), 20000);
	CHECK(kill(child, 0) != 0);
}

/* One that goes on in the background has taken the message. */
static void
test_background(struct scene *scene)
{
	struct id7_deadline started = id7_deadline_in(0);

	CHECK_INT(send_it(scene, "background", 20000).how, ID7_MAILED_SENT);
	CHECK(id7_deadline_in(0).mono_ms - started.mono_ms < 10000);
	CHECK_INT(kill((pid_t)atoi(record(scene)), SIGKILL), 0);
}

static void
test_missing(struct scene *scene)
{
	struct id7_mailer_result result;

	prepare(scene, "take");
	(void)unlink(scene->program);
	id7_mailer_send(scene->program, "nobody", "a@example.org", MESSAGE,
			strlen(MESSAGE), id7_deadline_in(20000), &result);
	CHECK_INT(result.how, ID7_MAILED_NOT);
	CHECK_INT(result.number, ENOENT);
	prepare(scene, "take");
	chmod(scene->program, 0644);
	id7_mailer_send(scene->program, "nobody", "a@example.org", MESSAGE,
			strlen(MESSAGE), id7_deadline_in(20000), &result);
	CHECK_INT(result.how, ID7_MAILED_NOT);
	CHECK_INT(result.number, EACCES);
}

/* What the caller has set up for itself is neither inherited nor disturbed. */
static void
test_caller(struct scene *scene)
{
	int fd = open("/dev/null", O_RDONLY);
	struct sigaction action;
	sigset_t set;

	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	setenv("SECRET", "7U-AAAA", 1);
	test_sent(scene);
	CHECK_INT(sigaction(SIGCHLD, NULL, &action), 0);
	CHECK(action.sa_handler == SIG_IGN);
	CHECK(fcntl(fd, F_GETFD) >= 0);
	close(fd);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int
main(int argc, char **argv)
{
	struct scene scene = {.script = argc > 1 ? argv[1] : ""};

	temp_make(&scene.temp);
	chmod(scene.temp.dir, 0777);
	snprintf(scene.program, sizeof scene.program, "%s/sendmail",
		 scene.temp.dir);
	snprintf(scene.record, sizeof scene.record, "%s/record",
		 scene.temp.dir);
	test_sent(&scene);
	test_identity(&scene);
	test_not_root(&scene);
	test_refused(&scene);
	test_hangs(&scene);
	test_background(&scene);
	test_missing(&scene);
	test_caller(&scene);
	temp_remove(&scene.temp);
	return check_done();
}
