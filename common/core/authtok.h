/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is typed: its kind, its normal form, and whether a new one may be used. */
#ifndef ID7_CORE_AUTHTOK_H
#define ID7_CORE_AUTHTOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/account.h"
#include "common/core/error.h"
#include "common/core/limits.h"

/* What the typed bytes are, before anything is looked up. */
enum id7_authtok_kind {
	ID7_AUTHTOK_EMPTY = 0,
	ID7_AUTHTOK_PASSWORD,
	ID7_AUTHTOK_JUNK,     /* holds C0 controls or DEL: sshd's "INCORRECT", never a person's */
	ID7_AUTHTOK_TOO_LONG, /* over ID7_AUTHTOK_MAX bytes */
	ID7_AUTHTOK_CODE,     /* has the form of a code (id7_code_form) */
};

/*
 * The kind of `len` typed bytes (not terminated; `typed` may be NULL when `len`
 * is 0). Length is judged first, so that no more than ID7_AUTHTOK_MAX bytes are
 * ever looked at.
 */
enum id7_authtok_kind id7_authtok_classify(const char *typed, size_t len);

/*
 * PRECIS OpaqueString (RFC 8265 section 4.2): non-ASCII spaces become U+0020,
 * then NFC; no width and no case mapping. Typed bytes that are not UTF-8 are
 * taken as they are, so that old passwords in other encodings can be verified.
 * `typed` is at most ID7_AUTHTOK_MAX bytes. Writes at most `size` bytes, which
 * must be at least ID7_AUTHTOK_NFC_MAX, and no NUL. Nothing is allocated; the
 * scratch space is wiped by the caller along with `buf`.
 * Returns ID7_OK, or ID7_INVALID when the normal form is longer than `size`.
 */
#define ID7_AUTHTOK_NFC_MAX (ID7_AUTHTOK_MAX * 3)
struct id7_authtok_scratch {
	int32_t cp[ID7_AUTHTOK_MAX * 18 + 1];
};
enum id7_error id7_authtok_normal(const char *typed, size_t len,
				  struct id7_authtok_scratch *scratch,
				  char *buf, size_t size, size_t *ret_len)
	id7_must_use;

/*
 * Whether `len` typed bytes are their own normal form for a reason that can be
 * seen without one: all are ASCII. False says nothing.
 */
bool id7_authtok_is_normal(const char *typed, size_t len);

/* Why a new password is refused. */
enum id7_quality {
	ID7_QUALITY_REFUSED = 0, /* not judged yet */
	ID7_QUALITY_GOOD = 0x51a7,
	ID7_QUALITY_EMPTY = 1,
	ID7_QUALITY_TOO_SHORT,
	ID7_QUALITY_TOO_LONG,
	ID7_QUALITY_NOT_UTF8,
	ID7_QUALITY_CONTROL,	 /* control characters */
	ID7_QUALITY_COMMON,	 /* in the list of the most common ones, any case */
	ID7_QUALITY_OWN_NAME,	 /* the account's name, forwards or backwards, any case, digits around it */
	ID7_QUALITY_CODE_FORM,	 /* looks like a code */
	ID7_QUALITY_SAME,	 /* the current one */
};

/*
 * Judges a new password in its normal form for the account `name`:
 * `min_length` in code points, at most ID7_AUTHTOK_MAX bytes as typed
 * (`typed_len`). Never ID7_QUALITY_SAME: only the verifier knows that.
 */
enum id7_quality id7_quality_check(const char *normal, size_t len,
				   size_t typed_len, const char *name,
				   uint32_t min_length);

/*
 * The msgid of the sentence that tells a person why; takes one %u, the minimum
 * length, for ID7_QUALITY_TOO_SHORT only.
 */
const char *id7_quality_text(enum id7_quality quality);

/*
 * Whether the typed text has the form of a code (7U-, 7R-, 7C-, 7V-, 7S- and
 * symbols), as DESIGN section 7 has it: any case, full-width letters, any
 * dashes or spaces or none, O for 0, I or L for 1, of the right length. The
 * check symbol is not looked at: a mistyped code is no password either. The
 * words 7R-RESET, which ask for a code, have the form too.
 */
bool id7_code_form(const char *typed, size_t len);

#endif
