/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the system knows of people: who acts, who has a passwd entry, who is in a group. */
#ifndef ID7_ADMIN_PEOPLE_H
#define ID7_ADMIN_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/core/policy.h"

/*
 * Who acts, for the log: the login uid that the kernel keeps, else, for root,
 * SUDO_UID, else the real uid; by name, or "uid N" without a passwd entry.
 * Terminated, cut to `size`.
 */
void people_actor(char *buf, size_t size);

/* Whether `name` has a passwd entry. A failed question counts as no. */
bool people_has_passwd(const char *name);

/* As id7_in_group_fn: primary group included; `context` is not used. */
bool people_in_group(const char *user, const char *group, void *context);

/* Whether the system has a group `name`. */
bool people_has_group(const char *name);

/* As id7_role_fn, decided as the module does; `context` is the settings. */
struct id7_role people_role(const char *user, void *context);

#endif
