/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which PAM service is meant. */
#include "admin/service.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/ctl.h"
#include "admin/near.h"
#include "admin/print.h"

static bool
has_service(const char *confdir, const char *service)
{
	char path[512];

	snprintf(path, sizeof path, "%s/%s", confdir, service);
	return *service != '\0' && strchr(service, '/') == NULL &&
	       access(path, F_OK) == 0;
}

/* What people call a service, and what its stack is called. */
static const char *
nickname(const char *typed)
{
	static const char *const known[][2] = {{"ssh", "sshd"},
					       {"imap", "dovecot"},
					       {"pop3", "dovecot"},
					       {"ftp", "vsftpd"},
					       {"console", "login"}};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(typed, known[i][0]) == 0)
			return known[i][1];
	return NULL;
}

static bool
near_service(const char *confdir, const char *typed, char *ret_name,
	     size_t size)
{
	const char *nick = nickname(typed);
	size_t least = (size_t)-1;
	const struct dirent *entry;
	DIR *dir;

	if (nick != NULL && has_service(confdir, nick)) {
		snprintf(ret_name, size, "%s", nick);
		return true;
	}
	dir = opendir(confdir);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		size_t d = near_distance(typed, entry->d_name);

		if (entry->d_name[0] == '.' || d >= least ||
		    !near_enough(d, strlen(typed)))
			continue;
		least = d;
		snprintf(ret_name, size, "%s", entry->d_name);
	}
	if (dir != NULL)
		closedir(dir);
	return least != (size_t)-1;
}

static void
say_near(const struct ctl *ctl, const char *confdir, const char *typed)
{
	const char *user = ctl->args.word[0];
	const char *given = args_value(&ctl->args, "confdir");
	struct safe dir = safe_text(given != NULL ? given : "");
	char meant[256] = "login";

	if (near_service(confdir, typed, meant, sizeof meant))
		ctl_say(ctl, ID7_N("did you mean %s?"), safe_text(meant).s);
	ctl_next(ctl, "test-login %s --service %s%s%s", safe_text(user).s,
		 safe_text(meant).s, given != NULL ? " --confdir " : "", dir.s);
}

enum ctl_exit
service_choose(const struct ctl *ctl, const char *confdir,
	       const char **ret_service)
{
	const char *typed = args_value(&ctl->args, "service");

	*ret_service = typed;
	if (typed == NULL)
		*ret_service = has_service(confdir, "sshd") ? "sshd" : "login";
	if (has_service(confdir, *ret_service))
		return CTL_DONE;
	ctl_fail(ctl, CTL_USAGE, ID7_N("there is no PAM service %s in %s"),
		 safe_text(*ret_service).s, safe_text(confdir).s);
	say_near(ctl, confdir, *ret_service);
	return CTL_USAGE;
}
