/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tallies as pam_faillock's users know them: seen, reset, imported. */
#include "common/usecases/faillock.h"

#include <stdlib.h>
#include <string.h>

#include "common/core/account.h"
#include "common/core/origin.h"
#include "common/effects/fault.h"
#include "common/effects/secret.h"
#include "common/usecases/hashing.h"

static enum id7_error
store_failed(struct id7 *id7, enum id7_error error, struct id7_fault *ret_fault)
{
	if (error != ID7_OK && ret_fault != NULL)
		*ret_fault = *id7_store_fault(id7_get_store(id7));
	return error;
}

/* Who an account is, without its secrets. */
struct who {
	struct id7_subject subject;
	uint8_t id[ID7_ID_LEN];
	uint64_t epoch;
};

static enum id7_error
find(struct id7 *id7, const char *name, struct who *ret_who,
     struct id7_fault *ret_fault)
{
	struct id7_store *store = id7_get_store(id7);
	struct id7_account account;
	enum id7_error error;

	if (!id7_account_name_ok(name, strlen(name)))
		return id7_fault_set(ret_fault, ID7_INVALID, ID7_TROUBLE_NONE,
				     name);
	error = id7_store_get(store, name, &account);
	if (error == ID7_OK) {
		ret_who->subject =
			id7_store_subject(store, name, strlen(name), false);
		memcpy(ret_who->id, account.id, ID7_ID_LEN);
		ret_who->epoch = account.epoch;
	}
	id7_wipe(&account, sizeof account);
	return store_failed(id7, error, ret_fault);
}

static int
by_time(const void *a, const void *b)
{
	const struct id7_faillock_row *x = a, *y = b;

	return x->wall < y->wall ? -1 : x->wall > y->wall;
}

/* The failures of a stored tally on the present clock: with a policy that
 * drops nothing those that a refresh would drop are there, too. */
static struct id7_tally
undropped(const struct id7_tally *stored, const uint8_t id[ID7_ID_LEN],
	  uint64_t epoch, const struct id7_policy *policy,
	  const struct id7_now *now)
{
	struct id7_policy endless = *policy;
	struct id7_tally tally = *stored;
	size_t i;

	endless.deny = 0;
	endless.fail_interval = INT64_MAX;
	for (i = 0; i < ID7_LANES; i++)
		tally.lane[i].locked = false;
	(void)id7_tally_refresh(&tally, id, epoch, &endless, now, UINT32_MAX);
	return tally;
}

static bool
holds(const struct id7_lane_tally *lane, const struct id7_failure *failure)
{
	uint8_t k;

	for (k = 0; k < lane->failures; k++)
		if (lane->failure[k].at == failure->at &&
		    lane->failure[k].source == failure->source &&
		    lane->failure[k].fingerprint == failure->fingerprint)
			return true;
	return false;
}

static size_t
rows_of(const struct id7_tally *stored, const uint8_t id[ID7_ID_LEN],
	uint64_t epoch, const struct id7_policy *policy,
	const struct id7_now *now, struct id7_faillock_row *ret_rows)
{
	struct id7_tally all = undropped(stored, id, epoch, policy, now);
	struct id7_tally present = *stored;
	size_t i, count = 0;
	uint8_t k;

	(void)id7_tally_refresh(&present, id, epoch, policy, now, UINT32_MAX);
	for (i = 0; i < ID7_LANES; i++) {
		for (k = 0; k < all.lane[i].failures; k++) {
			const struct id7_failure *f = &all.lane[i].failure[k];

			ret_rows[count++] = (struct id7_faillock_row){
				.wall = now->wall - (now->boot - f->at),
				.lane = (enum id7_lane)i,
				.counts = holds(&present.lane[i], f)};
		}
	}
	qsort(ret_rows, count, sizeof *ret_rows, by_time);
	return count;
}

enum id7_error
id7_faillock_look(struct id7 *id7, const char *name,
		  struct id7_faillock_row *ret_rows, size_t *ret_count,
		  struct id7_fault *ret_fault)
{
	struct id7_policy policy = id7_policy_of(id7, name);
	struct id7_now now = id7_clock_now();
	struct id7_tally tally;
	struct who who;
	enum id7_error error;

	error = find(id7, name, &who, ret_fault);
	if (error != ID7_OK)
		return error;
	error = id7_store_tally(id7_get_store(id7), &who.subject, &tally);
	if (error == ID7_OK)
		*ret_count = rows_of(&tally, who.id, who.epoch, &policy, &now,
				     ret_rows);
	return store_failed(id7, error, ret_fault);
}

struct walk {
	const struct id7 *id7;
	struct id7_now now;
	id7_faillock_each_fn *each;
	void *context;
};

static bool
walk_one(const struct id7_account *account, const struct id7_tally *tally,
	 void *context)
{
	struct id7_faillock_row rows[ID7_FAILLOCK_ROWS];
	struct walk *walk = context;
	struct id7_policy policy;
	size_t count = 0, i;

	/* Of the few that have any failures the system is asked whose they are.
	 */
	for (i = 0; i < ID7_LANES; i++)
		count += tally->lane[i].failures;
	for (i = 0; i < ID7_RESERVATIONS; i++)
		count += tally->reservation[i].nonce != 0;
	if (count == 0)
		return true;
	policy = id7_policy_of(walk->id7, account->name);
	count = rows_of(tally, account->id, account->epoch, &policy, &walk->now,
			rows);
	return count == 0 ||
	       walk->each(account->name, rows, count, walk->context);
}

