#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Store or key gone, open to others or another's: the exempt pass on, everybody else is told so, the log names the remedy. Nothing a stranger types reaches a log as it is."""
import json
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
import store  # noqa: E402

RIGHT, WRONG = "right-horse-1", "wrong-horse-1"
CLOSED = ("  error 7iD: login is not available right now.\\n"
          "Please tell your administrator.\n")
CALLS = ("authenticate", "acct_mgmt", "setcred:establish", "chauthtok")


def make(**settings):
    """A store with one account that has logged in."""
    home = store.Store(nodelay="yes", **settings)
    home.init()
    home.add("sakura", RIGHT)
    return home


def closed(check, home, what, remedy):
    """Nobody gets on but the exempt, in every call, and the log says why."""
    for user in ("sakura", "daemon", "nobody-knows-7"):
        for call in CALLS:
            home.forget_logs()
            out = home.drive(user, [], [call])
            check.equal(out, f"{call}\n{CLOSED}  = PAM_AUTHINFO_UNAVAIL\nend\n",
                        f"{what}, {user}, {call}")
            errors = [line for line in home.syslog().splitlines()
                      if line.startswith("ERR") and "no default" not in line]
            check.equal(len(errors), 1, f"{what}, {user}, {call}: {errors}")
            check.true(errors and remedy in errors[0],
                       f"{what}: {remedy!r} is not in {errors}")
            check.equal(home.log(), [], f"{what}, {user}: log")
    for call in CALLS[:3]:
        out = home.drive("root", [], [call])
        check.equal(out, f"{call}\n  = PAM_USER_UNKNOWN\nend\n",
                    f"{what}, root, {call}")
    out = home.drive("root", ["=better-horse-2", "=better-horse-2"],
                     ["chauthtok"])
    check.true(CLOSED not in out and "= PAM_USER_UNKNOWN" in out,
               f"{what}, root: provides the token: {out}")


def back(check, home, what):
    """What was put back works as before."""
    check.equal(home.login("sakura", RIGHT), "PAM_SUCCESS", f"{what}: back")


def moved(check):
    """Store or keys moved away."""
    for place, remedy in (
            ("store", "does not exist. If this host has no store yet, run: "
                      "7idctl init"),
            ("keys", "the site key is missing. Restore the key file from your "
                     "backup")):
        home = make()
        os.rename(home.path(place), home.path("away"))
        closed(check, home, f"{place} moved", remedy)
        os.rename(home.path("away"), home.path(place))
        back(check, home, f"{place} moved")


def open_to_others(check):
    """Modes that let others in."""
    for place, mode, was in (("store", 0o755, 0o700), ("store", 0o777, 0o700),
                             ("keys", 0o750, 0o700),
                             ("keys/1.key", 0o644, 0o600)):
        home = make()
        path = home.path(place)
        os.chmod(path, mode)
        closed(check, home, f"{place} {mode:o}",
               f"{path}: mode is {mode:04o}, must be no more than {was:04o}. "
               f"Run: chmod {was:04o} {path}")
        os.chmod(path, was)
        back(check, home, f"{place} {mode:o}")


def linked(check):
    """A symbolic link in the place of either."""
    for place in ("store", "keys"):
        home = make()
        os.rename(home.path(place), home.path("away"))
        os.symlink(home.path("away"), home.path(place))
        closed(check, home, f"{place} linked",
               "is a symbolic link, and links are not followed.")


def wrong_key(check):
    """Another store's key: said so, and not "damaged"."""
    home = make()
    other = store.Store()
    other.make(("init",))  # not the copy that all others are
    shutil.copyfile(other.path("keys", "1.key"), home.path("keys", "1.key"))
    closed(check, home, "wrong key", "the site key is another store's.")
    check.true("damaged:" not in home.syslog(), "wrong key: not damaged")


def not_a_key(check):
    """A key file that is none."""
    home = make()
    home.write(home.path("keys", "1.key"), "no key\n")
    closed(check, home, "no key", "is not a key file as 7id writes it.")


def unwritable(check):
    """Tallies that cannot be written: nobody is let in, nothing is hashed."""
    home = make()
    for place, _, names in os.walk(home.path("store")):
        for name in names:
            if name.endswith(".tally"):
                os.chmod(os.path.join(place, name), 0o400)
    out = home.drive("sakura", ["=" + RIGHT])
    check.true("= PAM_AUTHINFO_UNAVAIL" in out, f"unwritable: {out}")
    check.true("hidden Password: " in out, "unwritable: seen after the prompt")
    check.equal([(r["reason"], r.get("checked")) for r in home.log()],
                [("unavailable", None)], "unwritable: log")


NASTY = (b"\n", b"\r\n", b"\x1b]0;owned\x07", b"\x1b[2J", "\u202e".encode(),
         "\u2066".encode(), "\u200b".encode(), "\u2028".encode(),
         "\x9b1m".encode(), b"\xff\xfe", b"\x7f", b"\"}\n{\"v\":1", b"%s%n",
         b"\\", b"\xed\xa0\x80", b"\xf4\x90\x80\x80")
BAD = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


def strangers(check):
    """Foreign bytes in every item, for accounts and for nobody, with and without `audit`."""
    home = make(audit="yes", deny="16")
    for audit in ("yes", "no"):
        home.configure(audit=audit)
        for nasty in NASTY:
            text = store.escape(b"x" + nasty + b"y")
            for user in (b"sak" + nasty + b"ura", b"sakura"):
                home.make(("unlock", "sakura"))
                home.drive(user, ["=" + WRONG], ["authenticate", "acct_mgmt"],
                           ["--rhost", text, "--tty", text, "--ruser", text])
    with open(home.path("log", "log.jsonl"), "rb") as log:
        lines = log.read().split(b"\n")
    check.equal(lines.pop(), b"", "strangers: the log's end")
    check.equal(len(lines), 2 * len(NASTY) * 3, "strangers: records")
    for line in lines:
        text = line.decode("utf-8", "replace")
        check.true("\ufffd" not in text and not BAD.search(text),
                   f"strangers: log {line!r}")
        check.true(isinstance(json.loads(text), dict), f"log {line!r}")
    with open(home.path("syslog"), "rb") as log:
        lines = log.read().split(b"\n")
    for line in lines[:-1]:
        text = line.decode("utf-8", "replace")
        check.true("\ufffd" not in text and not BAD.search(text),
                   f"strangers: syslog {line!r}")
        check.true(re.match(r"[A-Z]+ (pam_7id\(7id:|PAM )", text),
                   f"strangers: a line of its own: {line!r}")


def main():
    check = store.Checks()
    for test in (moved, open_to_others, linked, wrong_key, not_a_key,
                 unwritable, strangers):
        test(check)
    check.done()


if __name__ == "__main__":
    main()
