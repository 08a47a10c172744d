/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files: what is trusted and what is not, and old or new after every failed
 * call. */
#include "common/effects/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/effects/scope.h"
#include "tests/support/check.h"
#include "tests/support/temp.h"

/* Fails the n-th of the wrapped calls: 0 never. */
static int fail_at, calls, fail_with, short_writes;

static bool
fails_now(void)
{
	calls++;
	if (calls != fail_at)
		return false;
	errno = fail_with;
	return true;
}

ssize_t __real_write(int fd, const void *buf, size_t len);
ssize_t __wrap_write(int fd, const void *buf, size_t len);
int __real_fstat64(int fd, struct stat *st);
int __wrap_fstat64(int fd, struct stat *st);
int __real_clock_gettime(clockid_t clock, struct timespec *ret_time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_renameat(int from, const char *a, int to, const char *b);
int __wrap_renameat(int from, const char *a, int to, const char *b);

ssize_t
__wrap_write(int fd, const void *buf, size_t len)
{
	if (fails_now())
		return -1;
	if (short_writes && len > 1)
		len = 1;
	return __real_write(fd, buf, len);
}

/* "later" takes the place of "late" in this directory; -1: it does not. */
static int pause_dirfd = -1;
static time_t pause_s;

int
__wrap_fstat64(int fd, struct stat *st)
{
	if (pause_dirfd >= 0) {
		CHECK_INT(__real_renameat(pause_dirfd, "later", pause_dirfd,
					  "late"),
			  0);
		pause_dirfd = -1;
		pause_s = 60;
	}
	return __real_fstat64(fd, st);
}

int
__wrap_clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	int code = __real_clock_gettime(clock, ret_time);

	ret_time->tv_sec += pause_s;
	return code;
}

int
__wrap_fsync(int fd)
{
	return fails_now() ? -1 : __real_fsync(fd);
}

int
__wrap_renameat(int from, const char *a, int to, const char *b)
{
	return fails_now() ? -1 : __real_renameat(from, a, to, b);
}

static void
put(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	if (file == NULL)
		return;
	fputs(text, file);
	fclose(file);
	chmod(path, mode);
}

static int
open_dir(struct temp *temp)
{
	int fd = -1;

	CHECK_INT(id7_dir_open(temp->dir, 0700, &fd, NULL), ID7_OK);
	return fd;
}

static void
bind_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	CHECK(strlen(path) < sizeof address.sun_path);
	memcpy(address.sun_path, path,
	       strnlen(path, sizeof address.sun_path - 1));
	CHECK_INT(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	close(fd);
}

static void
make_all_kinds(struct temp *temp)
{
	char there[PATH_MAX];

	put(temp_path(temp, "good"), "good", 0600);
	put(temp_path(temp, "read-only"), "good", 0400);
	put(temp_path(temp, "group"), "", 0640);
	put(temp_path(temp, "other"), "", 0604);
	put(temp_path(temp, "everyone"), "", 0666);
	put(temp_path(temp, "one"), "", 0600);
	snprintf(there, sizeof there, "%s/two", temp->dir);
	CHECK_INT(link(temp_path(temp, "one"), there), 0);
	CHECK_INT(symlink("good", temp_path(temp, "link")), 0);
	CHECK_INT(symlink("absent", temp_path(temp, "dangling")), 0);
	CHECK_INT(symlink("loop", temp_path(temp, "loop")), 0);
	CHECK_INT(mkfifo(temp_path(temp, "fifo"), 0600), 0);
	CHECK_INT(mkdir(temp_path(temp, "dir"), 0700), 0);
	CHECK_INT(mkdir(temp_path(temp, "open-dir"), 0700), 0);
	CHECK_INT(chmod(temp_path(temp, "open-dir"), 0711), 0);
	CHECK_INT(symlink("dir", temp_path(temp, "dir-link")), 0);
	bind_socket(temp_path(temp, "socket"));
}

