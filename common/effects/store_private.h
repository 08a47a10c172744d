/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the store share: the handle, the names of files and keys,
 * what is held while one shard is worked on. For store*.c only.
 *
 * Lock order: store.lock (shared), then the shard byte, then a slot byte or the
 * whole slot range. Never two shards.
 */
#ifndef ID7_EFFECTS_STORE_PRIVATE_H
#define ID7_EFFECTS_STORE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "common/core/limits.h"
#include "common/core/record.h"
#include "common/effects/gdbmfile.h"
#include "common/effects/secret.h"
#include "common/effects/store.h"

#define ID7_STORE_FILE_MAX 63 /* bytes of a file name within the store */
#define ID7_STORE_KEY_MAX 34  /* bytes of a GDBM key, without NUL */
#define ID7_STORE_PURPOSES 11 /* ID7_FOR_... are 1 to 10; 0 is for the root */
#define ID7_PHANTOMS 4096     /* places of the ring */
#define ID7_BYTE_SHAPE 0 /* of store.lock: shared by all but a restore */
#define ID7_BYTE_CARE 1	 /* of store.lock: one restore or repair at a time */
#define ID7_BYTE_GATE 2	 /* of store.lock: closed by who waits for the shape */
#define ID7_PHANTOM_FILES 64  /* as small as most shards, so that both cost the same */
#define ID7_PHANTOMS_EACH (ID7_PHANTOMS / ID7_PHANTOM_FILES)
#define ID7_SHARDS_MIN 16
#define ID7_SHARDS_MAX 4096
#define ID7_STORE_DOUBT_MS 2000 /* a look-up in doubt waits no longer */

/* What tells one version of a file from the next. */
struct id7_stamp {
	uint64_t inode;
	int64_t size;
	struct timespec changed;
	struct timespec modified;
};

/* Records of nobody, made once at open and never stored. */
struct id7_decoy {
	char key[ID7_STORE_KEY_MAX + 1];
	uint8_t sealed[ID7_SEALED_LEN];
	uint8_t tally[ID7_TALLY_LEN];
};

/* A file held open, and what it was when it was read. `fd` -1: none. */
struct id7_pin {
	int fd;
	struct stat st;
};

/* The last answer about a name, as far as it may be given again. */
struct id7_glance {
	bool full;
	struct id7_subject subject;
	enum id7_error answer; /* ID7_OK or ID7_NOT_FOUND */
	uint32_t turn;	       /* that it was given in */
	struct id7_pin db;
	struct id7_pin tally;
	uint8_t sealed[ID7_SEALED_LEN]; /* with ID7_OK: the record */
};

struct id7_store {
	struct id7_meta meta;
	struct id7_secret *keys; /* ID7_STORE_PURPOSES keys, by purpose; after
				    them room for reading a site key */
	int root_fd;
	int shards_fd; /* the directory of the generation */
	int lock_fd;   /* store.lock */
	char dir[ID7_PATH_MAX + 1];
	char key_dir[ID7_PATH_MAX + 1];
	struct id7_fault fault;
	struct id7_stamp stamp; /* of the meta that was read */
	uint32_t turn;		/* raised when another generation is taken up */
	uint32_t looked;	/* the turn of the last look-up */

	struct id7_decoy decoy; /* what a miss works on, as a hit does */
	struct id7_glance glance;

	id7_store_progress_fn *progress; /* NULL: nobody watches */
	void *progress_context;

	int owner_fd; /* holds the owner's byte of `ticket`; -1: none live */
	struct id7_ticket ticket;
	uint32_t ticket_turn;	  /* that it was made in */
	struct id7_policy policy; /* that `ticket` was made under */
};

/* One shard, or one file of the ring of phantoms, which have one lock file. */
struct id7_shard {
	bool phantom;
	uint32_t index;
};

enum id7_store_file {
	ID7_STORE_DB,
	ID7_STORE_TALLY,
	ID7_STORE_LOCK,
};

/* --- store_shard.c: files of one shard --- */

/*
 * The shard that `subject` lies in.
 */
struct id7_shard
id7_shard_of(const struct id7_store *store, const struct id7_subject *subject);

/*
 * Whether a lock file goes with this shard: the phantoms' goes with the first.
 */
bool id7_shard_has_lock(struct id7_shard shard);

/*
 * The name of a shard's file within the store directory: "g000001/0a3.db".
 */
void
id7_shard_name(const struct id7_store *store, struct id7_shard shard,
	       enum id7_store_file file, char ret_name[ID7_STORE_FILE_MAX + 1]);

