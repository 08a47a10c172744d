/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SIGKILL before the system calls of a flush that leave another state behind,
 * from what is owed to what is sent. After the next flush each letter has been
 * mailed, with the code that works; only one that the mailer had already taken
 * may have been mailed again, byte for byte. Also on a disk that is full. With
 * the argument `all` before each of them, else before a sample. Called as
 * sendmail this program is the mailer: it appends what it takes by one write.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "common/usecases/codes.h"
#include "common/usecases/notices.h"
#include "tests/support/check.h"
#include "tests/support/temp_login.h"

#define SAMPLE 60
#define SYSCALL_STOP (SIGTRAP | 0x80)
#define LETTERS 4
#define BOX_MAX (1 << 20)

struct scene {
	struct temp_login l;
	char box[100];
};

/* --- the mailer --- */

static int
act_as_sendmail(const char *program, const char *address)
{
	static char mail[32768];
	char box[200];
	size_t len = (size_t)snprintf(mail, sizeof mail, "RCPT %s\n", address);
	ssize_t n;
	int fd;

	while ((n = read(0, mail + len, sizeof mail - len - 8)) > 0)
		len += (size_t)n;
	len += (size_t)snprintf(mail + len, 8, "\nEND\n");
	snprintf(box, sizeof box, "%s.box", program);
	fd = open(box, O_WRONLY | O_APPEND);
	return fd >= 0 && write(fd, mail, len) == (ssize_t)len ? 0 : 75;
}

/* --- what is owed --- */

static bool
owe_lock(struct id7_tally *tally, void *context)
{
	const struct id7_now *now = context;
	struct id7_lane_tally *lane = &tally->lane[0];

	lane->locked = true;
	lane->episode++;
	lane->locked_at = (int32_t)now->boot;
	lane->locked_until = (int32_t)now->boot + 500;
	return true;
}

static bool
owe_password(struct id7_account *account, const struct id7_now *now,
	     void *context)
{
	int64_t last = account->mailed[ID7_NOTICE_PASSWORD];

	(void)context;
	account->lock_mails = 0;
	if (strcmp(account->name, "bob") == 0)
		account->password_changed =
			last >= now->wall - 5000 ? last + 1 : now->wall - 4000;
	return true;
}

static void
prepare(struct scene *scene)
{
	struct id7 *id7 = temp_login_open(&scene->l);
	struct id7_store *store = id7_get_store(id7);
	struct id7_subject subject = temp_store_subject(store, "alice");
	struct id7_now now = id7_clock_now();
	struct id7_account account;
	char command[200];

	CHECK_INT(id7_manage_change(id7, "bob", owe_password, NULL,
				    temp_store_long(), NULL, NULL),
		  ID7_OK);
	CHECK_INT(id7_manage_change(id7, "alice", owe_password, NULL,
				    temp_store_long(), &account, NULL),
		  ID7_OK);
	CHECK_INT(id7_store_change(store, &subject, account.id, account.epoch,
				   &scene->l.config.policy, &now, false,
				   owe_lock, &now, temp_store_long()),
		  ID7_OK);
	CHECK_INT(id7_outbox_hint(scene->l.config.store_dir, &subject), ID7_OK);
	subject = temp_store_subject(store, "bob");
	CHECK_INT(id7_outbox_hint(scene->l.config.store_dir, &subject), ID7_OK);
	snprintf(command, sizeof command, "rm -f %.60s/store/outbox/find-*",
		 scene->l.t.temp.dir);
	CHECK_INT(system(command), 0);
	CHECK_INT(id7_notices_find_id(id7, "carol@example.org", NULL), ID7_OK);
	CHECK_INT(truncate(scene->box, 0), 0);
	id7_close(&id7);
}

static enum id7_error
flush(struct scene *scene, struct id7_flushed *done)
{
	const struct id7_flush how = {.scan = false};
	struct id7 *id7 = temp_login_open(&scene->l);
	enum id7_error error = id7_notices_flush(id7, &how, done, NULL);

	id7_close(&id7);
	return error;
}

/* --- what was mailed --- */

static unsigned int
decode(const char *base64, char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned int bits = 0, held = 0, n = 0;

	for (; *base64 != '\0' && strncmp(base64, "\nEND", 4) != 0; base64++) {
		const char *digit = strchr(digits, *base64);

		if (digit == NULL)
			continue;
		held = held << 6 | (unsigned int)(digit - digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (char)(held >> bits);
		}
	}
	out[n] = '\0';
	return n;
}

