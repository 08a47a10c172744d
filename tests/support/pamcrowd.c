/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs in many times: one after the other in one process, or all at once in a
 * process each. */
#include <dlfcn.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/pamtalk.h"

/* A line "USER<TAB>RHOST<TAB>PASSWORD[<TAB>TTY]", escapes as in pam_unescape.
 * An empty line ends a wave: all of one are at once, and over before the next.
 */
struct job {
	char *user, *rhost, *password, *tty;
	bool last; /* of its wave */
};

static int
converse(int count, const struct pam_message **messages,
	 struct pam_response **ret_responses, void *data)
{
	const struct job *job = data;

	*ret_responses = calloc((size_t)count, sizeof **ret_responses);
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			(*ret_responses)[i].resp = strdup(job->password);
	return PAM_SUCCESS;
}

static void
no_delay(int code, unsigned usec, void *data)
{
	(void)code, (void)usec, (void)data;
}

static int64_t
now_ns(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

/* Prints "NUMBER CODE NANOSECONDS PID" by one write. */
static void
log_in(size_t number, struct job *job, const char *confdir)
{
	struct pam_conv conv = {converse, job};
	void (*delay)(int, unsigned, void *) = no_delay;
	pam_handle_t *pamh = NULL;
	void *delay_item;
	char line[80];
	int64_t before;
	int code, len;

	memcpy(&delay_item, &delay, sizeof delay_item);
	if (pam_start_confdir("7id", job->user, &conv, confdir, &pamh) !=
	    PAM_SUCCESS)
		exit(2);
	pam_set_item(pamh, PAM_FAIL_DELAY, delay_item);
	if (job->rhost[0] != '\0')
		pam_set_item(pamh, PAM_RHOST, job->rhost);
	if (job->tty != NULL)
		pam_set_item(pamh, PAM_TTY, job->tty);
	before = now_ns();
	code = pam_authenticate(pamh, 0);
	len = snprintf(line, sizeof line, "%zu %s %lld %d\n", number,
		       pam_code_name(code), (long long)(now_ns() - before),
		       (int)getpid());
	pam_end(pamh, code);
	if (write(STDOUT_FILENO, line, (size_t)len) != len)
		exit(2);
}

static size_t
read_jobs(const char *path, struct job **ret_jobs)
{
	FILE *file = fopen(path, "r");
	struct job *jobs = NULL;
	size_t count = 0;
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	while (file != NULL && (len = getline(&line, &room, file)) > 0) {
		char *rest = line;

		line[len - 1] = '\0';
		if (len == 1) {
			if (count > 0)
				jobs[count - 1].last = true;
			continue;
		}
		jobs = realloc(jobs, (count + 1) * sizeof *jobs);
		jobs[count].user = strsep(&rest, "\t");
		jobs[count].rhost = strsep(&rest, "\t");
		jobs[count].password = strsep(&rest, "\t");
		jobs[count].tty = rest;
		jobs[count].last = false;
		if (jobs[count].password == NULL)
			exit(2);
		pam_unescape(jobs[count].user);
		pam_unescape(jobs[count].password);
		count++;
		line = NULL;
		room = 0;
	}
	*ret_jobs = jobs;
	return count;
}

/* How many jobs the wave that begins here has, of `count` that are left. */
static size_t
wave_size(const struct job *jobs, size_t count)
{
	size_t size = 0;

	while (size < count && !jobs[size++].last)
		continue;
	return size;
}

/* One process's part: the jobs of its place in each wave. A wave begins when
 * everybody is done with the one before. */
static void
take_part(size_t place, struct job *jobs, size_t count,
	  pthread_barrier_t *barrier, const char *confdir)
{
	size_t size;

	for (size_t at = 0; at < count; at += size) {
		size = wave_size(jobs + at, count - at);
		pthread_barrier_wait(barrier);
		if (place < size)
			log_in(at + place, &jobs[at + place], confdir);
	}
}

static pthread_barrier_t *
make_barrier(unsigned int count)
{
	pthread_barrier_t *barrier =
		mmap(NULL, sizeof *barrier, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_barrierattr_t attr;

	if (barrier == MAP_FAILED)
		exit(2);
	pthread_barrierattr_init(&attr);
	pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(barrier, &attr, count);
	return barrier;
}

static size_t
widest_wave(const struct job *jobs, size_t count)
{
	size_t widest = 0, size;

	for (size_t at = 0; at < count; at += size) {
		size = wave_size(jobs + at, count - at);
		if (size > widest)
			widest = size;
	}
	return widest;
}

/* When one has died nobody is let through the barrier any more. */
static bool
wait_for_all(const pid_t *children, size_t count)
{
	bool well = true;
	int status;

	for (size_t i = 0; i < count; i++) {
		if (wait(&status) >= 0 && status == 0)
			continue;
		for (size_t k = 0; well && k < count; k++)
			kill(children[k], SIGKILL);
		well = false;
	}
	return well;
}

/* As many processes as the widest wave has jobs. */
static bool
log_in_at_once(struct job *jobs, size_t count, const char *confdir)
{
	size_t widest = widest_wave(jobs, count), begun = 0;
	pthread_barrier_t *barrier = make_barrier((unsigned int)widest);
	pid_t *children = calloc(widest, sizeof *children);

	for (; begun < widest; begun++) {
		children[begun] = fork();
		if (children[begun] == 0) {
			take_part(begun, jobs, count, barrier, confdir);
			_exit(0);
		}
		if (children[begun] < 0)
			break;
	}
	if (begun < widest)
		for (size_t i = 0; i < begun; i++)
			kill(children[i], SIGKILL);
	return wait_for_all(children, begun) && begun == widest;
}

int
main(int argc, char **argv)
{
	struct job *jobs;
	size_t count;

	if (argc < 4) {
		fprintf(stderr, "usage: pamcrowd serial|parallel CONFDIR JOBS "
				"[MODULE]\n");
		return 2;
	}
	count = read_jobs(argv[3], &jobs);
	/* Loaded here, none of it need be bound in each process anew. */
	if (argc > 4 && dlopen(argv[4], RTLD_NOW) == NULL)
		return 2;
	(void)getpwnam("nobody-knows-7");
	if (strcmp(argv[1], "parallel") == 0)
		return log_in_at_once(jobs, count, argv[2]) ? 0 : 1;
	for (size_t i = 0; i < count; i++)
		log_in(i, &jobs[i], argv[2]);
	return 0;
}
