/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl store restore: puts a backup in the place of the store. */
#include <stdio.h>

#include "admin/ask.h"
#include "admin/findings.h"
#include "admin/print.h"
#include "common/usecases/maintain.h"

static enum ctl_exit
refuse(struct ctl *ctl, enum id7_error error, const struct id7_fault *fault,
       const char *dir)
{
	enum ctl_exit code;

	if (error == ID7_INVALID)
		return ctl_fail(ctl, CTL_USAGE, ID7_N("%s is the store itself"),
				safe_text(dir).s);
	if (error == ID7_NOT_FOUND)
		return ctl_fail(ctl, CTL_STORE,
				ID7_N("%s is not a whole backup: it has no "
				      "meta"),
				safe_text(dir).s);
	if (error == ID7_EXISTS)
		code = ctl_fail(ctl, CTL_STORE,
				ID7_N("%s is a backup of another store than "
				      "the one in %s; nothing is changed"),
				safe_text(dir).s,
				safe_text(ctl->config.store_dir).s);
	else
		code = ctl_fail_fault(ctl, fault);
	if (error == ID7_EXISTS || error == ID7_CORRUPT)
		ctl_say(ctl, ID7_N("--yes restores it all the same; counts and "
				   "locks are the backup's then"));
	return code;
}

static void
say_done(struct ctl *ctl, const struct id7_store_restored *done,
	 const char *dir)
{
	ctl_say(ctl,
		ID7_N("%llu accounts are restored from %s, with the passwords "
		      "of then"),
		(unsigned long long)done->accounts, safe_text(dir).s);
	ctl_say(ctl,
		ID7_N("failures and locks of %llu of them are those of the "
		      "store that was there; a restore unlocks nobody"),
		(unsigned long long)done->carried);
	if (done->unread > 0)
		ctl_say(ctl,
			ID7_N("files whose counts could not be read, so that "
			      "those of the backup stand: %u"),
			done->unread);
	if (done->refused > 0)
		ctl_say(ctl,
			ID7_N("accounts refused until `unlock --repair`, their "
			      "counts being lost: %llu"),
			(unsigned long long)done->refused);
	ctl_next(ctl, "store check");
}

static void
say_json(const struct id7_store_restored *done, const char *dir)
{
	struct json json;

	json_start(&json, stdout);
	json_text(&json, "done", "store restore");
	json_text(&json, "directory", dir);
	json_int(&json, "accounts", (int64_t)done->accounts);
	json_int(&json, "carried", (int64_t)done->carried);
	json_int(&json, "refused", (int64_t)done->refused);
	json_int(&json, "unread_files", done->unread);
	json_int(&json, "generation", done->generation);
	json_finish(&json);
}

enum ctl_exit
cmd_store_restore(struct ctl *ctl)
{
	const char *dir = ctl->args.word[0];
	struct findings findings = {.ctl = ctl};
	const struct id7_watcher watcher = {.progress = findings_step,
					    .context = &findings};
	struct id7_store_restored done;
	struct id7_fault fault = {0};
	enum id7_error error;
	enum ctl_exit code = ctl_permitted(ctl);

	if (code != CTL_DONE)
		return code;
	if (!ask_confirm(ctl,
			 TEXT(ctl, ID7_N("This puts the accounts and passwords "
					 "of the backup in the place of those "
					 "in the store.")),
			 "yes"))
		return CTL_USAGE;
	progress_start(&findings.progress, ctl, ID7_N("restoring"));
	error = id7_maintain_restore(&ctl->config, dir,
				     args_has(&ctl->args, "yes"), &watcher,
				     &done, &fault);
	progress_clear(&findings.progress);
	ctl_log(ctl, NULL, error, NULL);
	if (error != ID7_OK)
		return refuse(ctl, error, &fault, dir);
	if (ctl->json)
		say_json(&done, dir);
	else
		say_done(ctl, &done, dir);
	return CTL_DONE;
}
