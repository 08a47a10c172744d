/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of commands and options, and the way from a command line to one of
 * them. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admin/ctl.h"
#include "admin/help.h"
#include "admin/print.h"
#include "common/effects/secret.h"

static const struct opt none[] = {{0}};

static const struct opt globals[] = {
	{"conf", "PATH", ID7_N("the settings file")},
	{"json", NULL, ID7_N("answer in JSON, never translated")},
	{"lang", "en|ja", ID7_N("the language of what is said")},
	{"color", "WHEN", ID7_N("colour: auto, always or never")},
	{"help", NULL, ID7_N("explain the command")},
	{"version", NULL, ID7_N("say the version")},
	{0},
};

static const struct opt init_opts[] = {
	{"accounts", "N", ID7_N("about how many accounts there will be")},
	{0},
};

static const struct opt add_opts[] = {
	{"email", "ADDRESS", ID7_N("where notices go; at most two")},
	{"email-confirmed", NULL, ID7_N("the address before it is confirmed")},
	{"birthdate", "DATE", ID7_N("for the help desk to ask: 1990-01-31")},
	{"lang", "en|ja|site", ID7_N("the account's language")},
	{"password-stdin", NULL, ID7_N("one line of standard input")},
	{"generate", NULL, ID7_N("make a strong password, show it once")},
	{"counts-only", NULL, ID7_N("another module checks the password")},
	{0},
};

static const struct opt set_opts[] = {
	{"email", "ADDRESS", ID7_N("in place of all addresses; at most two")},
	{"email-confirmed", NULL, ID7_N("the address before it is confirmed")},
	{"no-email", NULL, ID7_N("without an address")},
	{"birthdate", "DATE", ID7_N("1990-01-31, or none")},
	{"lang", "en|ja|site", ID7_N("the account's language")},
	{"expires", "TIME", ID7_N("refused from then on; never: no end")},
	{0},
};

static const struct opt passwd_opts[] = {
	{"password-stdin", NULL, ID7_N("one line of standard input")},
	{"generate", NULL, ID7_N("make a strong password, show it once")},
	{"must-change", NULL, ID7_N("must be changed at the next login")},
	{0},
};

static const struct opt list_opts[] = {
	{"locked", NULL, ID7_N("only those locked out or held")},
	{"disabled", NULL, ID7_N("only those disabled or expired")},
	{0},
};

static const struct opt yes_opts[] = {
	{"yes", NULL, ID7_N("do not ask")},
	{0},
};

static const struct opt restore_opts[] = {
	{"yes", NULL,
	 ID7_N("do not ask, and replace another or damaged store, too")},
	{0},
};

static const struct opt repair_opts[] = {
	{"from", "DIR", ID7_N("a backup to take from what cannot be read")},
	{"dry-run", NULL, ID7_N("only say what would be done")},
	{0},
};

static const struct opt reason_opts[] = {
	{"reason", "TEXT",
	 ID7_N("why, for the log and the next administrator")},
	{0},
};

static const struct opt lock_opts[] = {
	{"until", "TIME", ID7_N("when it ends: 2026-11-22, +30m, 3d")},
	{"reason", "TEXT",
	 ID7_N("why, for the log and the next administrator")},
	{0},
};

static const struct opt unlock_opts[] = {
	{"all", NULL, ID7_N("every locked account; asks first")},
	{"yes", NULL, ID7_N("do not ask")},
	{"reason", "TEXT", ID7_N("why, for the log")},
	{"repair", NULL, ID7_N("make a damaged tally anew")},
	{0},
};

static const struct opt issue_opts[] = {
	{"send", NULL, ID7_N("mail it to the confirmed addresses")},
	{"saved", "N", ID7_N("a sheet of N codes for paper, without an end")},
	{"ttl", "SPAN", ID7_N("how long the code lives; without it 30m")},
	{"reason", "TEXT", ID7_N("why, for the log")},
	{"privileged", NULL, ID7_N("also for root and admin_group")},
	{0},
};

static const struct opt revoke_opts[] = {
	{"reason", "TEXT", ID7_N("why, for the log")},
	{0},
};

