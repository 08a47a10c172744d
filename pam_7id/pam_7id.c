/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every door of the module: the six functions that libpam calls, and nothing
 * else. */
#include <security/pam_modules.h>

#include "pam_7id/module.h"

#define ID7_EXPORT __attribute__((visibility("default")))

ID7_EXPORT int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	auto_module module;

	module_start(&module, pamh, flags, argc, argv);
	return authenticate(&module);
}

/* What a session gains comes from other modules; ours only must not stand in
 * their way. */
ID7_EXPORT int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	auto_module module;

	module_start(&module, pamh, flags, argc, argv);
	return setcred(&module);
}

ID7_EXPORT int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	auto_module module;

	module_start(&module, pamh, flags, argc, argv);
	return acct_mgmt(&module);
}

ID7_EXPORT int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	auto_module module;

	module_start(&module, pamh, flags, argc, argv);
	return chauthtok(&module);
}

ID7_EXPORT int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh, (void)flags, (void)argc, (void)argv;
	return PAM_SUCCESS;
}

ID7_EXPORT int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh, (void)flags, (void)argc, (void)argv;
	return PAM_SUCCESS;
}
