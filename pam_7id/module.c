/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes and releases the context of one call: arguments, settings, name, store.
 */
#include "pam_7id/module.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <security/pam_ext.h>
#include <security/pam_modutil.h>

#include "common/effects/clock.h"
#include "common/effects/fault.h"
#include "common/effects/guard.h"
#include "common/effects/secret.h"
#include "pam_7id/report.h"
#include "pam_7id/result.h"

/* Longer names are nobody's; no name service is asked for them. */
#define SYSTEM_NAME_MAX 256

static void
log_problem(const struct id7_config_problem *problem, void *context)
{
	report_problem(context, problem);
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
	else if (strncmp(arg, "conf=", 5) == 0)
		module->conf = arg + 5;
	else
		return false;
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
	module->config_error =
		id7_settings_read(module->conf, &module->config, log_problem,
				  module, &module->fault);
	for (i = 0; i < argc; i++) {
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

static const char *
get_item(pam_handle_t *pamh, int type)
{
	const void *item = NULL;

	if (pam_get_item(pamh, type, &item) != PAM_SUCCESS)
		return NULL;
	return item;
}

void
module_start(struct module *module, pam_handle_t *pamh, int flags, int argc,
	     const char **argv)
{
	memset(module, 0, sizeof *module);
	module->pamh = pamh;
	module->flags = (unsigned int)flags;
	module->origin.service = get_item(pamh, PAM_SERVICE);
	module->origin.rhost = get_item(pamh, PAM_RHOST);
	module->origin.tty = get_item(pamh, PAM_TTY);
	module->origin.real_uid = getuid();
	read_settings(module, argc, argv);
}

void
module_end(struct module *module)
{
	id7_close(&module->id7);
}

static bool
in_group(const char *user, const char *group, void *context)
{
	struct module *module = context;

	return pam_modutil_user_in_group_nam_nam(module->pamh, user, group);
}

static void
look_up_system(struct module *module)
{
	const struct passwd *entry = NULL;

	if (strnlen(module->user, SYSTEM_NAME_MAX + 1) <= SYSTEM_NAME_MAX)
		entry = pam_modutil_getpwnam(module->pamh, module->user);
	module->known_to_system = entry != NULL;
	if (entry != NULL)
		module->uid = entry->pw_uid;
}

int
module_open(struct module *module)
{
	enum id7_error error;
	int code;

	code = pam_get_user(module->pamh, &module->user, NULL);
	if (code != PAM_SUCCESS)
		return code == PAM_CONV_AGAIN ? PAM_INCOMPLETE : PAM_AUTH_ERR;
	if (module->user == NULL)
		return PAM_AUTH_ERR;
	if (id7_config_exempts(&module->config, module->user, in_group, module))
		return PAM_USER_UNKNOWN;
	if (module->config_error != ID7_OK) {
		report_fault(module, &module->fault);
		return result_error(module->config_error);
	}
	look_up_system(module);
	error = id7_open(&module->config, &module->id7, &module->fault);
	if (error != ID7_OK) {
		report_fault(module, &module->fault);
		return result_error(error);
	}
	return PAM_SUCCESS;
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
module_attempt(struct module *module, enum id7_whose whose,
	       const struct id7_secret *typed, struct id7_login *ret_login)
{
	struct id7_guard guard;

	id7_guard_enter(&guard);
	id7_login_attempt(module->id7, module->user, typed, &module->origin,
			  id7_deadline_in(MODULE_DEADLINE_MS), ret_login);
	/* An empty one is refused before the name is looked up. */
	ret_login->ours |= whose == ID7_WHOSE_OURS;
	report_login(module, "login", ret_login);
	if (!id7_guard_leave(&guard)) {
		ret_login->verdict = ID7_DENY;
		ret_login->error = ID7_INTERNAL;
	}
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

static void
forget(pam_handle_t *pamh, void *data, int error_status)
{
	(void)pamh, (void)error_status;
	free(data);
}

int
module_remember(struct module *module, const char *name)
{
	char *copy = strdup(module->user);
	int code;

	if (copy == NULL)
		return PAM_BUF_ERR;
	code = pam_set_data(module->pamh, name, copy, forget);
	if (code != PAM_SUCCESS)
		free(copy);
	return code;
}

static const char *
remembered(struct module *module, const char *name)
{
	const void *data = NULL;

	if (pam_get_data(module->pamh, name, &data) != PAM_SUCCESS)
		return NULL;
	return data;
}

bool
module_remembers(struct module *module, const char *name)
{
	const char *user = remembered(module, name);

	return user != NULL && strcmp(user, module->user) == 0;
}

bool
module_name_changed(struct module *module, const char *name)
{
	const char *user = remembered(module, name);

	return user != NULL && strcmp(user, module->user) != 0;
}
