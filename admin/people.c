/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the system knows of people: who acts, who has a passwd entry, who is in
 * a group. */
#include "admin/people.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "common/core/config.h"
#include "common/core/limits.h"
#include "common/effects/scope.h"

#define UID_UNSET 4294967295UL

static bool
parse_uid(const char *text, uid_t *ret_uid)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || n >= UID_UNSET ||
	    (*end != '\0' && *end != '\n'))
		return false;
	*ret_uid = (uid_t)n;
	return true;
}

static bool
login_uid(uid_t *ret_uid)
{
	auto_fd fd = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);
	char text[32];
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, text, sizeof text - 1);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return parse_uid(text, ret_uid);
}

/* Only sudo can have set SUDO_UID for root; anybody can set it for himself. */
static uid_t
acting_uid(void)
{
	const char *sudo = getenv("SUDO_UID");
	uid_t uid;

	if (login_uid(&uid))
		return uid;
	if (geteuid() == 0 && sudo != NULL && parse_uid(sudo, &uid))
		return uid;
	return getuid();
}

void
people_actor(char *buf, size_t size)
{
	uid_t uid = acting_uid();
	const struct passwd *pw = getpwuid(uid);

	if (pw != NULL)
		snprintf(buf, size, "%s", pw->pw_name);
	else
		snprintf(buf, size, "uid %lu", (unsigned long)uid);
}

bool
people_has_passwd(const char *name)
{
	return getpwnam(name) != NULL;
}

bool
people_has_group(const char *name)
{
	return getgrnam(name) != NULL;
}

static bool
is_member(const char *user, const struct group *gr)
{
	for (char **m = gr->gr_mem; m != NULL && *m != NULL; m++)
		if (strcmp(*m, user) == 0)
			return true;
	return false;
}

bool
people_in_group(const char *user, const char *group, void *context)
{
	const struct group *gr = getgrnam(group);
	const struct passwd *pw;
	gid_t gid;

	(void)context;
	if (gr == NULL)
		return false;
	if (is_member(user, gr))
		return true;
	gid = gr->gr_gid;
	pw = getpwnam(user);
	return pw != NULL && pw->pw_gid == gid;
}

/* /etc/passwd itself, not what the name services make of it. When it cannot be
 * read he is not: as the module has it, or the tool would lift what it locks.
 */
static bool
is_foreign(const char *user)
{
	FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *pw;
	bool found = file == NULL;

	while (file != NULL && !found && (pw = fgetpwent(file)) != NULL)
		found = strcmp(pw->pw_name, user) == 0;
	if (file != NULL)
		fclose(file);
	return !found;
}

struct id7_role
people_role(const char *user, void *context)
{
	const struct id7_config *config = context;
	const struct passwd *pw = getpwnam(user);
	struct id7_role role = {.privileged = pw != NULL && pw->pw_uid == 0};

	if (config->admin_group[0] != '\0')
		role.privileged |=
			people_in_group(user, config->admin_group, NULL);
	role.foreign = config->local_users_only && is_foreign(user);
	return role;
}