static const struct opt confirm_opts[] = {
	{"address", "ADDRESS", ID7_N("which, where two are not confirmed")},
	{"redeem", NULL, ID7_N("take the code that was mailed")},
	{"reason", "TEXT", ID7_N("why, for the log")},
	{0},
};

static const struct opt find_opts[] = {
	{"email", "ADDRESS", ID7_N("whose accounts")},
	{"admin", NULL, ID7_N("show them here, in place of a mail")},
	{"reason", "TEXT", ID7_N("why, for the log")},
	{0},
};

static const struct opt log_opts[] = {
	{"since", "TIME", ID7_N("from when on: 2026-11-22, -2h, 3d")},
	{"follow", NULL, ID7_N("go on with what is written from now on")},
	{0},
};

static const struct opt import_opts[] = {
	{"dry-run", NULL, ID7_N("read and check everything, change nothing")},
	{"continue", NULL, ID7_N("leave out what is refused, add the rest")},
	{0},
};

static const struct opt dry_run_opts[] = {
	{"dry-run", NULL, ID7_N("only say what would be done")},
	{0},
};

static const struct opt export_opts[] = {
	{"format", "csv|json", ID7_N("what is written; without it csv")},
	{"with-verifiers", NULL,
	 ID7_N("with what is needed to guess passwords")},
	{0},
};

static const struct opt test_login_opts[] = {
	{"service", "NAME", ID7_N("the PAM service: sshd, login, sudo")},
	{"password-stdin", NULL, ID7_N("one line of standard input")},
	{"no-count", NULL, ID7_N("record nothing (root only)")},
	{"confdir", "DIR", ID7_N("PAM's directory in place of /etc/pam.d")},
	{0},
};

static const struct opt policy_opts[] = {
	{"faillock-conf", "PATH",
	 ID7_N("in place of /etc/security/faillock.conf")},
	{0},
};

static const struct opt faillock_opts[] = {
	{"dir", "DIR", ID7_N("the tally files of pam_faillock in there")},
	{"user", "USER", ID7_N("only this one")},
	{"reset", NULL, ID7_N("forget failures and end locks, of all users")},
	{"legacy-output", NULL, ID7_N("a line each, in the older form")},
	{0},
};

static const struct opt flush_opts[] = {
	{"scan", NULL, ID7_N("look at every account for what is owed")},
	{0},
};

static const struct opt retry_opts[] = {
	{"all", NULL, ID7_N("every mail that waits")},
	{0},
};

static const struct opt drop_opts[] = {
	{"all", NULL, ID7_N("every mail that waits")},
	{"yes", NULL, ID7_N("do not ask")},
	{0},
};

