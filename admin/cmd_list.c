/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl list: all accounts, or those that are locked or disabled. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/lanes.h"
#include "admin/state.h"
#include "common/effects/scope.h"

/* What a line needs of a picture; no secret among it. */
struct line {
	char name[ID7_NAME_MAX + 1];
	char address[ID7_ADDRESS_MAX + 1];
	uint8_t lang;
	struct state state;
	struct moment failures;
	uint32_t failed;
	int64_t last_good;
};

struct list {
	struct ctl *ctl;
	bool locked; /* --locked, --disabled: only those */
	bool disabled;
	struct line *line;
	size_t count;
	size_t room;
	bool no_memory;
	size_t all;
	size_t all_locked;
	size_t all_disabled;
};

static bool
make_room(struct list *list)
{
	size_t room = list->room == 0 ? 64 : list->room * 2;
	struct line *line;

	if (list->count < list->room)
		return true;
	line = realloc(list->line, room * sizeof *line);
	if (line == NULL)
		return false;
	list->line = line;
	list->room = room;
	return true;
}

static bool
wanted(const struct list *list, const struct state *state)
{
	if (!list->locked && !list->disabled)
		return true;
	return (list->locked && state->code == CTL_LOCKED) ||
	       (list->disabled && state->code == CTL_DISABLED);
}

static bool
take(const struct id7_picture *picture, void *context)
{
	struct list *list = context;
	struct state state = state_of(picture);
	struct line *line;

	list->all++;
	list->all_locked += state.code == CTL_LOCKED;
	list->all_disabled += state.code == CTL_DISABLED;
	if (!wanted(list, &state))
		return true;
	if (!make_room(list)) {
		list->no_memory = true;
		return false;
	}
	line = &list->line[list->count++];
	memcpy(line->name, picture->account.name, sizeof line->name);
	memcpy(line->address, picture->account.address[0],
	       sizeof line->address);
	line->lang = picture->account.lang;
	line->state = state;
	line->state.reason = "";
	line->failures = state_failures(picture);
	if (picture->shown != ID7_LANE_REMOTE) {
		size_t len = strlen(line->failures.s);

		snprintf(line->failures.s + len, sizeof line->failures.s - len,
			 " %s", lanes_word(picture->shown));
	}
	line->failed = picture->lane[picture->shown].failures;
	line->last_good = picture->tally.last_good;
	return true;
}

static int
by_name(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void
list_json(const struct list *list)
{
	struct json json;

	json_start(&json, stdout);
	json_array(&json, "accounts");
	for (size_t i = 0; i < list->count; i++) {
		const struct line *line = &list->line[i];

		json_object(&json, NULL);
		json_text(&json, "account", line->name);
		json_text(&json, "state", line->state.word);
		json_int(&json, "failures", line->failed);
		json_time(&json, "since", line->state.since);
		json_time(&json, "until", line->state.until);
		json_time(&json, "last_good", line->last_good);
		json_text(&json, "lang",
			  line->lang == ID7_LANG_SITE
				  ? NULL
				  : id7_lang_name((enum id7_lang)line->lang));
		json_text(&json, "email",
			  *line->address != '\0' ? line->address : NULL);
		json_end(&json);
	}
	json_end(&json);
	json_finish(&json);
}

static struct moment
until_text(const struct list *list, const struct line *line)
{
	struct moment text = print_minute(line->state.until);

	if (line->state.code == CTL_LOCKED && line->state.until == 0)
		snprintf(text.s, sizeof text.s, "%s",
			 TEXT(list->ctl, ID7_N("when unlocked")));
	return text;
}

/* Addresses are personal: `show` has them, a screen of everybody does not. */
static void
list_table(const struct list *list)
{
	const struct ctl *ctl = list->ctl;
	struct table table = {.columns = 5};

	table_cell(&table, TINT_NONE, TEXT(ctl, ID7_N("ACCOUNT")));
	table_cell(&table, TINT_NONE, TEXT(ctl, ID7_N("STATE")));
	table_cell(&table, TINT_NONE, TEXT(ctl, ID7_N("FAILED")));
	table_cell(&table, TINT_NONE, TEXT(ctl, ID7_N("UNTIL")));
	table_cell(&table, TINT_NONE, TEXT(ctl, ID7_N("LAST LOGIN")));
	for (size_t i = 0; i < list->count; i++) {
		const struct line *line = &list->line[i];

		table_cell(&table, TINT_NONE, line->name);
		table_cell(&table, line->state.tint,
			   TEXT(ctl, line->state.label));
		table_cell(&table, TINT_NONE, line->failures.s);
		table_cell(&table, TINT_NONE, until_text(list, line).s);
		table_cell(&table, TINT_NONE, print_minute(line->last_good).s);
	}
	table_print(&table, stdout, ctl->tint_out);
}

static void
show(struct list *list)
{
	if (list->count > 0)
		qsort(list->line, list->count, sizeof *list->line, by_name);
	if (list->ctl->json) {
		list_json(list);
		return;
	}
	if (list->count > 0)
		list_table(list);
	fflush(stdout);
	fprintf(stderr,
		TEXT(list->ctl, ID7_N("accounts: %zu, locked: %zu, disabled or "
				      "expired: %zu")),
		list->all, list->all_locked, list->all_disabled);
	fputc('\n', stderr);
	if (list->all == 0)
		ctl_next(list->ctl, "add USER");
}

enum ctl_exit
cmd_list(struct ctl *ctl)
{
	struct list list = {.ctl = ctl,
			    .locked = args_has(&ctl->args, "locked"),
			    .disabled = args_has(&ctl->args, "disabled")};
	struct id7_fault fault = {0};
	auto_id7 *id7 = NULL;
	enum id7_error error;
	enum ctl_exit code = ctl_open(ctl, &id7);

	if (code != CTL_DONE)
		return code;
	error = id7_manage_each(id7, take, &list, &fault);
	if (list.no_memory)
		code = ctl_fail(ctl, CTL_ERROR, ID7_N("out of memory"));
	else if (error == ID7_OK || list.count > 0)
		show(&list);
	free(list.line);
	/* A half list is better than none, but never passes for a whole one. */
	if (error != ID7_OK && code == CTL_DONE) {
		ctl->json = ctl->json && list.count == 0;
		code = ctl_fail_fault(ctl, &fault);
	}
	return code;
}
