/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letters that somebody asks for: codes, changed addresses, the accounts of an
 * address. */
#include <stdio.h>
#include <string.h>

#include "common/effects/fault.h"
#include "common/effects/scope.h"
#include "common/effects/secret.h"
#include "common/usecases/notices_private.h"

#define FIND_PAUSE_SEC 3600 /* one mail an hour to an address */
#define NAMES_MAX 20	    /* accounts of one address that are named */
#define FINDS_MAX 256	    /* requests answered by one flush */

/* --- codes --- */

static bool
wants_code(const struct id7_account *account, enum id7_code_kind kind,
	   uint32_t place, uint32_t i)
{
	if (account->address[i][0] == '\0')
		return false;
	return kind == ID7_CODE_CONFIRM ? i == place
					: account->address_confirmed[i];
}

static enum id7_error
write_codes(struct id7_run *run, const struct id7_account *account,
	    enum id7_code_kind kind, uint32_t place,
	    const struct id7_minted *minted, uint32_t *ret_letters,
	    struct id7_fault *ret_fault)
{
	struct id7_subject subject = id7_store_subject(
		run->store, account->name, strlen(account->name), false);
	struct id7_occasion occasion = {
		.notice = kind == ID7_CODE_CONFIRM ? ID7_NOTICE_CONFIRM
						   : ID7_NOTICE_RESET,
		.lang = (enum id7_lang)account->lang,
		.name = account->name,
		.at = run->now.wall,
		.until = minted->expires,
		.code = minted->code,
		.void_code = minted->void_code,
	};
	enum id7_error error = ID7_OK;
	uint64_t cause;

	id7_random(&cause, sizeof cause);
	for (uint32_t i = 0; error == ID7_OK && i < ID7_ADDRESSES; i++) {
		const struct id7_letter_name name = id7_outbox_name(
			subject.hash, occasion.notice, cause, i);

		if (!wants_code(account, kind, place, i))
			continue;
		occasion.address = account->address[i];
		error = id7_run_write(run, &name, ID7_STAGE_WAITING, &occasion,
				      cause, minted->expires, ret_fault);
		*ret_letters += error == ID7_OK;
	}
	return error;
}

/* Otherwise an older request would be answered by yet another code. */
static enum id7_error
answer_request(struct id7_run *run, const char *name,
	       struct id7_deadline deadline, struct id7_fault *ret_fault)
{
	struct id7_account account;
	struct id7_subject subject =
		id7_store_subject(run->store, name, strlen(name), false);
	struct id7_tally tally;
	enum id7_error error;

	do {
		error = id7_store_get(run->store, name, &account);
		if (error == ID7_OK)
			error = id7_store_tally(run->store, &subject, &tally);
		if (error == ID7_OK && tally.reset_asked != 0 &&
		    account.mailed[ID7_NOTICE_RESET] != tally.reset_asked) {
			account.mailed[ID7_NOTICE_RESET] = tally.reset_asked;
			error = id7_store_put(run->store, &account, deadline);
		}
		id7_wipe(&account, sizeof account);
	} while (error == ID7_STALE && id7_deadline_left(deadline) > 0);
	if (error != ID7_OK)
		*ret_fault = *id7_store_fault(run->store);
	return error;
}

static enum id7_error
send_code(struct id7_run *run, const struct id7_account *account,
	  enum id7_code_kind kind, uint32_t place, int64_t ttl,
	  struct id7_deadline deadline, uint32_t *ret_letters,
	  struct id7_fault *ret_fault)
{
	struct id7_minted minted;
	enum id7_error error;
	bool any = false;

	for (uint32_t i = 0; i < ID7_ADDRESSES; i++)
		any |= wants_code(account, kind, place, i);
	if (!any)
		return ID7_OK;
	error = id7_run_mint(run, account, kind, place, run->now.wall + ttl,
			     deadline, &minted, ret_fault);
	if (error == ID7_OK && kind == ID7_CODE_RESET)
		error = answer_request(run, account->name, deadline, ret_fault);
	if (error == ID7_OK)
		error = write_codes(run, account, kind, place, &minted,
				    ret_letters, ret_fault);
	id7_wipe(&minted, sizeof minted);
	return error;
}

enum id7_error
id7_notices_send_code(struct id7 *id7, const char *name,
		      enum id7_code_kind kind, uint32_t place, int64_t ttl,
		      struct id7_deadline deadline, id7_news_fn *news,
		      void *context, uint32_t *ret_letters,
		      struct id7_fault *ret_fault)
{
	struct id7_flushed done;
	struct id7_run run;
	struct id7_account account;
	enum id7_error error;

	*ret_letters = 0;
	if (!id7_account_name_ok(name, strlen(name)))
		return id7_fault_set(ret_fault, ID7_INVALID, ID7_TROUBLE_NONE,
				     name);
	error = id7_store_get(id7_get_store(id7), name, &account);
	if (error != ID7_OK) {
		*ret_fault = *id7_store_fault(id7_get_store(id7));
		return error;
	}
	error = id7_run_begin(id7, news, context, &done, &run, ret_fault);
	if (error == ID7_OK) {
		error = send_code(&run, &account, kind, place, ttl, deadline,
				  ret_letters, ret_fault);
		id7_run_end(&run);
	}
	id7_wipe(&account, sizeof account);
	return error;
}

