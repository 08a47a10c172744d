/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 7idctl reset issue: a code by which somebody chooses a new password. */
#include <stdlib.h>

#include "admin/ctl.h"
#include "admin/look.h"
#include "admin/people.h"
#include "admin/post.h"
#include "admin/print.h"
#include "admin/sheet.h"
#include "admin/state.h"
#include "common/usecases/codes.h"

#define TTL_SEC 1800
#define TTL_LEAST 60
#define TTL_MOST 86400

struct issue {
	struct ctl *ctl;
	struct id7 *id7;
	const char *name;
	const char *reason;
	int64_t ttl;
	uint32_t saved; /* codes of a sheet; 0: one reset code */
	struct id7_account account;
};

static enum ctl_exit
read_saved(struct issue *issue)
{
	const char *text = args_value(&issue->ctl->args, "saved");
	char *end;
	unsigned long n;

	if (text == NULL)
		return CTL_DONE;
	n = strtoul(text, &end, 10);
	if (*text < '1' || *text > '9' || *end != '\0' || n > ID7_SAVED_CODES)
		return ctl_fail(issue->ctl, CTL_USAGE,
				ID7_N("--saved is a number from 1 to %d, not "
				      "%s"),
				ID7_SAVED_CODES, safe_text(text).s);
	issue->saved = (uint32_t)n;
	if (args_has(&issue->ctl->args, "ttl"))
		return ctl_fail(issue->ctl, CTL_USAGE,
				ID7_N("saved codes do not expire: --ttl does "
				      "not go with --saved"));
	return CTL_DONE;
}

static enum ctl_exit
read_options(struct issue *issue)
{
	enum ctl_exit code = ctl_reason(issue->ctl, &issue->reason);

	if (code == CTL_DONE)
		code = ctl_span(issue->ctl, "ttl", TTL_SEC, TTL_LEAST, TTL_MOST,
				&issue->ttl);
	if (code == CTL_DONE)
		code = read_saved(issue);
	if (code == CTL_DONE && issue->saved > 0 &&
	    args_has(&issue->ctl->args, "send"))
		code = ctl_fail(issue->ctl, CTL_USAGE,
				ID7_N("saved codes are for paper: --send does "
				      "not go with --saved"));
	return code;
}

/* What would have to be done first, by which command. */
static void
say_first(const struct issue *issue, enum id7_reason standing)
{
	if (standing == ID7_REASON_DISABLED)
		ctl_next(issue->ctl, "enable %s", issue->name);
	else if (standing == ID7_REASON_EXPIRED)
		ctl_next(issue->ctl, "set %s --expires never", issue->name);
	else
		ctl_next(issue->ctl, "unlock %s", issue->name);
}

static enum ctl_exit
refuse_state(struct issue *issue, const struct id7_picture *picture)
{
	enum id7_reason standing =
		id7_account_standing(&picture->account, &picture->now);
	char sentence[600];

	if (standing != ID7_REASON_RIGHT) {
		state_sentence(issue->ctl, picture, sentence, sizeof sentence);
		ctl_fail(issue->ctl, state_of(picture).code,
			 ID7_N("no code for %s, it would open nothing: %s"),
			 issue->name, sentence);
		say_first(issue, standing);
		return state_of(picture).code;
	}
	if (picture->account.flags & ID7_ACCOUNT_COUNTS_ONLY) {
		ctl_fail(issue->ctl, CTL_POLICY,
			 ID7_N("no code for %s: another module checks the "
			       "password, and a code cannot change that one"),
			 issue->name);
		ctl_next(issue->ctl, "why %s", issue->name);
		return CTL_POLICY;
	}
	return CTL_DONE;
}

/* Never asked on a terminal: whoever may run this for others must not become
 * root by it with one more word. */
static enum ctl_exit
refuse_privileged(struct issue *issue)
{
	struct ctl *ctl = issue->ctl;

	if (args_has(&ctl->args, "privileged") ||
	    !people_role(issue->name, &ctl->config).privileged)
		return CTL_DONE;
	ctl_fail(ctl, CTL_POLICY,
		 ID7_N("%s is root or in admin_group: whoever has the code has "
		       "those rights"),
		 issue->name);
	ctl_next(ctl, "reset issue %s --privileged", issue->name);
	return CTL_POLICY;
}

static enum ctl_exit
may_issue(struct issue *issue)
{
	struct id7_picture picture;
	enum ctl_exit code =
		look_at(issue->ctl, issue->id7, issue->name, &picture);

	if (code != CTL_DONE)
		return code;
	code = refuse_state(issue, &picture);
	if (code == CTL_DONE)
		code = refuse_privileged(issue);
	issue->account = picture.account;
	id7_wipe(&picture, sizeof picture);
	return code;
}

