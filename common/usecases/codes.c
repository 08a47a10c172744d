/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One-time codes: each is made, ended or redeemed by one compare-and-put. */
#include "common/usecases/codes.h"

#include <string.h>

#include "common/effects/fault.h"
#include "common/effects/seal.h"
#include "common/effects/secret.h"

void
id7_codes_hash(struct id7 *id7, const struct id7_code *code,
	       const uint8_t id[ID7_ID_LEN], uint64_t epoch,
	       uint8_t ret_hash[ID7_CODE_HASH_LEN])
{
	uint8_t bytes[ID7_CODE_HASHED_MAX];
	size_t len = id7_code_hashed(code, id, epoch, bytes);

	id7_seal_hash(id7_store_key(id7_get_store(id7), ID7_FOR_CODES), bytes,
		      len, ret_hash, ID7_CODE_HASH_LEN);
	id7_wipe(bytes, sizeof bytes);
}

/* What one call wants; goes through every try of its compare-and-put. */
struct order {
	struct id7 *id7;
	enum id7_code_kind kind;
	uint32_t place;
	int64_t expires;
	const struct id7_account *seen; /* or NULL: whoever has the name */
	bool moved;			/* `seen` is no longer what is stored */
	struct id7_code *code; /* those to store, or the one presented */
	uint32_t count;
	uint32_t kinds; /* to end; then those that there were */
	bool right;
};

/* Changes a copy of the account. ID7_OK: put it; ID7_STALE never; ID7_EXISTS:
 * nothing to put. */
typedef enum id7_error
order_fn(struct order *order, struct id7_account *account,
	 const struct id7_now *now);

static enum id7_error
try_once(struct order *order, const char *name, order_fn *change,
	 struct id7_deadline deadline)
{
	struct id7_store *store = id7_get_store(order->id7);
	struct id7_now now = id7_clock_now();
	struct id7_account account;
	enum id7_error error = id7_store_get(store, name, &account);

	if (error == ID7_OK)
		error = change(order, &account, &now);
	if (error == ID7_OK)
		error = id7_store_put(store, &account, deadline);
	id7_wipe(&account, sizeof account);
	return error;
}

static enum id7_error
carry_out(struct order *order, const char *name, order_fn *change,
	  struct id7_deadline deadline, struct id7_fault *ret_fault)
{
	enum id7_error error;

	if (!id7_account_name_ok(name, strlen(name)))
		return id7_fault_set(ret_fault, ID7_INVALID, ID7_TROUBLE_NONE,
				     name);
	do {
		error = try_once(order, name, change, deadline);
	} while (error == ID7_STALE && id7_deadline_left(deadline) > 0);
	if (error == ID7_EXISTS)
		return ID7_OK;
	if (error == ID7_INVALID)
		return id7_fault_set(ret_fault, error, ID7_TROUBLE_NONE, name);
	if (error != ID7_OK && ret_fault != NULL)
		*ret_fault = *id7_store_fault(id7_get_store(order->id7));
	return error;
}

/* Random symbols: 5 bits of each byte. */
static void
draw(enum id7_code_kind kind, struct id7_code *ret_code)
{
	size_t i, data = kind == ID7_CODE_SAVED ? ID7_CODE_SYMBOLS_SAVED
						: ID7_CODE_SYMBOLS;

	memset(ret_code, 0, sizeof *ret_code);
	ret_code->kind = kind;
	id7_random(ret_code->symbol, data);
	for (i = 0; i < data; i++)
		ret_code->symbol[i] &= 31;
}

/* Where a code for `seen` is sent, it would open what is stored. */
static bool
same_addressee(const struct id7_account *seen,
	       const struct id7_account *account)
{
	return memcmp(seen->id, account->id, ID7_ID_LEN) == 0 &&
	       memcmp(seen->address, account->address,
		      sizeof account->address) == 0 &&
	       memcmp(seen->address_confirmed, account->address_confirmed,
		      sizeof account->address_confirmed) == 0;
}

