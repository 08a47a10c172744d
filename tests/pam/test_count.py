#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Around a module that verifies: exactly `deny` guesses reach it however many come at once, and no place is lost or given away."""
import os
import re
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
import store  # noqa: E402

RIGHT, WRONG = "unix-horse-1", "wrong-horse-1"
LEASE = 30
VERIFY = f"give verify={RIGHT}"
STACKS = {
    "first": ["requisite 7id preauth",
              f"[success=1 default=bad] {VERIFY}",
              "[default=die] 7id authfail",
              "sufficient 7id authsucc",
              "required pam_deny.so"],
    "second": ["required 7id preauth",
               f"sufficient {VERIFY}",
               "[default=die] 7id authfail",
               "required pam_deny.so"],
}


def make(stack, verify="", **settings):
    """A store with one account that is only counted; `verify` is more for the module that verifies."""
    lines = [line + (" " + verify if VERIFY in line else "")
             for line in STACKS[stack]]
    home = store.Store(stack={"auth": lines}, nodelay="yes", **settings)
    home.init()
    home.add("sakura", "", "counts-only")
    return home


def tally(home):
    """(failures, pending, locked) of the account."""
    found = home.look("sakura")
    return found["failures"], found["pending"], found["locked"]


def guess(check, stack, deny, crowd):
    """Different guesses at once; every one that was verified has a record."""
    what = f"{stack} stack, deny {deny}, {crowd} guesses"
    home = make(stack, deny=str(deny))
    answers = home.crowd("parallel", [("sakura", "", f"wrong-horse-{i}")
                                      for i in range(crowd)])
    log = home.log()
    verified = [r for r in log if r.get("checked") == "elsewhere"]
    check.equal(len(log), crowd, f"{what}: records")
    check.equal(len(verified), deny, f"{what}: reached the verifier")
    check.equal(sorted(r["failures"] for r in verified),
                list(range(1, deny + 1)), f"{what}: counted one by one")
    check.true(all(r["reason"] in ("locked-out", "busy") for r in log
                   if r not in verified), f"{what}: the others")
    check.true({code for code, _ in answers}
               <= {"PAM_AUTH_ERR", "PAM_AUTHINFO_UNAVAIL"}, f"{what}: codes")
    check.equal(tally(home), (str(deny), "0", "1"), f"{what}: recorded")


def all_right(check, stack):
    """Right logins at once: each is let in, and none takes another's place away."""
    home = make(stack, deny="3")
    answers = home.crowd("parallel", [("sakura", "", RIGHT)] * 48)
    codes = [code for code, _ in answers]
    check.equal({code: codes.count(code) for code in set(codes)},
                {"PAM_SUCCESS": 48}, f"{stack}: right ones")
    check.equal(tally(home), ("0", "0", "0"), f"{stack}: afterwards")


def run(home, password, calls=("authenticate", "acct_mgmt")):
    """The codes of one transaction, or None when it was killed."""
    out = home.drive("sakura", ["=" + password], calls)
    return re.findall(r"^  = (\S+)$", out, re.M)


def killed(check):
    """Killed while the other module works: a failure, as the next one finds."""
    home = make("second", verify="die", deny="3")
    for _ in range(2):
        check.equal(run(home, RIGHT), [], "killed: no answer")
    home.stack = {"auth": STACKS["second"]}
    home.configure_pam()
    check.equal(run(home, WRONG)[0], "PAM_AUTH_ERR", "killed: the next one")
    check.equal(tally(home), ("3", "0", "1"), "killed: all three count")
    check.equal(run(home, RIGHT)[0], "PAM_AUTH_ERR", "killed: locked out")


def stopped(check, stack, calls):
    """Stopped for longer than the lease: refused though it was right."""
    home = make(stack, verify="stop", deny="3")
    home.shift(0, 0)
    argv = home.drive_argv("sakura", ["=" + RIGHT], calls)
    proc = home.run(argv, wait=False)
    os.waitpid(proc.pid, os.WUNTRACED)
    check.equal(tally(home), ("0", "1", "0"), f"{stack} stopped: holds a place")
    home.shift(LEASE + 1, LEASE + 1)
    proc.send_signal(signal.SIGCONT)
    out = proc.communicate()[0].decode()
    codes = re.findall(r"^  = (\S+)$", out, re.M)
    check.true(codes[-1] in ("PAM_AUTH_ERR", "PAM_PERM_DENIED"),
               f"{stack} stopped: refused, {codes}")
    check.equal(tally(home), ("1", "0", "0"), f"{stack} stopped: counted")
    check.equal(home.log()[-1]["reason"], "lease-lost",
                f"{stack} stopped: reason")


def waits(check):
    """While one holds the only place, another waits for it, and is told busy."""
    home = make("first", verify="stop", deny="1", slot_wait="0")
    argv = home.drive_argv("sakura", ["=" + WRONG], ["authenticate"])
    proc = home.run(argv, wait=False)
    os.waitpid(proc.pid, os.WUNTRACED)
    home.stack = {"auth": STACKS["first"]}
    home.configure_pam()
    out = home.drive("sakura", ["=" + RIGHT], options=["--env"])
    check.true("= PAM_AUTHINFO_UNAVAIL" in out, f"waits: {out}")
    check.true("env SEVENID_REASON=busy" in out
               and re.search(r"env SEVENID_RETRY_AFTER=\d+$", out, re.M),
               f"waits: environment {out}")
    check.equal(home.log()[-1]["reason"], "busy", "waits: reason")
    proc.send_signal(signal.SIGCONT)
    proc.communicate()
    check.equal(tally(home), ("1", "0", "1"), "waits: the first one counts")


def no_place_while_typing(check):
    """A prompt that nobody answers holds nothing."""
    home = make("first", deny="1", slot_wait="0")
    argv = home.drive_argv("sakura", ["!stop", "=" + RIGHT], ["authenticate"])
    proc = home.run(argv, wait=False)
    os.waitpid(proc.pid, os.WUNTRACED)
    check.equal(tally(home), ("0", "0", "0"), "typing: no place is held")
    check.equal(run(home, RIGHT)[0], "PAM_SUCCESS", "typing: another gets in")
    proc.kill()
    proc.communicate()
    check.equal(tally(home), ("0", "0", "0"), "typing: given up, not counted")


def ends(check):
    """The end of a handle settles what nobody has settled."""
    stack = {"auth": ["required 7id preauth", f"required {VERIFY}"]}
    for password, calls, failures, what in (
            (RIGHT, ["authenticate"], "0", "well"),
            (WRONG, ["authenticate"], "1", "in failure"),
            (RIGHT, ["authenticate", "fork-end", "acct_mgmt"], "0",
             "first in a child"),
            (WRONG, ["authenticate", "fork-end", "user=sakura"], "0",
             "in a child, then well")):
        home = make("first", deny="3")
        home.stack = stack
        home.configure_pam()
        run(home, password, calls)
        check.equal(tally(home), (failures, "0", "0"), f"ends {what}")


def main():
    check = store.Checks()
    for stack in STACKS:
        for deny, crowd in ((1, 20), (3, 20), (5, 100)):
            guess(check, stack, deny, crowd)
        all_right(check, stack)
    killed(check)
    stopped(check, "first", ["authenticate"])
    stopped(check, "second", ["authenticate", "acct_mgmt"])
    waits(check)
    no_place_while_typing(check)
    ends(check)
    check.done()


if __name__ == "__main__":
    main()
