/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clocks: which one is read, deadlines, and naps that no signal shortens.
 */
#include "common/effects/clock.h"

#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/check.h"

/* What the kernel says of the boot id: itself, another one, or nothing. */
static const char *instead_of_boot_id;
static int read_error, interruptions;

ssize_t __real_read(int fd, void *buf, size_t size);
ssize_t __wrap_read(int fd, void *buf, size_t size);

ssize_t
__wrap_read(int fd, void *buf, size_t size)
{
	if (interruptions > 0) {
		interruptions--;
		errno = EINTR;
		return -1;
	}
	if (read_error != 0) {
		errno = read_error;
		return -1;
	}
	if (instead_of_boot_id == NULL)
		return __real_read(fd, buf, size);
	return snprintf(buf, size, "%s", instead_of_boot_id);
}

static int64_t
seconds(clockid_t which)
{
	struct timespec at;

	clock_gettime(which, &at);
	return at.tv_sec;
}

static int64_t
mono_us(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec * 1000000LL + at.tv_nsec / 1000;
}

static void
now_reads_wall_and_boot(void)
{
	int64_t wall = seconds(CLOCK_REALTIME), boot = seconds(CLOCK_BOOTTIME);
	struct id7_now now = id7_clock_now();

	CHECK(now.wall >= wall && now.wall <= wall + 5);
	CHECK(now.boot >= boot && now.boot <= boot + 5);
	CHECK(id7_clock_wall() >= now.wall && id7_clock_wall() <= wall + 5);
}

static void
boot_hash_names_the_boot(void)
{
	uint64_t hash = id7_clock_now().boot_hash;

	CHECK(hash != 0);
	CHECK(id7_clock_now().boot_hash == hash);
	interruptions = 3;
	CHECK(id7_clock_now().boot_hash == hash);
	instead_of_boot_id = "0ea8e0c5-7c4d-4e0e-8d0c-0f9f3b9a7a11\n";
	CHECK(id7_clock_now().boot_hash != hash);
	instead_of_boot_id = "";
	CHECK(id7_clock_now().boot_hash == 0);
	instead_of_boot_id = NULL;
	read_error = EACCES;
	errno = 0;
	CHECK(id7_clock_now().boot_hash == 0);
	CHECK_INT(errno, 0);
	read_error = 0;
}

static void
deadlines_are_compared_and_pass(void)
{
	struct id7_deadline soon = id7_deadline_in(100);
	struct id7_deadline late = id7_deadline_in(100000);

	CHECK_INT(id7_deadline_earlier(soon, late).mono_ms, soon.mono_ms);
	CHECK_INT(id7_deadline_earlier(late, soon).mono_ms, soon.mono_ms);
	CHECK(id7_deadline_left(late) > 90000);
	CHECK(id7_deadline_left(late) <= 100000);
	CHECK_INT(id7_deadline_left(id7_deadline_in(0)), 0);
	CHECK_INT(id7_deadline_left(id7_deadline_in(-5000)), 0);
}

static void
a_nap_lasts_between_half_and_whole(void)
{
	struct id7_deadline far = id7_deadline_in(60000);
	int64_t shortest = INT64_MAX;

	for (int i = 0; i < 12; i++) {
		int64_t before = mono_us(), took;

		id7_deadline_nap(far, 20000);
		took = mono_us() - before;
		CHECK(took >= 10000);
		if (took < shortest)
			shortest = took;
	}
	/* A dozen draws all near the top are not random. */
	CHECK(shortest < 19000);
}

static void
a_nap_ends_with_the_deadline(void)
{
	int64_t before = mono_us();

	id7_deadline_nap(id7_deadline_in(20), 600u * 1000 * 1000);
	CHECK(mono_us() - before < 10 * 1000 * 1000);
	id7_deadline_nap(id7_deadline_in(-1000), 600u * 1000 * 1000);
	CHECK(mono_us() - before < 10 * 1000 * 1000);
}

static volatile sig_atomic_t alarms;

static void
count_alarm(int signal)
{
	(void)signal;
	alarms++;
}

static void
no_signal_shortens_a_nap(void)
{
	struct sigaction act = {.sa_handler = count_alarm};
	struct itimerval often = {{0, 3000}, {0, 3000}};
	struct itimerval off = {{0, 0}, {0, 0}};
	int64_t before = mono_us();

	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	id7_deadline_nap(id7_deadline_in(60000), 100000);
	setitimer(ITIMER_REAL, &off, NULL);
	CHECK(mono_us() - before >= 50000);
	CHECK(alarms > 0);
}

int
main(void)
{
	now_reads_wall_and_boot();
	boot_hash_names_the_boot();
	deadlines_are_compared_and_pass();
	a_nap_lasts_between_half_and_whole();
	a_nap_ends_with_the_deadline();
	no_signal_shortens_a_nap();
	return check_done();
}
