/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl policy explain: what the settings mean for a person and for a guesser.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/policy.h"
#include "admin/print.h"
#include "common/core/guesses.h"

static const char *const lane_word[ID7_LANES] = {
	[ID7_LANE_REMOTE] = "remote",
	[ID7_LANE_CONSOLE] = "console",
	[ID7_LANE_KNOWN] = "known",
};

static const char *const lane_label[ID7_LANES] = {
	[ID7_LANE_REMOTE] = ID7_N("from anywhere"),
	[ID7_LANE_CONSOLE] = ID7_N("at the console"),
	[ID7_LANE_KNOWN] = ID7_N("from known addresses"),
};

static void
heading(const struct ctl *ctl, const char *msgid)
{
	print_tint(stdout, ctl->tint_out, TINT_STRONG, TEXT(ctl, msgid));
	putchar('\n');
}

static void __attribute__((format(printf, 2, 3)))
say(const struct ctl *ctl, const char *msgid, ...)
{
	char text[1200];
	va_list ap;

	va_start(ap, msgid);
	(void)vsnprintf(text, sizeof text, id7_text(ctl->lang, msgid), ap);
	va_end(ap);
	fputs("  ", stdout);
	print_wrapped(stdout, 2, 2, POLICY_COLUMNS, text);
}

/* "10 min, 20 min, 40 min, 1 h": the steps up to the top. */
static void
ladder(const struct ctl *ctl, const struct id7_policy *policy, char text[600])
{
	int64_t before = 0, now;
	size_t len = 0;

	text[0] = '\0';
	for (uint32_t step = 0; step <= ID7_LADDER_MAX && len < 500; step++) {
		now = id7_policy_lock_time(policy, ID7_LANE_REMOTE, step);
		if (now == before)
			break;
		len += (size_t)snprintf(text + len, 600 - len, "%s%s",
					step > 0 ? ", " : "",
					print_span(ctl, now).s);
		before = now;
	}
}

static void
say_lock(const struct ctl *ctl, const struct id7_policy *policy)
{
	char steps[600];

	if (policy->deny == 0) {
		say(ctl, ID7_N("Failures lock nobody (deny = 0)."));
		return;
	}
	ladder(ctl, policy, steps);
	if (policy->unlock_time == 0)
		say(ctl,
		    ID7_N("%u different wrong passwords within %s lock the "
			  "account until somebody unlocks it."),
		    policy->deny, print_span(ctl, policy->fail_interval).s);
	else if (policy->unlock_time_max <= policy->unlock_time)
		say(ctl,
		    ID7_N("%u different wrong passwords within %s lock the "
			  "account for %s."),
		    policy->deny, print_span(ctl, policy->fail_interval).s,
		    steps);
	else
		say(ctl,
		    ID7_N("%u different wrong passwords within %s lock the "
			  "account; one lock after the other lasts %s, and "
			  "no longer. Each quiet day takes one step back."),
		    policy->deny, print_span(ctl, policy->fail_interval).s,
		    steps);
	say(ctl, ID7_N("While it is locked the right password is refused too, "
		       "and trying makes it no longer."));
}

static void
say_person(const struct ctl *ctl, const struct id7_policy *policy)
{
	heading(ctl, ID7_N("For a person"));
	say_lock(ctl, policy);
	if (policy->max_lifetime_failures != 0 && policy->lanes)
		say(ctl,
		    ID7_N("%u failures without a good login, however slow "
			  "they come, hold the account until somebody "
			  "unlocks it; the console and known addresses stay "
			  "open."),
		    policy->max_lifetime_failures);
	else if (policy->max_lifetime_failures != 0)
		say(ctl,
		    ID7_N("%u failures without a good login, however slow "
			  "they come, hold the account until somebody "
			  "unlocks it."),
		    policy->max_lifetime_failures);
	say(ctl, ID7_N("The same wrong password again from the same place is "
		       "no new failure, and one of the last two passwords "
		       "is none."));
	if (policy->lanes)
		say(ctl,
		    ID7_N("The console, known addresses and all others are "
			  "counted apart: who guesses from elsewhere locks "
			  "nobody out of his own places."));
	else
		say(ctl, ID7_N("One count serves all places (lanes = no): who "
			       "guesses can lock the owner out everywhere."));
}

static void
cell_guesses(const struct ctl *ctl, struct table *table, uint64_t guesses)
{
	char text[32];

	if (guesses == ID7_GUESSES_NO_END)
		snprintf(text, sizeof text, "%s", TEXT(ctl, ID7_N("no limit")));
	else
		snprintf(text, sizeof text, "%llu",
			 (unsigned long long)guesses);
	table_cell(table, TINT_NONE, text);
}

