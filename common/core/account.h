/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One person's record as a value, the grammar of account names, and the standing of an account. */
#ifndef ID7_CORE_ACCOUNT_H
#define ID7_CORE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/limits.h"
#include "common/core/now.h"
#include "common/core/verdict.h"

enum id7_lang {
	ID7_LANG_SITE = 0, /* the account says nothing: the site's language */
	ID7_LANG_EN = 1,
	ID7_LANG_JA = 2,
};

/* Bits of id7_account.flags; part of the stored format. */
#define ID7_ACCOUNT_DISABLED (1u << 0)	  /* an administrator's act */
#define ID7_ACCOUNT_HELD (1u << 1)	  /* `lock`: passwords refused until `held_until` or unlock */
#define ID7_ACCOUNT_MUST_CHANGE (1u << 2) /* a new authtok is due at the next login */
#define ID7_ACCOUNT_NO_VERIFIER (1u << 3) /* made without a password: nothing matches */
#define ID7_ACCOUNT_RAW_BYTES (1u << 4)	  /* imported: verify typed bytes, without NFC */
#define ID7_ACCOUNT_COUNTS_ONLY (1u << 5) /* another module verifies */

/* How the verifier was made: the cost that the stored bytes were computed with. */
struct id7_cost {
	uint32_t opslimit; /* passes */
	uint64_t memlimit; /* bytes */
};

struct id7_code_slot {
	uint8_t hash[ID7_CODE_HASH_LEN]; /* all zero: no code */
	int64_t issued;			 /* wall clock; 0: no code */
	int64_t expires;		 /* wall clock; 0: as long as the lock */
};

/* A value without pointers: copied by assignment, nothing to release, wiped by whoever holds verifiers in it. */
struct id7_account {
	char name[ID7_NAME_MAX + 1];
	uint8_t id[ID7_ID_LEN]; /* random, new at each creation */
	uint64_t epoch;		/* raised by a new authtok or a reset: empties the tally and voids codes */
	uint64_t revision;	/* raised by every change; compare-and-put compares it */
	uint32_t flags;
	uint8_t lang; /* enum id7_lang */

	/* Wall clock, seconds; 0: never. */
	int64_t created;
	int64_t changed;	  /* any administrative change */
	int64_t password_changed;
	int64_t expires;	  /* refused from this second on */
	int64_t disabled_at;
	int64_t held_at;
	int64_t held_until;	  /* 0 with ID7_ACCOUNT_HELD: until unlocked */
	char reason[ID7_REASON_TEXT_MAX + 1]; /* of the disabling or the hold, UTF-8 */

	char address[ID7_ADDRESSES][ID7_ADDRESS_MAX + 1];
	bool address_confirmed[ID7_ADDRESSES];
	uint32_t birthdate; /* yyyymmdd, 0: unknown */

	struct id7_cost cost;
	uint8_t salt[ID7_SALT_LEN];
	uint8_t verifier[ID7_VERIFIER_LEN];
	uint8_t old_verifier[ID7_OLD_VERIFIERS][ID7_VERIFIER_LEN]; /* all zero: none; newest first */
	int64_t old_since[ID7_OLD_VERIFIERS];	 /* when each stopped being the current one */
	char crypt[ID7_CRYPT_MAX + 1];		 /* imported, used until the first good login; "": none */

	struct id7_code_slot code[ID7_CODE_KINDS];
	uint8_t saved[ID7_SAVED_CODES][ID7_CODE_HASH_LEN];
	int64_t saved_issued;	/* wall clock; 0: no sheet */
	uint8_t confirm_place;	/* which address code[ID7_CODE_CONFIRM] confirms */

	int64_t mailed[ID7_MAILED]; /* wall clock of the last mail per kind of notice */
	uint32_t lock_mail_day;	    /* days since the epoch; of no meaning without lock_mails */
	uint8_t lock_mails;	    /* lock notices mailed on that day */
	uint64_t lock_mailed;	    /* names the lock counted last (owed.h) */
	int64_t address_changed;    /* wall clock */
};

/*
 * Checks the grammar of an account name: [A-Za-z_][A-Za-z0-9_.@-]{0,63}, ASCII.
 * `name` need not be terminated within `len` bytes.
 * Returns true when it may be an account's name.
 */
bool id7_account_name_ok(const char *name, size_t len);

/*
 * Checks a mail address: one addr-spec in ASCII, dot-atom local part, domain of
 * letters, digits and '-', 3 to 254 bytes, not starting with '-'. RFC 5321 4.1.2
 * without quoted strings and literals.
 */
bool id7_account_address_ok(const char *address);

/*
 * Reads a date `yyyy-mm-dd` of 1900 to 2999 that exists in the calendar.
 * Writes yyyymmdd. Returns false and leaves *ret_date alone for anything else.
 */
bool id7_account_date_parse(const char *text, uint32_t *ret_date);

/*
 * What the account itself, its tally left aside, says to a login at `now`:
 * ID7_REASON_DISABLED, ID7_REASON_EXPIRED or ID7_REASON_HELD, in that order;
 * ID7_REASON_RIGHT when nothing stands in the way. A hold refuses passwords
 * only (DESIGN section 5): the account phase does not ask for it.
 */
enum id7_reason id7_account_standing(const struct id7_account *account,
				     const struct id7_now *now);

/*
 * The account phase: may this account be used, whoever it was proved to be?
 * Verdict ID7_ALLOW with ID7_REASON_RIGHT or ID7_REASON_MUST_CHANGE, else
 * ID7_DENY with ID7_REASON_DISABLED or ID7_REASON_EXPIRED. A lock or hold never
 * counts here, or a stranger could stop the owner's cron and ssh keys.
 */
enum id7_verdict id7_account_usable(const struct id7_account *account,
				    const struct id7_now *now,
				    enum id7_reason *ret_reason);

#endif
