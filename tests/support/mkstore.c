/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes and looks at a store by commands on standard input, one a line, fields
 * separated by tabs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/text.h"
#include "common/effects/seal.h"
#include "common/usecases/codes.h"
#include "common/usecases/manage.h"
#include "tests/support/pamtalk.h"

#define DEADLINE_MS 30000
#define ACCOUNTS 1 /* few shards are made quickly */

/*
 *   init
 *   add NAME PASSWORD FLAGS      FLAGS as below, may be empty
 *   set NAME FLAGS
 *   unlock NAME | remove NAME
 *   look NAME                    prints one line
 *   address NAME ADDRESS
 *   code NAME KIND [SECONDS]     makes a code and prints it; by itself one that
 *                                lives 30 minutes, an unlock code with the lock
 *   sheet NAME COUNT             makes and prints saved codes
 *   forge KIND                   prints a well-formed code that nobody was
 * given void NAME                    ends all codes FLAGS, by commas: disabled
 * enabled held released expired must-change ja en, and for add counts-only,
 * whose PASSWORD is not looked at.
 */

static void
fail(const char *what, const struct id7_fault *fault)
{
	char text[1000];

	(void)id7_text_fault(ID7_LANG_EN, fault, text, sizeof text);
	fprintf(stderr, "mkstore: %s: %s\n", what, text);
	exit(1);
}

static bool
set_flags(struct id7_account *account, const struct id7_now *now, void *context)
{
	const char *flags = context;

	if (strstr(flags, "disabled") != NULL)
		account->flags |= ID7_ACCOUNT_DISABLED;
	if (strstr(flags, "enabled") != NULL)
		account->flags &= ~ID7_ACCOUNT_DISABLED;
	if (strstr(flags, "held") != NULL)
		account->flags |= ID7_ACCOUNT_HELD;
	if (strstr(flags, "released") != NULL)
		account->flags &= ~ID7_ACCOUNT_HELD;
	if (strstr(flags, "must-change") != NULL)
		account->flags |= ID7_ACCOUNT_MUST_CHANGE;
	if (strstr(flags, "expired") != NULL)
		account->expires = now->wall - 1;
	if (strstr(flags, "counts-only") != NULL)
		account->flags |= ID7_ACCOUNT_COUNTS_ONLY;
	if (strstr(flags, "ja") != NULL)
		account->lang = ID7_LANG_JA;
	if (strstr(flags, "en") != NULL)
		account->lang = ID7_LANG_EN;
	return true;
}

static enum id7_error
add(struct id7 *id7, const char *name, char *password, char *flags,
    struct id7_fault *fault)
{
	enum id7_quality quality = ID7_QUALITY_REFUSED;
	struct id7_now now = id7_clock_now();
	struct id7_account account = {0};
	auto_secret *typed = NULL;
	enum id7_error error;

	pam_unescape(password);
	if (strstr(flags, "counts-only") == NULL)
		typed = id7_secret_copy(password, strlen(password));
	snprintf(account.name, sizeof account.name, "%s", name);
	(void)set_flags(&account, &now, flags);
	error = id7_manage_add(id7, &account, typed,
			       id7_deadline_in(DEADLINE_MS), &quality, fault);
	if (error == ID7_INVALID)
		fprintf(stderr, "mkstore: %s\n", id7_quality_text(quality));
	return error;
}

/* "known=1 known_minutes=10", and so on: minutes begun that a lock lasts. */
static void
look_at_lane(const struct id7_picture *picture, enum id7_lane which,
	     const char *name)
{
	const struct id7_lane_view *lane = &picture->lane[which];

	int64_t left = lane->locked_until == 0
			       ? 0
			       : lane->locked_until - picture->now.wall;

	printf(" %s=%u %s_minutes=%lld %s_step=%u %s_counted=%u", name,
	       lane->failures, name, (long long)(left + 59) / 60, name,
	       lane->step, name, picture->tally.lane[which].since_good);
}

static bool
set_address(struct id7_account *account, const struct id7_now *now,
	    void *context)
{
	(void)now;
	snprintf(account->address[0], sizeof account->address[0], "%s",
		 (const char *)context);
	return true;
}

static enum id7_code_kind
kind_named(const char *name)
{
	unsigned int kind = 0;

	while (kind < ID7_CODE_SAVED &&
	       strcmp(id7_code_kind_name((enum id7_code_kind)kind), name) != 0)
		kind++;
	return (enum id7_code_kind)kind;
}

static void
print_code(const struct id7_code *code)
{
	char text[ID7_CODE_TEXT_MAX];

	id7_code_format(code, text);
	printf("%s\n", text);
}

static enum id7_error
make_code(struct id7 *id7, const char *name, enum id7_code_kind kind,
	  const char *seconds, struct id7_fault *fault)
{
	int64_t life = *seconds != '\0' ? atoll(seconds) : 1800;
	bool forever = kind == ID7_CODE_UNLOCK && *seconds == '\0';
	struct id7_code code;
	enum id7_error error;

	error = id7_codes_make(id7, name, kind, 0,
			       forever ? 0 : id7_clock_wall() + life,
			       id7_deadline_in(DEADLINE_MS), &code, fault);
	if (error == ID7_OK)
		print_code(&code);
	return error;
}

static enum id7_error
make_sheet(struct id7 *id7, const char *name, uint32_t count,
	   struct id7_fault *fault)
{
	struct id7_code code[ID7_SAVED_CODES];
	enum id7_error error = id7_codes_make_sheet(
		id7, name, count, id7_deadline_in(DEADLINE_MS), code, fault);

	for (uint32_t i = 0; error == ID7_OK && i < count; i++)
		print_code(&code[i]);
	return error;
}

