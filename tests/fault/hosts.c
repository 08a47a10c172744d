/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hosts in trouble, asked through the shipped module: full and read-only
 * places, files missing, foreign, open to others or not files at all, files cut
 * short under a reader, locks that somebody keeps, small limits. Each answer is
 * the one that DESIGN section 6 and STORE A6 promise, within the deadline.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "common/effects/lock.h"
#include "tests/support/check.h"
#include "tests/support/door.h"
#include "tests/support/pamtalk.h"

#define ADA "ada"
#define RIGHT "Grain-of-sand-1"
#define WRONG "Grain-of-salt-1"
#define SOON_MS 5000  /* no wait was needed */
#define LATE_MS 12000 /* the deadline of 10 s, and a slow machine */
#define AT_ONCE 6
#define NOT_HERE 77
#define STRANGER 1 /* any uid but ours */

struct host {
	struct temp_login l;
	const char *module;
	char db[200], tally[200], lock[200];
};

/* The files that spoiling is about. */
static void
path_in(const struct host *host, const char *name, char ret_path[200])
{
	if (strcmp(name, "db") == 0)
		snprintf(ret_path, 200, "%s", host->db);
	else if (strcmp(name, "tally") == 0)
		snprintf(ret_path, 200, "%s", host->tally);
	else if (strcmp(name, "lock") == 0)
		snprintf(ret_path, 200, "%s", host->lock);
	else
		snprintf(ret_path, 200, "%.60s/%.100s", host->l.t.temp.dir,
			 name);
}

static bool
move_away(const struct host *host, const char *name)
{
	char path[200], aside[210];

	path_in(host, name, path);
	snprintf(aside, sizeof aside, "%s.away", path);
	return rename(path, aside) == 0;
}

static bool
spoil_missing(const struct host *host, const char *name)
{
	return move_away(host, name);
}

static bool
spoil_owner(const struct host *host, const char *name)
{
	char path[200];

	path_in(host, name, path);
	return geteuid() == 0 && lchown(path, STRANGER, STRANGER) == 0;
}

static bool
spoil_mode(const struct host *host, const char *name)
{
	char path[200];
	struct stat st;

	path_in(host, name, path);
	return stat(path, &st) == 0 &&
	       chmod(path, S_ISDIR(st.st_mode) ? 0777 : 0666) == 0;
}

static bool
spoil_fifo(const struct host *host, const char *name)
{
	char path[200];

	path_in(host, name, path);
	return move_away(host, name) && mkfifo(path, 0600) == 0;
}

static bool
spoil_symlink(const struct host *host, const char *name)
{
	char path[200], aside[210];

	path_in(host, name, path);
	snprintf(aside, sizeof aside, "%s.away", path);
	return move_away(host, name) && symlink(aside, path) == 0;
}

static bool
spoil_directory(const struct host *host, const char *name)
{
	char path[200];

	path_in(host, name, path);
	return move_away(host, name) && mkdir(path, 0700) == 0;
}

static bool
spoil_empty(const struct host *host, const char *name)
{
	char path[200];

	path_in(host, name, path);
	return truncate(path, 0) == 0;
}

static bool
spoil_nothing(const struct host *host, const char *name)
{
	(void)host, (void)name;
	return true;
}

/* A process that keeps all of a file, and is stopped by its owner. */
static bool
spoil_held(const struct host *host, const char *name)
{
	char path[200], byte;
	int ready[2];
	pid_t child;

	path_in(host, name, path);
	if (pipe(ready) != 0)
		return false;
	child = fork();
	if (child == 0) {
		int fd = open(path, O_RDWR);

		if (id7_lock_take(fd, true, 0, UINT64_C(1) << 40,
				  id7_deadline_in(1000)) == ID7_OK &&
		    write(ready[1], "", 1) == 1)
			raise(SIGSTOP);
		_exit(0);
	}
	close(ready[1]);
	return read(ready[0], &byte, 1) == 1;
}

