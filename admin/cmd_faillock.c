/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl faillock: the options, tables and exit codes of faillock(8), for our
 * tallies and, with --dir, for the files of pam_faillock itself. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin/audit.h"
#include "admin/faillog.h"
#include "admin/failtable.h"
#include "admin/print.h"
#include "admin/tallyfile.h"
#include "common/effects/fault.h"
#include "common/effects/scope.h"
#include "common/usecases/faillock.h"

/* What scripts know of faillock(8); no other command answers so. */
enum faillock_exit {
	FAILLOCK_DONE = 0,
	FAILLOCK_USAGE = 1, /* or no such user */
	FAILLOCK_LIST = 2,  /* the directory or the store cannot be read */
	FAILLOCK_OPEN = 3,
	FAILLOCK_RESET = 4,
	FAILLOCK_READ = 5,
};

struct faillock {
	struct ctl *ctl;
	struct ctl quiet; /* the document is this command's own */
	const char *user; /* NULL: all */
	bool reset;
	struct failtable table;
};

/* `msgid` has a place for the user or path and one for the reason. */
static enum faillock_exit
failed(struct faillock *run, enum faillock_exit code,
       const struct id7_fault *fault, const char *msgid, const char *user)
{
	const char *why = TEXT(run->ctl, tallyfile_why(fault));
	char text[1024];

	snprintf(text, sizeof text, TEXT(run->ctl, msgid), safe_text(user).s,
		 why);
	ctl_say(run->ctl, "%s", text);
	return code;
}

/* The same of a tally of ours. */
static enum faillock_exit
failed_here(struct faillock *run, enum faillock_exit code,
	    const struct id7_fault *fault)
{
	(void)ctl_fail_fault(&run->quiet, fault);
	return code;
}

static enum faillock_exit
no_user(struct faillock *run)
{
	ctl_say(run->ctl, ID7_N("no such user: %s"), safe_text(run->user).s);
	return FAILLOCK_USAGE;
}

static enum faillock_exit
show_file(struct faillock *run, const struct tallydir *dir, const char *user,
	  int fd, struct id7_fault *fault)
{
	auto_free uint8_t *bytes = malloc(ID7_FAILLOCK_FILE_MAX);
	auto_free struct failrow *row = NULL;
	struct id7_faillock_record record;
	size_t len, count;

	fault->error = ID7_NO_MEMORY;
	if (bytes == NULL ||
	    tallyfile_read(dir, user, fd, bytes, ID7_FAILLOCK_FILE_MAX, &len,
			   fault) != ID7_OK)
		return failed(run, FAILLOCK_READ, fault,
			      ID7_N("the tally file of %s cannot be read: %s"),
			      user);
	count = id7_faillock_count(len);
	row = calloc(count + 1, sizeof *row);
	if (row == NULL)
		return FAILLOCK_READ;
	for (size_t i = 0; i < count; i++) {
		id7_faillock_decode(bytes + i * ID7_FAILLOCK_RECORD_LEN,
				    &record);
		row[i].wall = record.time;
		row[i].type = record.type;
		row[i].valid = record.valid;
		memcpy(row[i].source, record.source, sizeof row[i].source);
	}
	failtable_user(&run->table, user, row, count);
	return FAILLOCK_DONE;
}

static enum faillock_exit
do_file(struct faillock *run, const struct tallydir *dir, const char *user)
{
	struct id7_fault fault = {0};
	auto_fd fd = -1;
	struct stat st;
	enum id7_error error =
		tallyfile_open(dir, user, run->reset, &fd, &st, &fault);
	int r = -1;

	if (error == ID7_NOT_FOUND && getpwnam(user) != NULL)
		return FAILLOCK_DONE;
	if (error == ID7_NOT_FOUND)
		return no_user(run);
	if (error != ID7_OK)
		return failed(
			run, FAILLOCK_OPEN, &fault,
			ID7_N("the tally file of %s cannot be opened: %s"),
			user);
	if (!run->reset)
		return show_file(run, dir, user, fd, &fault);
	do {
		r = ftruncate(fd, 0);
	} while (r != 0 && errno == EINTR);
	if (r == 0)
		return FAILLOCK_DONE;
	(void)id7_fault_errno(&fault, dir->path, user);
	return failed(run, FAILLOCK_RESET, &fault,
		      ID7_N("the tally file of %s cannot be emptied: %s"),
		      user);
}

static enum faillock_exit
do_dir(struct faillock *run, const char *path)
{
	auto_tallydir dir = {.fd = -1};
	struct id7_fault fault = {0};

	if (tallydir_open(path, &dir, &fault) != ID7_OK)
		return failed(run, FAILLOCK_LIST, &fault,
			      ID7_N("%s cannot be read: %s"), path);
	failtable_start(&run->table);
	if (run->user != NULL)
		return do_file(run, &dir, run->user);
	for (int i = 0; i < dir.names; i++)
		(void)do_file(run, &dir, dir.name[i]->d_name);
	return FAILLOCK_DONE;
}

/* The users whose failures are shown. */
struct users {
	struct failuser *user;
	size_t count;
	size_t room;
	bool no_memory;
};

static void
free_users(struct users *users)
{
	for (size_t i = 0; i < users->count; i++) {
		free(users->user[i].row);
		free(users->user[i].named);
	}
	free(users->user);
}
#define auto_users __attribute__((cleanup(free_users))) struct users

static const char *
lane_name(enum id7_lane lane)
{
	switch (lane) {
	case ID7_LANE_CONSOLE:
		return "console";
	case ID7_LANE_KNOWN:
		return "known";
	case ID7_LANE_REMOTE:
		break;
	}
	return "remote";
}

