/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The translations as a table, compiled from po/ja.po by po/mktable.py. */
#ifndef ID7_CORE_WORDS_H
#define ID7_CORE_WORDS_H

#include <stddef.h>

struct id7_word {
	const char *msgid;
	const char *translation;
};

/* Sorted by msgid (strcmp), none twice, no translation empty. */
extern const struct id7_word id7_words_ja[];
extern const size_t id7_words_ja_count;

#endif
