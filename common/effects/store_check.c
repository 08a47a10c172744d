/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads everything and says what is damaged; changes nothing. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/text.h"
#include "common/effects/store_private.h"

#define HOLD_WAIT_MS 5000

struct check {
	struct id7_store *store;
	id7_store_finding_fn *found;
	void *context;
	struct id7_store_counts *counts;
	struct id7_shard shard;
	struct id7_hold hold;
	struct id7_gdbm accounts;
	struct id7_gdbm tallies;
};

static void
say(struct check *check, enum id7_error error, const char *what,
    const char *file, const char *name)
{
	struct id7_store_finding finding = {.error = error, .what = what};

	(void)snprintf(finding.file, sizeof finding.file, "%s", file);
	(void)snprintf(finding.name, sizeof finding.name, "%s", name);
	if (error != ID7_OK)
		check->counts->findings++;
	if (check->found != NULL)
		check->found(&finding, check->context);
}

static void
say_in(struct check *check, enum id7_error error, const char *what,
       enum id7_store_file file, const char *name)
{
	char path[ID7_STORE_FILE_MAX + 1];

	id7_shard_name(check->store, check->shard, file, path);
	say(check, error, what, path, name);
}

/* Once more under the slot byte: an attempt may be half through writing. */
static enum id7_error
read_tallies(struct check *check, const struct id7_subject *subject,
	     struct id7_tallies *ret_tallies)
{
	enum id7_error error = id7_tallies_read(check->store, &check->tallies,
						subject, ret_tallies);

	if (error == ID7_NOT_FOUND ||
	    (ret_tallies->sound[0] && ret_tallies->sound[1]) ||
	    check->hold.fd < 0 ||
	    id7_hold_slot(&check->hold, subject, false,
			  id7_deadline_in(HOLD_WAIT_MS)) != ID7_OK)
		return error;
	error = id7_tallies_read(check->store, &check->tallies, subject,
				 ret_tallies);
	id7_hold_slot_end(&check->hold);
	return error;
}

static void
judge_tallies(struct check *check, const struct id7_subject *subject,
	      const struct id7_account *account)
{
	const char *name = account->name;
	struct id7_tallies tallies;
	enum id7_error error = read_tallies(check, subject, &tallies);

	if (error == ID7_NOT_FOUND)
		say_in(check, ID7_CORRUPT, ID7_N("account without a tally"),
		       ID7_STORE_TALLY, name);
	else if (error != ID7_OK && !tallies.sound[0] && !tallies.sound[1])
		say_in(check, error,
		       ID7_N("both copies of a tally are damaged"),
		       ID7_STORE_TALLY, name);
	else if (error != ID7_OK || !tallies.found[0] || !tallies.found[1])
		say_in(check, ID7_CORRUPT,
		       ID7_N("one copy of a tally is missing"), ID7_STORE_TALLY,
		       name);
	else if (!tallies.sound[0] || !tallies.sound[1])
		say_in(check, ID7_OK,
		       ID7_N("one copy of a tally is damaged, the other one "
			     "serves"),
		       ID7_STORE_TALLY, name);
	else if ((tallies.tally.flags & ID7_TALLY_PROVISIONAL) != 0)
		say_in(check, ID7_OK,
		       ID7_N("adding or removing it was interrupted"),
		       ID7_STORE_TALLY, name);
	/* A new password would not clear it. */
	else if (check->hold.byte && tallies.tally.epoch > account->epoch &&
		 memcmp(tallies.tally.id, account->id, ID7_ID_LEN) == 0)
		say_in(check, ID7_CORRUPT,
		       ID7_N("a tally is ahead of its account"),
		       ID7_STORE_TALLY, name);
}

static bool
check_account(const char *key, void *context)
{
	struct check *check = context;
	struct id7_account account = {0};
	struct id7_subject subject;
	uint8_t sealed[ID7_SEALED_LEN];
	enum id7_error error;

	error = id7_gdbm_fetch(&check->accounts, key, sealed, sizeof sealed);
	if (error == ID7_OK)
		error = id7_store_unseal(check->store, key, sealed, &account);
	if (error != ID7_OK) {
		say_in(check, error == ID7_NOT_FOUND ? ID7_CORRUPT : error,
		       ID7_N("an account's record cannot be read"),
		       ID7_STORE_DB, "");
		return true;
	}
	check->counts->accounts++;
	subject = id7_store_subject(check->store, account.name,
				    strlen(account.name), false);
	if (id7_shard_of(check->store, &subject).index != check->shard.index)
		say_in(check, ID7_CORRUPT,
		       ID7_N("an account lies in another's file"), ID7_STORE_DB,
		       account.name);
	judge_tallies(check, &subject, &account);
	id7_wipe(&account, sizeof account);
	return true;
}

static bool
check_tally(const char *key, void *context)
{
	struct check *check = context;
	struct id7_tallies tallies;
	struct id7_subject subject;
	char account[ID7_STORE_KEY_MAX + 1];
	uint8_t sealed[ID7_SEALED_LEN];
	bool second = key[strlen(key) - 1] == 'b';

	if (!id7_store_key_subject(key, ID7_STORE_TALLY, &subject)) {
		say_in(check, ID7_CORRUPT, ID7_N("a record that is not ours"),
		       ID7_STORE_TALLY, "");
		return true;
	}
	id7_store_account_key(&subject, account);
	if (id7_gdbm_fetch(&check->accounts, account, sealed, sizeof sealed) !=
	    ID7_NOT_FOUND)
		return true;
	(void)!read_tallies(check, &subject, &tallies);
	if (second && tallies.found[0])
		return true;
	if ((tallies.sound[0] || tallies.sound[1]) &&
	    (tallies.tally.flags & ID7_TALLY_PROVISIONAL) != 0)
		say_in(check, ID7_OK,
		       ID7_N("left by an interrupted add or remove"),
		       ID7_STORE_TALLY, "");
	else
		say_in(check, ID7_CORRUPT, ID7_N("tally without an account"),
		       ID7_STORE_TALLY, "");
	return true;
}

