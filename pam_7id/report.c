/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Log lines for the administrator, one text for the person. */
#include "pam_7id/report.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_ext.h>

#include "common/core/escape.h"
#include "common/core/text.h"
#include "common/effects/clock.h"
#include "common/effects/journal.h"
#include "pam_7id/audit.h"
#include "pam_7id/conversation.h"
#include "pam_7id/refusal.h"
#include "pam_7id/result.h"

#define FIELD_MAX 100
#define LINE_MAX_BYTES 900
#define TELL_MAX 512

static const char *
safe(const char *text, char buf[FIELD_MAX])
{
	if (text == NULL)
		return "";
	(void)id7_escape(text, strlen(text), buf, FIELD_MAX);
	return buf;
}

void
report_problem(struct module *module, const struct id7_config_problem *problem)
{
	char name[FIELD_MAX], value[FIELD_MAX], wanted[FIELD_MAX * 2];
	int level = problem->refused ? LOG_ERR : LOG_WARNING;

	wanted[0] = '\0';
	if (problem->wanted != NULL)
		snprintf(wanted, sizeof wanted, "; it must be %s",
			 problem->wanted);
	else if (problem->nearest != NULL)
		snprintf(wanted, sizeof wanted, "; did you mean \"%s\"?",
			 problem->nearest);
	pam_syslog(module->pamh, level, "%s:%u: %s \"%s\" = \"%s\" %s%s",
		   problem->file != NULL ? problem->file : "module argument",
		   problem->line,
		   problem->wanted != NULL || problem->refused ? "setting"
							       : "unknown name",
		   safe(problem->name, name), safe(problem->value, value),
		   problem->refused ? "is refused" : "is ignored", wanted);
}

void
report_useless(struct module *module, const char *argument)
{
	const void *unused;

	if (pam_get_data(module->pamh, "7id_useless", &unused) == PAM_SUCCESS)
		return;
	(void)pam_set_data(module->pamh, "7id_useless", NULL, NULL);
	pam_syslog(module->pamh, LOG_WARNING,
		   "module argument %s is ignored: 7id keeps its counts in "
		   "store_dir",
		   argument);
}

void
report_fault(struct module *module, const struct id7_fault *fault)
{
	char line[LINE_MAX_BYTES];

	(void)id7_text_fault(ID7_LANG_EN, fault, line, sizeof line);
	pam_syslog(module->pamh, LOG_ERR, "%s", line);
	refusal_set(module, NULL);
	if (module->config.silent)
		return;
	conversation_tell(module->pamh, module->flags, PAM_ERROR_MSG,
			  id7_text(module_lang(module),
				   "7iD: login is not available right now.\n"
				   "Please tell your administrator."));
}

void
report_whose(struct module *module, enum id7_whose whose)
{
	const char *text = "the name is nobody's";

	switch (whose) {
	case ID7_WHOSE_OURS:
		text = "the name is an account of 7id";
		break;
	case ID7_WHOSE_SYSTEM:
		text = "the name is the system's; left to the next module";
		break;
	case ID7_WHOSE_NOBODY:
		break;
	}
	pam_syslog(module->pamh, LOG_DEBUG, "%s", text);
}

void
report_other_name(struct module *module)
{
	char name[FIELD_MAX];

	pam_syslog(module->pamh, LOG_NOTICE,
		   "the system takes what was typed for %s, who can log in by "
		   "that very name only; refused",
		   safe(module->other_name, name));
}

void
report_changed_user(struct module *module)
{
	pam_syslog(module->pamh, LOG_ERR,
		   "PAM_USER was changed after the login was proved; refused");
}

void
report_no_demand(struct module *module)
{
	pam_syslog(module->pamh, LOG_ERR,
		   "a reset code was accepted, but the stack has no account "
		   "line of pam_7id; refused");
}

static const char *
lane_name(enum id7_lane lane)
{
	switch (lane) {
	case ID7_LANE_REMOTE:
		return "remote";
	case ID7_LANE_CONSOLE:
		return "console";
	case ID7_LANE_KNOWN:
		return "known";
	}
	return "remote";
}

