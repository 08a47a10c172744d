/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A change of an account that tells its addresses when it is about them. */
#include "common/effects/secret.h"
#include "common/usecases/notices.h"

struct change {
	struct id7 *id7;
	id7_manage_change_fn *change;
	void *context;
	struct id7_address_change told;
	enum id7_error error; /* of writing the letters */
	struct id7_fault fault;
};

/* Again when another change came first: the letters of this try never leave. */
static bool
make(struct id7_account *account, const struct id7_now *now, void *context)
{
	struct change *change = context;
	struct id7_account before = *account;
	bool makes;

	id7_notices_settle(change->id7, &change->told, false);
	change->told.letters = 0;
	makes = change->change(account, now, change->context);
	if (makes)
		change->error =
			id7_notices_prepare(change->id7, &before, account,
					    &change->told, &change->fault);
	id7_wipe(&before, sizeof before);
	return makes && change->error == ID7_OK;
}

enum id7_error
id7_notices_change(struct id7 *id7, const char *name,
		   id7_manage_change_fn *change, void *context,
		   struct id7_deadline deadline, uint32_t *ret_letters,
		   struct id7_fault *ret_fault)
{
	struct change own = {.id7 = id7, .change = change, .context = context};
	enum id7_error error = id7_manage_change(id7, name, make, &own,
						 deadline, NULL, ret_fault);

	if (error == ID7_OK && own.error != ID7_OK) {
		error = own.error;
		if (ret_fault != NULL)
			*ret_fault = own.fault;
	}
	/* After an error the change may have been made all the same: the next
	 * flush looks, and knows. */
	if (error == ID7_OK)
		id7_notices_settle(id7, &own.told, true);
	*ret_letters = error == ID7_OK ? own.told.letters : 0;
	return error;
}
