/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hint that somebody may be owed a notice. */
#include "common/usecases/hint.h"

#include <string.h>

#include "common/effects/outbox.h"

void
id7_hint(struct id7 *id7, const char *name, bool ours)
{
	struct id7_subject subject = id7_store_subject(
		id7_get_store(id7), name, strlen(name), !ours);

	if (id7_outbox_hint(id7_get_config(id7)->store_dir, &subject) != ID7_OK)
		return;
}

void
id7_hint_login(struct id7 *id7, const char *name, const struct id7_login *login)
{
	if ((login->events.locked_now || login->owed) &&
	    !id7_get_config(id7)->no_count)
		id7_hint(id7, name, login->ours);
}