/* Only the byte that changes of shape take. */
static bool
spoil_shard_held(const struct host *host, const char *name)
{
	int fd = open(host->lock, O_RDWR);

	(void)name;
	return id7_lock_try(fd, true, 0, 1) == ID7_OK;
}

static bool
remount(const struct host *host, const char *name, unsigned long flags)
{
	char path[200];

	path_in(host, name, path);
	return unshare(CLONE_NEWNS) == 0 &&
	       mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount(path, path, NULL, MS_BIND, NULL) == 0 &&
	       mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | flags, NULL) == 0;
}

static bool
spoil_read_only(const struct host *host, const char *name)
{
	return remount(host, name, MS_RDONLY);
}

/* The store on a small file system of its own, filled to the brim. */
static bool
spoil_full(const struct host *host, const char *name)
{
	char command[1400], path[200], junk[4096] = {1};
	int fd;

	path_in(host, name, path);
	snprintf(command, sizeof command,
		 "cp -a %s/. %s.copy && "
		 "mount -t tmpfs -o size=40m,mode=0700 none %s && "
		 "cp -a %s.copy/. %s",
		 path, path, path, path, path);
	if (unshare(CLONE_NEWNS) != 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    system(command) != 0)
		return false;
	snprintf(command, sizeof command, "%s/junk", path);
	fd = open(command, O_WRONLY | O_CREAT, 0600);
	while (write(fd, junk, sizeof junk) > 0)
		;
	close(fd);
	return true;
}

static bool
spoil_file_limit(const struct host *host, const char *name)
{
	const struct rlimit none = {0, 0};

	(void)host, (void)name;
	return setrlimit(RLIMIT_FSIZE, &none) == 0;
}

/* What is wrong with the host, and what both passwords are told. */
struct trouble {
	const char *name;
	bool (*spoil)(const struct host *host, const char *what);
	const char *what;
	int right, wrong;
	int64_t within_ms;
};

#define UNAVAIL PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL
#define SERVES PAM_SUCCESS, PAM_AUTH_ERR