enum id7_error
id7_faillock_each(struct id7 *id7, id7_faillock_each_fn *each, void *context,
		  struct id7_fault *ret_fault)
{
	struct walk walk = {id7, id7_clock_now(), each, context};

	return store_failed(id7,
			    id7_store_each(id7_get_store(id7), walk_one, &walk),
			    ret_fault);
}

static bool
forget(struct id7_tally *tally, void *context)
{
	(void)context;
	(void)id7_tally_unlock(tally);
	return true;
}

enum id7_error
id7_faillock_reset(struct id7 *id7, const char *name,
		   struct id7_deadline deadline, struct id7_fault *ret_fault)
{
	struct id7_policy policy = id7_policy_of(id7, name);
	struct id7_now now = id7_clock_now();
	struct who who;
	enum id7_error error;

	error = find(id7, name, &who, ret_fault);
	if (error != ID7_OK)
		return error;
	return store_failed(id7,
			    id7_store_change(id7_get_store(id7), &who.subject,
					     who.id, who.epoch, &policy, &now,
					     false, forget, NULL, deadline),
			    ret_fault);
}

/* The lane in which such an attempt would be counted today. What pam_faillock
 * calls a terminal may be one that anybody's program made. */
static struct id7_faillock_failure
failure_of(struct id7 *id7, const struct id7_faillock_record *record,
	   bool lanes)
{
	struct id7_faillock_failure failure = {.wall = (int64_t)record->time,
					       .lane = ID7_LANE_REMOTE};
	struct id7_origin origin = {.service = "faillock"};

	switch (record->type) {
	case ID7_FAILLOCK_RHOST:
		origin.rhost = record->source;
		failure.source = (uint32_t)id7_hashing_source(id7, &origin);
		break;
	case ID7_FAILLOCK_TTY:
		origin.tty = record->source;
		if (lanes && id7_origin_console(&origin))
			failure.lane = ID7_LANE_CONSOLE;
		break;
	case ID7_FAILLOCK_SVC:
		break;
	}
	return failure;
}

struct taking {
	const struct id7_policy *policy;
	const struct id7_now *now;
	struct id7_faillock_failure failure[ID7_FAILLOCK_RECORDS];
	size_t count;
	struct id7_faillock_import *import;
};

static bool
take(struct id7_tally *tally, void *context)
{
	struct taking *taking = context;
	struct id7_faillock_taken *taken = &taking->import->taken;

	*taken = id7_faillock_take(tally, taking->policy, taking->now,
				   taking->failure, taking->count,
				   taking->import->standing.locked_at);
	return taken->added > 0;
}

static int
by_wall(const void *a, const void *b)
{
	const struct id7_faillock_failure *x = a, *y = b;

	return x->wall < y->wall ? -1 : x->wall > y->wall;
}

static enum id7_error
take_into(struct id7 *id7, const struct who *who, struct taking *taking,
	  bool dry_run, struct id7_deadline deadline)
{
	struct id7_store *store = id7_get_store(id7);
	struct id7_tally tally;
	enum id7_error error;

	if (!dry_run)
		return id7_store_change(store, &who->subject, who->id,
					who->epoch, taking->policy, taking->now,
					false, take, taking, deadline);
	error = id7_store_tally(store, &who->subject, &tally);
	if (error != ID7_OK)
		return error;
	(void)id7_tally_refresh(&tally, who->id, who->epoch, taking->policy,
				taking->now, UINT32_MAX);
	(void)take(&tally, taking);
	return ID7_OK;
}

enum id7_error
id7_faillock_import(struct id7 *id7, const char *name,
		    struct id7_faillock_record *records, size_t count,
		    int64_t newest, bool dry_run, struct id7_deadline deadline,
		    struct id7_faillock_import *ret_import,
		    struct id7_fault *ret_fault)
{
	struct id7_policy policy = id7_policy_of(id7, name);
	struct id7_now now = id7_clock_now();
	struct taking taking = {
		.policy = &policy, .now = &now, .import = ret_import};
	bool counts[ID7_FAILLOCK_RECORDS];
	struct who who;
	enum id7_error error;
	size_t i;

	memset(ret_import, 0, sizeof *ret_import);
	error = find(id7, name, &who, ret_fault);
	if (error != ID7_OK)
		return error;
	ret_import->standing = id7_faillock_judge(
		records, count, taking.policy, now.wall,
		newest < now.wall ? newest : now.wall, counts);
	for (i = 0; i < count; i++)
		if (counts[i])
			taking.failure[taking.count++] =
				failure_of(id7, &records[i], policy.lanes);
	if (taking.count == 0)
		return ID7_OK;
	qsort(taking.failure, taking.count, sizeof taking.failure[0], by_wall);
	return store_failed(id7,
			    take_into(id7, &who, &taking, dry_run, deadline),
			    ret_fault);
}
