/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of the outbox: letters, hints and requests. */
#include "common/effects/outbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/bytes.h"
#include "common/effects/fault.h"
#include "common/effects/file.h"
#include "common/effects/lock.h"
#include "common/effects/scope.h"
#include "common/effects/seal.h"
#include "common/effects/secret.h"

#define LOCK_FILE "flush.lock"
#define OWED "owed-"
#define WORK "work-"
#define FIND "find-"
#define HEX_LEN (2 * ID7_SUBJECT_LEN)
#define NONCE_LEN 24
#define FILE_MAX (ID7_LETTER_NAME_MAX + 8)
#define PLACES 4
#define TEMPORARY_SEC 60
#define SEALED_LEN(len) (NONCE_LEN + (len) + ID7_TAG_LEN)

#define FIND_ADDRESS 0
#define FIND_ASKED 256
#define FIND_DONE 264
#define FIND_LEN 272

static const char *const suffixes[] = {".prep", ".new", ".mail"};

static bool
get_hex(const char *hex, size_t len, uint8_t *ret_bytes)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 2 * len; i++) {
		const char *digit =
			hex[i] != '\0' ? strchr(digits, hex[i]) : NULL;

		if (digit == NULL)
			return false;
		ret_bytes[i / 2] =
			(uint8_t)(ret_bytes[i / 2] << 4 | (digit - digits));
	}
	return true;
}

enum id7_error
id7_outbox_open(const char *store_dir, const struct id7_store *store, bool make,
		struct id7_outbox *ret_outbox, struct id7_fault *ret_fault)
{
	struct id7_outbox outbox = ID7_OUTBOX_NONE;
	enum id7_error error;

	(void)snprintf(outbox.dir, sizeof outbox.dir, "%s/" ID7_OUTBOX_DIR,
		       store_dir);
	error = make ? id7_dir_make(outbox.dir, 0700, &outbox.dir_fd, ret_fault)
		     : id7_dir_open(outbox.dir, 0700, &outbox.dir_fd,
				    ret_fault);
	if (error != ID7_OK)
		return error;
	outbox.key = id7_store_key(store, ID7_FOR_MAIL);
	*ret_outbox = outbox;
	return ID7_OK;
}

void
id7_outbox_close(struct id7_outbox *outbox)
{
	if (outbox->lock_fd >= 0)
		id7_lock_release(outbox->lock_fd, 0, 1);
	id7_scope_close(&outbox->lock_fd);
	id7_scope_close(&outbox->dir_fd);
}

enum id7_error
id7_outbox_lock(struct id7_outbox *outbox, struct id7_deadline deadline,
		struct id7_fault *ret_fault)
{
	auto_fd fd = -1;
	char path[ID7_PATH_MAX + 128];
	enum id7_error error =
		id7_file_open(outbox->dir_fd, outbox->dir, LOCK_FILE,
			      O_RDWR | O_CREAT, 0600, &fd, ret_fault);

	if (error != ID7_OK)
		return error;
	error = id7_lock_take(fd, true, 0, 1, deadline);
	(void)snprintf(path, sizeof path, "%s/" LOCK_FILE, outbox->dir);
	if (error == ID7_BUSY)
		return id7_fault_set(ret_fault, error, ID7_TROUBLE_HELD, path);
	if (error != ID7_OK)
		return id7_fault_errno(ret_fault, path, NULL);
	outbox->lock_fd = fd;
	fd = -1;
	return ID7_OK;
}

/* --- names --- */

struct id7_letter_name
id7_outbox_name(const uint8_t subject[ID7_SUBJECT_LEN], enum id7_notice notice,
		uint64_t cause, unsigned int place)
{
	struct id7_letter_name name;
	char hex[HEX_LEN + 1];

	id7_outbox_hex(subject, ID7_SUBJECT_LEN, hex);
	(void)snprintf(name.s, sizeof name.s, "%s-%s-%016llx-%u", hex,
		       id7_notice_name(notice), (unsigned long long)cause,
		       place);
	return name;
}

