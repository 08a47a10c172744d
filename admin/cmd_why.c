/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl why: walks the six causes in order: verdict, evidence, the next
 * command. */
#include <stdio.h>
#include <string.h>

#include "admin/json.h"
#include "admin/lanes.h"
#include "admin/people.h"
#include "admin/print.h"
#include "admin/state.h"
#include "admin/why.h"
#include "common/core/escape.h"
#include "common/effects/secret.h"

/* Names of the causes: for --json, and for people. */
static const struct {
	const char *word;
	const char *label; /* msgid */
} causes[ID7_CAUSES] = {
	[ID7_CAUSE_LOCKED] = {"locked", ID7_N("account")},
	[ID7_CAUSE_TYPED] = {"typed", ID7_N("ID, password")},
	[ID7_CAUSE_LINKED] = {"linked", ID7_N("linked service")},
	[ID7_CAUSE_CACHE] = {"cache", ID7_N("saved password")},
	[ID7_CAUSE_SERVER] = {"server", ID7_N("server side")},
	[ID7_CAUSE_SUPPORT] = {"support", ID7_N("support")},
};

/* The word itself for --json, a msgid for people. */
static const char *
state_word(enum id7_cause_state state)
{
	switch (state) {
	case ID7_CAUSE_UNKNOWN:
		return ID7_N("unknown");
	case ID7_CAUSE_OK:
		return ID7_N("ok");
	case ID7_CAUSE_STOP:
		return ID7_N("stop");
	}
	return "unknown";
}

static enum tint
state_tint(enum id7_cause_state state)
{
	switch (state) {
	case ID7_CAUSE_UNKNOWN:
		return TINT_WARN;
	case ID7_CAUSE_OK:
		return TINT_GOOD;
	case ID7_CAUSE_STOP:
		return TINT_BAD;
	}
	return TINT_NONE;
}

static void
print_causes(const struct ctl *ctl, const struct inquiry *inquiry)
{
	size_t words = 0, labels = 0;
	char evidence[WHY_EVIDENCE_MAX];

	for (int i = 0; i < ID7_CAUSES; i++) {
		const char *word =
			TEXT(ctl, state_word(inquiry->why.line[i].state));
		size_t w = id7_width(word);
		size_t l = id7_width(TEXT(ctl, causes[i].label));

		words = w > words ? w : words;
		labels = l > labels ? l : labels;
	}
	for (int i = 0; i < ID7_CAUSES; i++) {
		enum id7_cause_state state = inquiry->why.line[i].state;
		const char *word = TEXT(ctl, state_word(state));
		const char *label = TEXT(ctl, causes[i].label);
		size_t at = words + labels + 8;

		printf("  %d ", i + 1);
		print_tint(stdout, ctl->tint_out, state_tint(state), word);
		print_blanks(stdout, words - id7_width(word) + 2);
		fputs(label, stdout);
		print_blanks(stdout, labels - id7_width(label) + 2);
		why_evidence(ctl, inquiry, (enum id7_cause)i, evidence,
			     sizeof evidence);
		print_wrapped(stdout, at, at, PRINT_COLUMNS, evidence);
	}
}

static void
print_people(const struct ctl *ctl, const struct inquiry *inquiry)
{
	char headline[WHY_EVIDENCE_MAX];
	struct steps steps = {0};

	why_headline(ctl, inquiry, headline, sizeof headline);
	print_wrapped(stdout, 0, 0, PRINT_COLUMNS, headline);
	if (inquiry->why.verdict != ID7_NOT_OURS) {
		fputc('\n', stdout);
		print_causes(ctl, inquiry);
	}
	fputc('\n', stdout);
	why_steps(ctl, inquiry, &steps);
	steps_print(ctl, &steps, stdout);
}

static void
json_sources(const struct trace *trace, struct json *json)
{
	json_array(json, "sources");
	for (size_t i = 0; i < trace->places; i++) {
		const struct trace_place *place = &trace->place[i];

		json_object(json, NULL);
		json_text(json, "rhost",
			  place->rhost[0] != '\0' ? place->rhost : NULL);
		json_text(json, "service", place->service);
		json_int(json, "attempts", place->count);
		json_time(json, "last", place->last);
		json_end(json);
	}
	json_end(json);
}

static void
json_lane(struct json *json, const struct inquiry *inquiry)
{
	const struct id7_lane_view *lane =
		&inquiry->facts.lane[inquiry->picture.shown];
	struct state state = state_of(&inquiry->picture);

	json_text(json, "state", state.word);
	json_int(json, "failures", lane->failures);
	json_int(json, "pending", lane->pending);
	json_int(json, "limit", inquiry->picture.policy.deny);
	json_int(json, "window_s", inquiry->picture.policy.fail_interval);
	lanes_json(&inquiry->picture, json);
	json_time(json, "since", state.since);
	json_time(json, "until", state.until);
	if (state.until != 0)
		json_int(json, "remaining_s",
			 state.until - inquiry->facts.now.wall);
	else
		json_null(json, "remaining_s");
	json_int(json, "episode", lane->episode);
	json_time(json, "last_good", inquiry->picture.tally.last_good);
	json_time(json, "last_bad", inquiry->picture.tally.last_bad);
	json_sources(&inquiry->trace, json);
}

