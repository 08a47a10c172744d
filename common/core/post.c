/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A waiting mail as bytes: offsets as in 7id.db(5); and its turn. */
#include "common/core/post.h"

#include "common/core/bytes.h"

#define POST_MAGIC 0
#define POST_VERSION 4
#define POST_NOTICE 6
#define POST_CODED 7
#define POST_TRIES 8
#define POST_HOW 12
#define POST_NUMBER 16
#define POST_SIZE 20
#define POST_CREATED 24
#define POST_DUE 32
#define POST_EXPIRES 40
#define POST_CAUSE 48
#define POST_NAME 56
#define POST_ADDRESS 128
#define POST_WHY 384
#define POST_MESSAGE 640
#define POST_ZERO 14976

#define NAME_ROOM 72
#define ADDRESS_ROOM 256
#define WHY_ROOM 256
#define VERSION 1

_Static_assert(POST_NAME + NAME_ROOM == POST_ADDRESS, "name");
_Static_assert(POST_ADDRESS + ADDRESS_ROOM == POST_WHY, "address");
_Static_assert(POST_WHY + WHY_ROOM == POST_MESSAGE, "why");
_Static_assert(POST_MESSAGE + ID7_MESSAGE_MAX == POST_ZERO, "message");
_Static_assert(POST_ZERO <= ID7_POST_LEN, "post");
_Static_assert(NAME_ROOM > ID7_NAME_MAX && ADDRESS_ROOM > ID7_ADDRESS_MAX &&
		       WHY_ROOM > ID7_POST_WHY_MAX,
	       "rooms");

static const uint8_t magic[4] = {'7', 'i', 'd', 'M'};
static const int64_t pauses[] = {60, 300, 1800, 14400};
#define PAUSES (sizeof pauses / sizeof pauses[0])

void
id7_post_encode(const struct id7_post *post, uint8_t out[ID7_POST_LEN])
{
	uint32_t len = post->len <= ID7_MESSAGE_MAX ? post->len : 0;

	memset(out, 0, ID7_POST_LEN);
	memcpy(out + POST_MAGIC, magic, sizeof magic);
	id7_bytes_put16(out + POST_VERSION, VERSION);
	out[POST_NOTICE] = (uint8_t)post->notice;
	out[POST_CODED] = post->coded;
	id7_bytes_put32(out + POST_TRIES, post->tries);
	id7_bytes_put32(out + POST_HOW, post->how);
	id7_bytes_put32(out + POST_NUMBER, (uint32_t)post->number);
	id7_bytes_put32(out + POST_SIZE, len);
	id7_bytes_put64(out + POST_CREATED, (uint64_t)post->created);
	id7_bytes_put64(out + POST_DUE, (uint64_t)post->due);
	id7_bytes_put64(out + POST_EXPIRES, (uint64_t)post->expires);
	id7_bytes_put64(out + POST_CAUSE, post->cause);
	id7_bytes_put_text(out + POST_NAME, NAME_ROOM, post->name,
			   sizeof post->name);
	id7_bytes_put_text(out + POST_ADDRESS, ADDRESS_ROOM, post->address,
			   sizeof post->address);
	id7_bytes_put_text(out + POST_WHY, WHY_ROOM, post->why,
			   sizeof post->why);
	memcpy(out + POST_MESSAGE, post->message, len);
}

enum id7_error
id7_post_decode(const uint8_t in[ID7_POST_LEN], struct id7_post *ret_post)
{
	struct id7_post *post = ret_post;

	if (memcmp(in + POST_MAGIC, magic, sizeof magic) != 0)
		return ID7_CORRUPT;
	if (id7_bytes_get16(in + POST_VERSION) > VERSION)
		return ID7_NEWER;
	memset(post, 0, sizeof *post);
	post->len = id7_bytes_get32(in + POST_SIZE);
	if (id7_bytes_get16(in + POST_VERSION) != VERSION ||
	    in[POST_NOTICE] >= ID7_NOTICES || in[POST_CODED] > 1 ||
	    post->len == 0 || post->len > ID7_MESSAGE_MAX ||
	    !id7_bytes_get_text(in + POST_NAME, NAME_ROOM, post->name,
				sizeof post->name) ||
	    !id7_bytes_get_text(in + POST_ADDRESS, ADDRESS_ROOM, post->address,
				sizeof post->address) ||
	    !id7_bytes_get_text(in + POST_WHY, WHY_ROOM, post->why,
				sizeof post->why) ||
	    !id7_account_address_ok(post->address) ||
	    !id7_bytes_zero(in + POST_MESSAGE + post->len,
			    ID7_POST_LEN - POST_MESSAGE - post->len))
		return ID7_CORRUPT;
	post->notice = (enum id7_notice)in[POST_NOTICE];
	post->coded = in[POST_CODED] != 0;
	post->tries = id7_bytes_get32(in + POST_TRIES);
	post->how = id7_bytes_get32(in + POST_HOW);
	post->number = (int32_t)id7_bytes_get32(in + POST_NUMBER);
	post->created = (int64_t)id7_bytes_get64(in + POST_CREATED);
	post->due = (int64_t)id7_bytes_get64(in + POST_DUE);
	post->expires = (int64_t)id7_bytes_get64(in + POST_EXPIRES);
	post->cause = id7_bytes_get64(in + POST_CAUSE);
	memcpy(post->message, in + POST_MESSAGE, post->len);
	return ID7_OK;
}

void
id7_post_failed(struct id7_post *post, const struct id7_now *now)
{
	size_t pause = post->tries < PAUSES ? post->tries : PAUSES - 1;

	post->due = now->wall + pauses[pause];
	if (post->tries < UINT32_MAX)
		post->tries++;
}

enum id7_post_turn
id7_post_turn(const struct id7_post *post, const struct id7_now *now)
{
	if (now->wall >= post->expires)
		return ID7_POST_DROP;
	if (now->wall >= post->due ||
	    post->due - now->wall > pauses[PAUSES - 1])
		return ID7_POST_SEND;
	return ID7_POST_WAIT;
}

void
id7_post_mask(const char *address, char *buf)
{
	const char *at = strchr(address, '@');
	size_t first = at != NULL && at - address > 3 ? 1 : 0;

	*buf = '\0';
	if (at == NULL || strlen(at) + 5 > ID7_ADDRESS_MAX)
		return;
	memcpy(buf, address, first);
	memcpy(buf + first, "***", 3);
	strcpy(buf + first + 3, at);
}
