/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SIGKILL before every system call of every change of the store: afterwards the
 * other accounts are whole, the target is the old or the new one, what was
 * acknowledged is new, the next change works and `check` finds no damage.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#define OTHERS 3
#define CHECK_EVERY 16 /* `check` reads everything: not after each kill */
#define SYSCALL_STOP (SIGTRAP | 0x80)

static const struct id7_policy policy = {
	.deny = 5, .fail_interval = 900, .unlock_time = 600, .lease = 30};

/* The target, and where the child says that it was told ID7_OK. */
struct scene {
	struct temp_store t;
	char other[OTHERS][16]; /* in the target's shard */
	struct id7_account was[OTHERS];
	atomic_int *acknowledged;
	unsigned int kills;
};

#define TARGET "target"

/* One change: prepared, done in the child, judged and put right afterwards. */
struct play {
	const char *name;
	void (*prepare)(struct id7_store *store);
	enum id7_error (*before)(struct id7_store *store); /* not killed yet */
	enum id7_error (*act)(struct id7_store *store);
	void (*judge)(struct id7_store *store, bool acknowledged);
};

static enum id7_error
reserve(struct id7_store *store)
{
	struct id7_subject subject = temp_store_subject(store, TARGET);
	struct id7_now now = id7_clock_now();
	struct id7_ticket ticket;
	struct id7_account a;
	enum id7_claim claim;
	enum id7_error error = id7_store_get(store, TARGET, &a);

	if (error == ID7_OK)
		error = id7_store_reserve(store, &subject, a.id, a.epoch, false,
					  &policy, &now, ID7_LANE_REMOTE, 0,
					  temp_store_long(), &claim, &ticket);
	if (error == ID7_OK && claim != ID7_CLAIM_RESERVED)
		error = ID7_INTERNAL;
	return error;
}

static enum id7_error
settle(struct id7_store *store, enum id7_settlement how,
       struct id7_settled *ret_settled)
{
	struct id7_ticket ticket = store->ticket; /* the live one */
	struct id7_now now = id7_clock_now();

	return id7_store_settle(store, &ticket, ticket.id, ticket.epoch,
				&policy, &now, how, 7, temp_store_long(),
				ret_settled);
}

static enum id7_error
settle_wrong(struct id7_store *store)
{
	struct id7_settled settled;

	return settle(store, ID7_SETTLE_WRONG, &settled);
}

static enum id7_error
settle_right(struct id7_store *store)
{
	struct id7_settled settled;

	return settle(store, ID7_SETTLE_RIGHT, &settled);
}

/* What the next attempt finds: failures before it. */
static uint32_t
failures(struct id7_store *store)
{
	struct id7_settled settled = {0};

	CHECK_INT(reserve(store), ID7_OK);
	CHECK_INT(settle(store, ID7_SETTLE_RELEASE, &settled), ID7_OK);
	CHECK(settled.stands);
	return settled.failures;
}

static void
prepare_none(struct id7_store *store)
{
	struct id7_account a;

	if (id7_store_get(store, TARGET, &a) == ID7_OK)
		CHECK_INT(id7_store_remove(store, TARGET, temp_store_long()),
			  ID7_OK);
	CHECK_INT(id7_store_get(store, TARGET, &a), ID7_NOT_FOUND);
}

static void
prepare_fresh(struct id7_store *store)
{
	prepare_none(store);
	CHECK_INT(temp_store_add(store, TARGET), ID7_OK);
}

static void
prepare_failed(struct id7_store *store)
{
	prepare_fresh(store);
	CHECK_INT(reserve(store), ID7_OK);
	CHECK_INT(settle_wrong(store), ID7_OK);
}

static void
check_mark(struct id7_store *store)
{
	struct id7_subject subject = temp_store_subject(store, TARGET);
	struct id7_tally tally = {.flags = 99};

	CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_OK);
	CHECK_INT(tally.flags, 0);
}

static enum id7_error
act_add(struct id7_store *store)
{
	return temp_store_add(store, TARGET);
}

static void
judge_add(struct id7_store *store, bool acknowledged)
{
	struct id7_account a;
	enum id7_error found = id7_store_get(store, TARGET, &a);

	CHECK(found == ID7_OK || found == ID7_NOT_FOUND);
	CHECK(found == ID7_OK || !acknowledged);
	CHECK_INT(temp_store_add(store, TARGET),
		  found == ID7_OK ? ID7_EXISTS : ID7_OK);
	CHECK_INT(id7_store_get(store, TARGET, &a), ID7_OK);
	check_mark(store);
	CHECK_INT(failures(store), 0);
}

static enum id7_error
act_put(struct id7_store *store)
{
	struct id7_account a;
	enum id7_error error = id7_store_get(store, TARGET, &a);

	a.birthdate = 20010203;
	return error == ID7_OK ? id7_store_put(store, &a, temp_store_long())
			       : error;
}

