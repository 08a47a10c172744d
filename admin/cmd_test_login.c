/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl test-login: runs the real PAM stack; the one file of the tool that
 * speaks PAM. */
#include <errno.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/ask.h"
#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/print.h"
#include "admin/service.h"
#include "admin/stack.h"
#include "admin/state.h"
#include "common/core/escape.h"

#define CONFDIR "/etc/pam.d"
#define MESSAGES_MAX 16

_Static_assert(ID7_AUTHTOK_MAX + 1 <= PAM_MAX_RESP_SIZE,
	       "libpam carries every password that is typed");

/* One trial, filled as it goes. */
struct trial {
	struct ctl *ctl;
	const char *user;
	const char *service;
	const char *confdir;
	const struct id7_secret *password;
	char *message[MESSAGES_MAX];
	bool bad[MESSAGES_MAX]; /* said as an error */
	size_t messages;
	int authenticate; /* PAM codes; -1: not reached */
	int account;
};

static const char *
code_name(int code)
{
	static const char *const name[] = {
		"PAM_SUCCESS",		 "PAM_OPEN_ERR",
		"PAM_SYMBOL_ERR",	 "PAM_SERVICE_ERR",
		"PAM_SYSTEM_ERR",	 "PAM_BUF_ERR",
		"PAM_PERM_DENIED",	 "PAM_AUTH_ERR",
		"PAM_CRED_INSUFFICIENT", "PAM_AUTHINFO_UNAVAIL",
		"PAM_USER_UNKNOWN",	 "PAM_MAXTRIES",
		"PAM_NEW_AUTHTOK_REQD",	 "PAM_ACCT_EXPIRED",
	};

	if (code >= 0 && (size_t)code < sizeof name / sizeof *name)
		return name[code];
	return code == PAM_ABORT ? "PAM_ABORT" : "PAM_OTHER";
}

static const char *
code_meaning(int code, bool account)
{
	switch (code) {
	case PAM_SUCCESS:
		return account ? ID7_N("the account may be used")
			       : ID7_N("the password is accepted");
	case PAM_AUTH_ERR:
		return ID7_N("refused: wrong, or locked, held or disabled");
	case PAM_AUTHINFO_UNAVAIL:
		return ID7_N("not available: busy, or 7id is in trouble");
	case PAM_USER_UNKNOWN:
		return ID7_N("no module of the stack knows the name");
	case PAM_MAXTRIES:
		return ID7_N("refused: too many attempts");
	case PAM_NEW_AUTHTOK_REQD:
		return ID7_N("let in to choose a new password");
	case PAM_ACCT_EXPIRED:
		return ID7_N("refused: the account has expired");
	case PAM_PERM_DENIED:
		return ID7_N("refused: disabled, or not permitted here");
	case PAM_BUF_ERR:
		return ID7_N("not enough memory");
	case PAM_OPEN_ERR:
	case PAM_SYMBOL_ERR:
	case PAM_ABORT:
		return ID7_N("the stack is broken: look at the system's log");
	}
	return ID7_N("refused by another module of the stack");
}

static void
keep_message(struct trial *trial, const char *text, bool bad)
{
	if (trial->messages == MESSAGES_MAX || text == NULL || *text == '\0')
		return;
	trial->message[trial->messages] = strdup(text);
	trial->bad[trial->messages] = bad;
	if (trial->message[trial->messages] != NULL)
		trial->messages++;
}

/* libpam frees the copy; a module wipes it or does not, as at any login. */
static char *
answer_hidden(const struct trial *trial)
{
	size_t len = trial->password->len;
	char *answer = malloc(len + 1);

	if (answer == NULL)
		return NULL;
	memcpy(answer, trial->password->bytes, len);
	answer[len] = '\0';
	return answer;
}

static void
release(struct pam_response *answers, int count)
{
	for (int i = 0; i < count; i++) {
		if (answers[i].resp != NULL)
			id7_wipe(answers[i].resp, strlen(answers[i].resp));
		free(answers[i].resp);
	}
	free(answers);
}

static int
converse(int count, const struct pam_message **messages,
	 struct pam_response **ret_answers, void *context)
{
	struct trial *trial = context;
	struct pam_response *answers;

