/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The floor: what the device takes to flush, and what libgdbm takes to change
 * one record durably. */
#include <fcntl.h>
#include <gdbm.h>

#include "common/core/record.h"
#include "common/effects/lock.h"
#include "tests/bench/bench.h"

/*
 * flush DIR COUNT GAP
 *	overwrite one block, fsync; GAP microseconds of rest before each
 * gdbm DIR RECORDS PROCS EACH
 *	lock, open, fetch, store, unlock, close
 */
#define BLOCK 4096
#define OPEN_FLAGS (GDBM_NOLOCK | GDBM_NOMMAP | GDBM_CLOEXEC | GDBM_BSEXACT)
#define WAIT_MS 60000

struct floor {
	char file[4096];
	char lock[4096];
	size_t records, each;
	struct bench_samples samples;
};

static void
flush(const char *dir, size_t count, unsigned int gap)
{
	struct bench_samples samples = bench_samples_make(count);
	static char block[BLOCK];
	char path[4096];
	int fd;

	snprintf(path, sizeof path, "%s/flush", dir);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, block, BLOCK) != BLOCK || fsync(fd) != 0)
		bench_die(path);
	for (size_t i = 0; i < count; i++) {
		int64_t before;

		if (gap > 0)
			usleep(gap);
		before = bench_now();
		memcpy(block, &i, sizeof i);
		if (pwrite(fd, block, BLOCK, 0) != BLOCK || fsync(fd) != 0)
			bench_die(path);
		samples.ns[i] = bench_now() - before;
	}
	close(fd);
	unlink(path);
	printf("{");
	bench_print(&samples);
	printf("}\n");
}

static datum
key_of(size_t record, char buf[40])
{
	int len = snprintf(buf, 40, "T%032zxa", record);

	return (datum){.dptr = buf, .dsize = len};
}

static void
fill(const struct floor *f)
{
	GDBM_FILE file =
		gdbm_open(f->file, BLOCK, GDBM_NEWDB | OPEN_FLAGS, 0600, NULL);
	static char value[ID7_TALLY_LEN];
	char key[40];

	if (file == NULL)
		bench_die(f->file);
	for (size_t i = 0; i < f->records; i++)
		if (gdbm_store(file, key_of(i, key),
			       (datum){value, ID7_TALLY_LEN}, GDBM_INSERT) != 0)
			bench_die(f->file);
	if (gdbm_close(file) != 0)
		bench_die(f->file);
}

/* The count lies in the record's first bytes. */
static void
raise_count(GDBM_FILE file, size_t record)
{
	char key[40];
	datum value = gdbm_fetch(file, key_of(record, key));
	uint64_t count;

	if (value.dptr == NULL)
		bench_die("gdbm_fetch");
	memcpy(&count, value.dptr, sizeof count);
	count++;
	memcpy(value.dptr, &count, sizeof count);
	if (gdbm_store(file, key_of(record, key), value, GDBM_REPLACE) != 0)
		bench_die("gdbm_store");
	free(value.dptr);
}

static void
count_once(struct floor *f, int lock, size_t record)
{
	GDBM_FILE file;

	if (id7_lock_take(lock, true, record, 1, id7_deadline_in(WAIT_MS)) !=
	    ID7_OK)
		bench_die(f->lock);
	file = gdbm_open(f->file, BLOCK, GDBM_WRITER | OPEN_FLAGS, 0600, NULL);
	if (file == NULL)
		bench_die(f->file);
	raise_count(file, record);
	id7_lock_release(lock, record, 1);
	if (gdbm_close(file) != 0)
		bench_die(f->file);
}

static void
count_often(size_t number, void *context)
{
	struct floor *f = context;
	int lock = open(f->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (lock < 0)
		bench_die(f->lock);
	for (size_t i = 0; i < f->each; i++) {
		int64_t before = bench_now();

		count_once(f, lock, 0);
		f->samples.ns[number * f->each + i] = bench_now() - before;
	}
	close(lock);
}

static uint64_t
counted(const struct floor *f)
{
	GDBM_FILE file =
		gdbm_open(f->file, BLOCK, GDBM_READER | OPEN_FLAGS, 0, NULL);
	uint64_t count = 0;
	char key[40];
	datum value;

	if (file == NULL)
		bench_die(f->file);
	value = gdbm_fetch(file, key_of(0, key));
	if (value.dptr != NULL)
		memcpy(&count, value.dptr, sizeof count);
	free(value.dptr);
	gdbm_close(file);
	return count;
}

static void
floor_gdbm(const char *dir, size_t records, size_t procs, size_t each)
{
	struct floor f = {.records = records, .each = each};
	size_t done = procs * each;
	int64_t took;

	f.samples = bench_samples_make(done);
	snprintf(f.file, sizeof f.file, "%s/floor.gdbm", dir);
	snprintf(f.lock, sizeof f.lock, "%s/floor.lock", dir);
	fill(&f);
	took = bench_crowd(procs, count_often, &f);
	printf("{\"procs\":%zu,\"per_s\":%.0f,\"lost\":%lld,", procs,
	       bench_rate(done, took), (long long)(done - counted(&f)));
	bench_print(&f.samples);
	printf("}\n");
	unlink(f.file);
	unlink(f.lock);
}

int
main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "flush") == 0)
		flush(argv[2], bench_number(argv[3]),
		      (unsigned int)bench_number(argv[4]));
	else if (argc == 6 && strcmp(argv[1], "gdbm") == 0)
		floor_gdbm(argv[2], bench_number(argv[3]),
			   bench_number(argv[4]), bench_number(argv[5]));
	else
		return 2;
	return 0;
}