/* --- changed addresses --- */

/* One address that is told; `change` grows by its letter. */
static enum id7_error
prepare_one(struct id7_run *run, const struct id7_account *before,
	    const struct id7_account *after, unsigned int place,
	    struct id7_address_change *change, struct id7_fault *ret_fault)
{
	unsigned int i = place % ID7_ADDRESSES;
	const struct id7_account *told = place < ID7_ADDRESSES ? before : after;
	struct id7_subject subject = id7_store_subject(
		run->store, before->name, strlen(before->name), false);
	const struct id7_letter_name name = id7_outbox_name(
		subject.hash, ID7_NOTICE_ADDRESS, (uint64_t)change->at, place);
	const struct id7_occasion occasion = {
		.notice = ID7_NOTICE_ADDRESS,
		.lang = (enum id7_lang)after->lang,
		.name = before->name,
		.address = told->address[i],
		.at = change->at,
		.old_address = before->address[i],
		.new_address = after->address[i],
	};
	enum id7_error error =
		id7_run_write(run, &name, ID7_STAGE_PREPARED, &occasion,
			      (uint64_t)change->at, 0, ret_fault);

	if (error == ID7_OK)
		change->name[change->letters++] = name;
	return error;
}

/* Each address once: those that stay are told by their old place. */
static bool
is_told(const struct id7_account *before, const struct id7_account *after,
	unsigned int place)
{
	const struct id7_account *of = place < ID7_ADDRESSES ? before : after;
	const char *address = of->address[place % ID7_ADDRESSES];

	if (*address == '\0')
		return false;
	for (unsigned int i = 0; i < place; i++) {
		const struct id7_account *other =
			i < ID7_ADDRESSES ? before : after;

		if (strcmp(other->address[i % ID7_ADDRESSES], address) == 0)
			return false;
	}
	return true;
}

enum id7_error
id7_notices_prepare(struct id7 *id7, const struct id7_account *before,
		    struct id7_account *after,
		    struct id7_address_change *ret_change,
		    struct id7_fault *ret_fault)
{
	struct id7_flushed done;
	struct id7_run run;
	enum id7_error error;

	memset(ret_change, 0, sizeof *ret_change);
	if (memcmp(before->address, after->address, sizeof after->address) == 0)
		return ID7_OK;
	error = id7_run_begin(id7, NULL, NULL, &done, &run, ret_fault);
	if (error != ID7_OK)
		return error;
	/* Two changes in one second are two. */
	ret_change->at = run.now.wall > before->address_changed
				 ? run.now.wall
				 : before->address_changed + 1;
	for (unsigned int i = 0; error == ID7_OK && i < 2 * ID7_ADDRESSES; i++)
		if (is_told(before, after, i))
			error = prepare_one(&run, before, after, i, ret_change,
					    ret_fault);
	id7_run_end(&run);
	if (error == ID7_OK)
		after->address_changed = ret_change->at;
	else
		id7_notices_settle(id7, ret_change, false);
	return error;
}

void
id7_notices_settle(struct id7 *id7, const struct id7_address_change *change,
		   bool made)
{
	struct id7_fault fault;
	struct id7_flushed done;
	struct id7_run run;

	if (change->letters == 0 ||
	    id7_run_begin(id7, NULL, NULL, &done, &run, &fault) != ID7_OK)
		return;
	/* What fails here the next flush does. */
	for (uint32_t i = 0; i < change->letters; i++)
		if ((made ? id7_outbox_release(&run.outbox, &change->name[i],
					       ID7_STAGE_PREPARED, &fault)
			  : id7_outbox_drop(&run.outbox, &change->name[i],
					    ID7_STAGE_PREPARED, &fault)) !=
		    ID7_OK)
			break;
	id7_run_end(&run);
}

/* --- the accounts of an address --- */

static bool
room_for_find(const struct id7_run *run)
{
	auto_outbox_list requests = {NULL, 0};

	return id7_outbox_finds(&run->outbox, &requests, NULL) == ID7_OK &&
	       requests.count < ID7_FINDS_KEPT;
}

enum id7_error
id7_notices_find_id(struct id7 *id7, const char *address,
		    struct id7_fault *ret_fault)
{
	uint8_t hash[ID7_SUBJECT_LEN];
	struct id7_letter_name request;
	struct id7_find find = {.asked = 0};
	struct id7_flushed done;
	struct id7_run run;
	bool kept;
	enum id7_error error;

