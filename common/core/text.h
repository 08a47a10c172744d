/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words: the translated sentence for an English one, in a table compiled from po/ja.po. */
#ifndef ID7_CORE_TEXT_H
#define ID7_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/account.h"
#include "common/core/error.h"

/*
 * The sentence `msgid` (English, as it stands in the source) in `lang`; the
 * msgid itself when there is no translation, or for ID7_LANG_EN and
 * ID7_LANG_SITE. Borrowed for ever. Formats stay formats: a translation has the
 * same conversions, checked when the table is made.
 *
 * The module cannot use gettext (inside sshd the locale is always C), so both
 * programs use this table.
 */
const char *id7_text(enum id7_lang lang, const char *msgid)
	__attribute__((format_arg(2)));

/* Marks a sentence for translation where it cannot be looked up yet (tables). */
#define ID7_N(msgid) msgid

/*
 * "en" or "ja" for a language, "" for ID7_LANG_SITE; and back: ID7_LANG_SITE
 * for anything else than "en", "ja", or a locale name beginning with them
 * ("ja_JP.UTF-8").
 */
const char *id7_lang_name(enum id7_lang lang);
enum id7_lang id7_lang_parse(const char *text);

/*
 * One sentence for a fault: the thing, what is wrong with it, and the remedy,
 * in `lang`, terminated and cut at a character to `size` bytes. Foreign bytes
 * in the fault are escaped (id7_escape). Returns the bytes written without NUL.
 */
size_t id7_text_fault(enum id7_lang lang, const struct id7_fault *fault,
		      char *buf, size_t size);

/*
 * What a reason means, as one sentence for an administrator: "wrong password",
 * "locked out after repeated failures". A msgid.
 */
const char *id7_text_reason(unsigned int reason);

#endif
