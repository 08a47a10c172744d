/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SIGKILL before the system calls that change files, all through backup,
 * restore, repair and compact: every account stays, with what was counted, the
 * store is the old or the new one and sound, and the next run of the same work
 * succeeds. With the argument `all` before each of them, else before a sample.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#define SAMPLE 40 /* points of each work, when not all are wanted */
#define SYSCALL_STOP (SIGTRAP | 0x80)
#define OLD_DATE 19990101
#define NEW_DATE 20010203

struct scene {
	struct temp_store t;
	char backup[100]; /* made of the old dates */
	char made[100];	  /* what the work makes, if it makes one */
	atomic_int *acknowledged;
};

static const char *const people[] = {"alice", "bob", "carol", "dave"};
#define PEOPLE (sizeof people / sizeof people[0])

struct work {
	const char *name;
	void (*prepare)(struct scene *scene, struct id7_store *store);
	enum id7_error (*act)(struct scene *scene);
	void (*judge)(struct scene *scene, bool acknowledged);
};

static void
rm(const char *path)
{
	char command[200];

	snprintf(command, sizeof command, "rm -rf %s %s.tmp", path, path);
	CHECK_INT(system(command), 0);
}

/* The people's dates: the one they all have, or 0 when they differ. */
static uint32_t
dates(struct id7_store *store)
{
	uint32_t date = 0;

	for (size_t i = 0; i < PEOPLE; i++) {
		struct id7_subject subject =
			temp_store_subject(store, people[i]);
		struct id7_tally tally = {0};
		struct id7_account a = {0};

		CHECK_INT(id7_store_get(store, people[i], &a), ID7_OK);
		CHECK_INT(id7_store_tally(store, &subject, &tally), ID7_OK);
		CHECK_MEM(tally.id, a.id, ID7_ID_LEN);
		CHECK_INT(tally.lane[0].failures, 1);
		if (i > 0 && a.birthdate != date)
			return 0;
		date = a.birthdate;
	}
	return date;
}

static void
date_all(struct id7_store *store, uint32_t date)
{
	for (size_t i = 0; i < PEOPLE; i++) {
		struct id7_account a = {0};

		CHECK_INT(id7_store_get(store, people[i], &a), ID7_OK);
		if (a.birthdate == date)
			continue;
		a.birthdate = date;
		CHECK_INT(id7_store_put(store, &a, temp_store_long()), ID7_OK);
	}
}

static bool
count_failure(struct id7_tally *tally, void *context)
{
	const struct id7_now *now = context;

	tally->lane[0].failures = 1;
	tally->lane[0].failure[0] =
		(struct id7_failure){(int32_t)now->boot, 7, 7};
	return true;
}

static void
fail_all(struct id7_store *store)
{
	static const struct id7_policy policy = {.deny = 5,
						 .fail_interval = 100000,
						 .unlock_time = 600,
						 .lease = 30};
	struct id7_now now = id7_clock_now();

	for (size_t i = 0; i < PEOPLE; i++) {
		struct id7_subject subject =
			temp_store_subject(store, people[i]);
		struct id7_account a = {0};

		CHECK_INT(id7_store_get(store, people[i], &a), ID7_OK);
		CHECK_INT(id7_store_change(store, &subject, a.id, a.epoch,
					   &policy, &now, false, count_failure,
					   &now, temp_store_long()),
			  ID7_OK);
	}
}

static void
sound(struct scene *scene)
{
	struct id7_store *store = temp_store_open(&scene->t);

	CHECK_INT(temp_store_findings(store), 0);
	CHECK(dates(store) != 0);
	id7_store_close(&store);
}

/* --- backup --- */

static void
prepare_backup(struct scene *scene, struct id7_store *store)
{
	(void)store;
	snprintf(scene->made, sizeof scene->made, "%.60s/made",
		 scene->t.temp.dir);
}

static enum id7_error
act_backup(struct scene *scene)
{
	struct id7_store *store = temp_store_open(&scene->t);
	struct id7_store_counts counts;
	enum id7_error error =
		id7_store_backup(store, scene->made, NULL, NULL, &counts);

	id7_store_close(&store);
	return error == ID7_OK && counts.findings > 0 ? ID7_CORRUPT : error;
}

/* There is a whole one, or none. */
static void
judge_backup(struct scene *scene, bool acknowledged)
{
	struct scene copy = *scene;

	snprintf(copy.t.dir, sizeof copy.t.dir, "%.79s", scene->made);
	if (access(scene->made, F_OK) == 0)
		sound(&copy);
	else
		CHECK(!acknowledged);
	if (access(scene->made, F_OK) == 0)
		rm(scene->made);
	CHECK_INT(act_backup(scene), ID7_OK);
	rm(scene->made);
	sound(scene);
}