static enum ctl_exit
not_shown(const struct issue *issue)
{
	ctl_fail(issue->ctl, CTL_ERROR,
		 ID7_N("the code could not be shown; it is of no use to "
		       "anybody"));
	ctl_next(issue->ctl, "reset revoke %s", issue->name);
	return CTL_ERROR;
}

static void
say_use(const struct issue *issue, int64_t expires)
{
	struct ctl *ctl = issue->ctl;

	ctl_say(ctl,
		ID7_N("shown this once only: a reset code of %s, good for one "
		      "use until %s (in %s)"),
		issue->name, print_time(expires).s,
		print_span(ctl, issue->ttl).s);
	ctl_say(ctl,
		ID7_N("it is typed in place of the password (%s); a new "
		      "password is asked for then, and any lock ends"),
		sheet_services(ctl).s);
}

/* Between look and change somebody else may have disabled the account. */
static enum ctl_exit
finish_failed(struct issue *issue, enum id7_error error,
	      const struct id7_fault *fault)
{
	enum ctl_exit code = CTL_DONE;

	if (error == ID7_INVALID)
		code = may_issue(issue);
	if (code != CTL_DONE)
		return code;
	return ctl_finish(issue->ctl, issue->id7, issue->name, error, fault,
			  issue->reason);
}

static enum ctl_exit
issue_code(struct issue *issue)
{
	int64_t expires = id7_clock_now().wall + issue->ttl;
	struct id7_fault fault = {0};
	struct id7_code code;
	bool shown;
	enum id7_error error = id7_codes_make(
		issue->id7, issue->name, ID7_CODE_RESET, 0, expires,
		id7_deadline_in(CTL_DEADLINE_MS), &code, &fault);

	if (error != ID7_OK)
		return finish_failed(issue, error, &fault);
	ctl_log_how(issue->ctl, issue->name, "printed", issue->reason);
	shown = sheet_code(issue->ctl, issue->name, &code, expires);
	id7_wipe(&code, sizeof code);
	if (!shown)
		return not_shown(issue);
	say_use(issue, expires);
	return CTL_DONE;
}

static enum ctl_exit
refuse_addresses(const struct issue *issue)
{
	bool any = false;

	for (size_t i = 0; i < ID7_ADDRESSES; i++)
		any |= issue->account.address[i][0] != '\0';
	ctl_fail(issue->ctl, CTL_POLICY,
		 ID7_N("%s has no confirmed mail address; no code was made"),
		 issue->name);
	if (any)
		ctl_next(issue->ctl, "confirm-email %s", issue->name);
	else
		ctl_next(issue->ctl, "set %s --email ADDRESS", issue->name);
	return CTL_POLICY;
}

static enum ctl_exit
send_code(struct issue *issue)
{
	const struct post_order order = {.name = issue->name,
					 .kind = ID7_CODE_RESET,
					 .ttl = issue->ttl,
					 .reason = issue->reason};
	struct id7_fault fault = {0};
	struct post_done done;
	enum id7_error error =
		post_code(issue->ctl, issue->id7, &order, &done, &fault);

	if (error != ID7_OK)
		return finish_failed(issue, error, &fault);
	if (done.written == 0)
		return refuse_addresses(issue);
	return done.sent == done.written ? CTL_DONE : CTL_ERROR;
}

static enum ctl_exit
issue_sheet(struct issue *issue)
{
	struct id7_code codes[ID7_SAVED_CODES];
	struct id7_fault fault = {0};
	bool shown;
	enum id7_error error = id7_codes_make_sheet(
		issue->id7, issue->name, issue->saved,
		id7_deadline_in(CTL_DEADLINE_MS), codes, &fault);

	if (error != ID7_OK)
		return finish_failed(issue, error, &fault);
	ctl_log_how(issue->ctl, issue->name, "sheet", issue->reason);
	shown = sheet_paper(issue->ctl, &issue->account, codes, issue->saved,
			    id7_clock_now().wall);
	id7_wipe(codes, sizeof codes);
	if (!shown)
		return not_shown(issue);
	ctl_say(issue->ctl,
		ID7_N("shown this once only: print it for %s, and keep no "
		      "copy"),
		issue->name);
	return CTL_DONE;
}

enum ctl_exit
cmd_reset_issue(struct ctl *ctl)
{
	struct issue issue = {.ctl = ctl, .name = ctl->args.word[0]};
	auto_id7 *id7 = NULL;
	enum ctl_exit code = read_options(&issue);

	if (code == CTL_DONE)
		code = ctl_open(ctl, &id7);
	if (code != CTL_DONE)
		return code;
	issue.id7 = id7;
	code = may_issue(&issue);
	if (code == CTL_DONE)
		code = issue.saved > 0		      ? issue_sheet(&issue)
		       : args_has(&ctl->args, "send") ? send_code(&issue)
						      : issue_code(&issue);
	id7_wipe(&issue, sizeof issue);
	return code;
}
