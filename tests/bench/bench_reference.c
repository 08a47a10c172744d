/* SPDX-License-Identifier: GPL-3.0-or-later */
/* References: the same durable change of a record of our size in LMDB and in
 * SQLite. */
#include <lmdb.h>
#include <sqlite3.h>

#include "common/core/record.h"
#include "tests/bench/bench.h"

/*
 * lmdb|sqlite cold|warm DIR RECORDS COUNT
 * cold: open, read, change, commit, close, as a login in a process of its own
 * must; warm: read, change, commit in a process that keeps it open.
 */
#define MAP_SIZE ((size_t)1 << 34)
#define KEY_LEN 32

struct reference {
	char path[4096];
	size_t records;
	MDB_env *env;
	MDB_dbi dbi;
	sqlite3 *db;
};

static void
must(int rc, const char *what)
{
	if (rc == 0)
		return;
	fprintf(stderr, "%s: error %d\n", what, rc);
	_exit(2);
}

static void
key_of(size_t record, char key[KEY_LEN + 1])
{
	snprintf(key, KEY_LEN + 1, "%032zx", record * 2654435761u);
}

static void
lmdb_open(struct reference *r)
{
	MDB_txn *txn;

	must(mdb_env_create(&r->env), "mdb_env_create");
	must(mdb_env_set_mapsize(r->env, MAP_SIZE), "mdb_env_set_mapsize");
	must(mdb_env_open(r->env, r->path, MDB_NOSUBDIR, 0600), r->path);
	must(mdb_txn_begin(r->env, NULL, 0, &txn), "mdb_txn_begin");
	must(mdb_dbi_open(txn, NULL, 0, &r->dbi), "mdb_dbi_open");
	must(mdb_txn_commit(txn), "mdb_txn_commit");
}

static void
lmdb_close(struct reference *r)
{
	mdb_env_close(r->env);
}

static void
lmdb_fill(struct reference *r)
{
	static char bytes[ID7_TALLY_LEN];
	MDB_val value = {sizeof bytes, bytes};
	char text[KEY_LEN + 1];
	MDB_val key = {KEY_LEN, text};
	MDB_txn *txn;

	lmdb_open(r);
	must(mdb_txn_begin(r->env, NULL, 0, &txn), "mdb_txn_begin");
	for (size_t i = 0; i < r->records; i++) {
		key_of(i, text);
		must(mdb_put(txn, r->dbi, &key, &value, 0), "mdb_put");
	}
	must(mdb_txn_commit(txn), "mdb_txn_commit");
	lmdb_close(r);
}

static void
lmdb_change(struct reference *r, size_t record)
{
	char bytes[ID7_TALLY_LEN], text[KEY_LEN + 1];
	MDB_val key = {KEY_LEN, text}, value;
	MDB_txn *txn;

	key_of(record, text);
	must(mdb_txn_begin(r->env, NULL, 0, &txn), "mdb_txn_begin");
	must(mdb_get(txn, r->dbi, &key, &value), "mdb_get");
	memcpy(bytes, value.mv_data, sizeof bytes);
	bytes[0]++;
	value = (MDB_val){sizeof bytes, bytes};
	must(mdb_put(txn, r->dbi, &key, &value, 0), "mdb_put");
	must(mdb_txn_commit(txn), "mdb_txn_commit");
}

static void
sqlite_run(struct reference *r, const char *sql)
{
	must(sqlite3_exec(r->db, sql, NULL, NULL, NULL), sql);
}

static void
sqlite_open(struct reference *r)
{
	must(sqlite3_open(r->path, &r->db), r->path);
	sqlite_run(r, "PRAGMA journal_mode=WAL");
	sqlite_run(r, "PRAGMA synchronous=FULL");
}

static void
sqlite_close(struct reference *r)
{
	must(sqlite3_close(r->db), "sqlite3_close");
}

