/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether AddressSanitizer watches: it moves stacks about and needs all the
 * address space. */
#ifndef ID7_TESTS_SANITIZE_H
#define ID7_TESTS_SANITIZE_H

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifndef HAS_ASAN
#define HAS_ASAN 0
#endif

#endif
