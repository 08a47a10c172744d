/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One-time codes as text: what people type, the check symbol, how they are printed. */
#ifndef ID7_CORE_CODE_H
#define ID7_CORE_CODE_H

#include <stddef.h>
#include <stdint.h>

#include "common/core/limits.h"

/* What a code is for; part of the stored format. The first ID7_CODE_KINDS have places in account and tally. */
enum id7_code_kind {
	ID7_CODE_UNLOCK = 0,  /* 7U- */
	ID7_CODE_RESET = 1,   /* 7R- */
	ID7_CODE_CONFIRM = 2, /* 7C- an address is its owner's */
	ID7_CODE_VOID = 3,    /* 7V- whoever did not ask kills what was mailed */
	ID7_CODE_SAVED = 4,   /* 7S- of a printed sheet: works as a reset code */
};

#define ID7_CODE_SYMBOLS 12	  /* 60 bits in Crockford's base32 */
#define ID7_CODE_SYMBOLS_SAVED 13 /* 65 bits, for those that never expire */

/* The secret of a code; wiped by whoever holds one. */
struct id7_code {
	enum id7_code_kind kind;
	uint8_t symbol[ID7_CODE_SYMBOLS_SAVED]; /* 0..31 each; only SAVED has a last one */
};

/* What typed text is, taken as a code. */
enum id7_code_typed {
	ID7_CODE_NO = 0,  /* has not the form of one */
	ID7_CODE_SLIP,	  /* has the form, but the check symbol is wrong: a slip of the hand */
	ID7_CODE_REQUEST, /* the words 7R-RESET, which ask for a reset code */
	ID7_CODE_WELL_FORMED,
};

/*
 * Reads `len` typed bytes (not terminated) that may be a code; anything that
 * id7_code_form (authtok.h) calls one is not ID7_CODE_NO. The check symbol is
 * public arithmetic and says nothing about whether such a code was ever given:
 * no code with one wrong symbol, with two symbols exchanged, or under another
 * kind's prefix passes it, and of random ones 1 in 32.
 * *ret_code is written with ID7_CODE_WELL_FORMED; with ID7_CODE_SLIP it has the
 * kind only.
 */
enum id7_code_typed id7_code_parse(const char *typed, size_t len,
				   struct id7_code *ret_code);

/* Bytes of a printed code, NUL included. */
#define ID7_CODE_TEXT_MAX 24

/*
 * Prints a code as people get it: "7U-XXXX-XXXX-XXXX-C", a saved one
 * "7S-XXXX-XXXX-XXXXX-C". The caller wipes `buf`.
 */
void id7_code_format(const struct id7_code *code, char buf[ID7_CODE_TEXT_MAX]);

/* Bytes that the keyed hash of a code is taken over. */
#define ID7_CODE_HASHED_MAX (1 + ID7_ID_LEN + 8 + ID7_CODE_SYMBOLS_SAVED)

/*
 * Those bytes: kind, account, epoch and symbols, so that a stored hash is of use
 * for nothing else. Saved codes outlive a new password: the epoch is left out of
 * theirs. Returns how many; the caller wipes `out`.
 */
size_t id7_code_hashed(const struct id7_code *code,
		       const uint8_t id[ID7_ID_LEN], uint64_t epoch,
		       uint8_t out[ID7_CODE_HASHED_MAX]);

/*
 * The name of a kind for logs and --json: "unlock", "reset", "confirm", "void",
 * "saved".
 */
const char *id7_code_kind_name(enum id7_code_kind kind);

#endif
