/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tally as bytes: offsets as in 7id.db(5). Places not in use are zero. */
#include "common/core/bytes.h"
#include "common/core/record.h"

#define TALLY_MAGIC 0
#define TALLY_VERSION 4
#define TALLY_LENGTH 6
#define TALLY_ID 8
#define TALLY_EPOCH 24
#define TALLY_SEQ 32
#define TALLY_FLAGS 40
#define TALLY_ZERO_1 44
#define TALLY_BOOT_HASH 48
#define TALLY_BOOT 56
#define TALLY_WALL 64
#define TALLY_LAST_GOOD 72
#define TALLY_LAST_BAD 80
#define TALLY_CODE_TRIES 88
#define TALLY_CODE_CONSUMED 92
#define TALLY_SAVED_CONSUMED 93
#define TALLY_ZERO_2 94
#define TALLY_LANES 96
#define TALLY_RESERVATIONS 756
#define TALLY_KNOWN 1076
#define TALLY_SEEN 1268
#define TALLY_CODE_TAGS 1332
#define TALLY_SAVED_TAG 1348
#define TALLY_SAVED_TRIES 1352
#define TALLY_ZERO_4 1353
#define TALLY_LAST_OLD 1356
#define TALLY_RESET_ASKED 1364
#define TALLY_UNLOCKED_AT 1372
#define TALLY_ZERO_5 1380
#define TALLY_SUM 1392

/* Within a lane. */
#define LANE_FAILURES 0
#define LANE_COUNT 192
#define LANE_STATE 193
#define LANE_LEVEL 194
#define LANE_ZERO 195
#define LANE_EPISODE 196
#define LANE_NOTIFIED 200
#define LANE_LOCKED_AT 204
#define LANE_LOCKED_UNTIL 208
#define LANE_SINCE_GOOD 212
#define LANE_CLEARED_AT 216
#define LANE_ROOM 220

#define FAILURE_ROOM 12	    /* at 4, fingerprint 4, source 4 */
#define RESERVATION_ROOM 20 /* nonce 8, lease 4, source 4, lane 1, zero 3 */
#define KNOWN_ROOM 12	    /* source 8, day 4 */
#define SEEN_ROOM 8	    /* fingerprint 4, source 4 */

#define LANE_LOCKED (1u << 0)
#define LANE_HELD (1u << 1)
#define LANE_CLEARED (1u << 2)
#define LANE_LIFETIME (1u << 3)
#define LANE_STATES (LANE_LOCKED | LANE_HELD | LANE_CLEARED | LANE_LIFETIME)

_Static_assert(TALLY_CODE_TRIES + ID7_CODE_KINDS == TALLY_CODE_CONSUMED,
	       "code tries");
_Static_assert(TALLY_LANES + ID7_LANES * LANE_ROOM == TALLY_RESERVATIONS,
	       "lanes");
_Static_assert(LANE_FAILURES + ID7_DENY_MAX * FAILURE_ROOM == LANE_COUNT,
	       "failures");
_Static_assert(TALLY_RESERVATIONS + ID7_RESERVATIONS * RESERVATION_ROOM ==
		       TALLY_KNOWN,
	       "reservations");
_Static_assert(TALLY_KNOWN + ID7_KNOWN_SOURCES * KNOWN_ROOM == TALLY_SEEN,
	       "known sources");
_Static_assert(TALLY_SEEN + ID7_SEEN * SEEN_ROOM == TALLY_CODE_TAGS,
	       "seen");
_Static_assert(TALLY_CODE_TAGS + 4 * ID7_CODE_KINDS == TALLY_SAVED_TAG,
	       "code tags");
_Static_assert(TALLY_SUM + ID7_TALLY_SUM_LEN == ID7_TALLY_LEN, "tally");
_Static_assert(ID7_SAVED_CODES <= 8 && ID7_CODE_KINDS <= 8, "consumed marks");

static const uint8_t tally_magic[4] = {'7', 'i', 'd', 'T'};

