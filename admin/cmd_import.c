/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl import: many people at once, all or none of a file. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "admin/csv.h"
#include "admin/jsonrow.h"
#include "admin/people.h"
#include "admin/person.h"
#include "admin/print.h"
#include "admin/refusals.h"
#include "common/effects/fault.h"
#include "common/effects/scope.h"
#include "common/effects/secret.h"

#define SHARD_MS 30000

/* One run; large, and with verifiers in it: on the heap, wiped. */
struct run {
	struct ctl *ctl;
	struct id7 *id7;
	struct id7_import *import;
	struct refusals refusals;
	struct source source;
	struct csv csv;
	struct jsonrow json;
	bool is_csv;
	struct row row;
	uint64_t lines; /* rows that were read */
	struct id7_now now;
	struct id7_fault fault;
	struct id7_import_counts counts;
	struct id7_import_room room;
	bool cramped; /* the store has no room for them */
	bool interrupted;
};

static void
run_free(struct run **run)
{
	if (*run == NULL)
		return;
	id7_import_end(&(*run)->import);
	id7_close(&(*run)->id7);
	id7_wipe(*run, sizeof **run);
	free(*run);
	*run = NULL;
}
#define auto_run __attribute__((cleanup(run_free))) struct run

static void
say_row(struct run *run)
{
	char name[ID7_NAME_MAX * 4];
	struct refusal refusal = {
		.line = run->row.line,
		.name = person_name(&run->row, name, sizeof name),
		.column = run->row.column,
		.reason = run->row.reason};

	refusals_add(&run->refusals, &refusal);
}

static enum id7_error
store_failed(struct run *run, enum id7_error error)
{
	if (error != ID7_OK)
		run->fault = *id7_store_fault(id7_get_store(run->id7));
	return error;
}

/* A file that nothing more can be read of. */
static enum id7_error
broken(struct run *run)
{
	const char *name = run->ctl->args.word[0];

	if (run->source.errnum != 0) {
		errno = run->source.errnum;
		return id7_fault_errno(&run->fault, name, NULL);
	}
	say_row(run);
	return ID7_INVALID;
}

static enum id7_error
put_row(struct run *run)
{
	struct id7_account account;
	enum id7_error error = ID7_OK;

	if (person_read(&run->row, &run->ctl->config, people_in_group,
			run->now.wall, &account))
		error = store_failed(run, id7_import_put(run->import, &account,
							 run->row.line));
	else
		say_row(run);
	id7_wipe(&account, sizeof account);
	return error;
}

static enum row_result
next_row(struct run *run)
{
	return run->is_csv ? csv_read(&run->csv, &run->row)
			   : jsonrow_read(&run->json, &run->row);
}

static enum row_result
first_row(struct run *run)
{
	if (run->is_csv)
		return csv_start(&run->csv, &run->source, person_columns,
				 &run->row);
	return jsonrow_start(&run->json, &run->source, person_columns,
			     &run->row);
}

static enum id7_error
read_all(struct run *run)
{
	enum id7_error error = ID7_OK;

	progress_start(&run->refusals.progress, run->ctl, ID7_N("reading"));
	if (first_row(run) != ROW_GIVEN)
		return broken(run);
	while (error == ID7_OK) {
		switch (next_row(run)) {
		case ROW_GIVEN:
			error = put_row(run);
			break;
		case ROW_REFUSED:
			say_row(run);
			break;
		case ROW_BROKEN:
			return broken(run);
		case ROW_END:
			return ID7_OK;
		}
		run->lines++;
		progress_show(&run->refusals.progress, run->lines, 0);
	}
	return error;
}

static bool
show_step(uint64_t done, uint64_t all, void *context)
{
	struct refusals *refusals = context;

	progress_show(&refusals->progress, done, all);
	return true;
}

static bool
signal_waits(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 &&
	       (sigismember(&pending, SIGINT) == 1 ||
		sigismember(&pending, SIGTERM) == 1 ||
		sigismember(&pending, SIGHUP) == 1);
}

static bool
show_step_or_stop(uint64_t done, uint64_t all, void *context)
{
	return show_step(done, all, context) && !signal_waits();
}

