/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the tally files of pam_faillock, which have no magic, no checksum and
 * the machine's own byte order. */
#include "common/core/faillock_file.h"

#include <string.h>

#include "common/core/lane.h"

/* Offsets of a record. */
#define AT_RESERVED 52
#define AT_STATUS 54
#define AT_TIME 56

/* Bits of its status. */
#define STATUS_VALID 1u
#define STATUS_RHOST 2u
#define STATUS_TTY 4u

size_t
id7_faillock_count(size_t len)
{
	size_t count = len / ID7_FAILLOCK_RECORD_LEN;

	return count < ID7_FAILLOCK_RECORDS ? count : ID7_FAILLOCK_RECORDS;
}

static bool
all_zero(const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

void
id7_faillock_decode(const uint8_t in[ID7_FAILLOCK_RECORD_LEN],
		    struct id7_faillock_record *ret_record)
{
	size_t len = strnlen((const char *)in, ID7_FAILLOCK_SOURCE_MAX);
	uint16_t status, reserved;

	memcpy(&reserved, in + AT_RESERVED, sizeof reserved);
	memcpy(&status, in + AT_STATUS, sizeof status);
	memset(ret_record, 0, sizeof *ret_record);
	memcpy(ret_record->source, in, len);
	memcpy(&ret_record->time, in + AT_TIME, sizeof ret_record->time);
	if (status & STATUS_RHOST)
		ret_record->type = ID7_FAILLOCK_RHOST;
	else if (status & STATUS_TTY)
		ret_record->type = ID7_FAILLOCK_TTY;
	ret_record->valid = (status & STATUS_VALID) != 0;
	ret_record->sound =
		reserved == 0 &&
		(status & ~(STATUS_VALID | STATUS_RHOST | STATUS_TTY)) == 0 &&
		(status & (STATUS_RHOST | STATUS_TTY)) !=
			(STATUS_RHOST | STATUS_TTY) &&
		all_zero(in + len, ID7_FAILLOCK_SOURCE_MAX - len);
}

enum id7_faillock_flaw
id7_faillock_parse(const uint8_t *bytes, size_t len,
		   struct id7_faillock_record *ret_records, size_t *ret_count)
{
	size_t i, count = id7_faillock_count(len);
	struct id7_faillock_record record;

	*ret_count = 0;
	if (len > ID7_FAILLOCK_FILE_MAX)
		return ID7_FAILLOCK_HUGE;
	if (len % ID7_FAILLOCK_RECORD_LEN != 0)
		return ID7_FAILLOCK_TORN;
	for (i = 0; i < count; i++) {
		id7_faillock_decode(bytes + i * ID7_FAILLOCK_RECORD_LEN,
				    &record);
		if (!record.sound)
			return ID7_FAILLOCK_JUNK;
	}
	for (i = 0; i < count; i++)
		id7_faillock_decode(bytes + i * ID7_FAILLOCK_RECORD_LEN,
				    &ret_records[i]);
	*ret_count = count;
	return ID7_FAILLOCK_GOOD;
}

/* The latest valid time, after no time is later than `newest` any more. */
static int64_t
clamp_times(struct id7_faillock_record *records, size_t count, int64_t newest,
	    size_t *ret_clamped)
{
	uint64_t last = newest > 0 ? (uint64_t)newest : 0;
	int64_t latest = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (records[i].time > last) {
			records[i].time = last;
			*ret_clamped += records[i].valid;
		}
		if (records[i].valid && (int64_t)records[i].time > latest)
			latest = (int64_t)records[i].time;
	}
	return latest;
}

struct id7_faillock_standing
id7_faillock_judge(struct id7_faillock_record *records, size_t count,
		   const struct id7_policy *policy, int64_t now_wall,
		   int64_t newest, bool *counts)
{
	struct id7_faillock_standing standing;
	int64_t latest, since;
	size_t i, counted = 0, valid = 0;
	bool over;

	memset(&standing, 0, sizeof standing);
	latest = clamp_times(records, count, newest, &standing.clamped);
	for (i = 0; i < count; i++) {
		counts[i] =
			records[i].valid && latest - (int64_t)records[i].time <
						    policy->fail_interval;
		counted += counts[i];
		valid += records[i].valid;
	}
	standing.locked = policy->deny != 0 && counted >= policy->deny;
	over = standing.locked && policy->unlock_time != 0 &&
	       now_wall - latest >= policy->unlock_time;
	standing.locked = standing.locked && !over;
	standing.locked_at = standing.locked ? latest : 0;
	/* A lock keeps its failures while it lasts. */
	since = standing.locked ? INT64_MIN : now_wall - policy->fail_interval;
	for (i = 0; i < count; i++) {
		counts[i] =
			counts[i] && !over && (int64_t)records[i].time > since;
		standing.counted += counts[i];
	}
	standing.old = valid - standing.counted;
	return standing;
}

/* A failure of the tally at that moment which no other record stands for. The
 * earliest one: taken in their order, two rows that lie a tick apart pair off
 * whole. */
static bool
take_known(struct id7_lane_tally *unmatched, int64_t at)
{
	uint8_t k;

	for (k = 0; k < unmatched->failures; k++) {
		int64_t apart = at - unmatched->failure[k].at;

		if (apart < -ID7_FAILLOCK_SAME || apart > ID7_FAILLOCK_SAME)
			continue;
		unmatched->failures--;
		memmove(&unmatched->failure[k], &unmatched->failure[k + 1],
			(size_t)(unmatched->failures - k) *
				sizeof unmatched->failure[0]);
		return true;
	}
	return false;
}

/* The lock began when the last failure came, not now. */
static void
lock_lane(struct id7_tally *tally, enum id7_lane lane,
	  const struct id7_policy *policy, const struct id7_now *now,
	  int64_t locked_at, struct id7_faillock_taken *taken)
{
	struct id7_lane_tally *l = &tally->lane[lane];
	struct id7_policy at_once = *policy;
	struct id7_now then = *now;

	at_once.deny = 1;
	if (locked_at != 0) {
		then.boot -= now->wall - locked_at;
		then.wall = locked_at;
	} else {
		at_once.deny = policy->deny;
	}
	if (!id7_lane_lock_if_due(l, lane, &at_once, &then))
		return;
	taken->locked_now = true;
	taken->until = l->held ? 0 : now->wall + (l->locked_until - now->boot);
}

struct id7_faillock_taken
id7_faillock_take(struct id7_tally *tally, const struct id7_policy *policy,
		  const struct id7_now *now,
		  const struct id7_faillock_failure *failures, size_t count,
		  int64_t locked_at)
{
	struct id7_lane_tally before[ID7_LANES];
	bool touched[ID7_LANES] = {false};
	struct id7_faillock_taken taken;
	size_t i;

	memset(&taken, 0, sizeof taken);
	memcpy(before, tally->lane, sizeof before);
	for (i = 0; i < count; i++) {
		const struct id7_faillock_failure *f = &failures[i];
		int64_t at = now->boot - (now->wall - f->wall);

		if (take_known(&before[f->lane], at)) {
			taken.known++;
			continue;
		}
		touched[f->lane] = true;
		taken.added++;
		id7_lane_fail(&tally->lane[f->lane], id7_clamp32(at), 0,
			      f->source);
		if (f->wall > tally->last_bad)
			tally->last_bad = f->wall;
	}
	for (i = 0; i < ID7_LANES; i++)
		if (touched[i])
			lock_lane(tally, (enum id7_lane)i, policy, now,
				  locked_at, &taken);
	return taken;
}