/*
 * Keeps the fault of `error` in the handle, about `name` within the store
 * directory (NULL: the directory); errno is that of the failed call for ID7_IO.
 * Returns `error`.
 */
enum id7_error id7_store_blame(struct id7_store *store, enum id7_error error,
			       const char *name);

/*
 * Opens a plain file of a shard. A missing one is ID7_CORRUPT: init made it.
 */
enum id7_error
id7_shard_open_file(struct id7_store *store, struct id7_shard shard,
		    enum id7_store_file file, int flags,
		    int *ret_fd) id7_must_use;

/*
 * Opens a shard's GDBM file. Errors as id7_shard_open_file and id7_gdbm_open.
 */
enum id7_error id7_shard_open(struct id7_store *store, struct id7_shard shard,
			      enum id7_store_file file, bool writer,
			      struct id7_gdbm *ret_file) id7_must_use;

enum id7_edit_kind {
	ID7_EDIT_INSERT,
	ID7_EDIT_REPLACE,
	ID7_EDIT_DELETE,
};

/* One change of a structural change. */
struct id7_edit {
	enum id7_edit_kind kind;
	char key[ID7_STORE_KEY_MAX + 1];
	const void *value; /* NULL for ID7_EDIT_DELETE */
	size_t len;
};

/*
 * Puts a changed copy in the place of a shard's file: copy, `count` edits,
 * sync, check, rename, sync of the directory. Catchable signals wait meanwhile.
 * The caller holds what the file demands (STORE A4). ID7_OK: durable. Otherwise
 * the file is as it was, except when only the directory's sync failed: then it
 * is the new one, whole.
 */
enum id7_error
id7_shard_edit(struct id7_store *store, struct id7_shard shard,
	       enum id7_store_file file, const struct id7_edit *edits,
	       size_t count) id7_must_use;

/*
 * What happens to a copy before it takes the file's place. `change` has it open
 * for writing, `verify` for reading once it is closed: it reads back what
 * `change` wrote. Any error but ID7_OK leaves the file as it was.
 */
struct id7_rewrite {
	enum id7_error (*change)(const struct id7_gdbm *copy, void *context);
	enum id7_error (*verify)(const struct id7_gdbm *copy, void *context);
	void *context;
};

/*
 * As id7_shard_edit, for any number of changes.
 */
enum id7_error
id7_shard_rewrite(struct id7_store *store, struct id7_shard shard,
		  enum id7_store_file file,
		  const struct id7_rewrite *rewrite) id7_must_use;

/*
 * Asks the file system not to copy on write, where it can: a full disk must not
 * stop the counting. For an empty file.
 */
void id7_shard_nocow(int fd);

/* --- store_files.c: directories of shards --- */

/* A file's bytes; released by id7_blob_free. */
struct id7_blob {
	uint8_t *bytes;
	size_t len;
};

/*
 * Wipes and releases; an empty one is accepted.
 */
void id7_blob_free(struct id7_blob *blob);
#define auto_blob __attribute__((cleanup(id7_blob_free))) struct id7_blob

/*
 * The name of a shard's file within its own directory: "0a3.db".
 */
void id7_shard_base(struct id7_shard shard, enum id7_store_file file,
		    char ret_name[ID7_STORE_FILE_MAX + 1]);

/*
 * Makes the file `name`, or empties it: 0600, open for reading and writing.
 * Returns a descriptor that the caller closes, or -1 with errno.
 */
int id7_files_create(int dirfd, const char *name);

/*
 * Removes a directory that holds plain files, and those files, or one that is
 * not there. `deep`: directories of plain files may be in it, too. False with
 * errno when something stays.
 */
bool id7_files_clear(int dirfd, const char *name, bool deep);

/*
 * Makes the directory `name`, 0700, in the place of what an interrupted change
 * left there. ID7_OK and a descriptor that the caller closes; ID7_IO.
 */
enum id7_error id7_files_dir(int dirfd, const char *name, bool deep,
			     int *ret_fd) id7_must_use;

/*
 * The number of the generation that the name of a directory says: "g000012", or
 * "g000012.new"; 0: neither.
 */
uint32_t id7_files_generation(const char *name);

/*
 * Reads a shard's file through one descriptor. ID7_OK and bytes that the caller
 * releases; file errors; ID7_NO_MEMORY.
 */