static const struct open_row {
	const char *name;
	int flags;
	enum id7_error error;
	enum id7_trouble trouble;
	uint32_t found, wanted;
} open_rows[] = {
	{"good", O_RDONLY, ID7_OK, 0, 0, 0},
	{"good", O_RDWR, ID7_OK, 0, 0, 0},
	{"good", O_RDWR | O_CREAT, ID7_OK, 0, 0, 0},
	{"read-only", O_RDONLY, ID7_OK, 0, 0, 0},
	{"absent", O_RDONLY, ID7_NOT_FOUND, ID7_TROUBLE_MISSING, 0, 0},
	{"absent", O_RDWR, ID7_NOT_FOUND, ID7_TROUBLE_MISSING, 0, 0},
	{"good/x", O_RDONLY, ID7_NOT_FOUND, ID7_TROUBLE_MISSING, 0, 0},
	{"group", O_RDONLY, ID7_UNTRUSTED, ID7_TROUBLE_MODE, 0640, 0600},
	{"other", O_RDONLY, ID7_UNTRUSTED, ID7_TROUBLE_MODE, 0604, 0600},
	{"everyone", O_RDWR, ID7_UNTRUSTED, ID7_TROUBLE_MODE, 0666, 0600},
	{"one", O_RDONLY, ID7_UNTRUSTED, ID7_TROUBLE_LINKS, 2, 1},
	{"two", O_RDWR, ID7_UNTRUSTED, ID7_TROUBLE_LINKS, 2, 1},
	{"link", O_RDONLY, ID7_UNTRUSTED, ID7_TROUBLE_SYMLINK, 0, 0},
	{"link", O_RDWR, ID7_UNTRUSTED, ID7_TROUBLE_SYMLINK, 0, 0},
	{"link", O_RDWR | O_CREAT, ID7_UNTRUSTED, ID7_TROUBLE_SYMLINK, 0, 0},
	{"dangling", O_RDWR | O_CREAT, ID7_UNTRUSTED, ID7_TROUBLE_SYMLINK, 0,
	 0},
	{"loop", O_RDONLY, ID7_UNTRUSTED, ID7_TROUBLE_SYMLINK, 0, 0},
	{"fifo", O_RDONLY, ID7_UNTRUSTED, ID7_TROUBLE_TYPE, 0, 0},
	{"fifo", O_WRONLY, ID7_UNTRUSTED, ID7_TROUBLE_TYPE, 0, 0},
	{"fifo", O_RDWR, ID7_UNTRUSTED, ID7_TROUBLE_TYPE, 0, 0},
	{"fifo", O_WRONLY | O_CREAT, ID7_UNTRUSTED, ID7_TROUBLE_TYPE, 0, 0},
	{"dir", O_RDONLY, ID7_UNTRUSTED, ID7_TROUBLE_TYPE, 0, 0},
	{"dir", O_RDWR, ID7_UNTRUSTED, ID7_TROUBLE_TYPE, 0, 0},
	{"socket", O_RDONLY, ID7_UNTRUSTED, ID7_TROUBLE_TYPE, 0, 0},
};

static void
opens_only_what_can_be_trusted(struct temp *temp)
{
	int dirfd = open_dir(temp);

	for (size_t i = 0; i < sizeof open_rows / sizeof open_rows[0]; i++) {
		const struct open_row *row = &open_rows[i];
		struct id7_fault fault = {0};
		int fd = -1;

		CHECK_INT(id7_file_open(dirfd, temp->dir, row->name, row->flags,
					0600, &fd, &fault),
			  row->error);
		CHECK_INT(fault.trouble, row->trouble);
		CHECK_INT(fault.found, row->found);
		CHECK_INT(fault.wanted, row->wanted);
		CHECK_INT(fd >= 0, row->error == ID7_OK);
		if (row->error == ID7_OK) {
			CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
			close(fd);
			continue;
		}
		CHECK_INT(fault.error, row->error);
		CHECK_STR(fault.subject, temp_path(temp, row->name));
	}
	CHECK(access(temp_path(temp, "absent"), F_OK) != 0);
	close(dirfd);
}

