/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every command of 7idctl is given and may answer: rows of the table, the context, exit codes. */
#ifndef ID7_ADMIN_CMD_H
#define ID7_ADMIN_CMD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/core/config.h"

/* Exit codes; part of the interface, never renumbered. */
enum ctl_exit {
	CTL_DONE = 0, /* done, or: can log in */
	CTL_ERROR = 1,
	CTL_USAGE = 2,
	CTL_NO_ACCOUNT = 3,
	CTL_POLICY = 4,	  /* refused by policy */
	CTL_LOCKED = 5,	  /* locked out or held */
	CTL_DISABLED = 6, /* disabled or expired */
	CTL_STORE = 7,	  /* store or key trouble */
	CTL_BUSY = 8,	  /* busy or timed out */
	CTL_NOT_PERMITTED = 77,
};

struct ctl;

/* An option `--name`; a table of them ends with a row whose name is NULL. */
struct opt {
	const char *name;
	const char *value;   /* what to write for its value in help; NULL: a switch */
	const char *summary; /* msgid */
};

/* A command. The table ends with a row whose name is NULL. */
struct cmd {
	const char *name; /* one word, or two: "store check" */
	enum ctl_exit (*run)(struct ctl *ctl);
	const char *args;    /* synopsis of its words, "" for none */
	const char *summary; /* msgid, one line */
	const struct opt *opts;
	int min_words;
	int max_words;	   /* -1: any number */
	const char *alias; /* another name for it, or NULL */
	bool tolerant;	   /* runs even when the settings cannot be used */
};

#define CTL_OPTS_MAX 32

struct opt_given {
	const struct opt *opt;
	const char *value; /* NULL for a switch */
};

/* The command line, taken apart. */
struct args {
	const struct cmd *cmd;
	char **word; /* what is neither command nor option */
	size_t words;
	struct opt_given given[CTL_OPTS_MAX]; /* in the order of the line */
	size_t givens;
};

/* One run of the tool; the first argument of nearly everything here. */
struct ctl {
	const struct cmd *table;
	const struct opt *globals;
	struct args args;
	const char *conf; /* --conf, or NULL */
	bool json;
	bool tint_out; /* colour on standard output, on standard error */
	bool tint_err;
	enum id7_lang lang;
	struct id7_config config;
};

/*
 * Each does the command that it is named for: takes its words and options from
 * ctl->args, speaks, and returns the exit code.
 */
enum ctl_exit cmd_init(struct ctl *ctl);
enum ctl_exit cmd_add(struct ctl *ctl);
enum ctl_exit cmd_set(struct ctl *ctl);
enum ctl_exit cmd_passwd(struct ctl *ctl);
enum ctl_exit cmd_list(struct ctl *ctl);
enum ctl_exit cmd_show(struct ctl *ctl);
enum ctl_exit cmd_status(struct ctl *ctl);
enum ctl_exit cmd_why(struct ctl *ctl);
enum ctl_exit cmd_remove(struct ctl *ctl);
enum ctl_exit cmd_disable(struct ctl *ctl);
enum ctl_exit cmd_enable(struct ctl *ctl);
enum ctl_exit cmd_reset_issue(struct ctl *ctl);
enum ctl_exit cmd_reset_list(struct ctl *ctl);
enum ctl_exit cmd_reset_revoke(struct ctl *ctl);
enum ctl_exit cmd_void(struct ctl *ctl);
enum ctl_exit cmd_confirm_email(struct ctl *ctl);
enum ctl_exit cmd_find_id(struct ctl *ctl);
enum ctl_exit cmd_lock(struct ctl *ctl);
enum ctl_exit cmd_unlock(struct ctl *ctl);
enum ctl_exit cmd_log(struct ctl *ctl);
enum ctl_exit cmd_import_csv(struct ctl *ctl);
enum ctl_exit cmd_import_json(struct ctl *ctl);
enum ctl_exit cmd_import_faillock(struct ctl *ctl);
enum ctl_exit cmd_export(struct ctl *ctl);
enum ctl_exit cmd_test_login(struct ctl *ctl);
enum ctl_exit cmd_store_check(struct ctl *ctl);
enum ctl_exit cmd_store_repair(struct ctl *ctl);
enum ctl_exit cmd_store_backup(struct ctl *ctl);
enum ctl_exit cmd_store_restore(struct ctl *ctl);
enum ctl_exit cmd_store_compact(struct ctl *ctl);
enum ctl_exit cmd_store_stats(struct ctl *ctl);
enum ctl_exit cmd_mail_queue(struct ctl *ctl);
enum ctl_exit cmd_mail_flush(struct ctl *ctl);
enum ctl_exit cmd_mail_retry(struct ctl *ctl);
enum ctl_exit cmd_mail_drop(struct ctl *ctl);
enum ctl_exit cmd_config_check(struct ctl *ctl);
enum ctl_exit cmd_config_show(struct ctl *ctl);
enum ctl_exit cmd_policy_show(struct ctl *ctl);
enum ctl_exit cmd_policy_explain(struct ctl *ctl);
enum ctl_exit cmd_policy_check(struct ctl *ctl);
enum ctl_exit cmd_faillock(struct ctl *ctl);
enum ctl_exit cmd_help(struct ctl *ctl);

#endif