enum id7_error id7_files_read(struct id7_store *store, struct id7_shard shard,
			      enum id7_store_file file,
			      struct id7_blob *ret_blob) id7_must_use;

/*
 * Makes the file `name` of `blob` (NULL: empty) and syncs it; `tally`: one that
 * will be changed in place. ID7_OK; ID7_IO.
 */
enum id7_error id7_files_write(int dirfd, const char *name,
			       const struct id7_blob *blob,
			       bool tally) id7_must_use;

/* Called for each name in a directory but "." and "..". */
typedef void id7_files_each_fn(const char *name, void *context);

/*
 * Walks the names in a directory. False with errno when it could not be read.
 */
bool id7_files_each(int dirfd, id7_files_each_fn *each, void *context);

/* --- store_fresh.c: which generation is the store's --- */

/*
 * Takes up the generation that meta names now, when it is another one than this
 * handle's. Under store.lock the answer holds until that is given back. ID7_OK;
 * ID7_BUSY: another store has taken this one's place, and what the caller has
 * in hand is of no use; otherwise as id7_store_open.
 */
enum id7_error id7_store_fresh(struct id7_store *store) id7_must_use;

/*
 * Whether what the caller looked up is of the generation in use: ID7_OK, or
 * ID7_BUSY.
 */
enum id7_error id7_store_same_turn(struct id7_store *store,
				   uint32_t turn) id7_must_use;

/*
 * The stamp of a file.
 */
struct id7_stamp id7_stamp_of(const struct stat *st);
bool id7_stamp_equal(const struct id7_stamp *a, const struct id7_stamp *b);

/*
 * Tells whoever watches that `done` of `total` steps are done.
 */
void id7_store_step(const struct id7_store *store, uint64_t done,
		    uint64_t total);

/* --- store_hold.c: locks of one shard --- */

/* What is held; given back at the end of the scope. Start it at ID7_HOLD_NONE.
 */
struct id7_hold {
	struct id7_store *store;
	struct id7_shard shard;
	int fd;	     /* the shard's lock file */
	bool shared; /* store.lock */
	bool byte;   /* the shard byte */
	uint64_t slot;
	uint64_t slots; /* how many slot bytes from `slot` on; 0: none */
};
#define ID7_HOLD_NONE                                                          \
	{                                                                      \
		.fd = -1                                                       \
	}

/*
 * Takes store.lock shared, takes up the generation in use and opens the shard's
 * lock file, for writing when bytes will be taken exclusively. ID7_OK;
 * ID7_BUSY; file errors.
 */
enum id7_error id7_hold_begin(struct id7_store *store, struct id7_shard shard,
			      bool writable, struct id7_deadline deadline,
			      struct id7_hold *ret_hold) id7_must_use;

/*
 * Takes the shard byte. ID7_OK; ID7_BUSY; ID7_IO.
 */
enum id7_error id7_hold_shard(struct id7_hold *hold, bool exclusive,
			      struct id7_deadline deadline) id7_must_use;

/*
 * Takes the slot byte of `subject`, or (NULL) the whole range.
 */
enum id7_error
id7_hold_slot(struct id7_hold *hold, const struct id7_subject *subject,
	      bool exclusive, struct id7_deadline deadline) id7_must_use;

/*
 * Gives slot bytes back; none held is accepted.
 */
void id7_hold_slot_end(struct id7_hold *hold);

/*
 * Gives everything back and closes.
 */
void id7_hold_end(struct id7_hold *hold);
#define auto_hold __attribute__((cleanup(id7_hold_end))) struct id7_hold

/*
 * Where the owner's byte of the reservation `nonce` lies: below 2^62, another
 * for each reservation, so that an owner whose lease ran out holds nobody
 * else's.
 */
uint64_t id7_hold_owner_byte(const struct id7_subject *subject, uint64_t nonce);

/* --- store_record.c: records and their keys --- */

/*
 * The GDBM key of an account, and of copy 0 or 1 of a subject's tally.
 */
void id7_store_account_key(const struct id7_subject *subject,
			   char ret_key[ID7_STORE_KEY_MAX + 1]);
void id7_store_tally_key(const struct id7_subject *subject, unsigned int copy,
			 char ret_key[ID7_STORE_KEY_MAX + 1]);

/*
 * The subject that a key of an account or (ID7_STORE_TALLY) of a tally names.
 * False: it is no such key.
 */
bool id7_store_key_subject(const char *key, enum id7_store_file file,
			   struct id7_subject *ret_subject);

/*
 * Seals an account under `key` with a fresh nonce.
 */
