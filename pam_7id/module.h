/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one call into the module knows: options, settings, the name, where it comes from. */
#ifndef ID7_PAM_MODULE_H
#define ID7_PAM_MODULE_H

#include <stdbool.h>
#include <sys/types.h>

#include <security/pam_modules.h>

#include "common/core/config.h"
#include "common/core/origin.h"
#include "common/usecases/id7.h"
#include "common/usecases/login.h"

/* Time that one entry point may wait for anything but a person: DESIGN section 6. */
#define MODULE_DEADLINE_MS 10000

/* How the authtok is come by. */
enum first_pass {
	FIRST_PASS_NO = 0, /* ask */
	FIRST_PASS_TRY,	   /* take what an earlier module got, else ask */
	FIRST_PASS_USE,	   /* take what an earlier module got, never ask */
};

/* One call. Pointers into libpam are borrowed for the call. */
struct module {
	pam_handle_t *pamh;
	unsigned int flags;
	enum first_pass first_pass;
	bool use_authtok;
	const char *conf; /* conf=PATH, or NULL */

	struct id7_config config; /* the defaults when config_error is set */
	enum id7_error config_error;
	struct id7_fault fault; /* of config_error, or of opening the store */

	const char *user;	/* any bytes, terminated */
	bool known_to_system;
	uid_t uid; /* of the name, when the system knows it */
	struct id7_origin origin;
	struct id7 *id7; /* NULL until module_open */
	enum id7_lang lang; /* the account's, once somebody was proved to be its owner */
};

/*
 * Reads arguments and settings into *module, which the caller releases with
 * module_end (or auto_module). Never fails: broken settings are remembered in
 * `config_error` and logged.
 */
void module_start(struct module *module, pam_handle_t *pamh, int flags,
		  int argc, const char **argv);

/*
 * Closes the store and wipes.
 */
void module_end(struct module *module);
#define auto_module __attribute__((cleanup(module_end))) struct module

/*
 * Gets PAM_USER (asking when the application has not set it) and decides what
 * needs no store: an exempt name is PAM_USER_UNKNOWN before anything is opened.
 * PAM_SUCCESS: `user`, `known_to_system` are set and the store is open.
 * PAM_AUTHINFO_UNAVAIL: settings or store cannot be used; logged, told.
 */
int module_open(struct module *module);

/*
 * Whose name it is. PAM_SUCCESS and *ret_whose, or PAM_AUTHINFO_UNAVAIL.
 */
int module_whose(struct module *module, enum id7_whose *ret_whose);

/*
 * One attempt with what was typed, its line in the log, and the text for the
 * person. No signal comes between the attempt and its line: who counts a guess
 * has recorded it, even when sshd's patience ends meanwhile. *ret_login says how
 * it ended; an attempt whose real uid could not be put back is refused.
 */
void module_attempt(struct module *module, enum id7_whose whose,
		    const struct id7_secret *typed,
		    struct id7_login *ret_login);

/*
 * The language that the person is spoken to in: the site's until something is
 * proved, or it would tell names apart; `lang` afterwards. English on the Linux
 * console, which cannot draw Japanese.
 */
enum id7_lang module_lang(const struct module *module);

/*
 * Remembers in the handle that `user` was proved here, under `name`
 * ("7id_login", "7id_password"); and asks whether it is still the same name. A
 * module between our calls may have changed PAM_USER.
 */
int module_remember(struct module *module, const char *name);
bool module_remembers(struct module *module, const char *name);

/*
 * Whether another name than the present one was proved in this handle.
 */
bool module_name_changed(struct module *module, const char *name);

/* The work behind each door; each returns the PAM code. */
int authenticate(struct module *module);
int setcred(struct module *module);
int acct_mgmt(struct module *module);
int chauthtok(struct module *module);

#endif