	if (!id7_account_address_ok(address))
		return id7_fault_set(ret_fault, ID7_INVALID, ID7_TROUBLE_NONE,
				     "address");
	error = id7_run_begin(id7, NULL, NULL, &done, &run, ret_fault);
	if (error != ID7_OK)
		return error;
	id7_outbox_address_hash(&run.outbox, address, hash);
	request = id7_outbox_name(hash, ID7_NOTICE_FOUND, 0, 0);
	request.s[2 * ID7_SUBJECT_LEN] = '\0';
	/* A damaged one is replaced; one that is there is written again, so
	 * that the time is the same. */
	kept = id7_outbox_find_get(&run.outbox, &request, &find, ret_fault) ==
	       ID7_OK;
	if (!kept || find.asked > run.now.wall ||
	    (find.done != 0 && run.now.wall - find.done >= FIND_PAUSE_SEC))
		find = (struct id7_find){.asked = run.now.wall};
	memcpy(find.address, address, strlen(address) + 1);
	if (kept || room_for_find(&run))
		error = id7_outbox_find_put(&run.outbox, &request, &find,
					    ret_fault);
	id7_run_end(&run);
	return error;
}

/* Requests under way, and what was found for each. */
struct finding {
	struct id7_letter_name request;
	struct id7_find find;
	enum id7_lang lang;
	size_t count;
	char names[NAMES_MAX * (ID7_NAME_MAX + 1) + 8];
};

struct findings {
	struct finding *of;
	size_t count;
};

static void
add_name(struct finding *finding, const struct id7_account *account)
{
	size_t len = strlen(finding->names);
	const char *name = finding->count < NAMES_MAX ? account->name : "...";

	if (finding->count == 0)
		finding->lang = (enum id7_lang)account->lang;
	if (finding->count++ <= NAMES_MAX)
		(void)snprintf(finding->names + len,
			       sizeof finding->names - len, "%s%s",
			       len > 0 ? "\n" : "", name);
}

static bool
compare_all(const struct id7_account *account, const struct id7_tally *tally,
	    void *context)
{
	struct findings *findings = context;

	(void)tally;
	for (size_t i = 0; i < findings->count; i++) {
		struct finding *finding = &findings->of[i];

		for (size_t k = 0; k < ID7_ADDRESSES; k++) {
			if (!account->address_confirmed[k] ||
			    strcmp(account->address[k],
				   finding->find.address) != 0)
				continue;
			add_name(finding, account);
			break;
		}
	}
	return true;
}

/* Written before it is marked, and under one name: whoever is killed between
 * the two writes it again, and nothing leaves before the mark. */
static enum id7_error
answer(struct id7_run *run, struct finding *finding,
       struct id7_fault *ret_fault)
{
	const struct id7_occasion occasion = {
		.notice = ID7_NOTICE_FOUND,
		.lang = finding->lang,
		.address = finding->find.address,
		.at = finding->find.asked,
		.names = finding->names,
	};
	uint8_t hash[ID7_SUBJECT_LEN];
	enum id7_error error = ID7_OK;

	id7_outbox_address_hash(&run->outbox, finding->find.address, hash);
	if (finding->count > 0) {
		const struct id7_letter_name name =
			id7_outbox_name(hash, ID7_NOTICE_FOUND,
					(uint64_t)finding->find.asked, 0);

		error = id7_run_write(run, &name, ID7_STAGE_WAITING, &occasion,
				      (uint64_t)finding->find.asked, 0,
				      ret_fault);
	}
	if (error != ID7_OK)
		return error;
	finding->find.done = run->now.wall > 0 ? run->now.wall : 1;
	return id7_outbox_find_put(&run->outbox, &finding->request,
				   &finding->find, ret_fault);
}

/* Takes what is to be answered; forgets what was, an hour ago. */
static void
collect(struct id7_run *run, const struct id7_outbox_list *requests,
	struct findings *findings)
{
	struct id7_fault fault;

	for (size_t i = 0; i < requests->count && findings->count < FINDS_MAX;
	     i++) {
		struct finding *finding = &findings->of[findings->count];

		memset(finding, 0, sizeof *finding);
		finding->request = requests->name[i];
		if (id7_outbox_find_get(&run->outbox, &requests->name[i],
					&finding->find, &fault) != ID7_OK) {
			id7_run_trouble(run, &fault);
			id7_outbox_find_drop(&run->outbox, &requests->name[i]);
		} else if (finding->find.done == 0) {
			findings->count++;
		} else if (run->now.wall - finding->find.done >=
				   FIND_PAUSE_SEC ||
			   finding->find.done > run->now.wall) {
			id7_outbox_find_drop(&run->outbox, &requests->name[i]);
		}
	}
}

void
id7_run_finds(struct id7_run *run)
{
	auto_outbox_list requests = {NULL, 0};
	auto_free struct finding *room = NULL;
	struct findings findings = {.count = 0};
	struct id7_fault fault;

	if (id7_outbox_finds(&run->outbox, &requests, &fault) != ID7_OK) {
		id7_run_trouble(run, &fault);
		return;
	}
	if (requests.count == 0)
		return;
	room = calloc(FINDS_MAX, sizeof *room);
	if (room == NULL)
		return;
	findings.of = room;
	collect(run, &requests, &findings);
	if (findings.count > 0 &&
	    id7_store_each(run->store, compare_all, &findings) != ID7_OK) {
		fault = *id7_store_fault(run->store);
		id7_run_trouble(run, &fault);
	}
	for (size_t i = 0; i < findings.count; i++)
		if (answer(run, &findings.of[i], &fault) != ID7_OK)
			id7_run_trouble(run, &fault);
}
