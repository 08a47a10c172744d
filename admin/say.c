/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Speaks on standard error: sentences, refusals, and what to type next. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "admin/ctl.h"
#include "admin/json.h"
#include "admin/print.h"

#define SENTENCE_MAX 2048

/* Lines are broken for people only: a script finds each sentence on one. */
static size_t
stderr_columns(void)
{
	struct winsize size;

	if (!isatty(STDERR_FILENO))
		return SENTENCE_MAX * 2;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 40)
		return PRINT_COLUMNS;
	return size.ws_col;
}

static void
say_text(const char *text)
{
	fflush(stdout);
	fputs("7idctl: ", stderr);
	print_wrapped(stderr, 8, 8, stderr_columns(), text);
}

static void __attribute__((format(printf, 2, 0)))
say_list(const struct ctl *ctl, const char *msgid, va_list ap)
{
	char text[SENTENCE_MAX];

	vsnprintf(text, sizeof text, id7_text(ctl->lang, msgid), ap);
	say_text(text);
}

void
ctl_say(const struct ctl *ctl, const char *msgid, ...)
{
	va_list ap;

	va_start(ap, msgid);
	say_list(ctl, msgid, ap);
	va_end(ap);
}

void
ctl_call(const struct ctl *ctl, char *buf, size_t size)
{
	if (ctl->conf != NULL)
		snprintf(buf, size, "7idctl --conf %s", safe_text(ctl->conf).s);
	else
		snprintf(buf, size, "7idctl");
}

void
ctl_next(const struct ctl *ctl, const char *format, ...)
{
	char call[512];
	va_list ap;

	fflush(stdout);
	ctl_call(ctl, call, sizeof call);
	fprintf(stderr, "%s  %s ", id7_text(ctl->lang, "next:"), call);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
}

const char *
ctl_exit_name(enum ctl_exit code)
{
	switch (code) {
	case CTL_DONE:
		return "done";
	case CTL_ERROR:
		return "error";
	case CTL_USAGE:
		return "usage";
	case CTL_NO_ACCOUNT:
		return "no-account";
	case CTL_POLICY:
		return "policy";
	case CTL_LOCKED:
		return "locked";
	case CTL_DISABLED:
		return "disabled";
	case CTL_STORE:
		return "store";
	case CTL_BUSY:
		return "busy";
	case CTL_NOT_PERMITTED:
		return "not-permitted";
	}
	return "error";
}

static void
fail_json(const struct ctl *ctl, enum ctl_exit code)
{
	struct json json;

	if (!ctl->json)
		return;
	json_start(&json, stdout);
	json_text(&json, "error", ctl_exit_name(code));
	json_int(&json, "exit", code);
	json_finish(&json);
}

enum ctl_exit
ctl_fail(const struct ctl *ctl, enum ctl_exit code, const char *msgid, ...)
{
	va_list ap;

	fail_json(ctl, code);
	va_start(ap, msgid);
	say_list(ctl, msgid, ap);
	va_end(ap);
	return code;
}

enum ctl_exit
ctl_fault_exit(const struct id7_fault *fault)
{
	switch (fault->error) {
	case ID7_OK:
		return CTL_DONE;
	case ID7_BUSY:
		return CTL_BUSY;
	case ID7_NO_MEMORY:
	case ID7_EXISTS:
	case ID7_INVALID:
	case ID7_BAD_CONFIG:
		return CTL_ERROR;
	case ID7_IO:
		if (fault->errnum == EACCES || fault->errnum == EPERM)
			return CTL_NOT_PERMITTED;
		return CTL_STORE;
	case ID7_CORRUPT:
	case ID7_NEWER:
	case ID7_NOT_FOUND:
	case ID7_UNTRUSTED:
	case ID7_NO_KEY:
	case ID7_WRONG_KEY:
	case ID7_STALE:
	case ID7_INTERNAL:
		return CTL_STORE;
	}
	return CTL_STORE;
}

static void
fault_next(const struct ctl *ctl, const struct id7_fault *fault)
{
	if (fault->error == ID7_NOT_FOUND)
		ctl_next(ctl, "init");
	else if (fault->error == ID7_BAD_CONFIG)
		ctl_next(ctl, "config check");
	else if (fault->error == ID7_CORRUPT)
		ctl_next(ctl, "store check");
	else if (ctl_fault_exit(fault) == CTL_NOT_PERMITTED && geteuid() != 0)
		ctl_say(ctl, ID7_N("run this as root: sudo 7idctl ..."));
}

enum ctl_exit
ctl_fail_fault(const struct ctl *ctl, const struct id7_fault *fault)
{
	enum ctl_exit code = ctl_fault_exit(fault);
	char text[1024];

	fail_json(ctl, code);
	id7_text_fault(ctl->lang, fault, text, sizeof text);
	say_text(text);
	fault_next(ctl, fault);
	return code;
}
