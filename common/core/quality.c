/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a new password may be used, judged from its text alone. */
#include <stdlib.h>
#include <string.h>

#include "common/core/authtok.h"
#include "common/core/common_passwords.h"
#include "common/core/escape.h"
#include "common/core/text.h"

/*
 * `s` for comparing: ASCII letters lower case, full-width forms half-width.
 * Characters that are neither stay as they are. The caller has checked that
 * `s` is UTF-8. Returns the length, or SIZE_MAX when it is over `size` - 1.
 */
static size_t
fold(const char *s, size_t len, char *buf, size_t size)
{
	size_t used = 0;
	uint32_t cp = 0;

	while (len > 0) {
		size_t n = id7_utf8_decode(s, len, &cp), keep = n;
		char ascii;

		if (cp >= 0xff01 && cp <= 0xff5e)
			cp -= 0xff01 - 0x21;
		if (cp < 0x80)
			keep = 1;
		if (n == 0 || used + keep + 1 > size)
			return SIZE_MAX;
		ascii = (char)(cp >= 'A' && cp <= 'Z' ? cp + 'a' - 'A' : cp);
		memcpy(buf + used, cp < 0x80 ? &ascii : s, keep);
		used += keep;
		s += n;
		len -= n;
	}
	buf[used] = '\0';
	return used;
}

static int
compare_common(const void *key, const void *entry)
{
	return strcmp(key, *(const char *const *)entry);
}

static bool
is_common(const char *normal, size_t len)
{
	char folded[ID7_COMMON_PASSWORD_MAX + 1];
	bool common;

	common =
		fold(normal, len, folded, sizeof folded) != SIZE_MAX &&
		bsearch(folded, id7_common_passwords,
			id7_common_passwords_count,
			sizeof id7_common_passwords[0], compare_common) != NULL;
	explicit_bzero(folded, sizeof folded);
	return common;
}

static bool
all_digits(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
	}
	return true;
}

/* `part` with nothing but digits before and behind it. */
static bool
is_wrapped(const char *whole, size_t len, const char *part, size_t part_len)
{
	for (size_t at = 0; part_len > 0 && at + part_len <= len; at++) {
		if (memcmp(whole + at, part, part_len) == 0 &&
		    all_digits(whole, at) &&
		    all_digits(whole + at + part_len, len - at - part_len))
			return true;
	}
	return false;
}

static bool
is_own_name(const char *normal, size_t len, const char *name)
{
	char folded[ID7_AUTHTOK_NFC_MAX + 1];
	char forwards[ID7_NAME_MAX + 1], backwards[ID7_NAME_MAX + 1];
	size_t folded_len = fold(normal, len, folded, sizeof folded);
	size_t name_len = fold(name, strlen(name), forwards, sizeof forwards);
	bool own;

	for (size_t i = 0; name_len != SIZE_MAX && i < name_len; i++)
		backwards[i] = forwards[name_len - 1 - i];
	own = folded_len != SIZE_MAX && name_len != SIZE_MAX &&
	      (is_wrapped(folded, folded_len, forwards, name_len) ||
	       is_wrapped(folded, folded_len, backwards, name_len));
	explicit_bzero(folded, sizeof folded);
	return own;
}

static bool
has_control(const char *s, size_t len)
{
	uint32_t cp = 0;

	for (size_t n; len > 0; s += n, len -= n) {
		n = id7_utf8_decode(s, len, &cp);
		if (n == 0 || cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
			return true;
	}
	return false;
}

enum id7_quality
id7_quality_check(const char *normal, size_t len, size_t typed_len,
		  const char *name, uint32_t min_length)
{
	size_t count = id7_utf8_count(normal, len);

	if (len == 0)
		return ID7_QUALITY_EMPTY;
	if (typed_len > ID7_AUTHTOK_MAX || len > ID7_AUTHTOK_NFC_MAX)
		return ID7_QUALITY_TOO_LONG;
	if (count == SIZE_MAX)
		return ID7_QUALITY_NOT_UTF8;
	if (has_control(normal, len))
		return ID7_QUALITY_CONTROL;
	if (id7_code_form(normal, len))
		return ID7_QUALITY_CODE_FORM;
	if (count < min_length)
		return ID7_QUALITY_TOO_SHORT;
	if (is_common(normal, len))
		return ID7_QUALITY_COMMON;
	if (is_own_name(normal, len, name))
		return ID7_QUALITY_OWN_NAME;
	return ID7_QUALITY_GOOD;
}

const char *
id7_quality_text(enum id7_quality quality)
{
	switch (quality) {
	case ID7_QUALITY_GOOD:
		return ID7_N("The password may be used.");
	case ID7_QUALITY_EMPTY:
		return ID7_N("The new password is empty.");
	case ID7_QUALITY_TOO_SHORT:
		return ID7_N("The new password is too short: it needs at least "
			     "%u characters.");
	case ID7_QUALITY_TOO_LONG:
		return ID7_N("The new password is too long: it may have at "
			     "most 511 bytes.");
	case ID7_QUALITY_NOT_UTF8:
		return ID7_N("The new password is not valid UTF-8: set the "
			     "terminal to UTF-8 or use ASCII.");
	case ID7_QUALITY_CONTROL:
		return ID7_N("The new password contains control characters.");
	case ID7_QUALITY_COMMON:
		return ID7_N("The new password is one of the most common ones "
			     "and quickly guessed.");
	case ID7_QUALITY_OWN_NAME:
		return ID7_N("The new password is made from the account's own "
			     "name.");
	case ID7_QUALITY_CODE_FORM:
		return ID7_N("The new password looks like a code (7U-, 7R-, "
			     "...): choose a different one.");
	case ID7_QUALITY_SAME:
		return ID7_N("The new password is the same as the current "
			     "one.");
	case ID7_QUALITY_REFUSED:
		break;
	}
	return ID7_N("The new password was refused.");
}