static void
encode_lane(const struct id7_lane_tally *lane, uint8_t *out)
{
	uint8_t used =
		lane->failures <= ID7_DENY_MAX ? lane->failures : ID7_DENY_MAX;

	for (size_t i = 0; i < used; i++) {
		const struct id7_failure *failure = &lane->failure[i];
		uint8_t *at = out + LANE_FAILURES + i * FAILURE_ROOM;

		id7_bytes_put32(at, (uint32_t)failure->at);
		id7_bytes_put32(at + 4, failure->fingerprint);
		id7_bytes_put32(at + 8, failure->source);
	}
	out[LANE_COUNT] = used;
	out[LANE_STATE] = (uint8_t)((lane->locked ? LANE_LOCKED : 0) |
				    (lane->held ? LANE_HELD : 0) |
				    (lane->cleared ? LANE_CLEARED : 0) |
				    (lane->lifetime ? LANE_LIFETIME : 0));
	out[LANE_LEVEL] = lane->level;
	id7_bytes_put32(out + LANE_EPISODE, lane->episode);
	id7_bytes_put32(out + LANE_NOTIFIED, lane->notified);
	id7_bytes_put32(out + LANE_LOCKED_AT, (uint32_t)lane->locked_at);
	id7_bytes_put32(out + LANE_LOCKED_UNTIL, (uint32_t)lane->locked_until);
	id7_bytes_put32(out + LANE_SINCE_GOOD, lane->since_good);
	id7_bytes_put32(out + LANE_CLEARED_AT, (uint32_t)lane->cleared_at);
}

static bool
decode_lane(const uint8_t *in, struct id7_lane_tally *lane)
{
	size_t used = in[LANE_COUNT];

	if (used > ID7_DENY_MAX || (in[LANE_STATE] & ~LANE_STATES) != 0 ||
	    !id7_bytes_zero(in + LANE_ZERO, LANE_EPISODE - LANE_ZERO) ||
	    !id7_bytes_zero(in + LANE_FAILURES + used * FAILURE_ROOM,
			    (ID7_DENY_MAX - used) * FAILURE_ROOM))
		return false;
	for (size_t i = 0; i < used; i++) {
		const uint8_t *at = in + LANE_FAILURES + i * FAILURE_ROOM;

		lane->failure[i].at = (int32_t)id7_bytes_get32(at);
		lane->failure[i].fingerprint = id7_bytes_get32(at + 4);
		lane->failure[i].source = id7_bytes_get32(at + 8);
	}
	lane->failures = (uint8_t)used;
	lane->locked = (in[LANE_STATE] & LANE_LOCKED) != 0;
	lane->held = (in[LANE_STATE] & LANE_HELD) != 0;
	lane->cleared = (in[LANE_STATE] & LANE_CLEARED) != 0;
	lane->lifetime = (in[LANE_STATE] & LANE_LIFETIME) != 0;
	lane->level = in[LANE_LEVEL];
	lane->episode = id7_bytes_get32(in + LANE_EPISODE);
	lane->notified = id7_bytes_get32(in + LANE_NOTIFIED);
	lane->locked_at = (int32_t)id7_bytes_get32(in + LANE_LOCKED_AT);
	lane->locked_until = (int32_t)id7_bytes_get32(in + LANE_LOCKED_UNTIL);
	lane->since_good = id7_bytes_get32(in + LANE_SINCE_GOOD);
	lane->cleared_at = (int32_t)id7_bytes_get32(in + LANE_CLEARED_AT);
	return true;
}

static void
encode_places(const struct id7_tally *tally, uint8_t *out)
{
	for (size_t i = 0; i < ID7_RESERVATIONS; i++) {
		const struct id7_reservation *place = &tally->reservation[i];
		uint8_t *at = out + TALLY_RESERVATIONS + i * RESERVATION_ROOM;

		if (place->nonce == 0)
			continue;
		id7_bytes_put64(at, place->nonce);
		id7_bytes_put32(at + 8, (uint32_t)place->lease);
		id7_bytes_put32(at + 12, place->source);
		at[16] = place->lane;
	}
	for (size_t i = 0; i < ID7_KNOWN_SOURCES; i++) {
		const struct id7_known_source *known = &tally->known[i];
		uint8_t *at = out + TALLY_KNOWN + i * KNOWN_ROOM;

		if (known->source == 0)
			continue;
		id7_bytes_put64(at, known->source);
		id7_bytes_put32(at + 8, known->day);
	}
}

