#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each way in which lockouts elsewhere were got past or turned against their owners, by name: played here, or held by the tests that are named."""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import store  # noqa: E402

TOP = os.path.join(HERE, "..")
RIGHT = "right-horse-1"
LOCK_LINE = "Consecutive login failures for user sakura account " \
            "temporarily locked"

# What went wrong elsewhere, where it was seen, and what shows that it does not
# here: functions of Python tests, scripts, scenarios and a text in them.
ELSEWHERE = {
    "check-and-count-are-two-steps": (
        "pam_faillock: 18 of 20 parallel guesses were checked, 3 counted",
        "pam/test_parallel.py def crowds(", "pam/test_parallel.py def mixed(",
        "pam/test_count.py def guess(",
        "container/11-parallel.sh exactly three meet the real verifier",
        "pam/test_faillock_compare.py crowd | | crowd"),
    "honest-crowd-is-locked": (
        "pam_tally2 counted before it knew, and locked busy users",
        "pam/test_parallel.py def all_right(", "pam/test_count.py def all_right(",
        "container/11-parallel.sh 20 parallel right logins are all in"),
    "killed-between-check-and-count": (
        "sshd ends its child at LoginGraceTime: the failure is not recorded",
        "pam/test_kill.py def killed(", "fault/kill_random.c main(",
        "container/12-killed.sh LoginGraceTime", "pam/test_count.py def killed("),
    "account-phase-resets": (
        "sudo without a password, and cron jobs, cleared the count",
        "pam/scripts/account/never-clears look sakura failures=1",
        "pam/test_faillock_compare.py cron-after-slips",
        "pam/test_faillock_compare.py cron-during-lock",
        "container/13-locked.sh none of them ended the lock"),
    "nothing-typed-is-counted": (
        "timeouts, empty and given-up prompts counted as failures",
        "pam/scripts/conversation/aborts failures=0",
        "pam/scripts/conversation/null-answer failures=0",
        "pam/scripts/login/empty failures=0",
        "pam/test_faillock_compare.py prompt-given-up",
        "container/14-unanswered.sh sshd with PermitEmptyPasswords"),
    "junk-from-sshd-is-counted": (
        "sshd sends junk for users that it refuses itself",
        "pam/scripts/tokens/junk junk",
        "container/14-unanswered.sh sshd's DenyUsers: the tally is untouched"),
    "wall-clock-decides": (
        "a clock set back made a lock of minutes last for weeks",
        "pam/test_clock.py def stepped(", "property/prop_tally.c main(",
        "pam/test_faillock_compare.py clock-back-during-lock",
        "container/13-locked.sh wall clock stepped by"),
    "lock-text-tells-who-exists": (
        "the text of a lock came only for names that exist",
        "pam/test_same_answer.py def same_words(",
        "pam/test_same_answer.py def same_times("),
    "noise-locks-the-owner-out": (
        "guesses from the internet locked owners out of their consoles",
        "pam/test_owner.py def lanes(", "pam/test_owner.py def no_refund(",
        "pam/test_parallel.py def owner_beside("),
    "one-connection-many-devices": (
        "OpenSSH let one connection name a device ten thousand times",
        "container/20-one-connection.sh no other does"),
    "device-repeats-a-password": (
        "a phone with a stale password locked its owner out",
        "pam/test_owner.py def phones(",
        "pam/test_owner.py def no_more_guesses("),
    "nobody-can-ask": (
        "no command said whether an account is locked",
        "container/13-locked.sh status exits 5",
        "cli/test_golden.py def main("),
    "lock-stops-keys-and-cron": (
        "a temporary lock stopped ssh keys, cron and running services",
        "pam/scripts/account/locked-out-passes = PAM_SUCCESS",
        "container/13-locked.sh her ssh key goes on",
        "container/13-locked.sh cron runs her jobs"),
    "full-disk-says-nothing": (
        "a full disk locked everybody out, or let everybody in",
        "pam/test_trouble.py def unwritable(", "fault/hosts.c main(",
        "pam/test_faillock_compare.py store-read-only"),
}


def make(as_root=False, **settings):
    """A store with one account."""
    home = store.Store(as_root=as_root, nodelay="yes",
                       **{"deny": "3", **settings})
    home.init()
    home.add("sakura", RIGHT)
    return home