/* --- restore --- */

static void
prepare_restore(struct scene *scene, struct id7_store *store)
{
	(void)scene;
	date_all(store, NEW_DATE);
}

static enum id7_error
act_restore(struct scene *scene)
{
	struct id7_store_restored done;
	enum id7_error error =
		id7_store_restore(scene->backup, scene->t.dir, scene->t.keys,
				  false, NULL, NULL, &done, NULL);

	return error == ID7_OK && done.carried != PEOPLE ? ID7_INTERNAL : error;
}

static void
judge_restore(struct scene *scene, bool acknowledged)
{
	struct id7_store *store = temp_store_open(&scene->t);
	uint32_t date = dates(store);

	CHECK(date == OLD_DATE || (date == NEW_DATE && !acknowledged));
	id7_store_close(&store);
	sound(scene);
	CHECK_INT(act_restore(scene), ID7_OK);
	store = temp_store_open(&scene->t);
	CHECK_INT(dates(store), OLD_DATE);
	id7_store_close(&store);
	sound(scene);
}

/* --- repair --- */

static void
drop_copy(struct id7_store *store, const char *name)
{
	struct id7_subject subject = temp_store_subject(store, name);
	struct id7_edit edit = {.kind = ID7_EDIT_DELETE, .len = ID7_TALLY_LEN};

	id7_store_tally_key(&subject, 0, edit.key);
	CHECK_INT(id7_shard_edit(store, id7_shard_of(store, &subject),
				 ID7_STORE_TALLY, &edit, 1),
		  ID7_OK);
}

static void
prepare_repair(struct scene *scene, struct id7_store *store)
{
	char path[200];

	date_all(store, OLD_DATE);
	drop_copy(store, "bob");
	temp_store_file(&scene->t, store, "alice", ID7_STORE_DB, path);
	CHECK_INT(truncate(path, 4096), 0);
	snprintf(path, sizeof path, "%s/phantom-05.tally", scene->t.dir);
	CHECK_INT(truncate(path, 4096), 0);
	snprintf(path, sizeof path, "%s/g000099.new", scene->t.dir);
	(void)mkdir(path, 0700);
}

static enum id7_error
act_repair(struct scene *scene)
{
	struct id7_store *store = temp_store_open(&scene->t);
	struct id7_store_repaired repaired;
	enum id7_error error = id7_store_repair(store, scene->backup, false,
						NULL, NULL, &repaired);

	id7_store_close(&store);
	return error == ID7_OK && repaired.left > 0 ? ID7_CORRUPT : error;
}

static void
judge_repair(struct scene *scene, bool acknowledged)
{
	if (acknowledged)
		sound(scene);
	CHECK_INT(act_repair(scene), ID7_OK);
	sound(scene);
}

/* --- compact --- */

static void
prepare_compact(struct scene *scene, struct id7_store *store)
{
	char name[16];

	(void)scene;
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof name, "x%d", i);
		CHECK_INT(temp_store_add(store, name), ID7_OK);
	}
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof name, "x%d", i);
		CHECK_INT(id7_store_remove(store, name, temp_store_long()),
			  ID7_OK);
	}
}

static enum id7_error
act_compact(struct scene *scene)
{
	struct id7_store *store = temp_store_open(&scene->t);
	struct id7_store_compacted compacted;
	enum id7_error error = id7_store_compact(store, &compacted);

	id7_store_close(&store);
	return error == ID7_OK && compacted.files == 0 ? ID7_INTERNAL : error;
}

static void
judge_compact(struct scene *scene, bool acknowledged)
{
	enum id7_error error;

	(void)acknowledged;
	sound(scene);
	error = act_compact(scene);
	CHECK(error == ID7_OK || error == ID7_INTERNAL);
	sound(scene);
}

static const struct work works[] = {
	{"backup", prepare_backup, act_backup, judge_backup},
	{"restore", prepare_restore, act_restore, judge_restore},
	{"repair", prepare_repair, act_repair, judge_repair},
	{"compact", prepare_compact, act_compact, judge_compact},
};

/* --- the kills --- */

/* Whether a call leaves another state on the disk: only those are points. */
static bool
changes_files(const struct __ptrace_syscall_info *info)
{
	switch (info->entry.nr) {
	case SYS_write:
	case SYS_pwrite64:
	case SYS_fsync:
	case SYS_ftruncate:
	case SYS_fchmod:
	case SYS_mkdirat:
	case SYS_unlinkat:
	case SYS_renameat:
	case SYS_renameat2:
		return true;
	case SYS_openat:
		return (info->entry.args[2] & O_CREAT) != 0;
	}
	return false;
}

