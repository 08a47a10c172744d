/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl store check: reads everything and says what is damaged. */
#include <inttypes.h>
#include <stdio.h>

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/print.h"

struct findings {
	struct ctl *ctl;
	struct json json;
};

static void
json_finding(struct json *json, const struct id7_store_finding *finding)
{
	json_object(json, NULL);
	json_text(json, "kind", finding->error == ID7_OK ? "remark" : "damage");
	json_text(json, "what", finding->what);
	json_text(json, "file", finding->file);
	json_text(json, "account",
		  finding->name[0] != '\0' ? finding->name : NULL);
	json_end(json);
}

static void
found(const struct id7_store_finding *finding, void *context)
{
	struct findings *findings = context;
	struct ctl *ctl = findings->ctl;
	bool damage = finding->error != ID7_OK;

	if (ctl->json) {
		json_finding(&findings->json, finding);
		return;
	}
	print_tint(stdout, ctl->tint_out, damage ? TINT_BAD : TINT_NONE,
		   TEXT(ctl, damage ? ID7_N("damage") : ID7_N("remark")));
	printf("  %s: ", safe_text(finding->file).s);
	if (finding->name[0] != '\0')
		printf(id7_text(ctl->lang, "%s (%s)"), TEXT(ctl, finding->what),
		       safe_text(finding->name).s);
	else
		fputs(TEXT(ctl, finding->what), stdout);
	fputc('\n', stdout);
	if (damage && finding->name[0] != '\0')
		ctl_next(ctl, "unlock --repair %s", finding->name);
}

static void
json_counts(struct json *json, const struct id7_store_counts *counts)
{
	json_end(json);
	json_int(json, "accounts", (int64_t)counts->accounts);
	json_int(json, "damage", (int64_t)counts->findings);
	json_int(json, "files", (int64_t)counts->files);
	json_int(json, "bytes", (int64_t)counts->bytes);
	json_int(json, "shards", counts->shards);
	json_int(json, "generation", counts->generation);
	json_bool(json, "sound", counts->findings == 0);
	json_finish(json);
}

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
	if (ctl->json) {
		json_start(&findings.json, stdout);
		json_array(&findings.json, "findings");
	}
	error = id7_store_check(id7_get_store(id7), found, &findings, &counts);
	if (ctl->json)
		json_counts(&findings.json, &counts);
	else if (error == ID7_OK)
		print_counts(ctl, &counts);
	if (error != ID7_OK) {
		ctl->json = false;
		return ctl_fail_fault(ctl, id7_store_fault(id7_get_store(id7)));
	}
	return counts.findings == 0 ? CTL_DONE : CTL_STORE;
}
