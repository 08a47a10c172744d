/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many processes at once: no failure lost, none invented, nobody called
 * unknown. */
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#define GUESSERS 64
#define CHANGES 200

static const struct id7_policy policy = {
	.deny = 3, .fail_interval = 900, .unlock_time = 600, .lease = 30};

/* What the processes tell each other. */
struct board {
	atomic_int start;
	atomic_int stop;
	atomic_int inside; /* reserved and not settled */
	atomic_int most;   /* that were ever inside at once */
	atomic_int reserved;
	atomic_int wrong; /* settled as wrong, and stood */
	atomic_int locked;
	atomic_int broken; /* anything that must not happen */
};

static struct board *
board_make(void)
{
	void *at = mmap(NULL, sizeof(struct board), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

/* Counts what must not happen, and shows where and why. */
static void
board_broken(struct board *board, int line, const struct id7_store *store)
{
	const struct id7_fault *fault = id7_store_fault(store);

	atomic_fetch_add(&board->broken, 1);
	fprintf(stderr, "line %d: error %d, trouble %d, %s\n", line,
		(int)fault->error, (int)fault->trouble, fault->subject);
}

static void
board_wait(struct board *board)
{
	while (atomic_load(&board->start) == 0)
		sched_yield();
}

static void
raise_most(struct board *board, int now)
{
	int most = atomic_load(&board->most);

	while (now > most &&
	       !atomic_compare_exchange_weak(&board->most, &most, now))
		;
}

/* Waits for a place as a login does. */
static enum id7_claim
claim_place(struct id7_store *store, const struct id7_account *account,
	    struct board *board, struct id7_ticket *ret_ticket)
{
	struct id7_subject subject = temp_store_subject(store, account->name);
	struct id7_deadline deadline = temp_store_long();
	enum id7_claim claim = ID7_CLAIM_FULL;

	while (claim == ID7_CLAIM_FULL) {
		struct id7_now now = id7_clock_now();

		if (id7_store_reserve(store, &subject, account->id,
				      account->epoch, false, &policy, &now,
				      &(struct id7_whence){0}, deadline, &claim,
				      ret_ticket) != ID7_OK) {
			board_broken(board, __LINE__, store);
			return ID7_CLAIM_NONE;
		}
		if (claim == ID7_CLAIM_FULL)
			id7_deadline_nap(deadline, 4000);
	}
	return claim;
}

/* One process: one attempt; `how` of it, `dies`: killed in the middle. */
static void
guess(const struct temp_store *t, struct board *board, const char *name,
      enum id7_settlement how, uint32_t fingerprint, bool dies)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_account account;
	struct id7_settled settled;
	struct id7_ticket ticket;
	struct id7_now now;

	if (id7_store_get(store, name, &account) != ID7_OK)
		board_broken(board, __LINE__, store);
	board_wait(board);
	if (claim_place(store, &account, board, &ticket) ==
	    ID7_CLAIM_RESERVED) {
		atomic_fetch_add(&board->reserved, 1);
		raise_most(board, atomic_fetch_add(&board->inside, 1) + 1);
		if (dies) {
			atomic_fetch_sub(&board->inside, 1);
			kill(getpid(), SIGKILL);
		}
		sched_yield();
		atomic_fetch_sub(&board->inside, 1);
	}
	now = id7_clock_now();
	if (id7_store_settle(store, &ticket, account.id, account.epoch, &policy,
			     &now, how, fingerprint, temp_store_long(),
			     &settled) != ID7_OK)
		board_broken(board, __LINE__, store);
	if (settled.stands && how == ID7_SETTLE_WRONG)
		atomic_fetch_add(&board->wrong, 1);
	if (settled.events.locked_now)
		atomic_fetch_add(&board->locked, 1);
	id7_store_close(&store);
}

static int
reap(int count)
{
	int killed = 0, status = 0;

	for (int i = 0; i < count; i++) {
		CHECK(wait(&status) > 0);
		killed += WIFSIGNALED(status);
	}
	return killed;
}

static uint8_t
failures_of(struct id7_store *store, const char *name)
{
	struct id7_subject subject = temp_store_subject(store, name);
	struct id7_tally tally = {0};

	CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_OK);
	return tally.lane[ID7_LANE_REMOTE].failures;
}

