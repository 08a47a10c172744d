/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sealed records in one file without a name, chained by shard. */
#include "common/effects/store_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/effects/scope.h"

#define BUFFERS (8u << 20) /* bytes of all shards' buffers together */
#define CHUNK_ROWS_MAX 64
#define CHUNK_ROWS_MIN 3
#define FIXED_NAME "import.tmp" /* where no file without a name can be */

struct chunk_head {
	uint64_t before; /* the chunk before it in its chain; 0: the first */
	uint64_t rows;
};

/* What one shard has: a chain in the file, and rows not yet in it. */
struct chain {
	uint64_t last; /* chunk; 0: none */
	uint32_t waiting;
};

struct id7_spool {
	int fd;
	uint32_t shards;
	uint32_t chunk_rows;
	uint64_t end;
	struct chain *chain;
	struct id7_spool_row *waiting; /* chunk_rows for each shard */
};

/* Without a name from the start where the file system can do that. */
static int
open_nameless(int dirfd)
{
	int fd = openat(dirfd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	(void)unlinkat(dirfd, FIXED_NAME, 0);
	fd = openat(dirfd, FIXED_NAME,
		    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)unlinkat(dirfd, FIXED_NAME, 0);
	return fd;
}

static uint32_t
rows_of_chunk(uint32_t shards)
{
	size_t rows = BUFFERS / sizeof(struct id7_spool_row) / shards;

	if (rows > CHUNK_ROWS_MAX)
		return CHUNK_ROWS_MAX;
	return rows < CHUNK_ROWS_MIN ? CHUNK_ROWS_MIN : (uint32_t)rows;
}

enum id7_error
id7_spool_open(struct id7_store *store, struct id7_spool **ret_spool)
{
	struct id7_spool *spool = calloc(1, sizeof *spool);

	if (spool == NULL)
		return ID7_NO_MEMORY;
	spool->shards = store->meta.shards;
	spool->chunk_rows = rows_of_chunk(spool->shards);
	spool->end = 1; /* 0 says: no chunk */
	spool->chain = calloc(spool->shards, sizeof *spool->chain);
	spool->waiting = calloc((size_t)spool->shards * spool->chunk_rows,
				sizeof *spool->waiting);
	spool->fd = open_nameless(store->root_fd);
	if (spool->chain != NULL && spool->waiting != NULL && spool->fd >= 0) {
		*ret_spool = spool;
		return ID7_OK;
	}
	bool memory = spool->chain == NULL || spool->waiting == NULL;
	id7_spool_close(&spool);
	return memory ? ID7_NO_MEMORY : ID7_IO;
}

void
id7_spool_close(struct id7_spool **spool)
{
	struct id7_spool *s = *spool;

	if (s == NULL)
		return;
	id7_scope_close(&s->fd);
	free(s->chain);
	free(s->waiting);
	free(s);
	*spool = NULL;
}

static enum id7_error
write_at(int fd, const void *bytes, size_t len, uint64_t at)
{
	const uint8_t *p = bytes;
	ssize_t n;

	while (len > 0) {
		n = pwrite(fd, p, len, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ID7_IO;
		p += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return ID7_OK;
}

static enum id7_error
read_at(int fd, void *bytes, size_t len, uint64_t at)
{
	uint8_t *p = bytes;
	ssize_t n;

	while (len > 0) {
		n = pread(fd, p, len, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO;
		if (n <= 0)
			return ID7_IO;
		p += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return ID7_OK;
}

/* The waiting rows of one shard become its last chunk. */
static enum id7_error
flush(struct id7_spool *spool, uint32_t shard)
{
	struct chain *chain = &spool->chain[shard];
	struct chunk_head head = {chain->last, chain->waiting};
	size_t len = chain->waiting * sizeof *spool->waiting;
	enum id7_error error;

	if (chain->waiting == 0)
		return ID7_OK;
	error = write_at(spool->fd, &head, sizeof head, spool->end);
	if (error == ID7_OK)
		error = write_at(
			spool->fd,
			&spool->waiting[(size_t)shard * spool->chunk_rows], len,
			spool->end + sizeof head);
	if (error != ID7_OK)
		return error;
	chain->last = spool->end;
	chain->waiting = 0;
	spool->end += sizeof head + len;
	return ID7_OK;
}

enum id7_error
id7_spool_put(struct id7_spool *spool, uint32_t shard,
	      const struct id7_spool_row *row)
{
	struct chain *chain = &spool->chain[shard];

	spool->waiting[(size_t)shard * spool->chunk_rows + chain->waiting] =
		*row;
	chain->waiting++;
	return chain->waiting < spool->chunk_rows ? ID7_OK
						  : flush(spool, shard);
}

static int
by_name_and_line(const void *a, const void *b)
{
	const struct id7_spool_ref *x = a, *y = b;
	int order = memcmp(x->hash, y->hash, sizeof x->hash);

	if (order != 0)
		return order;
	return (x->line > y->line) - (x->line < y->line);
}

static enum id7_error
list_one(struct id7_spool_list *list, const struct id7_spool_row *row,
	 uint64_t at)
{
	struct id7_spool_ref *more;

	if (list->count == list->room) {
		size_t room = list->room == 0 ? 256 : list->room * 2;

		more = reallocarray(list->ref, room, sizeof *more);
		if (more == NULL)
			return ID7_NO_MEMORY;
		list->ref = more;
		list->room = room;
	}
	more = &list->ref[list->count++];
	*more = (struct id7_spool_ref){.line = row->line, .at = at};
	memcpy(more->hash, row->hash, sizeof more->hash);
	more->refused = row->refused != 0;
	return ID7_OK;
}

static enum id7_error
list_chunk(const struct id7_spool *spool, struct id7_spool_list *list,
	   uint64_t at, uint64_t rows)
{
	struct id7_spool_row row;
	enum id7_error error = ID7_OK;

	at += sizeof(struct chunk_head);
	for (; rows > 0 && error == ID7_OK; rows--, at += sizeof row) {
		error = read_at(spool->fd, &row,
				offsetof(struct id7_spool_row, sealed), at);
		if (error == ID7_OK)
			error = list_one(list, &row, at);
	}
	return error;
}

enum id7_error
id7_spool_list(struct id7_spool *spool, uint32_t shard,
	       struct id7_spool_list *list)
{
	enum id7_error error = flush(spool, shard);
	uint64_t at = spool->chain[shard].last;
	struct chunk_head head;

	list->count = 0;
	while (at != 0 && error == ID7_OK) {
		error = read_at(spool->fd, &head, sizeof head, at);
		if (error == ID7_OK)
			error = list_chunk(spool, list, at, head.rows);
		at = head.before;
	}
	if (error == ID7_OK && list->count > 0)
		qsort(list->ref, list->count, sizeof *list->ref,
		      by_name_and_line);
	return error;
}

enum id7_error
id7_spool_read(const struct id7_spool *spool, const struct id7_spool_ref *ref,
	       struct id7_spool_row *ret_row)
{
	return read_at(spool->fd, ret_row, sizeof *ret_row, ref->at);
}

enum id7_error
id7_spool_refuse(const struct id7_spool *spool, struct id7_spool_ref *ref)
{
	static const uint8_t yes = 1;

	ref->refused = true;
	return write_at(spool->fd, &yes, 1,
			ref->at + offsetof(struct id7_spool_row, refused));
}