static const struct cmd commands[] = {
	{"init", cmd_init, "", ID7_N("make the key and an empty store"),
	 init_opts, 0, 0, NULL, false},
	{"add", cmd_add, "USER", ID7_N("enrol a person"), add_opts, 1, 1, NULL,
	 false},
	{"set", cmd_set, "USER", ID7_N("change what is known of a person"),
	 set_opts, 1, 1, NULL, false},
	{"passwd", cmd_passwd, "USER", ID7_N("give a person a new password"),
	 passwd_opts, 1, 1, NULL, false},
	{"remove", cmd_remove, "USER",
	 ID7_N("take an account out of the store"), yes_opts, 1, 1, "delete",
	 false},
	{"list", cmd_list, "", ID7_N("all accounts"), list_opts, 0, 0, NULL,
	 false},
	{"show", cmd_show, "USER", ID7_N("everything about one account"), none,
	 1, 1, NULL, false},
	{"status", cmd_status, "USER",
	 ID7_N("one line and an exit code, for scripts"), none, 1, 1, NULL,
	 false},
	{"why", cmd_why, "USER",
	 ID7_N("why somebody cannot log in, and what to do"), none, 1, 1, NULL,
	 false},
	{"unlock", cmd_unlock, "USER... | --all",
	 ID7_N("end locks and forget failures"), unlock_opts, 0, -1, NULL,
	 false},
	{"reset issue", cmd_reset_issue, "USER",
	 ID7_N("a code to choose a new password with"), issue_opts, 1, 1, NULL,
	 false},
	{"reset list", cmd_reset_list, "",
	 ID7_N("who has codes, of which kind, until when"), none, 0, 0, NULL,
	 false},
	{"reset revoke", cmd_reset_revoke, "USER",
	 ID7_N("end every code of an account"), revoke_opts, 1, 1, NULL, false},
	{"void", cmd_void, "[USER]",
	 ID7_N("redeem a void code: who did not ask ends what was mailed"),
	 none, 0, 1, NULL, false},
	{"confirm-email", cmd_confirm_email, "USER",
	 ID7_N("find out whether an address is the person's"), confirm_opts, 1,
	 1, NULL, false},
	{"find-id", cmd_find_id, "",
	 ID7_N("mail the account names of an address to it"), find_opts, 0, 0,
	 NULL, false},
	{"lock", cmd_lock, "USER", ID7_N("refuse a person's passwords"),
	 lock_opts, 1, 1, NULL, false},
	{"disable", cmd_disable, "USER", ID7_N("refuse every login"),
	 reason_opts, 1, 1, NULL, false},
	{"enable", cmd_enable, "USER", ID7_N("open a disabled account again"),
	 none, 1, 1, NULL, false},
	{"log", cmd_log, "[USER]", ID7_N("attempts and acts, oldest first"),
	 log_opts, 0, 1, NULL, false},
	{"test-login", cmd_test_login, "USER",
	 ID7_N("run the real PAM stack and say what happened"), test_login_opts,
	 1, 1, NULL, false},
	{"import csv", cmd_import_csv, "FILE",
	 ID7_N("enrol many, from a table"), import_opts, 1, 1, NULL, false},
	{"import json", cmd_import_json, "FILE",
	 ID7_N("enrol many, from JSON"), import_opts, 1, 1, NULL, false},
	{"import faillock", cmd_import_faillock, "DIR",
	 ID7_N("failures and locks from the files of pam_faillock"),
	 dry_run_opts, 1, 1, NULL, false},
	{"export", cmd_export, "",
	 ID7_N("all people, as import reads them"), export_opts, 0, 0, NULL,
	 false},
	{"store check", cmd_store_check, "",
	 ID7_N("read everything, say what is damaged"), none, 0, 0, NULL,
	 false},
	{"store repair", cmd_store_repair, "",
	 ID7_N("mend what can be mended without inventing anything"),
	 repair_opts, 0, 0, NULL, false},
	{"store backup", cmd_store_backup, "DIR",
	 ID7_N("copy the store into a new directory"), none, 1, 1, NULL,
	 false},
	{"store restore", cmd_store_restore, "DIR",
	 ID7_N("put a backup in the place of the store"), restore_opts, 1, 1,
	 NULL, false},
	{"store compact", cmd_store_compact, "",
	 ID7_N("make the files smaller where they can be"), none, 0, 0, NULL,
	 false},
	{"store stats", cmd_store_stats, "",
	 ID7_N("how large the store is, and of what shape"), none, 0, 0, NULL,
	 false},
	{"mail queue", cmd_mail_queue, "",
	 ID7_N("the mails that wait to be sent, and why"), none, 0, 0, NULL,
	 false},
	{"mail flush", cmd_mail_flush, "",
	 ID7_N("write the notices that are owed, send what waits"), flush_opts,
	 0, 0, NULL, false},
	{"mail retry", cmd_mail_retry, "ID | --all",
	 ID7_N("have a mail tried by the next flush"), retry_opts, 0, 1, NULL,
	 false},
	{"mail drop", cmd_mail_drop, "ID | --all",
	 ID7_N("give a mail up"), drop_opts, 0, 1, NULL, false},
	{"config check", cmd_config_check, "",
	 ID7_N("say what is wrong with the settings"), none, 0, 0, NULL, true},
	{"config show", cmd_config_show, "", ID7_N("the settings in force"),
	 none, 0, 0, NULL, false},
	{"policy show", cmd_policy_show, "",
	 ID7_N("what logins are judged by, and where it is set"), policy_opts, 0,
	 0, NULL, false},
	{"policy explain", cmd_policy_explain, "",
	 ID7_N("what that means for people and for guessers"), policy_opts, 0,
	 0, NULL, false},
	{"policy check", cmd_policy_check, "PROFILE",
	 ID7_N("what stig-rhel9, pci-4 or nist-63b4 say of it"), policy_opts, 1,
	 1, NULL, false},
	{"faillock", cmd_faillock, "",
	 ID7_N("failures and resets as faillock(8) has them"), faillock_opts, 0,
	 0, NULL, false},
	{"help", cmd_help, "[COMMAND]", ID7_N("explain a command"), none, 0, 2,
	 NULL, true},
	{0},
};

