/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays attempts at a lockout module in a stack, on clocks that are set, and
 * says what each came to: one line in, one line out. */
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/core/text.h"
#include "common/usecases/manage.h"
#include "tests/support/pamtalk.h"
#include "tests/support/playhost.h"

#define FIELDS 8
#define CROWD_MAX 64

/*
 * usage: lockplay CONFDIR BOOT-ID-FILE [CONF]
 *   clock WALL BOOT
 *   login SERVICE USER ANSWER WORDS RHOST   WORDS: "account" (after it, in the
 *                             same handle), "account-only", "silent",
 *                             "cancel" (nothing is answered)
 *   crowd SERVICE USER COUNT  so many different wrong ones at once
 *   look USER                 what 7id's store knows
 *   unlock USER
 * Fields are separated by tabs and may be empty; CONF is 7id's.
 */
static const char *confdir, *boot_id, *conf;

/* What one handle saw. */
struct talk {
	const char *answer; /* NULL: the person gives up */
	char said[2000];
	bool delayed;
};

static int
converse(int count, const struct pam_message **messages,
	 struct pam_response **ret_responses, void *data)
{
	struct talk *talk = data;

	*ret_responses = calloc((size_t)count, sizeof **ret_responses);
	for (int i = 0; i < count; i++) {
		size_t len = strlen(talk->said);

		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF) {
			if (talk->answer == NULL)
				return PAM_CONV_ERR;
			(*ret_responses)[i].resp = strdup(talk->answer);
			continue;
		}
		snprintf(talk->said + len, sizeof talk->said - len, "%s%s",
			 len > 0 ? "|" : "", messages[i]->msg);
	}
	return PAM_SUCCESS;
}

static void
note_delay(int code, unsigned usec, void *data)
{
	struct talk *talk = data;

	if (code != PAM_SUCCESS && usec > 0)
		talk->delayed = true;
}

static pam_handle_t *
start(const char *service, const char *user, const struct pam_conv *conv)
{
	void (*delay)(int, unsigned, void *) = note_delay;
	pam_handle_t *pamh = NULL;
	void *delay_item;

	memcpy(&delay_item, &delay, sizeof delay_item);
	if (pam_start_confdir(service, user, conv, confdir, &pamh) !=
	    PAM_SUCCESS)
		exit(2);
	pam_set_item(pamh, PAM_FAIL_DELAY, delay_item);
	return pamh;
}

/* Prints "auth=CODE account=CODE checked=0|1 delay=0|1 said=TEXT". */
static void
log_in(char **field)
{
	struct talk talk = {.answer = field[3]};
	struct pam_conv conv = {converse, &talk};
	pam_handle_t *pamh = start(field[1], field[2], &conv);
	const char *words = field[4];
	int code = PAM_SUCCESS;
	int flags = strstr(words, "silent") != NULL ? (int)PAM_SILENT : 0;

	if (strstr(words, "cancel") != NULL)
		talk.answer = NULL;
	if (field[5][0] != '\0')
		pam_set_item(pamh, PAM_RHOST, field[5]);
	if (strstr(words, "account-only") == NULL) {
		code = pam_authenticate(pamh, flags);
		printf("auth=%s ", pam_code_name(code));
	}
	if (strstr(words, "account") != NULL) {
		code = pam_acct_mgmt(pamh, flags);
		printf("account=%s ", pam_code_name(code));
	}
	printf("checked=%d delay=%d said=", pam_getenv(pamh, "CHECKED") != NULL,
	       talk.delayed);
	pam_print_text(talk.said);
	printf("\n");
	pam_end(pamh, code);
}

static void
guess(char **field, int number, int gate_out, int gate_in)
{
	char word[32], gate[32];
	struct talk talk = {.answer = word};
	struct pam_conv conv = {converse, &talk};
	pam_handle_t *pamh;
	int code;

	snprintf(word, sizeof word, "crowd-%d", number);
	snprintf(gate, sizeof gate, "%d,%d", gate_out, gate_in);
	setenv("YESNO_GATE", gate, 1);
	pamh = start(field[1], field[2], &conv);
	code = pam_authenticate(pamh, 0);
	pam_end(pamh, code);
	_exit(code);
}

/* Whoever began to check waits for all others, who either began too or were
 * sent away: nobody is checked because he came late. */
