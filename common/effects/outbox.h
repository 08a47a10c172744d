/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * STORE_DIR/outbox: what waits to be mailed (STORE A2). Three kinds of files:
 *
 *   owed-HASH     a hint: whoever has this subject may be owed a notice. Empty,
 *                 made without a sync; a lost one is found by looking at
 *                 everybody. A flush renames those that it takes to work-HASH.
 *                 owed-pNNNN stands for a name that has no account.
 *   NAME.mail     a mail that is to be sent, sealed under the store's own key
 *                 with NAME as associated data: its bytes fit no other place.
 *   NAME.new      the same before what owes it is marked, NAME.prep before the
 *                 change that it tells of is made: neither may leave yet.
 *   find-HASH     a request for the accounts of an address, sealed.
 *
 * MUST
 *  1. a letter or request is there whole or not at all, and durable on ID7_OK.
 *  2. a hint never waits for a disk, and nothing that goes wrong with it matters.
 */
#ifndef ID7_EFFECTS_OUTBOX_H
#define ID7_EFFECTS_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/error.h"
#include "common/core/post.h"
#include "common/effects/clock.h"
#include "common/effects/store.h"

#define ID7_OUTBOX_DIR "outbox"

/* An open outbox. Start it with ID7_OUTBOX_NONE. */
struct id7_outbox {
	int dir_fd;
	int lock_fd; /* of the flush that this is; -1: none */
	const uint8_t *key; /* borrowed from the store */
	char dir[ID7_PATH_MAX + 16];
};
#define ID7_OUTBOX_NONE { .dir_fd = -1, .lock_fd = -1 }

/* What a letter may do; its file's suffix. */
enum id7_stage {
	ID7_STAGE_PREPARED = 0, /* .prep */
	ID7_STAGE_WRITTEN,	/* .new */
	ID7_STAGE_WAITING,	/* .mail: may leave */
};

/* The name of a letter, made of what owes it: the same cause, the same name. */
#define ID7_LETTER_NAME_MAX 95
struct id7_letter_name {
	char s[ID7_LETTER_NAME_MAX + 1];
};

#define ID7_OUTBOX_ID_LEN 8 /* symbols of the id by which people name a letter */

/* A look-up of the accounts of an address. */
struct id7_find {
	char address[ID7_ADDRESS_MAX + 1];
	int64_t asked; /* wall clock */
	int64_t done;  /* wall clock of its mail; 0: not yet */
};

/*
 * Leaves a hint for `subject` in the outbox of `store_dir`, which is made when
 * missing. For the module: a few system calls, no sync, the same for phantoms.
 * ID7_OK; ID7_IO.
 */
enum id7_error id7_outbox_hint(const char *store_dir,
			       const struct id7_subject *subject) id7_must_use;

/*
 * Bytes as hexadecimal digits, terminated.
 */
void id7_outbox_hex(const uint8_t *bytes, size_t len, char *ret_hex);

/*
 * Opens (with `make`: makes) the outbox of the open store in `store_dir`.
 * ID7_OK and an outbox that the caller closes before the store; ID7_NOT_FOUND;
 * file errors.
 */
enum id7_error id7_outbox_open(const char *store_dir,
			       const struct id7_store *store, bool make,
			       struct id7_outbox *ret_outbox,
			       struct id7_fault *ret_fault) id7_must_use;

/*
 * Gives the lock back and closes. One that is closed is accepted.
 */
void id7_outbox_close(struct id7_outbox *outbox);
#define auto_outbox                                                            \
	__attribute__((cleanup(id7_outbox_close))) struct id7_outbox

/*
 * Makes this the only one that mints, sends, drops and puts off, until it is
 * closed. ID7_OK; ID7_BUSY: another is at it past the deadline; file errors.
 */
enum id7_error id7_outbox_lock(struct id7_outbox *outbox,
			       struct id7_deadline deadline,
			       struct id7_fault *ret_fault) id7_must_use;

/*
 * The name of a letter: of the account or address (`subject`), the notice, its
 * cause and the place of the address (0..3).
 */
struct id7_letter_name
id7_outbox_name(const uint8_t subject[ID7_SUBJECT_LEN], enum id7_notice notice,
		uint64_t cause, unsigned int place);

/*
 * Reads a name apart; false when it is none.
 */
bool id7_outbox_name_parse(const struct id7_letter_name *name,
			   uint8_t ret_subject[ID7_SUBJECT_LEN],
			   enum id7_notice *ret_notice, uint64_t *ret_cause,
			   unsigned int *ret_place);