static enum ctl_exit
say_usage(const struct ctl *ctl, const struct args_problem *problem)
{
	const char *help = ctl->args.cmd != NULL ? ctl->args.cmd->name : NULL;
	bool option = problem->what[0] == '-';

	ctl_fail(ctl, CTL_USAGE, problem->text, safe_text(problem->what).s);
	if (problem->meant != NULL)
		ctl_say(ctl, ID7_N("did you mean %s%s?"), option ? "--" : "",
			problem->meant);
	if (help == NULL && problem->meant != NULL && !option)
		help = problem->meant;
	ctl_next(ctl, "help%s%s", help != NULL ? " " : "",
		 help != NULL ? help : "");
	return CTL_USAGE;
}

/* faillock(8) ends so on a wrong command line or settings file. */
static enum ctl_exit
refused(const struct ctl *ctl, enum ctl_exit code)
{
	const struct cmd *cmd = ctl->args.cmd;

	return code != CTL_DONE && cmd != NULL && cmd->run == cmd_faillock
		       ? CTL_ERROR
		       : code;
}

static enum ctl_exit
run(struct ctl *ctl, int argc, char **argv)
{
	struct args_problem problem;
	bool ok = args_parse(ctl->table, ctl->globals, argc, argv, &ctl->args,
			     &problem);
	bool help = args_has(&ctl->args, "help");
	enum ctl_exit code;

	if (ok && args_has(&ctl->args, "version")) {
		puts("7idctl " ID7_VERSION);
		return CTL_DONE;
	}
	/* Without a command that works there is nothing a bad setting could
	 * stop. */
	if (!ok || help || ctl->args.cmd == NULL)
		code = ctl_start_tolerant(ctl);
	else
		code = ctl_start(ctl);
	if (code != CTL_DONE)
		return refused(ctl, code);
	if (!ok)
		return refused(ctl, say_usage(ctl, &problem));
	if (help && ctl->args.cmd != NULL)
		return help_command(ctl, ctl->args.cmd);
	if (ctl->args.cmd == NULL)
		return help_overview(ctl, help);
	if (!args_count(&ctl->args, &problem))
		return refused(ctl, say_usage(ctl, &problem));
	return ctl->args.cmd->run(ctl);
}

/* A link called faillock does what faillock(8) does: its command comes first.
 * Returns the new list, or NULL without memory. */
static char **
name_command(int *argc, char **argv)
{
	static char command[] = "faillock";
	const char *slash = *argc > 0 ? strrchr(argv[0], '/') : NULL;
	char **longer;

	if (*argc < 1 ||
	    strcmp(slash != NULL ? slash + 1 : argv[0], command) != 0)
		return argv;
	longer = calloc((size_t)*argc + 2, sizeof *longer);
	if (longer == NULL)
		return NULL;
	longer[0] = argv[0];
	longer[1] = command;
	memcpy(longer + 2, argv + 1, (size_t)(*argc - 1) * sizeof *longer);
	++*argc;
	return longer;
}

int
main(int argc, char **argv)
{
	struct ctl ctl = {.table = commands, .globals = globals};
	enum ctl_exit code;

	/* A file over the limit of sizes is an error to be told, not the end. */
	(void)signal(SIGXFSZ, SIG_IGN);
	tzset();
	if (id7_crypto_start() != ID7_OK) {
		fputs("7idctl: libsodium does not start\n", stderr);
		return CTL_ERROR;
	}
	argv = name_command(&argc, argv);
	if (argv == NULL) {
		fputs("7idctl: no memory\n", stderr);
		return CTL_ERROR;
	}
	code = run(&ctl, argc, argv);
	if ((fflush(stdout) != 0 || ferror(stdout)) && code == CTL_DONE)
		code = ctl_fail(&ctl, CTL_ERROR,
				ID7_N("standard output cannot be written"));
	return (int)code;
}
