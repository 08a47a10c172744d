/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl show: everything about one account that is not a secret. */
#include <inttypes.h>
#include <stdio.h>

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/lanes.h"
#include "admin/look.h"
#include "admin/people.h"
#include "admin/state.h"
#include "common/effects/secret.h"

static struct moment
date_text(uint32_t date)
{
	struct moment text = {"-"};

	if (date != 0)
		snprintf(text.s, sizeof text.s, "%04u-%02u-%02u", date / 10000,
			 date / 100 % 100, date % 100);
	return text;
}

static void
json_verifier(struct json *json, const struct id7_account *account)
{
	if (account->flags & ID7_ACCOUNT_NO_VERIFIER) {
		json_null(json, "verifier");
		return;
	}
	json_object(json, "verifier");
	json_int(json, "opslimit", account->cost.opslimit);
	json_int(json, "memlimit", (int64_t)account->cost.memlimit);
	json_end(json);
}

static void
json_addresses(struct json *json, const struct id7_account *account)
{
	json_array(json, "email");
	for (size_t i = 0; i < ID7_ADDRESSES; i++) {
		if (account->address[i][0] == '\0')
			continue;
		json_object(json, NULL);
		json_text(json, "address", account->address[i]);
		json_bool(json, "confirmed", account->address_confirmed[i]);
		json_end(json);
	}
	json_end(json);
}

static void
json_state(struct json *json, const struct id7_picture *picture,
	   const struct state *state)
{
	const struct id7_lane_view *lane = &picture->lane[picture->shown];

	json_text(json, "account", picture->account.name);
	json_text(json, "state", state->word);
	json_bool(json, "can_login", state->code == CTL_DONE);
	json_text(json, "reason",
		  *state->reason != '\0' ? state->reason : NULL);
	json_time(json, "since", state->since);
	json_time(json, "until", state->until);
	json_int(json, "failures", lane->failures);
	json_int(json, "pending", lane->pending);
	json_int(json, "limit", picture->policy.deny);
	json_int(json, "window_s", picture->policy.fail_interval);
	lanes_json(picture, json);
	json_time(json, "last_good", picture->tally.last_good);
	json_time(json, "last_bad", picture->tally.last_bad);
}

static void
show_json(const struct id7_picture *picture, const struct state *state)
{
	const struct id7_account *account = &picture->account;
	struct json json;

	json_start(&json, stdout);
	json_state(&json, picture, state);
	json_bool(&json, "must_change",
		  (account->flags & ID7_ACCOUNT_MUST_CHANGE) != 0);
	json_time(&json, "password_changed", account->password_changed);
	json_verifier(&json, account);
	json_bool(&json, "counts_only", state_counts_only(account));
	json_time(&json, "expires", account->expires);
	json_text(&json, "lang",
		  account->lang == ID7_LANG_SITE
			  ? NULL
			  : id7_lang_name((enum id7_lang)account->lang));
	json_addresses(&json, account);
	json_text(&json, "birthdate",
		  account->birthdate != 0 ? date_text(account->birthdate).s
					  : NULL);
	json_bool(&json, "passwd_entry", people_has_passwd(account->name));
	json_time(&json, "created", account->created);
	json_time(&json, "changed", account->changed);
	json_finish(&json);
}

static void
add_state(const struct ctl *ctl, struct labels *labels,
	  const struct id7_picture *picture, const struct state *state)
{
	char sentence[600];

	labels_add(labels, TINT_STRONG, TEXT(ctl, ID7_N("Account")), "%s",
		   picture->account.name);
	state_sentence(ctl, picture, sentence, sizeof sentence);
	if (state->code == CTL_DONE)
		labels_add(labels, TINT_GOOD, TEXT(ctl, ID7_N("Can log in")),
			   "%s", TEXT(ctl, ID7_N("yes")));
	else
		labels_add(labels, TINT_BAD, TEXT(ctl, ID7_N("Can log in")),
			   id7_text(ctl->lang, "no, %s"), sentence);
	lanes_open(ctl, picture, sentence, sizeof sentence);
	if (*sentence != '\0')
		labels_add(labels, TINT_NONE, "", "%s", sentence);
}

