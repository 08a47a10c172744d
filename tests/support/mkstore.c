/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes and looks at a store by commands on standard input, one a line, fields
 * separated by tabs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/text.h"
#include "common/effects/seal.h"
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
 * FLAGS, by commas: disabled enabled held released expired must-change ja en,
 * and for add counts-only, whose PASSWORD is not looked at.
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
	putchar('\n');
	id7_wipe(&picture, sizeof picture);
	return ID7_OK;
}

static enum id7_error
act(struct id7 *id7, char **field, struct id7_fault *fault)
{
	struct id7_deadline deadline = id7_deadline_in(DEADLINE_MS);
	enum id7_reason was;

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
