/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line against the tables of commands and options; says nothing itself. */
#ifndef ID7_ADMIN_ARGS_H
#define ID7_ADMIN_ARGS_H

#include <stdbool.h>

#include "admin/cmd.h"

/* What is wrong with a command line. */
struct args_problem {
	const char *text;  /* msgid, one %s for `what`; NULL: nothing is wrong */
	const char *what;  /* the word as typed: foreign bytes */
	const char *meant; /* the nearest known word, or NULL */
};

/*
 * Takes `argv` apart by the tables: options may stand anywhere, `--name value`
 * or `--name=value`, and "--" ends them. After the command's name its own
 * options come before the global ones of the same name (`add --lang`).
 * argv is reordered, ret_args->word points into it. Words are not counted here
 * (args_count). Returns true, or false with *ret_problem; *ret_args then holds
 * what was understood.
 */
bool args_parse(const struct cmd *table, const struct opt *globals, int argc,
		char **argv, struct args *ret_args,
		struct args_problem *ret_problem);

/*
 * Checks the number of words against the command's row. Results as above.
 */
bool args_count(const struct args *args, struct args_problem *ret_problem);

/*
 * The command of that name or alias (`second` completes a name of two words and
 * may be NULL); NULL when there is none. *ret_taken (may be NULL): how many of
 * the two words it used.
 */
const struct cmd *args_command(const struct cmd *table, const char *first,
			       const char *second, int *ret_taken);

/*
 * The command whose name is nearest to `typed`, or NULL.
 */
const char *args_near_command(const struct cmd *table, const char *typed);

/*
 * The last value given for an option; NULL when it was not given.
 */
const char *args_value(const struct args *args, const char *name);

/*
 * Whether an option was given.
 */
bool args_has(const struct args *args, const char *name);

#endif
