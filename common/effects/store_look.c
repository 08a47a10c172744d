/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looks a name up in both of its files. Without a lock the two are read at two
 * moments, and a change between them looks like damage: so whatever looks like
 * damage is read again while nobody can change it.
 */
#include <string.h>

#include "common/effects/fault.h"
#include "common/effects/store_private.h"

/* What a hit costs, spent on a miss: the same steps over nobody's record. */
static void
spend_unseal(struct id7_store *store)
{
	struct id7_account nobody;

	(void)!id7_store_unseal(store, store->decoy.key, store->decoy.sealed,
				&nobody);
}

/* `glance`, here and below: NULL, or what keeps the answer. */
static enum id7_error
account_read(struct id7_store *store, const struct id7_subject *subject,
	     struct id7_glance *glance, struct id7_account *ret_account)
{
	struct id7_shard shard = id7_shard_of(store, subject);
	char name[ID7_STORE_FILE_MAX + 1];
	char key[ID7_STORE_KEY_MAX + 1];
	uint8_t sealed[ID7_SEALED_LEN];
	auto_gdbm file = {0};
	enum id7_error error;

	error = id7_shard_open(store, shard, ID7_STORE_DB, false, &file);
	if (error != ID7_OK)
		return error;
	if (glance != NULL)
		id7_glance_pin(&glance->db, &file);
	id7_store_account_key(subject, key);
	error = id7_gdbm_fetch(&file, key, sealed, sizeof sealed);
	if (error == ID7_NOT_FOUND) {
		spend_unseal(store);
		return error;
	}
	if (error == ID7_OK)
		error = id7_store_unseal(store, key, sealed, ret_account);
	if (error == ID7_OK && glance != NULL)
		memcpy(glance->sealed, sealed, sizeof sealed);
	if (error == ID7_OK || error == ID7_NO_KEY)
		return error;
	id7_shard_name(store, shard, ID7_STORE_DB, name);
	return id7_store_blame(store, error, name);
}

static enum id7_error
tallies_read(struct id7_store *store, const struct id7_subject *subject,
	     struct id7_glance *glance, struct id7_tallies *ret_tallies)
{
	struct id7_shard shard = id7_shard_of(store, subject);
	char name[ID7_STORE_FILE_MAX + 1];
	auto_gdbm file = {0};
	enum id7_error error;

	error = id7_shard_open(store, shard, ID7_STORE_TALLY, false, &file);
	if (error != ID7_OK)
		return error;
	if (glance != NULL)
		id7_glance_pin(&glance->tally, &file);
	error = id7_tallies_read(store, &file, subject, ret_tallies);
	if (error == ID7_OK || error == ID7_NOT_FOUND)
		return error;
	id7_shard_name(store, shard, ID7_STORE_TALLY, name);
	return id7_store_blame(store, error, name);
}

static enum id7_error
look_once(struct id7_store *store, const struct id7_subject *subject,
	  struct id7_glance *glance, struct id7_account *ret_account,
	  struct id7_tallies *ret_tallies)
{
	enum id7_error account =
		account_read(store, subject, glance, ret_account);
	enum id7_error tally = ID7_NOT_FOUND;
	char name[ID7_STORE_FILE_MAX + 1];
	bool there, agree;

	memset(ret_tallies, 0, sizeof *ret_tallies);
	if (account != ID7_OK && account != ID7_NOT_FOUND)
		return account;
	tally = tallies_read(store, subject, glance, ret_tallies);
	there = ret_tallies->found[0] || ret_tallies->found[1];
	if (account == ID7_OK)
		agree = there && (tally == ID7_OK || tally == ID7_CORRUPT);
	else
		agree = tally == ID7_NOT_FOUND ||
			(tally == ID7_OK && (ret_tallies->tally.flags &
					     ID7_TALLY_PROVISIONAL) != 0);
	if (agree)
		return account;
	if (account == ID7_OK)
		id7_wipe(ret_account, sizeof *ret_account);
	if (tally != ID7_OK && tally != ID7_NOT_FOUND)
		return tally;
	id7_shard_name(store, id7_shard_of(store, subject),
		       tally == ID7_OK ? ID7_STORE_DB : ID7_STORE_TALLY, name);
	return id7_store_blame(store, ID7_CORRUPT, name);
}

enum id7_error
id7_store_look_once(struct id7_store *store, const struct id7_subject *subject,
		    struct id7_account *ret_account,
		    struct id7_tallies *ret_tallies)
{
	return look_once(store, subject, NULL, ret_account, ret_tallies);
}

static enum id7_error
look(struct id7_store *store, const struct id7_subject *subject,
     struct id7_glance *glance, struct id7_account *ret_account,
     struct id7_tallies *ret_tallies)
{
	struct id7_deadline deadline;
	auto_hold hold = ID7_HOLD_NONE;
	enum id7_error error = id7_store_fresh(store);

	if (error == ID7_OK)
		error = look_once(store, subject, glance, ret_account,
				  ret_tallies);
	if (error != ID7_CORRUPT)
		return error;
	deadline = id7_deadline_in(ID7_STORE_DOUBT_MS);
	error = id7_hold_begin(store, id7_shard_of(store, subject), false,
			       deadline, &hold);
	if (error == ID7_OK)
		error = id7_hold_shard(&hold, false, deadline);
	if (error == ID7_OK)
		error = id7_hold_slot(&hold, subject, false, deadline);
	if (error != ID7_OK)
		return error;
	return look_once(store, subject, glance, ret_account, ret_tallies);
}

