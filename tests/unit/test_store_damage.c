/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store under damage: flipped bytes, missing files, wrong modes, full and
 * read-only places, locks that others keep. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "common/effects/file.h"
#include "common/effects/lock.h"
#include "tests/support/check.h"
#include "tests/support/temp_store.h"

#define NAMES 8

static const struct id7_policy policy = {
	.deny = 3, .fail_interval = 900, .unlock_time = 600, .lease = 30};

static const char *
name_of(int i)
{
	static const char *const names[NAMES] = {
		"ada", "bob", "chen", "dee", "emine", "fay", "gil", "hana"};

	return names[i];
}

/* One reservation, at once released: what it returned. */
static enum id7_error
touch(struct id7_store *store, const struct id7_account *account,
      struct id7_deadline deadline)
{
	struct id7_subject subject = temp_store_subject(store, account->name);
	struct id7_now now = id7_clock_now();
	struct id7_settled settled;
	struct id7_ticket ticket;
	enum id7_claim claim;
	enum id7_error error;

	error = id7_store_reserve(store, &subject, account->id, account->epoch,
				  false, &policy, &now, &(struct id7_whence){0},
				  deadline, &claim, &ticket);
	if (error != ID7_OK)
		return error;
	return id7_store_settle(store, &ticket, account->id, account->epoch,
				&policy, &now, ID7_SETTLE_RELEASE, 0, deadline,
				&settled);
}

static size_t
slurp(const char *path, uint8_t **ret_bytes)
{
	FILE *file = fopen(path, "r");
	size_t size = 1u << 22, len;

	*ret_bytes = malloc(size);
	len = file != NULL ? fread(*ret_bytes, 1, size, file) : 0;
	if (file != NULL)
		fclose(file);
	return len;
}

static void
spew(const char *path, const uint8_t *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	CHECK_INT(id7_file_write_all(fd, bytes, len), ID7_OK);
	close(fd);
}

static void
flip(const char *path, size_t at)
{
	int fd = open(path, O_RDWR);
	uint8_t byte = 0;

	if (pread(fd, &byte, 1, (off_t)at) == 1) {
		byte ^= 0x41;
		CHECK_INT(pwrite(fd, &byte, 1, (off_t)at), 1);
	}
	close(fd);
}

/*
 * A flipped byte of either file may refuse an account, but it never makes it
 * unknown and never gives back another content. Putting one on top of the
 * damage either works or leaves what is there.
 */
static void
test_flips(const struct temp_store *t, struct id7_store *store,
	   enum id7_store_file which, size_t step)
{
	struct id7_account want, got;
	unsigned int unknown = 0, other = 0, refused = 0, flips = 0;
	char path[200];
	uint8_t *bytes;
	size_t len;

	CHECK_INT(id7_store_get(store, "ada", &want), ID7_OK);
	temp_store_file(t, store, "ada", which, path);
	len = slurp(path, &bytes);
	CHECK(len > 12288);
	for (size_t at = 0; at < len; at += at < 64 ? 1 : step, flips++) {
		enum id7_error error;

		flip(path, at);
		error = id7_store_get(store, "ada", &got);
		unknown += error == ID7_NOT_FOUND;
		refused += error != ID7_OK;
		other += error == ID7_OK &&
			 (got.revision != want.revision ||
			  memcmp(got.id, want.id, ID7_ID_LEN) != 0 ||
			  strcmp(got.name, want.name) != 0);
		flip(path, at);
	}
	CHECK_INT(unknown, 0);
	CHECK_INT(other, 0);
	CHECK(refused > 0);
	printf("%s: %u of %u flips refuse\n", path, refused, flips);
	CHECK_INT(id7_store_get(store, "ada", &got), ID7_OK);
	free(bytes);
}

/* Writing into a damaged file: refused or done, and no neighbour harmed. */
static void
test_flips_written(const struct temp_store *t, struct id7_store *store)
{
	struct id7_account a, back;
	char paths[2][200];
	uint8_t *bytes[2];
	size_t len[2];

	CHECK_INT(id7_store_get(store, "ada", &a), ID7_OK);
	temp_store_file(t, store, "ada", ID7_STORE_DB, paths[0]);
	temp_store_file(t, store, "ada", ID7_STORE_TALLY, paths[1]);
	for (int i = 0; i < 2; i++)
		len[i] = slurp(paths[i], &bytes[i]);
	for (size_t at = 0; at < 16384; at += at < 64 ? 3 : 509) {
		for (int i = 0; i < 2; i++)
			flip(paths[i], at);
		(void)!touch(store, &a, temp_store_long());
		back = a;
		(void)!id7_store_put(store, &back, temp_store_long());
		CHECK(id7_store_get(store, "ada", &back) != ID7_NOT_FOUND);
		for (int i = 0; i < 2; i++)
			spew(paths[i], bytes[i], len[i]);
	}
	CHECK_INT(id7_store_get(store, "ada", &back), ID7_OK);
	CHECK_INT(back.revision, a.revision);
	CHECK_INT(temp_store_findings(store), 0);
	free(bytes[0]);
	free(bytes[1]);
}