static void
judge_put(struct id7_store *store, bool acknowledged)
{
	struct id7_account a = {0};

	CHECK_INT(id7_store_get(store, TARGET, &a), ID7_OK);
	CHECK(a.revision == 2 || !acknowledged);
	CHECK((a.revision == 1 && a.birthdate == 0) ||
	      (a.revision == 2 && a.birthdate == 20010203));
	CHECK_INT(id7_store_put(store, &a, temp_store_long()), ID7_OK);
	CHECK_INT(failures(store), 0);
}

static enum id7_error
act_remove(struct id7_store *store)
{
	return id7_store_remove(store, TARGET, temp_store_long());
}

static void
judge_remove(struct id7_store *store, bool acknowledged)
{
	struct id7_account a;
	enum id7_error found = id7_store_get(store, TARGET, &a);

	CHECK(found == ID7_OK || found == ID7_NOT_FOUND);
	CHECK(found == ID7_NOT_FOUND || !acknowledged);
	if (found == ID7_OK)
		CHECK_INT(failures(store), 1);
	CHECK_INT(id7_store_remove(store, TARGET, temp_store_long()), found);
	CHECK_INT(id7_store_get(store, TARGET, &a), ID7_NOT_FOUND);
	CHECK_INT(temp_store_add(store, TARGET), ID7_OK);
	CHECK_INT(failures(store), 0);
}

static void
judge_reserve(struct id7_store *store, bool acknowledged)
{
	uint32_t count = failures(store);

	CHECK(count == 1 || (count == 0 && !acknowledged));
}

/* Settled or dead: one failure either way. */
static void
judge_settle_wrong(struct id7_store *store, bool acknowledged)
{
	(void)acknowledged;
	CHECK_INT(failures(store), 1);
}

/* One failure before: cleared, or the dead one beside it. */
static void
judge_settle_right(struct id7_store *store, bool acknowledged)
{
	uint32_t count = failures(store);

	CHECK(count == 0 || (count == 2 && !acknowledged));
}

/* A name that the import adds beside the target, in its files. */
static void
beside(const struct id7_store *store, char ret_name[16])
{
	struct id7_subject target = temp_store_subject(store, TARGET);
	struct id7_subject subject;

	for (int i = 0;; i++) {
		snprintf(ret_name, 16, "b%d", i);
		subject = temp_store_subject(store, ret_name);
		if (id7_shard_of(store, &subject).index ==
		    id7_shard_of(store, &target).index)
			return;
	}
}

static void
prepare_import(struct id7_store *store)
{
	char name[16];

	prepare_none(store);
	beside(store, name);
	(void)!id7_store_remove(store, name, temp_store_long());
}

static enum id7_error
import_put(struct id7_import *import, const char *name, uint64_t line)
{
	struct id7_account account = {0};

	snprintf(account.name, sizeof account.name, "%s", name);
	return id7_import_put(import, &account, line);
}

static enum id7_error
import(struct id7_store *store, struct id7_import_counts *ret_counts)
{
	struct id7_now now = id7_clock_now();
	auto_import *work = NULL;
	char name[16];
	enum id7_error error = id7_import_begin(store, &now, &work);

	beside(store, name);
	if (error == ID7_OK)
		error = import_put(work, TARGET, 1);
	if (error == ID7_OK)
		error = import_put(work, name, 2);
	if (error == ID7_OK)
		error = id7_import_check(work, NULL, NULL, NULL, ret_counts);
	if (error == ID7_OK)
		error = id7_import_commit(work, 60000, NULL, NULL, NULL,
					  ret_counts);
	return error;
}

static enum id7_error
act_import(struct id7_store *store)
{
	struct id7_import_counts counts;

	return import(store, &counts);
}

/* Both or neither, and the same import again finds or adds them. */
static void
judge_import(struct id7_store *store, bool acknowledged)
{
	struct id7_import_counts counts = {0};
	struct id7_account a;
	char name[16];
	enum id7_error found = id7_store_get(store, TARGET, &a);

	beside(store, name);
	CHECK(found == ID7_OK || found == ID7_NOT_FOUND);
	CHECK(found == ID7_OK || !acknowledged);
	CHECK_INT(id7_store_get(store, name, &a), found);
	CHECK_INT(import(store, &counts), ID7_OK);
	CHECK_INT(found == ID7_OK ? counts.already : counts.added, 2);
	CHECK_INT(counts.refused, 0);
	CHECK_INT(id7_store_get(store, TARGET, &a), ID7_OK);
	check_mark(store);
	CHECK_INT(failures(store), 0);
}

static const struct play plays[] = {
	{"add", prepare_none, NULL, act_add, judge_add},
	{"put", prepare_fresh, NULL, act_put, judge_put},
	{"remove", prepare_failed, NULL, act_remove, judge_remove},
	{"import", prepare_import, NULL, act_import, judge_import},
	{"reserve", prepare_fresh, NULL, reserve, judge_reserve},
	{"settle wrong", prepare_fresh, reserve, settle_wrong,
	 judge_settle_wrong},
	{"settle right", prepare_failed, reserve, settle_right,
	 judge_settle_right},
};

