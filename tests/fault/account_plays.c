/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to one account, the target, and an import of two. */
#include "tests/fault/plays.h"

#define OLD_PASSWORD "Grain-of-sand-1"
#define NEW_PASSWORD "Grain-of-rice-1"
#define LAST_PASSWORD "Grain-of-salt-1"

/* --- beforehand --- */

static const char *
prepare_none(struct stage *stage, struct temp_hand *hand)
{
	struct id7_account a;

	(void)stage;
	if (id7_store_get(hand->store, TARGET, &a) == ID7_OK)
		WANT(id7_store_remove(hand->store, TARGET, temp_store_long()) ==
		     ID7_OK);
	WANT(id7_store_get(hand->store, TARGET, &a) == ID7_NOT_FOUND);
	return NULL;
}

static const char *
prepare_fresh(struct stage *stage, struct temp_hand *hand)
{
	WANT_WELL(prepare_none(stage, hand));
	WANT(temp_login_add(hand->id7, TARGET, OLD_PASSWORD) == ID7_OK);
	return NULL;
}

static const char *
prepare_failed(struct stage *stage, struct temp_hand *hand)
{
	WANT_WELL(prepare_fresh(stage, hand));
	WANT(temp_hand_fail(hand, TARGET, 1) == ID7_OK);
	return NULL;
}

/* Locked out, and held by an administrator as well. */
static const char *
prepare_locked(struct stage *stage, struct temp_hand *hand)
{
	struct id7_account a = {0};

	WANT_WELL(prepare_fresh(stage, hand));
	WANT(temp_hand_fail(hand, TARGET, hand->policy.deny) == ID7_OK);
	WANT(id7_store_get(hand->store, TARGET, &a) == ID7_OK);
	a.flags |= ID7_ACCOUNT_HELD;
	WANT(id7_store_put(hand->store, &a, temp_store_long()) == ID7_OK);
	return NULL;
}

static const char *
prepare_import(struct stage *stage, struct temp_hand *hand)
{
	char name[16];

	WANT_WELL(prepare_none(stage, hand));
	stage_beside(hand->store, name);
	(void)!id7_store_remove(hand->store, name, temp_store_long());
	return NULL;
}

/* --- afterwards --- */

/* The next attempt finds so many failures before it. */
static const char *
counts(struct temp_hand *hand, uint32_t wanted)
{
	uint32_t failures = 0;

	WANT(temp_hand_failures(hand, TARGET, &failures) == ID7_OK);
	WANT(failures == wanted);
	return NULL;
}

static const char *
no_mark(struct temp_hand *hand)
{
	struct id7_subject subject = temp_store_subject(hand->store, TARGET);
	struct id7_tally tally = {.flags = 99};

	WANT(id7_store_tally(hand->store, &subject, &tally) == ID7_OK);
	WANT(tally.flags == 0);
	return NULL;
}

static bool
lets_in(struct temp_hand *hand, const char *password)
{
	struct id7_login login;

	temp_login_attempt(hand->id7, TARGET, password, temp_store_long(),
			   &login);
	return login.error == ID7_OK && login.verdict == ID7_ALLOW;
}

/* --- add --- */

static enum id7_error
act_add(struct stage *stage, struct temp_hand *hand)
{
	(void)stage;
	return temp_login_add(hand->id7, TARGET, OLD_PASSWORD);
}

static const char *
judge_add(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	struct id7_account a;
	enum id7_error found = id7_store_get(hand->store, TARGET, &a);

	WANT(found == ID7_OK || found == ID7_NOT_FOUND);
	WANT(found == ID7_OK || !acknowledged);
	WANT(act_add(stage, hand) == (found == ID7_OK ? ID7_EXISTS : ID7_OK));
	WANT_WELL(no_mark(hand));
	WANT_WELL(counts(hand, 0));
	WANT(lets_in(hand, OLD_PASSWORD));
	return NULL;
}

/* --- put --- */

static enum id7_error
act_put(struct stage *stage, struct temp_hand *hand)
{
	(void)stage;
	return temp_hand_set(hand, TARGET);
}

