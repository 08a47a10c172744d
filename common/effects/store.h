/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The account store. Nothing above this line knows shards, locks, GDBM or how
 * bytes lie; another implementation must keep the same promises.
 *
 * MUST
 *  1. a name is ID7_NOT_FOUND only if both of its files say so; one alone is
 *     ID7_CORRUPT, never "unknown" (STORE A2).
 *  2. what a function acknowledged with ID7_OK outlives a kill and a power cut.
 *  3. after any failure every record is the old or the new one, whole.
 *  4. no call waits past its deadline.
 *  5. no sync, sleep, hash or look-up happens while a slot byte is held.
 *  6. an open handle follows a restore; an attempt that was under way then is
 *     ID7_BUSY, never judged by an account that is no longer there.
 */
#ifndef ID7_EFFECTS_STORE_H
#define ID7_EFFECTS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/account.h"
#include "common/core/error.h"
#include "common/core/policy.h"
#include "common/core/tally.h"
#include "common/effects/clock.h"
#include "common/effects/seal.h"

struct id7_store; /* opaque: an open store and its keys; wiped on close */

/* Whose tally: an account's, or the phantom of a name that has none. */
struct id7_subject {
	bool phantom;
	uint8_t hash[ID7_SUBJECT_LEN];
};

/* A reservation in hand; made by reserve, ended by settle. */
struct id7_ticket {
	bool live;	/* a place is taken and its owner's byte is held */
	struct id7_events events; /* of the refresh before reserving; none when it was not written */
	struct id7_subject subject;
	uint8_t id[ID7_ID_LEN];
	uint64_t epoch;
	enum id7_lane lane;
	uint64_t nonce;
	uint32_t index;
	struct id7_whence whence;
};

/*
 * Makes a new, empty store under `store_dir` (made 0700 when missing, must hold
 * no store) for about `accounts` accounts (0: unknown; decides the number of
 * shards), sealed under the site key 1 of `key_dir`, which must exist.
 * ID7_OK: the store is durable. ID7_EXISTS: there is one. On failure whatever
 * was written is not a store yet, and init may be repeated.
 */
enum id7_error id7_store_init(const char *store_dir, const char *key_dir,
			      uint64_t accounts, int64_t now_wall,
			      struct id7_fault *ret_fault) id7_must_use;

/*
 * Opens the store: reads and verifies meta and the site key. Holds directory
 * and lock descriptors, no GDBM file. ID7_OK and a handle that the caller
 * closes; ID7_NOT_FOUND (no store there), ID7_UNTRUSTED, ID7_CORRUPT,
 * ID7_NEWER, ID7_NO_KEY, ID7_WRONG_KEY, ID7_NO_MEMORY, ID7_IO.
 */
enum id7_error id7_store_open(const char *store_dir, const char *key_dir,
			      struct id7_store **ret_store,
			      struct id7_fault *ret_fault) id7_must_use;

/*
 * Ends a live reservation as released, wipes the keys, closes everything. NULL
 * is accepted and NULL is left behind.
 */
void id7_store_close(struct id7_store **store);
#define auto_store __attribute__((cleanup(id7_store_close))) struct id7_store

/* Told after each step of long work. */
typedef void id7_store_progress_fn(uint64_t done, uint64_t total,
				   void *context);

/*
 * Has `progress` (NULL: nobody) told of the steps of long work on this handle.
 */
void id7_store_watch(struct id7_store *store, id7_store_progress_fn *progress,
		     void *context);

/*
 * The fault of the last call on this store that did not return ID7_OK.
 * Borrowed until the next call.
 */
const struct id7_fault *id7_store_fault(const struct id7_store *store);

/*
 * The subject of an account name, or of any other typed name (phantom). `name`
 * is `len` bytes of any value.
 */
struct id7_subject id7_store_subject(const struct id7_store *store,
				     const char *name, size_t len,
				     bool phantom);

/*
 * Derived keys that others need: fingerprints, sources, log tags, codes.
 * Borrowed until close.
 */
