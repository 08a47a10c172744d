/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands where pam_unix stands in a stack of pam_faillock: "right" is the
 * password of everybody, any other is wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <security/pam_ext.h>
#include <security/pam_modules.h>

#define YESNO_EXPORT __attribute__((visibility("default")))

/* With YESNO_GATE=OUT,IN each check says by a byte that it began, and ends when
 * its other descriptor is closed: so that many can be under way at once. */
static void
wait_at_gate(void)
{
	const char *gate = getenv("YESNO_GATE");
	int out, in;
	char byte = 0;

	if (gate == NULL || sscanf(gate, "%d,%d", &out, &in) != 2)
		return;
	if (write(out, &byte, 1) == 1)
		(void)!read(in, &byte, 1);
}

YESNO_EXPORT int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const char *typed = NULL;
	int code = pam_get_authtok(pamh, PAM_AUTHTOK, &typed, NULL);

	(void)flags, (void)argc, (void)argv;
	if (code != PAM_SUCCESS)
		return code;
	/* How the program that drives us learns of it. */
	pam_putenv(pamh, "CHECKED=1");
	wait_at_gate();
	return typed != NULL && strcmp(typed, "right") == 0 ? PAM_SUCCESS
							    : PAM_AUTH_ERR;
}

YESNO_EXPORT int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh, (void)flags, (void)argc, (void)argv;
	return PAM_SUCCESS;
}

YESNO_EXPORT int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh, (void)flags, (void)argc, (void)argv;
	return PAM_SUCCESS;
}
