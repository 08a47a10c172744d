/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Known sources: a keyed hash and a day each. */
#include "common/core/known.h"

#include <stddef.h>

#define DAY_SECONDS 86400

static uint32_t
day_of(int64_t wall)
{
	int64_t day = wall / DAY_SECONDS;

	if (day < 0)
		return 0;
	return day > UINT32_MAX ? UINT32_MAX : (uint32_t)day;
}

static uint32_t
age(const struct id7_known_source *known, uint32_t today)
{
	return known->day >= today ? 0 : today - known->day;
}

bool
id7_known_has(const struct id7_known_source known[ID7_KNOWN_SOURCES],
	      uint64_t source, int64_t wall)
{
	size_t i;

	for (i = 0; i < ID7_KNOWN_SOURCES && source != 0; i++)
		if (known[i].source == source)
			return age(&known[i], day_of(wall)) <= ID7_KNOWN_DAYS;
	return false;
}

void
id7_known_note(struct id7_known_source known[ID7_KNOWN_SOURCES],
	       uint64_t source, int64_t wall)
{
	uint32_t today = day_of(wall);
	size_t i, place = 0;

	for (i = 0; i < ID7_KNOWN_SOURCES; i++) {
		if (known[i].source == source) {
			place = i;
			break;
		}
		if (known[place].source != 0 &&
		    (known[i].source == 0 ||
		     age(&known[i], today) > age(&known[place], today)))
			place = i;
	}
	known[place].source = source;
	known[place].day = today;
}
