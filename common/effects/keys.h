/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The site keys: one file a key in the key directory, never in the store. */
#ifndef ID7_EFFECTS_KEYS_H
#define ID7_EFFECTS_KEYS_H

#include <stdint.h>

#include "common/core/error.h"
#include "common/effects/seal.h"
#include "common/effects/secret.h"

/*
 * Reads the key `id` from `dir`/ID.key (ID in decimal; the directory 0700, the
 * file 0600): the line "7id-key 1 ID", then 64 hex digits.
 * Returns ID7_OK and a secret of ID7_KEY_LEN bytes that the caller releases;
 * ID7_NO_KEY when directory or file is missing; ID7_UNTRUSTED; ID7_CORRUPT;
 * ID7_NEWER for a key file of a later version.
 */
enum id7_error id7_keys_read(const char *dir, uint32_t id,
			     struct id7_secret **ret_key,
			     struct id7_fault *ret_fault) id7_must_use;

#define ID7_KEY_ROOM 96 /* bytes of the text of a key file, at most */

/*
 * As id7_keys_read, for a caller with guarded room of his own, since guarding
 * costs as much as reading: with ID7_OK `room` begins with the ID7_KEY_LEN bytes
 * of the key. The rest of it, and in any other case all of it, is wiped.
 */
enum id7_error id7_keys_read_into(const char *dir, uint32_t id,
				  uint8_t room[ID7_KEY_ROOM],
				  struct id7_fault *ret_fault) id7_must_use;

/*
 * Makes a random key `id`, durably, the directory too when it is missing (its
 * parent must exist). ID7_EXISTS when there is one already, made by another
 * process just now included; it is left as it is. File errors.
 */
enum id7_error id7_keys_make(const char *dir, uint32_t id,
			     struct id7_fault *ret_fault) id7_must_use;

#endif
