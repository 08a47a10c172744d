/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Letters: a template and the values of its fields become the subject and the
 * text of a message. core/mime.h makes a message of them.
 *
 * A template is UTF-8, lines ended by \n or \r\n, at most ID7_TEMPLATE_MAX
 * bytes. Lines that begin with '#' before the subject are comments. Then comes
 * `Subject: text` (no field stands in it), an empty line, and the text:
 *
 *   {field}             the field's value; nothing when it is empty
 *   {?field} {/field}   what stands between is left out when the field is empty
 *   {!field} {/field}   what stands between is left out unless it is empty
 *   {{                  a brace
 *
 * Sections may lie in each other, four deep, and begin and end anywhere; a line
 * end between the marks belongs to the section. Each notice has fields of its
 * own; another notice's field is a mistake, so that none can be hoped for in
 * vain:
 *
 *   field         notices        what it says
 *   name          all but found  the account's name
 *   host          all            the machine's name
 *   address       all            the address that this letter goes to
 *   time          all            when it happened, in the site's time zone
 *   time_utc (*)  all            the same in UTC; empty where that is the site's
 *                                zone
 *   contact       all            whom to ask: support_contact in its language, or
 *                                words for "your administrator"
 *   reference (*) lock, old-password
 *                                the reference of the login that caused it
 *   service  (*)  lock, old-password, app-password
 *                                the service logged in to, as PAM names it
 *   source   (*)  lock, old-password
 *                                the host that the login came from
 *   count    (*)  lock           failures since the last good login
 *   until, until_utc
 *            (*)  lock           when the lock ends, in the site's time zone and
 *                                in UTC; empty: it does not end by itself,
 *                                or has ended
 *                 reset, confirm until when `code` works
 *   ended    (*)  lock           "yes": the lock has ended already
 *   wait     (*)  lock           how long the lock is from `time`: "10 minutes"
 *   code     (*)  lock, reset, confirm
 *                                the unlock, reset or confirm code; empty for
 *                                an address that is not confirmed (confirm: never)
 *   code_until, code_until_utc
 *            (*)  lock           until when `code` works; empty: as long as the
 *                                lock
 *   void     (*)  lock, reset, confirm
 *                                the code that voids `code`; empty without one
 *   self_reset (*) lock, unlocked, password, address, app-password, old-password
 *                                what to type for a reset code by mail
 *                                ("7R-RESET"); empty where that is not offered
 *   old_address, new_address
 *            (*)  address        masked; empty: there was none, there is none now
 *   services (*)  password       services that need to be linked again
 *   names         found          the account names, one a line
 *
 * (*) may be empty.
 */
#ifndef ID7_CORE_LETTER_H
#define ID7_CORE_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/account.h"
#include "common/core/error.h"
#include "common/core/notice.h"

#define ID7_TEMPLATE_MAX 8192
#define ID7_LETTER_SUBJECT_MAX 160 /* bytes of a subject */
#define ID7_LETTER_TEXT_MAX 9216   /* bytes of a text, fields put in */
#define ID7_LETTER_VALUE_MAX 320   /* bytes of a value as it is put in; `names` aside */

enum id7_field {
	ID7_FIELD_NAME = 0,
	ID7_FIELD_HOST,
	ID7_FIELD_ADDRESS,
	ID7_FIELD_TIME,
	ID7_FIELD_TIME_UTC,
	ID7_FIELD_CONTACT,
	ID7_FIELD_REFERENCE,
	ID7_FIELD_SERVICE,
	ID7_FIELD_SOURCE,
	ID7_FIELD_COUNT,
	ID7_FIELD_UNTIL,
	ID7_FIELD_UNTIL_UTC,
	ID7_FIELD_ENDED,
	ID7_FIELD_WAIT,
	ID7_FIELD_CODE,
	ID7_FIELD_CODE_UNTIL,
	ID7_FIELD_CODE_UNTIL_UTC,
	ID7_FIELD_VOID,
	ID7_FIELD_SELF_RESET,
	ID7_FIELD_OLD_ADDRESS,
	ID7_FIELD_NEW_ADDRESS,
	ID7_FIELD_SERVICES,
	ID7_FIELD_NAMES,
};
#define ID7_FIELDS 23

/* Terminated texts of any bytes, borrowed; NULL: empty. */
struct id7_letter_values {
	const char *value[ID7_FIELDS];
};

/* Subject and text; a value. It holds codes: whoever holds it wipes it. */
struct id7_letter {
	char subject[ID7_LETTER_SUBJECT_MAX + 1];
	size_t len;
	char text[ID7_LETTER_TEXT_MAX + 1]; /* lines end in \n */
};

/* What is wrong with a template. */
struct id7_letter_problem {
	uint32_t line;	    /* from 1; 0: all of it */
	const char *reason; /* msgid */
	char what[40];	    /* the mark that it is about, as it stands there; "" */
};

/*
 * The field called `name` of `len` bytes; false when there is none of that name
 * or `notice` does not have it.
 */
bool id7_letter_field(enum id7_notice notice, const char *name, size_t len,
		      enum id7_field *ret_field);

/*
 * Puts `values` into the template of `len` bytes. Foreign bytes in a value are
 * escaped (id7_escape) and cut at ID7_LETTER_VALUE_MAX, so that a value is on one
 * line; only in `names` newlines stay. With `values` NULL the template is only
 * checked, every section of it. ID7_OK; ID7_INVALID with *ret_problem (*ret_letter
 * is then undefined): the template cannot be used.
 */
enum id7_error id7_letter_fill(enum id7_notice notice, const char *text,
			       size_t len,
			       const struct id7_letter_values *values,
			       struct id7_letter *ret_letter,
			       struct id7_letter_problem *ret_problem)
	id7_must_use;

/* A template that is compiled in, from data/mail/LANG/NOTICE.txt. */
struct id7_template {
	const char *text;
	size_t len;
};

/*
 * The built-in template; English for ID7_LANG_SITE. Borrowed for ever.
 */
struct id7_template id7_letter_builtin(enum id7_notice notice,
				       enum id7_lang lang);

#endif
