/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A place in the count, kept in the PAM handle. */
#include "pam_7id/place.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/effects/guard.h"
#include "pam_7id/report.h"

#define DATA "7id_place"

/* As in module_attempt: no signal comes between counting and its line. */
static void
settle(struct id7_counting **counting, struct module *module,
       enum id7_settlement how, struct id7_login *ret_login)
{
	struct id7_guard guard;

	id7_guard_enter(&guard);
	id7_counting_settle(counting, how, id7_deadline_in(MODULE_DEADLINE_MS),
			    ret_login);
	if (how != ID7_SETTLE_RELEASE)
		report_record(module, "login", ret_login);
	if (!id7_guard_leave(&guard)) {
		ret_login->verdict = ID7_DENY;
		ret_login->error = ID7_INTERNAL;
	}
	if (how != ID7_SETTLE_RELEASE)
		report_outcome(module, "login", ret_login);
}

/* In a forked child the open store is shared with the parent, whose place it
 * is; what is left there goes with the child. */
static void
release(pam_handle_t *pamh, void *data, int status)
{
	struct place *place = data;
	struct id7_login unused;
	bool well = (status & PAM_DATA_REPLACE) == 0 &&
		    (status & ~PAM_DATA_SILENT) == PAM_SUCCESS;

	(void)pamh;
	if (place->counting != NULL && place->owner != getpid())
		return;
	if (place->counting != NULL)
		settle(&place->counting, &place->module,
		       well ? ID7_SETTLE_RELEASE : ID7_SETTLE_WRONG, &unused);
	module_end(&place->module);
	free(place);
}

/* A copy that outlives the call: nothing in it points into the call's. */
static bool
copy_module(const struct module *from, struct module *to)
{
	*to = *from;
	to->id7 = NULL;
	to->conf = to->faillock = NULL;
	to->other_name = NULL;
	to->user = strdup(from->user);
	if (from->origin.service != NULL)
		to->origin.service = to->service;
	if (from->origin.rhost != NULL)
		to->origin.rhost = to->rhost;
	if (from->origin.tty != NULL)
		to->origin.tty = to->tty;
	return to->user != NULL;
}

static struct place *
make(struct module *module, enum place_stage stage,
     const struct id7_login *login)
{
	struct place *place = calloc(1, sizeof *place);

	if (place == NULL)
		return NULL;
	place->stage = stage;
	place->owner = getpid();
	if (login != NULL)
		place->login = *login;
	place->told = login == NULL || !module->config.silent;
	if (copy_module(module, &place->module))
		return place;
	free(place);
	return NULL;
}

int
place_keep(struct module *module, enum place_stage stage,
	   const struct id7_login *login, struct id7_counting **counting)
{
	struct place *place = make(module, stage, login);
	struct id7_login unused;

	if (place != NULL &&
	    pam_set_data(module->pamh, DATA, place, release) == PAM_SUCCESS) {
		if (counting != NULL && *counting != NULL) {
			place->stage = PLACE_LIVE;
			place->counting = *counting;
			*counting = NULL;
		}
		return PAM_SUCCESS;
	}
	if (place != NULL) {
		module_end(&place->module);
		free(place);
	}
	if (counting != NULL && *counting != NULL)
		settle(counting, module, ID7_SETTLE_RELEASE, &unused);
	return PAM_BUF_ERR;
}

struct place *
place_find(struct module *module)
{
	const void *data = NULL;
	struct place *place;

	if (pam_get_data(module->pamh, DATA, &data) != PAM_SUCCESS)
		return NULL;
	memcpy(&place, &data, sizeof place);
	return place;
}

bool
place_is_of(const struct place *place, const struct module *module)
{
	return strcmp(place->module.user, module->user) == 0;
}

void
place_drop(struct module *module)
{
	if (place_find(module) != NULL)
		(void)pam_set_data(module->pamh, DATA, NULL, NULL);
}

void
place_settle(struct place *place, struct module *module,
	     enum id7_settlement how, struct id7_login *ret_login)
{
	place->stage = PLACE_SETTLED;
	place_settle_now(&place->counting, module, how, ret_login);
}

void
place_settle_now(struct id7_counting **counting, struct module *module,
		 enum id7_settlement how, struct id7_login *ret_login)
{
	settle(counting, module, how, ret_login);
	report_tell(module, ret_login);
}
