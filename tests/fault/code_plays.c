/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a help desk does: codes made and redeemed, an address changed. */
#include "tests/fault/plays.h"

#include "common/core/redeem.h"
#include "common/usecases/codes.h"
#include "common/usecases/notices.h"

#define PASSWORD "Grain-of-sand-1"
#define OLD_ADDRESS "old@example.org"
#define NEW_ADDRESS "new@example.org"
#define SHEET 2

/* --- beforehand --- */

static bool
give_address(struct id7_account *account, const struct id7_now *now,
	     void *context)
{
	(void)now;
	memset(account->address[0], 0, sizeof account->address[0]);
	strcpy(account->address[0], context);
	account->address_confirmed[0] = false;
	return true;
}

static int64_t
soon(void)
{
	return id7_clock_wall() + 1800;
}

/* A person with an address, a failure and no letter that waits. */
static const char *
prepare_person(struct stage *stage, struct temp_hand *hand)
{
	char command[200], address[] = OLD_ADDRESS;
	struct id7_account a;

	snprintf(command, sizeof command, "rm -rf %.60s/store/outbox",
		 stage->l.t.temp.dir);
	WANT(system(command) == 0);
	if (id7_store_get(hand->store, TARGET, &a) == ID7_OK)
		WANT(id7_store_remove(hand->store, TARGET, temp_store_long()) ==
		     ID7_OK);
	WANT(temp_login_add(hand->id7, TARGET, PASSWORD) == ID7_OK);
	WANT(id7_manage_change(hand->id7, TARGET, give_address, address,
			       temp_store_long(), NULL, NULL) == ID7_OK);
	WANT(temp_hand_fail(hand, TARGET, 1) == ID7_OK);
	return NULL;
}

static const char *
remember(struct stage *stage, struct temp_hand *hand)
{
	WANT(id7_store_get(hand->store, TARGET, &stage->was) == ID7_OK);
	return NULL;
}

static const char *
prepare_address(struct stage *stage, struct temp_hand *hand)
{
	WANT_WELL(prepare_person(stage, hand));
	return remember(stage, hand);
}

static const char *
prepare_codes(struct stage *stage, struct temp_hand *hand)
{
	struct id7_code sheet[ID7_SAVED_CODES];

	WANT_WELL(prepare_person(stage, hand));
	WANT(id7_codes_make(hand->id7, TARGET, ID7_CODE_RESET, 0, soon(),
			    temp_store_long(), &stage->code, NULL) == ID7_OK);
	WANT(id7_codes_make(hand->id7, TARGET, ID7_CODE_VOID, 0, soon(),
			    temp_store_long(), &stage->code, NULL) == ID7_OK);
	WANT(id7_codes_make_sheet(hand->id7, TARGET, SHEET, temp_store_long(),
				  sheet, NULL) == ID7_OK);
	return remember(stage, hand);
}

static const char *
prepare_confirm(struct stage *stage, struct temp_hand *hand)
{
	WANT_WELL(prepare_person(stage, hand));
	WANT(id7_codes_make(hand->id7, TARGET, ID7_CODE_CONFIRM, 0, soon(),
			    temp_store_long(), &stage->code, NULL) == ID7_OK);
	return remember(stage, hand);
}

/* --- afterwards --- */

/* Old or new, and nothing that the change is not about was touched. */
static const char *
look(struct stage *stage, struct temp_hand *hand, bool acknowledged,
     struct id7_account *a, bool *ret_new)
{
	const struct id7_account *was = &stage->was;
	uint32_t failures = 0;

	WANT(id7_store_get(hand->store, TARGET, a) == ID7_OK);
	*ret_new = a->revision == was->revision + 1;
	WANT(*ret_new || (a->revision == was->revision && !acknowledged));
	WANT(memcmp(a->id, was->id, sizeof a->id) == 0);
	WANT(a->epoch == was->epoch && a->flags == was->flags);
	WANT(a->password_changed == was->password_changed);
	WANT(memcmp(a->verifier, was->verifier, sizeof a->verifier) == 0);
	WANT(temp_hand_failures(hand, TARGET, &failures) == ID7_OK);
	WANT(failures == 1);
	return NULL;
}

static bool
same_slot(const struct id7_account *a, const struct id7_account *was,
	  enum id7_code_kind kind)
{
	return memcmp(&a->code[kind], &was->code[kind], sizeof a->code[kind]) ==
	       0;
}

static bool
same_sheet(const struct id7_account *a, const struct id7_account *was)
{
	return memcmp(a->saved, was->saved, sizeof a->saved) == 0;
}

/* --- a reset code, a sheet --- */

static enum id7_error
act_issue(struct stage *stage, struct temp_hand *hand)
{
	struct id7_code code;

	(void)stage;
	return id7_codes_make(hand->id7, TARGET, ID7_CODE_RESET, 0, soon(),
			      temp_store_long(), &code, NULL);
}

