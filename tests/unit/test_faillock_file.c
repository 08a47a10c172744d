/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tally files of pam_faillock: whole ones, every damage of one, and what of
 * them counts. */
#include "common/core/faillock_file.h"

#include <stdlib.h>

#include "tests/support/check.h"
#include "tests/support/random.h"

#define NOW 1700000000
#define VALID 1u
#define RHOST 2u
#define TTY 4u

static const struct id7_policy usual = {
	.deny = 3, .fail_interval = 900, .unlock_time = 600, .lease = 30};

static void
put(uint8_t *out, const char *source, uint16_t status, uint64_t time)
{
	memset(out, 0, ID7_FAILLOCK_RECORD_LEN);
	memcpy(out, source, strnlen(source, ID7_FAILLOCK_SOURCE_MAX));
	memcpy(out + 54, &status, sizeof status);
	memcpy(out + 56, &time, sizeof time);
}

static void
test_decodes_each_type(void)
{
	struct id7_faillock_record r;
	uint8_t bytes[ID7_FAILLOCK_RECORD_LEN];
	char longest[ID7_FAILLOCK_SOURCE_MAX + 1];

	put(bytes, "192.0.2.7", VALID | RHOST, NOW);
	id7_faillock_decode(bytes, &r);
	CHECK_STR(r.source, "192.0.2.7");
	CHECK_INT(r.type, ID7_FAILLOCK_RHOST);
	CHECK(r.valid && r.sound);
	CHECK_INT(r.time, NOW);
	put(bytes, "tty1", TTY, 5);
	id7_faillock_decode(bytes, &r);
	CHECK_INT(r.type, ID7_FAILLOCK_TTY);
	CHECK(!r.valid && r.sound);
	put(bytes, "sshd", VALID, UINT64_MAX);
	id7_faillock_decode(bytes, &r);
	CHECK_INT(r.type, ID7_FAILLOCK_SVC);
	CHECK(r.time == UINT64_MAX);
	memset(longest, 'x', sizeof longest);
	longest[ID7_FAILLOCK_SOURCE_MAX] = '\0';
	put(bytes, longest, VALID | RHOST, 1);
	id7_faillock_decode(bytes, &r);
	CHECK_STR(r.source, longest);
	CHECK(r.sound);
}

static void
test_unsound_records(void)
{
	struct id7_faillock_record r;
	uint8_t bytes[ID7_FAILLOCK_RECORD_LEN];

	put(bytes, "h", VALID | RHOST | TTY, NOW);
	id7_faillock_decode(bytes, &r);
	CHECK(!r.sound);
	CHECK_INT(r.type, ID7_FAILLOCK_RHOST);
	put(bytes, "h", 8, NOW);
	id7_faillock_decode(bytes, &r);
	CHECK(!r.sound);
	put(bytes, "h", VALID, NOW);
	bytes[52] = 1;
	id7_faillock_decode(bytes, &r);
	CHECK(!r.sound);
	put(bytes, "h", VALID, NOW);
	bytes[30] = 'x';
	id7_faillock_decode(bytes, &r);
	CHECK(!r.sound);
	CHECK_STR(r.source, "h");
}

static void
test_whole_files(void)
{
	static uint8_t file[ID7_FAILLOCK_FILE_MAX + ID7_FAILLOCK_RECORD_LEN];
	static struct id7_faillock_record r[ID7_FAILLOCK_RECORDS];
	size_t i, n = 77;

	CHECK_INT(id7_faillock_parse(file, 0, r, &n), ID7_FAILLOCK_GOOD);
	CHECK_INT(n, 0);
	for (i = 0; i <= ID7_FAILLOCK_RECORDS; i++)
		put(file + i * ID7_FAILLOCK_RECORD_LEN, "h", VALID | RHOST,
		    NOW + i);
	CHECK_INT(id7_faillock_parse(file, ID7_FAILLOCK_FILE_MAX, r, &n),
		  ID7_FAILLOCK_GOOD);
	CHECK_INT(n, ID7_FAILLOCK_RECORDS);
	CHECK_INT(r[ID7_FAILLOCK_RECORDS - 1].time, NOW + 1023);
	CHECK_INT(id7_faillock_parse(file, sizeof file, r, &n),
		  ID7_FAILLOCK_HUGE);
	CHECK_INT(n, 0);
	CHECK_INT(id7_faillock_parse(file, 65, r, &n), ID7_FAILLOCK_TORN);
	CHECK_INT(id7_faillock_parse(file, 63, r, &n), ID7_FAILLOCK_TORN);
	file[64 + 52] = 1;
	CHECK_INT(id7_faillock_parse(file, 128, r, &n), ID7_FAILLOCK_JUNK);
	CHECK_INT(n, 0);
	CHECK_INT(id7_faillock_count(63), 0);
	CHECK_INT(id7_faillock_count(130), 2);
	CHECK_INT(id7_faillock_count(sizeof file), ID7_FAILLOCK_RECORDS);
}