static void
a_foreign_owner_is_refused(struct temp *temp)
{
	int dirfd, fd = -1;
	struct id7_fault fault;

	if (geteuid() != 0)
		return;
	dirfd = open_dir(temp);
	put(temp_path(temp, "foreign"), "", 0600);
	CHECK_INT(chown(temp_path(temp, "foreign"), 4321, 0), 0);
	CHECK_INT(id7_file_open(dirfd, temp->dir, "foreign", O_RDONLY, 0600,
				&fd, &fault),
		  ID7_UNTRUSTED);
	CHECK_INT(fault.trouble, ID7_TROUBLE_OWNER);
	CHECK_INT(fault.found, 4321);
	CHECK_INT(fault.wanted, 0);
	CHECK_INT(fault.errnum, 0);
	CHECK_INT(mkdir(temp_path(temp, "foreign-dir"), 0700), 0);
	CHECK_INT(chown(temp_path(temp, "foreign-dir"), 4321, 0), 0);
	CHECK_INT(
		id7_dir_make(temp_path(temp, "foreign-dir"), 0700, &fd, &fault),
		ID7_UNTRUSTED);
	CHECK_INT(fault.trouble, ID7_TROUBLE_OWNER);
	close(dirfd);
}

static void
directories_are_judged_too(struct temp *temp)
{
	static const struct open_row rows[] = {
		{"dir", 0, ID7_OK, 0, 0, 0},
		{"dir/", 0, ID7_OK, 0, 0, 0},
		{"absent", 0, ID7_NOT_FOUND, ID7_TROUBLE_MISSING, 0, 0},
		{"good/x", 0, ID7_NOT_FOUND, ID7_TROUBLE_MISSING, 0, 0},
		{"good", 0, ID7_UNTRUSTED, ID7_TROUBLE_TYPE, 0, 0},
		{"fifo", 0, ID7_UNTRUSTED, ID7_TROUBLE_TYPE, 0, 0},
		{"dir-link", 0, ID7_UNTRUSTED, ID7_TROUBLE_SYMLINK, 0, 0},
		{"dir-link//", 0, ID7_UNTRUSTED, ID7_TROUBLE_SYMLINK, 0, 0},
		{"open-dir", 0, ID7_UNTRUSTED, ID7_TROUBLE_MODE, 0711, 0700},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct id7_fault fault = {0};
		int fd = -1;

		CHECK_INT(id7_dir_open(temp_path(temp, rows[i].name), 0700, &fd,
				       &fault),
			  rows[i].error);
		CHECK_INT(fault.trouble, rows[i].trouble);
		CHECK_INT(fault.found, rows[i].found);
		CHECK_INT(fault.wanted, rows[i].wanted);
		if (fd >= 0)
			CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
		if (fd >= 0)
			close(fd);
	}
}

