/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bulk import: everything put aside and checked before anything is written. */
#include "common/effects/store_import.h"

#include <stdlib.h>
#include <string.h>

#include "common/effects/fault.h"

enum id7_error
id7_import_begin(struct id7_store *store, const struct id7_now *now,
		 struct id7_import **ret_import)
{
	struct id7_import *import = calloc(1, sizeof *import);
	enum id7_error error = ID7_NO_MEMORY;

	if (import != NULL) {
		import->store = store;
		import->now = *now;
		error = id7_spool_open(store, &import->spool);
	}
	if (error != ID7_OK) {
		error = id7_store_blame(store, error, NULL);
		free(import);
		return error;
	}
	*ret_import = import;
	return ID7_OK;
}

void
id7_import_end(struct id7_import **import)
{
	if (*import == NULL)
		return;
	id7_spool_close(&(*import)->spool);
	free((*import)->list.ref);
	free(*import);
	*import = NULL;
}

enum id7_error
id7_import_put(struct id7_import *import, struct id7_account *account,
	       uint64_t line)
{
	struct id7_store *store = import->store;
	struct id7_subject subject = id7_store_subject(
		store, account->name, strlen(account->name), false);
	struct id7_spool_row row = {.line = line};
	char key[ID7_STORE_KEY_MAX + 1];
	enum id7_error error;

	id7_random(account->id, sizeof account->id);
	account->epoch = 1;
	account->revision = 1;
	if (!id7_store_storable(account))
		return id7_fault_set(&store->fault, ID7_INVALID,
				     ID7_TROUBLE_NONE, account->name);
	memcpy(row.hash, subject.hash, sizeof row.hash);
	memcpy(row.id, account->id, sizeof row.id);
	id7_store_account_key(&subject, key);
	id7_store_seal(store, key, account, row.sealed);
	error = id7_spool_put(import->spool,
			      id7_shard_of(store, &subject).index, &row);
	if (error != ID7_OK)
		return id7_store_blame(store, error, NULL);
	import->put++;
	return ID7_OK;
}

/* All that a line says of a person; not what the store adds by itself. */
static bool
same_person(const struct id7_account *a, const struct id7_account *b)
{
	return strcmp(a->name, b->name) == 0 && a->flags == b->flags &&
	       a->lang == b->lang && a->expires == b->expires &&
	       a->birthdate == b->birthdate &&
	       memcmp(a->address, b->address, sizeof a->address) == 0 &&
	       memcmp(a->address_confirmed, b->address_confirmed,
		      sizeof a->address_confirmed) == 0 &&
	       a->cost.opslimit == b->cost.opslimit &&
	       a->cost.memlimit == b->cost.memlimit &&
	       id7_equal(a->salt, b->salt, sizeof a->salt) &&
	       id7_equal(a->verifier, b->verifier, sizeof a->verifier);
}

/* The account that a listed row holds, as it was put. */
static enum id7_error
unseal_row(struct id7_import *import, const struct id7_spool_ref *ref,
	   struct id7_account *ret_account)
{
	struct id7_subject subject = {.phantom = false};
	char key[ID7_STORE_KEY_MAX + 1];
	struct id7_spool_row row;
	enum id7_error error = id7_spool_read(import->spool, ref, &row);

	if (error != ID7_OK)
		return error;
	memcpy(subject.hash, ref->hash, sizeof subject.hash);
	id7_store_account_key(&subject, key);
	return id7_store_unseal(import->store, key, row.sealed, ret_account);
}

enum id7_error
id7_import_compare(struct id7_import *import, const struct id7_gdbm *accounts,
		   const struct id7_spool_ref *ref,
		   enum id7_import_standing *ret_standing)
{
	struct id7_subject subject = {.phantom = false};
	char key[ID7_STORE_KEY_MAX + 1];
	uint8_t sealed[ID7_SEALED_LEN];
	struct id7_account there = {0}, wanted = {0};
	enum id7_error error;

	*ret_standing = ID7_IMPORT_FRESH;
	memcpy(subject.hash, ref->hash, sizeof subject.hash);
	id7_store_account_key(&subject, key);
	error = id7_gdbm_exists(accounts, key);
	if (error == ID7_NOT_FOUND)
		return ID7_OK;
	if (error == ID7_OK)
		error = id7_gdbm_fetch(accounts, key, sealed, sizeof sealed);
	if (error == ID7_OK)
		error = id7_store_unseal(import->store, key, sealed, &there);
	if (error == ID7_OK)
		error = unseal_row(import, ref, &wanted);
	*ret_standing = error == ID7_OK && same_person(&there, &wanted)
				? ID7_IMPORT_SAME
				: ID7_IMPORT_TAKEN;
	id7_wipe(&there, sizeof there);
	id7_wipe(&wanted, sizeof wanted);
	return error;
}

