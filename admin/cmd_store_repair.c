/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl store repair: mends what needs no invention, and says each step. */
#include <stdio.h>

#include "admin/findings.h"
#include "admin/print.h"
#include "common/usecases/maintain.h"

/* What is left is told by the repair itself already. */
static void
count_only(const struct id7_store_finding *finding, void *context)
{
	struct findings *findings = context;

	findings->damage += finding->error != ID7_OK;
}

static void
say_done(struct ctl *ctl, const struct id7_store_repaired *repaired,
	 bool dry_run)
{
	if (dry_run)
		ctl_say(ctl,
			ID7_N("can be mended: %llu, cannot: %llu; nothing "
			      "is changed"),
			(unsigned long long)repaired->mended,
			(unsigned long long)repaired->left);
	else
		ctl_say(ctl, ID7_N("mended: %llu, left: %llu"),
			(unsigned long long)repaired->mended,
			(unsigned long long)repaired->left);
	if (repaired->left > 0 && !args_has(&ctl->args, "from"))
		ctl_next(ctl, "store repair --from BACKUP");
	else if (dry_run && repaired->mended > 0)
		ctl_next(ctl, "store repair");
}

static void
say_json(struct findings *findings, const struct id7_store_repaired *repaired,
	 bool dry_run)
{
	struct json *json = &findings->json;

	json_int(json, "mended", (int64_t)repaired->mended);
	json_int(json, "left", (int64_t)repaired->left);
	json_bool(json, "dry_run", dry_run);
	if (dry_run)
		json_null(json, "sound");
	else
		json_bool(json, "sound", findings->damage == 0);
	json_finish(json);
}

enum ctl_exit
cmd_store_repair(struct ctl *ctl)
{
	bool dry_run = args_has(&ctl->args, "dry-run");
	struct findings findings = {.ctl = ctl};
	const struct id7_watcher watcher = {.found = count_only,
					    .mended = findings_say_mended,
					    .progress = findings_step,
					    .context = &findings};
	struct id7_store_repaired repaired;
	struct id7_store_counts counts;
	struct id7_fault fault = {0};
	auto_id7 *id7 = NULL;
	enum id7_error error;
	enum ctl_exit code = ctl_open(ctl, &id7);

	if (code != CTL_DONE)
		return code;
	progress_start(&findings.progress, ctl, ID7_N("repairing"));
	findings_start(&findings);
	error = id7_maintain_repair(id7, args_value(&ctl->args, "from"),
				    dry_run, &watcher, &repaired, &counts,
				    &fault);
	findings_end(&findings);
	if (!dry_run)
		ctl_log(ctl, NULL, error, NULL);
	if (ctl->json)
		say_json(&findings, &repaired, dry_run);
	if (error != ID7_OK) {
		ctl->json = false;
		return ctl_fail_fault(ctl, &fault);
	}
	if (!ctl->json)
		say_done(ctl, &repaired, dry_run);
	return repaired.left + findings.damage == 0 ? CTL_DONE : CTL_STORE;
}