static mode_t
mode_of(const char *path)
{
	struct stat st = {0};

	CHECK_INT(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static void
what_is_made_has_its_mode_whatever_the_umask(struct temp *temp)
{
	mode_t before = umask(0077);
	int dirfd = open_dir(temp), fd = -1;
	struct id7_fault fault;

	CHECK_INT(id7_dir_make(temp_path(temp, "made"), 0711, &fd, NULL),
		  ID7_OK);
	close(fd);
	CHECK_INT(mode_of(temp_path(temp, "made")), 0711);
	CHECK_INT(id7_dir_make(temp_path(temp, "made"), 0700, &fd, &fault),
		  ID7_UNTRUSTED);
	CHECK_INT(mode_of(temp_path(temp, "made")), 0711);
	CHECK_INT(id7_dir_make(temp_path(temp, "no/parent"), 0700, &fd, &fault),
		  ID7_NOT_FOUND);
	CHECK_INT(id7_file_open(dirfd, temp->dir, "shown", O_RDWR | O_CREAT,
				0644, &fd, NULL),
		  ID7_OK);
	close(fd);
	CHECK_INT(mode_of(temp_path(temp, "shown")), 0644);
	CHECK_INT(umask(before), 0077);
	close(dirfd);
}

/* A directory is there for good before it is handed out. */
static void
a_made_directory_is_synced(struct temp *temp)
{
	struct id7_fault fault = {0};
	int fd = -1;

	calls = 0;
	fail_at = 1;
	fail_with = EIO;
	CHECK_INT(id7_dir_make(temp_path(temp, "synced"), 0700, &fd, &fault),
		  ID7_IO);
	CHECK_INT(fault.errnum, EIO);
	CHECK_INT(fd, -1);
	fail_at = 0;
	CHECK_INT(id7_dir_make(temp_path(temp, "synced"), 0700, &fd, NULL),
		  ID7_OK);
	CHECK_INT(calls, 1);
	close(fd);
}

static void
exclusive_and_truncating_opens(struct temp *temp)
{
	int dirfd = open_dir(temp), fd = -1;
	struct stat st = {0};

	CHECK_INT(id7_file_open(dirfd, temp->dir, "good",
				O_RDWR | O_CREAT | O_EXCL, 0600, &fd, NULL),
		  ID7_IO);
	CHECK_INT(errno, EEXIST);
	put(temp_path(temp, "cut"), "cut me", 0600);
	CHECK_INT(id7_file_open(dirfd, temp->dir, "cut", O_RDWR | O_TRUNC, 0600,
				&fd, NULL),
		  ID7_OK);
	CHECK_INT(fstat(fd, &st), 0);
	CHECK_INT(st.st_size, 0);
	close(fd);
	/* What is not trusted is not cut either. */
	put(temp_path(temp, "keep"), "keep", 0666);
	CHECK_INT(id7_file_open(dirfd, temp->dir, "keep", O_RDWR | O_TRUNC,
				0600, &fd, NULL),
		  ID7_UNTRUSTED);
	CHECK_INT(stat(temp_path(temp, "keep"), &st), 0);
	CHECK_INT(st.st_size, 4);
	close(dirfd);
}

static void
settings_are_read_when_only_their_owner_writes_them(struct temp *temp)
{
	static const struct {
		const char *name;
		enum id7_error error;
		enum id7_trouble trouble;
	} rows[] = {
		{"conf-0600", ID7_OK, 0},
		{"conf-0644", ID7_OK, 0},
		{"conf-0664", ID7_UNTRUSTED, ID7_TROUBLE_MODE},
		{"conf-0646", ID7_UNTRUSTED, ID7_TROUBLE_MODE},
		{"link", ID7_UNTRUSTED, ID7_TROUBLE_SYMLINK},
		{"fifo", ID7_UNTRUSTED, ID7_TROUBLE_TYPE},
		{"dir", ID7_UNTRUSTED, ID7_TROUBLE_TYPE},
		{"socket", ID7_UNTRUSTED, ID7_TROUBLE_TYPE},
		{"absent", ID7_NOT_FOUND, ID7_TROUBLE_MISSING},
	};
	char buf[8];

	put(temp_path(temp, "conf-0600"), "deny=3\n", 0600);
	put(temp_path(temp, "conf-0644"), "deny=3\n", 0644);
	put(temp_path(temp, "conf-0664"), "deny=3\n", 0664);
	put(temp_path(temp, "conf-0646"), "deny=3\n", 0646);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct id7_fault fault = {0};
		size_t len = 99;

		CHECK_INT(id7_file_read_settings(temp_path(temp, rows[i].name),
						 buf, sizeof buf, &len, &fault),
			  rows[i].error);
		CHECK_INT(fault.trouble, rows[i].trouble);
		CHECK_INT(len, rows[i].error == ID7_OK ? 7 : 99);
	}
	CHECK_INT(id7_file_read_settings(temp_path(temp, "conf-0600"), buf, 6,
					 &(size_t){0}, &(struct id7_fault){0}),
		  ID7_CORRUPT);
}

static void
settings_of_a_stranger_are_refused(struct temp *temp)
{
	const char *path;
	char buf[64];
	size_t len;

	if (geteuid() != 0)
		return;
	put(temp_path(temp, "owned"), "deny=3\n", 0644);
	path = temp_path(temp, "owned");
	CHECK_INT(chown(path, 4321, 0), 0);
	CHECK_INT(id7_file_read_settings(path, buf, sizeof buf, &len, NULL),
		  ID7_UNTRUSTED);
	CHECK_INT(chmod(temp->dir, 0755), 0);
	CHECK_INT(seteuid(4321), 0);
	CHECK_INT(id7_file_read_settings(path, buf, sizeof buf, &len, NULL),
		  ID7_OK);
	/* A user trusts root's settings: they are the host's. */
	CHECK_INT(id7_file_read_settings(temp_path(temp, "conf-0644"), buf,
					 sizeof buf, &len, NULL),
		  ID7_OK);
	CHECK_INT(seteuid(0), 0);
	CHECK_INT(seteuid(4322), 0);
	CHECK_INT(id7_file_read_settings(temp_path(temp, "owned"), buf,
					 sizeof buf, &len, NULL),
		  ID7_UNTRUSTED);
	CHECK_INT(seteuid(0), 0);
	CHECK_INT(chmod(temp->dir, 0700), 0);
}

static void
reading_stops_at_the_limit(struct temp *temp)
{
	int fd;
	char buf[8];
	size_t len = 99;
	struct id7_fault fault;

	put(temp_path(temp, "eight"), "12345678", 0600);
	fd = open(temp_path(temp, "eight"), O_RDONLY | O_CLOEXEC);
	CHECK_INT(id7_file_read(fd, "it", buf, 8, &len, &fault), ID7_OK);
	CHECK_INT(len, 8);
	CHECK_MEM(buf, "12345678", 8);
	len = 99;
	CHECK_INT(id7_file_read(fd, "it", buf, 7, &len, &fault), ID7_CORRUPT);
	CHECK_INT(fault.trouble, ID7_TROUBLE_SIZE);
	CHECK_STR(fault.subject, "it");
	CHECK_INT(len, 99);
	close(fd);
	CHECK_INT(id7_file_read(-1, "it", buf, 7, &len, &fault), ID7_IO);
	CHECK_INT(fault.errnum, EBADF);
}

static void
errno_chooses_error_and_trouble(void)
{
	static const struct {
		int number;
		enum id7_error error;
		enum id7_trouble trouble;
	} rows[] = {
		{ENOENT, ID7_NOT_FOUND, ID7_TROUBLE_MISSING},
		{ENOTDIR, ID7_NOT_FOUND, ID7_TROUBLE_MISSING},
		{ELOOP, ID7_UNTRUSTED, ID7_TROUBLE_SYMLINK},
		{EROFS, ID7_IO, ID7_TROUBLE_READ_ONLY},
		{ENOSPC, ID7_IO, ID7_TROUBLE_FULL},
		{EDQUOT, ID7_IO, ID7_TROUBLE_FULL},
		{ENOMEM, ID7_NO_MEMORY, ID7_TROUBLE_SYSCALL},
		{EIO, ID7_IO, ID7_TROUBLE_SYSCALL},
		{EACCES, ID7_IO, ID7_TROUBLE_SYSCALL},
	};
	struct id7_fault fault;
	char path[2 * ID7_FAULT_SUBJECT_MAX];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		errno = rows[i].number;
		CHECK_INT(id7_fault_errno(&fault, "/d", "n"), rows[i].error);
		CHECK_INT(fault.error, rows[i].error);
		CHECK_INT(fault.trouble, rows[i].trouble);
		CHECK_INT(fault.errnum, rows[i].number);
		CHECK_INT(errno, rows[i].number);
		CHECK_STR(fault.subject, "/d/n");
		CHECK_INT(id7_fault_errno(NULL, "/d", NULL), rows[i].error);
	}
	CHECK_INT(id7_fault_errno(&fault, "/d", NULL), ID7_IO);
	CHECK_STR(fault.subject, "/d");
	memset(path, 'x', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	CHECK_INT(id7_fault_set(&fault, ID7_CORRUPT, ID7_TROUBLE_DAMAGED, path),
		  ID7_CORRUPT);
	CHECK_INT(strlen(fault.subject), ID7_FAULT_SUBJECT_MAX - 1);
	CHECK_INT(fault.errnum, 0);
	CHECK_STR(fault.detail, "");
}

static const char old_text[] = "the old one";
static const char new_text[] = "the new one, which is longer";

static const char *
contents(const char *path)
{
	static char buf[64];
	FILE *file = fopen(path, "r");
	size_t n;

	if (file == NULL)
		return "(nothing)";
	n = fread(buf, 1, sizeof buf - 1, file);
	buf[n] = '\0';
	fclose(file);
	return buf;
}

/* The calls of one replacement: write, fsync, renameat, fsync. */
#define REPLACE_CALLS 4

static void
a_failed_replacement_leaves_the_old_file(struct temp *temp, int number,
					 enum id7_trouble trouble)
{
	int dirfd = open_dir(temp);

	for (int n = 1; n <= REPLACE_CALLS + 1; n++) {
		bool past = n > REPLACE_CALLS;
		struct id7_fault fault = {0};

		put(temp_path(temp, "file"), old_text, 0600);
		calls = 0;
		fail_at = n;
		fail_with = number;
		CHECK_INT(id7_file_replace(dirfd, temp->dir, "file", new_text,
					   sizeof new_text - 1, &fault),
			  past ? ID7_OK : ID7_IO);
		fail_at = 0;
		CHECK_INT(calls, past ? REPLACE_CALLS : n);
		CHECK_INT(fault.trouble, past ? ID7_TROUBLE_NONE : trouble);
		CHECK_INT(fault.errnum, past ? 0 : number);
		CHECK_STR(contents(temp_path(temp, "file")),
			  n < REPLACE_CALLS ? old_text : new_text);
		CHECK(access(temp_path(temp, "file.tmp"), F_OK) != 0);
	}
	close(dirfd);
}

static void
replacing_survives_leftovers_and_short_writes(struct temp *temp)
{
	mode_t before = umask(0);
	int dirfd = open_dir(temp);

	CHECK_INT(symlink("good", temp_path(temp, "fresh.tmp")), 0);
	short_writes = 1;
	CHECK_INT(id7_file_replace(dirfd, temp->dir, "fresh", new_text,
				   sizeof new_text - 1, NULL),
		  ID7_OK);
	short_writes = 0;
	CHECK_STR(contents(temp_path(temp, "fresh")), new_text);
	CHECK_INT(mode_of(temp_path(temp, "fresh")), 0600);
	CHECK_STR(contents(temp_path(temp, "good")), "good");
	umask(before);
	close(dirfd);
}

static void
an_interrupted_write_goes_on(struct temp *temp)
{
	int fd = open(temp_path(temp, "raw"), O_RDWR | O_CREAT | O_CLOEXEC,
		      0600);

	calls = 0;
	fail_at = 1;
	fail_with = EINTR;
	CHECK_INT(id7_file_write_all(fd, "abc", 3), ID7_OK);
	CHECK_INT(calls, 2);
	fail_at = 0;
	CHECK_STR(contents(temp_path(temp, "raw")), "abc");
	close(fd);
}

static void
only_a_missing_parent_is_made(struct temp *temp)
{
	struct id7_fault fault = {0};
	struct stat st;

	CHECK_INT(id7_dir_make_parent(temp_path(temp, "above/below"), &fault),
		  ID7_OK);
	CHECK(stat(temp_path(temp, "above/below"), &st) != 0);
	CHECK_INT(stat(temp_path(temp, "above"), &st), 0);
	CHECK(S_ISDIR(st.st_mode));
	CHECK_INT(chmod(temp_path(temp, "above"), 0777), 0);
	CHECK_INT(id7_dir_make_parent(temp_path(temp, "above/below/"), &fault),
		  ID7_OK);
	CHECK_INT(stat(temp_path(temp, "above"), &st), 0);
	CHECK_INT(st.st_mode & 07777, 0777);
	CHECK_INT(id7_dir_make_parent(temp_path(temp, "a/b/c"), &fault),
		  ID7_NOT_FOUND);
	CHECK_INT(fault.errnum, ENOENT);
	CHECK_INT(id7_dir_make_parent("/top", &fault), ID7_OK);
	CHECK_INT(id7_dir_make_parent("here", &fault), ID7_OK);
}

/* A full device, for real. */
static void
a_full_disk_is_named(void)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct id7_fault fault;

	if (fd < 0)
		return;
	CHECK_INT(id7_file_write_all(fd, "x", 1), ID7_IO);
	CHECK_INT(id7_fault_errno(&fault, "/dev/full", NULL), ID7_IO);
	CHECK_INT(fault.trouble, ID7_TROUBLE_FULL);
	close(fd);
}

