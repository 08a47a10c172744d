/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hash slots: how many, whose, never more than there are, and given back by the
 * dead. */
#include "common/effects/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/effects/secret.h"
#include "tests/support/check.h"
#include "tests/support/temp.h"

static const struct id7_slot_claim console = {.console = true};
static const struct id7_slot_claim root = {0};
static const struct id7_slot_claim crowd = {.crowd = 12345};

/* What the wrapped sysconf says; 0: the truth. */
static long cores, pages;

long __real_sysconf(int name);
long __wrap_sysconf(int name);

long
__wrap_sysconf(int name)
{
	if (name == _SC_NPROCESSORS_ONLN && cores != 0)
		return cores;
	if (name == _SC_PHYS_PAGES && pages != 0)
		return pages;
	if (name == _SC_PAGESIZE)
		return 4096;
	return __real_sysconf(name);
}

static void
the_number_follows_settings_cores_and_memory(void)
{
	static const struct {
		uint32_t configured;
		long cores;
		long gib; /* of memory */
		uint64_t memlimit;
		uint32_t want;
	} rows[] = {
		{0, 1, 8, 64u << 20, 4},   {0, 2, 8, 64u << 20, 4},
		{0, 16, 8, 64u << 20, 16}, {0, 64, 8, 64u << 20, 32},
		{0, 64, 1, 64u << 20, 4},  {0, 4, 1, 128u << 20, 2},
		{0, 4, 1, 1u << 30, 2},	   {0, 4096, 4096, 8192, 1024},
		{0, 4, 8, 0, 4},	   {7, 64, 1, 1u << 30, 7},
		{1, 64, 8, 64u << 20, 2},  {5000, 4, 8, 8192, 1024},
		{0, -1, 8, 64u << 20, 4},  {0, 8, -1, 64u << 20, 8},
		{0, 4, 8, UINT64_MAX, 2},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		cores = rows[i].cores;
		pages = rows[i].gib < 0 ? -1 : rows[i].gib << 18;
		CHECK_INT(id7_slots_count(rows[i].configured, rows[i].memlimit),
			  rows[i].want);
	}
	cores = 0;
	pages = 0;
}

static void
shares_are_exact(void)
{
	for (uint32_t count = 2; count <= 40; count++) {
		CHECK_INT(id7_slots_share(count, console), count);
		CHECK_INT(id7_slots_share(count, root), count - 1);
		CHECK_INT(id7_slots_share(count, crowd), count / 2);
	}
}

/* The console's lane demands root; a crowd that came along changes nothing. */
static void
the_console_is_no_crowd(void)
{
	struct id7_slot_claim both = {.console = true, .crowd = 5};

	CHECK_INT(id7_slots_share(8, both), 8);
}

static enum id7_error
take(struct temp *temp, uint32_t count, struct id7_slot_claim claim, int64_t ms,
     struct id7_slot *ret_slot)
{
	return id7_slots_take(temp_path(temp, "run"), count, claim,
			      id7_deadline_in(ms), ret_slot, NULL);
}

static uint32_t
take_all(struct temp *temp, uint32_t count, struct id7_slot_claim claim,
	 struct id7_slot held[])
{
	uint32_t n = 0;

	while (take(temp, count, claim, 0, &held[n]) == ID7_OK)
		n++;
	return n;
}

static void
each_claim_gets_its_share_and_no_more(struct temp *temp)
{
	struct id7_slot held[16];
	uint32_t n;

	CHECK_INT(n = take_all(temp, 8, crowd, held), 4);
	CHECK_INT(take_all(temp, 8, root, held + n), 3);
	n += 3;
	for (uint32_t i = 0; i < n; i++)
		CHECK(held[i].index < 7);
	CHECK_INT(take_all(temp, 8, console, held + n), 1);
	CHECK_INT(held[n].index, 7);
	for (uint32_t i = 0; i <= n; i++) {
		id7_slots_release(&held[i]);
		CHECK_INT(held[i].fd, -1);
	}
	id7_slots_release(&held[0]);
	CHECK_INT(n = take_all(temp, 8, console, held), 8);
	for (uint32_t i = 0; i < n; i++)
		id7_slots_release(&held[i]);
}

/* However the two may be told apart: what one crowd leaves, another gets. */
static void
no_crowd_starves_another(struct temp *temp)
{
	struct id7_slot held[8];

	for (uint64_t i = 1; i < 100; i++) {
		struct id7_slot_claim other = {.crowd = crowd.crowd + i};
		uint32_t n = take_all(temp, 8, crowd, held);

		CHECK_INT(n, 4);
		CHECK_INT(take_all(temp, 8, other, held + n), 3);
		for (n = 0; n < 7; n++)
			id7_slots_release(&held[n]);
	}
}

static void
the_smallest_number_serves_everybody(struct temp *temp)
{
	struct id7_slot a = {.fd = -1}, b = {.fd = -1}, c = {.fd = -1};

	CHECK_INT(take(temp, 2, crowd, 0, &a), ID7_OK);
	CHECK_INT(take(temp, 2, root, 0, &b), ID7_BUSY);
	CHECK_INT(take(temp, 2, console, 0, &c), ID7_OK);
	CHECK_INT(b.fd, -1);
	id7_slots_release(&a);
	id7_slots_release(&c);
}

static void
trying_starts_anywhere(struct temp *temp)
{
	bool seen[15] = {false};
	int places = 0;

	for (int i = 0; i < 64; i++) {
		struct id7_slot slot = {.fd = -1};

		CHECK_INT(take(temp, 16, root, 0, &slot), ID7_OK);
		places += !seen[slot.index];
		seen[slot.index] = true;
		id7_slots_release(&slot);
	}
	CHECK(places > 4);
}