/* What would be added is counted, what must not be is refused. */
static enum id7_error
check(struct run *run)
{
	progress_start(&run->refusals.progress, run->ctl, ID7_N("checking"));
	return store_failed(run, id7_import_check(run->import, refusals_store,
						  show_step, &run->refusals,
						  &run->counts));
}

static enum id7_error
measure(struct run *run)
{
	enum id7_error error = store_failed(
		run,
		id7_import_room(run->import, run->counts.added, &run->room));

	run->cramped = error == ID7_OK && run->room.need > run->room.free;
	return error;
}

/* Signals wait for the end of a shard; what they stop is told before they do.
 */
static enum id7_error
commit(struct run *run)
{
	uint64_t wanted = run->counts.added;
	sigset_t stops;
	enum id7_error error;

	sigemptyset(&stops);
	sigaddset(&stops, SIGINT);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGHUP);
	sigprocmask(SIG_BLOCK, &stops, NULL);
	progress_start(&run->refusals.progress, run->ctl, ID7_N("adding"));
	error = store_failed(
		run, id7_import_commit(run->import, SHARD_MS, refusals_store,
				       show_step_or_stop, &run->refusals,
				       &run->counts));
	run->interrupted =
		error == ID7_OK && signal_waits() && run->counts.added < wanted;
	return error;
}

static void
finish_json(struct run *run, enum ctl_exit code, bool changed)
{
	struct json *json = &run->refusals.json;

	if (!run->ctl->json)
		return;
	json_end(json);
	json_int(json, "lines", (int64_t)run->lines);
	json_int(json, "added", (int64_t)run->counts.added);
	json_int(json, "already", (int64_t)run->counts.already);
	json_int(json, "refused", (int64_t)run->refusals.count);
	json_bool(json, "changed", changed);
	json_bool(json, "interrupted", run->interrupted);
	json_int(json, "needed", (int64_t)run->room.need);
	json_int(json, "free", (int64_t)run->room.free);
	if (code == CTL_DONE) {
		json_text(json, "done", run->ctl->args.cmd->name);
	} else {
		json_text(json, "error", ctl_exit_name(code));
		json_int(json, "exit", code);
	}
	json_finish(json);
	run->ctl->json = false; /* the document is written */
}

static void
say_counts(const struct run *run, const char *msgid)
{
	ctl_say(run->ctl, msgid, (unsigned long long)run->counts.added,
		(unsigned long long)run->counts.already,
		(unsigned long long)run->refusals.count);
}

/* Nothing was written: the rest would stand there half done. */
static enum ctl_exit
end_cramped(struct run *run)
{
	finish_json(run, CTL_STORE, false);
	ctl_say(run->ctl,
		ID7_N("%s: %llu more accounts need up to %s here, and %s are "
		      "free. Make room and give the same command again"),
		run->ctl->config.store_dir,
		(unsigned long long)run->counts.added,
		print_size(run->room.need).s, print_size(run->room.free).s);
	ctl_say(run->ctl, ID7_N("nothing was changed"));
	return CTL_STORE;
}

/* Nothing was written: refused lines, a broken file, or a rehearsal. */
static enum ctl_exit
end_unchanged(struct run *run, enum id7_error error)
{
	enum ctl_exit code = CTL_DONE;

	if (error != ID7_OK || run->refusals.count > 0)
		code = CTL_ERROR;
	if (error != ID7_OK)
		run->counts = (struct id7_import_counts){0};
	if (error != ID7_OK && error != ID7_INVALID) {
		finish_json(run, ctl_fault_exit(&run->fault), false);
		ctl_say(run->ctl, ID7_N("nothing was changed"));
		return ctl_fail_fault(run->ctl, &run->fault);
	}
	finish_json(run, code, false);
	if (error == ID7_OK)
		say_counts(run, ID7_N("to be added: %llu, there already: "
				      "%llu, refused: %llu"));
	ctl_say(run->ctl, ID7_N("nothing was changed"));
	if (error == ID7_OK && run->refusals.count > 0)
		ctl_next(run->ctl, "%s --continue %s", run->ctl->args.cmd->name,
			 safe_text(run->ctl->args.word[0]).s);
	return code;
}