/* The code in a lock notice is the one that the account has. */
static void
check_code(struct scene *scene, const char *mail)
{
	static char text[BOX_MAX];
	struct id7 *id7 = temp_login_open(&scene->l);
	uint8_t hash[ID7_CODE_HASH_LEN];
	struct id7_account account;
	struct id7_code code;
	const char *at;

	(void)decode(strstr(mail, "\n\n"), text);
	at = strstr(text, "    7U-");
	CHECK(at != NULL);
	CHECK_INT(id7_store_get(id7_get_store(id7), "alice", &account), ID7_OK);
	if (at != NULL &&
	    id7_code_parse(at + 4, 19, &code) == ID7_CODE_WELL_FORMED) {
		id7_codes_hash(id7, &code, account.id, account.epoch, hash);
		CHECK_MEM(hash, account.code[ID7_CODE_UNLOCK].hash,
			  sizeof hash);
	} else {
		CHECK_FAIL("a code in the lock notice");
	}
	id7_close(&id7);
}

/* Each of the letters is there; returns how many are there twice. */
static unsigned int
judge_box(struct scene *scene)
{
	static const char *const to[LETTERS] = {
		"RCPT alice@example.org\n", "RCPT second@example.org\n",
		"RCPT bob@example.org\n", "RCPT carol@example.org\n"};
	static char box[BOX_MAX];
	unsigned int all = 0, twice = 0;
	int fd = open(scene->box, O_RDONLY);
	ssize_t len = fd >= 0 ? read(fd, box, sizeof box - 1) : -1;

	close(fd);
	CHECK(len > 0);
	box[len > 0 ? len : 0] = '\0';
	for (size_t i = 0; i < LETTERS; i++) {
		const char *first = strstr(box, to[i]), *next;
		size_t size;

		if (first == NULL) {
			CHECK_FAIL(to[i]);
			continue;
		}
		size = (size_t)(strstr(first, "\nEND\n") - first);
		all++;
		if (i < 2)
			check_code(scene, first);
		for (next = strstr(first + 1, to[i]); next != NULL;
		     next = strstr(next + 1, to[i])) {
			twice++;
			CHECK_MEM(first, next, size);
		}
	}
	for (const char *at = box; (at = strstr(at, "\nEND\n")) != NULL; at++)
		all--;
	CHECK_INT(all + twice, 0);
	return twice;
}

/* The mailer of a killed flush goes on, as a child of ours. */
static void
wait_for_mailer(void)
{
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	CHECK_INT(errno, ECHILD);
}

static void
judge(struct scene *scene, bool killed)
{
	struct id7_flushed done;
	unsigned int twice;

	if (killed)
		wait_for_mailer();
	CHECK_INT(flush(scene, &done), ID7_OK);
	CHECK_INT(done.waiting, 0);
	CHECK_INT(done.trouble, 0);
	twice = judge_box(scene);
	CHECK(twice <= (killed ? 1 : 0));
	/* And that was all. */
	CHECK_INT(flush(scene, &done), ID7_OK);
	CHECK_INT(done.sent + done.queued + done.waiting, 0);
}

/* --- the kills --- */

static bool
leaves_a_mark(const struct __ptrace_syscall_info *info)
{
	switch (info->entry.nr) {
	case SYS_write:
	case SYS_pwrite64:
	case SYS_fsync:
	case SYS_fdatasync:
	case SYS_ftruncate:
	case SYS_fchmod:
	case SYS_mkdir:
	case SYS_mkdirat:
	case SYS_unlinkat:
	case SYS_renameat:
	case SYS_renameat2:
	case SYS_clone:
	case SYS_memfd_create:
	case SYS_pipe2:
	case SYS_wait4:
		return true;
	case SYS_open:
		return (info->entry.args[1] & O_CREAT) != 0;
	case SYS_openat:
		return (info->entry.args[2] & O_CREAT) != 0;
	}
	return false;
}

static void
child_run(struct scene *scene)
{
	struct id7_flushed done;

	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
		_exit(77);
	raise(SIGSTOP);
	if (flush(scene, &done) != ID7_OK || done.sent != LETTERS)
		_exit(4);
	_exit(0);
}

/* As in kill_care.c: -1 when it was killed, else its exit status. Waiting for
 * the mailer is one point, however often it asks. */
