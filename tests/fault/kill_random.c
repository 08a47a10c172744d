/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SIGKILL at random moments: 8 and then 64 processes do everything a store can
 * do, each to an account of its own and all to a few that only count. What each
 * was told, and what it was about to do, stands in shared memory: after every
 * kill its account is the old or the new one, and nothing acknowledged is lost.
 *
 * FAULT_KILLS: how many kills (1000).
 */
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "tests/support/check.h"
#include "tests/support/random.h"
#include "tests/support/temp_hand.h"

#define WORKERS 64
#define COUNTERS 4
#define LIVE_MAX_US 3000
#define FORGET_AT 10 /* failures; a lane keeps 16 */
#define SAID 400

enum act { ADD, PASSWD, SET, UNLOCK, REMOVE, RIGHT, WRONG, COUNT, ACTS };

static const char *const act_names[ACTS] = {
	"add", "passwd", "set", "unlock", "remove", "right", "wrong", "count"};

/* An account as its worker knows it. */
struct state {
	bool exists;
	uint64_t epoch, revision;
	uint32_t password;
	uint32_t failures;
};

/* A worker's memory that outlives it: it alone writes it. */
struct worker {
	struct state is;   /* acknowledged */
	struct state will; /* once `act` is done */
	atomic_int busy;   /* 1: `act` is under way */
	enum act act;
	atomic_int ready; /* 1: the last kill was judged */
	uint64_t done[ACTS];
	uint64_t old, new; /* what kills in the middle of an act left */
};

/* Failures of an account that only counts. */
struct counter {
	atomic_uint started, acknowledged;
};

struct board {
	struct worker worker[WORKERS];
	struct counter counter[COUNTERS];
	atomic_uint password; /* the next one nobody has had */
	atomic_uint broken;
	atomic_int stop;
	char said[SAID]; /* by the first that broke */
};

/* One process's view. */
struct life {
	struct board *board;
	struct worker *me;
	unsigned int number;
	struct temp_hand hand;
	struct random random;
	char name[16];
};

__attribute__((format(printf, 2, 3))) static void
broke(struct life *life, const char *format, ...)
{
	char text[SAID];
	va_list ap;
	int n = snprintf(text, sizeof text, "%s after %s: ", life->name,
			 act_names[life->me->act]);

	va_start(ap, format);
	vsnprintf(text + n, sizeof text - (size_t)n, format, ap);
	va_end(ap);
	if (atomic_fetch_add(&life->board->broken, 1) == 0)
		memcpy(life->board->said, text, sizeof text);
}

static void
password_text(uint32_t password, char ret_text[40])
{
	snprintf(ret_text, 40, "Grain-of-sand-%u", password);
}

/* What the next attempt finds, and all failures since the last good login. */
static enum id7_error
look_at_failures(struct life *life, const char *name, uint32_t *ret_failures,
		 uint32_t *ret_all)
{
	struct id7_store *store = life->hand.store;
	struct id7_subject subject = temp_store_subject(store, name);
	struct id7_tally tally = {0};
	enum id7_error error =
		temp_hand_failures(&life->hand, name, ret_failures);

	if (error == ID7_OK)
		error = id7_store_tally(store, &subject, &tally);
	*ret_all = tally.lane[ID7_LANE_REMOTE].since_good;
	return error;
}

static bool
same_account(const struct state *state, enum id7_error found,
	     const struct id7_account *a)
{
	if (!state->exists)
		return found == ID7_NOT_FOUND;
	return found == ID7_OK && a->epoch == state->epoch &&
	       a->revision == state->revision;
}

/* Which of the counts that a kill may leave were left. */
static bool
count_fits(const struct worker *me, bool is_new, uint32_t failures)
{
	if (failures == me->is.failures && !is_new)
		return true;
	if (atomic_load(&me->busy) == 0)
		return false;
	if (failures == me->will.failures)
		return true;
	/* A reservation whose owner died is a failure. */
	return (me->act == RIGHT || me->act == WRONG) &&
	       failures == me->is.failures + 1;
}

