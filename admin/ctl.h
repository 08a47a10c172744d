/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands share: settings and language, opening the store, speaking, refusing, logging. */
#ifndef ID7_ADMIN_CTL_H
#define ID7_ADMIN_CTL_H

#include "admin/args.h"
#include "admin/cmd.h"
#include "common/core/text.h"
#include "common/usecases/manage.h"

#define CTL_DEADLINE_MS 10000

/* The sentence in the tool's language. */
#define TEXT(ctl, msgid) id7_text((ctl)->lang, (msgid))

/*
 * Reads the settings and settles language and colour from the global options
 * and the environment. CTL_DONE; CTL_USAGE for a bad value of an option (said);
 * otherwise the code of a fault in the settings, which is said unless the
 * command is tolerant.
 */
enum ctl_exit ctl_start(struct ctl *ctl);

/*
 * The same for help and usage, which any settings will do for.
 */
enum ctl_exit ctl_start_tolerant(struct ctl *ctl);

/*
 * Says one sentence on standard error, after "7idctl: ". `msgid` is looked up
 * in the tool's language. Foreign text among the arguments is escaped by the
 * caller (safe_text).
 */
void ctl_say(const struct ctl *ctl, const char *msgid, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Says the next command to type, on standard error: `format` is what follows
 * "7idctl", --conf being put in.
 */
void ctl_next(const struct ctl *ctl, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * "7idctl" or "7idctl --conf PATH": how this run was begun. Terminated.
 */
void ctl_call(const struct ctl *ctl, char *buf, size_t size);

/*
 * As ctl_say; with --json also writes {"v":1,"error":NAME,"exit":CODE} on
 * standard output. Returns `code`.
 */
enum ctl_exit ctl_fail(const struct ctl *ctl, enum ctl_exit code,
		       const char *msgid, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Says a fault and its remedy. Returns the exit code for it.
 */
enum ctl_exit ctl_fail_fault(const struct ctl *ctl,
			     const struct id7_fault *fault);

/*
 * The exit code for a fault.
 */
enum ctl_exit ctl_fault_exit(const struct id7_fault *fault);

/*
 * Opens the store, after a look at whether this caller may. CTL_DONE and a
 * handle that the caller closes, or the code of what was said.
 */
enum ctl_exit ctl_open(struct ctl *ctl, struct id7 **ret_id7);

/*
 * Whether the caller may use the store: CTL_DONE, or CTL_NOT_PERMITTED (said)
 * when it belongs to somebody else.
 */
enum ctl_exit ctl_permitted(const struct ctl *ctl);

/*
 * Says that there is no account `name`, with the nearest name when there is
 * one (not looked for with --json). Returns CTL_NO_ACCOUNT.
 */
enum ctl_exit ctl_no_account(struct ctl *ctl, struct id7 *id7,
			     const char *name);

/*
 * The account whose name is nearest to `typed`, or "" when none is near or the
 * walk took too long.
 */
void ctl_nearest(struct id7 *id7, const char *typed,
		 char ret_name[ID7_NAME_MAX + 1]);

/*
 * The name of the exit code in --json: "no-account", "locked", ...
 */
const char *ctl_exit_name(enum ctl_exit code);

/*
 * Logs an act: the event is the command, verdict "done", or "error" with the
 * error's name. `user` and `note` may be NULL. A log that cannot be written is
 * said and changes nothing.
 */
void ctl_log(const struct ctl *ctl, const char *user, enum id7_error error,
	     const char *note);

/*
 * The same for an act that is done, which may be done in more ways than one:
 * `how` says which, as the line's reason ("printed", "mailed", ...).
 */
void ctl_log_how(const struct ctl *ctl, const char *user, const char *how,
		 const char *note);

/*
 * Ends an act on one account: logs it, then says what went wrong (`error` and
 * `fault`), or writes {"v":1,"done":COMMAND,"account":NAME} with --json. Names
 * that are nobody's are answered by ctl_no_account and not logged. Returns the
 * exit code; CTL_DONE: the caller still has to say so to people.
 */
enum ctl_exit ctl_finish(struct ctl *ctl, struct id7 *id7, const char *name,
			 enum id7_error error, const struct id7_fault *fault,
			 const char *note);

/*
 * The text of --reason: at most ID7_REASON_TEXT_MAX bytes of UTF-8 without
 * controls. CTL_DONE with *ret_reason ("" when not given), or CTL_USAGE (said).
 */
enum ctl_exit ctl_reason(const struct ctl *ctl, const char **ret_reason);

/*
 * The moment that option `name` gives. CTL_DONE with *ret_wall, 0 when it was
 * not given; CTL_USAGE (said). `back` as in when_parse.
 */
enum ctl_exit ctl_when(const struct ctl *ctl, const char *name, bool back,
		       int64_t *ret_wall);

/*
 * The span of time that option `name` gives, in seconds: `otherwise` when it was
 * not given. CTL_DONE; CTL_USAGE (said) also outside of `least` to `most`.
 */
enum ctl_exit ctl_span(const struct ctl *ctl, const char *name,
		       int64_t otherwise, int64_t least, int64_t most,
		       int64_t *ret_sec);

#endif
