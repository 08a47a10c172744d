/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl unlock: ends locks and holds and forgets failures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/ask.h"
#include "admin/audit.h"
#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/print.h"
#include "admin/state.h"

struct unlock {
	struct ctl *ctl;
	struct id7 *id7;
	const char *reason;
	struct json json;
	enum ctl_exit code; /* of the first that failed */
};

/* What else stands in the way is worth a word now, not at the next call. */
static void
say_done(const struct unlock *unlock, const char *name, enum id7_reason was)
{
	const struct ctl *ctl = unlock->ctl;
	struct id7_picture picture;
	char sentence[600];

	if (was == ID7_REASON_RIGHT)
		ctl_say(ctl,
			ID7_N("%s was not locked; its failures are forgotten"),
			name);
	else
		ctl_say(ctl, ID7_N("%s is unlocked; it was %s"), name,
			TEXT(ctl, was == ID7_REASON_HELD
					  ? ID7_N("held")
					  : ID7_N("locked out")));
	if (id7_manage_look(unlock->id7, name, &picture, NULL) == ID7_OK &&
	    state_of(&picture).code != CTL_DONE) {
		state_sentence(ctl, &picture, sentence, sizeof sentence);
		ctl_say(ctl, ID7_N("%s still cannot log in: %s"), name,
			sentence);
		ctl_next(ctl, "why %s", name);
	}
	id7_wipe(&picture, sizeof picture);
}

static void
say_json(struct unlock *unlock, const char *name, enum ctl_exit code,
	 enum id7_reason was)
{
	struct json *json = &unlock->json;

	json_object(json, NULL);
	json_text(json, "account", name);
	json_text(json, "result", ctl_exit_name(code));
	json_text(json, "was",
		  code != CTL_DONE	    ? NULL
		  : was == ID7_REASON_RIGHT ? "ok"
					    : id7_reason_name(was));
	json_end(json);
}

/* The document is one for all names: what refuses must not write its own. */
static enum ctl_exit
finish_one(struct unlock *unlock, const char *name, enum id7_error error,
	   const struct id7_fault *fault)
{
	struct ctl quiet = *unlock->ctl;

	quiet.json = false;
	return ctl_finish(&quiet, unlock->id7, name, error, fault,
			  unlock->reason);
}

static void
unlock_one(struct unlock *unlock, const char *name)
{
	enum id7_reason was = ID7_REASON_RIGHT;
	struct id7_fault fault = {0};
	bool repair = args_has(&unlock->ctl->args, "repair");
	enum id7_error error = id7_manage_unlock(
		unlock->id7, name, repair, id7_deadline_in(CTL_DEADLINE_MS),
		&was, &fault);
	enum ctl_exit code = finish_one(unlock, name, error, &fault);

	if (error != ID7_NOT_FOUND && error != ID7_INVALID)
		audit_unlock(unlock->ctl, name, error == ID7_OK);
	if (unlock->ctl->json)
		say_json(unlock, name, code, was);
	else if (code == CTL_DONE)
		say_done(unlock, name, was);
	if (error == ID7_CORRUPT && !repair)
		ctl_next(unlock->ctl, "unlock --repair %s", name);
	if (unlock->code == CTL_DONE)
		unlock->code = code;
}

struct names {
	char (*name)[ID7_NAME_MAX + 1];
	size_t count;
	size_t room;
	bool no_memory;
};

static bool
take_locked(const struct id7_picture *picture, void *context)
{
	struct names *names = context;
	size_t room = names->room == 0 ? 64 : names->room * 2;
	void *grown;

	if (state_of(picture).code != CTL_LOCKED)
		return true;
	if (names->count == names->room) {
		grown = realloc(names->name, room * sizeof *names->name);
		if (grown == NULL) {
			names->no_memory = true;
			return false;
		}
		names->name = grown;
		names->room = room;
	}
	memcpy(names->name[names->count++], picture->account.name,
	       sizeof *names->name);
	return true;
}

static bool
confirm_all(const struct ctl *ctl, size_t count)
{
	char question[256];

	if (count == 0)
		return true;
	snprintf(question, sizeof question,
		 id7_text(ctl->lang, "This unlocks every locked account: %zu."),
		 count);
	return ask_confirm(ctl, question, "yes");
}

static enum ctl_exit
unlock_all(struct unlock *unlock)
{
	struct ctl *ctl = unlock->ctl;
	struct names names = {0};
	struct id7_fault fault = {0};
	enum ctl_exit code = CTL_DONE;

	if (id7_manage_each(unlock->id7, take_locked, &names, &fault) != ID7_OK)
		code = ctl_fail_fault(ctl, &fault);
	else if (names.no_memory)
		code = ctl_fail(ctl, CTL_ERROR, ID7_N("out of memory"));
	else if (!confirm_all(ctl, names.count))
		code = CTL_USAGE;
	if (code == CTL_DONE && ctl->json) {
		json_start(&unlock->json, stdout);
		json_array(&unlock->json, "accounts");
	}
	for (size_t i = 0; i < names.count && code == CTL_DONE; i++)
		unlock_one(unlock, names.name[i]);
	if (code == CTL_DONE && ctl->json)
		json_finish(&unlock->json);
	if (code == CTL_DONE && names.count == 0)
		ctl_say(ctl, ID7_N("no account is locked"));
	free(names.name);
	return code == CTL_DONE ? unlock->code : code;
}

static enum ctl_exit
unlock_named(struct unlock *unlock)
{
	const struct args *args = &unlock->ctl->args;

	if (unlock->ctl->json) {
		json_start(&unlock->json, stdout);
		json_array(&unlock->json, "accounts");
	}
	for (size_t i = 0; i < args->words; i++)
		unlock_one(unlock, args->word[i]);
	if (unlock->ctl->json)
		json_finish(&unlock->json);
	return unlock->code;
}

enum ctl_exit
cmd_unlock(struct ctl *ctl)
{
	struct unlock unlock = {.ctl = ctl};
	bool all = args_has(&ctl->args, "all");
	auto_id7 *id7 = NULL;
	enum ctl_exit code = ctl_reason(ctl, &unlock.reason);

	if (code == CTL_DONE && all == (ctl->args.words > 0)) {
		ctl_fail(ctl, CTL_USAGE,
			 ID7_N("unlock takes names, or --all for every locked "
			       "account"));
		ctl_next(ctl, "list --locked");
		return CTL_USAGE;
	}
	if (code == CTL_DONE)
		code = ctl_open(ctl, &id7);
	if (code != CTL_DONE)
		return code;
	unlock.id7 = id7;
	return all ? unlock_all(&unlock) : unlock_named(&unlock);
}