/* Old or new, whole; from here on what was found is what is known. */
static void
judge(struct life *life)
{
	struct worker *me = life->me;
	bool was_busy = atomic_load(&me->busy) != 0;
	struct id7_account a = {0};
	uint32_t failures = 0, all;
	bool old, new;
	enum id7_error found;

	found = id7_store_get(life->hand.store, life->name, &a);
	old = same_account(&me->is, found, &a);
	new = was_busy &&same_account(&me->will, found, &a);
	if (!old && !new) {
		broke(life, "error %d, epoch %d, revision %d; is %d %d %d",
		      (int)found, (int)a.epoch, (int)a.revision, me->is.exists,
		      (int)me->is.epoch, (int)me->is.revision);
		return;
	}
	if (found == ID7_OK) {
		enum id7_error error =
			look_at_failures(life, life->name, &failures, &all);

		if (error != ID7_OK || !count_fits(me, new && !old, failures))
			broke(life, "error %d, %u failures, were %u",
			      (int)error, failures, me->is.failures);
	}
	if (was_busy && !old)
		me->new ++;
	else if (was_busy)
		me->old++;
	if (!old)
		me->is = me->will;
	me->is.failures = failures;
	atomic_store(&me->busy, 0);
}

static enum id7_error
log_in(struct life *life, bool right)
{
	struct id7_login login;
	char text[40];

	/* Each wrong one is another: a repeat would be no failure. */
	password_text(right ? life->me->is.password
			    : 1000000 + (uint32_t)random_below(&life->random,
							       1u << 30),
		      text);
	temp_login_attempt(life->hand.id7, life->name, text, temp_store_long(),
			   &login);
	if (login.error != ID7_OK)
		return login.error;
	return (login.verdict == ID7_ALLOW) == right ? ID7_OK : ID7_INTERNAL;
}

static enum id7_error
do_act(struct life *life)
{
	struct worker *me = life->me;
	enum id7_reason was;
	char text[40];

	password_text(me->will.password, text);
	switch (me->act) {
	case ADD:
		return temp_login_add(life->hand.id7, life->name, text);
	case PASSWD:
		return temp_login_change(life->hand.id7, life->name, text);
	case SET:
		return temp_hand_set(&life->hand, life->name);
	case UNLOCK:
		return id7_manage_unlock(life->hand.id7, life->name, false,
					 temp_store_long(), &was, NULL);
	case REMOVE:
		return id7_manage_remove(life->hand.id7, life->name,
					 temp_store_long(), NULL);
	case RIGHT:
		return log_in(life, true);
	case WRONG:
		return log_in(life, false);
	case COUNT:
	case ACTS:
		break;
	}
	return ID7_INTERNAL;
}

/* What an act will have made of the state when it is acknowledged. */
static void
foresee(struct life *life)
{
	struct worker *me = life->me;

	me->will = me->is;
	switch (me->act) {
	case ADD:
		me->will = (struct state){
			.exists = true, .epoch = 1, .revision = 1};
		break;
	case PASSWD:
		me->will.epoch++;
		me->will.revision++;
		me->will.failures = 0;
		break;
	case SET:
		me->will.revision++;
		break;
	case UNLOCK:
	case RIGHT:
		me->will.failures = 0;
		break;
	case REMOVE:
		me->will = (struct state){0};
		break;
	case WRONG:
		me->will.failures++;
		break;
	case COUNT:
	case ACTS:
		break;
	}
	if (me->act == ADD || me->act == PASSWD)
		me->will.password =
			1 + atomic_fetch_add(&life->board->password, 1);
}