static int
wait_for_all(int count, int arrived, int *codes)
{
	struct pollfd at_gate = {.fd = arrived, .events = POLLIN};
	int here = 0, gone = 0, status;
	char byte;

	while (here + gone < count) {
		if (waitpid(-1, &status, WNOHANG) > 0) {
			codes[WEXITSTATUS(status)]++;
			gone++;
		} else if (poll(&at_gate, 1, 10) == 1 &&
			   read(arrived, &byte, 1) == 1) {
			here++;
		}
	}
	return here;
}

/* Prints "checked=N CODE=N ...". */
static void
crowd(char **field)
{
	int count = atoi(field[3]), codes[256] = {0}, arrived[2], gate[2];
	int here, status;

	if (count > CROWD_MAX || pipe2(arrived, O_NONBLOCK) != 0 ||
	    pipe(gate) != 0)
		exit(2);
	fflush(stdout);
	for (int i = 0; i < count; i++)
		if (fork() == 0) {
			close(gate[1]);
			guess(field, i, arrived[1], gate[0]);
		}
	here = wait_for_all(count, arrived[0], codes);
	close(gate[0]);
	close(gate[1]);
	while (wait(&status) > 0)
		codes[WEXITSTATUS(status)]++;
	close(arrived[0]);
	close(arrived[1]);
	printf("checked=%d", here);
	for (int i = 0; i < 256; i++)
		if (codes[i] > 0)
			printf(" %s=%d", pam_code_name(i), codes[i]);
	printf("\n");
}

static void
fail(const struct id7_fault *fault)
{
	char text[1000];

	(void)id7_text_fault(ID7_LANG_EN, fault, text, sizeof text);
	printf("error: %s\n", text);
	exit(1);
}

static void
look(struct id7 *id7, const char *user)
{
	struct id7_fault fault = {0};
	struct id7_picture picture;
	uint32_t failures = 0;
	bool locked = false;

	if (id7_manage_look(id7, user, &picture, &fault) != ID7_OK)
		fail(&fault);
	for (int i = 0; i < ID7_LANES; i++) {
		failures += picture.lane[i].failures;
		locked |= picture.lane[i].locked_out || picture.lane[i].held;
	}
	printf("failures=%u locked=%d\n", failures, locked);
}

/* As playhost has them; the group of the same name is a user's own. */
static struct id7_role
role_of(const char *user, void *context)
{
	const struct id7_config *config = context;

	return (struct id7_role){
		.privileged = strcmp(user, "root") == 0 ||
			      strcmp(user, config->admin_group) == 0,
		.foreign = config->local_users_only &&
			   strcmp(user, "elsewhere") == 0,
	};
}

/* What administrators do, at the time that the clocks say. */
static void
manage(char **field)
{
	auto_id7 *id7 = NULL;
	struct id7_config config;
	struct id7_fault fault = {0};
	enum id7_reason was;

	if (id7_settings_read(conf, &config, NULL, NULL, &fault) != ID7_OK ||
	    id7_open(&config, &id7, &fault) != ID7_OK)
		fail(&fault);
	id7_ask_role(id7, role_of, &config);
	if (strcmp(field[0], "look") == 0) {
		look(id7, field[1]);
		return;
	}
	if (id7_manage_unlock(id7, field[1], false, id7_deadline_in(10000),
			      &was, &fault) != ID7_OK)
		fail(&fault);
	printf("unlocked\n");
}

static void
act(char **field)
{
	if (strcmp(field[0], "clock") == 0) {
		playhost_set(atoll(field[1]), atoll(field[2]), boot_id);
		printf("set\n");
	} else if (strcmp(field[0], "login") == 0) {
		log_in(field);
	} else if (strcmp(field[0], "crowd") == 0) {
		crowd(field);
	} else {
		manage(field);
	}
}

int
main(int argc, char **argv)
{
	char line[4096];

	if (argc < 3)
		return 2;
	confdir = argv[1];
	boot_id = argv[2];
	conf = argv[3];
	setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
	while (fgets(line, sizeof line, stdin) != NULL) {
		char *field[FIELDS] = {"", "", "", "", "", "", "", ""};
		char *rest = line;

		line[strcspn(line, "\n")] = '\0';
		for (size_t i = 0; i < FIELDS && rest != NULL; i++)
			field[i] = strsep(&rest, "\t");
		act(field);
		fflush(stdout);
	}
	return 0;
}
