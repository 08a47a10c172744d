/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words for lanes: what is counted, what is locked, what is open. */
#include "admin/lanes.h"

#include <stdio.h>

#include "admin/ctl.h"
#include "admin/state.h"
#include "common/core/policy.h"

const char *
lanes_word(enum id7_lane lane)
{
	switch (lane) {
	case ID7_LANE_REMOTE:
		return "remote";
	case ID7_LANE_CONSOLE:
		return "console";
	case ID7_LANE_KNOWN:
		return "known";
	}
	return "remote";
}

static bool
shut(const struct id7_picture *picture, enum id7_lane lane)
{
	return picture->lane[lane].locked_out || picture->lane[lane].held;
}

/* An administrator's hold shuts every lane: there is nothing to tell apart. */
static bool
locked_by_failures(const struct id7_picture *picture)
{
	return shut(picture, picture->shown) &&
	       (picture->reason == ID7_REASON_LOCKED_OUT ||
		(picture->reason == ID7_REASON_HELD &&
		 !(picture->account.flags & ID7_ACCOUNT_HELD)));
}

void
lanes_open(const struct ctl *ctl, const struct id7_picture *picture, char *buf,
	   size_t size)
{
	bool console = !shut(picture, ID7_LANE_CONSOLE);
	bool known = !shut(picture, ID7_LANE_KNOWN);
	const char *text = "";

	if (!picture->policy.lanes || !locked_by_failures(picture))
		text = "";
	else if (picture->shown == ID7_LANE_KNOWN && console)
		text = id7_text(ctl->lang, "only known addresses are locked");
	else if (picture->shown == ID7_LANE_KNOWN)
		text = id7_text(ctl->lang, "known addresses and the console "
					   "are locked, others not");
	else if (picture->shown == ID7_LANE_CONSOLE)
		text = id7_text(ctl->lang, "only the console is locked");
	else if (console && known)
		text = id7_text(ctl->lang,
				"the console and known addresses are open");
	else if (console)
		text = id7_text(ctl->lang, "the console is open");
	else if (known)
		text = id7_text(ctl->lang, "known addresses are open");
	snprintf(buf, size, "%s", text);
}

/* "3/5", or "3/-" when nothing locks. */
static struct moment
count_of(const struct id7_picture *picture, enum id7_lane lane)
{
	struct moment text;

	if (picture->policy.deny == 0)
		snprintf(text.s, sizeof text.s, "%u/-",
			 picture->lane[lane].failures);
	else
		snprintf(text.s, sizeof text.s, "%u/%u",
			 picture->lane[lane].failures, picture->policy.deny);
	return text;
}

static struct moment
next_lock(const struct ctl *ctl, const struct id7_picture *picture)
{
	const struct id7_lane_view *lane = &picture->lane[picture->shown];
	uint32_t step = lane->step + (lane->locked_out ? 1 : 0);
	int64_t seconds =
		id7_policy_lock_time(&picture->policy, picture->shown, step);
	struct moment text;

	if (seconds != 0)
		return print_span(ctl, seconds);
	snprintf(text.s, sizeof text.s, "%s",
		 TEXT(ctl, ID7_N("until unlocked")));
	return text;
}

void
lanes_labels(const struct ctl *ctl, const struct id7_picture *picture,
	     struct labels *labels)
{
	struct moment window = print_span(ctl, picture->policy.fail_interval);
	uint64_t lifetime = id7_tally_lifetime(&picture->tally);

	labels_add(labels, TINT_NONE, TEXT(ctl, ID7_N("Failures")),
		   id7_text(ctl->lang, "%s within %s"),
		   count_of(picture, ID7_LANE_REMOTE).s, window.s);
	if (picture->policy.lanes) {
		labels_add(labels, TINT_NONE, "",
			   id7_text(ctl->lang, "known addresses %s, console "
					       "%s"),
			   count_of(picture, ID7_LANE_KNOWN).s,
			   count_of(picture, ID7_LANE_CONSOLE).s);
	}
	if (picture->policy.max_lifetime_failures != 0 && lifetime != 0)
		labels_add(labels, TINT_NONE, "",
			   id7_text(ctl->lang, "%llu without a good login; "
					       "%u hold the account"),
			   (unsigned long long)lifetime,
			   picture->policy.max_lifetime_failures);
	if (picture->policy.deny != 0)
		labels_add(labels, TINT_NONE, TEXT(ctl, ID7_N("Next lock")),
			   "%s", next_lock(ctl, picture).s);
}

static void
one_lane(const struct id7_picture *picture, enum id7_lane lane,
	 struct json *json)
{
	const struct id7_lane_view *view = &picture->lane[lane];

	json_object(json, NULL);
	json_text(json, "lane", lanes_word(lane));
	json_text(json, "state",
		  view->held	     ? "held"
		  : view->locked_out ? "locked-out"
				     : "ok");
	json_int(json, "failures", view->failures);
	json_int(json, "pending", view->pending);
	json_time(json, "since", view->locked_since);
	json_time(json, "until", view->locked_until);
	json_int(json, "step", view->step);
	json_bool(json, "held_by_lifetime", view->lifetime);
	json_int(json, "since_good", picture->tally.lane[lane].since_good);
	json_end(json);
}

void
lanes_json(const struct id7_picture *picture, struct json *json)
{
	json_text(json, "lane", lanes_word(picture->shown));
	json_array(json, "lanes");
	for (int i = 0; i < ID7_LANES; i++)
		one_lane(picture, (enum id7_lane)i, json);
	json_end(json);
	json_int(json, "lifetime_failures",
		 (int64_t)id7_tally_lifetime(&picture->tally));
	json_int(json, "lifetime_limit", picture->policy.max_lifetime_failures);
}