/* A file of `count` valid failures that end at NOW - age, a second apart. */
static void
fill(struct id7_faillock_record *r, size_t count, int64_t age)
{
	size_t i;

	memset(r, 0, count * sizeof *r);
	for (i = 0; i < count; i++) {
		r[i].valid = r[i].sound = true;
		r[i].type = ID7_FAILLOCK_RHOST;
		r[i].time = (uint64_t)(NOW - age - (int64_t)(count - 1 - i));
	}
}

static struct id7_faillock_standing
judge(struct id7_faillock_record *r, size_t count, int64_t newest)
{
	bool counts[ID7_FAILLOCK_RECORDS];

	return id7_faillock_judge(r, count, &usual, NOW, newest, counts);
}

static void
test_what_counts(void)
{
	struct id7_faillock_standing s;
	struct id7_faillock_record r[8];

	s = judge(r, 0, NOW);
	CHECK(!s.locked && s.counted == 0 && s.old == 0);
	fill(r, 2, 0);
	s = judge(r, 2, NOW);
	CHECK(!s.locked && s.counted == 2 && s.old == 0);
	r[0].valid = false;
	s = judge(r, 2, NOW);
	CHECK(s.counted == 1 && s.old == 0);
	fill(r, 2, 899);
	s = judge(r, 2, NOW);
	CHECK(s.counted == 1 && s.old == 1);
	fill(r, 3, 599);
	s = judge(r, 3, NOW);
	CHECK(s.locked && s.counted == 3);
	CHECK_INT(s.locked_at, NOW - 599);
	fill(r, 3, 600);
	s = judge(r, 3, NOW);
	CHECK(!s.locked && s.counted == 0 && s.old == 3);
	fill(r, 4, 10);
	r[0].time = NOW - 10 - 900;
	r[1].time = NOW - 10 - 899;
	s = judge(r, 4, NOW);
	CHECK(s.locked && s.counted == 3 && s.old == 1);
	r[1].time = NOW - 10 - 900;
	s = judge(r, 4, NOW);
	CHECK(!s.locked && s.counted == 2 && s.old == 2);
}

static void
test_limits_of_policy(void)
{
	struct id7_policy policy = usual;
	struct id7_faillock_standing s;
	struct id7_faillock_record r[4];
	bool counts[4];

	fill(r, 4, 100000);
	policy.unlock_time = 0;
	s = id7_faillock_judge(r, 4, &policy, NOW, NOW, counts);
	CHECK(s.locked && s.counted == 4);
	policy.deny = 0;
	s = id7_faillock_judge(r, 4, &policy, NOW, NOW, counts);
	CHECK(!s.locked && s.counted == 0 && s.old == 4);
}

/* A stepped clock locks nobody for longer than the file is old. */
static void
test_future_is_clamped(void)
{
	struct id7_faillock_standing s;
	struct id7_faillock_record r[3];

	fill(r, 3, 0);
	r[1].time = NOW + 86400;
	r[2].time = UINT64_MAX;
	s = judge(r, 3, NOW - 100);
	CHECK_INT(s.clamped, 3);
	CHECK(s.locked);
	CHECK_INT(s.locked_at, NOW - 100);
	CHECK_INT(r[2].time, NOW - 100);
}

