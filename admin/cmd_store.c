/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl store check: reads everything and says what is damaged. */
#include <stdio.h>

#include "admin/findings.h"
#include "admin/print.h"

static void
print_counts(const struct ctl *ctl, const struct id7_store_counts *counts)
{
	printf(TEXT(ctl, ID7_N("accounts: %llu, files: %llu, size: %s")),
	       (unsigned long long)counts->accounts,
	       (unsigned long long)counts->files, print_size(counts->bytes).s);
	fputc('\n', stdout);
	if (counts->findings == 0)
		print_tint(stdout, ctl->tint_out, TINT_GOOD,
			   TEXT(ctl, ID7_N("the store is sound")));
	else
		printf(TEXT(ctl, ID7_N("damaged places: %llu")),
		       (unsigned long long)counts->findings);
	fputc('\n', stdout);
}

enum ctl_exit
cmd_store_check(struct ctl *ctl)
{
	struct findings findings = {.ctl = ctl};
	struct id7_store_counts counts = {0};
	auto_id7 *id7 = NULL;
	enum id7_error error;
	enum ctl_exit code = ctl_open(ctl, &id7);

	if (code != CTL_DONE)
		return code;
	progress_start(&findings.progress, ctl, ID7_N("reading the store"));
	findings_start(&findings);
	id7_store_watch(id7_get_store(id7), findings_step, &findings);
	error = id7_store_check(id7_get_store(id7), findings_say, &findings,
				&counts);
	findings_end(&findings);
	if (ctl->json) {
		findings_counts(&findings, &counts);
		json_finish(&findings.json);
	} else if (error == ID7_OK) {
		print_counts(ctl, &counts);
	}
	if (error != ID7_OK) {
		ctl->json = false;
		return ctl_fail_fault(ctl, id7_store_fault(id7_get_store(id7)));
	}
	if (counts.findings > 0)
		ctl_next(ctl, "store repair --dry-run");
	return counts.findings == 0 ? CTL_DONE : CTL_STORE;
}
