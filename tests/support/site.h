/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole site of a test's own: settings, key, store, and cheap verifiers. */
#ifndef ID7_TESTS_SITE_H
#define ID7_TESTS_SITE_H

#include "common/usecases/login.h"
#include "common/usecases/manage.h"
#include "tests/support/check.h"
#include "tests/support/temp.h"

static const struct id7_origin site_origin = {.service = "test",
					      .rhost = "192.0.2.1"};

struct site {
	struct temp temp;
	struct id7_config config;
	struct id7 *id7;
};

static inline struct id7_secret *
site_secret(const char *text)
{
	struct id7_secret *made = id7_secret_copy(text, strlen(text));

	if (made == NULL)
		exit(1);
	return made;
}

static inline void
site_make(struct site *site)
{
	struct id7_config *c = &site->config;
	struct id7_fault fault;

	temp_make(&site->temp);
	id7_config_defaults(c);
	snprintf(c->store_dir, sizeof c->store_dir, "%s/store", site->temp.dir);
	snprintf(c->key_dir, sizeof c->key_dir, "%s/keys", site->temp.dir);
	snprintf(c->run_dir, sizeof c->run_dir, "%s/run", site->temp.dir);
	snprintf(c->log_dir, sizeof c->log_dir, "%s/log", site->temp.dir);
	c->opslimit = 1;
	c->memlimit = 8192;
	c->policy.deny = 3;
	c->hash_slots = 4;
	if (id7_manage_init(c, 1, &fault) != ID7_OK ||
	    id7_open(c, &site->id7, &fault) != ID7_OK)
		exit(1);
}

static inline void
site_add(struct site *site, const char *name, const char *password)
{
	struct id7_account account = {0};
	auto_secret *typed = site_secret(password);
	enum id7_quality quality;
	struct id7_fault fault;

	snprintf(account.name, sizeof account.name, "%s", name);
	CHECK_INT(id7_manage_add(site->id7, &account, typed,
				 id7_deadline_in(60000), &quality, &fault),
		  ID7_OK);
}

static inline struct id7_login
site_login(struct site *site, const char *name, const char *password)
{
	auto_secret *typed = site_secret(password);
	struct id7_login result;

	id7_login_attempt(site->id7, name, typed, &site_origin,
			  id7_deadline_in(10000), &result);
	return result;
}

/* Closes and removes it. */
static inline void
site_end(struct site *site)
{
	id7_close(&site->id7);
	temp_remove(&site->temp);
}

#endif