static struct id7_now
moment(int64_t wall)
{
	return (struct id7_now){
		.wall = wall, .boot = 5000 + wall - NOW, .boot_hash = 9};
}

static void
test_failures_are_taken_once(void)
{
	const uint8_t id[ID7_ID_LEN] = {1};
	struct id7_faillock_failure f[] = {{NOW - 30, ID7_LANE_REMOTE, 7},
					   {NOW - 30, ID7_LANE_REMOTE, 7},
					   {NOW - 20, ID7_LANE_CONSOLE, 0}};
	struct id7_now now = moment(NOW);
	struct id7_faillock_taken taken;
	struct id7_tally tally;

	id7_tally_init(&tally, id, 1, &now);
	taken = id7_faillock_take(&tally, &usual, &now, f, 3, 0);
	CHECK(taken.added == 3 && taken.known == 0 && !taken.locked_now);
	CHECK_INT(tally.lane[ID7_LANE_REMOTE].failures, 2);
	CHECK_INT(tally.lane[ID7_LANE_REMOTE].failure[0].at, 4970);
	CHECK_INT(tally.lane[ID7_LANE_REMOTE].failure[0].source, 7);
	CHECK_INT(tally.lane[ID7_LANE_CONSOLE].failures, 1);
	CHECK_INT(tally.last_bad, NOW - 20);
	now = moment(NOW + 5);
	now.boot += ID7_FAILLOCK_SAME; /* the clocks tick apart */
	taken = id7_faillock_take(&tally, &usual, &now, f, 3, 0);
	CHECK(taken.added == 0 && taken.known == 3 && !taken.locked_now);
	CHECK_INT(tally.lane[ID7_LANE_REMOTE].failures, 2);
	now.boot += 1;
	taken = id7_faillock_take(&tally, &usual, &now, f, 1, 0);
	CHECK_INT(taken.added, 1);
	CHECK(taken.locked_now);
}

/* Whatever lies how close together, the same file adds nothing. */
static void
test_taken_again_at_any_tick(void)
{
	struct random random = random_begin();
	struct id7_policy never = usual;
	struct id7_faillock_failure f[ID7_DENY_MAX];
	const uint8_t id[ID7_ID_LEN] = {1};
	struct id7_faillock_taken taken;
	struct id7_tally tally;
	int round;

	never.deny = 0;
	for (round = 0; round < 3000; round++) {
		struct id7_now now = moment(NOW);
		size_t i, n = 1 + random_below(&random, ID7_DENY_MAX);
		int64_t when = NOW - 200;

		for (i = 0; i < n; i++) {
			when += random_below(&random, 4);
			f[i] = (struct id7_faillock_failure){
				when, ID7_LANE_REMOTE, 0};
		}
		id7_tally_init(&tally, id, 1, &now);
		(void)id7_faillock_take(&tally, &never, &now, f, n, 0);
		now.boot += random_between(&random, -ID7_FAILLOCK_SAME,
					   ID7_FAILLOCK_SAME);
		taken = id7_faillock_take(&tally, &never, &now, f, n, 0);
		CHECK_INT(taken.added, 0);
		CHECK_INT(taken.known, n);
	}
	if (check_failed > 0)
		random_confess(&random);
}