static enum id7_error
store_code(struct order *order, struct id7_account *account,
	   const struct id7_now *now)
{
	struct id7_code_slot *slot = &account->code[order->kind];
	bool forever = order->kind == ID7_CODE_UNLOCK && order->expires == 0;

	order->moved =
		order->seen != NULL && !same_addressee(order->seen, account);
	if (order->moved)
		return ID7_EXISTS;
	if (!id7_redeem_may(account, order->kind, now) ||
	    (!forever && order->expires <= now->wall) ||
	    (order->kind == ID7_CODE_CONFIRM &&
	     account->address[order->place][0] == '\0'))
		return ID7_INVALID;
	id7_codes_hash(order->id7, order->code, account->id, account->epoch,
		       slot->hash);
	slot->issued = now->wall;
	slot->expires = order->expires;
	if (order->kind == ID7_CODE_CONFIRM)
		account->confirm_place = (uint8_t)order->place;
	return ID7_OK;
}

static enum id7_error
make_code(struct order *order, const char *name, struct id7_deadline deadline,
	  struct id7_code *ret_code, struct id7_fault *ret_fault)
{
	struct id7_code code;
	enum id7_error error;

	if (order->kind == ID7_CODE_SAVED || order->place >= ID7_ADDRESSES)
		return id7_fault_set(ret_fault, ID7_INVALID, ID7_TROUBLE_NONE,
				     name);
	draw(order->kind, &code);
	order->code = &code;
	error = carry_out(order, name, store_code, deadline, ret_fault);
	if (error == ID7_OK && order->moved)
		error = id7_fault_set(ret_fault, ID7_STALE, ID7_TROUBLE_NONE,
				      name);
	if (error == ID7_OK)
		*ret_code = code;
	id7_wipe(&code, sizeof code);
	return error;
}

enum id7_error
id7_codes_make(struct id7 *id7, const char *name, enum id7_code_kind kind,
	       uint32_t place, int64_t expires, struct id7_deadline deadline,
	       struct id7_code *ret_code, struct id7_fault *ret_fault)
{
	struct order order = {
		.id7 = id7, .kind = kind, .place = place, .expires = expires};

	return make_code(&order, name, deadline, ret_code, ret_fault);
}

enum id7_error
id7_codes_make_for(struct id7 *id7, const struct id7_account *seen,
		   enum id7_code_kind kind, uint32_t place, int64_t expires,
		   struct id7_deadline deadline, struct id7_code *ret_code,
		   struct id7_fault *ret_fault)
{
	struct order order = {.id7 = id7,
			      .kind = kind,
			      .place = place,
			      .expires = expires,
			      .seen = seen};

	return make_code(&order, seen->name, deadline, ret_code, ret_fault);
}

static enum id7_error
store_sheet(struct order *order, struct id7_account *account,
	    const struct id7_now *now)
{
	if (!id7_redeem_may(account, ID7_CODE_SAVED, now))
		return ID7_INVALID;
	id7_redeem_void(account, ID7_CODE_BIT(ID7_CODE_SAVED));
	for (uint32_t i = 0; i < order->count; i++)
		id7_codes_hash(order->id7, &order->code[i], account->id,
			       account->epoch, account->saved[i]);
	account->saved_issued = now->wall;
	return ID7_OK;
}

enum id7_error
id7_codes_make_sheet(struct id7 *id7, const char *name, uint32_t count,
		     struct id7_deadline deadline,
		     struct id7_code ret_code[ID7_SAVED_CODES],
		     struct id7_fault *ret_fault)
{
	struct id7_code code[ID7_SAVED_CODES];
	struct order order = {.id7 = id7, .code = code, .count = count};
	enum id7_error error;

	if (count < 1 || count > ID7_SAVED_CODES)
		return id7_fault_set(ret_fault, ID7_INVALID, ID7_TROUBLE_NONE,
				     name);
	for (uint32_t i = 0; i < count; i++)
		draw(ID7_CODE_SAVED, &code[i]);
	error = carry_out(&order, name, store_sheet, deadline, ret_fault);
	if (error == ID7_OK)
		memcpy(ret_code, code, count * sizeof code[0]);
	id7_wipe(code, sizeof code);
	return error;
}

static uint32_t
kinds_there(const struct id7_account *account)
{
	uint32_t kinds = 0;

	for (unsigned int i = 0; i < ID7_CODE_KINDS; i++) {
		if (account->code[i].issued != 0)
			kinds |= ID7_CODE_BIT(i);
	}
	if (account->saved_issued != 0)
		kinds |= ID7_CODE_BIT(ID7_CODE_SAVED);
	return kinds;
}