enum id7_error
id7_import_refuse(struct id7_import *import, struct id7_spool_ref *ref,
		  uint64_t first, id7_import_refused_fn *refused, void *context)
{
	struct id7_import_refusal refusal = {.line = ref->line, .first = first};
	struct id7_account account;
	enum id7_error error = unseal_row(import, ref, &account);

	if (error != ID7_OK)
		return error;
	memcpy(refusal.name, account.name, sizeof refusal.name);
	id7_wipe(&account, sizeof account);
	if (refused != NULL)
		refused(&refusal, context);
	return id7_spool_refuse(import->spool, ref);
}

static bool
same_name(const struct id7_spool_ref *a, const struct id7_spool_ref *b)
{
	return memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}

/* `first` of the rows that have this name; those after it are refused. */
static enum id7_error
check_name(struct id7_import *import, const struct id7_gdbm *accounts,
	   struct id7_spool_ref *first, id7_import_refused_fn *refused,
	   void *context, struct id7_import_counts *counts)
{
	struct id7_spool_ref *end = import->list.ref + import->list.count;
	enum id7_import_standing standing = ID7_IMPORT_FRESH;
	enum id7_error error;

	error = id7_import_compare(import, accounts, first, &standing);
	if (error == ID7_OK && standing == ID7_IMPORT_TAKEN)
		error = id7_import_refuse(import, first, 0, refused, context);
	counts->added += standing == ID7_IMPORT_FRESH;
	counts->already += standing == ID7_IMPORT_SAME;
	counts->refused += standing == ID7_IMPORT_TAKEN;
	for (struct id7_spool_ref *ref = first + 1;
	     ref < end && same_name(first, ref) && error == ID7_OK; ref++) {
		error = id7_import_refuse(import, ref, first->line, refused,
					  context);
		counts->refused++;
	}
	return error;
}

static enum id7_error
check_shard(struct id7_import *import, uint32_t index,
	    id7_import_refused_fn *refused, void *context,
	    struct id7_import_counts *counts)
{
	struct id7_shard shard = {.index = index};
	struct id7_spool_list *list = &import->list;
	char name[ID7_STORE_FILE_MAX + 1];
	auto_gdbm accounts = {0};
	enum id7_error error;

	error = id7_shard_open(import->store, shard, ID7_STORE_DB, false,
			       &accounts);
	if (error != ID7_OK)
		return error;
	for (size_t i = 0; i < list->count && error == ID7_OK; i++)
		if (i == 0 || !same_name(&list->ref[i - 1], &list->ref[i]))
			error = check_name(import, &accounts, &list->ref[i],
					   refused, context, counts);
	if (error == ID7_OK)
		return ID7_OK;
	id7_shard_name(import->store, shard, ID7_STORE_DB, name);
	return id7_store_blame(import->store, error, name);
}

/* Lists each shard in turn; `step` hears of those done. */
static enum id7_error
next_list(struct id7_import *import, uint32_t shard, uint64_t *done,
	  id7_import_step_fn *step, void *context, bool *ret_stop)
{
	enum id7_error error;

	*ret_stop = step != NULL && !step(*done, import->put, context);
	if (*ret_stop)
		return ID7_OK;
	error = id7_spool_list(import->spool, shard, &import->list);
	*done += import->list.count;
	return error == ID7_OK ? ID7_OK
			       : id7_store_blame(import->store, error, NULL);
}

enum id7_error
id7_import_check(struct id7_import *import, id7_import_refused_fn *refused,
		 id7_import_step_fn *step, void *context,
		 struct id7_import_counts *ret_counts)
{
	enum id7_error error = ID7_OK;
	bool stop = false;
	uint64_t done = 0;

	*ret_counts = (struct id7_import_counts){0};
	for (uint32_t i = 0; i < import->store->meta.shards; i++) {
		error = next_list(import, i, &done, step, context, &stop);
		if (error == ID7_OK && !stop && import->list.count > 0)
			error = check_shard(import, i, refused, context,
					    ret_counts);
		if (error != ID7_OK || stop)
			break;
	}
	return error;
}

enum id7_error
id7_import_commit(struct id7_import *import, int64_t shard_ms,
		  id7_import_refused_fn *refused, id7_import_step_fn *step,
		  void *context, struct id7_import_counts *ret_counts)
{
	enum id7_error error = ID7_OK;
	bool stop = false;
	uint64_t done = 0;

	*ret_counts = (struct id7_import_counts){0};
	for (uint32_t i = 0; i < import->store->meta.shards; i++) {
		error = next_list(import, i, &done, step, context, &stop);
		if (error == ID7_OK && !stop && import->list.count > 0)
			error = id7_import_shard(import, i,
						 id7_deadline_in(shard_ms),
						 refused, context, ret_counts);
		if (error != ID7_OK || stop)
			return error;
	}
	if (step != NULL)
		(void)step(done, import->put, context);
	return ID7_OK;
}