static void
say_guesser(const struct ctl *ctl, const struct id7_policy *policy)
{
	struct table table = {.columns = 4};

	heading(ctl, ID7_N("For somebody who guesses"));
	say(ctl, ID7_N("So many different passwords of one account can be "
		       "tried, however many connections are opened, as long "
		       "as its owner does not log in:"));
	table_cell(&table, TINT_NONE, "");
	table_cell(&table, TINT_NONE, TEXT(ctl, ID7_N("AT ONCE")));
	table_cell(&table, TINT_NONE, TEXT(ctl, ID7_N("IN A DAY")));
	table_cell(&table, TINT_NONE, TEXT(ctl, ID7_N("IN ALL")));
	for (int i = 0; i < (policy->lanes ? ID7_LANES : 1); i++) {
		enum id7_lane lane = (enum id7_lane)i;
		char label[128];

		snprintf(label, sizeof label, "  %s",
			 TEXT(ctl, lane_label[lane]));
		table_cell(&table, TINT_NONE, label);
		cell_guesses(ctl, &table, id7_guesses_most(policy, lane, 1));
		cell_guesses(ctl, &table,
			     id7_guesses_most(policy, lane, ID7_GUESSES_DAY));
		cell_guesses(ctl, &table, id7_guesses_until_held(policy, lane));
	}
	table_print(&table, stdout, ctl->tint_out);
}

static bool
exempts_root(const struct id7_config *config)
{
	return id7_config_exempts(config, "root", NULL, NULL);
}

static void
say_root(const struct ctl *ctl, const struct id7_config *config)
{
	const struct id7_role root = {.privileged = true};
	struct id7_policy policy = id7_policy_for(config, root);
	struct policy_text names = policy_value(config, "exempt");
	char steps[600];

	heading(ctl, ID7_N("For root and administrators"));
	if (config->exempt.count > 0)
		say(ctl,
		    ID7_N("exempt: 7id does not check %s at all; the rest of "
			  "the PAM stack does."),
		    safe_text(names.s).s);
	if (exempts_root(config) && config->admin_group[0] == '\0')
		return;
	if (config->admin_group[0] != '\0')
		say(ctl, ID7_N("Members of the group %s count as root does."),
		    safe_text(config->admin_group).s);
	if (!config->even_deny_root) {
		say(ctl, ID7_N("Failures never lock them; even_deny_root "
			       "would."));
		return;
	}
	ladder(ctl, &policy, steps);
	if (policy.unlock_time == 0)
		say(ctl,
		    ID7_N("They are locked as others are, until somebody "
			  "unlocks them; at the console for %s at most."),
		    print_span(ctl, policy.console_time_max).s);
	else
		say(ctl,
		    ID7_N("They are locked as others are, for %s; at the "
			  "console for %s at most."),
		    steps, print_span(ctl, policy.console_time_max).s);
}

static void
json_guesses(struct json *json, const char *key, uint64_t guesses)
{
	if (guesses == ID7_GUESSES_NO_END)
		json_null(json, key);
	else
		json_int(json, key, (int64_t)guesses);
}

static void
json_lanes(struct json *json, const struct id7_policy *policy)
{
	json_array(json, "lanes");
	for (int i = 0; i < (policy->lanes ? ID7_LANES : 1); i++) {
		enum id7_lane lane = (enum id7_lane)i;

		json_object(json, NULL);
		json_text(json, "lane", lane_word[lane]);
		json_guesses(json, "at_once",
			     id7_guesses_most(policy, lane, 1));
		json_guesses(json, "in_a_day",
			     id7_guesses_most(policy, lane, ID7_GUESSES_DAY));
		json_guesses(json, "in_all",
			     id7_guesses_until_held(policy, lane));
		json_end(json);
	}
	json_end(json);
}

static void
explain_json(const struct id7_config *config)
{
	const struct id7_policy *policy = &config->policy;
	const struct id7_role role = {.privileged = true};
	struct id7_policy root = id7_policy_for(config, role);
	int64_t before = -1, now;
	struct json json;

	json_start(&json, stdout);
	json_int(&json, "deny", policy->deny);
	json_int(&json, "fail_interval", policy->fail_interval);
	json_array(&json, "locks");
	for (uint32_t step = 0; step <= ID7_LADDER_MAX; step++) {
		now = id7_policy_lock_time(policy, ID7_LANE_REMOTE, step);
		if (now == before)
			break;
		json_int(&json, NULL, now);
		before = now;
	}
	json_end(&json);
	json_int(&json, "held_at", policy->max_lifetime_failures);
	json_lanes(&json, policy);
	json_bool(&json, "root_exempt", exempts_root(config));
	json_bool(&json, "root_locked", root.deny != 0);
	json_int(&json, "root_lock", root.deny != 0 ? root.unlock_time : 0);
	json_finish(&json);
}

enum ctl_exit
cmd_policy_explain(struct ctl *ctl)
{
	struct id7_settings settings;
	enum ctl_exit code = policy_settings(ctl, &settings);
	const struct id7_policy *policy = &settings.config.policy;

	if (code != CTL_DONE)
		return code;
	if (ctl->json) {
		explain_json(&settings.config);
		return CTL_DONE;
	}
	say_person(ctl, policy);
	putchar('\n');
	say_guesser(ctl, policy);
	putchar('\n');
	say_root(ctl, &settings.config);
	fflush(stdout);
	ctl_next(ctl, "policy show");
	return CTL_DONE;
}