bool
id7_outbox_name_parse(const struct id7_letter_name *name,
		      uint8_t ret_subject[ID7_SUBJECT_LEN],
		      enum id7_notice *ret_notice, uint64_t *ret_cause,
		      unsigned int *ret_place)
{
	uint8_t cause[8];
	struct id7_letter_name again;
	size_t len = strlen(name->s);

	if (len < HEX_LEN + 20 ||
	    !get_hex(name->s, ID7_SUBJECT_LEN, ret_subject) ||
	    !get_hex(name->s + len - 18, sizeof cause, cause))
		return false;
	*ret_cause = 0;
	for (size_t i = 0; i < sizeof cause; i++)
		*ret_cause = *ret_cause << 8 | cause[i];
	*ret_place = (unsigned int)(name->s[len - 1] - '0');
	for (size_t n = 0; n < ID7_NOTICES && *ret_place < PLACES; n++) {
		*ret_notice = (enum id7_notice)n;
		again = id7_outbox_name(ret_subject, *ret_notice, *ret_cause,
					*ret_place);
		if (strcmp(again.s, name->s) == 0)
			return true;
	}
	return false;
}

bool
id7_outbox_subject(const struct id7_letter_name *name,
		   struct id7_subject *ret_subject)
{
	ret_subject->phantom = false;
	return get_hex(name->s, ID7_SUBJECT_LEN, ret_subject->hash);
}

void
id7_outbox_id(const struct id7_outbox *outbox,
	      const struct id7_letter_name *name,
	      char ret_id[ID7_OUTBOX_ID_LEN + 1],
	      char ret_message_id[ID7_MESSAGE_ID_LEN + 1])
{
	static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint8_t hash[32];

	id7_seal_hash(outbox->key, name->s, strlen(name->s), hash, sizeof hash);
	for (size_t i = 0; i < ID7_OUTBOX_ID_LEN; i++)
		ret_id[i] = symbols[hash[i] & 31];
	ret_id[ID7_OUTBOX_ID_LEN] = '\0';
	id7_outbox_hex(hash + 16, ID7_MESSAGE_ID_LEN / 2, ret_message_id);
}

void
id7_outbox_address_hash(const struct id7_outbox *outbox, const char *address,
			uint8_t ret_hash[ID7_SUBJECT_LEN])
{
	id7_seal_hash(outbox->key, address, strlen(address), ret_hash,
		      ID7_SUBJECT_LEN);
}

static void
file_name(const struct id7_letter_name *name, enum id7_stage stage,
	  char ret_file[FILE_MAX])
{
	(void)snprintf(ret_file, FILE_MAX, "%s%s", name->s, suffixes[stage]);
}

/* --- sealed files --- */

static enum id7_error
put_sealed(const struct id7_outbox *outbox, const char *file, const char *name,
	   const uint8_t *plain, size_t len, struct id7_fault *ret_fault)
{
	uint8_t sealed[SEALED_LEN(ID7_POST_LEN)];

	id7_random(sealed, NONCE_LEN);
	id7_seal(outbox->key, sealed, name, strlen(name), plain, len,
		 sealed + NONCE_LEN);
	return id7_file_replace(outbox->dir_fd, outbox->dir, file, sealed,
				SEALED_LEN(len), ret_fault);
}

static enum id7_error
get_sealed(const struct id7_outbox *outbox, const char *file, const char *name,
	   uint8_t *ret_plain, size_t len, struct id7_fault *ret_fault)
{
	uint8_t sealed[SEALED_LEN(ID7_POST_LEN)];
	char path[ID7_PATH_MAX + 128];
	auto_fd fd = -1;
	size_t got;
	enum id7_error error = id7_file_open(outbox->dir_fd, outbox->dir, file,
					     O_RDONLY, 0600, &fd, ret_fault);

	(void)snprintf(path, sizeof path, "%s/%s", outbox->dir, file);
	if (error == ID7_OK)
		error = id7_file_read(fd, path, sealed, SEALED_LEN(len), &got,
				      ret_fault);
	if (error != ID7_OK)
		return error;
	if (got != SEALED_LEN(len) ||
	    !id7_unseal(outbox->key, sealed, name, strlen(name),
			sealed + NONCE_LEN, len + ID7_TAG_LEN, ret_plain))
		return id7_fault_set(ret_fault, ID7_CORRUPT,
				     ID7_TROUBLE_DAMAGED, path);
	return ID7_OK;
}