static void
encode_seen(const struct id7_seen seen[ID7_SEEN], uint8_t *out)
{
	for (size_t i = 0; i < ID7_SEEN; i++) {
		if (seen[i].fingerprint == 0)
			continue;
		id7_bytes_put32(out + i * SEEN_ROOM, seen[i].fingerprint);
		id7_bytes_put32(out + i * SEEN_ROOM + 4, seen[i].source);
	}
}

static bool
decode_seen(const uint8_t *in, struct id7_seen seen[ID7_SEEN])
{
	for (size_t i = 0; i < ID7_SEEN; i++) {
		seen[i].fingerprint = id7_bytes_get32(in + i * SEEN_ROOM);
		seen[i].source = id7_bytes_get32(in + i * SEEN_ROOM + 4);
		if (seen[i].fingerprint == 0 && seen[i].source != 0)
			return false;
	}
	return true;
}

static bool
decode_places(const uint8_t *in, struct id7_tally *tally)
{
	for (size_t i = 0; i < ID7_RESERVATIONS; i++) {
		struct id7_reservation *place = &tally->reservation[i];
		const uint8_t *at =
			in + TALLY_RESERVATIONS + i * RESERVATION_ROOM;

		place->nonce = id7_bytes_get64(at);
		place->lease = (int32_t)id7_bytes_get32(at + 8);
		place->source = id7_bytes_get32(at + 12);
		place->lane = at[16];
		if (place->lane >= ID7_LANES || !id7_bytes_zero(at + 17, 3))
			return false;
		if (place->nonce == 0 && !id7_bytes_zero(at, RESERVATION_ROOM))
			return false;
	}
	for (size_t i = 0; i < ID7_KNOWN_SOURCES; i++) {
		const uint8_t *at = in + TALLY_KNOWN + i * KNOWN_ROOM;

		tally->known[i].source = id7_bytes_get64(at);
		tally->known[i].day = id7_bytes_get32(at + 8);
		if (tally->known[i].source == 0 && tally->known[i].day != 0)
			return false;
	}
	return true;
}

static void
encode_codes(const struct id7_tally *tally, uint8_t *out)
{
	memcpy(out + TALLY_CODE_TRIES, tally->code_tries, ID7_CODE_KINDS);
	out[TALLY_CODE_CONSUMED] = tally->code_consumed;
	out[TALLY_SAVED_CONSUMED] = tally->saved_consumed;
	for (size_t i = 0; i < ID7_CODE_KINDS; i++)
		id7_bytes_put32(out + TALLY_CODE_TAGS + 4 * i,
				tally->code_tag[i]);
	id7_bytes_put32(out + TALLY_SAVED_TAG, tally->saved_tag);
	out[TALLY_SAVED_TRIES] = tally->saved_tries;
}

static bool
decode_codes(const uint8_t *in, struct id7_tally *tally)
{
	memcpy(tally->code_tries, in + TALLY_CODE_TRIES, ID7_CODE_KINDS);
	tally->code_consumed = in[TALLY_CODE_CONSUMED];
	tally->saved_consumed = in[TALLY_SAVED_CONSUMED];
	for (size_t i = 0; i < ID7_CODE_KINDS; i++)
		tally->code_tag[i] =
			id7_bytes_get32(in + TALLY_CODE_TAGS + 4 * i);
	tally->saved_tag = id7_bytes_get32(in + TALLY_SAVED_TAG);
	tally->saved_tries = in[TALLY_SAVED_TRIES];
	return tally->code_consumed < 1u << ID7_CODE_KINDS;
}

/* The wall clock's times, which no boot carries anywhere. */
static void
encode_times(const struct id7_tally *tally, uint8_t *out)
{
	id7_bytes_put64(out + TALLY_WALL, (uint64_t)tally->wall);
	id7_bytes_put64(out + TALLY_LAST_GOOD, (uint64_t)tally->last_good);
	id7_bytes_put64(out + TALLY_LAST_BAD, (uint64_t)tally->last_bad);
	id7_bytes_put64(out + TALLY_LAST_OLD, (uint64_t)tally->last_old);
	id7_bytes_put64(out + TALLY_RESET_ASKED, (uint64_t)tally->reset_asked);
	id7_bytes_put64(out + TALLY_UNLOCKED_AT, (uint64_t)tally->unlocked_at);
}