static void
json_causes(const struct inquiry *inquiry, struct json *json)
{
	json_array(json, "causes");
	for (int i = 0; i < ID7_CAUSES; i++) {
		const struct id7_cause_line *line = &inquiry->why.line[i];

		json_object(json, NULL);
		json_int(json, "cause", i + 1);
		json_text(json, "name", causes[i].word);
		json_text(json, "state", state_word(line->state));
		json_text(json, "reason",
			  line->state == ID7_CAUSE_STOP
				  ? id7_reason_name(line->reason)
				  : NULL);
		json_end(json);
	}
	json_end(json);
}

static const char *
verdict_word(enum id7_verdict verdict)
{
	switch (verdict) {
	case ID7_DENY:
		return "deny";
	case ID7_NOT_OURS:
		return "not-ours";
	case ID7_ALLOW:
		return "allow";
	}
	return "deny";
}

static void
print_json(const struct ctl *ctl, const struct inquiry *inquiry)
{
	const struct id7_why *why = &inquiry->why;
	struct steps steps = {0};
	struct json json;

	json_start(&json, stdout);
	json_text(&json, "account", inquiry->name);
	json_bool(&json, "can_login", why->verdict == ID7_ALLOW);
	json_text(&json, "verdict", verdict_word(why->verdict));
	json_text(&json, "reason", id7_reason_name(why->reason));
	if (why->verdict == ID7_DENY)
		json_int(&json, "cause", (int)why->cause + 1);
	else
		json_null(&json, "cause");
	json_bool(&json, "exempt", inquiry->facts.exempt);
	json_bool(&json, "passwd_entry", inquiry->facts.known_to_system);
	json_causes(inquiry, &json);
	if (inquiry->facts.account != NULL)
		json_lane(&json, inquiry);
	why_steps(ctl, inquiry, &steps);
	steps_json(&steps, &json);
	json_int(&json, "exit", why_exit(inquiry));
	json_finish(&json);
}

/* The window that the failures lie in: it ended when the lock began. */
static int64_t
attempts_since(const struct ctl *ctl, const struct id7_picture *picture)
{
	int64_t since = state_of(picture).since;

	if (since == 0 || since > picture->now.wall)
		since = picture->now.wall;
	since -= ctl->config.policy.fail_interval;
	return since > picture->tally.last_good ? since
						: picture->tally.last_good;
}

/* What cannot be an account's name may still be one that was typed full-width.
 */
static void
gather(struct ctl *ctl, struct inquiry *inquiry)
{
	struct id7_facts *facts = &inquiry->facts;
	auto_id7 *id7 = NULL;
	enum id7_error error;

	facts->now = id7_clock_now();
	facts->name_ok =
		id7_account_name_ok(inquiry->name, strlen(inquiry->name));
	facts->exempt = id7_config_exempts(&ctl->config, inquiry->name,
					   people_in_group, NULL);
	facts->known_to_system = people_has_passwd(inquiry->name);
	facts->unknown_deny = ctl->config.unknown_deny;
	if (facts->exempt)
		return;
	error = id7_open(&ctl->config, &id7, &inquiry->fault);
	if (error == ID7_OK)
		id7_ask_role(id7, people_role, &ctl->config);
	if (error == ID7_OK && facts->name_ok)
		error = id7_manage_look(id7, inquiry->name, &inquiry->picture,
					&inquiry->fault);
	else if (error == ID7_OK)
		error = ID7_NOT_FOUND;
	if (id7 != NULL && error == ID7_NOT_FOUND) {
		ctl_nearest(id7, inquiry->name, inquiry->meant);
		return;
	}
	if (error != ID7_OK) {
		facts->fault = &inquiry->fault;
		return;
	}
	facts->account = &inquiry->picture.account;
	facts->now = inquiry->picture.now;
	memcpy(facts->lane, inquiry->picture.lane, sizeof facts->lane);
	trace_read(ctl, inquiry->picture.account.name,
		   attempts_since(ctl, &inquiry->picture), &inquiry->trace);
}

enum ctl_exit
cmd_why(struct ctl *ctl)
{
	struct inquiry inquiry = {.name = ctl->args.word[0]};
	enum ctl_exit code = ctl_permitted(ctl);

	if (code != CTL_DONE)
		return code;
	gather(ctl, &inquiry);
	inquiry.why = id7_decide_why(&inquiry.facts, inquiry.picture.shown);
	if (ctl->json)
		print_json(ctl, &inquiry);
	else
		print_people(ctl, &inquiry);
	code = why_exit(&inquiry);
	id7_wipe(&inquiry.picture, sizeof inquiry.picture);
	return code;
}
