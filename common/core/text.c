/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks words up, names languages, and says what a reason means. */
#include <stdlib.h>
#include <string.h>

#include "common/core/text.h"
#include "common/core/verdict.h"
#include "common/core/words.h"

static int
compare_word(const void *key, const void *entry)
{
	return strcmp(key, ((const struct id7_word *)entry)->msgid);
}

const char *
id7_text(enum id7_lang lang, const char *msgid)
{
	const struct id7_word *word;

	if (lang != ID7_LANG_JA)
		return msgid;
	word = bsearch(msgid, id7_words_ja, id7_words_ja_count,
		       sizeof id7_words_ja[0], compare_word);
	return word == NULL ? msgid : word->translation;
}

const char *
id7_lang_name(enum id7_lang lang)
{
	switch (lang) {
	case ID7_LANG_EN:
		return "en";
	case ID7_LANG_JA:
		return "ja";
	case ID7_LANG_SITE:
		break;
	}
	return "";
}

enum id7_lang
id7_lang_parse(const char *text)
{
	static const enum id7_lang known[] = {ID7_LANG_EN, ID7_LANG_JA};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		const char *name = id7_lang_name(known[i]);

		if (text != NULL && strncmp(text, name, 2) == 0 &&
		    (text[2] == '\0' || strchr("_-.@", text[2]) != NULL))
			return known[i];
	}
	return ID7_LANG_SITE;
}

static const char *const reasons[ID7_REASON_COUNT] = {
	[ID7_REASON_NONE] = ID7_N("nothing was decided"),
	[ID7_REASON_RIGHT] = ID7_N("the password was right"),
	[ID7_REASON_EXEMPT] =
		ID7_N("the name is exempt: 7id leaves it to the system"),
	[ID7_REASON_SYSTEM_NAME] =
		ID7_N("only the system knows the name: 7id leaves it alone"),
	[ID7_REASON_UNKNOWN] = ID7_N("nobody knows the name"),
	[ID7_REASON_WRONG] = ID7_N("wrong password"),
	[ID7_REASON_NO_PASSWORD] = ID7_N("the account has no password"),
	[ID7_REASON_OLD_PASSWORD] =
		ID7_N("an old password, valid until it was changed"),
	[ID7_REASON_REPEATED] =
		ID7_N("the same wrong password again from the same place"),
	[ID7_REASON_TOO_LONG] = ID7_N("wrong password: longer than 511 bytes"),
	[ID7_REASON_EMPTY] = ID7_N("no password was typed"),
	[ID7_REASON_ABORTED] =
		ID7_N("the password prompt was given up or timed out"),
	[ID7_REASON_JUNK] =
		ID7_N("control characters that no person types: the program "
		      "asking had refused the login already"),
	[ID7_REASON_LOCKED_OUT] = ID7_N("locked out after repeated failures"),
	[ID7_REASON_HELD] = ID7_N("held until somebody unlocks it"),
	[ID7_REASON_DISABLED] = ID7_N("disabled by an administrator"),
	[ID7_REASON_EXPIRED] = ID7_N("the account has expired"),
	[ID7_REASON_BUSY] =
		ID7_N("busy: too many attempts at once, none was counted"),
	[ID7_REASON_LEASE_LOST] =
		ID7_N("the attempt took too long and counts as a failure"),
	[ID7_REASON_CHANGED] =
		ID7_N("the account was changed during the attempt"),
	[ID7_REASON_MUST_CHANGE] = ID7_N("a new password must be chosen"),
	[ID7_REASON_UNLINKED] = ID7_N("this service is unlinked"),
	[ID7_REASON_MAINTENANCE] = ID7_N("maintenance is under way"),
	[ID7_REASON_CODE] = ID7_N("a code was accepted"),
	[ID7_REASON_CODE_WRONG] = ID7_N("a wrong code"),
	[ID7_REASON_CODE_OLD] =
		ID7_N("a code that had been used or had expired"),
	[ID7_REASON_RESET_ASKED] = ID7_N("a reset code was asked for"),
	[ID7_REASON_RESET_IGNORED] =
		ID7_N("a reset code was asked for, and none is given"),
	[ID7_REASON_CODE_TYPO] = ID7_N("a code with a typing slip"),
	[ID7_REASON_UNAVAILABLE] =
		ID7_N("7id itself was not available; the log says why"),
};

const char *
id7_text_reason(unsigned int reason)
{
	return reasons[reason < ID7_REASON_COUNT ? reason : ID7_REASON_NONE];
}