	if (count < 1 || count > PAM_MAX_NUM_MSG)
		return PAM_CONV_ERR;
	answers = calloc((size_t)count, sizeof *answers);
	if (answers == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		int style = messages[i]->msg_style;

		if (style == PAM_TEXT_INFO || style == PAM_ERROR_MSG) {
			keep_message(trial, messages[i]->msg,
				     style == PAM_ERROR_MSG);
			continue;
		}
		answers[i].resp = style == PAM_PROMPT_ECHO_OFF
					  ? answer_hidden(trial)
					  : strdup(trial->user);
		if (answers[i].resp == NULL) {
			release(answers, count);
			return PAM_BUF_ERR;
		}
	}
	*ret_answers = answers;
	return PAM_SUCCESS;
}

static int
run_stack(struct trial *trial)
{
	const struct pam_conv conv = {converse, trial};
	pam_handle_t *pamh = NULL;
	int code = pam_start_confdir(trial->service, trial->user, &conv,
				     trial->confdir, &pamh);

	if (code != PAM_SUCCESS)
		return code;
	code = trial->authenticate = pam_authenticate(pamh, 0);
	if (code == PAM_SUCCESS)
		code = trial->account = pam_acct_mgmt(pamh, 0);
	pam_end(pamh, code);
	return code;
}

/* What the account's own state says, where the PAM code leaves it open. */
static enum ctl_exit
state_exit(const struct trial *trial)
{
	enum ctl_exit code = CTL_POLICY;
	struct id7_picture picture;
	auto_id7 *id7 = NULL;
	enum id7_error error = id7_open(&trial->ctl->config, &id7, NULL);

	if (error == ID7_OK)
		error = id7_manage_look(id7, trial->user, &picture, NULL);
	if (error == ID7_NOT_FOUND || error == ID7_INVALID)
		return CTL_NO_ACCOUNT;
	if (error != ID7_OK)
		return CTL_STORE;
	if (state_of(&picture).code != CTL_DONE)
		code = state_of(&picture).code;
	id7_wipe(&picture, sizeof picture);
	return code;
}

static enum ctl_exit
trial_exit(const struct trial *trial, int code)
{
	enum ctl_exit state;

	switch (code) {
	case PAM_SUCCESS:
	case PAM_NEW_AUTHTOK_REQD:
		return CTL_DONE;
	case PAM_USER_UNKNOWN:
		return CTL_NO_ACCOUNT;
	case PAM_MAXTRIES:
		return CTL_LOCKED;
	case PAM_ACCT_EXPIRED:
		return CTL_DISABLED;
	case PAM_AUTHINFO_UNAVAIL:
		state = state_exit(trial);
		return state == CTL_STORE ? CTL_STORE : CTL_BUSY;
	case PAM_AUTH_ERR:
	case PAM_PERM_DENIED:
		return state_exit(trial);
	}
	return CTL_ERROR;
}

static void
json_step(struct json *json, const char *step, int code)
{
	if (code < 0)
		return;
	json_object(json, NULL);
	json_text(json, "step", step);
	json_int(json, "code", code);
	json_text(json, "name", code_name(code));
	json_end(json);
}

static void
say_json(const struct trial *trial, enum ctl_exit exit_code)
{
	struct json json;

	json_start(&json, stdout);
	json_text(&json, "account", trial->user);
	json_text(&json, "service", trial->service);
	json_bool(&json, "counted", !args_has(&trial->ctl->args, "no-count"));
	json_array(&json, "steps");
	json_step(&json, "authenticate", trial->authenticate);
	json_step(&json, "account", trial->account);
	json_end(&json);
	json_array(&json, "messages");
	for (size_t i = 0; i < trial->messages; i++)
		json_text(&json, NULL, trial->message[i]);
	json_end(&json);
	json_bool(&json, "can_login", exit_code == CTL_DONE);
	json_int(&json, "exit", exit_code);
	json_finish(&json);
}

static void
say_step(const struct ctl *ctl, struct table *table, const char *step, int code,
	 bool account)
{
	bool good = code == PAM_SUCCESS || code == PAM_NEW_AUTHTOK_REQD;

	if (code < 0)
		return;
	table_cell(table, TINT_NONE, step);
	table_cell(table, good ? TINT_GOOD : TINT_BAD, code_name(code));
	table_cell(table, TINT_NONE, TEXT(ctl, code_meaning(code, account)));
}

