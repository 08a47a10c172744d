/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the settings and opens the store, once for every use case. */
#include "common/usecases/id7.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/effects/fault.h"
#include "common/effects/file.h"
#include "common/effects/scope.h"
#include "common/effects/secret.h"

struct id7 {
	struct id7_config config;
	struct id7_store *store;
	id7_role_fn *ask_role; /* NULL: nobody is anything */
	void *role_context;
};

/* Keeps the first refused setting for the fault, and passes every problem on.
 */
struct first_refusal {
	id7_config_problem_fn *report;
	void *context;
	const char *path;
	struct id7_fault *fault;
	bool found;
};

static void
note_problem(const struct id7_config_problem *problem, void *context)
{
	struct first_refusal *first = context;
	struct id7_config_problem located = *problem;
	size_t name_len, value_len;

	located.file = first->path;
	if (first->report != NULL)
		first->report(&located, first->context);
	if (!problem->refused || first->found)
		return;
	first->found = true;
	(void)id7_fault_set(first->fault, ID7_BAD_CONFIG, ID7_TROUBLE_SETTING,
			    first->path);
	if (first->fault == NULL)
		return;
	first->fault->line = problem->line;
	name_len = strnlen(problem->name, sizeof problem->name);
	value_len = strnlen(problem->value, sizeof problem->value);
	memcpy(first->fault->detail, problem->name, name_len);
	memcpy(first->fault->detail + name_len, " = ", 3);
	memcpy(first->fault->detail + name_len + 3, problem->value, value_len);
	first->fault->detail[name_len + 3 + value_len] = '\0';
}

/* A file that does not exist is skipped when `optional`. */
static enum id7_error
read_one(const char *path, bool optional, uint32_t where,
	 struct id7_config *config, struct first_refusal *first)
{
	auto_free char *text = NULL;
	struct id7_fault fault;
	enum id7_error error;
	size_t len;

	text = malloc(ID7_CONFIG_FILE_MAX);
	if (text == NULL)
		return id7_fault_set(first->fault, ID7_NO_MEMORY,
				     ID7_TROUBLE_NONE, path);
	error = id7_file_read_settings(path, text, ID7_CONFIG_FILE_MAX, &len,
				       &fault);
	if (error != ID7_OK) {
		if (optional && fault.trouble == ID7_TROUBLE_MISSING)
			return ID7_OK;
		if (first->fault != NULL)
			*first->fault = fault;
		return error;
	}
	first->path = path;
	return id7_config_parse(config, text, len, where, note_problem, first);
}

enum id7_error
id7_settings_read(const char *path, struct id7_config *ret_config,
		  id7_config_problem_fn *report, void *context,
		  struct id7_fault *ret_fault)
{
	return id7_settings_read_both(path, NULL, ret_config, report, context,
				      ret_fault);
}

enum id7_error
id7_settings_read_both(const char *path, const char *faillock,
		       struct id7_config *ret_config,
		       id7_config_problem_fn *report, void *context,
		       struct id7_fault *ret_fault)
{
	struct first_refusal first = {report, context, NULL, ret_fault, false};
	struct id7_config config;
	enum id7_error error = ID7_OK;

	id7_config_defaults(&config);
	*ret_config = config;
	if (path == NULL || faillock != NULL)
		error = read_one(
			faillock != NULL ? faillock : ID7_FAILLOCK_CONF_PATH,
			faillock == NULL, ID7_IN_FAILLOCK, &config, &first);
	if (error == ID7_OK)
		error = read_one(path != NULL ? path : ID7_CONFIG_PATH,
				 path == NULL, ID7_IN_FILE, &config, &first);
	if (error == ID7_OK)
		*ret_config = config;
	return error;
}

enum id7_error
id7_open(const struct id7_config *config, struct id7 **ret_id7,
	 struct id7_fault *ret_fault)
{
	struct id7 *id7;
	enum id7_error error;

	error = id7_crypto_start();
	if (error != ID7_OK)
		return id7_fault_set(ret_fault, error, ID7_TROUBLE_NONE,
				     "libsodium");
	id7 = calloc(1, sizeof *id7);
	if (id7 == NULL)
		return id7_fault_set(ret_fault, ID7_NO_MEMORY, ID7_TROUBLE_NONE,
				     config->store_dir);
	id7->config = *config;
	error = id7_store_open(config->store_dir, config->key_dir, &id7->store,
			       ret_fault);
	if (error != ID7_OK) {
		free(id7);
		return error;
	}
	*ret_id7 = id7;
	return ID7_OK;
}

void
id7_close(struct id7 **id7)
{
	if (*id7 == NULL)
		return;
	id7_store_close(&(*id7)->store);
	free(*id7);
	*id7 = NULL;
}

const struct id7_config *
id7_get_config(const struct id7 *id7)
{
	return &id7->config;
}

struct id7_store *
id7_get_store(struct id7 *id7)
{
	return id7->store;
}

void
id7_ask_role(struct id7 *id7, id7_role_fn *ask, void *context)
{
	id7->ask_role = ask;
	id7->role_context = context;
}

struct id7_role
id7_role_of(const struct id7 *id7, const char *user)
{
	struct id7_role role = {0};

	if (id7->ask_role != NULL)
		role = id7->ask_role(user, id7->role_context);
	return role;
}

struct id7_policy
id7_policy_of(const struct id7 *id7, const char *user)
{
	return id7_policy_for(&id7->config, id7_role_of(id7, user));
}
