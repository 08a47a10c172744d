/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What administrators do to accounts. */
#include "common/usecases/manage.h"

#include <string.h>

#include "common/core/redeem.h"
#include "common/effects/fault.h"
#include "common/effects/file.h"
#include "common/effects/keys.h"
#include "common/usecases/change.h"
#include "common/usecases/hint.h"

/* The key id that `init` makes; rotation adds others. */
#define FIRST_KEY 1

/* Copies the store's fault for the caller. */
static enum id7_error
store_failed(struct id7 *id7, enum id7_error error, struct id7_fault *ret_fault)
{
	if (error != ID7_OK && ret_fault != NULL)
		*ret_fault = *id7_store_fault(id7_get_store(id7));
	return error;
}

static enum id7_error
bad_name(const char *name, struct id7_fault *ret_fault)
{
	return id7_fault_set(ret_fault, ID7_INVALID, ID7_TROUBLE_NONE, name);
}

/* A store that has lost its key is a store: a new key in the place of the lost
 * one would stand in the way of the right one. */
static enum id7_error
no_store_yet(const struct id7_config *config, struct id7_fault *ret_fault)
{
	auto_store *store = NULL;
	enum id7_error error;

	error = id7_store_open(config->store_dir, config->key_dir, &store,
			       ret_fault);
	if (error == ID7_NOT_FOUND)
		return ID7_OK;
	if (error == ID7_OK || error == ID7_NO_KEY || error == ID7_WRONG_KEY ||
	    error == ID7_CORRUPT || error == ID7_NEWER)
		return id7_fault_set(ret_fault, ID7_EXISTS, ID7_TROUBLE_NONE,
				     config->store_dir);
	return error;
}

enum id7_error
id7_manage_init(const struct id7_config *config, uint64_t accounts,
		struct id7_fault *ret_fault)
{
	enum id7_error error;

	error = id7_crypto_start();
	if (error != ID7_OK)
		return id7_fault_set(ret_fault, error, ID7_TROUBLE_NONE,
				     "libsodium");
	error = no_store_yet(config, ret_fault);
	if (error == ID7_OK)
		error = id7_dir_make_parent(config->key_dir, ret_fault);
	if (error == ID7_OK)
		error = id7_dir_make_parent(config->store_dir, ret_fault);
	if (error != ID7_OK)
		return error;
	error = id7_keys_make(config->key_dir, FIRST_KEY, ret_fault);
	if (error != ID7_OK && error != ID7_EXISTS)
		return error;
	return id7_store_init(config->store_dir, config->key_dir, accounts,
			      id7_clock_now().wall, ret_fault);
}

static bool
addresses_ok(const struct id7_account *account)
{
	size_t i;

	for (i = 0; i < ID7_ADDRESSES; i++)
		if (account->address[i][0] != '\0' &&
		    !id7_account_address_ok(account->address[i]))
			return false;
	return true;
}

enum id7_error
id7_manage_add(struct id7 *id7, struct id7_account *account,
	       const struct id7_secret *typed, struct id7_deadline deadline,
	       enum id7_quality *ret_quality, struct id7_fault *ret_fault)
{
	const struct id7_origin here = {.service = "7idctl"};
	struct id7_now now = id7_clock_now();
	enum id7_error error;

	if (!id7_account_name_ok(account->name, strlen(account->name)) ||
	    !addresses_ok(account))
		return bad_name(account->name, ret_fault);
	account->created = now.wall;
	account->changed = now.wall;
	account->flags |= ID7_ACCOUNT_NO_VERIFIER;
	if (typed != NULL) {
		error = id7_change_judge(id7, account->name, typed,
					 ret_quality);
		if (error != ID7_OK)
			return id7_fault_set(ret_fault, error, ID7_TROUBLE_NONE,
					     account->name);
		error = id7_change_hash(id7, account, typed, &here, deadline,
					ret_quality, ret_fault);
		if (error != ID7_OK)
			return error;
	}
	return store_failed(
		id7, id7_store_add(id7_get_store(id7), account, &now, deadline),
		ret_fault);
}

