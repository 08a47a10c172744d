/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One attempt: its verdicts, and limits that its caller sets to cheat. */
#include <sys/resource.h>
#include <sys/wait.h>

#include "common/effects/slots.h"
#include "tests/support/site.h"

#define RIGHT "the right words"

static uint32_t
failures(struct site *site, const char *name)
{
	struct id7_picture picture;
	struct id7_fault fault;
	uint32_t all = 0;

	CHECK_INT(id7_manage_look(site->id7, name, &picture, &fault), ID7_OK);
	for (int i = 0; i < ID7_LANES; i++)
		all += picture.lane[i].failures;
	return all;
}

static void
verdicts_and_reasons(struct site *site)
{
	struct id7_login login;

	site_add(site, "alice", RIGHT);
	login = site_login(site, "alice", RIGHT);
	CHECK_INT(login.verdict, ID7_ALLOW);
	CHECK_INT(login.reason, ID7_REASON_RIGHT);
	CHECK(login.checked_real && login.hashed && login.ours);
	login = site_login(site, "alice", "wrong words");
	CHECK_INT(login.verdict, ID7_DENY);
	CHECK_INT(login.reason, ID7_REASON_WRONG);
	CHECK_INT(login.failures, 1);
	login = site_login(site, "nobody", "wrong words");
	CHECK_INT(login.reason, ID7_REASON_UNKNOWN);
	CHECK(login.hashed && !login.checked_real && !login.ours);
	login = site_login(site, "alice", "");
	CHECK_INT(login.reason, ID7_REASON_EMPTY);
	CHECK(!login.hashed);
	login = site_login(site, "alice", "\b\n\r\177INCORRECT");
	CHECK_INT(login.reason, ID7_REASON_JUNK);
	CHECK(login.hashed && !login.checked_real);
	CHECK_INT(failures(site, "alice"), 1);
}

/* A trial looks into the lane that it comes from, and leaves no trace. */
static void
trial_peeks_into_its_lane(struct site *site)
{
	static const struct id7_origin strange = {.service = "test",
						  .rhost = "203.0.113.77"};
	const char *const wrong[] = {"wrong 1", "wrong 2", "wrong 3"};
	struct id7_config config = site->config;
	auto_secret *typed = site_secret(RIGHT);
	struct id7_login login;
	struct id7 *trial = NULL;
	struct id7_fault fault;

	site_add(site, "dora", RIGHT);
	CHECK_INT(site_login(site, "dora", RIGHT).lane, ID7_LANE_REMOTE);
	CHECK_INT(site_login(site, "dora", RIGHT).lane, ID7_LANE_KNOWN);
	for (size_t i = 0; i < 3; i++) {
		auto_secret *guess = site_secret(wrong[i]);

		id7_login_attempt(site->id7, "dora", guess, &strange,
				  id7_deadline_in(20000), &login);
		CHECK_INT(login.lane, ID7_LANE_REMOTE);
	}
	CHECK(login.events.locked_now);
	config.no_count = true;
	CHECK_INT(id7_open(&config, &trial, &fault), ID7_OK);
	id7_login_attempt(trial, "dora", typed, &site_origin,
			  id7_deadline_in(20000), &login);
	CHECK_INT(login.verdict, ID7_ALLOW);
	CHECK_INT(login.lane, ID7_LANE_KNOWN);
	id7_login_attempt(trial, "dora", typed, &strange,
			  id7_deadline_in(20000), &login);
	CHECK_INT(login.reason, ID7_REASON_LOCKED_OUT);
	CHECK_INT(login.lane, ID7_LANE_REMOTE);
	id7_close(&trial);
	CHECK_INT(failures(site, "dora"), 3);
}

