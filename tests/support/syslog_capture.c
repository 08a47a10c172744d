/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes what a test program would send to syslog: linked into it, it stands
 * before libc's syslog. */
/* The fortified header defines what is to be replaced here. */
#undef _FORTIFY_SOURCE
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define CAPTURE_DEFAULT __attribute__((visibility("default")))

CAPTURE_DEFAULT void __syslog_chk(int level, int flag, const char *format, ...);
CAPTURE_DEFAULT void
__vsyslog_chk(int level, int flag, const char *format, va_list ap);

static const char *const level_names[8] = {
	"EMERG", "ALERT", "CRIT", "ERR", "WARNING", "NOTICE", "INFO", "DEBUG"};

/* One line a message, byte for byte, into the file that SYSLOG_CAPTURE names;
 * a message of two lines would show as two. */
static void
capture(int level, const char *format, va_list ap)
{
	const char *path = getenv("SYSLOG_CAPTURE");
	char line[8192];
	size_t len;
	int fd;

	if (path == NULL)
		return;
	len = (size_t)snprintf(line, sizeof line, "%s ",
			       level_names[level & 7]);
	vsnprintf(line + len, sizeof line - len - 1, format, ap);
	len = strlen(line);
	line[len++] = '\n';
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (write(fd, line, len) != (ssize_t)len)
		abort();
	close(fd);
}

CAPTURE_DEFAULT void
vsyslog(int level, const char *format, va_list ap)
{
	capture(level, format, ap);
}

CAPTURE_DEFAULT void
__vsyslog_chk(int level, int flag, const char *format, va_list ap)
{
	(void)flag;
	capture(level, format, ap);
}

CAPTURE_DEFAULT void
syslog(int level, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	capture(level, format, ap);
	va_end(ap);
}

CAPTURE_DEFAULT void
__syslog_chk(int level, int flag, const char *format, ...)
{
	va_list ap;

	(void)flag;
	va_start(ap, format);
	capture(level, format, ap);
	va_end(ap);
}