static void
test_truncated(const struct temp_store *t, struct id7_store *store,
	       enum id7_store_file which)
{
	struct id7_account a;
	char path[200];
	uint8_t *bytes;
	size_t len;

	temp_store_file(t, store, "ada", which, path);
	len = slurp(path, &bytes);
	for (size_t size = 0; size < len; size += 1024) {
		CHECK_INT(truncate(path, (off_t)size), 0);
		CHECK_INT(id7_store_get(store, "ada", &a), ID7_CORRUPT);
		spew(path, bytes, len);
	}
	CHECK_INT(truncate(path, (off_t)len + 4096), 0);
	CHECK_INT(id7_store_get(store, "ada", &a), ID7_CORRUPT);
	CHECK(temp_store_findings(store) > 0);
	spew(path, bytes, len);
	CHECK_INT(temp_store_findings(store), 0);
	free(bytes);
}

static void
test_missing(const struct temp_store *t, struct id7_store *store)
{
	struct id7_account a, got;
	char path[200], aside[210];

	CHECK_INT(id7_store_get(store, "ada", &a), ID7_OK);
	for (int which = ID7_STORE_DB; which <= ID7_STORE_LOCK; which++) {
		temp_store_file(t, store, "ada", (enum id7_store_file)which,
				path);
		snprintf(aside, sizeof aside, "%s.aside", path);
		CHECK_INT(rename(path, aside), 0);
		if (which == ID7_STORE_LOCK)
			CHECK_INT(id7_store_get(store, "ada", &got), ID7_OK);
		else
			CHECK_INT(id7_store_get(store, "ada", &got),
				  ID7_CORRUPT);
		if (which != ID7_STORE_DB) {
			CHECK_INT(touch(store, &a, temp_store_long()),
				  ID7_CORRUPT);
			CHECK_INT(id7_store_fault(store)->trouble,
				  ID7_TROUBLE_MISSING);
			CHECK_STR(id7_store_fault(store)->subject, path);
		}
		CHECK_INT(id7_store_put(store, &a, temp_store_long()),
			  ID7_CORRUPT);
		CHECK(temp_store_findings(store) > 0);
		CHECK_INT(rename(aside, path), 0);
	}
	CHECK_INT(temp_store_findings(store), 0);
}

/* What anybody else could read or write, or a link, is not believed. */
static void
test_untrusted(const struct temp_store *t, struct id7_store *store)
{
	struct id7_account a;
	struct id7_store *other = NULL;
	struct id7_fault fault = {0};
	char path[200], aside[210];

	temp_store_file(t, store, "ada", ID7_STORE_DB, path);
	CHECK_INT(chmod(path, 0644), 0);
	CHECK_INT(id7_store_get(store, "ada", &a), ID7_UNTRUSTED);
	CHECK_INT(id7_store_fault(store)->trouble, ID7_TROUBLE_MODE);
	CHECK_INT(chmod(path, 0600), 0);
	snprintf(aside, sizeof aside, "%s.aside", path);
	CHECK_INT(link(path, aside), 0);
	CHECK_INT(id7_store_get(store, "ada", &a), ID7_UNTRUSTED);
	CHECK_INT(unlink(path), 0);
	CHECK_INT(symlink(aside, path), 0);
	CHECK_INT(id7_store_get(store, "ada", &a), ID7_UNTRUSTED);
	CHECK_INT(id7_store_fault(store)->trouble, ID7_TROUBLE_SYMLINK);
	CHECK_INT(rename(aside, path), 0);
	CHECK_INT(id7_store_get(store, "ada", &a), ID7_OK);
	CHECK_INT(chmod(t->dir, 0750), 0);
	CHECK_INT(id7_store_open(t->dir, t->keys, &other, &fault),
		  ID7_UNTRUSTED);
	CHECK_INT(fault.trouble, ID7_TROUBLE_MODE);
	CHECK_INT(chmod(t->dir, 0700), 0);
}

