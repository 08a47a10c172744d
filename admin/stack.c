/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A private copy of a directory of PAM stacks, in which pam_7id counts nothing.
 */
#include "admin/stack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/effects/file.h"
#include "common/effects/scope.h"

#define FILE_MAX 65536
#define MODULE "pam_7id.so"
#define WORD " no_count"
/* Words of one byte each, every one grown by a path and WORD. */
#define GROWN_MAX(len)                                                         \
	((len) + ((len) / 2 + 1) * (STACK_PATH_MAX + sizeof WORD))

struct output {
	char *at;
	size_t left;
	bool full;
};

static void
put(struct output *out, const char *bytes, size_t len)
{
	if (len > out->left) {
		out->full = true;
		return;
	}
	memcpy(out->at, bytes, len);
	out->at += len;
	out->left -= len;
}

static bool
is_word(const char *word, size_t len, const char *want)
{
	return strlen(want) == len && strncasecmp(word, want, len) == 0;
}

/* Whether word number `index` of a line makes the next one a file's name. */
static bool
includes(const char *word, size_t len, size_t index)
{
	if (index == 0)
		return is_word(word, len, "@include");
	return index == 1 && (is_word(word, len, "include") ||
			      is_word(word, len, "substack"));
}

/* A file of the same directory becomes its copy; one of elsewhere stays. */
static void
put_file(struct output *out, const struct stack_change *change,
	 const char *word, size_t len)
{
	size_t n = strlen(change->from);

	if (len > n + 1 && memcmp(word, change->from, n) == 0 &&
	    word[n] == '/' && memchr(word + n + 1, '/', len - n - 1) == NULL) {
		word += n + 1;
		len -= n + 1;
	}
	if (memchr(word, '/', len) == NULL) {
		put(out, change->to, strlen(change->to));
		put(out, "/", 1);
	}
	put(out, word, len);
}

static void
put_word(struct output *out, const struct stack_change *change,
	 const char *word, size_t len)
{
	size_t n = sizeof MODULE - 1;

	put(out, word, len);
	if (change->quiet && len >= n && memcmp(word + len - n, MODULE, n) == 0)
		put(out, WORD, sizeof WORD - 1);
}

static size_t
word_length(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && strchr(" \t\r\n#\\", text[n]) == NULL)
		n++;
	return n;
}

size_t
stack_rewrite(const struct stack_change *change, const char *text, size_t len,
	      char *out, size_t size)
{
	struct output to = {out, size, false};
	bool comment = false, file = false, joined = false;
	size_t index = 0, n;

	for (size_t at = 0; at < len; at += n) {
		n = comment ? 0 : word_length(text + at, len - at);
		if (n > 0) {
			if (file)
				put_file(&to, change, text + at, n);
			else
				put_word(&to, change, text + at, n);
			file = includes(text + at, n, index++);
			joined = false;
			continue;
		}
		n = 1;
		if (text[at] == '\n' && !joined) {
			index = 0;
			file = false;
		}
		comment = text[at] == '#' || (comment && text[at] != '\n');
		joined = text[at] == '\\';
		put(&to, text + at, 1);
	}
	return to.full ? SIZE_MAX : (size_t)(to.at - out);
}

static bool
write_copy(int dir, const char *name, const struct stack_change *change,
	   const char *text, size_t len)
{
	auto_fd fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			    0600);
	auto_free char *out = malloc(GROWN_MAX(len));

	if (fd < 0 || out == NULL)
		return false;
	len = stack_rewrite(change, text, len, out, GROWN_MAX(len));
	return len != SIZE_MAX && id7_file_write_all(fd, out, len) == ID7_OK;
}

/* Links are followed as PAM follows them; what is no file is left out. */
static bool
copy_one(int from, int to, const char *name, const struct stack_change *change)
{
	auto_fd fd = openat(from, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	auto_free char *text = NULL;
	struct stat st;
	size_t len;

	if (fd < 0)
		return errno == ENOENT;
	if (fstat(fd, &st) != 0)
		return false;
	if (!S_ISREG(st.st_mode))
		return true;
	text = malloc(FILE_MAX);
	if (text == NULL ||
	    id7_file_read(fd, name, text, FILE_MAX, &len, NULL) != ID7_OK)
		return false;
	return write_copy(to, name, change, text, len);
}

static bool
copy_all(const struct stack_change *change)
{
	auto_fd target = open(change->to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = opendir(change->from);
	const struct dirent *entry;
	bool ok = target >= 0 && dir != NULL;
	int saved;

	while (ok && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			ok = copy_one(dirfd(dir), target, entry->d_name,
				      change);
	saved = errno;
	if (dir != NULL)
		closedir(dir);
	errno = saved;
	return ok;
}

bool
stack_copy(const char *from, bool quiet, char ret_path[STACK_PATH_MAX])
{
	const struct stack_change change = {from, ret_path, quiet};
	const char *tmp = secure_getenv("TMPDIR");
	int saved;

	if (tmp == NULL || *tmp != '/' || strlen(tmp) > STACK_PATH_MAX / 2)
		tmp = "/tmp";
	snprintf(ret_path, STACK_PATH_MAX, "%s/7idctl.XXXXXX", tmp);
	if (mkdtemp(ret_path) == NULL)
		return false;
	if (copy_all(&change))
		return true;
	saved = errno;
	stack_remove(ret_path);
	errno = saved;
	return false;
}

void
stack_remove(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(path);
}
