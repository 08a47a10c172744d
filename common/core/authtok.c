/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was typed: its kind and its normal form. */
#include <string.h>
#include <utf8proc.h>

#include "common/core/authtok.h"
#include "common/core/escape.h"

enum id7_authtok_kind
id7_authtok_classify(const char *typed, size_t len)
{
	if (len == 0)
		return ID7_AUTHTOK_EMPTY;
	if (len > ID7_AUTHTOK_MAX)
		return ID7_AUTHTOK_TOO_LONG;
	for (size_t i = 0; i < len; i++) {
		uint8_t byte = (uint8_t)typed[i];

		if (byte < 0x20 || byte == 0x7f)
			return ID7_AUTHTOK_JUNK;
	}
	return id7_code_form(typed, len) ? ID7_AUTHTOK_CODE
					 : ID7_AUTHTOK_PASSWORD;
}

bool
id7_authtok_is_normal(const char *typed, size_t len)
{
	uint8_t all = 0;

	for (size_t i = 0; i < len; i++)
		all |= (uint8_t)typed[i];
	return all < 0x80;
}

/* RFC 8265 section 4.2.1 rule 2. */
static utf8proc_int32_t
map_space(utf8proc_int32_t cp, void *context)
{
	(void)context;
	return utf8proc_category(cp) == UTF8PROC_CATEGORY_ZS ? ' ' : cp;
}

static enum id7_error
copy_out(const void *bytes, size_t len, char *buf, size_t size, size_t *ret_len)
{
	if (len > size)
		return ID7_INVALID;
	memcpy(buf, bytes, len);
	*ret_len = len;
	return ID7_OK;
}

enum id7_error
id7_authtok_normal(const char *typed, size_t len,
		   struct id7_authtok_scratch *scratch, char *buf, size_t size,
		   size_t *ret_len)
{
	/* One less: utf8proc_reencode writes a NUL behind its result. */
	const utf8proc_ssize_t room =
		(utf8proc_ssize_t)(sizeof scratch->cp / sizeof scratch->cp[0] -
				   1);
	const utf8proc_option_t nfc = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
	utf8proc_ssize_t count;

	if (len > ID7_AUTHTOK_MAX)
		return ID7_INVALID;
	if (id7_utf8_count(typed, len) == SIZE_MAX)
		return copy_out(typed, len, buf, size, ret_len);
	count = utf8proc_decompose_custom((const utf8proc_uint8_t *)typed,
					  (utf8proc_ssize_t)len, scratch->cp,
					  room, nfc, map_space, NULL);
	if (count < 0 || count > room)
		return ID7_INVALID;
	count = utf8proc_reencode(scratch->cp, count, nfc);
	if (count < 0)
		return ID7_INVALID;
	return copy_out(scratch->cp, (size_t)count, buf, size, ret_len);
}