def owner_clears_the_count(check):
    """pam_faillock's tally belonged to the user: a copy of nothing cleared it, and a lock on it hung the login."""
    if os.geteuid() != 0:
        print("owner-clears-the-count: needs root")
        return
    home = make(as_root=True)
    home.crowd("serial", [("sakura", "", f"wrong-{i}") for i in range(3)])
    os.chmod(home.dir, 0o755)
    files = [os.path.join(place, name)
             for part in ("store", "keys", "run", "log")
             for place, _, names in os.walk(home.path(part))
             for name in names]
    check.true(len(files) > 4, f"only {len(files)} files")
    check.equal(as_user(lambda: [f"{what} {path}" for path in files
                                 for what in meddle(path)]), "[]",
                "what a user can do")
    check.equal(home.look("sakura")["locked"], "1", "after meddling")


def as_user(act):
    """What a function returns when an ordinary user calls it, as text."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setresgid(store.USER, store.USER, store.USER)
        os.setresuid(store.USER, store.USER, store.USER)
        os.write(write, repr(act()).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as said:
        done = said.read()
    os.waitpid(child, 0)
    return done


def meddle(path):
    """What the process can do with a file; to lock it it must be open."""
    acts = {"read": lambda: os.open(path, os.O_RDONLY),
            "write": lambda: os.open(path, os.O_WRONLY),
            "change the mode of": lambda: os.chmod(path, 0o666),
            "rename": lambda: os.rename(path, path + ".away"),
            "link": lambda: os.link(path, os.path.join("/tmp", "7id-linked")),
            "empty": lambda: os.truncate(path, 0),
            "remove": lambda: os.unlink(path)}
    for what, act in acts.items():
        try:
            act()
        except OSError:
            continue
        yield what


def one_connection(check):
    """OpenSSH let one connection try thousands of times: a limit of the program's is none of ours."""
    home = make()
    out = home.drive("sakura", [f"=wrong-{i}" for i in range(30)],
                     ["authenticate"] * 30)
    check.equal(out.count("= PAM_AUTH_ERR"), 30, "one connection: codes")
    check.equal(sum(r.get("checked") == "real" for r in home.log()), 3,
                "one connection: checked")


def lock_is_logged_once(check):
    """pam_faillock logged a second lock not at all, and tied its words to the wrong timer."""
    home = make(unlock_time="60", fail_interval="900")
    shift = 0
    for lock in range(1, 4):
        home.crowd("serial", [("sakura", "", f"wrong-{lock}-{i}")
                              for i in range(3)])
        check.equal(home.syslog().count(LOCK_LINE), lock,
                    f"lock {lock}: lines")
        home.crowd("serial", [("sakura", "", RIGHT)] * 3)
        check.equal(home.syslog().count(LOCK_LINE), lock,
                    f"lock {lock}: lines after trying")
        shift += 3600
        home.shift(shift, shift)
    check.equal(sum(bool(r.get("locked_now")) for r in home.log()), 3,
                "locks in the log")


def two_passwords_alternate(check):
    """A device with two saved passwords counts as two failures, not as many."""
    home = make()
    home.crowd("serial", [("sakura", "192.0.2.50", f"stale-{i % 2}")
                          for i in range(500)])
    found = home.look("sakura")
    check.equal((found["failures"], found["locked"]), ("2", "0"),
                "two stale passwords")


# The functions say what went wrong elsewhere.
HERE_PLAYED = {
    "owner-clears-the-count": owner_clears_the_count,
    "one-connection-many-tries": one_connection,
    "lock-is-logged-never-or-twice": lock_is_logged_once,
    "device-alternates-passwords": two_passwords_alternate,
}


def stands(reference):
    """Whether the file of a reference has its text."""
    path, _, text = reference.partition(" ")
    try:
        with open(os.path.join(TOP, path), encoding="utf-8") as file:
            return text in re.sub(r"\s+", " ", file.read())
    except FileNotFoundError:
        return False


def main():
    check = store.Checks()
    for name, (_, *references) in ELSEWHERE.items():
        for reference in references:
            check.true(stands(reference), f"{name}: no more {reference!r}")
    for play in HERE_PLAYED.values():
        play(check)
    print(f"{len(ELSEWHERE) + len(HERE_PLAYED)} weaknesses of lockouts "
          "elsewhere, each with its test: "
          + ", ".join(sorted([*ELSEWHERE, *HERE_PLAYED])))
    check.done()


if __name__ == "__main__":
    main()