/* Every byte of meta counts. */
static void
test_meta(const struct temp_store *t)
{
	struct id7_store *store = NULL;
	struct id7_fault fault;
	char path[200];

	snprintf(path, sizeof path, "%s/meta", t->dir);
	for (size_t at = 0; at < ID7_META_LEN; at++) {
		enum id7_error error;

		flip(path, at);
		error = id7_store_open(t->dir, t->keys, &store, &fault);
		CHECK(error == ID7_CORRUPT || (error == ID7_NEWER && at < 6));
		CHECK_STR(fault.subject, path);
		flip(path, at);
	}
	CHECK_INT(truncate(path, ID7_META_LEN - 1), 0);
	CHECK_INT(id7_store_open(t->dir, t->keys, &store, &fault), ID7_CORRUPT);
	CHECK(store == NULL);
}

/* Somebody else keeps a byte: a wait that ends at the deadline. */
static void
test_busy(const struct temp_store *t, struct id7_store *store)
{
	struct id7_subject subject = temp_store_subject(store, "bob");
	struct id7_account a;
	char path[200];
	int fd;

	CHECK_INT(id7_store_get(store, "bob", &a), ID7_OK);
	temp_store_file(t, store, "bob", ID7_STORE_LOCK, path);
	fd = open(path, O_RDWR);
	CHECK_INT(id7_lock_try(fd, true, 0, 1), ID7_OK);
	CHECK_INT(id7_store_put(store, &a, id7_deadline_in(20)), ID7_BUSY);
	CHECK_INT(id7_store_fault(store)->trouble, ID7_TROUBLE_HELD);
	CHECK_STR(id7_store_fault(store)->subject, path);
	CHECK_INT(id7_store_get(store, "bob", &a), ID7_OK);
	CHECK_INT(touch(store, &a, temp_store_long()), ID7_OK);
	id7_lock_release(fd, 0, 1);
	CHECK_INT(id7_lock_try(fd, true, UINT64_C(1) << 32, UINT64_C(1) << 32),
		  ID7_OK);
	CHECK_INT(touch(store, &a, id7_deadline_in(20)), ID7_BUSY);
	CHECK_INT(id7_store_put(store, &a, temp_store_long()), ID7_OK);
	CHECK_INT(id7_store_remove(store, "bob", id7_deadline_in(20)),
		  ID7_BUSY);
	CHECK_INT(id7_store_get(store, "bob", &a), ID7_OK);
	close(fd);
	snprintf(path, sizeof path, "%s/store.lock", t->dir);
	fd = open(path, O_RDWR);
	CHECK_INT(id7_lock_try(fd, true, 0, 1), ID7_OK);
	CHECK_INT(touch(store, &a, id7_deadline_in(20)), ID7_BUSY);
	CHECK_INT(id7_store_get(store, "bob", &a), ID7_OK);
	close(fd);
	/* Any owner's byte lies where fcntl(2) can lock, far from the others.
	 */
	for (uint64_t nonce = 1; nonce != 0; nonce <<= 1) {
		uint64_t at = id7_hold_owner_byte(&subject, nonce);

		CHECK(at >= UINT64_C(1) << 61 && at < UINT64_C(1) << 62);
	}
}

/* `ulimit -f 0`: nothing is counted, nothing is harmed, nobody is let on. */
static void
test_file_limit(const struct temp_store *t, struct id7_store *store)
{
	struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};
	struct id7_account a;
	int status = 0;
	pid_t child;

	CHECK_INT(id7_store_get(store, "chen", &a), ID7_OK);
	child = fork();
	if (child == 0) {
		struct id7_store *own = temp_store_open(t);
		struct id7_account now = a;
		enum id7_error error[3];

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &none);
		error[0] = touch(own, &a, temp_store_long());
		error[1] = id7_store_put(own, &now, temp_store_long());
		error[2] = temp_store_add(own, "none");
		_exit(error[0] == ID7_IO && error[1] == ID7_IO &&
				      error[2] == ID7_IO
			      ? 0
			      : 1);
	}
	CHECK_INT(waitpid(child, &status, 0), child);
	CHECK_INT(status, 0);
	CHECK_INT(temp_store_findings(store), 0);
	CHECK_INT(touch(store, &a, temp_store_long()), ID7_OK);
	CHECK_INT(id7_store_put(store, &a, temp_store_long()), ID7_OK);
}

