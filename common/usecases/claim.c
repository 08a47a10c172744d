/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Step 4: whose tally an attempt belongs to, and a place in it before anything
 * is verified. */
#include "common/usecases/claim.h"

#include <string.h>

#include "common/effects/file.h"
#include "common/usecases/hashing.h"

/* What reserving, looking again and settling hold at once, and some more. */
#define DESCRIPTORS 8

/* Junk has a phantom of its own, so that what sshd sends for users it has
 * refused itself touches nobody's tally. */
static struct id7_subject
junk_subject(struct id7_store *store, const char *user)
{
	char name[1 + ID7_NAME_MAX];
	size_t len = strnlen(user, ID7_NAME_MAX);

	name[0] = '\n';
	memcpy(name + 1, user, len);
	return id7_store_subject(store, name, len + 1, true);
}

/* What refuses before the tally is asked. */
static enum id7_reason
early_refusal(const struct id7_attempt *a)
{
	enum id7_reason standing;

	if (a->kind == ID7_AUTHTOK_JUNK)
		return ID7_REASON_JUNK;
	if (a->kind == ID7_AUTHTOK_CODE)
		return ID7_REASON_CODE_WRONG;
	if (!a->found)
		return ID7_REASON_NONE;
	standing = id7_account_standing(&a->account, &a->now);
	return standing == ID7_REASON_RIGHT ? ID7_REASON_NONE : standing;
}

static struct id7_whence
whence_of(const struct id7_attempt *a)
{
	return (struct id7_whence){
		.console = id7_origin_console(a->origin),
		.knowable = id7_origin_knowable(a->origin,
						&a->config->shared_sources),
		.source = id7_hashing_source(a->id7, a->origin)};
}

enum id7_error
id7_claim_find(struct id7_attempt *a)
{
	enum id7_error error;

	a->now = id7_clock_now();
	error = id7_store_get_again(a->store, a->user, &a->account);
	if (error != ID7_OK && error != ID7_NOT_FOUND)
		return error;
	a->found = error == ID7_OK;
	if (a->kind == ID7_AUTHTOK_JUNK) {
		a->subject = junk_subject(a->store, a->user);
	} else {
		a->subject = id7_store_subject(a->store, a->user,
					       strlen(a->user), !a->found);
	}
	if (a->found && a->kind != ID7_AUTHTOK_JUNK) {
		memcpy(a->id, a->account.id, ID7_ID_LEN);
		a->epoch = a->account.epoch;
	} else {
		memcpy(a->id, a->subject.hash, ID7_ID_LEN);
	}
	a->whence = whence_of(a);
	a->policy = id7_policy_of(a->id7, a->user);
	a->refusal = early_refusal(a);
	return ID7_OK;
}

static enum id7_reason
claim_refusal(enum id7_claim claim)
{
	switch (claim) {
	case ID7_CLAIM_RESERVED:
		return ID7_REASON_NONE;
	case ID7_CLAIM_LOCKED_OUT:
		return ID7_REASON_LOCKED_OUT;
	case ID7_CLAIM_HELD:
		return ID7_REASON_HELD;
	case ID7_CLAIM_FULL:
	case ID7_CLAIM_NONE:
		break;
	}
	return ID7_REASON_BUSY;
}

/* `no_count`: the same question to a copy, nothing written. */
static enum id7_error
peek(struct id7_attempt *a, enum id7_claim *ret_claim)
{
	struct id7_tally tally;
	struct id7_lane_view view;
	enum id7_error error;

	error = id7_store_tally(a->store, &a->subject, &tally);
	if (error != ID7_OK)
		return error;
	(void)id7_tally_refresh(&tally, a->id, a->epoch, &a->policy, &a->now,
				UINT32_MAX);
	a->ticket.lane =
		id7_tally_lane(&tally, &a->policy, &a->now, &a->whence);
	view = id7_tally_view(&tally, &a->now, a->ticket.lane);
	*ret_claim = ID7_CLAIM_RESERVED;
	if (view.locked_out)
		*ret_claim = ID7_CLAIM_LOCKED_OUT;
	if (view.held)
		*ret_claim = ID7_CLAIM_HELD;
	return ID7_OK;
}

static enum id7_error
ask(struct id7_attempt *a, enum id7_claim *ret_claim)
{
	if (a->config->no_count)
		return peek(a, ret_claim);
	return id7_store_reserve(a->store, &a->subject, a->id, a->epoch,
				 a->kind == ID7_AUTHTOK_JUNK ||
					 a->kind == ID7_AUTHTOK_CODE,
				 &a->policy, &a->now, &a->whence, a->deadline,
				 ret_claim, &a->ticket);
}

/* One try with a slot in hand; it goes back when there is no place. */
static enum id7_error
try_once(struct id7_attempt *a, struct id7_login *login,
	 enum id7_claim *ret_claim)
{
	struct id7_deadline wait = a->deadline;
	enum id7_error error;

	wait.mono_ms -= ID7_CLAIM_SPARE_MS;
	error = a->unhashed ? ID7_OK
			    : id7_hashing_slot(a->id7, a->origin, wait,
					       &a->slot, &login->fault);
	if (error != ID7_OK)
		return error;
	id7_clock_again(&a->now);
	error = ask(a, ret_claim);
	if (error != ID7_OK || *ret_claim == ID7_CLAIM_FULL)
		id7_slots_release(&a->slot);
	return error;
}

enum id7_error
id7_claim_reserve(struct id7_attempt *a, struct id7_login *login)
{
	struct id7_deadline wait = id7_deadline_earlier(
		id7_deadline_in(a->config->slot_wait * 1000), a->deadline);
	enum id7_claim claim = ID7_CLAIM_NONE;
	enum id7_error error;
	uint32_t nap_us = 2000;

	error = id7_file_spare(DESCRIPTORS, &login->fault);
	while (error == ID7_OK) {
		error = try_once(a, login, &claim);
		if (error != ID7_OK)
			return error;
		login->lane = a->ticket.lane;
		login->events.locked_now |= a->ticket.events.locked_now;
		login->events.unlocked_now |= a->ticket.events.unlocked_now;
		if (claim != ID7_CLAIM_FULL)
			break;
		if (id7_deadline_left(wait) == 0)
			return ID7_BUSY;
		id7_deadline_nap(wait, nap_us);
		if (nap_us < 32000)
			nap_us *= 2;
	}
	if (error == ID7_OK && a->refusal == ID7_REASON_NONE)
		a->refusal = claim_refusal(claim);
	return error;
}
