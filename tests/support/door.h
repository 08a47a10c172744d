/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shipped module under libpam in the test's own process: one transaction a
 * visit, on the store of a struct temp_login. */
#ifndef ID7_TESTS_DOOR_H
#define ID7_TESTS_DOOR_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <security/pam_appl.h>

#include "tests/support/temp_login.h"

/* Who comes, and what he types at the prompts, in their order. */
struct door_visit {
	const char *user;
	const char *service; /* NULL: 7id */
	const char *typed[3];
	unsigned int next;
	pam_handle_t *pamh;
};

/* Puts `text` into the file `name` of the trial. */
static inline void
door_write(const struct temp_login *l, const char *name, const char *text)
{
	char path[200];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", l->t.temp.dir, name);
	file = fopen(path, "w");
	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

/* Writes settings and service for the module at `module`. `more`: settings. */
static inline void
door_build(const struct temp_login *l, const char *module, const char *more)
{
	static const char *const calls[] = {"auth", "account", "password"};
	const char *dir = l->t.temp.dir;
	char text[2000] = "", path[200];
	size_t len = 0;

	snprintf(text, sizeof text,
		 "opslimit = 1\nmemlimit = 8K\nstore_dir = %s/store\n"
		 "key_dir = %s/keys\nrun_dir = %s/run\nlog_dir = %s/log\n%s",
		 dir, dir, dir, dir, more);
	door_write(l, "7id.conf", text);
	snprintf(path, sizeof path, "%s/pam.d", dir);
	(void)mkdir(path, 0755);
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
		len += (size_t)snprintf(text + len, sizeof text - len,
					"%s required %s conf=%s/7id.conf\n",
					calls[i], module, dir);
	door_write(l, "pam.d/7id", text);
}

/* What a test that makes calls fail puts around the application's own. */
static void (*door_pause)(bool pause);

static inline int
door_converse(int count, const struct pam_message **messages,
	      struct pam_response **ret_responses, void *data)
{
	struct door_visit *visit = data;

	if (door_pause != NULL)
		door_pause(true);
	*ret_responses = calloc((size_t)count, sizeof **ret_responses);
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF &&
		    visit->next < 3 && visit->typed[visit->next] != NULL)
			(*ret_responses)[i].resp =
				strdup(visit->typed[visit->next++]);
	if (door_pause != NULL)
		door_pause(false);
	return PAM_SUCCESS;
}

static inline void
door_no_delay(int code, unsigned usec, void *data)
{
	(void)code, (void)usec, (void)data;
}

/* Begins a transaction; ends the program when libpam cannot. */
static inline void
door_enter(const struct temp_login *l, struct door_visit *visit)
{
	const struct pam_conv conv = {door_converse, visit};
	void (*delay)(int, unsigned, void *) = door_no_delay;
	void *delay_item;
	char confdir[200];
	int code;

	snprintf(confdir, sizeof confdir, "%s/pam.d", l->t.temp.dir);
	code = pam_start_confdir(visit->service != NULL ? visit->service
							: "7id",
				 visit->user, &conv, confdir,
				 &visit->pamh);
	if (code != PAM_SUCCESS) {
		fprintf(stderr, "pam_start_confdir: %d\n", code);
		exit(1);
	}
	memcpy(&delay_item, &delay, sizeof delay_item);
	pam_set_item(visit->pamh, PAM_FAIL_DELAY, delay_item);
	pam_set_item(visit->pamh, PAM_RHOST, TEMP_LOGIN_SOURCE);
}

/* pam_authenticate in a transaction of its own. */
static inline int
door_authenticate(const struct temp_login *l, const char *user,
		  const char *password)
{
	struct door_visit visit = {.user = user, .typed = {password}};
	int code;

	door_enter(l, &visit);
	code = pam_authenticate(visit.pamh, 0);
	pam_end(visit.pamh, code);
	return code;
}

/* How many milliseconds a part of the test took. */
static inline int64_t
door_clock_ms(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

#endif