static void
burst(const struct temp_store *t, struct board *board, const char *name,
      int count, enum id7_settlement how, int dying)
{
	memset(board, 0, sizeof *board);
	for (int i = 0; i < count; i++) {
		if (fork() == 0) {
			guess(t, board, name, how, (uint32_t)i + 1, i < dying);
			_exit(0);
		}
	}
	atomic_store(&board->start, 1);
	CHECK_INT(reap(count), dying < (int)policy.deny
				       ? dying
				       : atomic_load(&board->reserved));
	CHECK_INT(atomic_load(&board->broken), 0);
}

/* 64 different wrong guesses: three are verified, three recorded. */
static void
test_wrong(const struct temp_store *t, struct id7_store *store,
	   struct board *board)
{
	CHECK_INT(temp_store_add(store, "alice"), ID7_OK);
	burst(t, board, "alice", GUESSERS, ID7_SETTLE_WRONG, 0);
	CHECK_INT(atomic_load(&board->reserved), policy.deny);
	CHECK_INT(atomic_load(&board->wrong), policy.deny);
	CHECK_INT(atomic_load(&board->locked), 1);
	CHECK_INT(failures_of(store, "alice"), policy.deny);
}

/* 64 right ones: all get in, a few at a time, nothing recorded. */
static void
test_right(const struct temp_store *t, struct id7_store *store,
	   struct board *board)
{
	CHECK_INT(temp_store_add(store, "bob"), ID7_OK);
	burst(t, board, "bob", GUESSERS, ID7_SETTLE_RIGHT, 0);
	CHECK_INT(atomic_load(&board->reserved), GUESSERS);
	CHECK(atomic_load(&board->most) <= (int)policy.deny);
	CHECK_INT(failures_of(store, "bob"), 0);
}

/* Whoever is killed in the middle has guessed; the others find that out. */
static void
test_killed(const struct temp_store *t, struct id7_store *store,
	    struct board *board)
{
	CHECK_INT(temp_store_add(store, "chen"), ID7_OK);
	burst(t, board, "chen", GUESSERS, ID7_SETTLE_WRONG, GUESSERS);
	CHECK_INT(atomic_load(&board->reserved), policy.deny);
	CHECK_INT(failures_of(store, "chen"), policy.deny);
	CHECK_INT(temp_store_findings(store), 0);
}

/* Adds and removes `name`, again and again. */
static void
churn(const struct temp_store *t, struct board *board, const char *name)
{
	struct id7_store *store = temp_store_open(t);

	board_wait(board);
	for (int i = 0; i < CHANGES; i++) {
		if (temp_store_add(store, name) != ID7_OK ||
		    id7_store_remove(store, name, temp_store_long()) != ID7_OK)
			board_broken(board, __LINE__, store);
	}
	id7_store_close(&store);
}

/* Puts `name` again and again; it is there all the time. */
static void
put_again(const struct temp_store *t, struct board *board, const char *name)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_account account;

	board_wait(board);
	for (int i = 0; i < CHANGES; i++) {
		if (id7_store_get(store, name, &account) != ID7_OK ||
		    id7_store_put(store, &account, temp_store_long()) != ID7_OK)
			board_broken(board, __LINE__, store);
	}
	id7_store_close(&store);
}

/* Looks until told to stop: `stays` is there, `flits` is or is not. */
static void
look(const struct temp_store *t, struct board *board, const char *stays,
     const char *flits)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_account account;
	struct id7_settled settled;
	struct id7_ticket ticket;
	enum id7_error error;

	board_wait(board);
	while (atomic_load(&board->stop) == 0) {
		error = id7_store_get(store, flits, &account);
		if (error != ID7_OK && error != ID7_NOT_FOUND &&
		    error != ID7_BUSY)
			board_broken(board, __LINE__, store);
		if (id7_store_get(store, stays, &account) != ID7_OK ||
		    claim_place(store, &account, board, &ticket) !=
			    ID7_CLAIM_RESERVED) {
			board_broken(board, __LINE__, store);
			continue;
		}
		struct id7_now now = id7_clock_now();

		if (id7_store_settle(store, &ticket, account.id, account.epoch,
				     &policy, &now, ID7_SETTLE_RIGHT, 0,
				     temp_store_long(), &settled) != ID7_OK ||
		    !settled.stands)
			board_broken(board, __LINE__, store);
		atomic_fetch_add(&board->reserved, 1);
	}
	id7_store_close(&store);
}

