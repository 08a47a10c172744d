/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of faillock(8), byte for byte: they are read by scripts and never
 * translated. */
#include "admin/failtable.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "admin/print.h"
#include "common/core/escape.h"

static const char *
type_name(enum id7_faillock_type type)
{
	switch (type) {
	case ID7_FAILLOCK_RHOST:
		return "RHOST";
	case ID7_FAILLOCK_TTY:
		return "TTY";
	case ID7_FAILLOCK_SVC:
		break;
	}
	return "SVC";
}

/* As it is, where a terminal would only show it. */
static struct safe
shown(const char *foreign)
{
	size_t len = strlen(foreign), step = 1;
	uint32_t cp = 0;
	struct safe safe;

	for (size_t at = 0; at < len && step != 0; at += step) {
		step = id7_utf8_decode(foreign + at, len - at, &cp);
		if (id7_escape_hidden(cp))
			step = 0;
	}
	if (step == 0)
		return safe_text(foreign);
	snprintf(safe.s, sizeof safe.s, "%s", foreign);
	return safe;
}

static bool
local_time(const struct ctl *ctl, uint64_t wall, char buf[80])
{
	time_t t = (time_t)wall;
	struct tm tm;

	if (localtime_r(&t, &tm) != NULL &&
	    strftime(buf, 80, "%Y-%m-%d %H:%M:%S", &tm) > 0)
		return true;
	ctl_say(ctl, ID7_N("a time that no calendar has is left out"));
	return false;
}

void
failtable_start(struct failtable *table)
{
	if (!table->json)
		return;
	json_start(&table->doc, stdout);
	json_array(&table->doc, "users");
}

static void
user_json(struct failtable *table, const char *user, const struct failrow *rows,
	  size_t count)
{
	struct json *json = &table->doc;

	json_object(json, NULL);
	json_text(json, "user", user);
	json_array(json, "records");
	for (size_t i = 0; i < count; i++) {
		/* Later than any calendar goes: not known. */
		bool known = rows[i].wall < INT64_C(253402300800);

		json_object(json, NULL);
		json_time(json, "time", known ? (int64_t)rows[i].wall : 0);
		json_text(json, "type", type_name(rows[i].type));
		json_text(json, "source", rows[i].source);
		json_bool(json, "valid", rows[i].valid);
		if (rows[i].lane != NULL)
			json_text(json, "lane", rows[i].lane);
		json_end(json);
	}
	json_end(json);
	json_end(json);
}

static void
user_legacy(struct failtable *table, const char *user,
	    const struct failrow *rows, size_t count)
{
	const struct failrow *last = count > 0 ? &rows[count - 1] : NULL;
	char when[80];

	if (!table->begun)
		puts("Login           Failures    Latest failure         From");
	table->begun = true;
	printf("%-15.15s ", shown(user).s);
	if (last == NULL)
		puts("    0");
	else if (local_time(table->ctl, last->wall, when))
		printf("%5zu %25s    %s\n", count, when, shown(last->source).s);
	else
		putchar('\n');
}

static void
user_table(struct failtable *table, const char *user,
	   const struct failrow *rows, size_t count)
{
	char when[80];

	printf("%s:\n%-19s %-5s %-48s %-5s\n", shown(user).s, "When", "Type",
	       "Source", "Valid");
	for (size_t i = 0; i < count; i++)
		if (local_time(table->ctl, rows[i].wall, when))
			printf("%-19s %-5s %-52s %s\n", when,
			       type_name(rows[i].type), shown(rows[i].source).s,
			       rows[i].valid ? "V" : "I");
}

void
failtable_user(struct failtable *table, const char *user,
	       const struct failrow *rows, size_t count)
{
	if (table->json)
		user_json(table, user, rows, count);
	else if (table->legacy)
		user_legacy(table, user, rows, count);
	else
		user_table(table, user, rows, count);
}

void
failtable_finish(struct failtable *table)
{
	if (!table->json)
		return;
	json_end(&table->doc);
	json_finish(&table->doc);
}