const uint8_t *id7_store_key(const struct id7_store *store,
			     enum id7_purpose purpose);

/*
 * Fetches an account by name (terminated; any bytes, so that a name that could
 * not be an account's costs the same). ID7_OK: *ret_account is a
 * copy that the caller wipes. ID7_NOT_FOUND: both files say there is none.
 * The work is the same for both. Takes no lock.
 */
enum id7_error id7_store_get(struct id7_store *store, const char *name,
			     struct id7_account *ret_account) id7_must_use;

/*
 * As id7_store_get, for the looks of one login: what the last of them found
 * under this name is given again, at a fifth of the cost, while the store is
 * the same and neither of the name's two files was replaced, as any change of
 * an account replaces one. Keeps two descriptors. A look that is not given
 * again reads the file of the name's phantom, too: whose failures those are
 * must not show in the time of the next step.
 */
enum id7_error
id7_store_get_again(struct id7_store *store, const char *name,
		    struct id7_account *ret_account) id7_must_use;

/*
 * The same for those who hold an account's subject and not its name: hints.
 */
enum id7_error id7_store_find(struct id7_store *store,
			      const struct id7_subject *subject,
			      struct id7_account *ret_account) id7_must_use;

/*
 * Adds an account: its id is made here, epoch and revision are 1. ID7_EXISTS
 * when the name is taken. A provisional tally that a crash left is used.
 */
enum id7_error id7_store_add(struct id7_store *store,
			     struct id7_account *account,
			     const struct id7_now *now,
			     struct id7_deadline deadline) id7_must_use;

/*
 * Puts a changed account in the place of the one that has the same name, id and
 * revision; raises account->revision on success. ID7_STALE when another change
 * came first, ID7_NOT_FOUND when it is gone.
 */
enum id7_error id7_store_put(struct id7_store *store,
			     struct id7_account *account,
			     struct id7_deadline deadline) id7_must_use;

/*
 * Removes account and tally.
 */
enum id7_error id7_store_remove(struct id7_store *store, const char *name,
				struct id7_deadline deadline) id7_must_use;

/*
 * Bulk import: put everything, check, commit, end. Up to the commit nothing in
 * the store changes. The commit goes shard by shard: each is old or new, whole,
 * and durable before the next begins. What stops it, a power cut included,
 * leaves the accounts of the shards before, and the same import again adds the
 * rest: an account that is there already, exactly as put, is passed over.
 */
struct id7_import; /* opaque; its memory does not grow with what is put, but for
		      40 bytes a record of one shard */

struct id7_import_counts {
	uint64_t added;	  /* after the check: to be added */
	uint64_t already; /* were there, exactly so */
	uint64_t refused;
};

/* Why a record is left out. */
struct id7_import_refusal {
	uint64_t line;	/* as it was put */
	uint64_t first; /* the line with the same name; 0: an account has it */
	char name[ID7_NAME_MAX + 1];
};
typedef void id7_import_refused_fn(const struct id7_import_refusal *refusal,
				   void *context);

/* Called now and then with the records done, of all. False ends the work. */
typedef bool id7_import_step_fn(uint64_t done, uint64_t all, void *context);

/*
 * Starts an import whose accounts are made at `now`. What is put waits sealed,
 * in a file without a name in the store's directory. At most one per handle, no
 * longer than the handle. ID7_OK and an import that the caller ends;
 * ID7_NO_MEMORY; ID7_IO.
 */
enum id7_error id7_import_begin(struct id7_store *store,
				const struct id7_now *now,
				struct id7_import **ret_import) id7_must_use;

/*
 * Forgets what was not committed. NULL is accepted and NULL is left behind.
 */
void id7_import_end(struct id7_import **import);
#define auto_import                                                            \
	__attribute__((cleanup(id7_import_end))) struct id7_import

/*
 * Puts an account (its id, epoch and revision are made here), with the line to
 * name it by, counted upwards. ID7_OK; ID7_INVALID: no record can hold it, and
 * nothing was put; ID7_IO.
 */