static enum id7_error
change_once(struct id7 *id7, const char *name, id7_manage_change_fn *change,
	    void *context, struct id7_deadline deadline,
	    struct id7_account *account)
{
	struct id7_now now = id7_clock_now();
	struct id7_account before;
	enum id7_error error;

	error = id7_store_get(id7_get_store(id7), name, account);
	if (error != ID7_OK)
		return error;
	before = *account;
	if (change(account, &now, context)) {
		account->changed = now.wall;
		id7_redeem_void(account, id7_redeem_ended(&before, account));
		error = id7_store_put(id7_get_store(id7), account, deadline);
	}
	id7_wipe(&before, sizeof before);
	return error;
}

enum id7_error
id7_manage_change(struct id7 *id7, const char *name,
		  id7_manage_change_fn *change, void *context,
		  struct id7_deadline deadline, struct id7_account *ret_account,
		  struct id7_fault *ret_fault)
{
	struct id7_account account;
	enum id7_error error;

	if (!id7_account_name_ok(name, strlen(name)))
		return bad_name(name, ret_fault);
	do {
		error = change_once(id7, name, change, context, deadline,
				    &account);
	} while (error == ID7_STALE && id7_deadline_left(deadline) > 0);
	if (error == ID7_OK && ret_account != NULL)
		*ret_account = account;
	id7_wipe(&account, sizeof account);
	return store_failed(id7, error, ret_fault);
}

static bool
end_hold(struct id7_account *account, const struct id7_now *now, void *context)
{
	enum id7_reason *was = context;

	if (!(account->flags & ID7_ACCOUNT_HELD))
		return false;
	if (id7_account_standing(account, now) == ID7_REASON_HELD)
		*was = ID7_REASON_HELD;
	account->flags &= ~ID7_ACCOUNT_HELD;
	account->held_at = 0;
	account->held_until = 0;
	/* One text serves both acts; a disabled account keeps its own. */
	if (!(account->flags & ID7_ACCOUNT_DISABLED))
		memset(account->reason, 0, sizeof account->reason);
	return true;
}

struct tally_unlock {
	enum id7_reason was;
	bool hold_ended; /* the administrator's, in the account */
};

static bool
end_lock(struct id7_tally *tally, void *context)
{
	struct tally_unlock *unlock = context;
	size_t i;

	for (i = 0; i < ID7_LANES; i++) {
		if (!tally->lane[i].locked)
			continue;
		if (tally->lane[i].held)
			unlock->was = ID7_REASON_HELD;
		else if (unlock->was == ID7_REASON_RIGHT)
			unlock->was = ID7_REASON_LOCKED_OUT;
	}
	/* Two unlockings in one second are two. */
	if (id7_tally_unlock(tally) || unlock->hold_ended)
		tally->unlocked_at = tally->wall > tally->unlocked_at
					     ? tally->wall
					     : tally->unlocked_at + 1;
	return true;
}

enum id7_error
id7_manage_unlock(struct id7 *id7, const char *name, bool repair,
		  struct id7_deadline deadline, enum id7_reason *ret_was,
		  struct id7_fault *ret_fault)
{
	struct tally_unlock unlock = {.was = ID7_REASON_RIGHT};
	struct id7_policy policy = id7_policy_of(id7, name);
	struct id7_now now = id7_clock_now();
	struct id7_subject subject;
	struct id7_account account;
	enum id7_error error;

	*ret_was = ID7_REASON_RIGHT;
	error = id7_manage_change(id7, name, end_hold, ret_was, deadline,
				  &account, ret_fault);
	if (error != ID7_OK)
		return error;
	unlock.hold_ended = *ret_was == ID7_REASON_HELD;
	subject = id7_store_subject(id7_get_store(id7), name, strlen(name),
				    false);
	error = id7_store_change(id7_get_store(id7), &subject, account.id,
				 account.epoch, &policy, &now, repair, end_lock,
				 &unlock, deadline);
	id7_wipe(&account, sizeof account);
	if (*ret_was == ID7_REASON_RIGHT)
		*ret_was = unlock.was;
	if (error == ID7_OK && *ret_was != ID7_REASON_RIGHT)
		id7_hint(id7, name, true);
	return store_failed(id7, error, ret_fault);
}