/*
 * Opened, then replaced while this process was kept from running, for longer
 * than anybody would wait: that is no second name, and the new file is there.
 */
static void
a_file_replaced_in_a_long_pause_is_opened_anew(struct temp *temp)
{
	struct id7_fault fault = {0};
	auto_fd dirfd = open(temp->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = -1;

	CHECK(dirfd >= 0);
	for (int i = 0; i < 2; i++) {
		auto_fd made = openat(dirfd, i == 0 ? "late" : "later",
				      O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

		CHECK(made >= 0);
	}
	pause_dirfd = dirfd;
	CHECK_INT(id7_file_open(dirfd, temp->dir, "late", O_RDONLY, 0600, &fd,
				&fault),
		  ID7_OK);
	CHECK_INT(pause_dirfd, -1);
	pause_s = 0;
	close(fd);
}

int
main(void)
{
	struct temp temp;

	/* A FIFO that blocks after all ends the test instead of hanging it. */
	alarm(120);
	temp_make(&temp);
	make_all_kinds(&temp);
	opens_only_what_can_be_trusted(&temp);
	a_foreign_owner_is_refused(&temp);
	directories_are_judged_too(&temp);
	what_is_made_has_its_mode_whatever_the_umask(&temp);
	a_made_directory_is_synced(&temp);
	only_a_missing_parent_is_made(&temp);
	exclusive_and_truncating_opens(&temp);
	settings_are_read_when_only_their_owner_writes_them(&temp);
	settings_of_a_stranger_are_refused(&temp);
	reading_stops_at_the_limit(&temp);
	errno_chooses_error_and_trouble();
	a_failed_replacement_leaves_the_old_file(&temp, EIO,
						 ID7_TROUBLE_SYSCALL);
	a_failed_replacement_leaves_the_old_file(&temp, ENOSPC,
						 ID7_TROUBLE_FULL);
	a_failed_replacement_leaves_the_old_file(&temp, EROFS,
						 ID7_TROUBLE_READ_ONLY);
	replacing_survives_leftovers_and_short_writes(&temp);
	an_interrupted_write_goes_on(&temp);
	a_file_replaced_in_a_long_pause_is_opened_anew(&temp);
	a_full_disk_is_named();
	temp_remove(&temp);
	return check_done();
}