enum id7_error id7_import_put(struct id7_import *import,
			      struct id7_account *account,
			      uint64_t line) id7_must_use;

/*
 * Refuses each name that was put before, and each that an account has with
 * another content. `refused` is told, by shard, not by line. ID7_OK, with what
 * a commit would do, also when `step` ended it (then counts are partial);
 * store errors.
 */
enum id7_error id7_import_check(struct id7_import *import,
				id7_import_refused_fn *refused,
				id7_import_step_fn *step, void *context,
				struct id7_import_counts *ret_counts)
	id7_must_use;

/* What a commit takes of the file system at most, and what is free there. */
struct id7_import_room {
	uint64_t need;
	uint64_t free;
};

/*
 * The room for `added` accounts, as the last check counted them. ID7_OK; ID7_IO.
 */
enum id7_error id7_import_room(struct id7_import *import, uint64_t added,
			       struct id7_import_room *ret_room) id7_must_use;

/*
 * Adds what was put and not refused; needs a check before it. A name that
 * somebody else has taken since is refused now. Waits up to `shard_ms` for each
 * shard. ID7_OK, also when `step` ended it after a shard; ID7_BUSY; store
 * errors. *ret_counts says in every case what is durable.
 */
enum id7_error id7_import_commit(struct id7_import *import, int64_t shard_ms,
				 id7_import_refused_fn *refused,
				 id7_import_step_fn *step, void *context,
				 struct id7_import_counts *ret_counts)
	id7_must_use;

/* Called for each account, in no order; `account` lives until it returns. False ends the walk. */
typedef bool id7_store_each_fn(const struct id7_account *account,
			       const struct id7_tally *tally, void *context);

/*
 * Walks all accounts with their tallies as stored (not refreshed). ID7_OK after
 * the last or when `each` returned false; ID7_CORRUPT when anything of a file
 * could not be read, after every readable account was given.
 */
enum id7_error id7_store_each(struct id7_store *store, id7_store_each_fn *each,
			      void *context) id7_must_use;

/*
 * Reads a subject's tally as stored, without a lock. For an account whose tally
 * does not exist or is unsound in both copies ID7_CORRUPT; when the account has
 * gone as well ID7_NOT_FOUND. A phantom's is never unsound, but empty.
 */
enum id7_error id7_store_tally(struct id7_store *store,
			       const struct id7_subject *subject,
			       struct id7_tally *ret_tally) id7_must_use;

/*
 * One durable step before verifying (DESIGN section 6 step 4): under the slot
 * byte reads the tally, refreshes it against `id` and `epoch`, asks
 * id7_tally_reserve (or nothing when `marked`: the attempt is a dummy already),
 * writes it back, and on ID7_CLAIM_RESERVED holds the owner's byte. Every claim
 * but ID7_CLAIM_FULL costs the same one write. `ticket` has the lane of `whence`
 * for every claim, and becomes live only with
 * ID7_CLAIM_RESERVED. A handle has at most one live ticket. *ret_claim is
 * ID7_CLAIM_NONE when `marked`; a ticket that is not live is settled, too. For a
 * phantom `id` and `epoch` are ignored.
 * ID7_OK; ID7_BUSY; ID7_CORRUPT; ID7_NOT_FOUND: the account has gone since it
 * was looked up; ID7_IO; ID7_INTERNAL: a ticket is live already.
 */
enum id7_error id7_store_reserve(struct id7_store *store,
				 const struct id7_subject *subject,
				 const uint8_t id[ID7_ID_LEN], uint64_t epoch,
				 bool marked, const struct id7_policy *policy,
				 const struct id7_now *now,
				 const struct id7_whence *whence,
				 struct id7_deadline deadline,
				 enum id7_claim *ret_claim,
				 struct id7_ticket *ret_ticket) id7_must_use;

/*
 * The durable step after verifying: the same read, refresh and one write, with
 * id7_tally_settle for a live ticket and no change for a marked one. `id` and
 * `epoch` are the account's as looked up again by the caller; when they are not
 * the ticket's, the reservation died with the old tally and does not stand.
 * Epochs only grow: an `epoch` that the tally has passed empties nothing. The
 * owner's byte is given back in every case and the ticket is live no more.
 * ret_settled->events are the refresh's, too. Errors as
 * id7_store_reserve: the attempt does not stand.
 */
