/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl store stats: how large the store is, and of what shape. */
#include <stdio.h>

#include "admin/findings.h"
#include "admin/print.h"

static void
say_json(const struct id7_store_stats *stats)
{
	struct json json;

	json_start(&json, stdout);
	json_int(&json, "accounts", (int64_t)stats->accounts);
	json_int(&json, "files", (int64_t)stats->files);
	json_int(&json, "bytes", (int64_t)stats->bytes);
	json_int(&json, "allocated", (int64_t)stats->blocks);
	json_int(&json, "free", (int64_t)stats->free);
	json_int(&json, "shards", stats->shards);
	json_int(&json, "least", (int64_t)stats->least);
	json_int(&json, "most", (int64_t)stats->most);
	json_int(&json, "generation", stats->generation);
	json_int(&json, "version", stats->version);
	json_int(&json, "key", stats->key_id);
	json_time(&json, "created", stats->created);
	json_finish(&json);
}

static void
say(struct ctl *ctl, const struct id7_store_stats *stats)
{
	struct labels labels = {0};

	labels_add(&labels, TINT_STRONG, TEXT(ctl, ID7_N("accounts")), "%llu",
		   (unsigned long long)stats->accounts);
	labels_add(&labels, TINT_NONE, TEXT(ctl, ID7_N("files")), "%llu",
		   (unsigned long long)stats->files);
	labels_add(&labels, TINT_NONE, TEXT(ctl, ID7_N("size")), "%s",
		   print_size(stats->bytes).s);
	labels_add(&labels, TINT_NONE, TEXT(ctl, ID7_N("free space")), "%s",
		   print_size(stats->free).s);
	labels_add(&labels, TINT_NONE, TEXT(ctl, ID7_N("shards")), "%u",
		   stats->shards);
	labels_add(&labels, TINT_NONE, TEXT(ctl, ID7_N("accounts in each")),
		   TEXT(ctl, ID7_N("%llu to %llu, on average %.1f")),
		   (unsigned long long)stats->least,
		   (unsigned long long)stats->most,
		   (double)stats->accounts / stats->shards);
	labels_add(&labels, TINT_NONE, TEXT(ctl, ID7_N("generation")), "%u",
		   stats->generation);
	labels_add(&labels, TINT_NONE, TEXT(ctl, ID7_N("format version")), "%u",
		   stats->version);
	labels_add(&labels, TINT_NONE, TEXT(ctl, ID7_N("site key")), "%u",
		   stats->key_id);
	labels_add(&labels, TINT_NONE, TEXT(ctl, ID7_N("made")), "%s",
		   print_time(stats->created).s);
	labels_print(&labels, stdout, ctl->tint_out);
}

enum ctl_exit
cmd_store_stats(struct ctl *ctl)
{
	struct findings findings = {.ctl = ctl};
	struct id7_store_stats stats;
	auto_id7 *id7 = NULL;
	enum id7_error error;
	enum ctl_exit code = ctl_open(ctl, &id7);

	if (code != CTL_DONE)
		return code;
	progress_start(&findings.progress, ctl, ID7_N("counting"));
	id7_store_watch(id7_get_store(id7), findings_step, &findings);
	error = id7_store_stats(id7_get_store(id7), &stats);
	progress_clear(&findings.progress);
	if (error != ID7_OK)
		return ctl_fail_fault(ctl, id7_store_fault(id7_get_store(id7)));
	if (ctl->json)
		say_json(&stats);
	else
		say(ctl, &stats);
	return CTL_DONE;
}
