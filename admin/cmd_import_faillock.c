/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl import faillock: takes over what the files of pam_faillock still hold
 * against enrolled people. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/print.h"
#include "admin/tallyfile.h"
#include "common/core/escape.h"
#include "common/effects/scope.h"
#include "common/usecases/faillock.h"

/* What became of a file; the words of --json. */
enum outcome {
	OUTCOME_TAKEN,
	OUTCOME_NOTHING, /* nothing that counts, or nothing new */
	OUTCOME_NOT_OURS,
	OUTCOME_REFUSED,
	OUTCOME_COUNT
};

static const char *const outcome_word[] = {"taken", "nothing", "not-ours",
					   "refused"};

struct run {
	struct ctl *ctl;
	struct id7 *id7;
	bool dry_run;
	struct tallydir dir;
	struct json json;
	struct table table;
	unsigned int count[OUTCOME_COUNT];
	uint8_t *bytes;			     /* one more than a file has */
	struct id7_faillock_record *records; /* as many as a file has */
	size_t records_read;
};

/* One file on its way. */
struct file {
	const char *name;
	enum outcome outcome;
	const char *why; /* of a refusal: a msgid or the system's words */
	struct id7_faillock_import import;
};

static struct moment
result_text(const struct ctl *ctl, const struct file *file)
{
	const struct id7_faillock_taken *taken = &file->import.taken;
	struct moment text;

	switch (file->outcome) {
	case OUTCOME_TAKEN:
		if (taken->locked_now && taken->until == 0)
			snprintf(text.s, sizeof text.s, "%s",
				 TEXT(ctl, ID7_N("held until unlocked")));
		else if (taken->locked_now)
			snprintf(text.s, sizeof text.s,
				 TEXT(ctl, ID7_N("locked out until %s")),
				 print_minute(taken->until).s);
		else
			snprintf(text.s, sizeof text.s, "%s",
				 TEXT(ctl, ID7_N("taken over")));
		break;
	case OUTCOME_NOTHING:
		snprintf(text.s, sizeof text.s, "%s",
			 TEXT(ctl, taken->known > 0
					   ? ID7_N("known already")
					   : ID7_N("nothing that counts")));
		break;
	case OUTCOME_NOT_OURS:
		snprintf(text.s, sizeof text.s, "%s",
			 TEXT(ctl, ID7_N("not an account of 7id")));
		break;
	case OUTCOME_REFUSED:
	case OUTCOME_COUNT:
		snprintf(text.s, sizeof text.s, "%s", TEXT(ctl, file->why));
		break;
	}
	return text;
}

static void
tell_json(struct run *run, const struct file *file)
{
	const struct id7_faillock_import *import = &file->import;
	struct json *json = &run->json;

	json_object(json, NULL);
	json_text(json, "file", file->name);
	json_text(json, "result", outcome_word[file->outcome]);
	json_text(json, "reason", file->why);
	json_int(json, "taken", (int64_t)import->taken.added);
	json_int(json, "known", (int64_t)import->taken.known);
	json_int(json, "old", (int64_t)import->standing.old);
	json_int(json, "clamped", (int64_t)import->standing.clamped);
	json_bool(json, "locked", import->taken.locked_now);
	json_time(json, "until", import->taken.until);
	json_end(json);
}

static void
cell_number(struct table *table, size_t number)
{
	char text[24];

	snprintf(text, sizeof text, "%zu", number);
	table_cell(table, TINT_NONE, text);
}

static void
tell(struct run *run, const struct file *file)
{
	static const enum tint tints[] = {TINT_GOOD, TINT_NONE, TINT_NONE,
					  TINT_BAD};
	char name[33];

	run->count[file->outcome]++;
	if (run->ctl->json) {
		tell_json(run, file);
		return;
	}
	(void)id7_escape(file->name, strlen(file->name), name, sizeof name);
	table_cell(&run->table, TINT_NONE, name);
	cell_number(&run->table, file->import.taken.added);
	cell_number(&run->table, file->import.taken.known);
	cell_number(&run->table, file->import.standing.old);
	table_cell(&run->table, tints[file->outcome],
		   result_text(run->ctl, file).s);
}

