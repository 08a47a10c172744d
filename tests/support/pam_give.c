/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A module for tests that stands before 7id's: gives the items that its
 * arguments name, or changes the user's name. */
#include <string.h>

#include <security/pam_modules.h>

#define GIVE_EXPORT __attribute__((visibility("default")))

/* "authtok=", "oldauthtok=", "user=", "ignore". */
static int
give(pam_handle_t *pamh, int argc, const char **argv)
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
	}
	return code;
}

#define DOOR(name)                                                             \
	GIVE_EXPORT int name(pam_handle_t *pamh, int flags, int argc,          \
			     const char **argv)                                \
	{                                                                      \
		(void)flags;                                                   \
		return give(pamh, argc, argv);                                 \
	}

DOOR(pam_sm_authenticate)
DOOR(pam_sm_setcred)
DOOR(pam_sm_acct_mgmt)
DOOR(pam_sm_chauthtok)