/* Those that take long come first, beside the others. */
static const struct trouble troubles[] = {
	{"store.lock kept", spoil_held, "store/store.lock", UNAVAIL, LATE_MS},
	{"slot bytes kept", spoil_held, "lock", UNAVAIL, LATE_MS},
	{"hash slots kept", spoil_held, "run/slots", UNAVAIL, LATE_MS},
	{"nothing", spoil_nothing, "", SERVES, SOON_MS},
	{"full store", spoil_full, "store", SERVES, SOON_MS},
	{"read-only store", spoil_read_only, "store", UNAVAIL, SOON_MS},
	{"read-only slots", spoil_read_only, "run", UNAVAIL, SOON_MS},
	{"read-only log", spoil_read_only, "log", SERVES, SOON_MS},
	{"no store", spoil_missing, "store", UNAVAIL, SOON_MS},
	{"no shards", spoil_missing, "store/g000001", UNAVAIL, SOON_MS},
	{"no meta", spoil_missing, "store/meta", UNAVAIL, SOON_MS},
	{"no store.lock", spoil_missing, "store/store.lock", UNAVAIL, SOON_MS},
	{"no accounts", spoil_missing, "db", UNAVAIL, SOON_MS},
	{"no tallies", spoil_missing, "tally", UNAVAIL, SOON_MS},
	{"no lock file", spoil_missing, "lock", UNAVAIL, SOON_MS},
	{"no keys", spoil_missing, "keys", UNAVAIL, SOON_MS},
	{"no key", spoil_missing, "keys/1.key", UNAVAIL, SOON_MS},
	{"no run directory", spoil_missing, "run", SERVES, SOON_MS},
	{"no log", spoil_missing, "log", SERVES, SOON_MS},
	{"no settings", spoil_missing, "7id.conf", UNAVAIL, SOON_MS},
	{"foreign store", spoil_owner, "store", UNAVAIL, SOON_MS},
	{"foreign meta", spoil_owner, "store/meta", UNAVAIL, SOON_MS},
	{"foreign accounts", spoil_owner, "db", UNAVAIL, SOON_MS},
	{"foreign tallies", spoil_owner, "tally", UNAVAIL, SOON_MS},
	{"foreign lock file", spoil_owner, "lock", UNAVAIL, SOON_MS},
	{"foreign key", spoil_owner, "keys/1.key", UNAVAIL, SOON_MS},
	{"foreign slots", spoil_owner, "run/slots", UNAVAIL, SOON_MS},
	{"foreign settings", spoil_owner, "7id.conf", UNAVAIL, SOON_MS},
	{"open store", spoil_mode, "store", UNAVAIL, SOON_MS},
	{"open meta", spoil_mode, "store/meta", UNAVAIL, SOON_MS},
	{"open accounts", spoil_mode, "db", UNAVAIL, SOON_MS},
	{"open tallies", spoil_mode, "tally", UNAVAIL, SOON_MS},
	{"open lock file", spoil_mode, "lock", UNAVAIL, SOON_MS},
	{"open keys", spoil_mode, "keys", UNAVAIL, SOON_MS},
	{"open key", spoil_mode, "keys/1.key", UNAVAIL, SOON_MS},
	{"open run directory", spoil_mode, "run", UNAVAIL, SOON_MS},
	{"open slots", spoil_mode, "run/slots", UNAVAIL, SOON_MS},
	{"FIFO for meta", spoil_fifo, "store/meta", UNAVAIL, SOON_MS},
	{"FIFO for store.lock", spoil_fifo, "store/store.lock", UNAVAIL,
	 SOON_MS},
	{"FIFO for accounts", spoil_fifo, "db", UNAVAIL, SOON_MS},
	{"FIFO for tallies", spoil_fifo, "tally", UNAVAIL, SOON_MS},
	{"FIFO for lock file", spoil_fifo, "lock", UNAVAIL, SOON_MS},
	{"FIFO for key", spoil_fifo, "keys/1.key", UNAVAIL, SOON_MS},
	{"FIFO for slots", spoil_fifo, "run/slots", UNAVAIL, SOON_MS},
	{"FIFO for settings", spoil_fifo, "7id.conf", UNAVAIL, SOON_MS},
	{"FIFO for log", spoil_fifo, "log/log.jsonl", SERVES, SOON_MS},
	{"link to store", spoil_symlink, "store", UNAVAIL, SOON_MS},
	{"link to meta", spoil_symlink, "store/meta", UNAVAIL, SOON_MS},
	{"link to accounts", spoil_symlink, "db", UNAVAIL, SOON_MS},
	{"link to tallies", spoil_symlink, "tally", UNAVAIL, SOON_MS},
	{"link to lock file", spoil_symlink, "lock", UNAVAIL, SOON_MS},
	{"link to keys", spoil_symlink, "keys", UNAVAIL, SOON_MS},
	{"link to slots", spoil_symlink, "run/slots", UNAVAIL, SOON_MS},
	{"link to log", spoil_symlink, "log/log.jsonl", SERVES, SOON_MS},
	{"directory for accounts", spoil_directory, "db", UNAVAIL, SOON_MS},
	{"directory for tallies", spoil_directory, "tally", UNAVAIL, SOON_MS},
	{"directory for slots", spoil_directory, "run/slots", UNAVAIL, SOON_MS},
	{"empty accounts", spoil_empty, "db", UNAVAIL, SOON_MS},
	{"empty tallies", spoil_empty, "tally", UNAVAIL, SOON_MS},
	{"empty meta", spoil_empty, "store/meta", UNAVAIL, SOON_MS},
	{"empty key", spoil_empty, "keys/1.key", UNAVAIL, SOON_MS},
	{"shard byte kept", spoil_shard_held, "", SERVES, SOON_MS},
	{"no bytes to write", spoil_file_limit, "", UNAVAIL, SOON_MS},
};
#define TROUBLES (sizeof troubles / sizeof troubles[0])

