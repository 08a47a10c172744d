/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What codes do that are typed at the prompt: each once and whole, or not at
 * all. */
#include "common/usecases/codes.h"
#include "tests/fault/plays.h"

#define OLD_PASSWORD "Grain-of-sand-1"
#define NEW_PASSWORD "Grain-of-rice-1"
#define LIFE 1800

static const struct id7_origin origin = {.service = "test",
					 .rhost = TEMP_LOGIN_SOURCE};

static const char *
give_code(struct stage *stage, struct temp_hand *hand, enum id7_code_kind kind)
{
	int64_t until = kind == ID7_CODE_UNLOCK ? 0 : id7_clock_wall() + LIFE;
	WANT(id7_codes_make(hand->id7, TARGET, kind, 0, until,
			    temp_store_long(), &stage->code, NULL) == ID7_OK);
	return NULL;
}

static const char *
prepare_account(struct temp_hand *hand, uint32_t failures)
{
	struct id7_account a;

	if (id7_store_get(hand->store, TARGET, &a) == ID7_OK)
		WANT(id7_store_remove(hand->store, TARGET, temp_store_long()) ==
		     ID7_OK);
	WANT(temp_login_add(hand->id7, TARGET, OLD_PASSWORD) == ID7_OK);
	WANT(temp_hand_fail(hand, TARGET, failures) == ID7_OK);
	return NULL;
}

/* What comes of the code, or of any password, typed now. */
static struct id7_login
type(struct temp_hand *hand, const char *text)
{
	auto_secret *typed = id7_secret_copy(text, strlen(text));
	struct id7_login login = {.error = ID7_NO_MEMORY};

	if (typed != NULL)
		id7_login_prove(hand->id7, TARGET, typed, &origin,
				temp_store_long(), &login);
	return login;
}

static struct id7_login
type_it(const struct stage *stage, struct temp_hand *hand)
{
	char text[ID7_CODE_TEXT_MAX];

	id7_code_format(&stage->code, text);
	return type(hand, text);
}

static enum id7_error
type_code(struct stage *stage, struct temp_hand *hand)
{
	struct id7_login login = type_it(stage, hand);

	if (login.error == ID7_OK && login.reason != ID7_REASON_CODE)
		return ID7_INVALID;
	return login.error;
}

/* --- unlock --- */

static const char *
prepare_unlock(struct stage *stage, struct temp_hand *hand)
{
	WANT_WELL(prepare_account(hand, hand->policy.deny));
	return give_code(stage, hand, ID7_CODE_UNLOCK);
}

/* Locked with a code that is good, or unlocked by one that is not any more. */
static const char *
judge_unlock(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	struct id7_picture picture = {0};
	bool locked;

	WANT(id7_manage_look(hand->id7, TARGET, &picture, NULL) == ID7_OK);
	locked = picture.lane[ID7_LANE_REMOTE].locked_out;
	WANT(!locked || !acknowledged);
	WANT(locked == (picture.tally.unlocked_at == 0));
	WANT(type_code(stage, hand) == (locked ? ID7_OK : ID7_INVALID));
	WANT(type_code(stage, hand) == ID7_INVALID);
	WANT(type(hand, OLD_PASSWORD).verdict == ID7_ALLOW);
	return NULL;
}

/* --- reset --- */

static const char *
prepare_reset(struct stage *stage, struct temp_hand *hand)
{
	WANT_WELL(prepare_account(hand, hand->policy.deny));
	WANT_WELL(give_code(stage, hand, ID7_CODE_VOID));
	return give_code(stage, hand, ID7_CODE_RESET);
}

static enum id7_error
act_reset(struct stage *stage, struct temp_hand *hand)
{
	auto_secret *typed =
		id7_secret_copy(NEW_PASSWORD, strlen(NEW_PASSWORD));
	struct id7_login login = type_it(stage, hand);
	enum id7_quality quality;

	if (typed == NULL)
		return ID7_NO_MEMORY;
	if (login.error != ID7_OK || login.verdict != ID7_ALLOW)
		return login.error != ID7_OK ? login.error : ID7_INVALID;
	return id7_change_authtok(hand->id7, TARGET, &login.proof, typed, false,
				  &origin, temp_store_long(), &quality, NULL);
}

/* The old password, the lock and the codes, or the new one and none of them. */
static const char *
judge_reset(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	struct id7_picture picture = {0};
	bool is_new;

	WANT(id7_manage_look(hand->id7, TARGET, &picture, NULL) == ID7_OK);
	is_new = picture.account.epoch == 2;
	WANT(is_new || (picture.account.epoch == 1 && !acknowledged));
	WANT(is_new == (picture.account.code[ID7_CODE_RESET].issued == 0));
	WANT(is_new == (picture.account.code[ID7_CODE_VOID].issued == 0));
	WANT(is_new == !picture.lane[ID7_LANE_REMOTE].locked_out);
	if (!is_new)
		WANT(act_reset(stage, hand) == ID7_OK);
	WANT(act_reset(stage, hand) == ID7_INVALID);
	WANT(type(hand, NEW_PASSWORD).verdict == ID7_ALLOW);
	WANT(type(hand, OLD_PASSWORD).reason == ID7_REASON_OLD_PASSWORD);
	return NULL;
}

/* --- void --- */

static const char *
prepare_void(struct stage *stage, struct temp_hand *hand)
{
	WANT_WELL(prepare_account(hand, 0));
	WANT_WELL(give_code(stage, hand, ID7_CODE_RESET));
	return give_code(stage, hand, ID7_CODE_VOID);
}

/* Both codes, or neither. */
static const char *
judge_void(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	struct id7_account a = {0};
	bool there;

	WANT(id7_store_get(hand->store, TARGET, &a) == ID7_OK);
	there = a.code[ID7_CODE_VOID].issued != 0;
	WANT(!there || !acknowledged);
	WANT(there == (a.code[ID7_CODE_RESET].issued != 0));
	WANT(type_code(stage, hand) == (there ? ID7_OK : ID7_INVALID));
	WANT(type_code(stage, hand) == ID7_INVALID);
	return NULL;
}

const struct play typed_plays[] = {
	{"unlock code", prepare_unlock, NULL, type_code, judge_unlock,
	 .care = false},
	{"reset code", prepare_reset, NULL, act_reset, judge_reset,
	 .care = false},
	{"void code", prepare_void, NULL, type_code, judge_void, .care = false},
};
const size_t typed_plays_count = sizeof typed_plays / sizeof typed_plays[0];
