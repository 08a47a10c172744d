/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walks all accounts, shard by shard, each file opened once. */
#include <string.h>

#include "common/effects/store_private.h"

struct walk {
	struct id7_store *store;
	struct id7_gdbm accounts;
	struct id7_gdbm tallies;
	id7_store_each_fn *each;
	void *context;
	bool damaged;
	bool stopped;
};

/*
 * What the two open files say, or, when they do not agree, what the store says
 * now. ID7_NOT_FOUND: removed meanwhile.
 */
static enum id7_error
read_one(struct walk *walk, const char *key, struct id7_account *ret_account,
	 struct id7_tallies *ret_tallies)
{
	uint8_t sealed[ID7_SEALED_LEN];
	struct id7_subject subject;
	enum id7_error error;

	error = id7_gdbm_fetch(&walk->accounts, key, sealed, sizeof sealed);
	if (error == ID7_OK)
		error = id7_store_unseal(walk->store, key, sealed, ret_account);
	if (error != ID7_OK)
		return error;
	subject = id7_store_subject(walk->store, ret_account->name,
				    strlen(ret_account->name), false);
	error = id7_tallies_read(walk->store, &walk->tallies, &subject,
				 ret_tallies);
	if (error == ID7_NOT_FOUND || error == ID7_CORRUPT)
		error = id7_store_look(walk->store, &subject, ret_account,
				       ret_tallies);
	if (error == ID7_OK && !ret_tallies->sound[0] && !ret_tallies->sound[1])
		return ID7_CORRUPT;
	return error;
}

static bool
give_one(const char *key, void *context)
{
	struct walk *walk = context;
	struct id7_account account;
	struct id7_tallies tallies;
	enum id7_error error = read_one(walk, key, &account, &tallies);

	if (error == ID7_OK)
		walk->stopped =
			!walk->each(&account, &tallies.tally, walk->context);
	else if (error != ID7_NOT_FOUND)
		walk->damaged = true;
	id7_wipe(&account, sizeof account);
	return !walk->stopped;
}

static enum id7_error
open_both(struct walk *walk, struct id7_shard shard)
{
	enum id7_error error;

	error = id7_shard_open(walk->store, shard, ID7_STORE_DB, false,
			       &walk->accounts);
	if (error == ID7_OK)
		error = id7_shard_open(walk->store, shard, ID7_STORE_TALLY,
				       false, &walk->tallies);
	if (error != ID7_OK)
		id7_gdbm_leave(&walk->accounts);
	return error;
}

static enum id7_error
walk_shard(struct walk *walk, struct id7_shard shard)
{
	uint32_t turn = walk->store->turn;
	enum id7_error error = open_both(walk, shard);

	/* A restore may have taken the files away just now. */
	if (error != ID7_OK && id7_store_fresh(walk->store) == ID7_OK &&
	    walk->store->turn != turn)
		error = open_both(walk, shard);
	if (error == ID7_OK)
		error = id7_gdbm_each(&walk->accounts, ID7_SEALED_LEN, give_one,
				      walk);
	id7_gdbm_leave(&walk->accounts);
	id7_gdbm_leave(&walk->tallies);
	return error;
}

enum id7_error
id7_store_each(struct id7_store *store, id7_store_each_fn *each, void *context)
{
	struct walk walk = {.store = store, .each = each, .context = context};
	struct id7_shard shard = {0};

	while (shard.index < store->meta.shards && !walk.stopped) {
		if (id7_store_fresh(store) != ID7_OK ||
		    walk_shard(&walk, shard) != ID7_OK)
			walk.damaged = true;
		store->looked = store->turn;
		shard.index++;
	}
	if (walk.damaged && !walk.stopped)
		return id7_store_blame(store, ID7_CORRUPT, NULL);
	return ID7_OK;
}