/* Its lines are its own; everything else in it is foreign. */
static void
say_message(const char *message)
{
	char line[400];

	while (*message != '\0') {
		size_t len = strcspn(message, "\n");

		id7_escape(message, len, line, sizeof line);
		fputs("> ", stdout);
		print_wrapped(stdout, 2, 2, PRINT_COLUMNS, line);
		message += len;
		message += *message == '\n';
	}
}

static void
say_people(const struct trial *trial, enum ctl_exit exit_code)
{
	const struct ctl *ctl = trial->ctl;
	struct table table = {.columns = 3};
	struct safe user = safe_text(trial->user);
	struct safe service = safe_text(trial->service);

	table_cell(&table, TINT_NONE, TEXT(ctl, ID7_N("STEP")));
	table_cell(&table, TINT_NONE, TEXT(ctl, ID7_N("ANSWER")));
	table_cell(&table, TINT_NONE, TEXT(ctl, ID7_N("MEANING")));
	say_step(ctl, &table, "authenticate", trial->authenticate, false);
	say_step(ctl, &table, "account", trial->account, true);
	table_print(&table, stdout, ctl->tint_out);
	for (size_t i = 0; i < trial->messages; i++)
		say_message(trial->message[i]);
	fputc('\n', stdout);
	printf(exit_code == CTL_DONE
		       ? TEXT(ctl, ID7_N("%s can log in through %s."))
		       : TEXT(ctl, ID7_N("%s cannot log in through %s.")),
	       user.s, service.s);
	fputc('\n', stdout);
	if (args_has(&ctl->args, "no-count"))
		ctl_say(ctl, ID7_N("this attempt was not counted"));
	if (exit_code != CTL_DONE && exit_code != CTL_NO_ACCOUNT)
		ctl_next(ctl, "why %s", user.s);
	else if (exit_code == CTL_NO_ACCOUNT)
		ctl_next(ctl, "list");
}

/* Another directory, or another module's line: both need a copy to run from. */
static enum ctl_exit
run_copy(struct trial *trial, bool quiet, int *ret_code)
{
	const char *from = trial->confdir;
	char copy[STACK_PATH_MAX];

	if (quiet && geteuid() != 0 && strcmp(from, CONFDIR) == 0)
		return ctl_fail(trial->ctl, CTL_NOT_PERMITTED,
				ID7_N("--no-count is for root only"));
	if (!stack_copy(from, quiet, copy))
		return ctl_fail(trial->ctl, CTL_ERROR,
				ID7_N("%s cannot be copied: %s"),
				safe_text(from).s, strerror(errno));
	trial->confdir = copy;
	*ret_code = run_stack(trial);
	trial->confdir = from;
	stack_remove(copy);
	return CTL_DONE;
}

static enum ctl_exit
try_login(struct trial *trial)
{
	bool quiet = args_has(&trial->ctl->args, "no-count");
	enum ctl_exit code = CTL_DONE;
	int answer = PAM_ABORT;

	if (memchr(trial->password->bytes, '\0', trial->password->len) != NULL)
		return ctl_fail(trial->ctl, CTL_USAGE,
				ID7_N("a password with a NUL byte cannot be "
				      "given to PAM"));
	if (quiet || strcmp(trial->confdir, CONFDIR) != 0)
		code = run_copy(trial, quiet, &answer);
	else
		answer = run_stack(trial);
	if (code != CTL_DONE)
		return code;
	code = trial_exit(trial, answer);
	if (trial->ctl->json)
		say_json(trial, code);
	else
		say_people(trial, code);
	return code;
}

enum ctl_exit
cmd_test_login(struct ctl *ctl)
{
	const char *confdir = args_value(&ctl->args, "confdir");
	struct trial trial = {.ctl = ctl,
			      .user = ctl->args.word[0],
			      .confdir = confdir != NULL ? confdir : CONFDIR,
			      .authenticate = -1,
			      .account = -1};
	auto_secret *password = NULL;
	enum ctl_exit code = ctl_permitted(ctl);

	if (code == CTL_DONE)
		code = service_choose(ctl, trial.confdir, &trial.service);
	if (code == CTL_DONE)
		code = ask_password(ctl, safe_text(trial.user).s, false,
				    &password);
	if (code != CTL_DONE)
		return code;
	trial.password = password;
	code = try_login(&trial);
	for (size_t i = 0; i < trial.messages; i++)
		free(trial.message[i]);
	return code;
}