static void
add_password(const struct ctl *ctl, struct labels *labels,
	     const struct id7_account *account)
{
	if (state_counts_only(account)) {
		labels_add(labels, TINT_NONE, TEXT(ctl, ID7_N("Password")),
			   "%s",
			   TEXT(ctl, ID7_N("another module checks it; 7id only "
					   "counts")));
		return;
	}
	if (account->flags & ID7_ACCOUNT_NO_VERIFIER) {
		labels_add(labels, TINT_WARN, TEXT(ctl, ID7_N("Password")),
			   "%s", TEXT(ctl, ID7_N("none is set")));
		return;
	}
	labels_add(labels, TINT_NONE, TEXT(ctl, ID7_N("Password")),
		   id7_text(ctl->lang, "of %s"),
		   print_time(account->password_changed).s);
	labels_add(labels, TINT_NONE, "", "Argon2id, %s x %u",
		   print_size(account->cost.memlimit).s,
		   account->cost.opslimit);
	if (account->flags & ID7_ACCOUNT_MUST_CHANGE)
		labels_add(labels, TINT_WARN, "", "%s",
			   TEXT(ctl, ID7_N("must be changed at the next "
					   "login")));
}

static void
add_history(const struct ctl *ctl, struct labels *labels,
	    const struct id7_picture *picture)
{
	lanes_labels(ctl, picture, labels);
	labels_add(labels, TINT_NONE, TEXT(ctl, ID7_N("Last login")), "%s",
		   print_time(picture->tally.last_good).s);
	labels_add(labels, TINT_NONE, TEXT(ctl, ID7_N("Last failure")), "%s",
		   print_time(picture->tally.last_bad).s);
}

static void
add_addresses(const struct ctl *ctl, struct labels *labels,
	      const struct id7_account *account)
{
	const char *label = TEXT(ctl, ID7_N("Mail"));

	if (account->address[0][0] == '\0')
		labels_add(labels, TINT_NONE, label, "-");
	for (size_t i = 0; i < ID7_ADDRESSES; i++) {
		if (account->address[i][0] == '\0')
			continue;
		labels_add(labels, TINT_NONE, i == 0 ? label : "",
			   id7_text(ctl->lang, "%s (%s)"), account->address[i],
			   TEXT(ctl, account->address_confirmed[i]
					     ? ID7_N("confirmed")
					     : ID7_N("not confirmed")));
	}
}

static void
add_person(const struct ctl *ctl, struct labels *labels,
	   const struct id7_account *account)
{
	add_addresses(ctl, labels, account);
	labels_add(labels, TINT_NONE, TEXT(ctl, ID7_N("Birth date")), "%s",
		   date_text(account->birthdate).s);
	labels_add(labels, TINT_NONE, TEXT(ctl, ID7_N("Language")), "%s",
		   account->lang == ID7_LANG_SITE
			   ? TEXT(ctl, ID7_N("the site's"))
			   : id7_lang_name((enum id7_lang)account->lang));
	labels_add(labels, TINT_NONE, TEXT(ctl, ID7_N("Expires")), "%s",
		   account->expires != 0 ? print_time(account->expires).s
					 : TEXT(ctl, ID7_N("never")));
	if (people_has_passwd(account->name))
		labels_add(labels, TINT_NONE, TEXT(ctl, ID7_N("passwd entry")),
			   "%s", TEXT(ctl, ID7_N("present")));
	else
		labels_add(labels, TINT_WARN, TEXT(ctl, ID7_N("passwd entry")),
			   "%s",
			   TEXT(ctl, ID7_N("none: sshd, login and su refuse "
					   "the name")));
	labels_add(labels, TINT_NONE, TEXT(ctl, ID7_N("Added")), "%s",
		   print_time(account->created).s);
	labels_add(labels, TINT_NONE, TEXT(ctl, ID7_N("Changed")), "%s",
		   print_time(account->changed).s);
}

enum ctl_exit
cmd_show(struct ctl *ctl)
{
	struct labels labels = {0};
	struct id7_picture picture;
	auto_id7 *id7 = NULL;
	struct state state;
	enum ctl_exit code = ctl_open(ctl, &id7);

	if (code == CTL_DONE)
		code = look_at(ctl, id7, ctl->args.word[0], &picture);
	if (code != CTL_DONE)
		return code;
	state = state_of(&picture);
	if (ctl->json) {
		show_json(&picture, &state);
	} else {
		add_state(ctl, &labels, &picture, &state);
		add_history(ctl, &labels, &picture);
		add_password(ctl, &labels, &picture.account);
		add_person(ctl, &labels, &picture.account);
		labels_print(&labels, stdout, ctl->tint_out);
		if (state.code != CTL_DONE)
			ctl_next(ctl, "why %s", picture.account.name);
	}
	id7_wipe(&picture, sizeof picture);
	return CTL_DONE;
}
