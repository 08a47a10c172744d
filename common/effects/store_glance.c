/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The last answer about a name. Its two files are kept open, so that no other
 * file can be taken for them: while both still have their names, what they said
 * is what they would say. Accounts only ever change by a new file, and a tally
 * comes or goes only by one.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/effects/scope.h"
#include "common/effects/store_private.h"

void
id7_glance_drop(struct id7_glance *glance)
{
	glance->full = false;
	id7_scope_close(&glance->db.fd);
	id7_scope_close(&glance->tally.fd);
}

void
id7_glance_pin(struct id7_pin *pin, const struct id7_gdbm *file)
{
	id7_scope_close(&pin->fd);
	pin->fd = id7_gdbm_pin(file);
	if (pin->fd >= 0 && fstat(pin->fd, &pin->st) != 0)
		id7_scope_close(&pin->fd);
}

void
id7_glance_keep(struct id7_store *store, const struct id7_subject *subject,
		enum id7_error answer)
{
	struct id7_glance *glance = &store->glance;

	glance->full = glance->db.fd >= 0 && glance->tally.fd >= 0 &&
		       (answer == ID7_OK || answer == ID7_NOT_FOUND);
	glance->subject = *subject;
	glance->answer = answer;
	glance->turn = store->turn;
	if (!glance->full)
		id7_glance_drop(glance);
}

/* Whether the file still stands there, as trustworthy as it was. */
static bool
stands(const struct id7_store *store, struct id7_shard shard,
       enum id7_store_file file, const struct id7_pin *pin, bool untouched)
{
	char base[ID7_STORE_FILE_MAX + 1];
	struct id7_stamp was = id7_stamp_of(&pin->st), is;
	struct stat st;

	id7_shard_base(shard, file, base);
	if (fstatat(store->shards_fd, base, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	is = id7_stamp_of(&st);
	return st.st_dev == pin->st.st_dev && st.st_ino == pin->st.st_ino &&
	       st.st_mode == pin->st.st_mode && st.st_uid == pin->st.st_uid &&
	       st.st_nlink == pin->st.st_nlink &&
	       (!untouched || id7_stamp_equal(&was, &is));
}

bool
id7_glance_holds(struct id7_store *store, const struct id7_subject *subject)
{
	const struct id7_glance *glance = &store->glance;
	struct id7_shard shard = id7_shard_of(store, subject);

	return glance->full &&
	       memcmp(glance->subject.hash, subject->hash, ID7_SUBJECT_LEN) ==
		       0 &&
	       id7_store_fresh(store) == ID7_OK &&
	       glance->turn == store->turn &&
	       stands(store, shard, ID7_STORE_DB, &glance->db, true) &&
	       stands(store, shard, ID7_STORE_TALLY, &glance->tally, false);
}
