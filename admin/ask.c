/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks a person: passwords without echo, and yes or no. */
#include "admin/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "admin/args.h"
#include "admin/ctl.h"
#include "common/core/limits.h"
#include "common/effects/scope.h"

/* A terminal with echo off; signals wait in a descriptor, so no handler needs a
 * global. */
struct quiet {
	int tty;
	int signals;
	struct termios before;
	sigset_t mask;
};

static void
echo_off(const struct quiet *quiet)
{
	struct termios off = quiet->before;

	off.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	tcsetattr(quiet->tty, TCSAFLUSH, &off);
}

static void
echo_on(const struct quiet *quiet)
{
	tcsetattr(quiet->tty, TCSAFLUSH, &quiet->before);
}

/* In the background the terminal is somebody else's: wait for `fg`. */
static void
wait_for_foreground(int tty)
{
	pid_t owner = tcgetpgrp(tty);

	if (owner > 0 && owner != getpgrp())
		raise(SIGTTIN);
}

/* These do nothing to a process that does not ask for them. */
static void
all_that_matter(sigset_t *set)
{
	sigfillset(set);
	sigdelset(set, SIGCHLD);
	sigdelset(set, SIGWINCH);
	sigdelset(set, SIGURG);
}

static bool
quiet_begin(int tty, struct quiet *quiet)
{
	sigset_t set;

	quiet->tty = tty;
	wait_for_foreground(tty);
	if (tcgetattr(tty, &quiet->before) != 0)
		return false;
	all_that_matter(&set);
	sigprocmask(SIG_BLOCK, &set, &quiet->mask);
	quiet->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (quiet->signals < 0) {
		sigprocmask(SIG_SETMASK, &quiet->mask, NULL);
		return false;
	}
	echo_off(quiet);
	return true;
}

static void
quiet_end(struct quiet *quiet)
{
	echo_on(quiet);
	close(quiet->signals);
	sigprocmask(SIG_SETMASK, &quiet->mask, NULL);
}