static void
child_run(struct scene *scene, const struct work *work)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
		_exit(77);
	raise(SIGSTOP);
	if (work->act(scene) != ID7_OK)
		_exit(4);
	atomic_store(scene->acknowledged, 1);
	_exit(0);
}

/*
 * Runs the work and kills it before its point number `point`. Returns -1 when
 * it was killed, else its exit status, and how many points it had.
 */
static int
run_until(struct scene *scene, const struct work *work, unsigned int point,
	  unsigned int *ret_points)
{
	struct __ptrace_syscall_info info;
	unsigned int points = 0;
	int status = 0;
	pid_t child;

	atomic_store(scene->acknowledged, 0);
	child = fork();
	if (child == 0)
		child_run(scene, work);
	if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
		return WEXITSTATUS(status);
	ptrace(PTRACE_SETOPTIONS, child, NULL,
	       (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
	for (;;) {
		ptrace(PTRACE_SYSCALL, child, NULL, NULL);
		if (waitpid(child, &status, 0) != child || WIFEXITED(status))
			break;
		if (!WIFSTOPPED(status) || WSTOPSIG(status) != SYSCALL_STOP ||
		    ptrace(PTRACE_GET_SYSCALL_INFO, child, (void *)sizeof info,
			   &info) <= 0 ||
		    info.op != PTRACE_SYSCALL_INFO_ENTRY ||
		    !changes_files(&info))
			continue;
		if (points++ == point) {
			kill(child, SIGKILL);
			waitpid(child, &status, 0);
			return -1;
		}
	}
	*ret_points = points;
	return WEXITSTATUS(status);
}

static int
run_once(struct scene *scene, const struct work *work, unsigned int point,
	 unsigned int *ret_points)
{
	struct id7_store *store = temp_store_open(&scene->t);
	int status;

	work->prepare(scene, store);
	id7_store_close(&store);
	status = run_until(scene, work, point, ret_points);
	if (status != 77)
		work->judge(scene, atomic_load(scene->acknowledged) != 0);
	return status;
}

/* False when processes cannot be traced. */
static bool
run_work(struct scene *scene, const struct work *work, bool all)
{
	unsigned int points = 0, kills = 0, step;
	int status = run_once(scene, work, UINT32_MAX, &points);

	if (status == 77)
		return false;
	CHECK_INT(status, 0);
	CHECK(points > 20);
	step = all || points < SAMPLE ? 1 : points / SAMPLE;
	for (unsigned int point = 0; point < points; point += step) {
		status = run_once(scene, work, point, &points);
		CHECK(status == -1 || status == 0);
		kills += status == -1;
		/* The end, where things are put in place, is never left out. */
		if (point + step + 12 >= points)
			step = 1;
	}
	CHECK(kills > 20);
	printf("%s: killed at %u of %u points\n", work->name, kills, points);
	return true;
}

int
main(int argc, char **argv)
{
	static struct scene scene;
	struct id7_store_counts counts;
	struct id7_store *store;
	bool all = argc > 1 && strcmp(argv[1], "all") == 0;
	bool traced = true;

	scene.acknowledged =
		mmap(NULL, sizeof *scene.acknowledged, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (scene.acknowledged == MAP_FAILED)
		return 77;
	snprintf(scene.t.temp.dir, sizeof scene.t.temp.dir,
		 "/dev/shm/7id-test.XXXXXX");
	if (mkdtemp(scene.t.temp.dir) == NULL)
		temp_make(&scene.t.temp);
	temp_store_fill(&scene.t);
	store = temp_store_open(&scene.t);
	for (size_t i = 0; i < PEOPLE; i++)
		CHECK_INT(temp_store_add(store, people[i]), ID7_OK);
	date_all(store, OLD_DATE);
	fail_all(store);
	snprintf(scene.backup, sizeof scene.backup, "%.60s/backup",
		 scene.t.temp.dir);
	CHECK_INT(id7_store_backup(store, scene.backup, NULL, NULL, &counts),
		  ID7_OK);
	id7_store_close(&store);
	for (size_t i = 0; i < sizeof works / sizeof works[0] && traced; i++)
		traced = run_work(&scene, &works[i], all);
	temp_remove(&scene.t.temp);
	if (!traced) {
		printf("processes cannot be traced here\n");
		return 77;
	}
	return check_done();
}