/* --- one host --- */

static void
host_make(struct host *host)
{
	struct id7_store *store;
	struct id7 *id7;

	temp_login_make(&host->l);
	door_build(&host->l, host->module, "");
	id7 = temp_login_open(&host->l);
	CHECK_INT(temp_login_add(id7, ADA, RIGHT), ID7_OK);
	id7_close(&id7);
	store = temp_store_open(&host->l.t);
	temp_store_file(&host->l.t, store, ADA, ID7_STORE_DB, host->db);
	temp_store_file(&host->l.t, store, ADA, ID7_STORE_TALLY, host->tally);
	temp_store_file(&host->l.t, store, ADA, ID7_STORE_LOCK, host->lock);
	id7_store_close(&store);
	/* Makes what the first login makes. */
	CHECK_INT(door_authenticate(&host->l, ADA, RIGHT), PAM_SUCCESS);
}

static void
ask(const struct host *host, const struct trouble *trouble,
    const char *password, int want)
{
	int64_t begun = door_clock_ms();
	int code = door_authenticate(&host->l, ADA, password);
	int64_t ms = door_clock_ms() - begun;

	if (code != want || ms > trouble->within_ms)
		fprintf(stderr, "%s: %s (%s), wanted %s, %lld ms\n",
			trouble->name, pam_code_name(code), password,
			pam_code_name(want), (long long)ms);
	CHECK_INT(code, want);
	CHECK(ms <= trouble->within_ms);
}

static int
suffer(const char *module, const struct trouble *trouble)
{
	struct host host = {.module = module};
	char path[200];

	host_make(&host);
	if (!trouble->spoil(&host, trouble->what)) {
		temp_remove(&host.l.t.temp);
		return NOT_HERE;
	}
	ask(&host, trouble, WRONG, trouble->wrong);
	ask(&host, trouble, RIGHT, trouble->right);
	kill(0, SIGCONT); /* whoever was stopped beside us ends */
	path_in(&host, trouble->what, path);
	(void)umount2(path, MNT_DETACH); /* where something was mounted */
	temp_remove(&host.l.t.temp);
	return check_failed > 0;
}

static pid_t
suffer_apart(const char *module, const struct trouble *trouble)
{
	pid_t child = fork();

	if (child == 0) {
		setpgid(0, 0);
		alarm(60);
		check_failed = check_passed = 0;
		_exit(suffer(module, trouble));
	}
	return child;
}

static void
suffer_all(const char *module)
{
	const struct trouble *of[AT_ONCE] = {0};
	pid_t child[AT_ONCE] = {0};
	unsigned int left_out = 0, running = 0;
	size_t next = 0;

	while (next < TROUBLES || running > 0) {
		unsigned int place = 0;
		int status = 0;
		pid_t ended;

		if (next < TROUBLES && running < AT_ONCE) {
			while (child[place] != 0)
				place++;
			of[place] = &troubles[next++];
			child[place] = suffer_apart(module, of[place]);
			running++;
			continue;
		}
		ended = wait(&status);
		for (place = 0; child[place] != ended; place++)
			;
		child[place] = 0;
		running--;
		left_out += WIFEXITED(status) && WEXITSTATUS(status) == 77;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
			printf("not possible here: %s\n", of[place]->name);
		else if (status != 0)
			fprintf(stderr, "%s: status %d\n", of[place]->name,
				status);
		CHECK(status == 0 ||
		      (WIFEXITED(status) && WEXITSTATUS(status) == NOT_HERE));
	}
	printf("%zu hosts in trouble, %u not possible here\n", TROUBLES,
	       left_out);
}

/* --- limits and files that change --- */

