/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audit records of the tool through libaudit. */
#include "admin/audit.h"

#include <errno.h>
#include <libaudit.h>
#include <pwd.h>
#include <string.h>

#include "common/effects/scope.h"

/* Hosts and containers where audit is simply not there for us. */
static bool
not_for_us(int errnum)
{
	return errnum == EPERM || errnum == EINVAL ||
	       errnum == EPROTONOSUPPORT || errnum == EAFNOSUPPORT ||
	       errnum == ECONNREFUSED;
}

static void
say(const struct ctl *ctl, int errnum)
{
	if (!not_for_us(errnum))
		ctl_say(ctl,
			ID7_N("this could not be told to the kernel's audit: "
			      "%s"),
			strerrordesc_np(errnum));
}

void
audit_unlock(const struct ctl *ctl, const char *name, bool done)
{
	const struct passwd *entry = getpwnam(name);
	unsigned int uid =
		entry == NULL ? (unsigned int)-1 : (unsigned int)entry->pw_uid;
	auto_fd fd = audit_open();

	if (fd < 0 ||
	    audit_log_acct_message(fd, AUDIT_USER_MGMT, NULL, "7id-unlock",
				   name, uid, NULL, NULL, NULL, done) <= 0)
		say(ctl, errno);
}
