/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every call that can fail does so once, in the shipped module under libpam:
 * first the first one, then the second, until a run has no failure left. Each
 * time: no crash, nobody let in who should not be and no account called
 * unknown, no descriptor left open, and a store that serves the next login.
 *
 * FAULT_STRIDE: every how many points are tried (7).
 */
#include <dirent.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "tests/support/check.h"
#include "tests/support/door.h"
#include "tests/support/failnth.h"
#include "tests/support/pamtalk.h"
#include "tests/support/random.h"

#define ADA "ada"
#define RIGHT "Grain-of-sand-1"
#define WRONG "Grain-of-salt-1"
#define LATER "Grain-of-rice-1"
#define CODES 32
#define POINTS_MAX 20000
#define MS_MAX 11000 /* the entry point's deadline, and some */

/* One call of the module: prepared, made, judged. */
struct play {
	const char *name;
	const char *user;
	const char *typed[3];
	int (*call)(pam_handle_t *pamh, int flags);
	int flags;
	uint32_t account_flags; /* set beforehand */
	bool welcome;		/* the unharmed call says PAM_SUCCESS */
	bool fresh;		/* run and log directories must be made */
	bool outgrown;		/* and the verifier is of a lower cost */
	const char *counts;	/* a stack in which 7id only counts */
};

/* What stands for the module that verifies: it always says the same. */
#define COUNTS_RIGHT                                                           \
	"auth requisite %1$s preauth conf=%2$s/7id.conf\n"                     \
	"auth [success=1 default=bad] pam_permit.so\n"                         \
	"auth [default=die] %1$s authfail conf=%2$s/7id.conf\n"                \
	"auth sufficient %1$s authsucc conf=%2$s/7id.conf\n"                   \
	"auth required pam_deny.so\n"
#define COUNTS_WRONG                                                           \
	"auth requisite %1$s preauth conf=%2$s/7id.conf\n"                     \
	"auth sufficient pam_deny.so\n"                                        \
	"auth [default=die] %1$s authfail conf=%2$s/7id.conf\n"

static const struct play plays[] = {
	{"right", ADA, {RIGHT}, pam_authenticate, .welcome = true},
	{"wrong", ADA, {WRONG}, pam_authenticate},
	{"unknown", "eve", {WRONG}, pam_authenticate},
	{"right, first of all",
	 ADA,
	 {RIGHT},
	 pam_authenticate,
	 .welcome = true,
	 .fresh = true},
	{"right, rehashed",
	 ADA,
	 {RIGHT},
	 pam_authenticate,
	 .welcome = true,
	 .outgrown = true},
	{"disabled",
	 ADA,
	 {RIGHT},
	 pam_authenticate,
	 .account_flags = ID7_ACCOUNT_DISABLED},
	{"counted, right",
	 ADA,
	 {RIGHT},
	 pam_authenticate,
	 .welcome = true,
	 .counts = COUNTS_RIGHT},
	{"counted, wrong",
	 ADA,
	 {WRONG},
	 pam_authenticate,
	 .counts = COUNTS_WRONG},
	{"account", ADA, {NULL}, pam_acct_mgmt, .welcome = true},
	{"account disabled",
	 ADA,
	 {NULL},
	 pam_acct_mgmt,
	 .account_flags = ID7_ACCOUNT_DISABLED},
	{"change",
	 ADA,
	 {RIGHT, LATER, LATER},
	 pam_chauthtok,
	 PAM_CHANGE_EXPIRED_AUTHTOK,
	 ID7_ACCOUNT_MUST_CHANGE,
	 .welcome = true},
	{"change, wrong",
	 ADA,
	 {WRONG, LATER, LATER},
	 pam_chauthtok,
	 PAM_CHANGE_EXPIRED_AUTHTOK,
	 ID7_ACCOUNT_MUST_CHANGE},
};

/* What the child tells. */
struct told {
	int code, kind, failed, leaked, right, later;
	uint32_t counted; /* failures, before the next login */
	int64_t ms;
};

struct scene {
	struct temp_login l;
	const char *module;
	struct told *told;
	struct id7 *id7;
	unsigned int codes[CODES];
	unsigned int kinds[FAIL_KINDS];
	unsigned int points;
	int64_t slowest_ms;
	struct random random;
};

static const char *const kind_names[FAIL_KINDS] = {
	"open", "read",	  "write", "sync", "close",  "stat",
	"seek", "rename", "mode",  "lock", "memory", "mmap"};