static void
log_counts(const struct run *run, enum id7_error error)
{
	char note[ID7_PATH_MAX + 64];

	(void)snprintf(note, sizeof note, "%llu added, %llu refused: %s",
		       (unsigned long long)run->counts.added,
		       (unsigned long long)run->refusals.count,
		       run->ctl->args.word[0]);
	ctl_log(run->ctl, NULL, error, note);
}

/* Ends by the signal that stopped it, as a shell expects. */
static enum ctl_exit
let_signal_come(void)
{
	sigset_t none;

	fflush(stdout);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	return CTL_ERROR;
}

static enum ctl_exit
end_changed(struct run *run, enum id7_error error)
{
	enum ctl_exit code = CTL_DONE;

	log_counts(run, error);
	if (error != ID7_OK)
		code = ctl_fault_exit(&run->fault);
	else if (run->interrupted || run->refusals.count > 0)
		code = CTL_ERROR;
	finish_json(run, code, run->counts.added > 0);
	say_counts(run, ID7_N("added: %llu, there already: %llu, refused: "
			      "%llu"));
	if (error != ID7_OK)
		code = ctl_fail_fault(run->ctl, &run->fault);
	if (error != ID7_OK || run->interrupted)
		ctl_say(run->ctl, ID7_N("the rest was not added; the same "
					"import again adds it"));
	return run->interrupted ? let_signal_come() : code;
}

static enum ctl_exit
import(struct run *run)
{
	const struct args *args = &run->ctl->args;
	enum id7_error error;

	run->now = id7_clock_now();
	error = store_failed(run, id7_import_begin(id7_get_store(run->id7),
						   &run->now, &run->import));
	if (error != ID7_OK)
		return ctl_fail_fault(run->ctl, &run->fault);
	refusals_start(&run->refusals, run->ctl);
	error = read_all(run);
	source_end(&run->source);
	if (error == ID7_OK)
		error = check(run);
	if (error == ID7_OK)
		error = measure(run);
	progress_clear(&run->refusals.progress);
	if (run->cramped)
		return end_cramped(run);
	if (error != ID7_OK || args_has(args, "dry-run") ||
	    (run->refusals.count > 0 && !args_has(args, "continue")))
		return end_unchanged(run, error);
	error = commit(run);
	progress_clear(&run->refusals.progress);
	return end_changed(run, error);
}

static enum ctl_exit
open_file(struct ctl *ctl, int *ret_fd)
{
	const char *path = ctl->args.word[0];
	struct id7_fault fault = {0};
	struct stat st;

	if (strcmp(path, "-") == 0)
		*ret_fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		*ret_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*ret_fd >= 0 && fstat(*ret_fd, &st) == 0 && S_ISDIR(st.st_mode))
		return ctl_fail(ctl, CTL_ERROR, ID7_N("%s is a directory"),
				safe_text(path).s);
	if (*ret_fd >= 0)
		return CTL_DONE;
	(void)id7_fault_errno(&fault, path, NULL);
	ctl_fail_fault(ctl, &fault);
	return CTL_ERROR;
}

static enum ctl_exit
import_file(struct ctl *ctl, bool is_csv)
{
	auto_run *run = calloc(1, sizeof *run);
	auto_fd fd = -1;
	enum ctl_exit code;

	if (run == NULL)
		return ctl_fail(ctl, CTL_ERROR, ID7_N("no memory"));
	run->ctl = ctl;
	run->is_csv = is_csv;
	code = open_file(ctl, &fd);
	if (code == CTL_DONE)
		code = ctl_open(ctl, &run->id7);
	if (code != CTL_DONE)
		return code;
	source_start(&run->source, fd, run->source.buffer, 0);
	return import(run);
}

enum ctl_exit
cmd_import_csv(struct ctl *ctl)
{
	return import_file(ctl, true);
}

enum ctl_exit
cmd_import_json(struct ctl *ctl)
{
	return import_file(ctl, false);
}
