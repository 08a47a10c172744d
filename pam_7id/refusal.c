/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PAM environment of a refusal. */
#include "pam_7id/refusal.h"

#include <stdio.h>

#define REASON "SEVENID_REASON"
#define REFERENCE "SEVENID_REFERENCE"
#define RETRY_AFTER "SEVENID_RETRY_AFTER"
#define VALUE_MAX 64

/* As long as one attempt takes at most: those that hold the places have ended
 * by then. The same for everybody, so that it tells nothing. */
#define RETRY_AFTER_SEC (MODULE_DEADLINE_MS / 1000)

void
refusal_clear(struct module *module)
{
	static const char *const names[] = {REASON, REFERENCE, RETRY_AFTER};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (pam_getenv(module->pamh, names[i]) != NULL)
			(void)pam_putenv(module->pamh, names[i]);
}

static void
set(struct module *module, const char *name, const char *value)
{
	char text[VALUE_MAX];

	snprintf(text, sizeof text, "%s=%s", name, value);
	(void)pam_putenv(module->pamh, text);
}

void
refusal_set(struct module *module, const struct id7_login *login)
{
	const char *reason = "refused";
	char seconds[16];

	refusal_clear(module);
	if (login == NULL || login->error != ID7_OK)
		reason = "unavailable";
	if (login != NULL && login->reason == ID7_REASON_BUSY)
		reason = "busy";
	set(module, REASON, reason);
	if (login == NULL)
		return;
	set(module, REFERENCE, login->reference);
	if (login->reason != ID7_REASON_BUSY)
		return;
	snprintf(seconds, sizeof seconds, "%d", RETRY_AFTER_SEC);
	set(module, RETRY_AFTER, seconds);
}
