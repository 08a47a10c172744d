/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The front door: settings read, store and keys opened, one handle for every use case. */
#ifndef ID7_USECASES_ID7_H
#define ID7_USECASES_ID7_H

#include "common/core/config.h"
#include "common/core/error.h"
#include "common/effects/store.h"

/*
 * Reads the settings: defaults, then /etc/security/faillock.conf (only when
 * `path` is NULL, and only its lockout options), then `path`, or ID7_CONFIG_PATH
 * when NULL; a missing default file is no fault, a missing `path` is. `report`
 * gets every problem, with faillock.conf's first, and with the file it is in.
 * ID7_OK; ID7_BAD_CONFIG when a value was refused (*ret_fault names the first);
 * file errors. *ret_config is usable only with ID7_OK; otherwise it holds the
 * defaults, so that `exempt = root` still stands.
 */
enum id7_error id7_settings_read(const char *path, struct id7_config *ret_config,
				 id7_config_problem_fn *report, void *context,
				 struct id7_fault *ret_fault) id7_must_use;

/*
 * The same, with `faillock` in the place of /etc/security/faillock.conf, also
 * beside a `path`; it must exist. NULL: as above.
 */
enum id7_error id7_settings_read_both(const char *path, const char *faillock,
				      struct id7_config *ret_config,
				      id7_config_problem_fn *report,
				      void *context,
				      struct id7_fault *ret_fault) id7_must_use;

struct id7; /* opaque: a copy of the settings and an open store */

/*
 * Starts libsodium and opens the store. ID7_OK and a handle that the caller
 * closes; errors as id7_store_open.
 */
enum id7_error id7_open(const struct id7_config *config, struct id7 **ret_id7,
			struct id7_fault *ret_fault) id7_must_use;

/*
 * NULL is accepted and NULL is left behind.
 */
void id7_close(struct id7 **id7);
#define auto_id7 __attribute__((cleanup(id7_close))) struct id7

/*
 * Borrowed until id7_close.
 */
const struct id7_config *id7_get_config(const struct id7 *id7);
struct id7_store *id7_get_store(struct id7 *id7);

/*
 * Answers what only the system knows of a name; the caller of the library knows
 * how. Asked for every name alike, known or not, so that its time tells nothing.
 */
typedef struct id7_role id7_role_fn(const char *user, void *context);

/*
 * Has `ask` say whose limits a name has; `context` is borrowed until id7_close.
 * Without it nobody is privileged and nobody foreign.
 */
void id7_ask_role(struct id7 *id7, id7_role_fn *ask, void *context);

/*
 * Who `user` is, as `ask` says.
 */
struct id7_role id7_role_of(const struct id7 *id7, const char *user);

/*
 * The limits that `user` is judged by. Whoever refreshes a tally takes these:
 * other ones could set or lift a lock.
 */
struct id7_policy id7_policy_of(const struct id7 *id7, const char *user);

#endif
