/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tally files of pam_faillock: their bytes as records, and what of them still counts. */
#ifndef ID7_CORE_FAILLOCK_FILE_H
#define ID7_CORE_FAILLOCK_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/policy.h"
#include "common/core/tally.h"

#define ID7_FAILLOCK_RECORD_LEN 64 /* bytes of a record */
#define ID7_FAILLOCK_SOURCE_MAX 52 /* bytes of its source */
#define ID7_FAILLOCK_RECORDS 1024  /* records that pam_faillock keeps at most */
#define ID7_FAILLOCK_FILE_MAX (ID7_FAILLOCK_RECORD_LEN * ID7_FAILLOCK_RECORDS)

/* What a source is the name of. */
enum id7_faillock_type {
	ID7_FAILLOCK_SVC = 0, /* a PAM service */
	ID7_FAILLOCK_TTY,
	ID7_FAILLOCK_RHOST,
};

struct id7_faillock_record {
	char source[ID7_FAILLOCK_SOURCE_MAX + 1]; /* foreign bytes, terminated */
	enum id7_faillock_type type;
	bool valid; /* false: pam_faillock does not count it any more */
	bool sound; /* false: nothing that pam_faillock writes */
	uint64_t time; /* wall clock, as written: any value */
};

/*
 * The whole records in the first `len` bytes of a file: at most
 * ID7_FAILLOCK_RECORDS, as faillock(8) reads them. A rest is left out.
 */
size_t id7_faillock_count(size_t len);

/*
 * Reads one record, in the byte order of this machine. Whatever the bytes are,
 * *ret_record can be shown; `sound` says whether pam_faillock wrote them: only
 * known bits, one type, no reserved byte, a source that nothing follows.
 */
void id7_faillock_decode(const uint8_t in[ID7_FAILLOCK_RECORD_LEN],
			 struct id7_faillock_record *ret_record);

/* What is wrong with a file as a whole; ID7_FAILLOCK_GOOD: nothing. */
enum id7_faillock_flaw {
	ID7_FAILLOCK_GOOD = 0,
	ID7_FAILLOCK_TORN, /* no whole number of records */
	ID7_FAILLOCK_HUGE, /* more records than pam_faillock keeps */
	ID7_FAILLOCK_JUNK, /* a record that is not sound */
};

/*
 * Reads a file of `len` bytes: judges all of it, then writes its records in
 * their order to `ret_records`, which has ID7_FAILLOCK_RECORDS places, and
 * their number. With a flaw nothing is written and the number is 0.
 */
enum id7_faillock_flaw
id7_faillock_parse(const uint8_t *bytes, size_t len,
		   struct id7_faillock_record *ret_records, size_t *ret_count);

/* One failure to take over. */
struct id7_faillock_failure {
	int64_t wall;
	enum id7_lane lane;
	uint32_t source; /* keyed hash of where it came from; 0: no source */
};

/* What a file of pam_faillock's means now. */
struct id7_faillock_standing {
	size_t counted;	   /* failures inside the window, not void */
	size_t old;	   /* valid ones that do not count any more */
	size_t clamped;	   /* of a time later than the file's own */
	bool locked;
	int64_t locked_at; /* wall clock: its latest failure */
};

/*
 * What the records say at `now_wall` by `policy`, as pam_faillock reads them:
 * the valid ones less than fail_interval before the latest count; `deny` of
 * them are a lock of unlock_time from the latest on (0: without end), and one
 * that is over voids them. Besides, what is older than fail_interval now and
 * made no lock is old. `newest` (wall clock, not after now) is when the file was
 * written: no record can be later, one that says so counts as of then.
 * Sets counts[i] for each of the `count` records and clamps its time.
 */
struct id7_faillock_standing
id7_faillock_judge(struct id7_faillock_record *records, size_t count,
		   const struct id7_policy *policy, int64_t now_wall,
		   int64_t newest, bool *counts);

/* What became of failures that were taken over. */
struct id7_faillock_taken {
	size_t added;
	size_t known; /* were there already */
	bool locked_now;
	int64_t until; /* wall clock of the lock's end; 0: none, or it has none */
};

/*
 * Adds `failures`, oldest first, to a refreshed tally, each in its lane, but
 * those that the tally has at that moment (within ID7_FAILLOCK_SAME seconds, for
 * the clocks tick apart) already, each of its own standing for one; with
 * `locked_at` (wall clock, 0: no lock) locks the lanes that have got one, until
 * the end that the lock had; a lock that is there stays as it is.
 */
#define ID7_FAILLOCK_SAME 2
struct id7_faillock_taken
id7_faillock_take(struct id7_tally *tally, const struct id7_policy *policy,
		  const struct id7_now *now,
		  const struct id7_faillock_failure *failures, size_t count,
		  int64_t locked_at);

#endif