static mode_t
mode_of(const char *path)
{
	struct stat st = {0};

	CHECK_INT(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void
directory_and_file_are_made_and_judged(struct temp *temp)
{
	struct id7_slot slot = {.fd = -1};
	struct id7_fault fault;

	CHECK_INT(mode_of(temp_path(temp, "run")), 0711);
	CHECK_INT(mode_of(temp_path(temp, "run/slots")), 0600);
	CHECK_INT(id7_slots_take(temp_path(temp, "no/run"), 4, root,
				 id7_deadline_in(0), &slot, &fault),
		  ID7_NOT_FOUND);
	CHECK_STR(fault.subject, temp_path(temp, "no/run"));
	CHECK_INT(chmod(temp_path(temp, "run/slots"), 0666), 0);
	CHECK_INT(id7_slots_take(temp_path(temp, "run"), 4, root,
				 id7_deadline_in(0), &slot, &fault),
		  ID7_UNTRUSTED);
	CHECK_STR(fault.subject, temp_path(temp, "run/slots"));
	CHECK_INT(chmod(temp_path(temp, "run/slots"), 0600), 0);
	CHECK_INT(slot.fd, -1);
	CHECK_INT(chmod(temp_path(temp, "run"), 0775), 0);
	CHECK_INT(id7_slots_take(temp_path(temp, "run"), 4, root,
				 id7_deadline_in(0), &slot, &fault),
		  ID7_UNTRUSTED);
	CHECK_INT(chmod(temp_path(temp, "run"), 0755), 0);
	CHECK_INT(id7_slots_take(temp_path(temp, "run"), 4, root,
				 id7_deadline_in(0), &slot, &fault),
		  ID7_OK);
	id7_slots_release(&slot);
	CHECK_INT(mode_of(temp_path(temp, "run")), 0755);
}

static void
busy_is_said_when_the_deadline_has_passed(struct temp *temp)
{
	struct id7_slot held[8], slot = {.fd = -1};
	struct id7_deadline deadline = id7_deadline_in(60);
	struct id7_fault fault;
	uint32_t n = take_all(temp, 4, root, held);

	CHECK_INT(n, 3);
	CHECK_INT(id7_slots_take(temp_path(temp, "run"), 4, root, deadline,
				 &slot, &fault),
		  ID7_BUSY);
	CHECK_INT(id7_deadline_left(deadline), 0);
	CHECK_INT(fault.trouble, ID7_TROUBLE_HELD);
	CHECK_STR(fault.subject, temp_path(temp, "run/slots"));
	CHECK(fcntl(held[0].fd, F_GETFD) & FD_CLOEXEC);
	for (uint32_t i = 0; i < n; i++)
		id7_slots_release(&held[i]);
}

static void
a_killed_holder_frees_its_slot(struct temp *temp)
{
	int said[2], status;
	struct id7_slot slot = {.fd = -1};
	char answer = 0;
	pid_t child;

	CHECK_INT(pipe(said), 0);
	child = fork();
	if (child == 0) {
		answer = take(temp, 2, root, 0, &slot) == ID7_OK ? 'y' : 'n';
		if (write(said[1], &answer, 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	CHECK(read(said[0], &answer, 1) == 1 && answer == 'y');
	CHECK_INT(take(temp, 2, root, 20, &slot), ID7_BUSY);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	CHECK_INT(take(temp, 2, root, 0, &slot), ID7_OK);
	id7_slots_release(&slot);
	close(said[0]);
	close(said[1]);
}

#define WORKERS 12
#define ROUNDS 12
#define SLOTS 5

struct tally {
	atomic_int inside;
	atomic_int most;
	atomic_int done;
};

static void
work(struct temp *temp, struct tally *tally)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct id7_slot slot = {.fd = -1};
		int now, most;

		if (take(temp, SLOTS, root, 120000, &slot) != ID7_OK)
			_exit(1);
		now = atomic_fetch_add(&tally->inside, 1) + 1;
		most = atomic_load(&tally->most);
		while (now > most &&
		       !atomic_compare_exchange_weak(&tally->most, &most, now))
			;
		id7_deadline_nap(id7_deadline_in(1000), 1000);
		atomic_fetch_sub(&tally->inside, 1);
		atomic_fetch_add(&tally->done, 1);
		id7_slots_release(&slot);
	}
	_exit(0);
}

static void
many_processes_never_hold_more_than_there_are(struct temp *temp)
{
	struct tally *tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child[WORKERS];

	for (int i = 0; i < WORKERS; i++) {
		child[i] = fork();
		if (child[i] == 0)
			work(temp, tally);
	}
	for (int i = 0; i < WORKERS; i++) {
		int status = -1;

		waitpid(child[i], &status, 0);
		CHECK_INT(status, 0);
	}
	CHECK_INT(tally->done, WORKERS * ROUNDS);
	CHECK(tally->most <= SLOTS - 1);
	munmap(tally, sizeof *tally);
}

int
main(void)
{
	struct temp temp;

	CHECK_INT(id7_crypto_start(), ID7_OK);
	temp_make(&temp);
	the_number_follows_settings_cores_and_memory();
	shares_are_exact();
	the_console_is_no_crowd();
	each_claim_gets_its_share_and_no_more(&temp);
	no_crowd_starves_another(&temp);
	the_smallest_number_serves_everybody(&temp);
	trying_starts_anywhere(&temp);
	directory_and_file_are_made_and_judged(&temp);
	busy_is_said_when_the_deadline_has_passed(&temp);
	a_killed_holder_frees_its_slot(&temp);
	many_processes_never_hold_more_than_there_are(&temp);
	temp_remove(&temp);
	return check_done();
}
