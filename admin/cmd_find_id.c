/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl find-id: the accounts of a mail address, by mail to that address. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/print.h"
#include "admin/state.h"
#include "common/usecases/notices.h"

/*
 * MUST: without --admin neither what is said, nor the exit code, nor the time
 * tells whether anybody has the address: no account is looked at.
 */
struct search {
	struct ctl *ctl;
	const char *address;
	const char *reason;
	struct json json;
	struct table table;
	size_t found;
};

static void
log_search(const struct search *search, const char *how)
{
	char masked[ID7_ADDRESS_MAX + 1];
	char note[ID7_ADDRESS_MAX + ID7_REASON_TEXT_MAX + 8];

	id7_post_mask(search->address, masked);
	snprintf(note, sizeof note, "%s%s%s", masked,
		 *search->reason != '\0' ? ": " : "", search->reason);
	ctl_log_how(search->ctl, NULL, how, note);
}

static enum ctl_exit
ask_by_mail(struct search *search, struct id7 *id7)
{
	struct ctl *ctl = search->ctl;
	struct id7_fault fault = {0};
	struct json json;
	enum id7_error error =
		id7_notices_find_id(id7, search->address, &fault);

	if (error != ID7_OK) {
		ctl_log(ctl, NULL, error, search->reason);
		return ctl_fail_fault(ctl, &fault);
	}
	log_search(search, "asked");
	if (ctl->json) {
		json_start(&json, stdout);
		json_text(&json, "done", ctl->args.cmd->name);
		json_finish(&json);
	}
	ctl_say(ctl,
		ID7_N("if accounts have the confirmed address %s, their names "
		      "are mailed to it by the next flush, once an hour"),
		search->address);
	return CTL_DONE;
}

static void
take_found(struct search *search, const struct id7_picture *picture,
	   bool confirmed)
{
	struct state state = state_of(picture);
	struct ctl *ctl = search->ctl;

	search->found++;
	if (ctl->json) {
		json_object(&search->json, NULL);
		json_text(&search->json, "account", picture->account.name);
		json_text(&search->json, "state", state.word);
		json_bool(&search->json, "confirmed", confirmed);
		json_end(&search->json);
		return;
	}
	table_cell(&search->table, TINT_NONE, picture->account.name);
	table_cell(&search->table, state.tint, TEXT(ctl, state.label));
	table_cell(&search->table, TINT_NONE,
		   confirmed ? TEXT(ctl, ID7_N("confirmed"))
			     : TEXT(ctl, ID7_N("not confirmed")));
}

/* In any case of letters: this one is for eyes, and sends nothing. */
static bool
compare(const struct id7_picture *picture, void *context)
{
	struct search *search = context;
	const struct id7_account *account = &picture->account;

	for (size_t i = 0; i < ID7_ADDRESSES; i++) {
		if (strcasecmp(account->address[i], search->address) != 0)
			continue;
		take_found(search, picture, account->address_confirmed[i]);
		break;
	}
	return true;
}

static void
start(struct search *search)
{
	static const char *const heads[] = {ID7_N("ACCOUNT"), ID7_N("STATE"),
					    ID7_N("ADDRESS")};

	search->table.columns = sizeof heads / sizeof heads[0];
	if (search->ctl->json) {
		json_start(&search->json, stdout);
		json_array(&search->json, "accounts");
		return;
	}
	for (size_t i = 0; i < search->table.columns; i++)
		table_cell(&search->table, TINT_NONE,
			   TEXT(search->ctl, heads[i]));
}

static enum ctl_exit
show_all(struct search *search, struct id7 *id7)
{
	struct ctl *ctl = search->ctl;
	struct id7_fault fault = {0};
	enum id7_error error;

	start(search);
	error = id7_manage_each(id7, compare, search, &fault);
	log_search(search, "shown");
	if (ctl->json) {
		json_end(&search->json);
		json_finish(&search->json);
	} else if (search->found > 0) {
		table_print(&search->table, stdout, ctl->tint_out);
	}
	if (error != ID7_OK) {
		ctl->json = false;
		return ctl_fail_fault(ctl, &fault);
	}
	if (search->found > 0)
		return CTL_DONE;
	ctl_say(ctl, ID7_N("no account has the address %s"), search->address);
	ctl_next(ctl, "list");
	return CTL_NO_ACCOUNT;
}

enum ctl_exit
cmd_find_id(struct ctl *ctl)
{
	struct search search = {.ctl = ctl,
				.address = args_value(&ctl->args, "email")};
	auto_id7 *id7 = NULL;
	enum ctl_exit code = ctl_reason(ctl, &search.reason);

	if (code == CTL_DONE && search.address == NULL) {
		code = ctl_fail(ctl, CTL_USAGE, ID7_N("--email is missing"));
		ctl_next(ctl, "help find-id");
	}
	if (code == CTL_DONE && !id7_account_address_ok(search.address))
		code = ctl_fail(ctl, CTL_USAGE,
				ID7_N("--email: %s is no mail address"),
				safe_text(search.address).s);
	if (code == CTL_DONE)
		code = ctl_open(ctl, &id7);
	if (code != CTL_DONE)
		return code;
	return args_has(&ctl->args, "admin") ? show_all(&search, id7)
					     : ask_by_mail(&search, id7);
}
