/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store and its key in a directory of a test's own, and what tests do to it.
 */
#ifndef ID7_TESTS_TEMP_STORE_H
#define ID7_TESTS_TEMP_STORE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/effects/keys.h"
#include "common/effects/secret.h"
#include "common/effects/store.h"
#include "common/effects/store_private.h"
#include "tests/support/temp.h"

struct temp_store {
	struct temp temp;
	char dir[80];
	char keys[80];
};

/* Makes key 1 and a store of 16 shards in t->temp, or ends the program. */
static inline void
temp_store_fill(struct temp_store *t)
{
	struct id7_fault fault = {0};

	snprintf(t->dir, sizeof t->dir, "%s/store", t->temp.dir);
	snprintf(t->keys, sizeof t->keys, "%s/keys", t->temp.dir);
	if (id7_crypto_start() != ID7_OK ||
	    id7_keys_make(t->keys, 1, &fault) != ID7_OK ||
	    id7_store_init(t->dir, t->keys, 1, 1700000000, &fault) != ID7_OK) {
		fprintf(stderr, "no store: %s, error %d\n", fault.subject,
			(int)fault.error);
		exit(1);
	}
}

/* The same in a directory of its own. */
static inline void
temp_store_make(struct temp_store *t)
{
	temp_make(&t->temp);
	temp_store_fill(t);
}

/* A handle, or the end of the program. */
static inline struct id7_store *
temp_store_open(const struct temp_store *t)
{
	struct id7_store *store = NULL;
	struct id7_fault fault = {0};

	if (id7_store_open(t->dir, t->keys, &store, &fault) != ID7_OK) {
		fprintf(stderr, "cannot open: %s, error %d\n", fault.subject,
			(int)fault.error);
		exit(1);
	}
	return store;
}

/* A deadline that a test does not reach. */
static inline struct id7_deadline
temp_store_long(void)
{
	return id7_deadline_in(60000);
}

static inline struct id7_subject
temp_store_subject(const struct id7_store *store, const char *name)
{
	return id7_store_subject(store, name, strlen(name), false);
}

/* Adds an account of that name. */
static inline enum id7_error
temp_store_add(struct id7_store *store, const char *name)
{
	struct id7_account account = {0};
	struct id7_now now = id7_clock_now();

	snprintf(account.name, sizeof account.name, "%s", name);
	snprintf(account.address[0], sizeof account.address[0],
		 "%.60s@example.org", name);
	return id7_store_add(store, &account, &now, temp_store_long());
}

/* The path of the file that `name` lies in, within the store's directory. */
static inline void
temp_store_file(const struct temp_store *t, const struct id7_store *store,
		const char *name, enum id7_store_file file, char ret_path[200])
{
	struct id7_subject subject = temp_store_subject(store, name);
	char within[ID7_STORE_FILE_MAX + 1];

	id7_shard_name(store, id7_shard_of(store, &subject), file, within);
	snprintf(ret_path, 200, "%s/%s", t->dir, within);
}

/* A damaged store's own check: how many findings are damage; -1: it failed. */
static inline long
temp_store_findings(struct id7_store *store)
{
	struct id7_store_counts counts;

	if (id7_store_check(store, NULL, NULL, &counts) != ID7_OK)
		return -1;
	return (long)counts.findings;
}

#endif