static const char *
judge_put(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	struct id7_account a = {0};

	(void)stage;
	WANT(id7_store_get(hand->store, TARGET, &a) == ID7_OK);
	WANT(a.revision == 2 || (a.revision == 1 && !acknowledged));
	WANT((a.birthdate == 0) == (a.revision == 1));
	WANT(temp_hand_set(hand, TARGET) == ID7_OK);
	WANT_WELL(counts(hand, 1));
	return NULL;
}

/* --- remove --- */

static enum id7_error
act_remove(struct stage *stage, struct temp_hand *hand)
{
	(void)stage;
	return id7_manage_remove(hand->id7, TARGET, temp_store_long(), NULL);
}

static const char *
judge_remove(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	struct id7_account a;
	enum id7_error found = id7_store_get(hand->store, TARGET, &a);

	WANT(found == ID7_OK || found == ID7_NOT_FOUND);
	WANT(found == ID7_NOT_FOUND || !acknowledged);
	if (found == ID7_OK)
		WANT_WELL(counts(hand, 1));
	WANT(act_remove(stage, hand) == found);
	WANT(id7_store_get(hand->store, TARGET, &a) == ID7_NOT_FOUND);
	WANT(act_add(stage, hand) == ID7_OK);
	WANT_WELL(counts(hand, 0));
	return NULL;
}

/* --- unlock --- */

static enum id7_error
act_unlock(struct stage *stage, struct temp_hand *hand)
{
	enum id7_reason was;

	(void)stage;
	return id7_manage_unlock(hand->id7, TARGET, false, temp_store_long(),
				 &was, NULL);
}

/* The hold goes first, then the lock: never the other way round. */
static const char *
judge_unlock(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	struct id7_picture picture = {0};
	bool held, locked;

	WANT(id7_manage_look(hand->id7, TARGET, &picture, NULL) == ID7_OK);
	held = (picture.account.flags & ID7_ACCOUNT_HELD) != 0;
	locked = picture.lane[ID7_LANE_REMOTE].locked_out;
	WANT(locked || !held);
	WANT(!locked || !acknowledged);
	WANT(picture.account.revision == (held ? 2 : 3));
	WANT(act_unlock(stage, hand) == ID7_OK);
	WANT_WELL(counts(hand, 0));
	WANT(lets_in(hand, OLD_PASSWORD));
	return NULL;
}

/* --- passwd --- */

static enum id7_error
act_passwd(struct stage *stage, struct temp_hand *hand)
{
	(void)stage;
	return temp_login_change(hand->id7, TARGET, NEW_PASSWORD);
}

/* One password lets in, never both and never none; the new one forgets. */
static const char *
judge_passwd(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	struct id7_account a = {0};
	bool is_new;

	(void)stage;
	WANT(id7_store_get(hand->store, TARGET, &a) == ID7_OK);
	is_new = a.revision == 2;
	WANT(is_new || (a.revision == 1 && !acknowledged));
	WANT(a.epoch == a.revision);
	WANT_WELL(counts(hand, is_new ? 0 : 1));
	WANT(lets_in(hand, NEW_PASSWORD) == is_new);
	WANT(lets_in(hand, OLD_PASSWORD) == !is_new);
	WANT(temp_login_change(hand->id7, TARGET, LAST_PASSWORD) == ID7_OK);
	WANT(lets_in(hand, LAST_PASSWORD));
	return NULL;
}

/* --- import --- */

static enum id7_error
import_put(struct id7_import *import, const char *name, uint64_t line)
{
	struct id7_account account = {0};

	snprintf(account.name, sizeof account.name, "%s", name);
	return id7_import_put(import, &account, line);
}