static const char *
verdict_name(const struct id7_login *login)
{
	if (login->error != ID7_OK)
		return "error";
	switch (login->verdict) {
	case ID7_ALLOW:
		return "allow";
	case ID7_NOT_OURS:
		return "not-ours";
	case ID7_DENY:
		break;
	}
	return "deny";
}

/* People type passwords at the name prompt: a name that is nobody's is logged
 * as a tag. */
static const char *
log_name(const struct module *module, const struct id7_login *login,
	 char buf[ID7_NAME_MAX * 4])
{
	if (login->ours || module->config.audit) {
		(void)id7_escape(module->user, strlen(module->user), buf,
				 ID7_NAME_MAX * 4);
		return buf;
	}
	snprintf(buf, ID7_NAME_MAX * 4, "?%s", login->name_tag);
	return buf;
}

static void
write_journal(struct module *module, const char *event, const char *name,
	      const struct id7_login *login)
{
	struct id7_entry entry = {
		.wall = id7_clock_wall(),
		.event = event,
		.verdict = verdict_name(login),
		.reason = id7_reason_name(login->reason),
		.user = name,
		.service = module->origin.service,
		.rhost = module->origin.rhost,
		.tty = module->origin.tty,
		.lane = lane_name(login->lane),
		.reference = login->reference,
		.code = login->code,
		.failures = login->hashed || login->elsewhere
				    ? (int64_t)login->failures
				    : -1,
		.locked_now = login->events.locked_now,
		.uid = module->origin.real_uid,
		.pid = getpid(),
	};

	if (login->hashed)
		entry.checked = login->checked_real ? "real" : "dummy";
	else if (login->elsewhere && login->checked_real)
		entry.checked = "elsewhere";
	module->log_fault.error = ID7_OK;
	if (id7_journal_append(module->config.log_dir, &entry,
			       &module->log_fault) != ID7_OK)
		return;
}

/* The log must not decide who may enter: say so, and go on. */
static void
tell_log_fault(struct module *module)
{
	char line[LINE_MAX_BYTES];

	if (module->log_fault.error == ID7_OK)
		return;
	(void)id7_text_fault(ID7_LANG_EN, &module->log_fault, line,
			     sizeof line);
	pam_syslog(module->pamh, LOG_WARNING, "log not written: %s", line);
	module->log_fault.error = ID7_OK;
}

static void
write_syslog(struct module *module, const char *event, const char *name,
	     const struct id7_login *login)
{
	char tty[FIELD_MAX], rhost[FIELD_MAX], line[LINE_MAX_BYTES];
	const char *what = "login accepted";

	if (login->error != ID7_OK)
		what = "authentication error";
	else if (login->verdict == ID7_DENY)
		what = "authentication failure";
	pam_syslog(module->pamh, result_level(login),
		   "%s; logname= uid=%u euid=%u tty=%s ruser= rhost=%s "
		   "user=%s event=%s reason=%s%s%s ref=%s",
		   what, (unsigned int)module->origin.real_uid,
		   (unsigned int)geteuid(), safe(module->origin.tty, tty),
		   safe(module->origin.rhost, rhost), name, event,
		   id7_reason_name(login->reason),
		   login->code != NULL ? " code=" : "",
		   login->code != NULL ? login->code : "", login->reference);
	if (login->error != ID7_OK && login->error != ID7_BUSY) {
		(void)id7_text_fault(ID7_LANG_EN, &login->fault, line,
				     sizeof line);
		pam_syslog(module->pamh, LOG_ERR, "ref=%s %s", login->reference,
			   line);
	}
	if (login->events.locked_now && !module->config.no_log_info)
		pam_syslog(module->pamh, LOG_INFO,
			   "Consecutive login failures for user %s account "
			   "temporarily locked",
			   name);
}

void
report_record(struct module *module, const char *event,
	      const struct id7_login *login)
{
	char name[ID7_NAME_MAX * 4];

	if (!module->config.no_count)
		write_journal(module, event, log_name(module, login, name),
			      login);
}

