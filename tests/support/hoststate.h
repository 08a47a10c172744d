/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything of a process that a module must leave as it found it, as text. */
#ifndef ID7_TESTS_HOSTSTATE_H
#define ID7_TESTS_HOSTSTATE_H

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

/* Each entry of a directory of /proc/self: descriptors with what they are and
 * their flags, or threads. The one that reads it is left out. */
static inline void
host_entries(FILE *out, const char *path)
{
	char name[300], target[PATH_MAX];
	DIR *dir = opendir(path);
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		int fd = atoi(entry->d_name);
		ssize_t len;

		if (entry->d_name[0] == '.' || fd == dirfd(dir))
			continue;
		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		len = readlink(name, target, sizeof target - 1);
		target[len > 0 ? len : 0] = '\0';
		fprintf(out, "%s %s flags %x %x\n", name, target,
			(unsigned int)fcntl(fd, F_GETFD),
			(unsigned int)fcntl(fd, F_GETFL));
	}
	if (dir != NULL)
		closedir(dir);
}

static inline void
host_signals(FILE *out)
{
	struct sigaction action;
	sigset_t mask, pending;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	sigpending(&pending);
	for (int i = 1; i < NSIG; i++) {
		if (sigaction(i, NULL, &action) != 0)
			continue;
		fprintf(out,
			"signal %d blocked %d pending %d handler %p flags %x\n",
			i, sigismember(&mask, i), sigismember(&pending, i),
			(void *)(size_t)action.sa_handler,
			(unsigned int)action.sa_flags);
	}
}

static inline void
host_limits(FILE *out)
{
	struct itimerval timer;
	struct rlimit limit;

	for (unsigned int i = 0; i < RLIM_NLIMITS; i++)
		if (getrlimit((__rlimit_resource_t)i, &limit) == 0)
			fprintf(out, "limit %u %llu %llu\n", i,
				(unsigned long long)limit.rlim_cur,
				(unsigned long long)limit.rlim_max);
	for (int i = ITIMER_REAL; i <= ITIMER_PROF; i++)
		if (getitimer((__itimer_which_t)i, &timer) == 0)
			fprintf(out, "timer %d %s\n", i,
				timer.it_value.tv_sec == 0 ? "off" : "on");
	fprintf(out, "nice %d dumpable %d new privileges %d\n",
		getpriority(PRIO_PROCESS, 0), prctl(PR_GET_DUMPABLE),
		prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
}

static inline void
host_ids(FILE *out)
{
	uid_t uid[3];
	gid_t gid[3];
	char cwd[PATH_MAX];
	mode_t mask = umask(0);

	umask(mask);
	(void)getresuid(&uid[0], &uid[1], &uid[2]);
	(void)getresgid(&gid[0], &gid[1], &gid[2]);
	fprintf(out, "ids %u %u %u, %u %u %u, %d groups\n", uid[0], uid[1],
		uid[2], gid[0], gid[1], gid[2], getgroups(0, NULL));
	fprintf(out, "umask %04o cwd %s locale %s\n", mask,
		getcwd(cwd, sizeof cwd), setlocale(LC_ALL, NULL));
}

/* The state as lines of text, to be freed. */
static inline char *
host_state(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out;

	/* Read before the stream below allocates: it opens no descriptor. */
	out = open_memstream(&text, &size);
	host_entries(out, "/proc/self/fd");
	host_entries(out, "/proc/self/task");
	host_signals(out);
	host_limits(out);
	host_ids(out);
	for (char **variable = environ; *variable != NULL; variable++)
		fprintf(out, "environment %p %s\n", (void *)*variable,
			*variable);
	fclose(out);
	return text;
}

/* Prints the lines that differ; how many. */
static inline unsigned int
host_compare(char *before, char *after)
{
	unsigned int differ = 0;
	char *b, *a;

	while ((b = strsep(&before, "\n")) != NULL) {
		a = strsep(&after, "\n");
		if (a != NULL && strcmp(a, b) == 0)
			continue;
		printf("  before: %s\n  after:  %s\n", b, a != NULL ? a : "");
		if (++differ > 5)
			break;
	}
	return differ;
}

#endif
