#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who ends or stops a guess in the middle of its hash has guessed: it counts."""
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
import store  # noqa: E402

RIGHT, WRONG = "right-horse-1", "wrong-horse-1"
DEAR = {"opslimit": "6", "memlimit": "64M"}
LEASE = 30
TRIES = 10  # of catching a guess in the middle


def make(deny, **settings):
    """A store with one account whose password takes long to check."""
    home = store.Store(deny=str(deny), nodelay="yes", **{**DEAR, **settings})
    home.init()
    home.add("sakura", RIGHT)
    home.shift(0, 0)
    return home


def begin(home, password):
    """A login that has taken its place and is hashing; None: it was too quick."""
    argv = home.drive_argv("sakura", ["=" + password], ["authenticate"])
    proc = home.run(argv, wait=False)
    while proc.poll() is None:
        if home.look("sakura")["pending"] == "1":
            return proc
    return None


def catch(home, password, number):
    """Signals a login in the middle of its hash; the stopped or ended process."""
    for _ in range(TRIES):
        records = len(home.log())
        proc = begin(home, password)
        if proc is not None:
            proc.send_signal(number)
            if len(home.log()) == records:
                return proc
        if proc is not None:
            proc.send_signal(signal.SIGCONT)
            proc.communicate()
        home.make(("unlock", "sakura"))
    sys.exit(f"no login could be caught in its hash in {TRIES} tries")


def said(proc):
    """What the process printed in the end."""
    return proc.communicate()[0].decode()


def killed(check):
    """SIGKILL refunds no guess, and the limit holds."""
    home = make(3)
    said(catch(home, WRONG, signal.SIGKILL))
    home.forget_logs()
    home.configure(opslimit="1")
    check.equal(home.login("sakura", "wrong-horse-2"), "PAM_AUTH_ERR",
                "killed: the next attempt")
    check.equal(home.log()[-1]["failures"], 2,
                "killed: counted at the next attempt")
    said(catch(home, WRONG, signal.SIGKILL))
    check.equal(home.login("sakura", RIGHT), "PAM_AUTH_ERR",
                "killed: locked out at the limit")
    check.equal(home.log()[-1]["reason"], "locked-out", "killed: reason")


def killed_right(check):
    """A right guess that is killed counts, too; the next right one clears it."""
    home = make(3)
    said(catch(home, RIGHT, signal.SIGKILL))
    check.equal(home.login("sakura", WRONG), "PAM_AUTH_ERR",
                "killed right: the next attempt")
    check.equal(home.look("sakura")["failures"], "2", "killed right: counted")
    check.equal(home.login("sakura", RIGHT), "PAM_SUCCESS",
                "killed right: the next one")
    check.equal(home.look("sakura")["failures"], "0", "killed right: cleared")


def signalled(check):
    """What can be caught waits until the guess is settled: LoginGraceTime, Control-C."""
    for number in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM,
                   signal.SIGHUP, signal.SIGTSTP):
        home = make(3)
        proc = catch(home, WRONG, number)
        if number == signal.SIGTSTP:
            os.waitpid(proc.pid, os.WUNTRACED)
        else:
            proc.communicate()
            check.equal(proc.returncode, -number, f"{number.name}: ends it")
        found = home.look("sakura")
        check.equal((found["failures"], found["pending"]), ("1", "0"),
                    f"{number.name}: settled before")
        if number == signal.SIGTSTP:
            proc.send_signal(signal.SIGCONT)
            check.true("PAM_AUTH_ERR" in said(proc), "SIGTSTP: goes on")


def stopped(check):
    """Stopped past the lease: counted by the next attempt, refused though right."""
    home = make(3)
    proc = catch(home, RIGHT, signal.SIGSTOP)
    home.shift(LEASE + 1, LEASE + 1)
    check.equal(home.login("sakura", WRONG), "PAM_AUTH_ERR",
                "stopped: another attempt goes on")
    check.equal(home.look("sakura")["failures"], "2", "stopped: both counted")
    proc.send_signal(signal.SIGCONT)
    check.true("= PAM_AUTH_ERR" in said(proc), "stopped: refused though right")
    check.equal(home.log()[-1]["reason"], "lease-lost", "stopped: reason")
    check.equal(home.look("sakura")["failures"], "2", "stopped: counted once")


def stopped_alone(check):
    """Nobody came meanwhile: refused all the same."""
    home = make(3)
    proc = catch(home, RIGHT, signal.SIGSTOP)
    home.shift(LEASE + 1, 0)
    proc.send_signal(signal.SIGCONT)
    check.true("= PAM_AUTH_ERR" in said(proc), "alone: refused though right")
    found = home.look("sakura")
    check.equal((found["failures"], found["pending"]), ("1", "0"),
                "alone: counted")


def stopped_wall_clock(check):
    """Turning the wall clock neither ends a lease nor prolongs it."""
    for wall in (3600, -3600, 10 * 365 * 86400, -10 * 365 * 86400):
        home = make(3)
        proc = catch(home, RIGHT, signal.SIGSTOP)
        home.shift(LEASE - 10, wall)
        proc.send_signal(signal.SIGCONT)
        check.true("= PAM_SUCCESS" in said(proc), f"wall {wall}: in time")


def stopped_again_and_again(check):
    """Who stops his own guesses cannot keep the name busy longer than a lease."""
    home = make(1, slot_wait="0")
    proc = catch(home, WRONG, signal.SIGSTOP)
    check.equal(home.login("sakura", RIGHT), "PAM_AUTHINFO_UNAVAIL",
                "again: busy while the place is taken")
    check.equal(home.log()[-1]["reason"], "busy", "again: reason")
    check.equal(home.look("sakura")["failures"], "0", "again: not counted")
    home.shift(LEASE + 1, LEASE + 1)
    check.equal(home.login("sakura", RIGHT), "PAM_AUTH_ERR",
                "again: the stopped guess has locked")
    check.equal(home.look("sakura")["locked"], "1", "again: locked")
    proc.kill()
    proc.communicate()
    home.make(("unlock", "sakura"))
    check.equal(home.login("sakura", RIGHT), "PAM_SUCCESS", "again: unlocked")


def main():
    check = store.Checks()
    for test in (killed, killed_right, signalled, stopped, stopped_alone,
                 stopped_wall_clock, stopped_again_and_again):
        test(check)
    check.done()


if __name__ == "__main__":
    main()
