/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Foreign bytes made safe for logs and terminals, and the width of text on a screen. */
#ifndef ID7_CORE_ESCAPE_H
#define ID7_CORE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decodes one character of UTF-8 (RFC 3629: no surrogates, no overlong forms,
 * at most U+10FFFF) from `len` > 0 bytes. Returns its length in bytes and writes
 * the code point, or 0 for an invalid sequence.
 */
size_t id7_utf8_decode(const char *s, size_t len, uint32_t *ret_cp);

/*
 * The number of characters of `len` bytes of UTF-8; SIZE_MAX when invalid.
 */
size_t id7_utf8_count(const char *s, size_t len);

/*
 * Copies `len` bytes so that they can be printed anywhere on one line: C0 and C1
 * controls, DEL, '\\', bidirectional controls, zero-width and other invisible
 * format characters, line and paragraph separators as \u{HEX}; bytes that are
 * not UTF-8 as \xHH. Everything else is kept. A result over `size` is cut at a
 * whole character or escape and ends in "...". Always terminated; `size` >= 8.
 * Returns the bytes written without NUL.
 */
size_t id7_escape(const char *s, size_t len, char *buf, size_t size);

/*
 * Whether a character cannot be seen or changes how others are shown: what
 * id7_escape rewrites, the backslash aside.
 */
bool id7_escape_hidden(uint32_t cp);

/*
 * Columns that a character takes on a terminal: 0, 1 or 2 (East Asian Wide and
 * Fullwidth, emoji: 2; combining and format characters: 0). Controls: 0.
 */
int id7_width_char(uint32_t cp);

/*
 * Columns of a terminated UTF-8 text; an invalid byte counts 1.
 */
size_t id7_width(const char *s);

#endif
