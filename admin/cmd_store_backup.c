/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl store backup: copies the store while it is in use, and reads the copy.
 */
#include <stdio.h>

#include "admin/findings.h"
#include "admin/print.h"

static enum ctl_exit
refuse(struct ctl *ctl, struct id7 *id7, enum id7_error error, const char *dir)
{
	if (error == ID7_EXISTS)
		return ctl_fail(ctl, CTL_ERROR,
				ID7_N("%s is in use already; a backup is made "
				      "in a new directory"),
				safe_text(dir).s);
	if (error == ID7_INVALID)
		return ctl_fail(ctl, CTL_USAGE,
				ID7_N("%s cannot be the name of a backup"),
				safe_text(dir).s);
	return ctl_fail_fault(ctl, id7_store_fault(id7_get_store(id7)));
}

static void
say_done(struct ctl *ctl, const struct id7_store_counts *counts,
	 const char *dir)
{
	ctl_say(ctl,
		ID7_N("%llu accounts are in %s (%s), read back and found %s"),
		(unsigned long long)counts->accounts, safe_text(dir).s,
		print_size(counts->bytes).s,
		counts->findings == 0 ? TEXT(ctl, ID7_N("sound"))
				      : TEXT(ctl, ID7_N("damaged")));
	ctl_say(ctl,
		ID7_N("the site key in %s is not part of it: without that key "
		      "the backup is of no use, so keep a copy of it too, in "
		      "another place"),
		safe_text(ctl->config.key_dir).s);
	if (counts->findings == 0)
		return;
	ctl_say(ctl,
		ID7_N("the damage is the store's; the backup has it, too"));
	ctl_next(ctl, "store check");
}

enum ctl_exit
cmd_store_backup(struct ctl *ctl)
{
	const char *dir = ctl->args.word[0];
	struct findings findings = {.ctl = ctl};
	struct id7_store_counts counts = {0};
	auto_id7 *id7 = NULL;
	enum id7_error error;
	enum ctl_exit code = ctl_open(ctl, &id7);

	if (code != CTL_DONE)
		return code;
	progress_start(&findings.progress, ctl, ID7_N("copying the store"));
	id7_store_watch(id7_get_store(id7), findings_step, &findings);
	error = id7_store_backup(id7_get_store(id7), dir, NULL, NULL, &counts);
	progress_clear(&findings.progress);
	ctl_log(ctl, NULL, error, NULL);
	if (error != ID7_OK)
		return refuse(ctl, id7, error, dir);
	if (ctl->json) {
		json_start(&findings.json, stdout);
		json_text(&findings.json, "done", "store backup");
		json_text(&findings.json, "directory", dir);
		findings_counts(&findings, &counts);
		json_finish(&findings.json);
	} else {
		say_done(ctl, &counts, dir);
	}
	return counts.findings == 0 ? CTL_DONE : CTL_STORE;
}
