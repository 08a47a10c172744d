/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What store commands find: a line each, or an array in JSON. */
#include "admin/findings.h"

#include <stdio.h>

#include "admin/print.h"

void
findings_start(struct findings *findings)
{
	if (!findings->ctl->json)
		return;
	json_start(&findings->json, stdout);
	json_array(&findings->json, "findings");
}

void
findings_end(struct findings *findings)
{
	progress_clear(&findings->progress);
	if (findings->ctl->json)
		json_end(&findings->json);
}

static void
say_json(struct findings *findings, const struct id7_store_finding *finding,
	 bool repair, const char *done)
{
	struct json *json = &findings->json;

	json_object(json, NULL);
	json_text(json, "kind", finding->error == ID7_OK ? "remark" : "damage");
	json_text(json, "what", finding->what);
	json_text(json, "file", finding->file);
	json_text(json, "account",
		  finding->name[0] != '\0' ? finding->name : NULL);
	if (repair)
		json_text(json, "done", done);
	json_end(json);
}

static void
say_line(struct findings *findings, const struct id7_store_finding *finding)
{
	struct ctl *ctl = findings->ctl;
	bool damage = finding->error != ID7_OK;

	progress_clear(&findings->progress);
	print_tint(stdout, ctl->tint_out, damage ? TINT_BAD : TINT_NONE,
		   TEXT(ctl, damage ? ID7_N("damage") : ID7_N("remark")));
	printf("  %s: %s", safe_text(finding->file).s,
	       TEXT(ctl, finding->what));
	if (finding->name[0] != '\0')
		printf(" (%s)", safe_text(finding->name).s);
	fputc('\n', stdout);
}

void
findings_say(const struct id7_store_finding *finding, void *context)
{
	struct findings *findings = context;
	bool damage = finding->error != ID7_OK;

	findings->damage += damage;
	if (findings->ctl->json) {
		say_json(findings, finding, false, NULL);
		return;
	}
	say_line(findings, finding);
	if (damage && finding->name[0] != '\0')
		ctl_next(findings->ctl, "unlock --repair %s", finding->name);
}

void
findings_say_mended(const struct id7_store_finding *finding, const char *done,
		    void *context)
{
	struct findings *findings = context;
	struct ctl *ctl = findings->ctl;

	if (ctl->json) {
		say_json(findings, finding, true, done);
		return;
	}
	say_line(findings, finding);
	printf("        -> %s\n",
	       TEXT(ctl, done != NULL ? done : ID7_N("left as it is")));
}

void
findings_step(uint64_t done, uint64_t total, void *context)
{
	struct findings *findings = context;

	progress_show(&findings->progress, done, total);
}

void
findings_counts(struct findings *findings,
		const struct id7_store_counts *counts)
{
	struct json *json = &findings->json;

	json_int(json, "accounts", (int64_t)counts->accounts);
	json_int(json, "damage", (int64_t)counts->findings);
	json_int(json, "files", (int64_t)counts->files);
	json_int(json, "bytes", (int64_t)counts->bytes);
	json_int(json, "shards", counts->shards);
	json_int(json, "generation", counts->generation);
	json_bool(json, "sound", counts->findings == 0);
}
