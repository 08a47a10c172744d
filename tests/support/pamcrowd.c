/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logs in many times: one after the other in one process, or all at once in a
 * process each. */
#include <stdbool.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/pamtalk.h"

/* A line "USER<TAB>RHOST<TAB>PASSWORD", escapes as in pam_unescape. */
struct job {
	char *user, *rhost, *password;
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

/* Prints "NUMBER CODE NANOSECONDS" by one write. */
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
	before = now_ns();
	code = pam_authenticate(pamh, 0);
	len = snprintf(line, sizeof line, "%zu %s %lld\n", number,
		       pam_code_name(code), (long long)(now_ns() - before));
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
		jobs = realloc(jobs, (count + 1) * sizeof *jobs);
		jobs[count].user = strsep(&rest, "\t");
		jobs[count].rhost = strsep(&rest, "\t");
		jobs[count].password = rest;
		if (rest == NULL)
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

/* Everybody waits at the pipe until it is closed. */
static bool
log_in_at_once(struct job *jobs, size_t count, const char *confdir)
{
	int gate[2];
	bool well = true;
	int status;
	char byte;

	if (pipe(gate) != 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		pid_t child = fork();

		if (child < 0)
			return false;
		if (child > 0)
			continue;
		close(gate[1]);
		(void)!read(gate[0], &byte, 1);
		log_in(i, &jobs[i], confdir);
		_exit(0);
	}
	close(gate[0]);
	close(gate[1]);
	for (size_t i = 0; i < count; i++)
		if (wait(&status) < 0 || status != 0)
			well = false;
	return well;
}

int
main(int argc, char **argv)
{
	struct job *jobs;
	size_t count;

	if (argc != 4) {
		fprintf(stderr,
			"usage: pamcrowd serial|parallel CONFDIR JOBS\n");
		return 2;
	}
	count = read_jobs(argv[3], &jobs);
	if (strcmp(argv[1], "parallel") == 0)
		return log_in_at_once(jobs, count, argv[2]) ? 0 : 1;
	for (size_t i = 0; i < count; i++)
		log_in(i, &jobs[i], argv[2]);
	return 0;
}
