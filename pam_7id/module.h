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

/* What the line does; all but the first stand around a module that verifies. */
enum module_mode {
	MODULE_VERIFIES = 0,
	MODULE_PREAUTH,	 /* takes a place in the count */
	MODULE_AUTHFAIL, /* it was wrong */
	MODULE_AUTHSUCC, /* it was right */
};

/* Bytes kept of PAM_SERVICE, PAM_RHOST and PAM_TTY, NUL included. */
#define MODULE_ITEM_MAX 256

/* One call. Nothing points into libpam: a conversation may change its items. */
struct module {
	pam_handle_t *pamh;
	unsigned int flags;
	enum first_pass first_pass;
	bool use_authtok;
	enum module_mode mode;
	bool proving; /* what is typed serves the choice of a new authtok only */
	const char *conf;     /* conf=PATH, or NULL */
	const char *faillock; /* conf=PATH of a faillock.conf, or NULL */

	struct id7_config config; /* the defaults when config_error is set */
	enum id7_error config_error;
	struct id7_fault fault; /* of config_error, or of opening the store */

	char *user; /* a copy: any bytes, terminated; NULL until module_open */
	bool known_to_system; /* and not as an account of ours of another name */
	char *other_name; /* the system's own for the same user; NULL: it is `user` */
	uid_t uid; /* of the name, when the system knows it */
	struct id7_role role; /* of the name */
	struct id7_origin origin;
	char service[MODULE_ITEM_MAX]; /* copies that `origin` points to */
	char rhost[MODULE_ITEM_MAX];
	char tty[MODULE_ITEM_MAX];
	struct id7_fault log_fault; /* of a log line that could not be written */
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
 * Gets PAM_USER, asking when the application has not set it. PAM_SUCCESS and
 * `user`; PAM_AUTH_ERR, PAM_INCOMPLETE, PAM_BUF_ERR.
 */
int module_name(struct module *module);

/*
 * Gets PAM_USER (unless module_name has) and decides what needs no store: an
 * exempt name is PAM_USER_UNKNOWN before anything is opened.
 * With `same_user`, another user than the one that was proved in this handle is
 * PAM_PERM_DENIED before that.
 * PAM_SUCCESS: `user`, `known_to_system` are set and the store is open.
 * PAM_AUTHINFO_UNAVAIL: settings or store cannot be used; logged, told.
 */
int module_open(struct module *module, bool same_user);

/*
 * Whose name it is. PAM_SUCCESS and *ret_whose, or PAM_AUTHINFO_UNAVAIL.
 */
int module_whose(struct module *module, enum id7_whose *ret_whose);

/*
 * Asks libpam to hold a refusal back for a while, unless `nodelay` is set. It
 * acts on failure only, and libpam blurs it.
 */
void module_delay(struct module *module);

/*
 * One attempt with what was typed, its line in the log, and the text for the
 * person. No signal comes between the attempt and its line in the log: who
 * counts a guess has recorded it, even when sshd's patience ends meanwhile.
 * syslog, which may wait for another process, comes after. *ret_login says how it
 * ended; an attempt whose real uid could not be put back, or during whose prompt
 * PAM_USER was changed, is refused.
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
 * Whether PAM_USER is still what it was when the call began.
 */
bool module_user_stays(struct module *module);

/* The work behind each door; each returns the PAM code. */
int authenticate(struct module *module);
int setcred(struct module *module);
int acct_mgmt(struct module *module);
int chauthtok(struct module *module);

#endif