/* Set after libpam has begun, as a setuid program inherits it. */
static int
limited(const struct host *host, const char *password, int what, rlim_t limit)
{
	const struct rlimit small = {limit, limit};
	struct door_visit visit = {.user = ADA, .typed = {password}};
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		alarm(60);
		door_enter(&host->l, &visit);
		setrlimit((__rlimit_resource_t)what, &small);
		_exit(pam_authenticate(visit.pamh, 0));
	}
	CHECK_INT(waitpid(child, &status, 0), child);
	CHECK(WIFEXITED(status));
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static rlim_t
address_space(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (file != NULL) {
		CHECK_INT(fscanf(file, "%lu", &pages), 1);
		fclose(file);
	}
	return (rlim_t)pages * 4096;
}

/* From nothing to enough: refused cleanly, then served. */
static void
climb(const struct host *host, const char *name, int what, rlim_t from,
      rlim_t step, unsigned int steps)
{
	unsigned int served = 0, refused = 0;
	int right = -1;

	for (unsigned int i = 0; i < steps; i++) {
		int wrong = limited(host, WRONG, what, from + i * step);

		right = limited(host, RIGHT, what, from + i * step);
		CHECK(wrong != PAM_SUCCESS && wrong != PAM_IGNORE &&
		      wrong != PAM_USER_UNKNOWN);
		CHECK(right == PAM_SUCCESS || right == PAM_AUTHINFO_UNAVAIL ||
		      right == PAM_BUF_ERR || right == PAM_SYSTEM_ERR ||
		      right == PAM_AUTH_ERR);
		served += right == PAM_SUCCESS;
		refused += right != PAM_SUCCESS;
	}
	CHECK_INT(right, PAM_SUCCESS);
	CHECK(refused > 0);
	printf("%s: %u limits refuse, %u serve\n", name, refused, served);
}

/* Cuts the file short and puts it back, over and over. */
static pid_t
trouble_maker(const char *path)
{
	pid_t child = fork();
	struct stat st;

	if (child != 0 || stat(path, &st) != 0)
		return child;
	for (;;) {
		uint8_t *bytes = malloc((size_t)st.st_size);
		int fd = open(path, O_RDWR);

		if (pread(fd, bytes, (size_t)st.st_size, 0) == st.st_size &&
		    ftruncate(fd, st.st_size / 2) == 0)
			usleep(300);
		(void)!pwrite(fd, bytes, (size_t)st.st_size, 0);
		close(fd);
		free(bytes);
		usleep(1000);
	}
}

static void
change_under_reader(const struct host *host)
{
	pid_t child = trouble_maker(host->db);
	unsigned int served = 0, refused = 0;

	for (int i = 0; i < 150; i++) {
		int right = door_authenticate(&host->l, ADA, RIGHT);
		int wrong = door_authenticate(&host->l, ADA, WRONG);

		CHECK(right == PAM_SUCCESS || right == PAM_AUTHINFO_UNAVAIL ||
		      right == PAM_AUTH_ERR);
		CHECK(wrong == PAM_AUTH_ERR || wrong == PAM_AUTHINFO_UNAVAIL);
		served += right == PAM_SUCCESS;
		refused += right != PAM_SUCCESS;
	}
	kill(child, SIGKILL);
	CHECK_INT(waitpid(child, NULL, 0), child);
	printf("cut short under a reader: %u served, %u refused\n", served,
	       refused);
	CHECK(refused > 0);
}

int
main(int argc, char **argv)
{
	struct host host = {0};

	if (argc != 2)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	suffer_all(argv[1]);
	host.module = argv[1];
	host_make(&host);
	door_build(&host.l, argv[1], "deny = 0\n");
	climb(&host, "descriptors", RLIMIT_NOFILE, 3, 1, 24);
	climb(&host, "address space", RLIMIT_AS, address_space(), 65536, 40);
	change_under_reader(&host);
	temp_remove(&host.l.t.temp);
	return check_done();
}