enum id7_error
id7_outbox_put(const struct id7_outbox *outbox,
	       const struct id7_letter_name *name, enum id7_stage stage,
	       const struct id7_post *post, struct id7_fault *ret_fault)
{
	uint8_t plain[ID7_POST_LEN];
	char file[FILE_MAX];
	enum id7_error error;

	file_name(name, stage, file);
	id7_post_encode(post, plain);
	error = put_sealed(outbox, file, name->s, plain, sizeof plain,
			   ret_fault);
	id7_wipe(plain, sizeof plain);
	return error;
}

enum id7_error
id7_outbox_get(const struct id7_outbox *outbox,
	       const struct id7_letter_name *name, enum id7_stage stage,
	       struct id7_post *ret_post, struct id7_fault *ret_fault)
{
	uint8_t plain[ID7_POST_LEN];
	char file[FILE_MAX];
	enum id7_error error;

	file_name(name, stage, file);
	error = get_sealed(outbox, file, name->s, plain, sizeof plain,
			   ret_fault);
	if (error == ID7_OK) {
		error = id7_post_decode(plain, ret_post);
		if (error != ID7_OK)
			(void)id7_fault_set(ret_fault, error,
					    error == ID7_NEWER
						    ? ID7_TROUBLE_NEWER
						    : ID7_TROUBLE_DAMAGED,
					    outbox->dir);
	}
	id7_wipe(plain, sizeof plain);
	return error;
}

static enum id7_error
sync_outbox(const struct id7_outbox *outbox, struct id7_fault *ret_fault)
{
	return fsync(outbox->dir_fd) == 0
		       ? ID7_OK
		       : id7_fault_errno(ret_fault, outbox->dir, NULL);
}

enum id7_error
id7_outbox_release(const struct id7_outbox *outbox,
		   const struct id7_letter_name *name, enum id7_stage from,
		   struct id7_fault *ret_fault)
{
	char source[FILE_MAX], target[FILE_MAX];

	file_name(name, from, source);
	file_name(name, ID7_STAGE_WAITING, target);
	if (renameat(outbox->dir_fd, source, outbox->dir_fd, target) != 0 &&
	    errno != ENOENT)
		return id7_fault_errno(ret_fault, outbox->dir, source);
	return sync_outbox(outbox, ret_fault);
}

enum id7_error
id7_outbox_drop(const struct id7_outbox *outbox,
		const struct id7_letter_name *name, enum id7_stage stage,
		struct id7_fault *ret_fault)
{
	char file[FILE_MAX];

	file_name(name, stage, file);
	if (unlinkat(outbox->dir_fd, file, 0) != 0 && errno != ENOENT)
		return id7_fault_errno(ret_fault, outbox->dir, file);
	return sync_outbox(outbox, ret_fault);
}

/* --- lists --- */

/* Takes a file's name; the part that counts, or false. */
typedef bool pick_fn(const char *file, struct id7_letter_name *ret_name);

static bool
pick_suffix(const char *file, const char *suffix,
	    struct id7_letter_name *ret_name)
{
	size_t len = strlen(file), end = strlen(suffix);
	uint8_t subject[ID7_SUBJECT_LEN];
	enum id7_notice notice;
	unsigned int place;
	uint64_t cause;

	if (len <= end || len - end > ID7_LETTER_NAME_MAX ||
	    strcmp(file + len - end, suffix) != 0)
		return false;
	memcpy(ret_name->s, file, len - end);
	ret_name->s[len - end] = '\0';
	return id7_outbox_name_parse(ret_name, subject, &notice, &cause,
				     &place);
}

static bool
pick_prepared(const char *file, struct id7_letter_name *ret_name)
{
	return pick_suffix(file, suffixes[ID7_STAGE_PREPARED], ret_name);
}

static bool
pick_written(const char *file, struct id7_letter_name *ret_name)
{
	return pick_suffix(file, suffixes[ID7_STAGE_WRITTEN], ret_name);
}

static bool
pick_waiting(const char *file, struct id7_letter_name *ret_name)
{
	return pick_suffix(file, suffixes[ID7_STAGE_WAITING], ret_name);
}

static bool
pick_hash(const char *file, const char *prefix,
	  struct id7_letter_name *ret_name)
{
	struct id7_subject subject;

