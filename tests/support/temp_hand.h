/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whoever works on a temp_login's store: its handles, and an attempt in its
 * steps. */
#ifndef ID7_TESTS_TEMP_HAND_H
#define ID7_TESTS_TEMP_HAND_H

#include "tests/support/temp_login.h"

struct temp_hand {
	struct id7 *id7;	 /* NULL: only the store is open */
	struct id7_store *store; /* id7's */
	struct id7_policy policy;
	struct id7_account account; /* that was looked up last */
	struct id7_ticket ticket;
};

/* Opens, or ends the program. */
static inline void
temp_hand_open(const struct temp_login *l, struct temp_hand *ret_hand)
{
	*ret_hand = (struct temp_hand){.id7 = temp_login_open(l),
				       .policy = l->config.policy};
	ret_hand->store = id7_get_store(ret_hand->id7);
}

static inline void
temp_hand_close(struct temp_hand *hand)
{
	id7_close(&hand->id7);
	hand->store = NULL;
}

/* Reserves a place in the tally of `name`, from source `source`. */
static inline enum id7_error
temp_hand_claim(struct temp_hand *hand, const char *name, uint32_t source,
		enum id7_claim *ret_claim)
{
	struct id7_subject subject = temp_store_subject(hand->store, name);
	struct id7_now now = id7_clock_now();
	enum id7_error error = id7_store_get(hand->store, name, &hand->account);

	*ret_claim = ID7_CLAIM_NONE;
	if (error != ID7_OK)
		return error;
	return id7_store_reserve(hand->store, &subject, hand->account.id,
				 hand->account.epoch, false, &hand->policy,
				 &now, &(struct id7_whence){.source = source},
				 temp_store_long(), ret_claim, &hand->ticket);
}

/* The same where a place is sure to be free. */
static inline enum id7_error
temp_hand_reserve(struct temp_hand *hand, const char *name)
{
	enum id7_claim claim;
	enum id7_error error = temp_hand_claim(hand, name, 7, &claim);

	return error == ID7_OK && claim != ID7_CLAIM_RESERVED ? ID7_INTERNAL
							      : error;
}

/* Ends the attempt. `fingerprint`: of what was typed. */
static inline enum id7_error
temp_hand_settle(struct temp_hand *hand, enum id7_settlement how,
		 uint32_t fingerprint, struct id7_settled *ret_settled)
{
	struct id7_now now = id7_clock_now();

	*ret_settled = (struct id7_settled){0};
	return id7_store_settle(hand->store, &hand->ticket, hand->account.id,
				hand->account.epoch, &hand->policy, &now, how,
				fingerprint, temp_store_long(), ret_settled);
}

/* A whole attempt that leaves no trace: what the next one finds. */
static inline enum id7_error
temp_hand_failures(struct temp_hand *hand, const char *name,
		   uint32_t *ret_failures)
{
	struct id7_settled settled = {0};
	enum id7_error error = temp_hand_reserve(hand, name);

	if (error == ID7_OK)
		error = temp_hand_settle(hand, ID7_SETTLE_RELEASE, 0, &settled);
	if (error == ID7_OK && !settled.stands)
		error = ID7_INTERNAL;
	*ret_failures = settled.failures;
	return error;
}

/* `count` wrong passwords, each another one. */
static inline enum id7_error
temp_hand_fail(struct temp_hand *hand, const char *name, uint32_t count)
{
	struct id7_settled settled;
	enum id7_error error = ID7_OK;

	for (uint32_t i = 0; i < count && error == ID7_OK; i++) {
		error = temp_hand_reserve(hand, name);
		if (error == ID7_OK)
			error = temp_hand_settle(
				hand, ID7_SETTLE_WRONG,
				(uint32_t)hand->ticket.nonce | 1, &settled);
	}
	return error;
}

static inline bool
temp_hand_other_date(struct id7_account *account, const struct id7_now *now,
		     void *context)
{
	(void)now, (void)context;
	account->birthdate = account->birthdate == 0 ? 19990101 : 0;
	return true;
}

/* A change that raises nothing but the revision. */
static inline enum id7_error
temp_hand_set(struct temp_hand *hand, const char *name)
{
	return id7_manage_change(hand->id7, name, temp_hand_other_date, NULL,
				 temp_store_long(), NULL, NULL);
}

/* The next name of this `letter`, from *next on, that lies in the files of
 * `beside`. */
static inline void
temp_hand_neighbour(const struct id7_store *store, const char *beside,
		    char letter, int *next, char ret_name[16])
{
	struct id7_subject near = temp_store_subject(store, beside);
	struct id7_subject subject;

	do {
		snprintf(ret_name, 16, "%c%d", letter, (*next)++);
		subject = temp_store_subject(store, ret_name);
	} while (id7_shard_of(store, &subject).index !=
		 id7_shard_of(store, &near).index);
}

#endif