/*
 * What people call a letter (Crockford's base32), and what mail programs do
 * (hexadecimal digits for Message-ID): keyed hashes of its name, so that a
 * letter sent twice has one of each.
 */
void id7_outbox_id(const struct id7_outbox *outbox,
		   const struct id7_letter_name *name,
		   char ret_id[ID7_OUTBOX_ID_LEN + 1],
		   char ret_message_id[ID7_MESSAGE_ID_LEN + 1]);

/*
 * The keyed hash of an address, as requests are named by.
 */
void id7_outbox_address_hash(const struct id7_outbox *outbox,
			     const char *address,
			     uint8_t ret_hash[ID7_SUBJECT_LEN]);

/*
 * Writes a letter, in the place of one of that name. ID7_OK; file errors: the
 * old one, or none, is there.
 */
enum id7_error id7_outbox_put(const struct id7_outbox *outbox,
			      const struct id7_letter_name *name,
			      enum id7_stage stage, const struct id7_post *post,
			      struct id7_fault *ret_fault) id7_must_use;

/*
 * Reads one. ID7_OK, and the caller wipes it; ID7_NOT_FOUND; ID7_CORRUPT; file
 * errors.
 */
enum id7_error id7_outbox_get(const struct id7_outbox *outbox,
			      const struct id7_letter_name *name,
			      enum id7_stage stage, struct id7_post *ret_post,
			      struct id7_fault *ret_fault) id7_must_use;

/*
 * Lets a letter that is not waiting yet wait, durably. One that is not there
 * any more is no error.
 */
enum id7_error id7_outbox_release(const struct id7_outbox *outbox,
				  const struct id7_letter_name *name,
				  enum id7_stage from,
				  struct id7_fault *ret_fault) id7_must_use;

/*
 * Removes a letter, durably. ID7_OK, also when there is none.
 */
enum id7_error id7_outbox_drop(const struct id7_outbox *outbox,
			       const struct id7_letter_name *name,
			       enum id7_stage stage,
			       struct id7_fault *ret_fault) id7_must_use;

/*
 * Removes what interrupted writers have left, when it is a minute old at `now`.
 */
void id7_outbox_sweep(const struct id7_outbox *outbox, int64_t now_wall);

/* A list of what lies in the outbox, in the order of names. */
struct id7_outbox_list {
	struct id7_letter_name *name;
	size_t count;
};

/*
 * The letters of a stage. ID7_OK and a list that the caller releases with
 * id7_outbox_list_free; ID7_NO_MEMORY; file errors.
 */
enum id7_error id7_outbox_list(const struct id7_outbox *outbox,
			       enum id7_stage stage,
			       struct id7_outbox_list *ret_list,
			       struct id7_fault *ret_fault) id7_must_use;
void id7_outbox_list_free(struct id7_outbox_list *list);
#define auto_outbox_list                                                       \
	__attribute__((cleanup(id7_outbox_list_free))) struct id7_outbox_list

/*
 * Takes the hints: those of phantoms are removed, the others renamed, and the
 * list has their subjects as 32 hexadecimal digits, with those that an
 * interrupted flush had taken. A cause that comes afterwards makes a hint anew.
 */
enum id7_error id7_outbox_take_hints(const struct id7_outbox *outbox,
				     struct id7_outbox_list *ret_list,
				     struct id7_fault *ret_fault) id7_must_use;

/*
 * How many hints wait, those of phantoms aside.
 */
uint64_t id7_outbox_hints(const struct id7_outbox *outbox);

/*
 * Ends a hint that was taken.
 */
void id7_outbox_hint_done(const struct id7_outbox *outbox,
			  const struct id7_letter_name *hint);

/*
 * The subject of a hint that was taken, or a letter's name begins with.
 */
bool id7_outbox_subject(const struct id7_letter_name *name,
			struct id7_subject *ret_subject);

/*
 * Reads, writes, lists and removes requests; each is called by the 32 digits of
 * the address' hash. Results as for letters.
 */
enum id7_error id7_outbox_find_get(const struct id7_outbox *outbox,
				   const struct id7_letter_name *hash,
				   struct id7_find *ret_find,
				   struct id7_fault *ret_fault) id7_must_use;
enum id7_error id7_outbox_find_put(const struct id7_outbox *outbox,
				   const struct id7_letter_name *hash,
				   const struct id7_find *find,
				   struct id7_fault *ret_fault) id7_must_use;
enum id7_error id7_outbox_finds(const struct id7_outbox *outbox,
				struct id7_outbox_list *ret_list,
				struct id7_fault *ret_fault) id7_must_use;
void id7_outbox_find_drop(const struct id7_outbox *outbox,
			  const struct id7_letter_name *hash);

#endif