static int
open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	while (dir != NULL && readdir(dir) != NULL)
		count++;
	if (dir != NULL)
		closedir(dir);
	return count;
}

static bool
set_flags(struct id7_account *account, const struct id7_now *now, void *context)
{
	const uint32_t *flags = context;
	bool change = account->flags != *flags;

	(void)now;
	account->flags = *flags;
	return change;
}

static void
forget_directory(const struct scene *scene, const char *name)
{
	struct temp place;

	snprintf(place.dir, sizeof place.dir, "%.50s/%s", scene->l.t.temp.dir,
		 name);
	temp_remove(&place);
}

static void
prepare(struct scene *scene, const struct play *play)
{
	uint32_t flags = play->account_flags;
	enum id7_reason was;

	if (scene->told->right != PAM_SUCCESS)
		(void)!temp_login_change(scene->id7, ADA, RIGHT);
	if (play->fresh) {
		forget_directory(scene, "run");
		forget_directory(scene, "log");
	}
	if (play->outgrown) {
		CHECK_INT(id7_manage_remove(scene->id7, ADA, temp_store_long(),
					    NULL),
			  ID7_OK);
		CHECK_INT(temp_login_add(scene->id7, ADA, RIGHT), ID7_OK);
	}
	CHECK_INT(id7_manage_unlock(scene->id7, ADA, false, temp_store_long(),
				    &was, NULL),
		  ID7_OK);
	CHECK_INT(id7_manage_change(scene->id7, ADA, set_flags, &flags,
				    temp_store_long(), NULL, NULL),
		  ID7_OK);
}

/* A place whose holder has gone is a failure from the next attempt on. */
static uint32_t
failures(struct id7 *id7)
{
	struct id7_picture picture = {0};
	uint32_t all = 0;

	CHECK_INT(id7_manage_look(id7, ADA, &picture, NULL), ID7_OK);
	for (int i = 0; i < ID7_LANES; i++)
		all += picture.lane[i].failures + picture.lane[i].pending;
	return all;
}

/* In the child: the call with its failure, then a whole login or two. */
static void
act(const struct scene *scene, const struct play *play, unsigned int point,
    enum fail_how how)
{
	struct door_visit visit = {
		.user = play->user,
		.service = play->counts != NULL ? "counts" : NULL};
	struct told *told = scene->told;
	enum fail_kind kind;
	int64_t begun;
	int before;

	memcpy(visit.typed, play->typed, sizeof visit.typed);
	door_enter(&scene->l, &visit);
	before = open_descriptors();
	begun = door_clock_ms();
	fail_arm(point, how);
	told->code = play->call(visit.pamh, play->flags);
	told->failed = fail_disarm(&kind);
	told->ms = door_clock_ms() - begun;
	told->kind = (int)kind;
	/* A place that could not be settled is held until the end. */
	if (play->counts != NULL)
		pam_end(visit.pamh, told->code);
	told->leaked = open_descriptors() - before;
	if (play->counts == NULL)
		pam_end(visit.pamh, told->code);
	told->counted = failures(scene->id7);
	if (play->account_flags & ID7_ACCOUNT_DISABLED)
		_exit(0);
	told->right = door_authenticate(&scene->l, ADA, RIGHT);
	if (told->right != PAM_SUCCESS)
		told->later = door_authenticate(&scene->l, ADA, LATER);
	_exit(0);
}

/* Whether the answer is one that this person may be given. */
static bool
fitting(const struct play *play, int code)
{
	if (code == PAM_IGNORE || code < 0 || code >= CODES)
		return false;
	if (code == PAM_USER_UNKNOWN)
		return false;
	if (code == PAM_SUCCESS || code == PAM_NEW_AUTHTOK_REQD)
		return play->welcome;
	return true;
}

static void
judge(struct scene *scene, const struct play *play, unsigned int point,
      enum fail_how how)
{
	const struct told *told = scene->told;
	bool changed = play->welcome && play->call == pam_chauthtok;
	bool well = fitting(play, told->code) && told->leaked == 0;

