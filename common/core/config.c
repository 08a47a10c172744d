/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads settings files and module arguments into a value, and says what it
 * could not use. */
#include <string.h>

#include "common/core/config.h"
#include "common/core/config_table.h"
#include "common/core/escape.h"
#include "common/core/text.h"

#define LINE_MAX_BYTES 1024
#define BLANKS " \t"

/* One run over a file or an argument. */
struct reader {
	struct id7_config *config;
	uint32_t where;
	uint32_t line;
	uint32_t cost_line; /* where a cost or its ceiling was last set */
	bool refused;
	id7_config_problem_fn *report;
	void *context;
};

void
id7_config_defaults(struct id7_config *ret_config)
{
	size_t count;
	const struct id7_config_row *row = id7_config_rows(&count);

	memset(ret_config, 0, sizeof *ret_config);
	for (size_t i = 0; i < count; i++)
		(void)id7_config_value_parse(ret_config, &row[i],
					     row[i].initial);
	ret_config->policy.lease = ID7_LEASE_SEC;
}

static void
cut_to_fit(const char *s, char buf[ID7_NAME_MAX + 1])
{
	size_t len = strnlen(s, ID7_NAME_MAX + 1);

	if (len > ID7_NAME_MAX) {
		len = ID7_NAME_MAX;
		while (len > 0 && ((uint8_t)s[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(buf, s, len);
	buf[len] = '\0';
}

static void
tell(struct reader *reader, bool refused, const char *name, const char *value,
     const char *nearest, const char *wanted)
{
	/* faillock.conf is another program's file: it reports what it cannot
	 * use and keeps the value before, and so do we. */
	bool fatal = refused && reader->where != ID7_IN_FAILLOCK;
	struct id7_config_problem problem = {
		.refused = fatal,
		.line = reader->line,
		.nearest = nearest,
		.wanted = wanted,
	};

	reader->refused = reader->refused || fatal;
	if (reader->report == NULL)
		return;
	cut_to_fit(name, problem.name);
	cut_to_fit(value, problem.value);
	reader->report(&problem, reader->context);
}

/* Options of pam_faillock that mean nothing here and are no mistake there. */
static bool
is_faillock_only(const char *name)
{
	static const char *const known[] = {
		"dir", "conf", "preauth", "authfail", "authsucc",
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (strcmp(name, known[i]) == 0)
			return true;
	}
	return false;
}

/* What faillock.conf(5) promises of root_unlock_time. */
static void
follow_implied(struct id7_config *config, const struct id7_config_row *row)
{
	if (row->offset == offsetof(struct id7_config, root_unlock_time) &&
	    config->root_unlock_time >= 0)
		config->even_deny_root = true;
}

static bool
is_cost(const struct id7_config_row *row)
{
	return row->offset >= offsetof(struct id7_config, opslimit) &&
	       row->offset <= offsetof(struct id7_config, memlimit_max);
}

/* `value` NULL: the name stood alone. */
static void
set(struct reader *reader, const char *name, const char *value)
{
	const struct id7_config_row *row =
		id7_config_row_find(name, reader->where);
	bool faillock = (reader->where & ID7_IN_FAILLOCK) != 0;

	if (row == NULL) {
		if (!faillock || !is_faillock_only(name))
			tell(reader, false, name, value == NULL ? "" : value,
			     id7_config_nearest(name, reader->where), NULL);
		return;
	}
	if (row->kind == ID7_SETTING_SWITCH && (value == NULL || faillock))
		value = "yes";
	if (value == NULL ||
	    !id7_config_value_parse(reader->config, row, value)) {
		tell(reader, true, name, value == NULL ? "" : value, NULL,
		     row->wanted);
		return;
	}
	follow_implied(reader->config, row);
	if (is_cost(row))
		reader->cost_line = reader->line;
}

static void
cut_comment(char *line, bool anywhere)
{
	for (char *at = line; (at = strchr(at, '#')) != NULL; at++) {
		if (anywhere || at == line || strchr(BLANKS "=", at[-1])) {
			*at = '\0';
			return;
		}
	}
}

static void
cut_blanks(char *s)
{
	size_t len = strlen(s);

	while (len > 0 && strchr(BLANKS, s[len - 1]) != NULL)
		len--;
	s[len] = '\0';
}

/* A terminated line without its end; taken apart in place. */
static void
read_line(struct reader *reader, char *line)
{
	char *name, *value;

	cut_comment(line, (reader->where & ID7_IN_FAILLOCK) != 0);
	cut_blanks(line);
	name = line + strspn(line, BLANKS);
	if (*name == '\0')
		return;
	value = name + strcspn(name, BLANKS "=");
	if (*value == '\0') {
		set(reader, name, NULL);
		return;
	}
	if (*value == '=') {
		*value++ = '\0';
	} else {
		*value++ = '\0';
		value += strspn(value, BLANKS);
		value += *value == '=';
	}
	set(reader, name, value + strspn(value, BLANKS));
}

static void
take_line(struct reader *reader, const char *text, size_t len)
{
	char line[LINE_MAX_BYTES + 1];

	if (len > 0 && text[len - 1] == '\r')
		len--;
	if (len > LINE_MAX_BYTES) {
		tell(reader, true, "", "", NULL,
		     ID7_N("a line of at most 1,024 bytes"));
		return;
	}
	memcpy(line, text, len);
	line[len] = '\0';
	if (strlen(line) != len) {
		tell(reader, true, "", "", NULL,
		     ID7_N("a line of text, without NUL bytes"));
		return;
	}
	read_line(reader, line);
}

/*
 * A cost above its own ceiling would lock everybody out who is given a new
 * password: such a pair is refused as a whole.
 */
static void
check_costs(struct reader *reader, const struct id7_config *before)
{
	struct id7_config *config = reader->config;
	char value[ID7_NAME_MAX + 1];
	const struct id7_config_row *row;

	reader->line = reader->cost_line;
	if (config->opslimit > config->opslimit_max) {
		row = id7_config_row_find("opslimit", ID7_IN_FILE);
		id7_config_value_format(config, row, value, sizeof value);
		tell(reader, true, row->setting.name, value, NULL, row->wanted);
		config->opslimit = before->opslimit;
		config->opslimit_max = before->opslimit_max;
	}
	if (config->memlimit > config->memlimit_max) {
		row = id7_config_row_find("memlimit", ID7_IN_FILE);
		id7_config_value_format(config, row, value, sizeof value);
		tell(reader, true, row->setting.name, value, NULL, row->wanted);
		config->memlimit = before->memlimit;
		config->memlimit_max = before->memlimit_max;
	}
}

static size_t
skip_mark(const char *text, size_t len)
{
	return len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

enum id7_error
id7_config_parse(struct id7_config *config, const char *text, size_t len,
		 uint32_t where, id7_config_problem_fn *report, void *context)
{
	const struct id7_config before = *config;
	struct reader reader = {.config = config,
				.where = where,
				.report = report,
				.context = context};
	size_t at = skip_mark(text, len);

	while (at < len) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t line_len =
			end == NULL ? len - at : (size_t)(end - text) - at;

		reader.line++;
		take_line(&reader, text + at, line_len);
		at += line_len + 1;
	}
	check_costs(&reader, &before);
	return reader.refused ? ID7_BAD_CONFIG : ID7_OK;
}

enum id7_error
id7_config_argument(struct id7_config *config, const char *arg,
		    id7_config_problem_fn *report, void *context)
{
	const struct id7_config before = *config;
	struct reader reader = {.config = config,
				.where = ID7_IN_ARGUMENT,
				.report = report,
				.context = context};
	char name[ID7_NAME_MAX + 1];
	const char *equals = strchr(arg, '=');
	size_t len = equals == NULL ? strlen(arg) : (size_t)(equals - arg);

	if (len > ID7_NAME_MAX) {
		tell(&reader, false, arg, "", NULL, NULL);
		return ID7_OK;
	}
	memcpy(name, arg, len);
	name[len] = '\0';
	set(&reader, name, equals == NULL ? NULL : equals + 1);
	check_costs(&reader, &before);
	return reader.refused ? ID7_BAD_CONFIG : ID7_OK;
}

size_t
id7_config_format(const struct id7_config *config,
		  const struct id7_setting *setting, char *buf, size_t size)
{
	const struct id7_config_row *row =
		id7_config_row_find(setting->name, setting->where);

	if (row == NULL) {
		buf[0] = '\0';
		return 0;
	}
	return id7_config_value_format(config, row, buf, size);
}

bool
id7_config_exempts(const struct id7_config *config, const char *user,
		   id7_in_group_fn *in_group, void *context)
{
	for (uint32_t i = 0; i < config->exempt.count; i++) {
		const char *item = config->exempt.item[i];

		if (item[0] != '@' ? strcmp(item, user) == 0
				   : in_group != NULL &&
					     in_group(user, item + 1, context))
			return true;
	}
	return false;
}
