/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The site keys: one file a key in the key directory, never in the store. */
#include "common/effects/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/effects/clock.h"
#include "common/effects/file.h"
#include "common/effects/lock.h"
#include "common/effects/scope.h"

#define NAME_SIZE 32
#define MAGIC "7id-key "
#define HEAD_SIZE 32
#define HEX_LEN ((size_t)ID7_KEY_LEN * 2)
#define TEXT_MAX (HEAD_SIZE + HEX_LEN)
#define MAKE_WAIT_MS 10000

_Static_assert(TEXT_MAX == ID7_KEY_ROOM, "a key's text has a key's room");

static void
key_name(uint32_t id, const char *ending, char ret_name[NAME_SIZE])
{
	(void)snprintf(ret_name, NAME_SIZE, "%u.key%s", id, ending);
}

static size_t
key_head(uint32_t id, char ret_head[HEAD_SIZE])
{
	return (size_t)snprintf(ret_head, HEAD_SIZE, MAGIC "1 %u\n", id);
}

static char
hex_digit(unsigned int value)
{
	return (char)(value < 10 ? '0' + value : 'a' + value - 10);
}

static unsigned int
hex_value(uint8_t digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - (unsigned int)'0';
	if (digit >= 'a' && digit <= 'f')
		return digit - (unsigned int)'a' + 10;
	return 16;
}

