/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes the tallies of one shard anew for accounts that come back. */
#include "common/effects/store_carry.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/effects/lock.h"
#include "common/effects/scope.h"

struct work {
	const struct id7_carry *carry;
	struct id7_gdbm accounts;
	struct id7_gdbm live; /* not open when it cannot be read */
	struct id7_gdbm backup;
	struct id7_gdbm out;
	int owners_fd; /* the live shard's lock file, or -1 */
	struct id7_carried *carried;
	enum id7_error error; /* of what ended a walk */
};

static void
work_end(struct work *work)
{
	id7_gdbm_leave(&work->accounts);
	id7_gdbm_leave(&work->live);
	id7_gdbm_leave(&work->backup);
	id7_gdbm_leave(&work->out);
	id7_scope_close(&work->owners_fd);
}
#define auto_work __attribute__((cleanup(work_end))) struct work

static enum id7_error
insert(struct work *work, const struct id7_subject *subject, unsigned int copy,
       const uint8_t bytes[ID7_TALLY_LEN])
{
	char key[ID7_STORE_KEY_MAX + 1];

	id7_store_tally_key(subject, copy, key);
	return id7_gdbm_insert(&work->out, key, bytes, ID7_TALLY_LEN);
}

static enum id7_error
insert_both(struct work *work, const struct id7_subject *subject,
	    const struct id7_tally *tally)
{
	struct id7_tally copy = *tally;
	uint8_t bytes[ID7_TALLY_LEN];
	enum id7_error error = ID7_OK;

	for (unsigned int i = 0; i < 2 && error == ID7_OK; i++) {
		copy.seq = tally->seq + i;
		id7_tallies_encode(work->carry->accounts, subject, i, &copy,
				   bytes);
		error = insert(work, subject, i, bytes);
	}
	return error;
}

/* Two copies that no checksum fits: `unlock --repair` is for them. */
static enum id7_error
insert_unsound(struct work *work, const struct id7_subject *subject)
{
	static const uint8_t nothing[ID7_TALLY_LEN] = {0};
	enum id7_error error = insert(work, subject, 0, nothing);

	work->carried->refused++;
	return error == ID7_OK ? insert(work, subject, 1, nothing) : error;
}

/* As many copies as the backup has, whatever is in them. */
static enum id7_error
insert_raw(struct work *work, const struct id7_subject *subject)
{
	char key[ID7_STORE_KEY_MAX + 1];
	uint8_t bytes[ID7_TALLY_LEN];
	enum id7_error error = ID7_OK;

	for (unsigned int i = 0; i < 2 && error == ID7_OK; i++) {
		id7_store_tally_key(subject, i, key);
		if (work->backup.handle != NULL &&
		    id7_gdbm_fetch(&work->backup, key, bytes, sizeof bytes) ==
			    ID7_OK)
			error = insert(work, subject, i, bytes);
	}
	return error;
}

/* ID7_OK: the tally to go on with, the live one before the backup's. */
static enum id7_error
choose(struct work *work, const struct id7_subject *subject,
       struct id7_tally *ret_tally)
{
	const struct id7_carry *carry = work->carry;
	struct id7_tallies tallies[2];
	enum id7_error live = ID7_NOT_FOUND, backup = ID7_NOT_FOUND;

	if (work->live.handle != NULL)
		live = id7_tallies_read(carry->live, &work->live, subject,
					&tallies[0]);
	if (work->backup.handle != NULL)
		backup = id7_tallies_read(carry->backup, &work->backup, subject,
					  &tallies[1]);
	if (live != ID7_OK && backup != ID7_OK)
		return live == ID7_OK ? backup : ID7_NOT_FOUND;
	*ret_tally = tallies[live != ID7_OK].tally;
	if (live == ID7_OK && backup == ID7_OK &&
	    tallies[1].tally.seq > ret_tally->seq)
		ret_tally->seq = tallies[1].tally.seq;
	work->carried->carried += live == ID7_OK;
	return ID7_OK;
}

/* Its owner will be told that it is busy: nothing was verified for anybody. */
static void
release(struct work *work, const struct id7_subject *subject,
	struct id7_tally *tally)
{
	for (size_t i = 0; i < ID7_RESERVATIONS; i++) {
		struct id7_reservation *r = &tally->reservation[i];

		if (r->nonce == 0)
			continue;
		work->carried->pending = true;
		if (work->carry->release && work->owners_fd >= 0 &&
		    id7_lock_held(work->owners_fd,
				  id7_hold_owner_byte(subject, r->nonce), 1))
			*r = (struct id7_reservation){0};
	}
}

static enum id7_error
carry_one(struct work *work, const struct id7_subject *subject,
	  const struct id7_account *account)
{
	struct id7_tally tally;

	if (choose(work, subject, &tally) != ID7_OK)
		return insert_unsound(work, subject);
	release(work, subject, &tally);
	memcpy(tally.id, account->id, ID7_ID_LEN);
	tally.epoch = account->epoch;
	tally.flags &= ~ID7_TALLY_PROVISIONAL;
	return insert_both(work, subject, &tally);
}