enum id7_error id7_store_settle(struct id7_store *store,
				struct id7_ticket *ticket,
				const uint8_t id[ID7_ID_LEN], uint64_t epoch,
				const struct id7_policy *policy,
				const struct id7_now *now,
				enum id7_settlement how, uint32_t fingerprint,
				struct id7_deadline deadline,
				struct id7_settled *ret_settled) id7_must_use;

/* Changes a refreshed tally; false: leave it as it is. */
typedef bool id7_store_change_fn(struct id7_tally *tally, void *context);

/*
 * Any other durable change of one tally, under the same slot byte. With
 * `repair`, a tally whose two copies are both invalid starts empty instead of
 * being ID7_CORRUPT. Errors as id7_store_reserve.
 */
enum id7_error id7_store_change(struct id7_store *store,
				const struct id7_subject *subject,
				const uint8_t id[ID7_ID_LEN], uint64_t epoch,
				const struct id7_policy *policy,
				const struct id7_now *now, bool repair,
				id7_store_change_fn *change, void *context,
				struct id7_deadline deadline) id7_must_use;

/* One thing that `store check` found. */
struct id7_store_finding {
	enum id7_error error;	/* ID7_CORRUPT, or ID7_OK for a mere remark */
	const char *what;	/* msgid: "account without a tally", ... */
	char file[64];		/* within the store directory */
	char name[ID7_NAME_MAX + 1]; /* the account, when known, else "" */
};
typedef void id7_store_finding_fn(const struct id7_store_finding *finding,
				  void *context);

struct id7_store_counts {
	uint64_t accounts;
	uint64_t findings; /* those that are damage */
	uint64_t files;
	uint64_t bytes;
	uint32_t shards;
	uint32_t generation;
};

/*
 * Reads everything: headers, a bounded traversal of each file, every tag and
 * checksum, both files agreeing. Changes nothing. ID7_OK when it could be read
 * through, whatever was found; ret_counts->findings says if the store is sound.
 */
enum id7_error id7_store_check(struct id7_store *store,
			       id7_store_finding_fn *found, void *context,
			       struct id7_store_counts *ret_counts)
	id7_must_use;

/* How large a store is, and of what shape. */
struct id7_store_stats {
	uint64_t accounts;
	uint64_t files;
	uint64_t bytes;	 /* their lengths */
	uint64_t blocks; /* bytes that they take up */
	uint64_t free;	 /* bytes left for the store on its file system */
	uint64_t least;	 /* accounts of the smallest shard */
	uint64_t most;	 /* and of the largest */
	uint32_t shards;
	uint32_t generation;
	uint32_t version; /* of the format */
	uint32_t key_id;
	int64_t created; /* wall clock */
};

/*
 * Counts and sizes; opens no record and changes nothing. ID7_OK; ID7_CORRUPT
 * when a file could not be read through; file errors.
 */
enum id7_error id7_store_stats(struct id7_store *store,
			       struct id7_store_stats *ret_stats) id7_must_use;

/*
 * Copies the store, while it is in use, into the new directory `dir` (0700; its
 * parent must exist; an empty one there is taken). Each account is as it was at
 * one moment, with its tally of that moment. The copy is a store, without any
 * key: under the same site key it can be opened, checked and restored.
 * Everything is synced, then the copy is checked as id7_store_check does (`found`
 * and `context`), and only then has it the name `dir`; until then it is called
 * `dir`.tmp, and the next backup overwrites that.
 * ID7_OK: it is there and durable; ret_counts->findings is the damage that the
 * store had already. ID7_EXISTS: `dir` is in use; ID7_INVALID: no such name can
 * be made; ID7_BUSY: a shard was not free, or a restore came between; ID7_IO;
 * store errors. Without ID7_OK there is no `dir`.
 */
