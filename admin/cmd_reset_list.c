/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl reset list: who has codes that can be redeemed; never the codes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/print.h"
#include "common/core/redeem.h"

#define KINDS (ID7_CODE_SAVED + 1)

struct line {
	char name[ID7_NAME_MAX + 1];
	enum id7_code_kind kind;
	struct id7_redeem_view view;
};

struct list {
	struct ctl *ctl;
	struct line *line;
	size_t count;
	size_t room;
	bool no_memory;
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
take(const struct id7_picture *picture, void *context)
{
	struct list *list = context;

	for (unsigned int i = 0; i < KINDS; i++) {
		enum id7_code_kind kind = (enum id7_code_kind)i;
		struct id7_redeem_view view =
			id7_redeem_view(&picture->account, &picture->tally,
					kind, &picture->now);
		struct line *line;

		if (view.live == 0)
			continue;
		if (!make_room(list)) {
			list->no_memory = true;
			return false;
		}
		line = &list->line[list->count++];
		memcpy(line->name, picture->account.name, sizeof line->name);
		line->kind = kind;
		line->view = view;
	}
	return true;
}

static int
by_name(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : (int)x->kind - (int)y->kind;
}

static void
list_json(const struct list *list)
{
	struct json json;

	json_start(&json, stdout);
	json_array(&json, "codes");
	for (size_t i = 0; i < list->count; i++) {
		const struct line *line = &list->line[i];

		json_object(&json, NULL);
		json_text(&json, "account", line->name);
		json_text(&json, "kind", id7_code_kind_name(line->kind));
		json_time(&json, "issued", line->view.issued);
		json_time(&json, "expires", line->view.expires);
		json_int(&json, "left", line->view.live);
		json_int(&json, "wrong_tries", line->view.tries);
		json_end(&json);
	}
	json_end(&json);
	json_finish(&json);
}

static const char *
until_text(const struct list *list, const struct line *line,
	   struct moment *until)
{
	if (line->kind == ID7_CODE_SAVED)
		return TEXT(list->ctl, ID7_N("no end"));
	if (line->view.expires == 0)
		return TEXT(list->ctl, ID7_N("end of the lock"));
	*until = print_minute(line->view.expires);
	return until->s;
}

static void
list_table(const struct list *list)
{
	static const char *const heads[] = {
		ID7_N("ACCOUNT"), ID7_N("CODE"),  ID7_N("LEFT"),
		ID7_N("ISSUED"),  ID7_N("UNTIL"), ID7_N("WRONG TRIES"),
	};
	struct table table = {.columns = sizeof heads / sizeof heads[0]};
	struct moment until;
	char number[16];

	for (size_t i = 0; i < table.columns; i++)
		table_cell(&table, TINT_NONE, TEXT(list->ctl, heads[i]));
	for (size_t i = 0; i < list->count; i++) {
		const struct line *line = &list->line[i];

		table_cell(&table, TINT_NONE, line->name);
		table_cell(&table, TINT_NONE, id7_code_kind_name(line->kind));
		snprintf(number, sizeof number, "%u", line->view.live);
		table_cell(&table, TINT_NONE, number);
		table_cell(&table, TINT_NONE,
			   print_minute(line->view.issued).s);
		table_cell(&table, TINT_NONE, until_text(list, line, &until));
		snprintf(number, sizeof number, "%u", line->view.tries);
		table_cell(&table, line->view.tries > 0 ? TINT_WARN : TINT_NONE,
			   number);
	}
	table_print(&table, stdout, list->ctl->tint_out);
}

static void
show(struct list *list)
{
	if (list->count > 0)
		qsort(list->line, list->count, sizeof *list->line, by_name);
	if (list->ctl->json)
		list_json(list);
	else if (list->count > 0)
		list_table(list);
	else
		ctl_say(list->ctl, ID7_N("nobody has a code now"));
}

enum ctl_exit
cmd_reset_list(struct ctl *ctl)
{
	struct list list = {.ctl = ctl};
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
