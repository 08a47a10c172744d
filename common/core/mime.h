/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes a mail message (RFC 5322, MIME) of a subject and a text.
 *
 * MUST
 *  1. nothing in the head comes from a person but the address that it goes to,
 *     which has passed id7_account_address_ok.
 *  2. lines end in \n, as `sendmail -i` takes them; none is longer than 76
 *     bytes but those of the two addresses.
 */
#ifndef ID7_CORE_MIME_H
#define ID7_CORE_MIME_H

#include <stddef.h>
#include <stdint.h>

#include "common/core/account.h"
#include "common/core/error.h"
#include "common/core/letter.h"

#define ID7_MESSAGE_MAX 14336 /* bytes of a message */
#define ID7_MESSAGE_ID_LEN 32 /* hexadecimal digits before the '@' */

/* What the head is made of; texts are terminated and borrowed. */
struct id7_mime_head {
	const char *from;
	const char *to;
	const char *id;	  /* ID7_MESSAGE_ID_LEN hexadecimal digits */
	const char *host; /* a domain, for Message-ID */
	int64_t wall;	  /* Date, written in UTC */
	enum id7_lang lang;
};

/*
 * Writes the message, terminated: Subject by RFC 2047 in B encoding, folded;
 * Auto-Submitted: auto-generated; UTF-8 text in base64, its lines ended by \r\n
 * before encoding. ID7_OK and its length; ID7_INVALID when an address, id or
 * host is none or `size` is too small. The caller wipes `buf`.
 */
enum id7_error id7_mime_write(const struct id7_mime_head *head,
			      const struct id7_letter *letter, char *buf,
			      size_t size, size_t *ret_len) id7_must_use;

#endif