	if (strlen(file) != strlen(prefix) + HEX_LEN ||
	    strncmp(file, prefix, strlen(prefix)) != 0)
		return false;
	memcpy(ret_name->s, file + strlen(prefix), HEX_LEN + 1);
	return id7_outbox_subject(ret_name, &subject);
}

static bool
pick_hint(const char *file, struct id7_letter_name *ret_name)
{
	return pick_hash(file, OWED, ret_name);
}

static bool
pick_taken(const char *file, struct id7_letter_name *ret_name)
{
	return pick_hash(file, WORK, ret_name);
}

static bool
pick_find(const char *file, struct id7_letter_name *ret_name)
{
	return pick_hash(file, FIND, ret_name);
}

static bool
pick_phantom(const char *file, struct id7_letter_name *ret_name)
{
	if (strncmp(file, OWED "p", strlen(OWED "p")) != 0 ||
	    strlen(file) != strlen(OWED "p0000"))
		return false;
	strcpy(ret_name->s, file);
	return true;
}

static bool
append(struct id7_outbox_list *list, size_t *room,
       const struct id7_letter_name *name)
{
	struct id7_letter_name *more;

	if (list->count == *room) {
		*room = *room == 0 ? 64 : *room * 2;
		more = realloc(list->name, *room * sizeof *more);
		if (more == NULL)
			return false;
		list->name = more;
	}
	list->name[list->count++] = *name;
	return true;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct id7_letter_name *)a)->s,
		      ((const struct id7_letter_name *)b)->s);
}

static void
close_dir(DIR **dir)
{
	if (*dir != NULL)
		closedir(*dir);
}

static enum id7_error
list_files(const struct id7_outbox *outbox, pick_fn *pick,
	   struct id7_outbox_list *ret_list, struct id7_fault *ret_fault)
{
	auto_outbox_list list = {NULL, 0};
	struct id7_letter_name name;
	struct dirent *entry;
	size_t room = 0;
	int fd =
		openat(outbox->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	__attribute__((cleanup(close_dir))) DIR *dir =
		fd >= 0 ? fdopendir(fd) : NULL;

	if (dir == NULL) {
		enum id7_error error =
			id7_fault_errno(ret_fault, outbox->dir, NULL);

		id7_scope_close(&fd);
		return error;
	}
	for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0)
		if (pick(entry->d_name, &name) && !append(&list, &room, &name))
			return id7_fault_set(ret_fault, ID7_NO_MEMORY,
					     ID7_TROUBLE_NONE, outbox->dir);
	if (errno != 0)
		return id7_fault_errno(ret_fault, outbox->dir, NULL);
	if (list.count > 1)
		qsort(list.name, list.count, sizeof *list.name, compare);
	*ret_list = list;
	list = (struct id7_outbox_list){NULL, 0};
	return ID7_OK;
}

enum id7_error
id7_outbox_list(const struct id7_outbox *outbox, enum id7_stage stage,
		struct id7_outbox_list *ret_list, struct id7_fault *ret_fault)
{
	static pick_fn *const picks[] = {pick_prepared, pick_written,
					 pick_waiting};

	return list_files(outbox, picks[stage], ret_list, ret_fault);
}

void
id7_outbox_list_free(struct id7_outbox_list *list)
{
	free(list->name);
	list->name = NULL;
	list->count = 0;
}

static bool
pick_temporary(const char *file, struct id7_letter_name *ret_name)
{
	size_t len = strlen(file);

	if (len < 4 || len > ID7_LETTER_NAME_MAX ||
	    strcmp(file + len - 4, ".tmp") != 0)
		return false;
	memcpy(ret_name->s, file, len + 1);
	return true;
}

void
id7_outbox_sweep(const struct id7_outbox *outbox, int64_t now_wall)
{
	auto_outbox_list list = {NULL, 0};
	struct stat st;

	if (list_files(outbox, pick_temporary, &list, NULL) != ID7_OK)
		return;
	for (size_t i = 0; i < list.count; i++)
		if (fstatat(outbox->dir_fd, list.name[i].s, &st,
			    AT_SYMLINK_NOFOLLOW) == 0 &&
		    now_wall - st.st_mtime >= TEMPORARY_SEC)
			(void)unlinkat(outbox->dir_fd, list.name[i].s, 0);
}

/* --- hints --- */

