/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Says what happened: to syslog and the log for the administrator, and in one text to the person. */
#ifndef ID7_PAM_REPORT_H
#define ID7_PAM_REPORT_H

#include "common/core/config.h"
#include "pam_7id/module.h"

/*
 * Logs a setting, of a file or of the stack line, that was ignored
 * (LOG_WARNING) or refused (LOG_ERR).
 */
void report_problem(struct module *module,
		    const struct id7_config_problem *problem);

/*
 * Logs, once in a handle, that an argument of pam_faillock(8) has no meaning
 * here (LOG_WARNING).
 */
void report_useless(struct module *module, const char *argument);

/*
 * Logs a failure of the machine with its remedy (LOG_ERR) and tells the person
 * and the program (refusal_set) that logins are not available.
 */
void report_fault(struct module *module, const struct id7_fault *fault);

/*
 * Logs whose name it is (LOG_DEBUG), for the argument `debug`.
 */
void report_whose(struct module *module, enum id7_whose whose);

/*
 * Logs that the name is another spelling of an account's (LOG_NOTICE).
 */
void report_other_name(struct module *module);

/*
 * Logs that PAM_USER is not the user any more who was proved (LOG_ERR): some
 * other module or the application changed it.
 */
void report_changed_user(struct module *module);

/*
 * Logs that a reset code opened a session whose stack has no account line of ours,
 * and that it is refused (LOG_ERR).
 */
void report_no_demand(struct module *module);

/*
 * Writes one outcome to the log, which waits for no other process; a line that
 * could not be written is remembered for report_outcome. `event` is "login",
 * "account" or "password". Names that are not accounts are logged as a keyed tag
 * unless `audit` is set. With `no_count` nothing is recorded.
 */
void report_record(struct module *module, const char *event,
		   const struct id7_login *login);

/*
 * Sends the same outcome to syslog; a lock that the attempt set has a line and
 * audit records of its own.
 */
void report_outcome(struct module *module, const char *event,
		    const struct id7_login *login);

/*
 * Both, in that order.
 */
void report_login(struct module *module, const char *event,
		  const struct id7_login *login);

/*
 * Tells the person and the program (refusal_set) of a refusal: one text for
 * every reason, another only for "busy" and "not available", and for codes
 * where it says nothing of the name: a slip, a request, and what the right code
 * has done. Nothing on success.
 */
void report_tell(struct module *module, const struct id7_login *login);

#endif