enum id7_error
id7_store_look(struct id7_store *store, const struct id7_subject *subject,
	       struct id7_account *ret_account, struct id7_tallies *ret_tallies)
{
	return look(store, subject, NULL, ret_account, ret_tallies);
}

static enum id7_error
missing(struct id7_store *store, enum id7_error error, const char *name)
{
	if (error == ID7_NOT_FOUND)
		(void)id7_fault_set(&store->fault, error, ID7_TROUBLE_MISSING,
				    name);
	return error;
}

/* The answer that was kept, at the same cost for a hit and a miss. */
static enum id7_error
recall(struct id7_store *store, const struct id7_subject *subject,
       struct id7_account *ret_account)
{
	char key[ID7_STORE_KEY_MAX + 1];

	if (store->glance.answer == ID7_NOT_FOUND) {
		spend_unseal(store);
		return ID7_NOT_FOUND;
	}
	id7_store_account_key(subject, key);
	return id7_store_unseal(store, key, store->glance.sealed, ret_account);
}

/*
 * A name that is nobody's has its failures counted among the phantoms: that
 * file is read for everybody, or the time of the next step would tell who has
 * one. What it says does not matter.
 */
static void
level(struct id7_store *store, const struct id7_subject *subject)
{
	struct id7_subject phantom = *subject;
	struct id7_fault fault = store->fault;
	struct id7_tallies unused;

	phantom.phantom = true;
	(void)!tallies_read(store, &phantom, NULL, &unused);
	store->fault = fault;
}

enum id7_error
id7_store_get(struct id7_store *store, const char *name,
	      struct id7_account *ret_account)
{
	struct id7_subject subject =
		id7_store_subject(store, name, strlen(name), false);
	struct id7_tallies tallies;
	enum id7_error error =
		id7_store_look(store, &subject, ret_account, &tallies);

	store->looked = store->turn;
	return missing(store, error, name);
}

enum id7_error
id7_store_get_again(struct id7_store *store, const char *name,
		    struct id7_account *ret_account)
{
	struct id7_subject subject =
		id7_store_subject(store, name, strlen(name), false);
	struct id7_tallies tallies;
	enum id7_error error;

	if (id7_glance_holds(store, &subject)) {
		error = recall(store, &subject, ret_account);
	} else {
		id7_glance_drop(&store->glance);
		error = look(store, &subject, &store->glance, ret_account,
			     &tallies);
		id7_glance_keep(store, &subject, error);
		level(store, &subject);
	}
	store->looked = store->turn;
	return missing(store, error, name);
}

enum id7_error
id7_store_find(struct id7_store *store, const struct id7_subject *subject,
	       struct id7_account *ret_account)
{
	struct id7_tallies tallies;
	enum id7_error error =
		id7_store_look(store, subject, ret_account, &tallies);

	store->looked = store->turn;
	return missing(store, error, store->dir);
}

/* Under the slot byte nobody is half through writing. */
static enum id7_error
tallies_read_again(struct id7_store *store, const struct id7_subject *subject,
		   struct id7_tallies *ret_tallies)
{
	struct id7_deadline deadline = id7_deadline_in(ID7_STORE_DOUBT_MS);
	auto_hold hold = ID7_HOLD_NONE;
	enum id7_error error;

	error = id7_hold_begin(store, id7_shard_of(store, subject), false,
			       deadline, &hold);
	if (error == ID7_OK)
		error = id7_hold_slot(&hold, subject, false, deadline);
	if (error == ID7_OK)
		error = tallies_read(store, subject, NULL, ret_tallies);
	return error;
}

/* No tally: damage, unless the account has gone as well. */
static enum id7_error
tally_missing(struct id7_store *store, const struct id7_subject *subject,
	      struct id7_tallies *ret_tallies)
{
	struct id7_account account;
	char name[ID7_STORE_FILE_MAX + 1];
	enum id7_error error = ID7_OK;

	if (!subject->phantom) {
		error = id7_store_look(store, subject, &account, ret_tallies);
		id7_wipe(&account, sizeof account);
	}
	if (error != ID7_OK)
		return error;
	if (ret_tallies->sound[0] || ret_tallies->sound[1])
		return ID7_OK;
	id7_shard_name(store, id7_shard_of(store, subject), ID7_STORE_TALLY,
		       name);
	return id7_store_blame(store, ID7_CORRUPT, name);
}

enum id7_error
id7_store_tally(struct id7_store *store, const struct id7_subject *subject,
		struct id7_tally *ret_tally)
{
	struct id7_tallies tallies;
	enum id7_error error = id7_store_fresh(store);

	if (error == ID7_OK)
		error = tallies_read(store, subject, NULL, &tallies);
	if (error == ID7_CORRUPT)
		error = tallies_read_again(store, subject, &tallies);
	if (error == ID7_NOT_FOUND)
		error = tally_missing(store, subject, &tallies);
	if (error != ID7_OK && !(subject->phantom && error == ID7_CORRUPT))
		return error;
	/* The place is another name's, or nobody's: for this one it is empty,
	 * since no time that a clock would have to be asked for. */
	if (subject->phantom &&
	    (error != ID7_OK ||
	     memcmp(tallies.tally.id, subject->hash, ID7_ID_LEN) != 0)) {
		const struct id7_now now = {0};

		id7_tally_init(&tallies.tally, subject->hash, 0, &now);
	}
	*ret_tally = tallies.tally;
	return ID7_OK;
}
