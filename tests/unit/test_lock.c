/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Byte locks: who excludes whom, deadlines, and what the death of a holder
 * does. */
#include "common/effects/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/check.h"
#include "tests/support/temp.h"

static int
open_again(struct temp *temp)
{
	return open(temp_path(temp, "locks"), O_RDWR | O_CREAT | O_CLOEXEC,
		    0600);
}

static void
each_pair_excludes_or_not(struct temp *temp)
{
	static const struct {
		bool first, second;
		uint64_t at, len;
		enum id7_error want;
	} rows[] = {
		{true, true, 10, 1, ID7_BUSY},
		{true, false, 10, 1, ID7_BUSY},
		{false, true, 10, 1, ID7_BUSY},
		{false, false, 10, 1, ID7_OK},
		{true, true, 11, 1, ID7_OK},
		{true, true, 9, 1, ID7_OK},
		{true, true, 0, 100, ID7_BUSY},
		{true, true, (uint64_t)1 << 47, 1, ID7_OK},
	};
	int a = open_again(temp), b = open_again(temp);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CHECK_INT(id7_lock_try(a, rows[i].first, 10, 1), ID7_OK);
		CHECK_INT(id7_lock_try(b, rows[i].second, rows[i].at,
				       rows[i].len),
			  rows[i].want);
		id7_lock_release(a, 10, 1);
		CHECK_INT(id7_lock_try(b, rows[i].second, rows[i].at,
				       rows[i].len),
			  ID7_OK);
		id7_lock_release(b, rows[i].at, rows[i].len);
	}
	close(a);
	close(b);
}

static void
held_speaks_of_others_and_of_exclusive_ones(struct temp *temp)
{
	int a = open_again(temp), b = open_again(temp);

	CHECK(!id7_lock_held(b, 5, 1));
	CHECK_INT(id7_lock_try(a, true, 5, 1), ID7_OK);
	CHECK(id7_lock_held(b, 5, 1));
	CHECK(id7_lock_held(b, 0, 9));
	CHECK(!id7_lock_held(b, 6, 1));
	CHECK(!id7_lock_held(a, 5, 1));
	id7_lock_release(a, 5, 1);
	CHECK(!id7_lock_held(b, 5, 1));
	CHECK_INT(id7_lock_try(a, false, 5, 1), ID7_OK);
	CHECK(!id7_lock_held(b, 5, 1));
	close(a);
	CHECK(id7_lock_held(a, 5, 1));
	close(b);
}

static void
a_bad_descriptor_is_an_error(void)
{
	CHECK_INT(id7_lock_try(-1, true, 0, 1), ID7_IO);
	CHECK_INT(errno, EBADF);
	CHECK_INT(id7_lock_take(-1, true, 0, 1, id7_deadline_in(60000)),
		  ID7_IO);
	errno = 77;
	id7_lock_release(-1, 0, 1);
	CHECK_INT(errno, 77);
}

static void
waiting_ends_with_the_deadline(struct temp *temp)
{
	int a = open_again(temp), b = open_again(temp);
	struct id7_deadline deadline = id7_deadline_in(50);

	CHECK_INT(id7_lock_take(b, true, 1, 1, id7_deadline_in(-1)), ID7_OK);
	id7_lock_release(b, 1, 1);
	CHECK_INT(id7_lock_try(a, true, 1, 1), ID7_OK);
	CHECK_INT(id7_lock_take(b, true, 1, 1, deadline), ID7_BUSY);
	CHECK_INT(id7_deadline_left(deadline), 0);
	close(a);
	close(b);
}

/* A child that takes the byte, says so, and stays until it is killed. */
static pid_t
fork_holder(struct temp *temp, int ret_pipe[2])
{
	pid_t child;

	if (pipe(ret_pipe) != 0)
		return -1;
	child = fork();
	if (child == 0) {
		int fd = open_again(temp);
		char said = id7_lock_try(fd, true, 3, 1) == ID7_OK ? 'y' : 'n';

		if (write(ret_pipe[1], &said, 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	return child;
}

static void
a_killed_holder_gives_the_lock_back(struct temp *temp)
{
	int fd = open_again(temp), said[2], status;
	char answer = 0;
	pid_t child = fork_holder(temp, said);

	CHECK(read(said[0], &answer, 1) == 1 && answer == 'y');
	CHECK(id7_lock_held(fd, 3, 1));
	CHECK_INT(id7_lock_take(fd, true, 3, 1, id7_deadline_in(20)), ID7_BUSY);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	CHECK(!id7_lock_held(fd, 3, 1));
	CHECK_INT(id7_lock_try(fd, true, 3, 1), ID7_OK);
	close(fd);
	close(said[0]);
	close(said[1]);
}

#define WORKERS 8
#define ROUNDS 200

/* Adds without atomics: any overlap of two holders loses a count. */
static void
work(struct temp *temp, volatile long *counter)
{
	int fd = open_again(temp);

	for (int i = 0; i < ROUNDS; i++) {
		long seen;

		if (id7_lock_take(fd, true, 7, 1, id7_deadline_in(120000)) !=
		    ID7_OK)
			_exit(1);
		seen = *counter;
		for (volatile int spin = 0; spin < 50; spin++)
			;
		*counter = seen + 1;
		id7_lock_release(fd, 7, 1);
	}
	_exit(0);
}

static void
processes_exclude_each_other(struct temp *temp)
{
	volatile long *counter =
		mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child[WORKERS];

	for (int i = 0; i < WORKERS; i++) {
		child[i] = fork();
		if (child[i] == 0)
			work(temp, counter);
	}
	for (int i = 0; i < WORKERS; i++) {
		int status = -1;

		waitpid(child[i], &status, 0);
		CHECK_INT(status, 0);
	}
	CHECK_INT(*counter, WORKERS * ROUNDS);
	munmap((void *)counter, sizeof *counter);
}

static void *
try_in_thread(void *context)
{
	int fd = open_again(context);
	enum id7_error error = id7_lock_try(fd, true, 20, 1);

	close(fd);
	return error == ID7_BUSY ? context : NULL;
}

static void
threads_exclude_each_other(struct temp *temp)
{
	int fd = open_again(temp);
	pthread_t thread;
	void *was_busy = NULL;

	CHECK_INT(id7_lock_try(fd, true, 20, 1), ID7_OK);
	CHECK_INT(pthread_create(&thread, NULL, try_in_thread, temp), 0);
	pthread_join(thread, &was_busy);
	CHECK(was_busy != NULL);
	CHECK_INT(id7_lock_try(fd, true, 20, 1), ID7_OK);
	close(fd);
}

int
main(void)
{
	struct temp temp;

	temp_make(&temp);
	each_pair_excludes_or_not(&temp);
	held_speaks_of_others_and_of_exclusive_ones(&temp);
	a_bad_descriptor_is_an_error();
	waiting_ends_with_the_deadline(&temp);
	a_killed_holder_gives_the_lock_back(&temp);
	processes_exclude_each_other(&temp);
	threads_exclude_each_other(&temp);
	temp_remove(&temp);
	return check_done();
}
