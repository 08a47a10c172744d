/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes and releases the context of one call: arguments, settings, name, store.
 */
#include "pam_7id/module.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <security/pam_ext.h>
#include <security/pam_modutil.h>

#include "common/effects/clock.h"
#include "common/effects/fault.h"
#include "common/effects/guard.h"
#include "common/effects/secret.h"
#include "pam_7id/proof.h"
#include "pam_7id/report.h"
#include "pam_7id/result.h"

/* Longer names are nobody's; no name service is asked for them. */
#define SYSTEM_NAME_MAX 256
#define FAIL_DELAY_US 2000000 /* as pam_faillock and pam_unix */

static void
log_problem(const struct id7_config_problem *problem, void *context)
{
	report_problem(context, problem);
}

/* pam_faillock's file keeps its name and its meaning. */
static bool
is_faillock_conf(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash == NULL ? path : slash + 1, "faillock.conf") == 0;
}

/* Arguments of the stack line; true: it was one of ours. */
static bool
take_option(struct module *module, const char *arg)
{
	if (strcmp(arg, "use_first_pass") == 0)
		module->first_pass = FIRST_PASS_USE;
	else if (strcmp(arg, "try_first_pass") == 0)
		module->first_pass = FIRST_PASS_TRY;
	else if (strcmp(arg, "use_authtok") == 0)
		module->use_authtok = true;
	else if (strcmp(arg, "preauth") == 0)
		module->mode = MODULE_PREAUTH;
	else if (strcmp(arg, "authfail") == 0)
		module->mode = MODULE_AUTHFAIL;
	else if (strcmp(arg, "authsucc") == 0)
		module->mode = MODULE_AUTHSUCC;
	else if (strncmp(arg, "conf=", 5) == 0)
		*(is_faillock_conf(arg + 5) ? &module->faillock
					    : &module->conf) = arg + 5;
	else
		return strncmp(arg, "dir=", 4) == 0;
	return true;
}

/* The file first: what stands in the stack line wins over it. */
static void
read_settings(struct module *module, int argc, const char **argv)
{
	enum id7_error error;
	int i;

	for (i = 0; i < argc; i++)
		(void)take_option(module, argv[i]);
	module->config_error = id7_settings_read_both(
		module->conf, module->faillock, &module->config, log_problem,
		module, &module->fault);
	for (i = 0; i < argc; i++) {
		if (strncmp(argv[i], "dir=", 4) == 0)
			report_useless(module, "dir=");
		if (take_option(module, argv[i]))
			continue;
		error = id7_config_argument(&module->config, argv[i],
					    log_problem, module);
		if (error != ID7_OK && module->config_error == ID7_OK)
			module->config_error =
				id7_fault_set(&module->fault, error,
					      ID7_TROUBLE_SETTING, argv[i]);
	}
	if (module->config_error != ID7_OK)
		id7_config_defaults(&module->config);
}

/* A copy of a PAM item; NULL when it is not set. */
static const char *
copy_item(pam_handle_t *pamh, int type, char copy[MODULE_ITEM_MAX])
{
	const void *item = NULL;

	if (pam_get_item(pamh, type, &item) != PAM_SUCCESS || item == NULL)
		return NULL;
	snprintf(copy, MODULE_ITEM_MAX, "%s", (const char *)item);
	return copy;
}

/* Who really calls: a setuid program's own real uid may have been changed, by
 * itself or by another thread inside the guard; the one it was started with
 * cannot. */
static uid_t
caller_uid(void)
{
	uid_t uid = getuid();

	return uid != 0 ? uid : (uid_t)getauxval(AT_UID);
}

void
module_start(struct module *module, pam_handle_t *pamh, int flags, int argc,
	     const char **argv)
{
	struct id7_origin *origin = &module->origin;

	memset(module, 0, sizeof *module);
	module->pamh = pamh;
	module->flags = (unsigned int)flags;
	origin->service = copy_item(pamh, PAM_SERVICE, module->service);
	origin->rhost = copy_item(pamh, PAM_RHOST, module->rhost);
	origin->tty = copy_item(pamh, PAM_TTY, module->tty);
	origin->real_uid = caller_uid();
	read_settings(module, argc, argv);
}

void
module_end(struct module *module)
{
	id7_close(&module->id7);
	if (module->user != NULL)
		id7_wipe(module->user, strlen(module->user));
	free(module->user);
	free(module->other_name);
	module->user = module->other_name = NULL;
}

static bool
in_group(const char *user, const char *group, void *context)
{
	struct module *module = context;

	return pam_modutil_user_in_group_nam_nam(module->pamh, user, group);
}