static bool
give_account(const char *key, void *context)
{
	struct work *work = context;
	struct id7_account account;
	struct id7_subject subject;
	uint8_t sealed[ID7_SEALED_LEN];

	if (!id7_store_key_subject(key, ID7_STORE_DB, &subject))
		return true;
	work->error =
		id7_gdbm_fetch(&work->accounts, key, sealed, sizeof sealed);
	if (work->error == ID7_OK)
		work->error = id7_store_unseal(work->carry->accounts, key,
					       sealed, &account);
	if (work->error == ID7_OK) {
		work->carried->accounts++;
		work->error = carry_one(work, &subject, &account);
		id7_wipe(&account, sizeof account);
	} else if (work->error != ID7_IO && work->error != ID7_NO_MEMORY) {
		work->error = insert_raw(work, &subject);
	}
	return work->error == ID7_OK;
}

/* A live tally without its account is damage, and stays damage. */
static bool
give_orphan(const char *key, void *context)
{
	struct work *work = context;
	struct id7_store *backup = work->carry->backup;
	char account[ID7_STORE_KEY_MAX + 1];
	uint8_t sealed[ID7_SEALED_LEN];
	struct id7_tallies tallies;
	struct id7_subject subject;

	if (!id7_store_key_subject(key, ID7_STORE_TALLY, &subject))
		return true;
	id7_store_account_key(&subject, account);
	if (id7_gdbm_fetch(&work->accounts, account, sealed, sizeof sealed) !=
	    ID7_NOT_FOUND)
		return true;
	if (id7_tallies_read(backup, &work->backup, &subject, &tallies) ==
		    ID7_OK &&
	    (tallies.tally.flags & ID7_TALLY_PROVISIONAL) != 0)
		return true;
	if (key[strlen(key) - 1] == 'b' && tallies.found[0])
		return true;
	work->error = insert_raw(work, &subject);
	return work->error == ID7_OK;
}

/* What cannot be read fills no gap; anything else ends the work. */
static enum id7_error
open_source(struct id7_store *store, struct id7_shard shard,
	    struct id7_gdbm *ret_file, bool *ret_unread)
{
	enum id7_error error;

	if (store == NULL)
		return ID7_OK;
	error = id7_shard_open(store, shard, ID7_STORE_TALLY, false, ret_file);
	if (error != ID7_CORRUPT && error != ID7_UNTRUSTED)
		return error;
	*ret_unread = true;
	return ID7_OK;
}

static enum id7_error
open_out(struct work *work, int fd)
{
	auto_fd taken = fd;
	enum id7_error error = id7_gdbm_create(taken);

	if (error == ID7_OK && lseek(taken, 0, SEEK_SET) != 0)
		error = ID7_IO;
	if (error != ID7_OK)
		return error;
	fd = taken;
	taken = -1;
	return id7_gdbm_open(fd, true, &work->out);
}

static enum id7_error
open_all(struct work *work, struct id7_shard shard, int fd)
{
	const struct id7_carry *carry = work->carry;
	bool ignored = false;
	enum id7_error error = open_out(work, fd);

	if (error == ID7_OK)
		error = id7_shard_open(carry->accounts, shard, ID7_STORE_DB,
				       false, &work->accounts);
	if (error == ID7_OK)
		error = open_source(carry->live, shard, &work->live,
				    &work->carried->unread);
	if (error == ID7_OK)
		error = open_source(carry->backup, shard, &work->backup,
				    &ignored);
	if (error == ID7_OK && carry->live != NULL && carry->release)
		(void)!id7_shard_open_file(carry->live, shard, ID7_STORE_LOCK,
					   O_RDONLY, &work->owners_fd);
	return error;
}

static enum id7_error
walk(struct work *work, const struct id7_gdbm *file, size_t len,
     id7_gdbm_each_fn *each)
{
	enum id7_error error = id7_gdbm_each(file, len, each, work);

	return work->error != ID7_OK ? work->error : error;
}

enum id7_error
id7_carry_shard(const struct id7_carry *carry, struct id7_shard shard, int fd,
		struct id7_carried *ret_carried)
{
	auto_work work = {
		.carry = carry, .owners_fd = -1, .carried = ret_carried};
	enum id7_error error;

	*ret_carried = (struct id7_carried){0};
	error = open_all(&work, shard, fd);
	if (error == ID7_OK)
		error = walk(&work, &work.accounts, ID7_SEALED_LEN,
			     give_account);
	if (error == ID7_OK && carry->accounts == carry->backup &&
	    work.backup.handle != NULL)
		error = walk(&work, &work.backup, ID7_TALLY_LEN, give_orphan);
	return error == ID7_OK ? id7_gdbm_close(&work.out) : error;
}
