/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The body of an account's record: offsets as in 7id.db(5). */
#include "common/core/bytes.h"
#include "common/core/record.h"

#define BODY_ID 0
#define BODY_EPOCH 16
#define BODY_REVISION 24
#define BODY_FLAGS 32
#define BODY_LANG 36
#define BODY_CONFIRMED 37
#define BODY_ZERO_1 38
#define BODY_CREATED 40
#define BODY_CHANGED 48
#define BODY_PASSWORD_CHANGED 56
#define BODY_EXPIRES 64
#define BODY_DISABLED_AT 72
#define BODY_HELD_AT 80
#define BODY_HELD_UNTIL 88
#define BODY_BIRTHDATE 96
#define BODY_OPSLIMIT 100
#define BODY_MEMLIMIT 104
#define BODY_SALT 112
#define BODY_VERIFIER 128
#define BODY_OLD_VERIFIERS 160
#define BODY_OLD_SINCE 224
#define BODY_NAME 240
#define BODY_REASON 312
#define BODY_ADDRESSES 408
#define BODY_CRYPT 920
#define BODY_CODES 1080
#define BODY_SAVED 1208
#define BODY_MAILED 1336
#define BODY_LOCK_MAIL_DAY 1400
#define BODY_LOCK_MAILS 1404
#define BODY_CONFIRM_PLACE 1405
#define BODY_ZERO_2 1406
#define BODY_ADDRESS_CHANGED 1408
#define BODY_SAVED_ISSUED 1416
#define BODY_LOCK_MAILED 1424
#define BODY_ZERO_3 1432

#define NAME_ROOM 72
#define REASON_ROOM 96
#define ADDRESS_ROOM 256
#define CRYPT_ROOM 160
#define CODE_ROOM 32
#define CODE_ISSUED 16
#define CODE_EXPIRES 24

#define FLAGS_KNOWN                                                            \
	(ID7_ACCOUNT_DISABLED | ID7_ACCOUNT_HELD | ID7_ACCOUNT_MUST_CHANGE |   \
	 ID7_ACCOUNT_NO_VERIFIER | ID7_ACCOUNT_RAW_BYTES |                     \
	 ID7_ACCOUNT_COUNTS_ONLY)

_Static_assert(BODY_SALT + ID7_SALT_LEN == BODY_VERIFIER, "salt");
_Static_assert(BODY_VERIFIER + ID7_VERIFIER_LEN == BODY_OLD_VERIFIERS,
	       "verifier");
_Static_assert(BODY_OLD_VERIFIERS + ID7_OLD_VERIFIERS * ID7_VERIFIER_LEN ==
		       BODY_OLD_SINCE,
	       "old verifiers");
_Static_assert(BODY_OLD_SINCE + ID7_OLD_VERIFIERS * 8 == BODY_NAME, "since");
_Static_assert(BODY_NAME + NAME_ROOM == BODY_REASON, "name");
_Static_assert(BODY_REASON + REASON_ROOM == BODY_ADDRESSES, "reason");
_Static_assert(BODY_ADDRESSES + ID7_ADDRESSES * ADDRESS_ROOM == BODY_CRYPT,
	       "addresses");
_Static_assert(BODY_CRYPT + CRYPT_ROOM == BODY_CODES, "crypt");
_Static_assert(BODY_CODES + ID7_CODE_KINDS * CODE_ROOM == BODY_SAVED, "codes");
_Static_assert(BODY_SAVED + ID7_SAVED_CODES * ID7_CODE_HASH_LEN == BODY_MAILED,
	       "saved codes");
_Static_assert(BODY_MAILED + ID7_MAILED * 8 == BODY_LOCK_MAIL_DAY, "mailed");
_Static_assert(BODY_ZERO_3 <= ID7_BODY_LEN, "body");
_Static_assert(NAME_ROOM > ID7_NAME_MAX && REASON_ROOM > ID7_REASON_TEXT_MAX &&
		       ADDRESS_ROOM > ID7_ADDRESS_MAX &&
		       CRYPT_ROOM > ID7_CRYPT_MAX,
	       "rooms");