enum id7_error id7_store_backup(struct id7_store *store, const char *dir,
				id7_store_finding_fn *found, void *context,
				struct id7_store_counts *ret_counts)
	id7_must_use;

/* What a restore did. */
struct id7_store_restored {
	uint64_t accounts;
	uint64_t carried; /* those whose counts are the store's, not the backup's */
	uint64_t refused; /* whose tally nobody has: for `unlock --repair` */
	uint32_t unread;  /* files of the store whose counts could not be read */
	uint32_t generation;
};

/*
 * Makes the backup `backup_dir` (any closed copy of a store) the store in
 * `store_dir`, which is made when it is missing. It is built beside the old one,
 * synced and swapped in by one rename: a kill leaves the old or the new store,
 * and restore may be repeated. Accounts are the backup's. Counts and locks are
 * those of the store that is there, wherever it has them for the same name, so
 * that a restore unlocks nobody and forgets no failure; names that have no
 * account keep theirs. Attempts under way are ID7_BUSY afterwards. The old
 * generation is removed; one that could not be read is put aside.
 * A store that is another one (ID7_EXISTS), or cannot be opened (ID7_CORRUPT,
 * ID7_WRONG_KEY, ID7_NO_KEY), is replaced only with `any`, and none of its
 * counts are carried over. A fault in the backup names a file of the backup:
 * ID7_WRONG_KEY: it is sealed under another site key. ID7_INVALID: both are the
 * same directory. ID7_BUSY: another restore or repair is at work, or the store
 * was not free for the swap within 30 s. Store and file errors.
 * Without ID7_OK the old store goes on, unless only the last sync failed.
 */
enum id7_error id7_store_restore(const char *backup_dir, const char *store_dir,
				 const char *key_dir, bool any,
				 id7_store_progress_fn *progress, void *context,
				 struct id7_store_restored *ret_restored,
				 struct id7_fault *ret_fault) id7_must_use;

/* Sizes of the files before and after. */
struct id7_store_compacted {
	uint64_t before;
	uint64_t after;
	uint32_t files; /* how many became smaller */
};

/*
 * Writes every file of accounts and tallies anew, records in order, while the
 * store is in use, and puts those that became smaller in the place of the old
 * ones. Each file is the old or the new one at every moment; compact may be
 * interrupted and repeated. ID7_OK; ID7_BUSY; ID7_CORRUPT: a file cannot be
 * read through and is left as it is, with those after it; ID7_IO.
 */
enum id7_error id7_store_compact(struct id7_store *store,
				 struct id7_store_compacted *ret_compacted)
	id7_must_use;

/*
 * Told of each finding of a repair. `done` says what became of it (a msgid:
 * "removed", ...); NULL: it is left as it is.
 */
typedef void id7_store_repair_fn(const struct id7_store_finding *finding,
				 const char *done, void *context);

struct id7_store_repaired {
	uint64_t mended; /* with `dry_run`: that would be mended */
	uint64_t left;	 /* damage that is left */
};

/*
 * Mends what can be mended without inventing anything, while the store is in
 * use: removes what interrupted changes left, completes a tally one copy of
 * which is missing or unsound, takes marks of interrupted changes off, brings a
 * tally back that is ahead of its account (its failures stay), makes missing
 * lock files, and begins damaged counts of unknown names anew. An account
 * without a tally is given an unsound one: it stays refused until `unlock
 * --repair`. From the backup `from` (NULL: none), which must be this store's:
 * files and records that cannot be read, by the rules of id7_store_restore.
 * With `dry_run` nothing is changed. Each shard is mended as a whole or not at
 * all; repair may be interrupted and repeated.
 * ID7_OK: gone through, whatever is left; ID7_BUSY; ID7_EXISTS: `from` is
 * another store's; errors of opening `from`; ID7_NO_MEMORY; ID7_IO.
 */
enum id7_error id7_store_repair(struct id7_store *store, const char *from,
				bool dry_run, id7_store_repair_fn *told,
				void *context,
				struct id7_store_repaired *ret_repaired)
	id7_must_use;

#endif