enum id7_error
id7_manage_remove(struct id7 *id7, const char *name,
		  struct id7_deadline deadline, struct id7_fault *ret_fault)
{
	if (!id7_account_name_ok(name, strlen(name)))
		return bad_name(name, ret_fault);
	return store_failed(
		id7, id7_store_remove(id7_get_store(id7), name, deadline),
		ret_fault);
}

/* Only what was counted is judged by limits: a walk over all accounts asks the
 * system for few of them. */
static bool
has_counts(const struct id7_tally *tally)
{
	bool any = id7_tally_lifetime(tally) != 0;
	size_t i;

	for (i = 0; i < ID7_LANES; i++)
		any |= tally->lane[i].locked || tally->lane[i].failures != 0;
	for (i = 0; i < ID7_RESERVATIONS; i++)
		any |= tally->reservation[i].nonce != 0;
	return any;
}

/* A lock that strangers cannot have made is worth a look, too. */
static enum id7_lane
shown_lane(const struct id7_picture *picture)
{
	static const enum id7_lane order[] = {ID7_LANE_REMOTE, ID7_LANE_KNOWN,
					      ID7_LANE_CONSOLE};
	size_t i;

	for (i = 0; i < ID7_LANES; i++)
		if (picture->lane[order[i]].locked_out ||
		    picture->lane[order[i]].held)
			return order[i];
	return ID7_LANE_REMOTE;
}

/* Account and tally seen together at `picture->now`, under its policy. */
static void
complete(struct id7_picture *picture)
{
	size_t i;

	/* Whose owner died is for the next attempt to find: all count as alive.
	 */
	(void)id7_tally_refresh(&picture->tally, picture->account.id,
				picture->account.epoch, &picture->policy,
				&picture->now, UINT32_MAX);
	for (i = 0; i < ID7_LANES; i++)
		picture->lane[i] = id7_tally_view(
			&picture->tally, &picture->now, (enum id7_lane)i);
	picture->shown = shown_lane(picture);
	picture->reason = id7_decide_password(&picture->account,
					      &picture->lane[picture->shown],
					      &picture->now);
}

enum id7_error
id7_manage_look(struct id7 *id7, const char *name,
		struct id7_picture *ret_picture, struct id7_fault *ret_fault)
{
	struct id7_store *store = id7_get_store(id7);
	struct id7_subject subject;
	enum id7_error error;

	if (!id7_account_name_ok(name, strlen(name)))
		return bad_name(name, ret_fault);
	memset(ret_picture, 0, sizeof *ret_picture);
	ret_picture->now = id7_clock_now();
	error = id7_store_get(store, name, &ret_picture->account);
	if (error == ID7_OK) {
		subject = id7_store_subject(store, name, strlen(name), false);
		error = id7_store_tally(store, &subject, &ret_picture->tally);
	}
	if (error == ID7_OK) {
		ret_picture->policy = id7_policy_of(id7, name);
		complete(ret_picture);
	}
	return store_failed(id7, error, ret_fault);
}

struct each_picture {
	const struct id7 *id7;
	struct id7_picture picture;
	id7_manage_each_fn *each;
	void *context;
};

static bool
one_picture(const struct id7_account *account, const struct id7_tally *tally,
	    void *context)
{
	struct each_picture *walk = context;

	walk->picture.account = *account;
	walk->picture.tally = *tally;
	walk->picture.policy = has_counts(tally)
				       ? id7_policy_of(walk->id7, account->name)
				       : id7_get_config(walk->id7)->policy;
	complete(&walk->picture);
	return walk->each(&walk->picture, walk->context);
}

enum id7_error
id7_manage_each(struct id7 *id7, id7_manage_each_fn *each, void *context,
		struct id7_fault *ret_fault)
{
	struct each_picture walk = {
		.id7 = id7, .each = each, .context = context};
	enum id7_error error;

	walk.picture.now = id7_clock_now();
	error = id7_store_each(id7_get_store(id7), one_picture, &walk);
	id7_wipe(&walk.picture, sizeof walk.picture);
	return store_failed(id7, error, ret_fault);
}