/* Prepares, binds key and (when not NULL) value as the first and second. */
static sqlite3_stmt *
sqlite_prepare(struct reference *r, const char *sql, const char *key,
	       const char *value)
{
	sqlite3_stmt *statement;

	must(sqlite3_prepare_v2(r->db, sql, -1, &statement, NULL), sql);
	must(sqlite3_bind_text(statement, 1, key, KEY_LEN, SQLITE_STATIC), sql);
	if (value != NULL)
		must(sqlite3_bind_blob(statement, 2, value, ID7_TALLY_LEN,
				       SQLITE_STATIC),
		     sql);
	return statement;
}

static void
sqlite_put(struct reference *r, const char *sql, const char *key,
	   const char *value)
{
	sqlite3_stmt *statement = sqlite_prepare(r, sql, key, value);

	must(sqlite3_step(statement) == SQLITE_DONE ? 0 : 1, sql);
	must(sqlite3_finalize(statement), sql);
}

static void
sqlite_fill(struct reference *r)
{
	static char bytes[ID7_TALLY_LEN];
	char key[KEY_LEN + 1];

	sqlite_open(r);
	sqlite_run(r, "CREATE TABLE t (k TEXT PRIMARY KEY, v BLOB) "
		      "WITHOUT ROWID");
	sqlite_run(r, "BEGIN");
	for (size_t i = 0; i < r->records; i++) {
		key_of(i, key);
		sqlite_put(r, "INSERT INTO t VALUES (?1, ?2)", key, bytes);
	}
	sqlite_run(r, "COMMIT");
	sqlite_close(r);
}

static void
sqlite_change(struct reference *r, size_t record)
{
	char bytes[ID7_TALLY_LEN], key[KEY_LEN + 1];
	sqlite3_stmt *statement;

	key_of(record, key);
	sqlite_run(r, "BEGIN IMMEDIATE");
	statement =
		sqlite_prepare(r, "SELECT v FROM t WHERE k = ?1", key, NULL);
	must(sqlite3_step(statement) == SQLITE_ROW ? 0 : 1, "SELECT");
	memcpy(bytes, sqlite3_column_blob(statement, 0), sizeof bytes);
	must(sqlite3_finalize(statement), "SELECT");
	bytes[0]++;
	sqlite_put(r, "UPDATE t SET v = ?2 WHERE k = ?1", key, bytes);
	sqlite_run(r, "COMMIT");
}

struct kind {
	const char *name;
	void (*open)(struct reference *r);
	void (*close)(struct reference *r);
	void (*fill)(struct reference *r);
	void (*change)(struct reference *r, size_t record);
};

static const struct kind kinds[] = {
	{"lmdb", lmdb_open, lmdb_close, lmdb_fill, lmdb_change},
	{"sqlite", sqlite_open, sqlite_close, sqlite_fill, sqlite_change},
};

static void
measure(const struct kind *kind, bool warm, struct reference *r, size_t count)
{
	struct bench_samples samples = bench_samples_make(count);

	kind->fill(r);
	if (warm)
		kind->open(r);
	for (size_t i = 0; i < count; i++) {
		int64_t before = bench_now();

		if (!warm)
			kind->open(r);
		kind->change(r, i * 7919 % r->records);
		if (!warm)
			kind->close(r);
		samples.ns[i] = bench_now() - before;
	}
	if (warm)
		kind->close(r);
	printf("{");
	bench_print(&samples);
	printf("}\n");
}

int
main(int argc, char **argv)
{
	struct reference r = {0};

	if (argc != 6)
		return 2;
	r.records = bench_number(argv[4]);
	snprintf(r.path, sizeof r.path, "%s/%s-%s", argv[3], argv[1], argv[2]);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(argv[1], kinds[i].name) != 0)
			continue;
		measure(&kinds[i], strcmp(argv[2], "warm") == 0, &r,
			bench_number(argv[5]));
		return 0;
	}
	return 2;
}