	if (!(play->account_flags & ID7_ACCOUNT_DISABLED)) {
		well = well && (told->right == PAM_SUCCESS ||
				(changed && told->later == PAM_SUCCESS));
		well = well && !(changed && told->code == PAM_SUCCESS &&
				 told->right == PAM_SUCCESS);
	}
	/* Whoever is told that it was wrong has paid for it. */
	if (told->code == PAM_AUTH_ERR && play->typed[0] != NULL &&
	    strcmp(play->typed[0], WRONG) == 0 && strcmp(play->user, ADA) == 0)
		well = well && told->counted == 1;
	CHECK(well);
	if (!well)
		fprintf(stderr,
			"%s, call %u (%s, way %d): %s, %d descriptors left, "
			"%u counted, %d ms, then %s, %s\n",
			play->name, point, kind_names[told->kind], (int)how,
			pam_code_name(told->code), told->leaked, told->counted,
			(int)told->ms, pam_code_name(told->right),
			pam_code_name(told->later));
	CHECK(failures(scene->id7) <= 2);
	scene->codes[told->code & (CODES - 1)]++;
	scene->kinds[told->kind]++;
}

/* One point. Returns false when nothing failed: there are no more. */
static bool
run_point(struct scene *scene, const struct play *play, unsigned int point,
	  enum fail_how how)
{
	int status = 0;
	pid_t child;

	prepare(scene, play);
	memset(scene->told, 0, sizeof *scene->told);
	child = fork();
	if (child == 0) {
		alarm(60);
		act(scene, play, point, how);
	}
	CHECK_INT(waitpid(child, &status, 0), child);
	CHECK_INT(status, 0);
	if (status != 0) {
		fprintf(stderr, "%s, call %u, way %d: ended by %d\n",
			play->name, point, (int)how, status);
		return true;
	}
	if (scene->told->ms > MS_MAX)
		CHECK_FAIL("an answer within the deadline");
	if (scene->told->ms > scene->slowest_ms)
		scene->slowest_ms = scene->told->ms;
	if (!scene->told->failed) {
		CHECK_INT(scene->told->code == PAM_SUCCESS, play->welcome);
		return false;
	}
	judge(scene, play, point, how);
	scene->points++;
	return true;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void
build_counting(const struct scene *scene, const char *stack)
{
	char text[2000];

	snprintf(text, sizeof text, stack, scene->module,
		 scene->l.t.temp.dir);
	door_write(&scene->l, "pam.d/counts", text);
}
#pragma GCC diagnostic pop

static void
run_play(struct scene *scene, const struct play *play, unsigned int stride)
{
	unsigned int before = scene->points;

	door_build(&scene->l, scene->module,
		   play->outgrown ? "opslimit = 2\n" : "");
	if (play->counts != NULL)
		build_counting(scene, play->counts);
	for (int how = 0; how < FAIL_HOWS; how++) {
		unsigned int point = random_below(&scene->random, stride);

		while (point < POINTS_MAX &&
		       run_point(scene, play, point, (enum fail_how)how))
			point += stride;
		CHECK(point < POINTS_MAX);
	}
	printf("%s: %u failures\n", play->name, scene->points - before);
}

static void
print_figures(const struct scene *scene)
{
	printf("%u points; of them", scene->points);
	for (int kind = 0; kind < FAIL_KINDS; kind++)
		printf(" %s %u", kind_names[kind], scene->kinds[kind]);
	printf("\nslowest answer: %lld ms\nanswers:",
	       (long long)scene->slowest_ms);
	for (int code = 0; code < CODES; code++)
		if (scene->codes[code] > 0)
			printf(" %s %u", pam_code_name(code),
			       scene->codes[code]);
	printf("\n");
}

int
main(int argc, char **argv)
{
	static struct scene scene;
	unsigned int stride = temp_login_amount("FAULT_STRIDE", 7);
	struct id7_store *store;

	if (argc != 2)
		return 2;
	scene.told = mmap(NULL, sizeof *scene.told, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (scene.told == MAP_FAILED)
		return 77;
	door_pause = fail_pause;
	scene.random = random_begin();
	temp_login_make(&scene.l);
	scene.module = argv[1];
	scene.id7 = temp_login_open(&scene.l);
	CHECK_INT(temp_login_add(scene.id7, ADA, RIGHT), ID7_OK);
	for (size_t i = 0; i < sizeof plays / sizeof plays[0]; i++)
		run_play(&scene, &plays[i], stride);
	id7_close(&scene.id7);
	store = temp_store_open(&scene.l.t);
	CHECK_INT(temp_store_findings(store), 0);
	id7_store_close(&store);
	print_figures(&scene);
	temp_remove(&scene.l.t.temp);
	if (check_failed > 0)
		random_confess(&scene.random);
	return check_done();
}