static int
look_up_system(struct module *module)
{
	const struct passwd *entry = NULL;

	if (strnlen(module->user, SYSTEM_NAME_MAX + 1) <= SYSTEM_NAME_MAX)
		entry = pam_modutil_getpwnam(module->pamh, module->user);
	module->known_to_system = entry != NULL;
	if (entry == NULL)
		return PAM_SUCCESS;
	module->uid = entry->pw_uid;
	if (entry->pw_name == NULL || strcmp(entry->pw_name, module->user) == 0)
		return PAM_SUCCESS;
	module->other_name = strdup(entry->pw_name);
	return module->other_name == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

/* Directories that do not tell capitals apart, or domains, have many names for
 * one user. Left to the modules behind, each but ours would lead past the
 * count and past what an administrator has disabled: so those are nobody's. */
static int
look_up_other_name(struct module *module)
{
	enum id7_whose whose = ID7_WHOSE_NOBODY;
	enum id7_error error = ID7_OK;

	if (module->other_name != NULL)
		error = id7_login_whose(module->id7, module->other_name, true,
					&whose, &module->fault);
	if (error != ID7_OK) {
		report_fault(module, &module->fault);
		return result_error(error);
	}
	if (whose == ID7_WHOSE_OURS) {
		report_other_name(module);
		module->known_to_system = false;
	}
	return PAM_SUCCESS;
}

/* As pam_faillock decides it. For every name alike, before the store is open:
 * the system may have to ask another machine. */
static void
look_up_role(struct module *module)
{
	const struct id7_config *config = &module->config;
	struct id7_role *role = &module->role;

	role->privileged = module->known_to_system && module->uid == 0;
	if (config->admin_group[0] != '\0')
		role->privileged |=
			in_group(module->user, config->admin_group, module);
	/* Where that cannot be told he is local: or every lock would be lifted
	 * when the file cannot be opened. */
	if (config->local_users_only)
		role->foreign = pam_modutil_check_user_in_passwd(
					module->pamh, module->user, NULL) ==
				PAM_PERM_DENIED;
}

static struct id7_role
tell_role(const char *user, void *context)
{
	const struct module *module = context;
	const struct id7_role none = {0};

	return strcmp(user, module->user) == 0 ? module->role : none;
}

int
module_name(struct module *module)
{
	const char *user = NULL;
	int code;

	if (module->user != NULL)
		return PAM_SUCCESS;
	code = pam_get_user(module->pamh, &user, NULL);
	if (code != PAM_SUCCESS)
		return code == PAM_CONV_AGAIN ? PAM_INCOMPLETE : PAM_AUTH_ERR;
	if (user == NULL)
		return PAM_AUTH_ERR;
	module->user = strdup(user);
	return module->user == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

bool
module_user_stays(struct module *module)
{
	const void *user = NULL;

	return pam_get_item(module->pamh, PAM_USER, &user) == PAM_SUCCESS &&
	       user != NULL && strcmp(user, module->user) == 0;
}

int
module_open(struct module *module, bool same_user)
{
	enum id7_error error;
	int code = module_name(module);

	if (code != PAM_SUCCESS)
		return code;
	if (same_user && proof_of_another(module, PROOF_LOGIN)) {
		report_changed_user(module);
		return PAM_PERM_DENIED;
	}
	if (id7_config_exempts(&module->config, module->user, in_group, module))
		return PAM_USER_UNKNOWN;
	if (module->config_error != ID7_OK) {
		report_fault(module, &module->fault);
		return result_error(module->config_error);
	}
	code = look_up_system(module);
	if (code != PAM_SUCCESS)
		return code;
	look_up_role(module);
	error = id7_open(&module->config, &module->id7, &module->fault);
	if (error != ID7_OK) {
		report_fault(module, &module->fault);
		return result_error(error);
	}
	id7_ask_role(module->id7, tell_role, module);
	return look_up_other_name(module);
}

int
module_whose(struct module *module, enum id7_whose *ret_whose)
{
	enum id7_error error;

	error = id7_login_whose(module->id7, module->user,
				module->known_to_system, ret_whose,
				&module->fault);
	if (error == ID7_OK) {
		if (module->config.debug)
			report_whose(module, *ret_whose);
		return PAM_SUCCESS;
	}
	report_fault(module, &module->fault);
	return result_error(error);
}

void
module_delay(struct module *module)
{
	if (!module->config.nodelay)
		(void)pam_fail_delay(module->pamh, FAIL_DELAY_US);
}

void
module_attempt(struct module *module, enum id7_whose whose,
	       const struct id7_secret *typed, struct id7_login *ret_login)
{
	struct id7_guard guard;
	void (*try)(struct id7 *, const char *, const struct id7_secret *,
		    const struct id7_origin *, struct id7_deadline,
		    struct id7_login *) =
		module->proving ? id7_login_prove : id7_login_attempt;

	id7_guard_enter(&guard);
	if (module_user_stays(module))
		try(module->id7, module->user, typed, &module->origin,
		    id7_deadline_in(MODULE_DEADLINE_MS), ret_login);
	else
		id7_login_refuse(module->id7, module->user, ID7_REASON_CHANGED,
				 ret_login);
	/* An empty one is refused before the name is looked up. */
	ret_login->ours |= whose == ID7_WHOSE_OURS;
	report_record(module, "login", ret_login);
	if (!id7_guard_leave(&guard)) {
		ret_login->verdict = ID7_DENY;
		ret_login->error = ID7_INTERNAL;
	}
	report_outcome(module, "login", ret_login);
	/* Whoever has the right code is the account's owner. */
	if (ret_login->reason == ID7_REASON_CODE)
		module->lang = ret_login->lang;
	report_tell(module, ret_login);
}

enum id7_lang
module_lang(const struct module *module)
{
	if (id7_origin_console(&module->origin))
		return ID7_LANG_EN;
	return module->lang != ID7_LANG_SITE
		       ? module->lang
		       : (enum id7_lang)module->config.lang;
}
