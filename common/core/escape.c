/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Foreign bytes made safe to print, and how wide they are. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "common/core/escape.h"

struct range {
	uint32_t first, last;
};

static bool
in_ranges(uint32_t cp, const struct range *range, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (cp >= range[i].first && cp <= range[i].last)
			return true;
	}
	return false;
}

/* The shortest form of a lead byte's length starts at this code point. */
static uint32_t
shortest_of(size_t len)
{
	return len == 2 ? 0x80 : len == 3 ? 0x800 : 0x10000;
}

static size_t
lead_length(uint8_t lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if ((lead & 0xf0) == 0xe0)
		return 3;
	return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

size_t
id7_utf8_decode(const char *s, size_t len, uint32_t *ret_cp)
{
	uint8_t lead = (uint8_t)s[0];
	size_t n = lead_length(lead);
	uint32_t cp;

	if (n == 0 || n > len)
		return 0;
	if (n == 1) {
		*ret_cp = lead;
		return 1;
	}
	cp = lead & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		uint8_t next = (uint8_t)s[i];

		if ((next & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | (next & 0x3fu);
	}
	if (cp < shortest_of(n) || cp > 0x10ffff ||
	    (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	*ret_cp = cp;
	return n;
}

size_t
id7_utf8_count(const char *s, size_t len)
{
	size_t count = 0;
	uint32_t cp;

	while (len > 0) {
		size_t n = id7_utf8_decode(s, len, &cp);

		if (n == 0)
			return SIZE_MAX;
		s += n;
		len -= n;
		count++;
	}
	return count;
}

bool
id7_escape_hidden(uint32_t cp)
{
	/* Default_Ignorable places that Unicode has not given out yet. */
	static const struct range reserved[] = {
		{0x2065, 0x2065},
		{0xfff0, 0xfffb},
		{0xe0000, 0xe0fff},
	};

	if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
		return true;
	if (cp < 0x80)
		return false;
	switch (utf8proc_category((utf8proc_int32_t)cp)) {
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return true;
	default:
		return utf8proc_get_property((utf8proc_int32_t)cp)->ignorable ||
		       in_ranges(cp, reserved,
				 sizeof reserved / sizeof reserved[0]);
	}
}

/* One character or bad byte of `s` in its safe form; returns the bytes used. */
static size_t
escape_one(const char *s, size_t len, char piece[16], size_t *ret_piece_len)
{
	uint32_t cp;
	size_t n = id7_utf8_decode(s, len, &cp);
	int written;

	if (n == 0) {
		written = snprintf(piece, 16, "\\x%02X", (unsigned char)s[0]);
		n = 1;
	} else if (cp == '\\' || id7_escape_hidden(cp)) {
		written = snprintf(piece, 16, "\\u{%X}", (unsigned int)cp);
	} else {
		memcpy(piece, s, n);
		written = (int)n;
	}
	*ret_piece_len = (size_t)written;
	return n;
}

size_t
id7_escape(const char *s, size_t len, char *buf, size_t size)
{
	static const char dots[] = "...";
	size_t used = 0, fits_dots = 0;
	char piece[16];
	size_t piece_len;

	while (len > 0) {
		size_t n = escape_one(s, len, piece, &piece_len);

		if (used + piece_len + 1 > size) {
			memcpy(buf + fits_dots, dots, sizeof dots);
			return fits_dots + sizeof dots - 1;
		}
		memcpy(buf + used, piece, piece_len);
		used += piece_len;
		if (used + sizeof dots <= size)
			fits_dots = used;
		s += n;
		len -= n;
	}
	buf[used] = '\0';
	return used;
}

int
id7_width_char(uint32_t cp)
{
	/* Hangul vowels and finals stand inside the square of their initial. */
	static const struct range joined[] = {
		{0x1160, 0x11ff},
		{0xd7b0, 0xd7ff},
	};

	if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp > 0x10ffff)
		return 0;
	if (cp < 0x300 && cp != 0xad)
		return 1;
	switch (utf8proc_category((utf8proc_int32_t)cp)) {
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_ME:
		return 0;
	default:
		if (in_ranges(cp, joined, sizeof joined / sizeof joined[0]))
			return 0;
		return utf8proc_charwidth((utf8proc_int32_t)cp);
	}
}

size_t
id7_width(const char *s)
{
	size_t len = strlen(s), width = 0;
	uint32_t cp;

	while (len > 0) {
		size_t n = id7_utf8_decode(s, len, &cp);

		width += n == 0 ? 1 : (size_t)id7_width_char(cp);
		n += n == 0;
		s += n;
		len -= n;
	}
	return width;
}
