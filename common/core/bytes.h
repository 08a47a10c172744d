/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Little-endian numbers and zero-padded texts in runs of bytes. */
#ifndef ID7_CORE_BYTES_H
#define ID7_CORE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Writes `value` to out[0..7], lowest byte first. The same for 4 and 2 bytes.
 */
static inline void
id7_bytes_put64(uint8_t *out, uint64_t value)
{
	for (size_t i = 0; i < 8; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}

static inline void
id7_bytes_put32(uint8_t *out, uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}

static inline void
id7_bytes_put16(uint8_t *out, uint16_t value)
{
	out[0] = (uint8_t)value;
	out[1] = (uint8_t)(value >> 8);
}

/*
 * Reads what the functions above wrote.
 */
static inline uint64_t
id7_bytes_get64(const uint8_t *in)
{
	uint64_t value = 0;

	for (size_t i = 0; i < 8; i++)
		value |= (uint64_t)in[i] << (8 * i);
	return value;
}

static inline uint32_t
id7_bytes_get32(const uint8_t *in)
{
	uint32_t value = 0;

	for (size_t i = 0; i < 4; i++)
		value |= (uint32_t)in[i] << (8 * i);
	return value;
}

static inline uint16_t
id7_bytes_get16(const uint8_t *in)
{
	return (uint16_t)(in[0] | in[1] << 8);
}

/*
 * Whether `len` bytes are all zero. The time does not depend on where one is
 * not.
 */
static inline bool
id7_bytes_zero(const uint8_t *in, size_t len)
{
	uint8_t any = 0;

	for (size_t i = 0; i < len; i++)
		any |= in[i];
	return any == 0;
}

/*
 * Writes the text in `text[size]` (size <= room), at most `size` - 1 bytes of
 * it, and zeros up to `room`.
 */
static inline void
id7_bytes_put_text(uint8_t *out, size_t room, const char *text, size_t size)
{
	size_t len = strnlen(text, size - 1);

	memcpy(out, text, len);
	memset(out + len, 0, room - len);
}

/*
 * Reads a text of at most `size` - 1 bytes from a field of `room` bytes; `text`
 * is zeroed to its end. Returns false, `text` undefined, when it is longer or
 * anything but zeros follows it.
 */
static inline bool
id7_bytes_get_text(const uint8_t *in, size_t room, char *text, size_t size)
{
	size_t len = strnlen((const char *)in, room);

	if (len >= size || !id7_bytes_zero(in + len, room - len))
		return false;
	memset(text, 0, size);
	memcpy(text, in, len);
	return true;
}

#endif
