/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account's state in a word, a label, an exit code and a sentence; one place for all screens. */
#ifndef ID7_ADMIN_STATE_H
#define ID7_ADMIN_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "admin/cmd.h"
#include "admin/print.h"
#include "common/usecases/manage.h"

struct state {
	const char *word;  /* "ok", "locked-out", ...; never translated */
	const char *label; /* msgid */
	enum tint tint;
	enum ctl_exit code;
	int64_t since; /* wall clock, 0: not known */
	int64_t until; /* wall clock, 0: does not end by itself */
	const char *reason; /* an administrator's, borrowed from the picture, or "" */
};

/* Whether another module checks the password, and 7id has none to match. */
bool state_counts_only(const struct id7_account *account);

/* What the picture says about a right password in the lane that is shown. */
struct state state_of(const struct id7_picture *picture);

/*
 * One sentence without a full stop: "locked out until 2026-11-22 08:12:40 UTC
 * (in 9 min)". Terminated, cut to `size`.
 */
void state_sentence(const struct ctl *ctl, const struct id7_picture *picture,
		    char *buf, size_t size);

/*
 * The part after the label, without the administrator's reason, so that it fits
 * a line: "until 2026-11-22 08:12:40 UTC (in 9 min)", "since ..."; "" when
 * nothing stands in the way.
 */
void state_ending(const struct ctl *ctl, const struct id7_picture *picture,
		  char *buf, size_t size);

/* Of the lane that is shown: "3/5", or "3/-" when nothing locks. */
struct moment state_failures(const struct id7_picture *picture);

#endif
