/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the programs that drive libpam share: names of its codes, and text with escapes. */
#ifndef ID7_TESTS_PAMTALK_H
#define ID7_TESTS_PAMTALK_H

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <security/pam_appl.h>

/* "PAM_AUTH_ERR" for PAM_AUTH_ERR. */
static inline const char *
pam_code_name(int code)
{
	static const char *const names[] = {
		"PAM_SUCCESS",	     "PAM_OPEN_ERR",
		"PAM_SYMBOL_ERR",    "PAM_SERVICE_ERR",
		"PAM_SYSTEM_ERR",    "PAM_BUF_ERR",
		"PAM_PERM_DENIED",   "PAM_AUTH_ERR",
		"PAM_CRED_INSUFFICIENT", "PAM_AUTHINFO_UNAVAIL",
		"PAM_USER_UNKNOWN",  "PAM_MAXTRIES",
		"PAM_NEW_AUTHTOK_REQD", "PAM_ACCT_EXPIRED",
		"PAM_SESSION_ERR",   "PAM_CRED_UNAVAIL",
		"PAM_CRED_EXPIRED",  "PAM_CRED_ERR",
		"PAM_NO_MODULE_DATA", "PAM_CONV_ERR",
		"PAM_AUTHTOK_ERR",   "PAM_AUTHTOK_RECOVERY_ERR",
		"PAM_AUTHTOK_LOCK_BUSY", "PAM_AUTHTOK_DISABLE_AGING",
		"PAM_TRY_AGAIN",     "PAM_IGNORE",
		"PAM_ABORT",	     "PAM_AUTHTOK_EXPIRED",
		"PAM_MODULE_UNKNOWN", "PAM_BAD_ITEM",
		"PAM_CONV_AGAIN",    "PAM_INCOMPLETE",
	};

	if (code < 0 || (size_t)code >= sizeof names / sizeof *names)
		return "PAM_?";
	return names[code];
}

/* Takes \n, \t, \\ and \xHH out of a text, in place. */
static inline void
pam_unescape(char *text)
{
	char hex[3] = "";
	char *to = text;

	while (*text != '\0') {
		if (*text != '\\' || text[1] == '\0') {
			*to++ = *text++;
			continue;
		}
		if (text[1] == 'x' && isxdigit((unsigned char)text[2]) &&
		    isxdigit((unsigned char)text[3])) {
			memcpy(hex, text + 2, 2);
			*to++ = (char)strtol(hex, NULL, 16);
			text += 4;
			continue;
		}
		*to++ = text[1] == 'n'	 ? '\n'
			: text[1] == 't' ? '\t'
					 : text[1];
		text += 2;
	}
	*to = '\0';
}

/* Prints a text on one line: controls and backslashes escaped, the rest as it
 * is. */
static inline void
pam_print_text(const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '\n')
			printf("\\n");
		else if (c == '\\')
			printf("\\\\");
		else if (c < 0x20 || c == 0x7f)
			printf("\\x%02x", c);
		else
			putchar(c);
	}
}

#endif
