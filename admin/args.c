/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line against the tables of commands and options; says nothing
 * itself. */
#include "admin/args.h"

#include <stdio.h>
#include <string.h>

#include "admin/near.h"
#include "common/core/text.h"

static bool
wrong(struct args_problem *problem, const char *text, const char *what,
      const char *meant)
{
	*problem = (struct args_problem){text, what, meant};
	return false;
}

const struct cmd *
args_command(const struct cmd *table, const char *first, const char *second,
	     int *ret_taken)
{
	size_t len = strlen(first);

	for (const struct cmd *c = table; c->name != NULL; c++) {
		bool two = strncmp(c->name, first, len) == 0 &&
			   c->name[len] == ' ' && second != NULL &&
			   strcmp(c->name + len + 1, second) == 0;
		bool one = strcmp(c->name, first) == 0 ||
			   (c->alias != NULL && strcmp(c->alias, first) == 0);

		if (!one && !two)
			continue;
		if (ret_taken != NULL)
			*ret_taken = two ? 2 : 1;
		return c;
	}
	return NULL;
}

const char *
args_near_command(const struct cmd *table, const char *typed)
{
	const char *best = NULL;
	size_t least = (size_t)-1;

	for (const struct cmd *c = table; c->name != NULL; c++) {
		size_t d = near_distance(typed, c->name);

		/* One word of two: `config` stands for "config check". */
		if (strncmp(c->name, typed, strlen(typed)) == 0)
			d = 0;
		if (d < least && near_enough(d, strlen(typed))) {
			least = d;
			best = c->name;
		}
	}
	return best;
}

static const struct opt *
find_opt(const struct opt *opts, const char *name, size_t len)
{
	for (const struct opt *o = opts; o != NULL && o->name != NULL; o++)
		if (strncmp(o->name, name, len) == 0 && o->name[len] == '\0')
			return o;
	return NULL;
}

static void
nearest_opt(const struct opt *opts, const char *typed, const char **best,
	    size_t *least)
{
	for (const struct opt *o = opts; o != NULL && o->name != NULL; o++) {
		size_t d = near_distance(typed, o->name);

		if (d < *least && near_enough(d, strlen(typed))) {
			*least = d;
			*best = o->name;
		}
	}
}

static bool
unknown_opt(const struct opt *own, const struct opt *globals, const char *arg,
	    struct args_problem *problem)
{
	const char *meant = NULL;
	size_t least = (size_t)-1;

	if (strncmp(arg, "--password", 10) == 0 &&
	    find_opt(own, "password-stdin", 14) != NULL &&
	    (arg[10] == '\0' || arg[10] == '='))
		return wrong(problem,
			     ID7_N("%s: a password is never taken from the "
				   "command line, where everybody can read it"),
			     "--password", "password-stdin");
	nearest_opt(own, arg + 2, &meant, &least);
	nearest_opt(globals, arg + 2, &meant, &least);
	return wrong(problem, ID7_N("unknown option %s"), arg, meant);
}

static bool
take_opt(struct args *args, const struct opt *globals, int argc, char **argv,
	 int *i, struct args_problem *problem)
{
	const struct opt *own = args->cmd != NULL ? args->cmd->opts : NULL;
	const char *arg = argv[*i], *name = arg + 2;
	size_t len = strcspn(name, "=");
	const char *value = name[len] == '=' ? name + len + 1 : NULL;
	const struct opt *opt;

	if (arg[1] != '-')
		return wrong(problem, ID7_N("unknown option %s"), arg,
			     arg[1] == 'h' ? "help" : NULL);
	opt = find_opt(own, name, len);
	if (opt == NULL)
		opt = find_opt(globals, name, len);
	if (opt == NULL)
		return unknown_opt(own, globals, arg, problem);
	if (opt->value == NULL && value != NULL)
		return wrong(problem, ID7_N("%s takes no value"), arg, NULL);
	if (opt->value != NULL && value == NULL) {
		if (*i + 1 >= argc)
			return wrong(problem, ID7_N("%s needs a value"), arg,
				     NULL);
		value = argv[++*i];
	}
	if (args->givens == CTL_OPTS_MAX)
		return wrong(problem, ID7_N("too many options from %s on"), arg,
			     NULL);
	args->given[args->givens++] = (struct opt_given){opt, value};
	return true;
}

static bool
take_word(struct args *args, const struct cmd *table, int argc, char **argv,
	  int *i, struct args_problem *problem)
{
	const char *word = argv[*i];
	const char *second = *i + 1 < argc ? argv[*i + 1] : NULL;
	int taken = 1;

	if (args->cmd != NULL) {
		args->word[args->words++] = argv[*i];
		return true;
	}
	args->cmd = args_command(table, word, second, &taken);
	if (args->cmd == NULL)
		return wrong(problem, ID7_N("unknown command %s"), word,
			     args_near_command(table, word));
	*i += taken - 1;
	return true;
}

bool
args_parse(const struct cmd *table, const struct opt *globals, int argc,
	   char **argv, struct args *ret_args, struct args_problem *ret_problem)
{
	bool literal = false, ok = true;

	*ret_args = (struct args){.word = argv};
	*ret_problem = (struct args_problem){NULL, NULL, NULL};
	for (int i = 1; i < argc && ok; i++) {
		const char *arg = argv[i];

		if (!literal && strcmp(arg, "--") == 0)
			literal = true;
		else if (!literal && arg[0] == '-' && arg[1] != '\0')
			ok = take_opt(ret_args, globals, argc, argv, &i,
				      ret_problem);
		else
			ok = take_word(ret_args, table, argc, argv, &i,
				       ret_problem);
	}
	return ok;
}

bool
args_count(const struct args *args, struct args_problem *ret_problem)
{
	const struct cmd *cmd = args->cmd;

	*ret_problem = (struct args_problem){NULL, NULL, NULL};
	if (args->words < (size_t)cmd->min_words)
		return wrong(ret_problem, ID7_N("%s: a name is missing"),
			     cmd->name, NULL);
	if (cmd->max_words >= 0 && args->words > (size_t)cmd->max_words)
		return wrong(ret_problem, ID7_N("one word too many: %s"),
			     args->word[cmd->max_words], NULL);
	return true;
}

const char *
args_value(const struct args *args, const char *name)
{
	for (size_t i = args->givens; i-- > 0;)
		if (strcmp(args->given[i].opt->name, name) == 0)
			return args->given[i].value;
	return NULL;
}

bool
args_has(const struct args *args, const char *name)
{
	for (size_t i = 0; i < args->givens; i++)
		if (strcmp(args->given[i].opt->name, name) == 0)
			return true;
	return false;
}