/* The times that stand alone: one list serves both directions. */
#define TIMES(ACTION)                                                          \
	ACTION(CREATED, created)                                               \
	ACTION(CHANGED, changed)                                               \
	ACTION(PASSWORD_CHANGED, password_changed)                             \
	ACTION(EXPIRES, expires)                                               \
	ACTION(DISABLED_AT, disabled_at)                                       \
	ACTION(HELD_AT, held_at)                                               \
	ACTION(HELD_UNTIL, held_until)                                         \
	ACTION(ADDRESS_CHANGED, address_changed)                               \
	ACTION(SAVED_ISSUED, saved_issued)

static void
encode_texts(const struct id7_account *account, uint8_t *out)
{
	uint8_t *address = out + BODY_ADDRESSES;

	id7_bytes_put_text(out + BODY_NAME, NAME_ROOM, account->name,
			   sizeof account->name);
	id7_bytes_put_text(out + BODY_REASON, REASON_ROOM, account->reason,
			   sizeof account->reason);
	id7_bytes_put_text(out + BODY_CRYPT, CRYPT_ROOM, account->crypt,
			   sizeof account->crypt);
	for (size_t i = 0; i < ID7_ADDRESSES; i++) {
		id7_bytes_put_text(address + i * ADDRESS_ROOM, ADDRESS_ROOM,
				   account->address[i],
				   sizeof account->address[i]);
		if (account->address_confirmed[i])
			out[BODY_CONFIRMED] |= (uint8_t)(1u << i);
	}
}

static bool
decode_texts(const uint8_t *in, struct id7_account *account)
{
	const uint8_t *address = in + BODY_ADDRESSES;

	if (!id7_bytes_get_text(in + BODY_NAME, NAME_ROOM, account->name,
				sizeof account->name) ||
	    !id7_bytes_get_text(in + BODY_REASON, REASON_ROOM, account->reason,
				sizeof account->reason) ||
	    !id7_bytes_get_text(in + BODY_CRYPT, CRYPT_ROOM, account->crypt,
				sizeof account->crypt))
		return false;
	if (in[BODY_CONFIRMED] >= 1u << ID7_ADDRESSES)
		return false;
	for (size_t i = 0; i < ID7_ADDRESSES; i++) {
		if (!id7_bytes_get_text(address + i * ADDRESS_ROOM,
					ADDRESS_ROOM, account->address[i],
					sizeof account->address[i]))
			return false;
		account->address_confirmed[i] =
			(in[BODY_CONFIRMED] >> i & 1) != 0;
	}
	return id7_account_name_ok(account->name, strlen(account->name));
}

static void
encode_verifiers(const struct id7_account *account, uint8_t *out)
{
	id7_bytes_put32(out + BODY_OPSLIMIT, account->cost.opslimit);
	id7_bytes_put64(out + BODY_MEMLIMIT, account->cost.memlimit);
	memcpy(out + BODY_SALT, account->salt, ID7_SALT_LEN);
	memcpy(out + BODY_VERIFIER, account->verifier, ID7_VERIFIER_LEN);
	memcpy(out + BODY_OLD_VERIFIERS, account->old_verifier,
	       sizeof account->old_verifier);
	for (size_t i = 0; i < ID7_OLD_VERIFIERS; i++)
		id7_bytes_put64(out + BODY_OLD_SINCE + 8 * i,
				(uint64_t)account->old_since[i]);
}

static void
decode_verifiers(const uint8_t *in, struct id7_account *account)
{
	account->cost.opslimit = id7_bytes_get32(in + BODY_OPSLIMIT);
	account->cost.memlimit = id7_bytes_get64(in + BODY_MEMLIMIT);
	memcpy(account->salt, in + BODY_SALT, ID7_SALT_LEN);
	memcpy(account->verifier, in + BODY_VERIFIER, ID7_VERIFIER_LEN);
	memcpy(account->old_verifier, in + BODY_OLD_VERIFIERS,
	       sizeof account->old_verifier);
	for (size_t i = 0; i < ID7_OLD_VERIFIERS; i++)
		account->old_since[i] =
			(int64_t)id7_bytes_get64(in + BODY_OLD_SINCE + 8 * i);
}