/* Reserves against an account that comes and goes: gone, but never damaged. */
static void
chase(const struct temp_store *t, struct board *board, const char *flits)
{
	struct id7_store *store = temp_store_open(t);
	struct id7_subject subject = temp_store_subject(store, flits);
	struct id7_account account;
	struct id7_settled settled;
	struct id7_ticket ticket;
	enum id7_claim claim;

	board_wait(board);
	while (atomic_load(&board->stop) == 0) {
		struct id7_now now = id7_clock_now();
		enum id7_error error = id7_store_get(store, flits, &account);

		if (error == ID7_OK)
			error = id7_store_reserve(
				store, &subject, account.id, account.epoch,
				false, &policy, &now, &(struct id7_whence){0},
				temp_store_long(), &claim, &ticket);
		if (error == ID7_OK && claim != ID7_CLAIM_FULL)
			error = id7_store_settle(store, &ticket, account.id,
						 account.epoch, &policy, &now,
						 ID7_SETTLE_WRONG,
						 (uint32_t)ticket.nonce | 1,
						 temp_store_long(), &settled);
		/* On a machine that is short of time a look may give up. */
		if (error != ID7_OK && error != ID7_NOT_FOUND &&
		    error != ID7_BUSY)
			board_broken(board, __LINE__, store);
	}
	id7_store_close(&store);
}

/* Two names of one shard, so that every change touches both. */
static void
same_shard(struct id7_store *store, const char *first, char ret_name[16])
{
	struct id7_subject a = temp_store_subject(store, first);

	for (int i = 0; i < 1000; i++) {
		snprintf(ret_name, 16, "n%d", i);
		struct id7_subject b = temp_store_subject(store, ret_name);

		if (id7_shard_of(store, &a).index ==
		    id7_shard_of(store, &b).index)
			return;
	}
}

static void
test_changes(const struct temp_store *t, struct id7_store *store,
	     struct board *board)
{
	struct id7_store_counts counts;
	pid_t worker[2];
	char flits[16];
	int status = 0;

	memset(board, 0, sizeof *board);
	CHECK_INT(temp_store_add(store, "stays"), ID7_OK);
	same_shard(store, "stays", flits);
	for (int i = 0; i < 6; i++) {
		pid_t child = fork();

		if (child == 0) {
			if (i == 0)
				churn(t, board, flits);
			else if (i == 1)
				put_again(t, board, "stays");
			else if (i < 4)
				look(t, board, "stays", flits);
			else
				chase(t, board, flits);
			_exit(0);
		}
		if (i < 2)
			worker[i] = child;
	}
	atomic_store(&board->start, 1);
	CHECK(waitpid(worker[0], &status, 0) > 0);
	CHECK_INT(status, 0);
	CHECK(waitpid(worker[1], &status, 0) > 0);
	CHECK_INT(status, 0);
	atomic_store(&board->stop, 1);
	CHECK_INT(reap(4), 0);
	CHECK_INT(atomic_load(&board->broken), 0);
	CHECK(atomic_load(&board->reserved) > 0);
	CHECK_INT(id7_store_check(store, NULL, NULL, &counts), ID7_OK);
	CHECK_INT(counts.findings, 0);
	CHECK_INT(counts.accounts, 4);
	printf("%d logins beside %d changes\n", atomic_load(&board->reserved),
	       3 * CHANGES);
}

int
main(void)
{
	struct board *board = board_make();
	struct id7_store *store;
	struct temp_store t;

	if (board == NULL)
		return 77;
	temp_store_make(&t);
	store = temp_store_open(&t);
	test_wrong(&t, store, board);
	test_right(&t, store, board);
	test_killed(&t, store, board);
	test_changes(&t, store, board);
	id7_store_close(&store);
	temp_remove(&t.temp);
	return check_done();
}