static void
refuse(struct file *file, const char *why)
{
	file->outcome = OUTCOME_REFUSED;
	file->why = why;
}

/* The file is its user's own under pam_faillock, or root's; a copy belongs to
 * whoever made it. */
static const char *
distrust(const struct file *file, const struct stat *st, int64_t now)
{
	const struct passwd *pw = getpwnam(file->name);

	if (st->st_uid != 0 && st->st_uid != geteuid() &&
	    (pw == NULL || pw->pw_uid != st->st_uid))
		return ID7_N("it belongs to somebody else");
	if (st->st_mode & S_IWOTH)
		return ID7_N("anybody can write it");
	if (st->st_nlink != 1)
		return ID7_N("it has a second name");
	if (st->st_mtime > now)
		return ID7_N("it was written in the future");
	return NULL;
}

static const char *
flaw_text(enum id7_faillock_flaw flaw)
{
	switch (flaw) {
	case ID7_FAILLOCK_TORN:
		return ID7_N("it is no whole number of records");
	case ID7_FAILLOCK_HUGE:
		return ID7_N("it is longer than such a file gets");
	case ID7_FAILLOCK_JUNK:
		return ID7_N("pam_faillock did not write it");
	case ID7_FAILLOCK_GOOD:
		break;
	}
	return NULL;
}

/* The records of a file that can be trusted; a refusal otherwise. */
static void
read_file(struct run *run, struct file *file, int64_t *ret_newest)
{
	struct id7_fault fault = {0};
	auto_fd fd = -1;
	struct stat st;
	const char *why;
	size_t len = 0;

	run->records_read = 0;
	if (tallyfile_open(&run->dir, file->name, false, &fd, &st, &fault) !=
	    ID7_OK) {
		refuse(file, tallyfile_why(&fault));
		return;
	}
	why = distrust(file, &st, id7_clock_wall());
	if (why == NULL &&
	    tallyfile_read(&run->dir, file->name, fd, run->bytes,
			   ID7_FAILLOCK_FILE_MAX + 1, &len, &fault) != ID7_OK)
		why = tallyfile_why(&fault);
	if (why == NULL)
		why = flaw_text(id7_faillock_parse(
			run->bytes, len, run->records, &run->records_read));
	if (why != NULL)
		refuse(file, why);
	*ret_newest = st.st_mtime;
}

static void
log_taken(struct run *run, const struct file *file, enum id7_error error)
{
	char note[96];

	(void)snprintf(note, sizeof note, "%zu failures of pam_faillock%s",
		       file->import.taken.added,
		       file->import.taken.locked_now ? ", locked" : "");
	ctl_log(run->ctl, file->name, error, note);
}

/* CTL_DONE also for a file that is refused; else the store is in trouble. */
static enum ctl_exit
take_file(struct run *run, struct file *file, struct id7_fault *fault)
{
	bool dry_run = run->dry_run;
	int64_t newest = 0;
	enum id7_error error;

	/* Whose it is comes first: of strangers' files nothing is wanted. */
	error = id7_faillock_import(run->id7, file->name, run->records, 0, 0,
				    true, id7_deadline_in(CTL_DEADLINE_MS),
				    &file->import, fault);
	if (error == ID7_NOT_FOUND || error == ID7_INVALID) {
		file->outcome = OUTCOME_NOT_OURS;
		return CTL_DONE;
	}
	if (error == ID7_OK)
		read_file(run, file, &newest);
	if (file->outcome == OUTCOME_REFUSED)
		return CTL_DONE;
	if (error == ID7_OK)
		error = id7_faillock_import(run->id7, file->name, run->records,
					    run->records_read, newest, dry_run,
					    id7_deadline_in(CTL_DEADLINE_MS),
					    &file->import, fault);
	file->outcome =
		file->import.taken.added > 0 ? OUTCOME_TAKEN : OUTCOME_NOTHING;
	if (!dry_run && (error != ID7_OK || file->outcome == OUTCOME_TAKEN))
		log_taken(run, file, error);
	return error == ID7_OK ? CTL_DONE : ctl_fault_exit(fault);
}