static void
child_run(const struct scene *scene, const struct play *play)
{
	struct id7_store *store = temp_store_open(&scene->t);

	if (play->before != NULL && play->before(store) != ID7_OK)
		_exit(3);
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
		_exit(77);
	raise(SIGSTOP);
	if (play->act(store) != ID7_OK)
		_exit(4);
	atomic_store(scene->acknowledged, 1);
	_exit(0);
}

/*
 * Runs the play's act and kills it before its system call number `point`.
 * Returns -1 when it was killed, else its exit status.
 */
static int
run_until(const struct scene *scene, const struct play *play,
	  unsigned int point)
{
	unsigned int stops = 0;
	int status = 0;
	pid_t child;

	atomic_store(scene->acknowledged, 0);
	child = fork();
	if (child == 0)
		child_run(scene, play);
	if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
		return WEXITSTATUS(status);
	ptrace(PTRACE_SETOPTIONS, child, NULL,
	       (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
	for (;;) {
		ptrace(PTRACE_SYSCALL, child, NULL, NULL);
		if (waitpid(child, &status, 0) != child || WIFEXITED(status))
			return WEXITSTATUS(status);
		if (!WIFSTOPPED(status) || WSTOPSIG(status) != SYSCALL_STOP)
			continue;
		/* Stops come in pairs: before a call and after it. */
		if (stops++ == 2 * point) {
			kill(child, SIGKILL);
			waitpid(child, &status, 0);
			return -1;
		}
	}
}

static void
judge_others(const struct scene *scene, struct id7_store *store)
{
	for (int i = 0; i < OTHERS; i++) {
		struct id7_subject subject =
			temp_store_subject(store, scene->other[i]);
		struct id7_tally tally = {0};
		struct id7_account a;

		CHECK_INT(id7_store_get(store, scene->other[i], &a), ID7_OK);
		CHECK_MEM(a.id, scene->was[i].id, ID7_ID_LEN);
		CHECK_INT(a.revision, scene->was[i].revision);
		CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_OK);
		CHECK_MEM(tally.id, a.id, ID7_ID_LEN);
	}
}

/* Every point of one play. Returns false when processes cannot be traced. */
static bool
run_play(struct scene *scene, const struct play *play)
{
	unsigned int point = 0;
	int status = -1;

	while (status == -1) {
		struct id7_store *store = temp_store_open(&scene->t);

		play->prepare(store);
		id7_store_close(&store);
		status = run_until(scene, play, point);
		if (status == 77)
			return false;
		store = temp_store_open(&scene->t);
		judge_others(scene, store);
		if (point % CHECK_EVERY == 0 || status != -1)
			CHECK_INT(temp_store_findings(store), 0);
		play->judge(store, atomic_load(scene->acknowledged) != 0);
		judge_others(scene, store);
		id7_store_close(&store);
		point++;
	}
	CHECK_INT(status, 0);
	CHECK(atomic_load(scene->acknowledged));
	CHECK(point > 10);
	printf("%s: killed at %u points\n", play->name, point - 1);
	scene->kills += point - 1;
	return true;
}

/* Neighbours of the target, in its files. */
static void
make_others(struct scene *scene, struct id7_store *store)
{
	struct id7_subject target = temp_store_subject(store, TARGET);
	char name[16];
	int made = 0;

	for (int i = 0; made < OTHERS; i++) {
		snprintf(name, sizeof name, "o%d", i);
		struct id7_subject subject = temp_store_subject(store, name);

		if (id7_shard_of(store, &subject).index !=
		    id7_shard_of(store, &target).index)
			continue;
		CHECK_INT(temp_store_add(store, name), ID7_OK);
		CHECK_INT(id7_store_get(store, name, &scene->was[made]),
			  ID7_OK);
		memcpy(scene->other[made++], name, sizeof name);
	}
}

/* In memory where that can be: a kill, unlike a power cut, loses no pages. */
static void
make_store(struct temp_store *t)
{
	snprintf(t->temp.dir, sizeof t->temp.dir, "/dev/shm/7id-test.XXXXXX");
	if (mkdtemp(t->temp.dir) == NULL)
		temp_make(&t->temp);
	temp_store_fill(t);
}

int
main(void)
{
	static struct scene scene;
	struct id7_store *store;
	bool traced = true;

	scene.acknowledged =
		mmap(NULL, sizeof *scene.acknowledged, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (scene.acknowledged == MAP_FAILED)
		return 77;
	make_store(&scene.t);
	store = temp_store_open(&scene.t);
	make_others(&scene, store);
	id7_store_close(&store);
	for (size_t i = 0; i < sizeof plays / sizeof plays[0] && traced; i++)
		traced = run_play(&scene, &plays[i]);
	temp_remove(&scene.t.temp);
	if (!traced) {
		printf("processes cannot be traced here\n");
		return 77;
	}
	return check_done();
}