static void
forge(enum id7_code_kind kind)
{
	struct id7_code code = {.kind = kind};

	id7_random(code.symbol, sizeof code.symbol);
	for (size_t i = 0; i < sizeof code.symbol; i++)
		code.symbol[i] &= 31;
	print_code(&code);
}

/* What has to do with codes; false: nothing of that. */
static bool
act_on_codes(struct id7 *id7, char **field, struct id7_fault *fault,
	     enum id7_error *ret_error)
{
	const char *what = field[0];

	*ret_error = ID7_OK;
	if (strcmp(what, "address") == 0)
		*ret_error = id7_manage_change(
			id7, field[1], set_address, field[2],
			id7_deadline_in(DEADLINE_MS), NULL, fault);
	else if (strcmp(what, "code") == 0)
		*ret_error = make_code(id7, field[1], kind_named(field[2]),
				       field[3], fault);
	else if (strcmp(what, "sheet") == 0)
		*ret_error = make_sheet(id7, field[1], (uint32_t)atoi(field[2]),
					fault);
	else if (strcmp(what, "forge") == 0)
		forge(kind_named(field[1]));
	else if (strcmp(what, "void") == 0)
		*ret_error = id7_codes_void(id7, field[1], ID7_CODES_ALL,
					    id7_deadline_in(DEADLINE_MS), NULL,
					    fault);
	else
		return false;
	return true;
}

/* The kinds of codes that there are, as bits. */
static unsigned int
codes_there(const struct id7_account *account)
{
	unsigned int kinds =
		account->saved_issued != 0 ? 1u << ID7_CODE_SAVED : 0;

	for (unsigned int i = 0; i < ID7_CODE_KINDS; i++) {
		if (account->code[i].issued != 0)
			kinds |= 1u << i;
	}
	return kinds;
}

static void
look_at_codes(const struct id7_picture *picture)
{
	printf(" asked=%d unlocked=%d confirmed=%d codes=%#x tries=%u",
	       picture->tally.reset_asked != 0, picture->tally.unlocked_at != 0,
	       picture->account.address_confirmed[0],
	       codes_there(&picture->account),
	       picture->tally.code_tries[ID7_CODE_RESET]);
}

static enum id7_error
look(struct id7 *id7, const char *name, struct id7_fault *fault)
{
	struct id7_picture picture;
	enum id7_error error = id7_manage_look(id7, name, &picture, fault);
	const struct id7_lane_view *lane = &picture.lane[ID7_LANE_REMOTE];

	if (error != ID7_OK)
		return error;
	printf("%s reason=%s failures=%u pending=%u locked=%d held=%d "
	       "left=%lld episode=%u epoch=%llu good=%lld opslimit=%u "
	       "lifetime=%d",
	       name, id7_reason_name(picture.reason), lane->failures,
	       lane->pending, lane->locked_out, lane->held,
	       (long long)(lane->locked_until == 0
				   ? 0
				   : lane->locked_until - picture.now.wall),
	       lane->episode, (unsigned long long)picture.account.epoch,
	       (long long)picture.tally.last_good,
	       picture.account.cost.opslimit, lane->lifetime);
	look_at_lane(&picture, ID7_LANE_REMOTE, "remote");
	look_at_lane(&picture, ID7_LANE_CONSOLE, "console");
	look_at_lane(&picture, ID7_LANE_KNOWN, "known");
	look_at_codes(&picture);
	putchar('\n');
	id7_wipe(&picture, sizeof picture);
	return ID7_OK;
}

static enum id7_error
act(struct id7 *id7, char **field, struct id7_fault *fault)
{
	struct id7_deadline deadline = id7_deadline_in(DEADLINE_MS);
	enum id7_reason was;
	enum id7_error error;

	if (act_on_codes(id7, field, fault, &error))
		return error;
	if (strcmp(field[0], "add") == 0)
		return add(id7, field[1], field[2], field[3], fault);
	if (strcmp(field[0], "set") == 0)
		return id7_manage_change(id7, field[1], set_flags, field[2],
					 deadline, NULL, fault);
	if (strcmp(field[0], "unlock") == 0)
		return id7_manage_unlock(id7, field[1], false, deadline, &was,
					 fault);
	if (strcmp(field[0], "remove") == 0)
		return id7_manage_remove(id7, field[1], deadline, fault);
	if (strcmp(field[0], "look") == 0)
		return look(id7, field[1], fault);
	fprintf(stderr, "mkstore: no such command: %s\n", field[0]);
	exit(2);
}

static void
run_line(const struct id7_config *config, struct id7 **id7, char *line)
{
	char *field[4] = {"", "", "", ""};
	struct id7_fault fault = {0};
	enum id7_error error = ID7_OK;

	for (size_t i = 0; i < 4 && line != NULL; i++)
		field[i] = strsep(&line, "\t");
	if (strcmp(field[0], "init") == 0) {
		error = id7_manage_init(config, ACCOUNTS, &fault);
	} else {
		if (*id7 == NULL)
			error = id7_open(config, id7, &fault);
		if (error == ID7_OK)
			error = act(*id7, field, &fault);
	}
	if (error != ID7_OK)
		fail(field[1], &fault);
}

int
main(int argc, char **argv)
{
	auto_id7 *id7 = NULL;
	struct id7_config config;
	struct id7_fault fault = {0};
	enum id7_error error;
	char line[4096];

	if (argc != 2)
		return 2;
	error = id7_settings_read(argv[1], &config, NULL, NULL, &fault);
	if (error != ID7_OK)
		fail(argv[1], &fault);
	while (fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		run_line(&config, &id7, line);
	}
	return 0;
}
