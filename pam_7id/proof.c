/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proofs kept in the PAM handle. */
#include "pam_7id/proof.h"

#include <stdlib.h>
#include <string.h>

struct kept {
	struct id7_proof proof;
	char user[];
};

static void
forget(pam_handle_t *pamh, void *data, int error_status)
{
	(void)pamh, (void)error_status;
	free(data);
}

int
proof_keep(struct module *module, const char *name,
	   const struct id7_login *login)
{
	size_t len = strlen(module->user) + 1;
	struct kept *kept = malloc(sizeof *kept + len);
	int code;

	if (kept == NULL)
		return PAM_BUF_ERR;
	kept->proof = login->proof;
	memcpy(kept->user, module->user, len);
	code = pam_set_data(module->pamh, name, kept, forget);
	if (code != PAM_SUCCESS)
		free(kept);
	return code;
}

static const struct kept *
find(struct module *module, const char *name)
{
	const void *data = NULL;

	if (pam_get_data(module->pamh, name, &data) != PAM_SUCCESS)
		return NULL;
	return data;
}

bool
proof_find(struct module *module, const char *name, struct id7_proof *ret_proof)
{
	const struct kept *kept = find(module, name);

	if (kept == NULL || strcmp(kept->user, module->user) != 0)
		return false;
	*ret_proof = kept->proof;
	return true;
}

bool
proof_of_another(struct module *module, const char *name)
{
	const struct kept *kept = find(module, name);

	return kept != NULL && strcmp(kept->user, module->user) != 0;
}