static void
act_on_mine(struct life *life, enum act act)
{
	struct worker *me = life->me;
	enum id7_error error;

	me->act = act;
	foresee(life);
	atomic_store(&me->busy, 1);
	error = do_act(life);
	if (error != ID7_OK) {
		broke(life, "error %d", (int)error);
		return;
	}
	me->is = me->will;
	me->done[act]++;
	atomic_store(&me->busy, 0);
}

/* One wrong attempt at an account that everybody counts on. */
static void
count_one(struct life *life)
{
	uint32_t which = random_below(&life->random, COUNTERS);
	uint32_t fingerprint = (uint32_t)random_bits(&life->random) | 1;
	struct counter *counter = &life->board->counter[which];
	struct id7_settled settled = {0};
	enum id7_claim claim;
	enum id7_error error;
	char name[16];

	snprintf(name, sizeof name, "count%u", which);
	atomic_fetch_add(&counter->started, 1);
	error = temp_hand_claim(&life->hand, name, 1, &claim);
	if (error == ID7_OK && claim == ID7_CLAIM_FULL)
		return;
	/* From here on it counts, whatever becomes of this process. */
	atomic_fetch_add(&counter->acknowledged, claim == ID7_CLAIM_RESERVED);
	if (error == ID7_OK)
		error = temp_hand_settle(&life->hand, ID7_SETTLE_WRONG,
					 fingerprint, &settled);
	if (error != ID7_OK || !settled.stands)
		broke(life, "count: error %d, claim %d, stands %d", (int)error,
		      (int)claim, settled.stands);
	life->me->done[COUNT]++;
}

static void
act_once(struct life *life)
{
	static const enum act often[] = {PASSWD, SET,	UNLOCK, REMOVE,
					 RIGHT,	 RIGHT, WRONG,	WRONG,
					 WRONG,	 COUNT, COUNT,	COUNT};
	enum act act = often[random_below(&life->random,
					  sizeof often / sizeof often[0])];

	if (act == COUNT)
		count_one(life);
	else if (!life->me->is.exists)
		act_on_mine(life, ADD);
	else if (life->me->is.failures >= FORGET_AT)
		act_on_mine(life, UNLOCK);
	else
		act_on_mine(life, act);
}

static void
live(const struct temp_login *l, struct board *board, unsigned int number,
     uint64_t seed)
{
	struct life life = {.board = board,
			    .me = &board->worker[number],
			    .number = number,
			    .random = {.seed = seed, .state = seed}};

	snprintf(life.name, sizeof life.name, "worker%u", number);
	temp_hand_open(l, &life.hand);
	judge(&life);
	atomic_store(&life.me->ready, 1);
	while (atomic_load(&board->stop) == 0 &&
	       atomic_load(&board->broken) == 0)
		act_once(&life);
	temp_hand_close(&life.hand);
	_exit(0);
}

static pid_t
give_birth(const struct temp_login *l, struct board *board, unsigned int number,
	   struct random *random)
{
	uint64_t seed = random_bits(random);
	pid_t child;

	atomic_store(&board->worker[number].ready, 0);
	child = fork();
	if (child == 0)
		live(l, board, number, seed);
	return child;
}

static void
kill_one(const struct temp_login *l, struct board *board, unsigned int number,
	 pid_t *child, struct random *random)
{
	int status = 0;

	while (atomic_load(&board->worker[number].ready) == 0 &&
	       atomic_load(&board->broken) == 0)
		usleep(200);
	usleep(random_below(random, LIVE_MAX_US));
	kill(*child, SIGKILL);
	CHECK_INT(waitpid(*child, &status, 0), *child);
	CHECK(WIFSIGNALED(status) || atomic_load(&board->broken) != 0);
	*child = give_birth(l, board, number, random);
}