void
report_outcome(struct module *module, const char *event,
	       const struct id7_login *login)
{
	char name[ID7_NAME_MAX * 4];

	if (module->config.no_count)
		return;
	tell_log_fault(module);
	write_syslog(module, event, log_name(module, login, name), login);
	if (login->events.unlocked_now && login->ours)
		audit_unlocked(module);
	if (login->events.locked_now && login->ours)
		audit_locked(module);
}

void
report_login(struct module *module, const char *event,
	     const struct id7_login *login)
{
	report_record(module, event, login);
	report_outcome(module, event, login);
}

static const char *
contact(const struct module *module, enum id7_lang lang)
{
	if (lang == ID7_LANG_JA && module->config.support_contact_ja[0] != '\0')
		return module->config.support_contact_ja;
	if (module->config.support_contact[0] != '\0')
		return module->config.support_contact;
	return id7_text(lang, "your administrator");
}

/* What is said of a code, a msgid that takes the reference and the contact;
 * NULL: what is said of any refusal. Only who has the right one is told more.
 */
static const char *
code_text(const struct id7_login *login)
{
	if (login->reason == ID7_REASON_RESET_ASKED ||
	    login->reason == ID7_REASON_RESET_IGNORED)
		return ID7_N("7iD %s: a reset code was asked for.\nHelp: %s\n"
			     "If this account has a confirmed address, a mail "
			     "with a reset code is\non its way.");
	if (login->reason == ID7_REASON_CODE_TYPO)
		return ID7_N("7iD %s: there is a slip in the code; nothing was "
			     "counted.\nHelp: %s\n"
			     "Compare each symbol, and type it again.");
	if (login->reason == ID7_REASON_CODE_OLD)
		return ID7_N(
			"7iD %s: this code has been used, or is too old.\n"
			"Help: %s\nIf the account was locked, the lock may "
			"be over: try the password.");
	if (login->reason != ID7_REASON_CODE)
		return NULL;
	if (strcmp(login->code, "unlock") == 0)
		return ID7_N("7iD %s: the account is unlocked.\nHelp: %s\n"
			     "Now log in with your password.");
	if (strcmp(login->code, "confirm") == 0)
		return ID7_N("7iD %s: the mail address is confirmed.\nHelp: "
			     "%s\nNow log in with your password.");
	return ID7_N(
		"7iD %s: the codes that were mailed are void; this was "
		"recorded.\nIf somebody else has asked for them, tell %s.");
}

static void
tell_code(struct module *module, const struct id7_login *login,
	  const char *msgid)
{
	enum id7_lang lang = module_lang(module);
	char text[TELL_MAX];

	snprintf(text, sizeof text, id7_text(lang, msgid), login->reference,
		 contact(module, lang));
	conversation_tell(module->pamh, module->flags, PAM_ERROR_MSG, text);
}

void
report_tell(struct module *module, const struct id7_login *login)
{
	enum id7_lang lang = module_lang(module);
	char text[TELL_MAX];

	if (login->error == ID7_OK && login->verdict != ID7_DENY)
		return;
	refusal_set(module, login);
	if (module->config.silent)
		return;
	if (login->error == ID7_OK && code_text(login) != NULL) {
		tell_code(module, login, code_text(login));
		return;
	}
	/* The reference comes first, in ASCII: older ssh clients garble the
	 * rest. */
	if (login->reason == ID7_REASON_BUSY)
		snprintf(text, sizeof text,
			 id7_text(lang, "7iD %s: the system is busy.\n"
					"Nothing was counted; try again in a "
					"moment."),
			 login->reference);
	else if (login->error != ID7_OK)
		snprintf(text, sizeof text,
			 id7_text(lang, "7iD %s: login is not available right "
					"now.\nPlease tell %s."),
			 login->reference, contact(module, lang));
	else
		snprintf(text, sizeof text,
			 id7_text(lang,
				  "7iD %s: login failed.\nHelp: %s\n"
				  "Check the ID and the password. After "
				  "repeated failures an account\n"
				  "is locked for a while and refuses even the "
				  "right password."),
			 login->reference, contact(module, lang));
	conversation_tell(module->pamh, module->flags, PAM_ERROR_MSG, text);
}