static void
encode_codes(const struct id7_account *account, uint8_t *out)
{
	for (size_t i = 0; i < ID7_CODE_KINDS; i++) {
		const struct id7_code_slot *code = &account->code[i];
		uint8_t *at = out + BODY_CODES + i * CODE_ROOM;

		memcpy(at, code->hash, ID7_CODE_HASH_LEN);
		id7_bytes_put64(at + CODE_ISSUED, (uint64_t)code->issued);
		id7_bytes_put64(at + CODE_EXPIRES, (uint64_t)code->expires);
	}
	memcpy(out + BODY_SAVED, account->saved, sizeof account->saved);
	for (size_t i = 0; i < ID7_MAILED; i++)
		id7_bytes_put64(out + BODY_MAILED + 8 * i,
				(uint64_t)account->mailed[i]);
	id7_bytes_put32(out + BODY_LOCK_MAIL_DAY, account->lock_mail_day);
	out[BODY_LOCK_MAILS] = account->lock_mails;
	id7_bytes_put64(out + BODY_LOCK_MAILED, account->lock_mailed);
	out[BODY_CONFIRM_PLACE] = account->confirm_place;
}

static bool
decode_codes(const uint8_t *in, struct id7_account *account)
{
	for (size_t i = 0; i < ID7_CODE_KINDS; i++) {
		struct id7_code_slot *code = &account->code[i];
		const uint8_t *at = in + BODY_CODES + i * CODE_ROOM;

		memcpy(code->hash, at, ID7_CODE_HASH_LEN);
		code->issued = (int64_t)id7_bytes_get64(at + CODE_ISSUED);
		code->expires = (int64_t)id7_bytes_get64(at + CODE_EXPIRES);
	}
	memcpy(account->saved, in + BODY_SAVED, sizeof account->saved);
	for (size_t i = 0; i < ID7_MAILED; i++)
		account->mailed[i] =
			(int64_t)id7_bytes_get64(in + BODY_MAILED + 8 * i);
	account->lock_mail_day = id7_bytes_get32(in + BODY_LOCK_MAIL_DAY);
	account->lock_mails = in[BODY_LOCK_MAILS];
	account->lock_mailed = id7_bytes_get64(in + BODY_LOCK_MAILED);
	account->confirm_place = in[BODY_CONFIRM_PLACE];
	return account->confirm_place < ID7_ADDRESSES;
}

void
id7_account_encode(const struct id7_account *account, uint8_t out[ID7_BODY_LEN])
{
	memset(out, 0, ID7_BODY_LEN);
	memcpy(out + BODY_ID, account->id, ID7_ID_LEN);
	id7_bytes_put64(out + BODY_EPOCH, account->epoch);
	id7_bytes_put64(out + BODY_REVISION, account->revision);
	id7_bytes_put32(out + BODY_FLAGS, account->flags);
	out[BODY_LANG] = account->lang;
	id7_bytes_put32(out + BODY_BIRTHDATE, account->birthdate);
#define PUT_TIME(at, field)                                                    \
	id7_bytes_put64(out + BODY_##at, (uint64_t)account->field);
	TIMES(PUT_TIME)
#undef PUT_TIME
	encode_texts(account, out);
	encode_verifiers(account, out);
	encode_codes(account, out);
}

enum id7_error
id7_account_decode(const uint8_t in[ID7_BODY_LEN],
		   struct id7_account *ret_account)
{
	struct id7_account *account = ret_account;

	memset(account, 0, sizeof *account);
	account->flags = id7_bytes_get32(in + BODY_FLAGS);
	account->lang = in[BODY_LANG];
	if ((account->flags & ~FLAGS_KNOWN) != 0 ||
	    account->lang > ID7_LANG_JA || !decode_texts(in, account) ||
	    !id7_bytes_zero(in + BODY_ZERO_1, BODY_CREATED - BODY_ZERO_1) ||
	    !id7_bytes_zero(in + BODY_ZERO_2,
			    BODY_ADDRESS_CHANGED - BODY_ZERO_2) ||
	    !id7_bytes_zero(in + BODY_ZERO_3, ID7_BODY_LEN - BODY_ZERO_3) ||
	    !decode_codes(in, account))
		return ID7_CORRUPT;
	memcpy(account->id, in + BODY_ID, ID7_ID_LEN);
	account->epoch = id7_bytes_get64(in + BODY_EPOCH);
	account->revision = id7_bytes_get64(in + BODY_REVISION);
	account->birthdate = id7_bytes_get32(in + BODY_BIRTHDATE);
#define GET_TIME(at, field)                                                    \
	account->field = (int64_t)id7_bytes_get64(in + BODY_##at);
	TIMES(GET_TIME)
#undef GET_TIME
	decode_verifiers(in, account);
	return ID7_OK;
}