void id7_store_seal(const struct id7_store *store, const char *key,
		    const struct id7_account *account,
		    uint8_t ret_sealed[ID7_SEALED_LEN]);

/*
 * Makes the decoy of an open store. What a miss spends on it is what a hit
 * spends on the real records, so that the time does not tell names apart.
 */
void id7_store_make_decoy(struct id7_store *store);

/*
 * Opens what id7_store_seal made for `key`; the name in it must hash to `key`.
 * ID7_OK; ID7_CORRUPT; ID7_NEWER; ID7_NO_KEY and other key errors when the
 * record names a key that is not there. *ret_account is wiped on failure.
 */
enum id7_error id7_store_unseal(struct id7_store *store, const char *key,
				const uint8_t sealed[ID7_SEALED_LEN],
				struct id7_account *ret_account) id7_must_use;

/*
 * Whether decode would take what encode makes of it: anything else must never
 * be written, it would be damage.
 */
bool id7_store_storable(const struct id7_account *account);

/* A subject's two copies, and the current one decoded. */
struct id7_tallies {
	bool found[2];
	bool sound[2];
	unsigned int current; /* of no meaning unless one is sound */
	struct id7_tally tally;
};

/*
 * Reads both copies and chooses. ID7_OK: one is sound; ID7_NOT_FOUND: neither
 * is there; ID7_CORRUPT: neither is sound, or one could not be read: it may be
 * the newer, and what it counted must not be lost; ID7_NEWER; ID7_NO_MEMORY;
 * ID7_IO.
 * found and sound are set in every case.
 */
enum id7_error
id7_tallies_read(struct id7_store *store, const struct id7_gdbm *file,
		 const struct id7_subject *subject,
		 struct id7_tallies *ret_tallies) id7_must_use;

/*
 * Writes tallies->tally with the next seq over the copy that is not current, in
 * place; both must be there. ID7_OK; ID7_CORRUPT: the other copy is missing or
 * has another size; ID7_IO.
 */
enum id7_error
id7_tallies_write(struct id7_store *store, const struct id7_gdbm *file,
		  const struct id7_subject *subject,
		  struct id7_tallies *tallies) id7_must_use;

/*
 * A tally as its bytes in the store, checksum included, for copy `copy`.
 */
void id7_tallies_encode(const struct id7_store *store,
			const struct id7_subject *subject, unsigned int copy,
			const struct id7_tally *tally,
			uint8_t ret_bytes[ID7_TALLY_LEN]);

/* --- store_look.c: both files asked --- */

/*
 * Looks up account and tally without a lock, and once more under the shard's
 * bytes when they do not agree. ID7_OK: the account, and a tally that may be
 * unsound (ret_tallies->sound). ID7_NOT_FOUND: both files say there is none.
 * Other errors as id7_store_get. The caller wipes *ret_account.
 */
enum id7_error
id7_store_look(struct id7_store *store, const struct id7_subject *subject,
	       struct id7_account *ret_account,
	       struct id7_tallies *ret_tallies) id7_must_use;

/*
 * The same, once; for callers that hold the shard byte.
 */
enum id7_error
id7_store_look_once(struct id7_store *store, const struct id7_subject *subject,
		    struct id7_account *ret_account,
		    struct id7_tallies *ret_tallies) id7_must_use;

/* --- store_glance.c: the last answer about a name --- */

/*
 * Forgets the answer and closes its files.
 */
void id7_glance_drop(struct id7_glance *glance);

/*
 * Holds the file open, before anything is read from it. A pin that fails has
 * `fd` -1.
 */
void id7_glance_pin(struct id7_pin *pin, const struct id7_gdbm *file);

/*
 * Keeps `answer` about `subject`, read from the two pinned files: ID7_OK (then
 * glance.sealed is the record) or ID7_NOT_FOUND. Any other answer and one whose
 * files are not both pinned is dropped.
 */
void id7_glance_keep(struct id7_store *store, const struct id7_subject *subject,
		     enum id7_error answer);

/*
 * Whether the kept answer is about `subject` and would be given again now: the
 * store is the same, both names lead to the pinned files, to be trusted as they
 * were, and that of the accounts was not touched. Takes up another generation.
 */
bool id7_glance_holds(struct id7_store *store,
		      const struct id7_subject *subject) id7_must_use;

/* --- store_tally.c --- */

/*
 * Ends the live reservation of a handle as released.
 */
void id7_store_release(struct id7_store *store);

#endif