static bool
parse_hex(const uint8_t hex[HEX_LEN], uint8_t ret_bytes[ID7_KEY_LEN])
{
	for (size_t i = 0; i < ID7_KEY_LEN; i++) {
		unsigned int high = hex_value(hex[i * 2]);
		unsigned int low = hex_value(hex[i * 2 + 1]);

		if (high > 15 || low > 15)
			return false;
		ret_bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool
is_newer(const uint8_t *text, size_t len)
{
	const uint8_t *version = text + sizeof MAGIC - 1;
	const uint8_t *end = text + len;
	const uint8_t *at = version;

	if (len < sizeof MAGIC || memcmp(text, MAGIC, sizeof MAGIC - 1) != 0)
		return false;
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at < end && *at == ' ' && *version > '0' &&
	       !(*version == '1' && at == version + 1);
}

/* Accepts only what id7_keys_make writes. The key takes the place of its text.
 */
static enum id7_error
parse_key(uint8_t *text, size_t len, uint32_t id)
{
	char head[HEAD_SIZE];
	size_t head_len = key_head(id, head);

	if (is_newer(text, len))
		return ID7_NEWER;
	if (len != head_len + HEX_LEN + 1 ||
	    memcmp(text, head, head_len) != 0 || text[len - 1] != '\n' ||
	    !parse_hex(text + head_len, text))
		return ID7_CORRUPT;
	return ID7_OK;
}

static enum id7_error
no_key(enum id7_error error, struct id7_fault *ret_fault)
{
	if (error != ID7_NOT_FOUND)
		return error;
	if (ret_fault != NULL)
		ret_fault->error = ID7_NO_KEY;
	return ID7_NO_KEY;
}

static enum id7_error
read_text(const char *dir, uint32_t id, const char *path, uint8_t *text,
	  size_t *ret_len, struct id7_fault *ret_fault)
{
	auto_fd dirfd = -1;
	auto_fd fd = -1;
	char name[NAME_SIZE];
	enum id7_error error;

	key_name(id, "", name);
	error = id7_dir_open(dir, 0700, &dirfd, ret_fault);
	if (error == ID7_OK)
		error = id7_file_open(dirfd, dir, name, O_RDONLY, 0600, &fd,
				      ret_fault);
	if (error == ID7_OK)
		error = id7_file_read(fd, path, text, TEXT_MAX, ret_len,
				      ret_fault);
	return no_key(error, ret_fault);
}

enum id7_error
id7_keys_read_into(const char *dir, uint32_t id, uint8_t room[ID7_KEY_ROOM],
		   struct id7_fault *ret_fault)
{
	char name[NAME_SIZE], path[ID7_FAULT_SUBJECT_MAX];
	size_t len = 0, kept = ID7_KEY_LEN;
	enum id7_error error;

	key_name(id, "", name);
	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	error = read_text(dir, id, path, room, &len, ret_fault);
	if (error == ID7_OK) {
		error = parse_key(room, len, id);
		if (error != ID7_OK)
			(void)id7_fault_set(ret_fault, error,
					    error == ID7_NEWER
						    ? ID7_TROUBLE_NEWER
						    : ID7_TROUBLE_DAMAGED,
					    path);
	}
	if (error != ID7_OK)
		kept = 0;
	id7_wipe(room + kept, ID7_KEY_ROOM - kept);
	return error;
}

enum id7_error
id7_keys_read(const char *dir, uint32_t id, struct id7_secret **ret_key,
	      struct id7_fault *ret_fault)
{
	auto_secret *room = id7_secret_make(ID7_KEY_ROOM);
	enum id7_error error;

	if (room == NULL)
		return id7_fault_set(ret_fault, ID7_NO_MEMORY,
				     ID7_TROUBLE_SYSCALL, dir);
	error = id7_keys_read_into(dir, id, room->bytes, ret_fault);
	if (error != ID7_OK)
		return error;
	room->len = ID7_KEY_LEN;
	*ret_key = room;
	room = NULL;
	return ID7_OK;
}

static struct id7_secret *
new_key_text(uint32_t id)
{
	auto_secret *key = id7_secret_make(ID7_KEY_LEN);
	struct id7_secret *text = id7_secret_make(TEXT_MAX);

	if (key == NULL || text == NULL) {
		id7_secret_free(&text);
		return NULL;
	}
	id7_random(key->bytes, ID7_KEY_LEN);
	text->len = key_head(id, (char *)text->bytes);
	for (size_t i = 0; i < ID7_KEY_LEN; i++) {
		text->bytes[text->len++] =
			(uint8_t)hex_digit(key->bytes[i] >> 4);
		text->bytes[text->len++] =
			(uint8_t)hex_digit(key->bytes[i] & 15);
	}
	text->bytes[text->len++] = '\n';
	return text;
}

static bool
is_there(int dirfd, const char *name)
{
	struct stat st;

	return fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/*
 * Whoever makes the same key at the same time waits for the lock on the
 * temporary file, then sees that the key is there: a second key under one id
 * would make everything sealed under the first unreadable.
 */
static enum id7_error
write_key(int dirfd, const char *dir, uint32_t id,
	  const struct id7_secret *text, struct id7_fault *ret_fault)
{
	auto_fd fd = -1;
	char name[NAME_SIZE], temporary[NAME_SIZE];
	enum id7_error error;

	key_name(id, "", name);
	key_name(id, ".tmp", temporary);
	error = id7_file_open(dirfd, dir, temporary, O_RDWR | O_CREAT, 0600,
			      &fd, ret_fault);
	if (error != ID7_OK)
		return error;
	error = id7_lock_take(fd, true, 0, 1, id7_deadline_in(MAKE_WAIT_MS));
	if (error == ID7_BUSY)
		return id7_fault_set(ret_fault, error, ID7_TROUBLE_HELD, dir);
	if (error == ID7_OK && is_there(dirfd, name)) {
		(void)unlinkat(dirfd, temporary, 0);
		return id7_fault_set(ret_fault, ID7_EXISTS, ID7_TROUBLE_NONE,
				     dir);
	}
	if (error != ID7_OK || ftruncate(fd, 0) != 0 ||
	    id7_file_write_all(fd, text->bytes, text->len) != ID7_OK ||
	    fsync(fd) != 0 || renameat(dirfd, temporary, dirfd, name) != 0 ||
	    fsync(dirfd) != 0)
		return id7_fault_errno(ret_fault, dir, name);
	return ID7_OK;
}

enum id7_error
id7_keys_make(const char *dir, uint32_t id, struct id7_fault *ret_fault)
{
	auto_secret *text = NULL;
	auto_fd dirfd = -1;
	char name[NAME_SIZE];
	enum id7_error error = id7_dir_make(dir, 0700, &dirfd, ret_fault);

	if (error != ID7_OK)
		return error;
	key_name(id, "", name);
	if (is_there(dirfd, name))
		return id7_fault_set(ret_fault, ID7_EXISTS, ID7_TROUBLE_NONE,
				     dir);
	text = new_key_text(id);
	if (text == NULL)
		return id7_fault_set(ret_fault, ID7_NO_MEMORY,
				     ID7_TROUBLE_SYSCALL, dir);
	return write_key(dirfd, dir, id, text, ret_fault);
}