enum id7_error
id7_outbox_take_hints(const struct id7_outbox *outbox,
		      struct id7_outbox_list *ret_list,
		      struct id7_fault *ret_fault)
{
	auto_outbox_list hints = {NULL, 0}, phantoms = {NULL, 0};
	char from[FILE_MAX], to[FILE_MAX];
	enum id7_error error =
		list_files(outbox, pick_phantom, &phantoms, ret_fault);

	for (size_t i = 0; i < phantoms.count; i++)
		(void)unlinkat(outbox->dir_fd, phantoms.name[i].s, 0);
	if (error == ID7_OK)
		error = list_files(outbox, pick_hint, &hints, ret_fault);
	if (error != ID7_OK)
		return error;
	for (size_t i = 0; i < hints.count; i++) {
		(void)snprintf(from, sizeof from, OWED "%s", hints.name[i].s);
		(void)snprintf(to, sizeof to, WORK "%s", hints.name[i].s);
		if (renameat(outbox->dir_fd, from, outbox->dir_fd, to) != 0 &&
		    errno != ENOENT)
			return id7_fault_errno(ret_fault, outbox->dir, from);
	}
	return list_files(outbox, pick_taken, ret_list, ret_fault);
}

uint64_t
id7_outbox_hints(const struct id7_outbox *outbox)
{
	auto_outbox_list hints = {NULL, 0}, taken = {NULL, 0};

	if (list_files(outbox, pick_hint, &hints, NULL) != ID7_OK ||
	    list_files(outbox, pick_taken, &taken, NULL) != ID7_OK)
		return 0;
	return hints.count + taken.count;
}

void
id7_outbox_hint_done(const struct id7_outbox *outbox,
		     const struct id7_letter_name *hint)
{
	char file[FILE_MAX];

	(void)snprintf(file, sizeof file, WORK "%s", hint->s);
	(void)unlinkat(outbox->dir_fd, file, 0);
}

/* --- requests --- */

enum id7_error
id7_outbox_find_get(const struct id7_outbox *outbox,
		    const struct id7_letter_name *hash,
		    struct id7_find *ret_find, struct id7_fault *ret_fault)
{
	uint8_t plain[FIND_LEN];
	struct id7_find find = {{0}, 0, 0};
	char file[FILE_MAX];
	enum id7_error error;

	(void)snprintf(file, sizeof file, FIND "%s", hash->s);
	error = get_sealed(outbox, file, file, plain, sizeof plain, ret_fault);
	if (error != ID7_OK)
		return error;
	if (!id7_bytes_get_text(plain + FIND_ADDRESS, FIND_ASKED, find.address,
				sizeof find.address) ||
	    !id7_account_address_ok(find.address))
		return id7_fault_set(ret_fault, ID7_CORRUPT,
				     ID7_TROUBLE_DAMAGED, outbox->dir);
	find.asked = (int64_t)id7_bytes_get64(plain + FIND_ASKED);
	find.done = (int64_t)id7_bytes_get64(plain + FIND_DONE);
	*ret_find = find;
	return ID7_OK;
}

enum id7_error
id7_outbox_find_put(const struct id7_outbox *outbox,
		    const struct id7_letter_name *hash,
		    const struct id7_find *find, struct id7_fault *ret_fault)
{
	uint8_t plain[FIND_LEN] = {0};
	char file[FILE_MAX];

	(void)snprintf(file, sizeof file, FIND "%s", hash->s);
	id7_bytes_put_text(plain + FIND_ADDRESS, FIND_ASKED, find->address,
			   sizeof find->address);
	id7_bytes_put64(plain + FIND_ASKED, (uint64_t)find->asked);
	id7_bytes_put64(plain + FIND_DONE, (uint64_t)find->done);
	return put_sealed(outbox, file, file, plain, sizeof plain, ret_fault);
}

enum id7_error
id7_outbox_finds(const struct id7_outbox *outbox,
		 struct id7_outbox_list *ret_list, struct id7_fault *ret_fault)
{
	return list_files(outbox, pick_find, ret_list, ret_fault);
}

void
id7_outbox_find_drop(const struct id7_outbox *outbox,
		     const struct id7_letter_name *hash)
{
	char file[FILE_MAX];

	(void)snprintf(file, sizeof file, FIND "%s", hash->s);
	(void)unlinkat(outbox->dir_fd, file, 0);
}
