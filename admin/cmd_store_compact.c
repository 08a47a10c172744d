/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl store compact: writes the files anew where that makes them smaller. */
#include <stdio.h>

#include "admin/findings.h"
#include "admin/print.h"

static void
say_done(struct ctl *ctl, const struct id7_store_compacted *done)
{
	struct json json;

	if (ctl->json) {
		json_start(&json, stdout);
		json_text(&json, "done", "store compact");
		json_int(&json, "before", (int64_t)done->before);
		json_int(&json, "after", (int64_t)done->after);
		json_int(&json, "files", done->files);
		json_finish(&json);
		return;
	}
	ctl_say(ctl, ID7_N("%s before, %s now; files made smaller: %u"),
		print_size(done->before).s, print_size(done->after).s,
		done->files);
}

enum ctl_exit
cmd_store_compact(struct ctl *ctl)
{
	struct findings findings = {.ctl = ctl};
	struct id7_store_compacted done;
	auto_id7 *id7 = NULL;
	enum id7_error error;
	enum ctl_exit code = ctl_open(ctl, &id7);

	if (code != CTL_DONE)
		return code;
	progress_start(&findings.progress, ctl, ID7_N("compacting"));
	id7_store_watch(id7_get_store(id7), findings_step, &findings);
	error = id7_store_compact(id7_get_store(id7), &done);
	progress_clear(&findings.progress);
	ctl_log(ctl, NULL, error, NULL);
	if (error != ID7_OK)
		return ctl_fail_fault(ctl, id7_store_fault(id7_get_store(id7)));
	say_done(ctl, &done);
	return CTL_DONE;
}
