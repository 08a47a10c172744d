/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drives one PAM transaction through libpam: calls from the command line,
 * answers from a file, a transcript on standard output. */
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/pamtalk.h"

#define ANSWERS_MAX 256

/* What the conversation knows. */
struct drive {
	char *answer[ANSWERS_MAX];
	size_t answers, next;
	bool show_delay;
	bool show_env;
};

/*
 * Answers, one a line: "=TEXT" (escapes as in pam_unescape); "!size N": N
 * letters; "!null": a response without text; "!none": success without a
 * response; "!error", "!again", "!buf", "!abort": the conversation fails so;
 * "!fail-with-answer": fails, and a response all the same; "!stop": the program
 * stops before the next answer.
 */
static void
read_answers(struct drive *drive, const char *path)
{
	FILE *file = fopen(path, "r");
	size_t room = 0;
	ssize_t len;

	if (file == NULL) {
		perror(path);
		exit(2);
	}
	while (drive->answers < ANSWERS_MAX) {
		char **line = &drive->answer[drive->answers];

		len = getline(line, &room, file);
		room = 0;
		if (len <= 0)
			break;
		(*line)[len - 1] = '\0';
		drive->answers++;
	}
	fclose(file);
}

static int
fill(const char *what, char **ret_text)
{
	size_t size;

	if (*what == '=') {
		*ret_text = strdup(what + 1);
		pam_unescape(*ret_text);
		return PAM_SUCCESS;
	}
	if (strncmp(what, "!size ", 6) == 0) {
		size = strtoul(what + 6, NULL, 10);
		*ret_text = malloc(size + 1);
		memset(*ret_text, 'w', size);
		(*ret_text)[size] = '\0';
		return PAM_SUCCESS;
	}
	if (strcmp(what, "!null") == 0)
		return PAM_SUCCESS;
	if (strcmp(what, "!again") == 0)
		return PAM_CONV_AGAIN;
	if (strcmp(what, "!buf") == 0)
		return PAM_BUF_ERR;
	if (strcmp(what, "!abort") == 0)
		return PAM_ABORT;
	return PAM_CONV_ERR;
}

static int
answer(struct drive *drive, struct pam_response **ret_responses)
{
	static char none[] = "!error";
	const char *what = none;
	struct pam_response *response;
	int code;

	if (drive->next < drive->answers &&
	    strcmp(drive->answer[drive->next], "!stop") == 0) {
		drive->next++;
		raise(SIGSTOP);
	}
	if (drive->next < drive->answers)
		what = drive->answer[drive->next++];
	else
		printf("out of answers\n");
	if (strcmp(what, "!none") == 0) {
		*ret_responses = NULL;
		return PAM_SUCCESS;
	}
	response = calloc(1, sizeof *response);
	code = fill(what, &response->resp);
	if (code == PAM_SUCCESS)
		*ret_responses = response;
	else
		free(response);
	return code;
}

static int
converse(int count, const struct pam_message **messages,
	 struct pam_response **ret_responses, void *data)
{
	static const char *const kinds[] = {"?", "hidden", "shown", "error",
					    "info"};
	int style = messages[0]->msg_style;

	if (count != 1) {
		printf("%d messages at once\n", count);
		return PAM_CONV_ERR;
	}
	printf("  %s ", style >= 1 && style <= 4 ? kinds[style] : "?");
	pam_print_text(messages[0]->msg);
	printf("\n");
	if (style == PAM_PROMPT_ECHO_OFF || style == PAM_PROMPT_ECHO_ON)
		return answer(data, ret_responses);
	*ret_responses = calloc(1, sizeof **ret_responses);
	return PAM_SUCCESS;
}

static bool show_delays_of(const void *data);

/* Nobody waits in a test. */
static void
no_delay(int code, unsigned usec, void *data)
{
	if (code != PAM_SUCCESS && show_delays_of(data))
		printf("  delay %s\n", usec > 0 ? "some" : "none");
}

static bool
show_delays_of(const void *data)
{
	return ((const struct drive *)data)->show_delay;
}

static int
flags_of(const char *words)
{
	static const struct {
		const char *word;
		int flag;
	} flags[] = {
		{"silent", (int)PAM_SILENT},
		{"nonull", (int)PAM_DISALLOW_NULL_AUTHTOK},
		{"establish", (int)PAM_ESTABLISH_CRED},
		{"delete", (int)PAM_DELETE_CRED},
		{"expired", (int)PAM_CHANGE_EXPIRED_AUTHTOK},
	};
	int all = 0;

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (strstr(words, flags[i].word) != NULL)
			all |= flags[i].flag;
	return all;
}

/* A child that ends its copy of the handle, as login(1) does. */
static int
fork_end(pam_handle_t *pamh)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(pam_end(pamh, PAM_SUCCESS | (int)PAM_DATA_SILENT));
	if (child < 0 || waitpid(child, &status, 0) != child)
		return PAM_ABORT;
	return status;
}

