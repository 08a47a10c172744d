/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A module for tests that stands beside 7id's: gives the items that its
 * arguments name, changes the user's name, or verifies. */
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <security/pam_ext.h>
#include <security/pam_modules.h>

#define GIVE_EXPORT __attribute__((visibility("default")))

/* As pam_unix: takes what is there, else asks. */
static int
verify(pam_handle_t *pamh, const char *right)
{
	const char *typed = NULL;

	if (pam_get_authtok(pamh, PAM_AUTHTOK, &typed, NULL) != PAM_SUCCESS)
		return PAM_AUTH_ERR;
	return strcmp(typed, right) == 0 ? PAM_SUCCESS : PAM_AUTH_ERR;
}

/* "authtok=", "oldauthtok=", "user=", "ignore", "fail", "verify=PASSWORD",
 * "die" (by SIGKILL), "stop" (until somebody says SIGCONT). */
static int
give(pam_handle_t *pamh, bool auth, int argc, const char **argv)
{
	int code = PAM_SUCCESS;

	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "authtok=", 8) == 0)
			pam_set_item(pamh, PAM_AUTHTOK, argv[i] + 8);
		else if (strncmp(argv[i], "oldauthtok=", 11) == 0)
			pam_set_item(pamh, PAM_OLDAUTHTOK, argv[i] + 11);
		else if (strncmp(argv[i], "user=", 5) == 0)
			pam_set_item(pamh, PAM_USER, argv[i] + 5);
		else if (strcmp(argv[i], "ignore") == 0)
			code = PAM_IGNORE;
		else if (strcmp(argv[i], "fail") == 0)
			code = PAM_AUTH_ERR;
		else if (strncmp(argv[i], "verify=", 7) == 0 && auth)
			code = verify(pamh, argv[i] + 7);
		else if (strcmp(argv[i], "die") == 0)
			kill(getpid(), SIGKILL);
		else if (strcmp(argv[i], "stop") == 0)
			raise(SIGSTOP);
	}
	return code;
}

#define DOOR(name, auth)                                                       \
	GIVE_EXPORT int name(pam_handle_t *pamh, int flags, int argc,          \
			     const char **argv)                                \
	{                                                                      \
		(void)flags;                                                   \
		return give(pamh, auth, argc, argv);                           \
	}

DOOR(pam_sm_authenticate, true)
DOOR(pam_sm_setcred, false)
DOOR(pam_sm_acct_mgmt, false)
DOOR(pam_sm_chauthtok, false)