/* Runs `child` in a mount namespace of its own; 77: not permitted here. */
static int
apart(int (*child)(const struct temp_store *t), const struct temp_store *t)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (unshare(CLONE_NEWNS) != 0 ||
		    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
			_exit(77);
		_exit(child(t));
	}
	CHECK_INT(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static int
read_only_child(const struct temp_store *t)
{
	struct id7_account a, now;
	struct id7_store *store;

	if (mount(t->dir, t->dir, NULL, MS_BIND, NULL) != 0 ||
	    mount(NULL, t->dir, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) !=
		    0)
		return 77;
	store = temp_store_open(t);
	if (id7_store_get(store, "dee", &a) != ID7_OK)
		return 1;
	if (id7_store_get(store, "nobody", &now) != ID7_NOT_FOUND)
		return 2;
	if (touch(store, &a, temp_store_long()) != ID7_IO ||
	    id7_store_fault(store)->trouble != ID7_TROUBLE_READ_ONLY)
		return 3;
	now = a;
	if (id7_store_put(store, &now, temp_store_long()) != ID7_IO)
		return 4;
	id7_store_close(&store);
	return 0;
}

/* A full place refuses changes of shape, and counts on. */
static int
full_child(const struct temp_store *t)
{
	struct temp_store full = *t;
	struct id7_fault fault = {0};
	struct id7_account a;
	struct id7_store *store;
	char path[200];
	char junk[4096] = {1};
	int fd;

	snprintf(full.dir, sizeof full.dir, "%s/full", t->temp.dir);
	if (mkdir(full.dir, 0700) != 0 ||
	    mount("none", full.dir, "tmpfs", 0, "size=24m,mode=0700") != 0)
		return 77;
	if (id7_store_init(full.dir, full.keys, 1, 0, &fault) != ID7_OK)
		return 1;
	store = temp_store_open(&full);
	if (temp_store_add(store, "ada") != ID7_OK ||
	    id7_store_get(store, "ada", &a) != ID7_OK)
		return 2;
	snprintf(path, sizeof path, "%s/junk", full.dir);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	while (write(fd, junk, sizeof junk) > 0)
		;
	close(fd);
	if (temp_store_add(store, "bob") != ID7_IO ||
	    id7_store_fault(store)->trouble != ID7_TROUBLE_FULL)
		return 3;
	if (id7_store_put(store, &a, temp_store_long()) != ID7_IO)
		return 4;
	if (touch(store, &a, temp_store_long()) != ID7_OK)
		return 5;
	unlink(path);
	if (id7_store_put(store, &a, temp_store_long()) != ID7_OK ||
	    temp_store_add(store, "bob") != ID7_OK ||
	    temp_store_findings(store) != 0)
		return 6;
	id7_store_close(&store);
	return 0;
}

/* Another user of the machine: the store is closed to him, whatever he asks. */
static void
test_stranger(const struct temp_store *t)
{
	int status = 0;
	pid_t child;

	if (geteuid() != 0)
		return;
	child = fork();
	if (child == 0) {
		struct id7_store *store = NULL;
		struct id7_fault fault = {0};
		enum id7_error error;

		if (setuid(65534) != 0)
			_exit(2);
		error = id7_store_open(t->dir, t->keys, &store, &fault);
		_exit(error == ID7_IO && fault.errnum == EACCES && store == NULL
			      ? 0
			      : 1);
	}
	CHECK_INT(waitpid(child, &status, 0), child);
	CHECK_INT(status, 0);
}

static void
test_apart(const struct temp_store *t)
{
	int status = apart(read_only_child, t);

	if (status == 77)
		printf("no mounts here: read-only place not tried\n");
	else
		CHECK_INT(status, 0);
	status = apart(full_child, t);
	if (status == 77)
		printf("no mounts here: full place not tried\n");
	else
		CHECK_INT(status, 0);
}

int
main(void)
{
	struct temp_store t;
	struct id7_store *store;

	temp_store_make(&t);
	store = temp_store_open(&t);
	for (int i = 0; i < NAMES; i++)
		CHECK_INT(temp_store_add(store, name_of(i)), ID7_OK);
	test_flips(&t, store, ID7_STORE_DB, 13);
	test_flips(&t, store, ID7_STORE_TALLY, 13);
	test_flips_written(&t, store);
	test_truncated(&t, store, ID7_STORE_DB);
	test_truncated(&t, store, ID7_STORE_TALLY);
	test_missing(&t, store);
	test_untrusted(&t, store);
	test_busy(&t, store);
	test_file_limit(&t, store);
	test_stranger(&t);
	test_apart(&t);
	CHECK_INT(temp_store_findings(store), 0);
	id7_store_close(&store);
	test_meta(&t);
	temp_remove(&t.temp);
	return check_done();
}