/* Everybody dies `kills` times in all, then finishes in peace. */
static void
kill_many(const struct temp_login *l, struct board *board, unsigned int workers,
	  unsigned int kills, struct random *random)
{
	pid_t child[WORKERS];
	int status = 0;

	atomic_store(&board->stop, 0);
	for (unsigned int i = 0; i < workers; i++)
		child[i] = give_birth(l, board, i, random);
	for (unsigned int k = 0; k < kills && atomic_load(&board->broken) == 0;
	     k++) {
		unsigned int victim = random_below(random, workers);

		kill_one(l, board, victim, &child[victim], random);
	}
	atomic_store(&board->stop, 1);
	for (unsigned int i = 0; i < workers; i++) {
		CHECK_INT(waitpid(child[i], &status, 0), child[i]);
		CHECK_INT(status, 0);
	}
}

/* Started >= counted >= acknowledged. */
static void
judge_counters(const struct temp_login *l, struct board *board)
{
	struct life life = {.board = board, .me = &board->worker[0]};
	unsigned int started = 0, counted = 0, acknowledged = 0;

	temp_hand_open(l, &life.hand);
	for (unsigned int i = 0; i < COUNTERS; i++) {
		struct counter *c = &board->counter[i];
		uint32_t window = 0, all = 0;

		snprintf(life.name, sizeof life.name, "count%u", i);
		CHECK_INT(look_at_failures(&life, life.name, &window, &all),
			  ID7_OK);
		CHECK(atomic_load(&c->started) >= all);
		CHECK(all >= atomic_load(&c->acknowledged));
		started += atomic_load(&c->started);
		counted += all;
		acknowledged += atomic_load(&c->acknowledged);
	}
	printf("counting: %u started >= %u counted >= %u acknowledged\n",
	       started, counted, acknowledged);
	temp_hand_close(&life.hand);
}

static void
judge_store(const struct temp_login *l, struct board *board,
	    unsigned int workers)
{
	struct id7_store *store = temp_store_open(&l->t);
	struct id7_store_counts counts = {0};
	uint64_t done[ACTS] = {0}, old = 0, new = 0, exist = 0;

	CHECK_INT(id7_store_check(store, NULL, NULL, &counts), ID7_OK);
	CHECK_INT(counts.findings, 0);
	id7_store_close(&store);
	for (unsigned int i = 0; i < workers; i++) {
		for (int act = 0; act < ACTS; act++)
			done[act] += board->worker[i].done[act];
		old += board->worker[i].old;
		new += board->worker[i].new;
		exist += board->worker[i].is.exists;
	}
	CHECK_INT(counts.accounts, exist + COUNTERS);
	printf("%u workers, acknowledged:", workers);
	for (int act = 0; act < ACTS; act++)
		printf(" %s %llu", act_names[act],
		       (unsigned long long)done[act]);
	printf("\nkilled in the middle of a change: %llu left the old, %llu "
	       "the new\n",
	       (unsigned long long)old, (unsigned long long)new);
	CHECK(old > 0);
}

int
main(void)
{
	struct random random = random_begin();
	unsigned int kills = temp_login_amount("FAULT_KILLS", 1000);
	struct temp_login l;
	struct board *board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct id7 *id7;
	char name[16];

	if (board == MAP_FAILED)
		return 77;
	temp_login_make(&l);
	l.config.policy.deny = 0;
	l.config.policy.max_lifetime_failures = 0;
	l.config.policy.lease = 300;
	id7 = temp_login_open(&l);
	for (unsigned int i = 0; i < COUNTERS; i++) {
		snprintf(name, sizeof name, "count%u", i);
		CHECK_INT(temp_login_add(id7, name, "Grain-of-sand"), ID7_OK);
	}
	id7_close(&id7);
	kill_many(&l, board, 8, kills / 2, &random);
	judge_store(&l, board, 8);
	kill_many(&l, board, WORKERS, kills - kills / 2, &random);
	judge_store(&l, board, WORKERS);
	judge_counters(&l, board);
	CHECK_STR(board->said, "");
	printf("killed at random %u times\n", kills);
	temp_remove(&l.t.temp);
	if (check_failed > 0)
		random_confess(&random);
	return check_done();
}