static const char *
judge_issue(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	struct id7_account a;
	bool made;

	WANT_WELL(look(stage, hand, acknowledged, &a, &made));
	WANT(same_slot(&a, &stage->was, ID7_CODE_RESET) == !made);
	WANT(same_slot(&a, &stage->was, ID7_CODE_VOID));
	WANT(same_sheet(&a, &stage->was));
	WANT(act_issue(stage, hand) == ID7_OK);
	return NULL;
}

static enum id7_error
act_sheet(struct stage *stage, struct temp_hand *hand)
{
	struct id7_code code[ID7_SAVED_CODES];

	(void)stage;
	return id7_codes_make_sheet(hand->id7, TARGET, ID7_SAVED_CODES,
				    temp_store_long(), code, NULL);
}

/* One sheet or the other, never some of each. */
static const char *
judge_sheet(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	const struct id7_account *was = &stage->was;
	struct id7_account a;
	bool made;

	WANT_WELL(look(stage, hand, acknowledged, &a, &made));
	WANT(same_slot(&a, was, ID7_CODE_RESET));
	WANT(same_sheet(&a, was) == !made);
	for (size_t i = 0; made && i < SHEET; i++)
		WANT(memcmp(a.saved[i], was->saved[i], sizeof a.saved[i]) != 0);
	WANT(act_sheet(stage, hand) == ID7_OK);
	return NULL;
}

/* --- redeemed --- */

static enum id7_error
act_redeem(struct stage *stage, struct temp_hand *hand)
{
	bool right = false;
	enum id7_error error =
		id7_codes_present(hand->id7, TARGET, &stage->code,
				  temp_store_long(), &right, NULL, NULL);

	return error == ID7_OK && !right ? ID7_INVALID : error;
}

static const char *
judge_confirm(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	struct id7_account a;
	bool made;

	WANT_WELL(look(stage, hand, acknowledged, &a, &made));
	WANT(a.address_confirmed[0] == made);
	WANT(strcmp(a.address[0], OLD_ADDRESS) == 0);
	WANT((a.code[ID7_CODE_CONFIRM].issued == 0) == made);
	WANT(act_redeem(stage, hand) == (made ? ID7_INVALID : ID7_OK));
	return NULL;
}

static const char *
judge_void(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	struct id7_account a;
	bool made;

	WANT_WELL(look(stage, hand, acknowledged, &a, &made));
	WANT((a.code[ID7_CODE_RESET].issued == 0) == made);
	WANT((a.code[ID7_CODE_VOID].issued == 0) == made);
	WANT(same_sheet(&a, &stage->was));
	WANT(act_redeem(stage, hand) == (made ? ID7_INVALID : ID7_OK));
	return NULL;
}

/* --- another address --- */

static enum id7_error
act_address(struct stage *stage, struct temp_hand *hand)
{
	char address[] = NEW_ADDRESS;
	uint32_t letters = 0;
	enum id7_error error =
		id7_notices_change(hand->id7, TARGET, give_address, address,
				   temp_store_long(), &letters, NULL);

	(void)stage;
	return error == ID7_OK && letters != 2 ? ID7_INTERNAL : error;
}

static bool
count_letter(const char *id, const struct id7_letter_name *name,
	     const struct id7_post *post, void *context)
{
	unsigned int *count = context;

	(void)id, (void)name;
	*count += post->notice == ID7_NOTICE_ADDRESS;
	return true;
}

/* The old and the new address are told if it was changed, else nobody. The
 * mailer of the stage takes nothing, so letters stay where they can be counted.
 */
static const char *
judge_address(struct stage *stage, struct temp_hand *hand, bool acknowledged)
{
	const struct id7_flush how = {.scan = false};
	struct id7_flushed done;
	struct id7_account a;
	unsigned int letters = 0;
	uint64_t hints;
	bool made;

	WANT_WELL(look(stage, hand, acknowledged, &a, &made));
	WANT(strcmp(a.address[0], made ? NEW_ADDRESS : OLD_ADDRESS) == 0);
	WANT(id7_notices_flush(hand->id7, &how, &done, NULL) == ID7_OK);
	WANT(done.sent == 0 && done.trouble == 0);
	WANT(id7_notices_queue(hand->id7, count_letter, &letters, &hints,
			       NULL) == ID7_OK);
	WANT(letters == (made ? 2 : 0));
	if (!made)
		WANT(act_address(stage, hand) == ID7_OK);
	return NULL;
}

const struct play code_plays[] = {
	{"reset issue", prepare_codes, NULL, act_issue, judge_issue,
	 .care = false},
	{"saved codes", prepare_codes, NULL, act_sheet, judge_sheet,
	 .care = false},
	{"confirm-email --redeem", prepare_confirm, NULL, act_redeem,
	 judge_confirm, .care = false},
	{"void", prepare_codes, NULL, act_redeem, judge_void, .care = false},
	{"set --email", prepare_address, NULL, act_address, judge_address,
	 .care = false, .spare_sync = true},
};
const size_t code_plays_count = sizeof code_plays / sizeof code_plays[0];
