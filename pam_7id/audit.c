/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audit records through libaudit. */
#include "pam_7id/audit.h"

#include <errno.h>
#include <libaudit.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include <security/pam_ext.h>

#include "common/core/network.h"
#include "common/effects/scope.h"

#define MESSAGE_MAX 64

/* Hosts and containers where audit is simply not there for us. */
static bool
not_for_us(int errnum)
{
	return errnum == EPERM || errnum == EINVAL ||
	       errnum == EPROTONOSUPPORT || errnum == EAFNOSUPPORT ||
	       errnum == ECONNREFUSED;
}

static void
warn(struct module *module, int errnum)
{
	if (!not_for_us(errnum))
		pam_syslog(module->pamh, LOG_WARNING,
			   "audit record not sent: %s",
			   strerrordesc_np(errnum));
}

/* libaudit writes both as they are: what could begin another field is left
 * out. */
static const char *
plain(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789./:_%-";

	return text != NULL && text[strspn(text, letters)] == '\0' ? text
								   : NULL;
}

/* Never NULL: libaudit would ask DNS for the host's. */
static const char *
address(const char *rhost)
{
	struct id7_address unused;

	return rhost != NULL && id7_network_address(rhost, &unused) ? rhost
								    : "?";
}

static void
send_all(struct module *module, const int *types, size_t count)
{
	char message[MESSAGE_MAX];
	auto_fd fd = audit_open();

	if (fd < 0) {
		warn(module, errno);
		return;
	}
	/* Without op= the record loses its fields; uid= is the kernel's. */
	if (module->known_to_system)
		snprintf(message, sizeof message, "op=pam_7id suid=%u ",
			 (unsigned int)module->uid);
	else
		snprintf(message, sizeof message, "op=pam_7id ");
	for (size_t i = 0; i < count; i++) {
		if (audit_log_user_message(fd, types[i], message,
					   plain(module->origin.rhost),
					   address(module->origin.rhost),
					   plain(module->origin.tty), 1) <= 0) {
			warn(module, errno);
			return;
		}
	}
}

void
audit_locked(struct module *module)
{
	static const int types[] = {AUDIT_ANOM_LOGIN_FAILURES,
				    AUDIT_RESP_ACCT_LOCK};

	send_all(module, types, sizeof types / sizeof *types);
}

void
audit_unlocked(struct module *module)
{
	static const int types[] = {AUDIT_RESP_ACCT_UNLOCK_TIMED};

	send_all(module, types, sizeof types / sizeof *types);
}
