/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mail that waits to be sent: what is known of it, its bytes, and when it is tried. */
#ifndef ID7_CORE_POST_H
#define ID7_CORE_POST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/account.h"
#include "common/core/error.h"
#include "common/core/mime.h"
#include "common/core/notice.h"

#define ID7_POST_LEN 16344 /* bytes of a post before sealing; with nonce and tag 16 KiB */
#define ID7_POST_WHY_MAX 255

/* A value. Its message may hold codes: whoever holds it wipes it. */
struct id7_post {
	enum id7_notice notice;
	bool coded;	 /* there is a code in the message */
	uint32_t tries;	 /* that failed */
	int64_t created; /* wall clock, seconds */
	int64_t due;	 /* not tried before */
	int64_t expires; /* not tried from here on; never 0 */
	uint64_t cause;	 /* as in struct id7_owed */
	char name[ID7_NAME_MAX + 1]; /* the account; "" for ID7_NOTICE_FOUND */
	char address[ID7_ADDRESS_MAX + 1];
	char why[ID7_POST_WHY_MAX + 1]; /* what the last try said; foreign text, escaped */
	uint32_t how;	 /* how the last try ended: enum id7_mailed */
	int32_t number;	 /* and its number */
	uint32_t len;
	char message[ID7_MESSAGE_MAX];
};

/*
 * A post as bytes; unused ones are zero, so that all are of one length.
 */
void id7_post_encode(const struct id7_post *post, uint8_t out[ID7_POST_LEN]);

/*
 * Reads one. ID7_OK; ID7_CORRUPT for anything that id7_post_encode does not
 * write; ID7_NEWER for a later version. *ret_post is undefined after a failure.
 */
enum id7_error id7_post_decode(const uint8_t in[ID7_POST_LEN],
			       struct id7_post *ret_post) id7_must_use;

/*
 * Notes a failed try: the next one is due after 1, 5, 30 minutes, then every 4
 * hours.
 */
void id7_post_failed(struct id7_post *post, const struct id7_now *now);

/* What is to be done with a post now. */
enum id7_post_turn {
	ID7_POST_WAIT = 0,
	ID7_POST_SEND,
	ID7_POST_DROP, /* it has expired */
};

/*
 * Whether it is sent, kept or dropped at `now`. A clock that was put back by more
 * than the longest pause makes it due.
 */
enum id7_post_turn id7_post_turn(const struct id7_post *post,
				 const struct id7_now *now);

/*
 * "a***@example.org": an address as people are shown it who need not know it.
 * `buf` has room for ID7_ADDRESS_MAX + 1 bytes; "" stays "".
 */
void id7_post_mask(const char *address, char *buf);

#endif
