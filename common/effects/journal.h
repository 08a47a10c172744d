/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log: LOG_DIR/log.jsonl, one JSON object a line for each attempt and each
 * administrative act (format in 7id.db(5)). Adapters write it when the outcome
 * is known; a log that cannot be written never changes a verdict.
 */
#ifndef ID7_EFFECTS_JOURNAL_H
#define ID7_EFFECTS_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/core/error.h"
#include "common/core/limits.h"

#define ID7_REFERENCE_LEN 8 /* symbols of a reference, Crockford base32 */

/* One line. Pointers are borrowed until the call returns; NULL: left out. Foreign bytes are escaped as JSON and as id7_escape. */
struct id7_entry {
	int64_t wall;
	const char *event;   /* "login", "account", "password", "unlock", ... */
	const char *verdict; /* "allow", "deny", "not-ours", "error"; acts: "done", "error" */
	const char *reason;  /* id7_reason_name, or an error's name */
	const char *user;    /* account name, or "?TAG" for an unknown one */
	const char *service;
	const char *rhost;
	const char *tty;
	const char *lane;
	const char *reference;
	const char *code;    /* kind of a presented code: "unlock", "reset", ... */
	const char *checked; /* "real", "dummy": what the slow hash was computed for */
	int64_t failures;    /* in the window afterwards; -1: left out */
	bool locked_now;     /* this attempt set a lock */
	const char *actor;   /* who did the act: a login name or "uid N" */
	const char *note;    /* an administrator's --reason */
	int64_t uid;	     /* real uid of the caller; -1: left out */
	int64_t pid;	     /* -1: left out */
};

/*
 * Appends one line by one write to `log_dir`/log.jsonl (0600; directory 0700,
 * made when missing; its parent must exist), on a line of its own even when an
 * earlier write was cut short: readers pass over what is no JSON and over empty
 * lines. Not synced. ID7_OK; file errors.
 */
enum id7_error id7_journal_append(const char *log_dir,
				  const struct id7_entry *entry,
				  struct id7_fault *ret_fault) id7_must_use;

/*
 * Renders the line, newline included, terminated, into `buf` of at least
 * ID7_ENTRY_MAX bytes. "v" and "time" (RFC 3339, UTC) come first, then the
 * fields in the order of the struct, under their names; `locked_now` only when
 * true. In texts, controls and characters that id7_escape would rewrite are
 * \uXXXX, a byte that is not UTF-8 is the text \xHH; a text of more than
 * ID7_ENTRY_TEXT_MAX bytes in that form is cut at a whole character and ends in
 * "...". Returns the length. Pure.
 */
#define ID7_ENTRY_MAX 4096
#define ID7_ENTRY_TEXT_MAX 270
size_t id7_journal_render(const struct id7_entry *entry, char *buf,
			  size_t size);

/* Where a login came from, as the log has it: foreign texts, "" when it says nothing. */
struct id7_journal_hit {
	char service[ID7_ENTRY_TEXT_MAX + 1];
	char rhost[ID7_ENTRY_TEXT_MAX + 1];
	char reference[ID7_ENTRY_TEXT_MAX + 1];
};

/*
 * The newest line about the account `user` from `since` (wall clock) on that
 * tells of a lock (`locked`) or else of an old password, in the last MiB of the
 * log. False when there is none or the log cannot be read.
 */
bool id7_journal_find(const char *log_dir, const char *user, bool locked,
		      int64_t since, struct id7_journal_hit *ret_hit);

#endif