static bool
add_user(const char *name, const struct id7_faillock_row *rows, size_t count,
	 void *context)
{
	struct users *users = context;
	size_t room = users->room == 0 ? 64 : users->room * 2;
	struct failuser *user = users->user;

	users->no_memory = true;
	if (users->count == users->room) {
		user = realloc(user, room * sizeof *user);
		if (user == NULL)
			return false;
		users->user = user;
		users->room = room;
	}
	user += users->count;
	*user = (struct failuser){.rows = count};
	snprintf(user->name, sizeof user->name, "%s", name);
	user->row = calloc(count + 1, sizeof *user->row);
	user->named = calloc(count + 1, sizeof *user->named);
	users->count++;
	if (user->row == NULL || user->named == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		user->row[i] = (struct failrow){
			.wall = rows[i].wall > 0 ? (uint64_t)rows[i].wall : 0,
			.lane = lane_name(rows[i].lane),
			.valid = rows[i].counts};
	users->no_memory = false;
	return true;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct failuser *)a)->name,
		      ((const struct failuser *)b)->name);
}

static enum id7_error
look(struct faillock *run, struct id7 *id7, struct users *users,
     struct id7_fault *fault)
{
	struct id7_faillock_row rows[ID7_FAILLOCK_ROWS];
	enum id7_error error;
	size_t count = 0;

	if (run->user == NULL)
		return id7_faillock_each(id7, add_user, users, fault);
	error = id7_faillock_look(id7, run->user, rows, &count, fault);
	if (error == ID7_OK)
		(void)add_user(run->user, rows, count, users);
	return error;
}

static enum faillock_exit
show_tallies(struct faillock *run, struct id7 *id7)
{
	struct id7_fault fault = {0};
	auto_users users = {0};
	enum id7_error error = look(run, id7, &users, &fault);

	if (error == ID7_NOT_FOUND || error == ID7_INVALID)
		return no_user(run);
	if (users.no_memory) {
		ctl_say(run->ctl, ID7_N("no memory"));
		return FAILLOCK_READ;
	}
	if (error != ID7_OK && run->user != NULL)
		return failed_here(run, FAILLOCK_READ, &fault);
	if (users.count > 0)
		qsort(users.user, users.count, sizeof *users.user, by_name);
	faillog_name(run->ctl, users.user, users.count);
	failtable_start(&run->table);
	for (size_t i = 0; i < users.count; i++)
		failtable_user(&run->table, users.user[i].name,
			       users.user[i].row, users.user[i].rows);
	if (error == ID7_OK)
		return FAILLOCK_DONE;
	return failed_here(run, FAILLOCK_LIST, &fault);
}

static enum faillock_exit
reset_one(struct faillock *run, struct id7 *id7, const char *user)
{
	struct id7_fault fault = {0};
	enum id7_error error = id7_faillock_reset(
		id7, user, id7_deadline_in(CTL_DEADLINE_MS), &fault);

	if (error == ID7_NOT_FOUND || error == ID7_INVALID)
		return no_user(run);
	ctl_log(run->ctl, user, error, "--reset");
	audit_unlock(run->ctl, user, error == ID7_OK);
	if (error == ID7_OK)
		return FAILLOCK_DONE;
	return failed_here(run, FAILLOCK_RESET, &fault);
}

/* Whoever has none is not touched: a store of a million is not written. */
static enum faillock_exit
reset_tallies(struct faillock *run, struct id7 *id7)
{
	enum faillock_exit code = FAILLOCK_DONE;
	struct id7_fault fault = {0};
	auto_users users = {0};

	if (run->user != NULL)
		code = reset_one(run, id7, run->user);
	else if (look(run, id7, &users, &fault) != ID7_OK || users.no_memory)
		code = failed_here(run, FAILLOCK_LIST, &fault);
	for (size_t i = 0; i < users.count; i++)
		if (reset_one(run, id7, users.user[i].name) == FAILLOCK_RESET)
			code = FAILLOCK_RESET;
	if (code == FAILLOCK_DONE)
		failtable_start(&run->table);
	return code;
}

static enum faillock_exit
do_tallies(struct faillock *run)
{
	auto_id7 *id7 = NULL;

	if (ctl_open(&run->quiet, &id7) != CTL_DONE)
		return FAILLOCK_LIST;
	return run->reset ? reset_tallies(run, id7) : show_tallies(run, id7);
}

static enum ctl_exit
finish(struct faillock *run, enum faillock_exit code)
{
	if (code == FAILLOCK_DONE || run->table.doc.out != NULL) {
		failtable_finish(&run->table);
	} else if (run->table.json) {
		json_start(&run->table.doc, stdout);
		json_text(&run->table.doc, "error", "faillock");
		json_int(&run->table.doc, "exit", code);
		json_finish(&run->table.doc);
	}
	return (enum ctl_exit)code;
}

enum ctl_exit
cmd_faillock(struct ctl *ctl)
{
	const struct args *args = &ctl->args;
	const char *dir = args_value(args, "dir");
	struct faillock run = {
		.ctl = ctl,
		.quiet = *ctl,
		.user = args_value(args, "user"),
		.reset = args_has(args, "reset"),
		.table = {.ctl = ctl,
			  .legacy = args_has(args, "legacy-output"),
			  .json = ctl->json}};

	run.quiet.json = false;
	if ((run.user != NULL && *run.user == '\0') ||
	    (dir != NULL && *dir == '\0')) {
		ctl_say(ctl, ID7_N("%s needs a value"),
			dir != NULL && *dir == '\0' ? "--dir" : "--user");
		return finish(&run, FAILLOCK_USAGE);
	}
	return finish(&run, dir != NULL ? do_dir(&run, dir) : do_tallies(&run));
}