/* "authenticate", "authenticate:silent", "user=NAME", "fork-end", ... */
static int
call(pam_handle_t *pamh, char *what)
{
	static const struct {
		const char *name;
		int (*function)(pam_handle_t *, int);
	} calls[] = {
		{"authenticate", pam_authenticate},
		{"setcred", pam_setcred},
		{"acct_mgmt", pam_acct_mgmt},
		{"chauthtok", pam_chauthtok},
		{"open_session", pam_open_session},
		{"close_session", pam_close_session},
	};
	char *words = strchr(what, ':');
	size_t len = words == NULL ? strlen(what) : (size_t)(words - what);

	if (strncmp(what, "user=", 5) == 0) {
		pam_unescape(what);
		return pam_set_item(pamh, PAM_USER, what + 5);
	}
	if (strcmp(what, "fork-end") == 0)
		return fork_end(pamh);
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (strncmp(calls[i].name, what, len) == 0 &&
		    calls[i].name[len] == '\0')
			return calls[i].function(
				pamh, words == NULL ? 0 : flags_of(words));
	fprintf(stderr, "no such call: %s\n", what);
	exit(2);
}

static void
show_env(pam_handle_t *pamh)
{
	char **env = pam_getenvlist(pamh);

	for (char **at = env; at != NULL && *at != NULL; at++) {
		printf("  env %s\n", *at);
		free(*at);
	}
	free(env);
}

struct setup {
	const char *confdir, *service;
	char *user, *rhost, *ruser, *tty;
	bool no_conv;
};

static void
set_items(pam_handle_t *pamh, const struct setup *setup, struct drive *drive)
{
	void (*delay)(int, unsigned, void *) = no_delay;
	void *delay_item;

	memcpy(&delay_item, &delay, sizeof delay_item);
	pam_set_item(pamh, PAM_FAIL_DELAY, delay_item);
	(void)drive;
	if (setup->rhost != NULL)
		pam_set_item(pamh, PAM_RHOST, setup->rhost);
	if (setup->ruser != NULL)
		pam_set_item(pamh, PAM_RUSER, setup->ruser);
	if (setup->tty != NULL)
		pam_set_item(pamh, PAM_TTY, setup->tty);
}

static char *
unescaped(char *text)
{
	pam_unescape(text);
	return text;
}

static void
read_options(int argc, char **argv, struct setup *setup, struct drive *drive)
{
	static const struct option options[] = {
		{"confdir", required_argument, NULL, 'c'},
		{"service", required_argument, NULL, 's'},
		{"user", required_argument, NULL, 'u'},
		{"rhost", required_argument, NULL, 'h'},
		{"ruser", required_argument, NULL, 'r'},
		{"tty", required_argument, NULL, 't'},
		{"answers", required_argument, NULL, 'a'},
		{"no-conv", no_argument, NULL, 'n'},
		{"delay", no_argument, NULL, 'd'},
		{"env", no_argument, NULL, 'e'},
		{NULL, 0, NULL, 0}};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (option) {
		case 'c':
			setup->confdir = optarg;
			break;
		case 's':
			setup->service = optarg;
			break;
		case 'u':
			setup->user = unescaped(optarg);
			break;
		case 'h':
			setup->rhost = unescaped(optarg);
			break;
		case 'r':
			setup->ruser = unescaped(optarg);
			break;
		case 't':
			setup->tty = unescaped(optarg);
			break;
		case 'a':
			read_answers(drive, optarg);
			break;
		case 'n':
			setup->no_conv = true;
			break;
		case 'd':
			drive->show_delay = true;
			break;
		case 'e':
			drive->show_env = true;
			break;
		default:
			exit(2);
		}
}

int
main(int argc, char **argv)
{
	struct setup setup = {.service = "7id"};
	struct drive drive = {.next = 0};
	struct pam_conv conv = {converse, &drive};
	pam_handle_t *pamh = NULL;
	int code;

	setvbuf(stdout, NULL, _IOLBF, 0);
	read_options(argc, argv, &setup, &drive);
	if (setup.no_conv)
		conv.conv = NULL;
	code = pam_start_confdir(setup.service, setup.user, &conv,
				 setup.confdir, &pamh);
	if (code != PAM_SUCCESS) {
		printf("start %s\n", pam_code_name(code));
		return 1;
	}
	set_items(pamh, &setup, &drive);
	for (int i = optind; i < argc; i++) {
		printf("%s\n", argv[i]);
		code = call(pamh, argv[i]);
		printf("  = %s\n", pam_code_name(code));
		if (drive.show_env)
			show_env(pamh);
	}
	printf("end\n");
	code = pam_end(pamh, code);
	if (drive.next != drive.answers)
		printf("answers left over: %zu\n", drive.answers - drive.next);
	return code == PAM_SUCCESS ? 0 : 1;
}
