/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store of a test's own in memory, and the use cases on it: cheap hashes,
 * long deadlines, one source. */
#ifndef ID7_TESTS_TEMP_LOGIN_H
#define ID7_TESTS_TEMP_LOGIN_H

#include "common/usecases/change.h"
#include "common/usecases/login.h"
#include "common/usecases/manage.h"
#include "tests/support/temp_store.h"

/* A name: a numeric address would be known after its first good login. And one
 * that libpam's audit finds without asking a name server. */
#define TEMP_LOGIN_SOURCE "localhost"

struct temp_login {
	struct temp_store t;
	struct id7_config config;
};

/* In memory where that can be: a kill, unlike a power cut, loses no pages. */
static inline void
temp_login_dir(struct temp *temp)
{
	snprintf(temp->dir, sizeof temp->dir, "/dev/shm/7id-test.XXXXXX");
	if (mkdtemp(temp->dir) == NULL)
		temp_make(temp);
}

/* The settings of a test whose store, keys and log lie in `dir`. */
static inline void
temp_login_config(struct id7_config *config, const char *dir)
{
	id7_config_defaults(config);
	config->opslimit = 1;
	config->memlimit = 8192;
	snprintf(config->store_dir, sizeof config->store_dir, "%.60s/store",
		 dir);
	snprintf(config->key_dir, sizeof config->key_dir, "%.60s/keys", dir);
	snprintf(config->run_dir, sizeof config->run_dir, "%.60s/run", dir);
	snprintf(config->log_dir, sizeof config->log_dir, "%.60s/log", dir);
}

/* A store of 16 shards with its key, or the end of the program. */
static inline void
temp_login_make(struct temp_login *l)
{
	temp_login_dir(&l->t.temp);
	temp_store_fill(&l->t);
	temp_login_config(&l->config, l->t.temp.dir);
}

/* A handle, or the end of the program. */
static inline struct id7 *
temp_login_open(const struct temp_login *l)
{
	struct id7_fault fault = {0};
	struct id7 *id7 = NULL;

	if (id7_open(&l->config, &id7, &fault) != ID7_OK) {
		fprintf(stderr, "cannot open: %s, error %d\n", fault.subject,
			(int)fault.error);
		exit(1);
	}
	return id7;
}

/* Adds an account with a password. */
static inline enum id7_error
temp_login_add(struct id7 *id7, const char *name, const char *password)
{
	auto_secret *typed = id7_secret_copy(password, strlen(password));
	enum id7_quality quality = ID7_QUALITY_REFUSED;
	struct id7_account account = {0};

	snprintf(account.name, sizeof account.name, "%s", name);
	return typed == NULL
		       ? ID7_NO_MEMORY
		       : id7_manage_add(id7, &account, typed, temp_store_long(),
					&quality, NULL);
}

/* Chooses a new password. */
static inline enum id7_error
temp_login_change(struct id7 *id7, const char *name, const char *password)
{
	auto_secret *typed = id7_secret_copy(password, strlen(password));
	const struct id7_origin origin = {.rhost = TEMP_LOGIN_SOURCE};
	enum id7_quality quality = ID7_QUALITY_REFUSED;

	return typed == NULL ? ID7_NO_MEMORY
			     : id7_change_authtok(id7, name, NULL, typed, false,
						  &origin, temp_store_long(),
						  &quality, NULL);
}

/* One attempt from TEMP_LOGIN_SOURCE. */
static inline void
temp_login_attempt(struct id7 *id7, const char *name, const char *password,
		   struct id7_deadline deadline, struct id7_login *ret_login)
{
	auto_secret *typed = id7_secret_copy(password, strlen(password));
	const struct id7_origin origin = {.service = "test",
					  .rhost = TEMP_LOGIN_SOURCE};

	memset(ret_login, 0, sizeof *ret_login);
	ret_login->error = ID7_NO_MEMORY;
	if (typed != NULL)
		id7_login_attempt(id7, name, typed, &origin, deadline,
				  ret_login);
}

/* How much of a long test is wanted: `usual`, or what the variable says. */
static inline unsigned int
temp_login_amount(const char *variable, unsigned int usual)
{
	const char *given = getenv(variable);

	return given != NULL ? (unsigned int)strtoul(given, NULL, 10) : usual;
}

#endif
