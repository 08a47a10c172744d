/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Secrets: room, release, and a wipe that the optimiser cannot take out. */
#include "common/effects/secret.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "tests/support/check.h"
#include "tests/support/sanitize.h"

static void
a_secret_has_room_and_no_length(void)
{
	for (size_t size = 0; size < 70; size++) {
		auto_secret *secret = id7_secret_make(size);

		CHECK(secret != NULL);
		if (secret == NULL)
			continue;
		CHECK_INT(secret->size, size);
		CHECK_INT(secret->len, 0);
		CHECK_INT((uintptr_t)secret % _Alignof(struct id7_secret), 0);
		memset(secret->bytes, 0xa5, size);
	}
}

static void
a_copy_holds_the_bytes(void)
{
	auto_secret *secret = id7_secret_copy("hunter2", 7);
	auto_secret *empty = id7_secret_copy(NULL, 0);

	CHECK(secret != NULL && empty != NULL);
	CHECK_INT(secret->len, 7);
	CHECK_MEM(secret->bytes, "hunter2", 7);
	CHECK_INT(empty->len, 0);
}

static void
release_accepts_nothing_and_leaves_nothing(void)
{
	struct id7_secret *secret = NULL;

	id7_secret_free(&secret);
	CHECK(secret == NULL);
	secret = id7_secret_make(8);
	id7_secret_free(&secret);
	CHECK(secret == NULL);
}

static void
too_much_is_refused(void)
{
	CHECK(id7_secret_make(SIZE_MAX) == NULL);
	CHECK(id7_secret_make(SIZE_MAX - 16) == NULL);
	CHECK(id7_secret_make(SIZE_MAX / 2) == NULL);
}

/* Pages that cannot be locked are a pity, not a failure. */
static void
without_locked_memory_it_works_too(void)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		struct rlimit none = {0, 0};
		struct id7_secret *secret;

		setrlimit(RLIMIT_MEMLOCK, &none);
		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(2);
		secret = id7_secret_copy("x", 1);
		_exit(secret != NULL && secret->bytes[0] == 'x' ? 0 : 1);
	}
	waitpid(child, &status, 0);
	CHECK_INT(status, 0);
}

static void
random_bytes_differ(void)
{
	uint8_t a[32] = {0}, b[32] = {0};

	id7_random(a, sizeof a);
	id7_random(b, sizeof b);
	CHECK(memcmp(a, b, sizeof a) != 0);
}

/*
 * The secret is made by a function that runs on a stack of its own and returns;
 * then that stack is searched. Its bytes are counted up from a seed that the
 * compiler cannot know, so that they stand nowhere else.
 */
#define STACK_SIZE ((size_t)256 * 1024)
#define NEEDLE_LEN 48

static uint8_t *own_stack;
static ucontext_t main_context, own_context;
static volatile uint8_t seed = 37;
static bool wipe_it;
static volatile unsigned int sink;

static void
fill(uint8_t *bytes)
{
	for (unsigned int i = 0; i < NEEDLE_LEN; i++)
		bytes[i] = (uint8_t)(seed + i * 7);
}

static void __attribute__((noinline)) use_a_secret(void)
{
	uint8_t bytes[NEEDLE_LEN];

	fill(bytes);
	for (unsigned int i = 0; i < NEEDLE_LEN; i++)
		sink += bytes[i];
	if (wipe_it)
		id7_wipe(bytes, sizeof bytes);
	else
		__asm__ volatile("" : : "r"(bytes) : "memory");
}

static bool
remains_on_the_stack(bool wiped)
{
	uint8_t needle[NEEDLE_LEN];
	bool found;

	memset(own_stack, 0, STACK_SIZE);
	wipe_it = wiped;
	getcontext(&own_context);
	own_context.uc_stack.ss_sp = own_stack;
	own_context.uc_stack.ss_size = STACK_SIZE;
	own_context.uc_link = &main_context;
	makecontext(&own_context, use_a_secret, 0);
	swapcontext(&main_context, &own_context);
	fill(needle);
	found = memmem(own_stack, STACK_SIZE, needle, NEEDLE_LEN) != NULL;
	return found;
}

static void
a_wipe_wipes(void)
{
	if (HAS_ASAN)
		return;
	own_stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(own_stack != MAP_FAILED);
	/* Without it the bytes are found, so the search finds what is there. */
	CHECK(remains_on_the_stack(false));
	CHECK(!remains_on_the_stack(true));
	munmap(own_stack, STACK_SIZE);
	id7_wipe(NULL, 0);
}

int
main(void)
{
	CHECK_INT(id7_crypto_start(), ID7_OK);
	CHECK_INT(id7_crypto_start(), ID7_OK);
	a_secret_has_room_and_no_length();
	a_copy_holds_the_bytes();
	release_accepts_nothing_and_leaves_nothing();
	too_much_is_refused();
	without_locked_memory_it_works_too();
	random_bytes_differ();
	a_wipe_wipes();
	return check_done();
}
