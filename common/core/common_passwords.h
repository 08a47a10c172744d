/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The most common passwords, compiled from data/common-passwords.txt. */
#ifndef ID7_CORE_COMMON_PASSWORDS_H
#define ID7_CORE_COMMON_PASSWORDS_H

#include <stddef.h>

/* In half-width lower case, sorted by strcmp, none twice. */
extern const char *const id7_common_passwords[];
extern const size_t id7_common_passwords_count;

/* Bytes of the longest one. */
#define ID7_COMMON_PASSWORD_MAX 32

#endif