/* Lets a signal do what it does to anybody: stop us, end us, or nothing. */
static void
deliver(struct quiet *quiet, int signal)
{
	sigset_t set;

	if (sigismember(&quiet->mask, signal))
		return;
	raise(signal);
	sigprocmask(SIG_SETMASK, &quiet->mask, NULL);
	wait_for_foreground(quiet->tty);
	all_that_matter(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/*
 * Puts the terminal back, obeys the signal, and begins again if that did not
 * end us. What was typed so far is wiped first. After SIGCONT the terminal may
 * have been another's meanwhile: only the beginning again is needed.
 */
static void
obey(struct quiet *quiet, struct id7_secret *typed, const char *prompt)
{
	struct signalfd_siginfo info;
	ssize_t n = read(quiet->signals, &info, sizeof info);

	if (n != (ssize_t)sizeof info)
		return;
	id7_wipe(typed->bytes, typed->size);
	typed->len = 0;
	if (info.ssi_signo != SIGCONT) {
		echo_on(quiet);
		dprintf(quiet->tty, "\n");
	}
	deliver(quiet, (int)info.ssi_signo);
	echo_off(quiet);
	dprintf(quiet->tty, "%s", prompt);
}

enum line_end {
	LINE_MORE = 0,
	LINE_DONE,
	LINE_TOO_LONG,
	LINE_NOTHING, /* end of file or a failed read */
};

/* One byte; the newline ends the line and is not kept. */
static enum line_end
take_byte(int fd, struct id7_secret *line, bool *over)
{
	uint8_t byte;
	ssize_t n = read(fd, &byte, 1);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? LINE_MORE
							 : LINE_NOTHING;
	if (n == 0 && line->len == 0 && !*over)
		return LINE_NOTHING;
	if (n == 0 || byte == '\n') {
		id7_wipe(&byte, 1);
		return *over ? LINE_TOO_LONG : LINE_DONE;
	}
	if (line->len < line->size)
		line->bytes[line->len++] = byte;
	else
		*over = true;
	id7_wipe(&byte, 1);
	return LINE_MORE;
}

static enum line_end
read_line(int fd, struct id7_secret *line)
{
	enum line_end end = LINE_MORE;
	bool over = false;

	while (end == LINE_MORE)
		end = take_byte(fd, line, &over);
	return end;
}

static enum line_end
read_quietly(struct quiet *quiet, struct id7_secret *line, const char *prompt)
{
	enum line_end end = LINE_MORE;
	bool over = false;

	while (end == LINE_MORE) {
		struct pollfd fds[2] = {{quiet->signals, POLLIN, 0},
					{quiet->tty, POLLIN, 0}};

		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents != 0)
			obey(quiet, line, prompt);
		else if (fds[1].revents != 0)
			end = take_byte(quiet->tty, line, &over);
	}
	return end;
}

static enum line_end
ask_once(int tty, const char *prompt, struct id7_secret *line)
{
	struct quiet quiet;
	enum line_end end;

	if (!quiet_begin(tty, &quiet))
		return LINE_NOTHING;
	dprintf(tty, "%s", prompt);
	end = read_quietly(&quiet, line, prompt);
	quiet_end(&quiet);
	dprintf(tty, "\n");
	return end;
}

static enum ctl_exit
judge_line(const struct ctl *ctl, enum line_end end)
{
	if (end == LINE_TOO_LONG)
		return ctl_fail(ctl, CTL_POLICY,
				ID7_N("a password has at most %d bytes"),
				ID7_AUTHTOK_MAX);
	if (end != LINE_DONE)
		return ctl_fail(ctl, CTL_ERROR,
				ID7_N("no password was given; nothing is "
				      "changed"));
	return CTL_DONE;
}

static enum ctl_exit
ask_line(const struct ctl *ctl, int tty, const char *msgid, const char *name,
	 struct id7_secret **ret_line)
{
	char prompt[256];

	*ret_line = id7_secret_make(ID7_AUTHTOK_MAX);
	if (*ret_line == NULL)
		return ctl_fail(ctl, CTL_ERROR, ID7_N("out of memory"));
	snprintf(prompt, sizeof prompt, id7_text(ctl->lang, msgid), name);
	return judge_line(ctl, ask_once(tty, prompt, *ret_line));
}

static enum ctl_exit
ask_terminal(const struct ctl *ctl, const char *name, bool fresh,
	     struct id7_secret **ret_secret)
{
	auto_fd tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	auto_secret *again = NULL;
	enum ctl_exit code;

	if (tty < 0)
		return ctl_fail(ctl, CTL_USAGE,
				ID7_N("there is no terminal to ask for a "
				      "password on; use --password-stdin"));
	code = ask_line(ctl, tty,
			fresh ? ID7_N("New password for %s: ")
			      : ID7_N("Password of %s: "),
			name, ret_secret);
	if (code != CTL_DONE || !fresh)
		return code;
	code = ask_line(ctl, tty, ID7_N("The same again for %s: "), name,
			&again);
	if (code != CTL_DONE)
		return code;
	if ((*ret_secret)->len != again->len ||
	    memcmp((*ret_secret)->bytes, again->bytes, again->len) != 0)
		return ctl_fail(ctl, CTL_ERROR,
				ID7_N("the two passwords differ; nothing is "
				      "changed"));
	return CTL_DONE;
}

enum ctl_exit
ask_password(const struct ctl *ctl, const char *name, bool fresh,
	     struct id7_secret **ret_secret)
{
	bool from_stdin = args_has(&ctl->args, "password-stdin");
	enum ctl_exit code;

	if (!from_stdin || isatty(STDIN_FILENO)) {
		code = ask_terminal(ctl, name, fresh, ret_secret);
	} else {
		*ret_secret = id7_secret_make(ID7_AUTHTOK_MAX);
		if (*ret_secret == NULL)
			return ctl_fail(ctl, CTL_ERROR, ID7_N("out of memory"));
		code = judge_line(ctl, read_line(STDIN_FILENO, *ret_secret));
	}
	if (code != CTL_DONE)
		id7_secret_free(ret_secret);
	return code;
}

enum ctl_exit
ask_unseen(const struct ctl *ctl, const char *prompt,
	   struct id7_secret **ret_secret)
{
	auto_fd tty = -1;
	enum line_end end;

	*ret_secret = id7_secret_make(ID7_AUTHTOK_MAX);
	if (*ret_secret == NULL)
		return ctl_fail(ctl, CTL_ERROR, ID7_N("out of memory"));
	if (isatty(STDIN_FILENO))
		tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	end = tty < 0 ? read_line(STDIN_FILENO, *ret_secret)
		      : ask_once(tty, prompt, *ret_secret);
	if (end == LINE_DONE && (*ret_secret)->len > 0)
		return CTL_DONE;
	id7_secret_free(ret_secret);
	return ctl_fail(ctl, CTL_ERROR,
			ID7_N("nothing was typed, or far too much; nothing is "
			      "changed"));
}

static bool
typed_word(int tty, const char *word)
{
	char line[128];
	ssize_t n = read(tty, line, sizeof line - 1);

	if (n <= 0)
		return false;
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return strcmp(line, word) == 0;
}

bool
ask_confirm(const struct ctl *ctl, const char *question, const char *word)
{
	auto_fd tty = -1;

	if (args_has(&ctl->args, "yes"))
		return true;
	tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (tty < 0) {
		ctl_fail(ctl, CTL_USAGE,
			 ID7_N("there is no terminal to ask on; give --yes"));
		return false;
	}
	dprintf(tty, "%s\n", question);
	dprintf(tty, id7_text(ctl->lang, "Type %s to go on: "), word);
	if (typed_word(tty, word))
		return true;
	ctl_fail(ctl, CTL_ERROR, ID7_N("not confirmed; nothing is changed"));
	return false;
}
