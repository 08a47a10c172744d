/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The database as a whole: what is read through before and after. */
#include "common/usecases/maintain.h"

#include <string.h>

#include "common/effects/fault.h"

/* The backup must be as good as what it replaces. */
static enum id7_error
judge_backup(const struct id7_config *config, const char *dir, bool any,
	     const struct id7_watcher *watcher, struct id7_fault *ret_fault)
{
	auto_store *backup = NULL;
	struct id7_store_counts counts = {0};
	enum id7_error error;

	error = id7_store_open(dir, config->key_dir, &backup, ret_fault);
	if (error != ID7_OK)
		return error;
	id7_store_watch(backup, watcher->progress, watcher->context);
	error = id7_store_check(backup, watcher->found, watcher->context,
				&counts);
	if (error != ID7_OK && ret_fault != NULL)
		*ret_fault = *id7_store_fault(backup);
	if (error == ID7_OK && counts.findings > 0 && !any)
		error = id7_fault_set(ret_fault, ID7_CORRUPT,
				      ID7_TROUBLE_DAMAGED, dir);
	return error;
}

enum id7_error
id7_maintain_restore(const struct id7_config *config, const char *dir, bool any,
		     const struct id7_watcher *watcher,
		     struct id7_store_restored *ret_restored,
		     struct id7_fault *ret_fault)
{
	enum id7_error error;

	memset(ret_restored, 0, sizeof *ret_restored);
	error = judge_backup(config, dir, any, watcher, ret_fault);
	if (error != ID7_OK)
		return error;
	return id7_store_restore(dir, config->store_dir, config->key_dir, any,
				 watcher->progress, watcher->context,
				 ret_restored, ret_fault);
}

enum id7_error
id7_maintain_repair(struct id7 *id7, const char *from, bool dry_run,
		    const struct id7_watcher *watcher,
		    struct id7_store_repaired *ret_repaired,
		    struct id7_store_counts *ret_counts,
		    struct id7_fault *ret_fault)
{
	struct id7_store *store = id7_get_store(id7);
	enum id7_error error;

	memset(ret_counts, 0, sizeof *ret_counts);
	id7_store_watch(store, watcher->progress, watcher->context);
	error = id7_store_repair(store, from, dry_run, watcher->mended,
				 watcher->context, ret_repaired);
	if (error == ID7_OK && !dry_run)
		error = id7_store_check(store, watcher->found, watcher->context,
					ret_counts);
	if (error != ID7_OK && ret_fault != NULL)
		*ret_fault = *id7_store_fault(store);
	return error;
}
