/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes what would go to the kernel's audit: linked into a test program or
 * preloaded, it stands before libaudit. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CAPTURE_DEFAULT __attribute__((visibility("default")))

CAPTURE_DEFAULT int audit_open(void);
CAPTURE_DEFAULT int
audit_log_user_message(int fd, int type, const char *message, const char *host,
		       const char *addr, const char *tty, int result);
CAPTURE_DEFAULT int
audit_log_acct_message(int fd, int type, const char *pgname, const char *op,
		       const char *name, unsigned int id, const char *host,
		       const char *addr, const char *tty, int result);

static const char *
shown(const char *text)
{
	return text == NULL || *text == '\0' ? "?" : text;
}

CAPTURE_DEFAULT int
audit_open(void)
{
	const char *path = getenv("AUDIT_CAPTURE");

	return open(path == NULL ? "/dev/null" : path,
		    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* libaudit asks DNS for the address of a host when it is given none. */
static const char *
asked(const char *host, const char *addr)
{
	bool has_host = host != NULL && *host != '\0';

	return has_host && (addr == NULL || *addr == '\0') ? " asked=dns" : "";
}

static int
take(int fd, const char *line)
{
	return write(fd, line, strlen(line)) == (ssize_t)strlen(line) ? 1 : -1;
}

CAPTURE_DEFAULT int
audit_log_user_message(int fd, int type, const char *message, const char *host,
		       const char *addr, const char *tty, int result)
{
	char line[1024];

	snprintf(line, sizeof line, "%d %shostname=%s terminal=%s res=%d%s\n",
		 type, message, shown(host), shown(tty), result,
		 asked(host, addr));
	return take(fd, line);
}

CAPTURE_DEFAULT int
audit_log_acct_message(int fd, int type, const char *pgname, const char *op,
		       const char *name, unsigned int id, const char *host,
		       const char *addr, const char *tty, int result)
{
	char line[1024];

	(void)pgname;
	/* libpam's own. */
	if (strncmp(op, "PAM:", 4) == 0)
		return 1;
	snprintf(line, sizeof line,
		 "%d op=%s acct=%s id=%d hostname=%s terminal=%s res=%d%s\n",
		 type, op, shown(name), (int)id, shown(host), shown(tty),
		 result, asked(host, addr));
	return take(fd, line);
}
