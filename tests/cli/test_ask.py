#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords on a terminal: no echo while one is typed, echo again however it ends."""
import fcntl
import os
import select
import signal
import sys
import termios
import time

from tool import PASSWORD, Tool, check, done


class Terminal:
    """A command on a pseudo-terminal; a shell of two lines stands above it."""

    def __init__(self, tool, *args):
        self.screen = ""
        self.master, self.slave = os.openpty()
        self.told, tell = os.pipe()
        self.shell = os.fork()
        if self.shell == 0:
            os.close(self.told)
            os.close(self.master)
            self.be_shell(tool, args, tell)
        os.close(tell)
        self.pid = int(self.next_word())

    def be_shell(self, tool, args, tell):
        """Job control as a shell does it: a group for the command, and its state told."""
        try:
            os.setsid()
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
            pid = os.fork()
            if pid == 0:
                os.setpgid(0, 0)
                os.tcsetpgrp(self.slave, os.getpid())
                # Whoever started us may have ignored some: a script in the
                # background has no SIGINT and no SIGQUIT.
                for ignored in (signal.SIGTTOU, signal.SIGPIPE, signal.SIGXFSZ,
                                signal.SIGINT, signal.SIGQUIT):
                    signal.signal(ignored, signal.SIG_DFL)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1])
                for fd in 0, 1, 2:
                    os.dup2(self.slave, fd)
                os.execve(tool.program,
                          [tool.program, "--conf", tool.conf, *args],
                          tool.environment({"TERM": "dumb"}))
            os.write(tell, f"{pid}\n".encode())
            while True:
                _, status = os.waitpid(pid, os.WUNTRACED)
                if os.WIFSTOPPED(status):
                    os.tcsetpgrp(self.slave, os.getpid())
                    os.write(tell, b"stopped\n")
                    signal.sigwait([signal.SIGUSR1])
                    os.tcsetpgrp(self.slave, pid)
                    os.kill(pid, signal.SIGCONT)
                    continue
                if os.WIFSIGNALED(status):
                    os.write(tell, f"signal {os.WTERMSIG(status)}\n".encode())
                else:
                    os.write(tell,
                             f"exit {os.WEXITSTATUS(status)}\n".encode())
                break
        finally:
            os._exit(0)

    def next_word(self):
        """What the shell tells next: a pid, "stopped", how it ended."""
        word = b""
        while not word.endswith(b"\n"):
            ready, _, _ = select.select([self.told, self.master], [], [], 60)
            if self.master in ready:
                self.screen += os.read(self.master, 4096).decode()
            elif self.told in ready:
                byte = os.read(self.told, 1)
                if not byte:
                    break
                word += byte
            else:
                check(False, "nothing happens:", repr(self.screen))
                break
        return word.decode().strip()

    def wait_for(self, text, count=1):
        """Reads the screen until it holds `text` so many times."""
        while self.screen.count(text) < count:
            ready, _, _ = select.select([self.master], [], [], 60)
            if not ready:
                check(False, "never shown:", text, repr(self.screen))
                return
            self.screen += os.read(self.master, 4096).decode()

    def echo(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def becomes(self, echo):
        """Whether echo gets into that state; a signal takes its moment."""
        deadline = time.monotonic() + 30
        while self.echo() != echo and time.monotonic() < deadline:
            select.select([], [], [], 0.01)
        return self.echo() == echo

    def type(self, text):
        os.write(self.master, text.encode())

    def go_on(self):
        os.kill(self.shell, signal.SIGUSR1)

    def close(self):
        os.waitpid(self.shell, 0)
        for fd in self.master, self.slave, self.told:
            os.close(fd)


def twice(tool):
    term = Terminal(tool, "add", "alice")
    term.wait_for("New password for alice: ")
    check(not term.echo(), "echo is off")
    term.type(PASSWORD + "\n")
    term.wait_for("again")
    check(term.becomes(False), "echo is off the second time")
    term.type(PASSWORD + "\n")
    check(term.next_word() == "exit 0", term.screen)
    check(term.echo(), "echo is on again")
    check(PASSWORD not in term.screen, "never shown")
    term.close()


def differ(tool):
    term = Terminal(tool, "passwd", "alice")
    term.wait_for("New password for alice: ")
    term.type("one long password\n")
    term.wait_for("again")
    term.becomes(False)
    term.type("other long password\n")
    check(term.next_word() == "exit 1", term.screen)
    check("differ" in term.screen and term.echo(), term.screen)
    term.close()


def nothing(tool):
    term = Terminal(tool, "passwd", "alice")
    term.wait_for("New password for alice: ")
    term.type("\x04")
    check(term.next_word() == "exit 1", term.screen)
    check("nothing is changed" in term.screen and term.echo(), term.screen)
    term.close()


def typed_signals(tool):
    """^C and ^\\ from the keyboard; others sent."""
    for typed, sent in (("\x03", signal.SIGINT), ("\x1c", signal.SIGQUIT),
                        (None, signal.SIGTERM), (None, signal.SIGHUP),
                        (None, signal.SIGALRM), (None, signal.SIGUSR1),
                        (None, signal.SIGPIPE), (None, signal.SIGRTMIN)):
        term = Terminal(tool, "passwd", "alice")
        term.wait_for("New password for alice: ")
        check(not term.echo(), "echo is off")
        term.type("half a pass")
        if typed:
            term.type(typed)
        else:
            os.kill(term.pid, sent)
        check(term.next_word() == f"signal {int(sent)}", sent, term.screen)
        check(term.echo(), "echo is on after", sent)
        check("half" not in term.screen, term.screen)
        term.close()


def stopped(tool):
    """^Z gives the terminal back; after `fg` it asks again, with what was typed forgotten."""
    term = Terminal(tool, "passwd", "alice")
    term.wait_for("New password for alice: ")
    term.type("to be forgotten\x1a")
    check(term.next_word() == "stopped", term.screen)
    check(term.echo(), "echo is on while stopped")
    term.go_on()
    term.wait_for("New password for alice: ", 2)
    check(term.becomes(False), "echo is off after fg")
    term.type("new pass words 2\n")
    term.wait_for("again")
    check(term.becomes(False), "off the second time")
    term.type("new pass words 2\n")
    check(term.next_word() == "exit 0", term.screen)
    check(term.echo(), "echo is on again")
    term.close()


def held_still(tool):
    """SIGSTOP cannot be caught: echo is set off again at SIGCONT."""
    term = Terminal(tool, "passwd", "alice")
    term.wait_for("New password for alice: ")
    os.kill(term.pid, signal.SIGSTOP)
    check(term.next_word() == "stopped", term.screen)
    mode = termios.tcgetattr(term.slave)
    mode[3] |= termios.ECHO
    termios.tcsetattr(term.slave, termios.TCSANOW, mode)
    term.go_on()
    term.wait_for("New password for alice: ", 2)
    check(term.becomes(False), "echo is off after SIGCONT")
    term.type("\x03")
    check(term.next_word() == f"signal {int(signal.SIGINT)}", term.screen)
    check(term.echo(), "echo is on again")
    term.close()


def confirm(tool):
    term = Terminal(tool, "remove", "alice")
    term.wait_for("Type alice")
    term.type("alise\n")
    check(term.next_word() == "exit 2", term.screen)
    term.close()
    tool.run("show", "alice")
    term = Terminal(tool, "remove", "alice")
    term.wait_for("Type alice")
    term.type("alice\n")
    check(term.next_word() == "exit 0", term.screen)
    term.close()
    tool.run("show", "alice", code=3)


def main():
    with Tool(sys.argv[1]) as tool:
        tool.run("init")
        twice(tool)
        differ(tool)
        nothing(tool)
        typed_signals(tool)
        stopped(tool)
        held_still(tool)
        confirm(tool)
    done()


main()