static void
decode_times(const uint8_t *in, struct id7_tally *tally)
{
	tally->wall = (int64_t)id7_bytes_get64(in + TALLY_WALL);
	tally->last_good = (int64_t)id7_bytes_get64(in + TALLY_LAST_GOOD);
	tally->last_bad = (int64_t)id7_bytes_get64(in + TALLY_LAST_BAD);
	tally->last_old = (int64_t)id7_bytes_get64(in + TALLY_LAST_OLD);
	tally->reset_asked = (int64_t)id7_bytes_get64(in + TALLY_RESET_ASKED);
	tally->unlocked_at = (int64_t)id7_bytes_get64(in + TALLY_UNLOCKED_AT);
}

void
id7_tally_encode(const struct id7_tally *tally, uint8_t out[ID7_TALLY_LEN])
{
	memset(out, 0, ID7_TALLY_LEN);
	memcpy(out + TALLY_MAGIC, tally_magic, sizeof tally_magic);
	id7_bytes_put16(out + TALLY_VERSION, ID7_RECORD_VERSION);
	id7_bytes_put16(out + TALLY_LENGTH, ID7_TALLY_LEN);
	memcpy(out + TALLY_ID, tally->id, ID7_ID_LEN);
	id7_bytes_put64(out + TALLY_EPOCH, tally->epoch);
	id7_bytes_put64(out + TALLY_SEQ, tally->seq);
	id7_bytes_put32(out + TALLY_FLAGS, tally->flags);
	id7_bytes_put64(out + TALLY_BOOT_HASH, tally->boot_hash);
	id7_bytes_put64(out + TALLY_BOOT, (uint64_t)tally->boot);
	encode_times(tally, out);
	encode_codes(tally, out);
	for (size_t i = 0; i < ID7_LANES; i++)
		encode_lane(&tally->lane[i], out + TALLY_LANES + i * LANE_ROOM);
	encode_places(tally, out);
	encode_seen(tally->seen, out + TALLY_SEEN);
}

static bool
tally_zeros(const uint8_t *in)
{
	return id7_bytes_zero(in + TALLY_ZERO_1,
			      TALLY_BOOT_HASH - TALLY_ZERO_1) &&
	       id7_bytes_zero(in + TALLY_ZERO_2, TALLY_LANES - TALLY_ZERO_2) &&
	       id7_bytes_zero(in + TALLY_ZERO_4,
			      TALLY_LAST_OLD - TALLY_ZERO_4) &&
	       id7_bytes_zero(in + TALLY_ZERO_5, TALLY_SUM - TALLY_ZERO_5);
}

enum id7_error
id7_tally_decode(const uint8_t in[ID7_TALLY_LEN], struct id7_tally *ret_tally)
{
	struct id7_tally tally = {0};

	if (memcmp(in + TALLY_MAGIC, tally_magic, sizeof tally_magic) != 0)
		return ID7_CORRUPT;
	if (id7_bytes_get16(in + TALLY_VERSION) > ID7_RECORD_VERSION)
		return ID7_NEWER;
	if (id7_bytes_get16(in + TALLY_VERSION) != ID7_RECORD_VERSION ||
	    id7_bytes_get16(in + TALLY_LENGTH) != ID7_TALLY_LEN)
		return ID7_CORRUPT;
	tally.flags = id7_bytes_get32(in + TALLY_FLAGS);
	if ((tally.flags & ~ID7_TALLY_PROVISIONAL) != 0 || !tally_zeros(in) ||
	    !decode_codes(in, &tally) || !decode_places(in, &tally) ||
	    !decode_seen(in + TALLY_SEEN, tally.seen))
		return ID7_CORRUPT;
	for (size_t i = 0; i < ID7_LANES; i++) {
		if (!decode_lane(in + TALLY_LANES + i * LANE_ROOM,
				 &tally.lane[i]))
			return ID7_CORRUPT;
	}
	memcpy(tally.id, in + TALLY_ID, ID7_ID_LEN);
	tally.epoch = id7_bytes_get64(in + TALLY_EPOCH);
	tally.seq = id7_bytes_get64(in + TALLY_SEQ);
	tally.boot_hash = id7_bytes_get64(in + TALLY_BOOT_HASH);
	tally.boot = (int64_t)id7_bytes_get64(in + TALLY_BOOT);
	decode_times(in, &tally);
	*ret_tally = tally;
	return ID7_OK;
}