static enum id7_error
import(struct id7_store *store, struct id7_import_counts *ret_counts)
{
	struct id7_now now = id7_clock_now();
	struct id7_import_room room;
	auto_import *work = NULL;
	char name[16];
	enum id7_error error = id7_import_begin(store, &now, &work);

	stage_beside(store, name);
	if (error == ID7_OK)
		error = import_put(work, TARGET, 1);
	if (error == ID7_OK)
		error = import_put(work, name, 2);
	if (error == ID7_OK)
		error = id7_import_check(work, NULL, NULL, NULL, ret_counts);
	if (error == ID7_OK)
		error = id7_import_room(work, ret_counts->added, &room);
	if (error == ID7_OK)
		error = id7_import_commit(work, 60000, NULL, NULL, NULL,
					  ret_counts);
	return error;
}

static enum id7_error
act_import(struct stage *stage, struct temp_hand *hand)
{
	struct id7_import_counts counts_;

	(void)stage;
	return import(hand->store, &counts_);
}

/* Both or neither, and the same import again finds or adds them. */
static const char *
judge_import(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	struct id7_import_counts again = {0};
	struct id7_account a;
	char name[16];
	enum id7_error found = id7_store_get(hand->store, TARGET, &a);

	(void)stage;
	stage_beside(hand->store, name);
	WANT(found == ID7_OK || found == ID7_NOT_FOUND);
	WANT(found == ID7_OK || !acknowledged);
	WANT(id7_store_get(hand->store, name, &a) == found);
	WANT(import(hand->store, &again) == ID7_OK);
	WANT((found == ID7_OK ? again.already : again.added) == 2);
	WANT(again.refused == 0);
	WANT_WELL(no_mark(hand));
	WANT_WELL(counts(hand, 0));
	return NULL;
}

/* --- attempts --- */

static enum id7_error
reserve(struct temp_hand *hand)
{
	return temp_hand_reserve(hand, TARGET);
}

static enum id7_error
act_reserve(struct stage *stage, struct temp_hand *hand)
{
	(void)stage;
	return reserve(hand);
}

static const char *
judge_reserve(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	uint32_t failures = 0;

	(void)stage;
	WANT(temp_hand_failures(hand, TARGET, &failures) == ID7_OK);
	WANT(failures == 1 || (failures == 0 && !acknowledged));
	return NULL;
}

static enum id7_error
act_wrong(struct stage *stage, struct temp_hand *hand)
{
	struct id7_settled settled;

	(void)stage;
	return temp_hand_settle(hand, ID7_SETTLE_WRONG,
				(uint32_t)hand->ticket.nonce | 1, &settled);
}

/* Settled or dead: one failure either way. */
static const char *
judge_wrong(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	(void)stage;
	(void)acknowledged;
	return counts(hand, 1);
}

static enum id7_error
act_right(struct stage *stage, struct temp_hand *hand)
{
	struct id7_settled settled;

	(void)stage;
	return temp_hand_settle(hand, ID7_SETTLE_RIGHT, 7, &settled);
}

/* One failure before: cleared, or the dead one beside it. */
static const char *
judge_right(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	uint32_t failures = 0;

	(void)stage;
	WANT(temp_hand_failures(hand, TARGET, &failures) == ID7_OK);
	WANT(failures == 0 || (failures == 2 && !acknowledged));
	return NULL;
}

const struct play account_plays[] = {
	{"add", prepare_none, NULL, act_add, judge_add, .care = false},
	{"put", prepare_failed, NULL, act_put, judge_put, .care = false},
	{"remove", prepare_failed, NULL, act_remove, judge_remove,
	 .care = false},
	{"unlock", prepare_locked, NULL, act_unlock, judge_unlock,
	 .care = false},
	{"passwd", prepare_failed, NULL, act_passwd, judge_passwd,
	 .care = false},
	{"import", prepare_import, NULL, act_import, judge_import,
	 .care = false},
	{"reserve", prepare_fresh, NULL, act_reserve, judge_reserve,
	 .care = false},
	{"settle wrong", prepare_fresh, reserve, act_wrong, judge_wrong,
	 .care = false},
	{"settle right", prepare_failed, reserve, act_right, judge_right,
	 .care = false},
};
const size_t account_plays_count =
	sizeof account_plays / sizeof account_plays[0];