static bool
open_one(struct check *check, enum id7_store_file file,
	 struct id7_gdbm *ret_file)
{
	enum id7_error error;
	struct stat st;
	int fd = -1;

	error = id7_shard_open_file(check->store, check->shard, file, O_RDONLY,
				    &fd);
	if (error == ID7_OK && fstat(fd, &st) == 0) {
		check->counts->files++;
		check->counts->bytes += (uint64_t)st.st_size;
	}
	if (error == ID7_OK)
		error = id7_gdbm_open(fd, false, ret_file);
	if (error != ID7_OK)
		say_in(check, error, ID7_N("a file cannot be read"), file, "");
	return error == ID7_OK;
}

static void
walk(struct check *check, const struct id7_gdbm *records,
     enum id7_store_file file, size_t len, id7_gdbm_each_fn *each)
{
	enum id7_error error = id7_gdbm_each(records, len, each, check);

	if (error != ID7_OK)
		say_in(check, error, ID7_N("a file cannot be read through"),
		       file, "");
}

/* Structural changes wait; one that takes too long is read around. */
static void
hold(struct check *check)
{
	struct id7_deadline deadline = id7_deadline_in(HOLD_WAIT_MS);
	enum id7_error error;

	error = id7_hold_begin(check->store, check->shard, false, deadline,
			       &check->hold);
	if (error != ID7_OK && error != ID7_BUSY)
		say_in(check, error, ID7_N("a file cannot be read"),
		       ID7_STORE_LOCK, "");
	if (error == ID7_OK && !check->shard.phantom)
		error = id7_hold_shard(&check->hold, false, deadline);
	if (error == ID7_OK)
		check->counts->files++;
}

static void
check_shard(struct check *check)
{
	hold(check);
	if (open_one(check, ID7_STORE_DB, &check->accounts) &&
	    open_one(check, ID7_STORE_TALLY, &check->tallies)) {
		walk(check, &check->accounts, ID7_STORE_DB, ID7_SEALED_LEN,
		     check_account);
		walk(check, &check->tallies, ID7_STORE_TALLY, ID7_TALLY_LEN,
		     check_tally);
	}
	id7_gdbm_leave(&check->accounts);
	id7_gdbm_leave(&check->tallies);
	id7_hold_end(&check->hold);
}

static void
check_phantom_file(struct check *check)
{
	struct id7_subject place = {.phantom = true};
	struct id7_tallies tallies;
	uint32_t first = check->shard.index * ID7_PHANTOMS_EACH;

	if (open_one(check, ID7_STORE_TALLY, &check->tallies)) {
		for (uint32_t i = first; i < first + ID7_PHANTOMS_EACH; i++) {
			place.hash[0] = (uint8_t)i;
			place.hash[1] = (uint8_t)(i >> 8);
			(void)!read_tallies(check, &place, &tallies);
			if (!tallies.found[0] || !tallies.found[1] ||
			    (!tallies.sound[0] && !tallies.sound[1]))
				say_in(check, ID7_CORRUPT,
				       ID7_N("a record of the ring of phantoms "
					     "is damaged"),
				       ID7_STORE_TALLY, "");
		}
	}
	id7_gdbm_leave(&check->tallies);
}

static void
check_phantoms(struct check *check)
{
	check->shard = (struct id7_shard){.phantom = true};
	hold(check);
	for (uint32_t i = 0; i < ID7_PHANTOM_FILES; i++) {
		check->shard.index = i;
		check_phantom_file(check);
	}
	id7_hold_end(&check->hold);
}

/* What an interrupted change left: ignored, and overwritten by the next. */
static void
check_leftovers(struct check *check, int dirfd, const char *prefix)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	char path[ID7_STORE_FILE_MAX + 1];
	struct dirent *entry;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		const char *dot = strrchr(entry->d_name, '.');
		uint32_t number = id7_files_generation(entry->d_name);

		if (number != 0 &&
		    (number != check->store->meta.generation || dot != NULL))
			say(check, ID7_OK,
			    ID7_N("a generation that is not in use"),
			    entry->d_name, "");
		if (dot == NULL || strcmp(dot, ".tmp") != 0)
			continue;
		(void)snprintf(path, sizeof path, "%s%.40s", prefix,
			       entry->d_name);
		say(check, ID7_OK, ID7_N("left by an interrupted change"), path,
		    "");
	}
	closedir(dir);
}

enum id7_error
id7_store_check(struct id7_store *store, id7_store_finding_fn *found,
		void *context, struct id7_store_counts *ret_counts)
{
	struct check check = {.store = store,
			      .found = found,
			      .context = context,
			      .counts = ret_counts,
			      .hold = ID7_HOLD_NONE};
	char prefix[ID7_STORE_FILE_MAX + 1];

	memset(ret_counts, 0, sizeof *ret_counts);
	ret_counts->shards = store->meta.shards;
	ret_counts->generation = store->meta.generation;
	for (uint32_t i = 0; i < store->meta.shards; i++) {
		check.shard = (struct id7_shard){.index = i};
		check_shard(&check);
		id7_store_step(store, i + 1, store->meta.shards);
	}
	check_phantoms(&check);
	(void)snprintf(prefix, sizeof prefix, "g%06u/", store->meta.generation);
	check_leftovers(&check, store->shards_fd, prefix);
	check_leftovers(&check, store->root_fd, "");
	return ID7_OK;
}