static int
run_until(struct scene *scene, unsigned int point, unsigned int *ret_points)
{
	struct __ptrace_syscall_info info;
	unsigned int points = 0;
	uint64_t last = 0;
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		child_run(scene);
	if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
		return WEXITSTATUS(status);
	ptrace(PTRACE_SETOPTIONS, child, NULL,
	       (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
	for (long deliver = 0;;) {
		ptrace(PTRACE_SYSCALL, child, NULL, (void *)deliver);
		deliver = 0;
		if (waitpid(child, &status, 0) != child || WIFEXITED(status))
			break;
		if (!WIFSTOPPED(status) || WSTOPSIG(status) != SYSCALL_STOP) {
			deliver = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
			continue;
		}
		if (ptrace(PTRACE_GET_SYSCALL_INFO, child, (void *)sizeof info,
			   &info) <= 0 ||
		    info.op != PTRACE_SYSCALL_INFO_ENTRY ||
		    !leaves_a_mark(&info))
			continue;
		if (info.entry.nr == SYS_wait4 && last == SYS_wait4)
			continue;
		last = info.entry.nr;
		if (points++ == point) {
			kill(child, SIGKILL);
			waitpid(child, &status, 0);
			return -1;
		}
	}
	*ret_points = points;
	return WEXITSTATUS(status);
}

static bool
kill_everywhere(struct scene *scene, bool all)
{
	unsigned int points = 0, kills = 0, step;
	int status;

	prepare(scene);
	status = run_until(scene, UINT32_MAX, &points);
	if (status == 77)
		return false;
	CHECK_INT(status, 0);
	judge(scene, false);
	step = all || points < SAMPLE ? 1 : points / SAMPLE;
	for (unsigned int point = 0; point < points; point += step) {
		unsigned int unused = points;

		prepare(scene);
		status = run_until(scene, point, &unused);
		CHECK(status == -1 || status == 0);
		kills += status == -1;
		judge(scene, status == -1);
	}
	CHECK(kills > 40);
	printf("flush: killed at %u of %u points\n", kills, points);
	return true;
}

/* --- a full disk --- */

/* No file may grow: nothing can be written down, so nothing is marked or sent.
 */
static void
test_full_disk(struct scene *scene)
{
	const struct rlimit limit = {8192, RLIM_INFINITY};
	struct id7_flushed done;
	int status = 0;
	pid_t child;

	prepare(scene);
	child = fork();
	if (child == 0) {
		signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &limit) != 0 ||
		    flush(scene, &done) != ID7_OK)
			_exit(9);
		_exit(done.sent == 0 && done.trouble > 0 ? 0 : 5);
	}
	CHECK(child > 0 && waitpid(child, &status, 0) == child);
	CHECK_INT(WEXITSTATUS(status), 0);
	judge(scene, false);
}

static void
set_scene(struct scene *scene, const char *self)
{
	static const char *const names[] = {"alice", "bob", "carol"};
	struct id7 *id7;

	temp_login_make(&scene->l);
	chmod(scene->l.t.temp.dir, 0755);
	snprintf(scene->l.config.sendmail, sizeof scene->l.config.sendmail,
		 "%.60s/sendmail", scene->l.t.temp.dir);
	snprintf(scene->l.config.mail_user, sizeof scene->l.config.mail_user,
		 "nobody");
	snprintf(scene->box, sizeof scene->box, "%.70s.box",
		 scene->l.config.sendmail);
	CHECK_INT(symlink(self, scene->l.config.sendmail), 0);
	close(open(scene->box, O_CREAT | O_WRONLY, 0666));
	chmod(scene->box, 0666);
	id7 = temp_login_open(&scene->l);
	for (size_t i = 0; i < 3; i++) {
		struct id7_account a = {0};

		snprintf(a.name, sizeof a.name, "%s", names[i]);
		snprintf(a.address[0], sizeof a.address[0], "%s@example.org",
			 names[i]);
		a.address_confirmed[0] = true;
		if (i == 0) {
			strcpy(a.address[1], "second@example.org");
			a.address_confirmed[1] = true;
		}
		CHECK_INT(id7_manage_add(id7, &a, NULL, temp_store_long(), NULL,
					 NULL),
			  ID7_OK);
	}
	id7_close(&id7);
}

/* A program that others may run, wherever the tree is. */
static void
copy_self(const char *self, char ret_copy[64])
{
	char command[400];

	strcpy(ret_copy, "/tmp/7id-mailer.XXXXXX");
	close(mkstemp(ret_copy));
	snprintf(command, sizeof command, "cp %.200s %s && chmod 755 %s", self,
		 ret_copy, ret_copy);
	CHECK_INT(system(command), 0);
}

int
main(int argc, char **argv)
{
	static struct scene scene;
	char copy[64];
	bool traced;

	if (argc == 4 && strcmp(argv[1], "-i") == 0)
		return act_as_sendmail(argv[0], argv[3]);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
		return 77;
	copy_self(argv[0], copy);
	set_scene(&scene, copy);
	traced = kill_everywhere(&scene,
				 argc > 1 && strcmp(argv[1], "all") == 0);
	if (traced)
		test_full_disk(&scene);
	(void)unlink(copy);
	temp_remove(&scene.l.t.temp);
	if (!traced) {
		printf("processes cannot be traced here\n");
		return 77;
	}
	return check_done();
}
