/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls every entry point and compares the process before and after; or logs in
 * many times and looks for leaks. */
#include <malloc.h>
#include <pwd.h>

#include "tests/support/sanitize.h"
#include "tests/support/hoststate.h"
#include "tests/support/pamtalk.h"

/*
 * usage: pamstate CONFDIR USER PASSWORD [fsize=N] [nofile=N] [memory=N]
 * [repeat=N] Exits 0 when nothing has changed; prints the code of each call.
 */
struct wish {
	const char *confdir, *user, *password;
	unsigned long repeat;
};

static int
converse(int count, const struct pam_message **messages,
	 struct pam_response **ret_responses, void *data)
{
	const struct wish *wish = data;

	if (strcmp(wish->password, "!error") == 0)
		return PAM_CONV_ERR;
	*ret_responses = calloc((size_t)count, sizeof **ret_responses);
	if (*ret_responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			(*ret_responses)[i].resp = strdup(wish->password);
	return PAM_SUCCESS;
}

static void
no_delay(int code, unsigned usec, void *data)
{
	(void)code, (void)usec, (void)data;
}

static void
on_signal(int number)
{
	(void)number;
}

/* A host with habits of its own, so that a change shows. */
static void
be_a_host(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t mask;

	sigaction(SIGALRM, &action, NULL);
	sigaction(SIGCHLD, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	umask(0);
	setenv("LANG", "ja_JP.UTF-8", 1);
	setenv("LC_ALL", "C", 1);
	(void)fcntl(0, F_SETFD, 0);
	(void)getpwnam("daemon");
	(void)getpwnam("nobody-knows-7");
}

static void
limit(const char *word)
{
	static const struct {
		const char *name;
		__rlimit_resource_t which;
	} limits[] = {{"fsize=", RLIMIT_FSIZE},
		      {"nofile=", RLIMIT_NOFILE},
		      {"memory=", RLIMIT_AS}};
	struct rlimit value;

	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		size_t len = strlen(limits[i].name);

		if (strncmp(word, limits[i].name, len) != 0)
			continue;
		/* What stands for syslog here is a file. */
		if (limits[i].which == RLIMIT_FSIZE)
			unsetenv("SYSLOG_CAPTURE");
		(void)getrlimit(limits[i].which, &value);
		value.rlim_cur = strtoul(word + len, NULL, 10);
		(void)setrlimit(limits[i].which, &value);
	}
}

static pam_handle_t *
start(const struct wish *wish, const struct pam_conv *conv)
{
	void (*delay)(int, unsigned, void *) = no_delay;
	pam_handle_t *pamh = NULL;
	void *delay_item;

	memcpy(&delay_item, &delay, sizeof delay_item);
	if (pam_start_confdir("7id", wish->user, conv, wish->confdir, &pamh) !=
	    PAM_SUCCESS)
		exit(2);
	pam_set_item(pamh, PAM_FAIL_DELAY, delay_item);
	return pamh;
}

/* Each door of one handle. */
static unsigned int
walk(const struct wish *wish, const struct pam_conv *conv)
{
	static const struct {
		const char *name;
		int (*function)(pam_handle_t *, int);
		int flags;
	} doors[] = {
		{"authenticate", pam_authenticate, 0},
		{"setcred", pam_setcred, (int)PAM_ESTABLISH_CRED},
		{"acct_mgmt", pam_acct_mgmt, 0},
		{"open_session", pam_open_session, 0},
		{"close_session", pam_close_session, 0},
		{"chauthtok", pam_chauthtok, 0},
	};
	pam_handle_t *pamh = start(wish, conv);
	unsigned int differ = 0;
	int code = PAM_SUCCESS;

	for (size_t i = 0; i < sizeof doors / sizeof *doors; i++) {
		char *before = host_state(), *after;

		code = doors[i].function(pamh, doors[i].flags);
		after = host_state();
		printf("%s %s\n", doors[i].name, pam_code_name(code));
		differ += host_compare(before, after);
		free(before);
		free(after);
	}
	pam_end(pamh, code);
	return differ;
}

struct use {
	size_t bytes, maps, descriptors;
};

static size_t
count_lines(const char *text, const char *what)
{
	size_t count = 0;

	while ((text = strstr(text, what)) != NULL) {
		count++;
		text++;
	}
	return count;
}

static struct use
measure(void)
{
	struct use use = {0};
	char *state = host_state();
	FILE *maps = fopen("/proc/self/maps", "r");
	int c;

	use.descriptors = count_lines(state, "/proc/self/fd/");
	free(state);
	while (maps != NULL && (c = getc(maps)) != EOF)
		use.maps += c == '\n';
	if (maps != NULL)
		fclose(maps);
	use.bytes = mallinfo2().uordblks + mallinfo2().hblkhd;
	return use;
}

static void
log_in(const struct wish *wish, const struct pam_conv *conv)
{
	pam_handle_t *pamh = start(wish, conv);

	pam_end(pamh, pam_authenticate(pamh, 0));
}

/* The first tenth is for what libc keeps for good. Its caches of freed pieces
 * count as used and grow a little; the smallest piece, lost each time, would be
 * 32 bytes. */
static unsigned int
repeat(const struct wish *wish, const struct pam_conv *conv)
{
	struct use before = {0}, after;

	for (unsigned long i = 0; i < wish->repeat + wish->repeat / 10; i++) {
		if (i == wish->repeat / 10)
			before = measure();
		log_in(wish, conv);
	}
	after = measure();
	printf("%lu logins: %zu bytes, %zu maps, %zu descriptors; before: %zu, "
	       "%zu, %zu\n",
	       wish->repeat, after.bytes, after.maps, after.descriptors,
	       before.bytes, before.maps, before.descriptors);
	return after.bytes > before.bytes + 16 * wish->repeat ||
	       (!HAS_ASAN && after.maps > before.maps) ||
	       after.descriptors > before.descriptors;
}

int
main(int argc, char **argv)
{
	struct wish wish = {.repeat = 0};
	struct pam_conv conv = {converse, &wish};

	if (argc < 4)
		return 2;
	wish.confdir = argv[1];
	wish.user = argv[2];
	wish.password = argv[3];
	pam_unescape(argv[2]);
	pam_unescape(argv[3]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	be_a_host();
	for (int i = 4; i < argc; i++) {
		limit(argv[i]);
		if (strncmp(argv[i], "repeat=", 7) == 0)
			wish.repeat = strtoul(argv[i] + 7, NULL, 10);
	}
	if (wish.repeat > 0)
		return repeat(&wish, &conv) == 0 ? 0 : 1;
	return walk(&wish, &conv) == 0 ? 0 : 1;
}
