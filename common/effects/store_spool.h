/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where an import waits for its end: sealed records in one file without a name,
 * chained by shard. The file goes with its descriptor, whatever ends the
 * process. For store_import.c only.
 */
#ifndef ID7_EFFECTS_STORE_SPOOL_H
#define ID7_EFFECTS_STORE_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/effects/store_private.h"

/* One record on its way; what the file holds. Nothing in it is clear but the
 * id. */
struct id7_spool_row {
	uint8_t hash[ID7_SUBJECT_LEN]; /* of the name */
	uint8_t id[ID7_ID_LEN];
	uint64_t line;
	uint8_t refused; /* set by id7_spool_refuse */
	uint8_t sealed[ID7_SEALED_LEN];
};

/* Where a row lies, and what sorting needs to know of it. */
struct id7_spool_ref {
	uint8_t hash[ID7_SUBJECT_LEN];
	uint64_t line;
	uint64_t at;
	bool refused;
	bool add;    /* the importer's: to be added, */
	bool orphan; /* where an interrupted change left a tally, */
	bool mark;   /* and a tally whose mark is to go */
};

/* The rows of one shard, by hash, then by line. */
struct id7_spool_list {
	struct id7_spool_ref *ref;
	size_t count;
	size_t room;
};

struct id7_spool; /* opaque */

/*
 * Makes an empty spool for the shards of `store`, in the store's directory. Its
 * memory depends on the number of shards alone: about 8 MiB at most, and 24 MiB
 * with 4096. ID7_OK and a spool that the caller closes; ID7_NO_MEMORY; ID7_IO.
 */
enum id7_error id7_spool_open(struct id7_store *store,
			      struct id7_spool **ret_spool) id7_must_use;

/*
 * NULL is accepted and NULL is left behind. Keeps errno.
 */
void id7_spool_close(struct id7_spool **spool);

/*
 * Appends a row to `shard`. ID7_OK; ID7_IO.
 */
enum id7_error id7_spool_put(struct id7_spool *spool, uint32_t shard,
			     const struct id7_spool_row *row) id7_must_use;

/*
 * Lists the rows of one shard; the list is emptied first and grows as needed,
 * the caller frees list->ref. ID7_OK; ID7_NO_MEMORY; ID7_IO.
 */
enum id7_error id7_spool_list(struct id7_spool *spool, uint32_t shard,
			      struct id7_spool_list *list) id7_must_use;

/*
 * Reads a listed row. ID7_OK; ID7_IO.
 */
enum id7_error
id7_spool_read(const struct id7_spool *spool, const struct id7_spool_ref *ref,
	       struct id7_spool_row *ret_row) id7_must_use;

/*
 * Marks a listed row as refused, in the list and for the lists to come. ID7_OK;
 * ID7_IO.
 */
enum id7_error id7_spool_refuse(const struct id7_spool *spool,
				struct id7_spool_ref *ref) id7_must_use;

#endif