static enum id7_error
end_codes(struct order *order, struct id7_account *account,
	  const struct id7_now *now)
{
	(void)now;
	order->kinds &= kinds_there(account);
	id7_redeem_void(account, order->kinds);
	return order->kinds != 0 ? ID7_OK : ID7_EXISTS;
}

enum id7_error
id7_codes_void(struct id7 *id7, const char *name, uint32_t kinds,
	       struct id7_deadline deadline, uint32_t *ret_ended,
	       struct id7_fault *ret_fault)
{
	struct order order = {.id7 = id7, .kinds = kinds};
	enum id7_error error;

	error = carry_out(&order, name, end_codes, deadline, ret_fault);
	if (error == ID7_OK && ret_ended != NULL)
		*ret_ended = order.kinds;
	return error;
}

static enum id7_error
redeem_code(struct order *order, struct id7_account *account,
	    const struct id7_now *now)
{
	/* These two kinds are spent in the account, and ask no tally. */
	const struct id7_tally tally = {0};
	uint8_t hash[ID7_CODE_HASH_LEN];

	id7_codes_hash(order->id7, order->code, account->id, account->epoch,
		       hash);
	order->right = id7_redeem_judge(account, &tally, order->code->kind,
					hash, now) == ID7_REDEEM_RIGHT;
	if (!order->right)
		return ID7_EXISTS;
	order->place = account->confirm_place;
	if (order->code->kind == ID7_CODE_CONFIRM) {
		account->address_confirmed[order->place] = true;
		id7_redeem_void(account, ID7_CODE_BIT(ID7_CODE_CONFIRM));
	} else {
		id7_redeem_void(account, ID7_CODE_BIT(ID7_CODE_UNLOCK) |
						 ID7_CODE_BIT(ID7_CODE_RESET) |
						 ID7_CODE_BIT(ID7_CODE_VOID));
	}
	return ID7_OK;
}

enum id7_error
id7_codes_present(struct id7 *id7, const char *name,
		  const struct id7_code *code, struct id7_deadline deadline,
		  bool *ret_right, uint32_t *ret_place,
		  struct id7_fault *ret_fault)
{
	struct id7_code copy = *code;
	struct order order = {.id7 = id7, .code = &copy};
	enum id7_error error = ID7_OK;

	*ret_right = false;
	if (code->kind == ID7_CODE_CONFIRM || code->kind == ID7_CODE_VOID)
		error = carry_out(&order, name, redeem_code, deadline,
				  ret_fault);
	if (error == ID7_OK) {
		*ret_right = order.right;
		if (ret_place != NULL)
			*ret_place = order.place;
	}
	id7_wipe(&copy, sizeof copy);
	return error;
}

struct search {
	struct id7 *id7;
	const struct id7_code *code;
	char *ret_name;
	bool found;
};

static bool
look_at(const struct id7_account *account, const struct id7_tally *tally,
	void *context)
{
	struct search *search = context;
	struct id7_now now = id7_clock_now();
	uint8_t hash[ID7_CODE_HASH_LEN];

	id7_codes_hash(search->id7, search->code, account->id, account->epoch,
		       hash);
	if (id7_redeem_judge(account, tally, search->code->kind, hash, &now) ==
	    ID7_REDEEM_NO)
		return true;
	search->found = true;
	memcpy(search->ret_name, account->name, sizeof account->name);
	return false;
}

enum id7_error
id7_codes_owner(struct id7 *id7, const struct id7_code *code,
		char ret_name[ID7_NAME_MAX + 1], struct id7_fault *ret_fault)
{
	struct search search = {id7, code, ret_name, false};
	enum id7_error error =
		id7_store_each(id7_get_store(id7), look_at, &search);

	if (search.found)
		return ID7_OK;
	if (error == ID7_OK)
		return id7_fault_set(ret_fault, ID7_NOT_FOUND, ID7_TROUBLE_NONE,
				     "");
	if (ret_fault != NULL)
		*ret_fault = *id7_store_fault(id7_get_store(id7));
	return error;
}