/* A lock that leaves strangers in is shown, too; one that does not, first. */
static void
a_locked_lane_is_shown(struct site *site)
{
	const char *const wrong[] = {"wrong 1", "wrong 2", "wrong 3"};
	struct id7_origin strange = {.service = "test",
				     .rhost = "203.0.113.78"};
	struct id7_picture picture;
	struct id7_login login;

	site_add(site, "emma", RIGHT);
	CHECK_INT(site_login(site, "emma", RIGHT).verdict, ID7_ALLOW);
	for (size_t i = 0; i < 3; i++)
		login = site_login(site, "emma", wrong[i]);
	CHECK(login.events.locked_now);
	CHECK_INT(id7_manage_look(site->id7, "emma", &picture, NULL), ID7_OK);
	CHECK_INT(picture.shown, ID7_LANE_KNOWN);
	CHECK_INT(picture.reason, ID7_REASON_LOCKED_OUT);
	for (size_t i = 0; i < 3; i++) {
		auto_secret *guess = site_secret(wrong[i]);

		id7_login_attempt(site->id7, "emma", guess, &strange,
				  id7_deadline_in(20000), &login);
	}
	CHECK(login.events.locked_now);
	CHECK_INT(id7_manage_look(site->id7, "emma", &picture, NULL), ID7_OK);
	CHECK_INT(picture.shown, ID7_LANE_REMOTE);
}

/* Names that nobody has are locked out like accounts. */
static void
phantoms_lock_too(struct site *site)
{
	int i;

	for (i = 0; i < 3; i++)
		CHECK_INT(site_login(site, "ghost", "some words").reason,
			  ID7_REASON_UNKNOWN);
	CHECK_INT(site_login(site, "ghost", "some words").reason,
		  ID7_REASON_LOCKED_OUT);
}

/* With `limit` free descriptors, in a child: no answer, or the right one. */
static void
try_with_descriptors(struct site *site, rlim_t limit)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		struct rlimit files = {limit, limit};
		struct id7_login login;

		setrlimit(RLIMIT_NOFILE, &files);
		login = site_login(site, "bob", RIGHT);
		_exit(login.verdict == ID7_ALLOW || login.error != ID7_OK ? 0
									  : 1);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
}

/* Who starves his own su of descriptors makes no failure of the victim's. */
static void
few_descriptors_count_nothing(struct site *site)
{
	rlim_t limit;

	site_add(site, "bob", RIGHT);
	for (limit = 3; limit < 40; limit++)
		try_with_descriptors(site, limit);
	CHECK_INT(failures(site, "bob"), 0);
	CHECK_INT(site_login(site, "bob", RIGHT).verdict, ID7_ALLOW);
}

/* A crowd that queues for hash slots holds no place in the tally meanwhile. */
static void
queue_holds_no_place(struct site *site)
{
	const struct id7_slot_claim all = {.console = true};
	uint32_t count =
		id7_slots_count(site->config.hash_slots, site->config.memlimit);
	struct id7_slot slot[1024];
	struct id7_picture picture;
	struct id7_login login;
	auto_secret *typed = site_secret(RIGHT);
	struct id7_fault fault;
	uint64_t before;
	uint32_t i;

	site_add(site, "carol", RIGHT);
	CHECK_INT(id7_manage_look(site->id7, "carol", &picture, &fault),
		  ID7_OK);
	before = picture.tally.seq;
	for (i = 0; i < count; i++)
		CHECK_INT(id7_slots_take(site->config.run_dir, count, all,
					 id7_deadline_in(1000), &slot[i],
					 &fault),
			  ID7_OK);
	id7_login_attempt(site->id7, "carol", typed, &site_origin,
			  id7_deadline_in(2100), &login);
	CHECK_INT(login.reason, ID7_REASON_BUSY);
	CHECK(!login.hashed);
	CHECK_INT(id7_manage_look(site->id7, "carol", &picture, &fault),
		  ID7_OK);
	CHECK_INT(picture.lane[ID7_LANE_REMOTE].pending, 0);
	CHECK_INT(picture.tally.seq, before);
	for (i = 0; i < count; i++)
		id7_slots_release(&slot[i]);
	CHECK_INT(site_login(site, "carol", RIGHT).verdict, ID7_ALLOW);
}

int
main(void)
{
	struct site site;

	site_make(&site);
	verdicts_and_reasons(&site);
	trial_peeks_into_its_lane(&site);
	a_locked_lane_is_shown(&site);
	phantoms_lock_too(&site);
	few_descriptors_count_nothing(&site);
	queue_holds_no_place(&site);
	site_end(&site);
	return check_done();
}