static void
start(struct run *run)
{
	const struct ctl *ctl = run->ctl;

	if (ctl->json) {
		json_start(&run->json, stdout);
		json_array(&run->json, "files");
		return;
	}
	run->table.columns = 5;
	table_cell(&run->table, TINT_NONE, TEXT(ctl, ID7_N("FILE")));
	table_cell(&run->table, TINT_NONE, TEXT(ctl, ID7_N("TAKEN")));
	table_cell(&run->table, TINT_NONE, TEXT(ctl, ID7_N("KNOWN")));
	table_cell(&run->table, TINT_NONE, TEXT(ctl, ID7_N("OLD")));
	table_cell(&run->table, TINT_NONE, TEXT(ctl, ID7_N("RESULT")));
}

static void
finish_json(struct run *run, enum ctl_exit code)
{
	struct json *json = &run->json;

	json_end(json);
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		json_int(json, outcome_word[i], run->count[i]);
	json_bool(json, "changed",
		  !run->dry_run && run->count[OUTCOME_TAKEN] > 0);
	if (code == CTL_DONE) {
		json_text(json, "done", run->ctl->args.cmd->name);
	} else {
		json_text(json, "error", ctl_exit_name(code));
		json_int(json, "exit", code);
	}
	json_finish(json);
}

static void
finish(struct run *run, enum ctl_exit code)
{
	const struct ctl *ctl = run->ctl;

	if (ctl->json) {
		finish_json(run, code);
	} else {
		table_print(&run->table, stdout, ctl->tint_out);
		fflush(stdout);
	}
	ctl_say(ctl,
		ID7_N("taken over: %u, nothing new: %u, not ours: %u, "
		      "refused: %u"),
		run->count[OUTCOME_TAKEN], run->count[OUTCOME_NOTHING],
		run->count[OUTCOME_NOT_OURS], run->count[OUTCOME_REFUSED]);
	if (run->dry_run)
		ctl_say(ctl, ID7_N("nothing was changed"));
	else if (run->count[OUTCOME_TAKEN] > 0)
		ctl_next(ctl, "list --locked");
}

static enum ctl_exit
import_all(struct run *run)
{
	struct ctl quiet = *run->ctl;
	struct id7_fault fault = {0};
	enum ctl_exit code = CTL_DONE;

	quiet.json = false;
	start(run);
	for (int i = 0; i < run->dir.names && code == CTL_DONE; i++) {
		struct file file = {.name = run->dir.name[i]->d_name};

		code = take_file(run, &file, &fault);
		if (code == CTL_DONE)
			tell(run, &file);
		else
			(void)ctl_fail_fault(&quiet, &fault);
	}
	if (code == CTL_DONE && run->count[OUTCOME_REFUSED] > 0)
		code = CTL_ERROR;
	finish(run, code);
	return code;
}

enum ctl_exit
cmd_import_faillock(struct ctl *ctl)
{
	auto_free uint8_t *bytes = malloc(ID7_FAILLOCK_FILE_MAX + 1);
	auto_free struct id7_faillock_record *records =
		calloc(ID7_FAILLOCK_RECORDS, sizeof *records);
	const char *path = ctl->args.word[0];
	struct run run = {.ctl = ctl,
			  .dry_run = args_has(&ctl->args, "dry-run"),
			  .bytes = bytes,
			  .records = records};
	struct id7_fault fault = {0};
	auto_tallydir dir = {.fd = -1};
	auto_id7 *id7 = NULL;
	enum ctl_exit code;

	if (bytes == NULL || records == NULL)
		return ctl_fail(ctl, CTL_ERROR, ID7_N("no memory"));
	if (tallydir_open(path, &dir, &fault) != ID7_OK)
		return ctl_fail(ctl, CTL_ERROR, ID7_N("%s cannot be read: %s"),
				safe_text(path).s,
				TEXT(ctl, tallyfile_why(&fault)));
	code = ctl_open(ctl, &id7);
	if (code != CTL_DONE)
		return code;
	run.dir = dir; /* still released by this block */
	run.id7 = id7;
	return import_all(&run);
}