static void
test_lock_keeps_its_end(void)
{
	const uint8_t id[ID7_ID_LEN] = {1};
	struct id7_faillock_failure f[] = {{NOW - 102, ID7_LANE_REMOTE, 0},
					   {NOW - 101, ID7_LANE_REMOTE, 0},
					   {NOW - 100, ID7_LANE_CONSOLE, 0}};
	struct id7_now now = moment(NOW);
	struct id7_faillock_taken taken;
	struct id7_lane_view view;
	struct id7_policy forever = usual;
	struct id7_tally tally;

	id7_tally_init(&tally, id, 1, &now);
	taken = id7_faillock_take(&tally, &usual, &now, f, 3, NOW - 100);
	CHECK(taken.added == 3 && taken.locked_now);
	CHECK_INT(taken.until, NOW + 500);
	view = id7_tally_view(&tally, &now, ID7_LANE_REMOTE);
	CHECK(view.locked_out);
	CHECK_INT(view.locked_since, NOW - 100);
	CHECK_INT(view.locked_until, NOW + 500);
	CHECK(id7_tally_view(&tally, &now, ID7_LANE_CONSOLE).locked_out);
	CHECK(!id7_tally_view(&tally, &now, ID7_LANE_KNOWN).locked_out);
	taken = id7_faillock_take(&tally, &usual, &now, f, 3, NOW - 100);
	CHECK(taken.added == 0 && !taken.locked_now);
	now = moment(NOW + 500);
	(void)id7_tally_refresh(&tally, id, 1, &usual, &now, UINT32_MAX);
	CHECK(!id7_tally_view(&tally, &now, ID7_LANE_REMOTE).locked_out);
	forever.unlock_time = 0;
	id7_tally_init(&tally, id, 1, &now);
	taken = id7_faillock_take(&tally, &forever, &now, f, 3, NOW - 100);
	CHECK(taken.locked_now && taken.until == 0);
	CHECK(id7_tally_view(&tally, &now, ID7_LANE_REMOTE).held);
}

/* Whatever the bytes are: nothing read past them, nothing out of its limits. */
static void
judge_bytes(const uint8_t *bytes, size_t len)
{
	static struct id7_faillock_record r[ID7_FAILLOCK_RECORDS];
	static bool counts[ID7_FAILLOCK_RECORDS];
	uint8_t *exact = malloc(len + (len == 0));
	struct id7_faillock_standing s;
	enum id7_faillock_flaw flaw;
	size_t i, n = 0;

	if (exact == NULL)
		return;
	memcpy(exact, bytes, len);
	flaw = id7_faillock_parse(exact, len, r, &n);
	free(exact);
	CHECK((flaw == ID7_FAILLOCK_GOOD) || n == 0);
	CHECK(n * ID7_FAILLOCK_RECORD_LEN == len || n == 0);
	s = id7_faillock_judge(r, n, &usual, NOW, NOW - 7, counts);
	CHECK(s.counted <= n && s.old <= n && s.clamped <= n);
	CHECK(s.locked == (s.locked_at != 0));
	CHECK(!s.locked || (s.locked_at <= NOW - 7 && s.counted >= usual.deny));
	for (i = 0; i < n; i++)
		CHECK(r[i].time <= NOW - 7 &&
		      strlen(r[i].source) <= ID7_FAILLOCK_SOURCE_MAX);
}

static void
test_mutations(void)
{
	struct random random = random_begin();
	uint8_t file[5 * ID7_FAILLOCK_RECORD_LEN], mutant[sizeof file];
	size_t i, k, len;

	for (i = 0; i < 5; i++)
		put(file + i * ID7_FAILLOCK_RECORD_LEN, "192.0.2.7",
		    VALID | RHOST, NOW - 60 + i);
	for (len = 0; len <= sizeof file; len++)
		judge_bytes(file, len);
	for (i = 0; i < sizeof file * 8; i++) {
		memcpy(mutant, file, sizeof file);
		mutant[i / 8] ^= (uint8_t)(1u << i % 8);
		judge_bytes(mutant, sizeof mutant);
	}
	for (i = 0; i < 20000; i++) {
		memcpy(mutant, file, sizeof file);
		for (k = random_below(&random, 12); k-- > 0;)
			mutant[random_below(&random, sizeof file)] =
				(uint8_t)random_bits(&random);
		judge_bytes(mutant, random_below(&random, sizeof file + 1) &
					    ~(size_t)(i % 2 ? 63 : 0));
	}
	if (check_failed > 0)
		random_confess(&random);
}

int
main(void)
{
	test_decodes_each_type();
	test_unsound_records();
	test_whole_files();
	test_what_counts();
	test_limits_of_policy();
	test_future_is_clamped();
	test_failures_are_taken_once();
	test_taken_again_at_any_tick();
	test_lock_keeps_its_end();
	test_mutations();
	return check_done();
}
