#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Strangers and forgotten phones do not lock the owner out, and the owner's logins refund no stranger's guess."""
import collections
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
import store  # noqa: E402

# Thousands of logins, each with its two writes.
if os.access("/dev/shm", os.W_OK):
    os.environ["TMPDIR"] = "/dev/shm"

OLD, RIGHT, NEVER = "right-horse-1", "right-horse-2", "other-horse-3"
HOME, CAFE, STRANGER = "192.0.2.7", "198.51.100.20", "203.0.113.9"
ROOT = os.geteuid() == 0
WINDOW, LOCK = 900, 600


class Site:
    """One account, whose password was changed once, on clocks that go on."""

    def __init__(self, deny=5, as_root=False, **settings):
        self.home = store.Store(as_root=as_root, deny=str(deny), nodelay="yes",
                                **settings)
        self.home.init()
        self.home.add("sakura", OLD)
        # Root is not asked for the current one.
        words = [OLD] * (not as_root) + [RIGHT, RIGHT]
        self.home.drive("sakura", ["=" + word for word in words],
                        ["chauthtok"])
        self.home.forget_logs()
        self.time = 0

    def after(self, seconds):
        """Both clocks go on."""
        self.time += seconds
        self.home.shift(self.time, self.time)

    def try_in(self, *jobs):
        """Logins one after the other, (source, password[, tty]) each; their codes."""
        return [code for code, _ in self.home.crowd(
            "serial", [("sakura", *job) for job in jobs])]

    def reasons(self, source):
        """How often each reason was given to a source."""
        return collections.Counter(
            record["reason"] for record in self.home.log()
            if record.get("rhost", "") == source)

    def failures(self):
        """In the remote lane's window."""
        return int(self.home.look("sakura")["failures"])


def phone(check, source, password, reasons, owner, every=5):
    """A phone sends one password 500 times, every five minutes, beside its owner's good logins."""
    what = f"phone from {source or 'nowhere'} with {password}, owner from " \
           f"{', '.join(place or 'nowhere' for place in owner)}"
    site = Site()
    codes = collections.Counter()
    most = 0
    for i in range(500):
        site.after(300)
        codes[site.try_in((source, password))[0]] += 1
        if i % every == 0:
            most = max(most, site.failures())
            check.equal(set(site.try_in(*((place, RIGHT)
                                          for place in owner))),
                        {"PAM_SUCCESS"}, f"{what}: owner, after {i}")
    log = site.home.log()
    check.equal(codes, {"PAM_AUTH_ERR": 500}, f"{what}: codes")
    check.true(not any(r.get("locked_now") for r in log), f"{what}: locks")
    said = collections.Counter(r["reason"] for r in log
                               if r["reason"] != "right")
    reasons(said, most)
    print(f"{what}: 500 tries: " + ", ".join(
        f"{times} {reason}" for reason, times in sorted(said.items()))
        + f"; at most {most} in the window, never locked")


def phones(check):
    """A previous password, and one that was never right."""
    def old(said, most):
        check.equal((said, most), ({"old-password": 500}, 0), "old phone")

    def never(said, most):
        check.equal((said, most), ({"wrong": 1, "repeated": 499}, 1),
                    "phone that was never right")

    def beside(said, most):
        # Each good login from there makes it count once more, and forgets it.
        check.equal(set(said), {"wrong", "repeated"}, "phone at home")
        check.true(said["wrong"] <= 101 and most <= 1, f"phone at home: {said}")

    def nowhere(said, most):
        check.equal(set(said), {"wrong", "repeated"}, "phone from nowhere")
        check.true(said["wrong"] <= 11 and most <= 1,
                   f"phone from nowhere: {said}, {most}")

    phone(check, CAFE, OLD, old, [HOME, ""])
    phone(check, CAFE, NEVER, never, [HOME, ""])
    phone(check, HOME, OLD, old, [HOME])
    phone(check, HOME, NEVER, beside, [HOME])
    phone(check, "", NEVER, nowhere, [""], 50)


def checked_passwords(site, jobs):
    """The different passwords of the last crowd that met the real verifier."""
    typed = dict(zip(site.home.pids, (job[2] for job in jobs)))
    return {typed[record["pid"]] for record in site.home.log()
            if record.get("checked") == "real"}


def no_more_guesses(check, deny):
    """Repeats and previous passwords in between let nobody check more than `deny` different ones."""
    what = f"deny {deny}"
    site = Site(deny)
    counted = 0
    for i in range(3 * deny):
        guess = f"wrong-horse-{i}"
        codes = site.try_in((STRANGER, guess), (STRANGER, OLD),
                            (STRANGER, guess), (STRANGER, guess))
        counted = sum(reason == "wrong"
                      for reason in map(lambda r: r["reason"],
                                        site.home.log()))
        check.equal(set(codes), {"PAM_AUTH_ERR"}, f"{what}: codes")
    log = site.home.log()
    check.equal(counted, deny, f"{what}: counted")
    check.equal(sum(r.get("checked") == "real" and r["reason"] == "wrong"
                    for r in log), deny, f"{what}: different ones checked")
    # Repeats before the lock, none of them of a password not yet counted.
    check.equal(sum(r["reason"] == "repeated" for r in log), 2 * (deny - 1),
                f"{what}: repeats")
    check.equal(sum(r["reason"] == "old-password" for r in log), deny - 1,
                f"{what}: previous ones")
    for crowd in range(3):
        site = Site(deny)
        jobs = [("sakura", STRANGER, f"wrong-{crowd}-{i % 20}")
                for i in range(100)]
        site.home.crowd("parallel", jobs)
        found = checked_passwords(site, jobs)
        check.true(len(found) <= deny,
                   f"{what}: 20 passwords 5 times at once: {sorted(found)}")
        check.equal(site.reasons(STRANGER)["wrong"], deny,
                    f"{what}: counted of them")


def no_refund(check):
    """What a stranger has guessed stays guessed, whatever the owner does elsewhere."""
    deny = 5
    owners = {"known address": (HOME, RIGHT), "new address": (CAFE, RIGHT),
              "sudo": ("", RIGHT, "pts/3"), "su": ("", RIGHT),
              "loopback": ("127.0.0.1", RIGHT)}
    for who, owner in owners.items():
        site = Site(deny)
        site.try_in((HOME, RIGHT))
        for guess in range(1, deny):
            site.try_in((STRANGER, f"wrong-horse-{guess}"))
            check.equal(set(site.try_in(owner, owner, owner)),
                        {"PAM_SUCCESS"}, f"{who}: let in beside {guess}")
            check.equal(site.failures(), guess, f"{who}: counted {guess}")
        site.try_in((STRANGER, f"wrong-horse-{deny}"))
        found = site.home.look("sakura")
        check.equal((found["failures"], found["locked"]), (str(deny), "1"),
                    f"{who}: locked at the limit")
        check.equal(site.reasons(STRANGER), {"wrong": deny},
                    f"{who}: checked")


def polling(check):
    """A mail program that logs in well every minute leaves a patient stranger with `deny` guesses a lock."""
    site = Site(3)
    guesses = 0
    for minute in range(120):
        site.after(60)
        codes = site.try_in((HOME, RIGHT), (STRANGER, f"wrong-{minute}"))
        check.equal(codes[0], "PAM_SUCCESS", f"polling: minute {minute}")
        guesses = site.reasons(STRANGER)["wrong"]
    locks = sum(bool(r.get("locked_now")) for r in site.home.log())
    check.equal(guesses, 3 * locks + int(site.failures()) * (
        site.home.look("sakura")["locked"] == "0"), "polling: guesses")
    # 10, 20, 40, 60 minutes: with three minutes of guessing before each.
    check.true(locks <= 5, f"polling: {locks} locks")
    print(f"a guess a minute for two hours beside a polling owner: {guesses} "
          f"checked, {locks} locks")


def without_source(check):
    """Where nothing tells owner and stranger apart, a good login forgets at most once a window."""
    site = Site(3)
    guesses = 0
    for i in range(20):
        site.try_in(("", f"wrong-{i}"), ("", f"wrong-too-{i}"), ("", RIGHT))
    guesses = site.reasons("")["wrong"]
    check.true(guesses < 2 * 3, f"without a source: {guesses} checked")


def flood(home_of, **settings):
    """A site whose owner is known, and has been guessed at a thousand times from elsewhere."""
    site = home_of(3, as_root=ROOT, **settings)
    site.try_in((HOME, RIGHT))
    jobs = [(f"203.0.113.{i % 250 + 1}", f"wrong-horse-{i}")
            for i in range(20)]
    for _ in range(50):
        site.try_in(*jobs)
        site.after(4000)
    site.after(-4000)  # while the last lock lasts
    return site


def lanes(check):
    """1,000 remote failures leave the console and a known address open, unless there are no lanes."""
    site = flood(Site)
    found = site.home.look("sakura")
    check.equal("1" in (found["locked"], found["held"]), True,
                f"lanes: remote is locked: {found}")
    check.equal(site.try_in((CAFE, RIGHT)), ["PAM_AUTH_ERR"],
                "lanes: another address")
    check.equal(site.try_in((HOME, RIGHT)), ["PAM_SUCCESS"],
                "lanes: the known address")
    if ROOT:
        check.equal(site.try_in(("", RIGHT, "tty1")), ["PAM_SUCCESS"],
                    "lanes: the console")
    tried = sum(r["verdict"] == "deny" for r in site.home.log())
    check.true(tried >= 1000, f"lanes: {tried} failures")
    site = flood(Site, lanes="no")
    for where in ((HOME, RIGHT), ("", RIGHT, "tty1"), (CAFE, RIGHT)):
        check.equal(site.try_in(where), ["PAM_AUTH_ERR"],
                    f"lanes = no: from {where}")


def which_lane(check):
    """What makes a lane, as DESIGN has it: each after a good login from there."""
    rows = (("numeric address", "known", ("192.0.2.9",)),
            ("IPv6 address", "known", ("2001:db8::5",)),
            ("a name", "remote", ("host.example",)),
            ("loopback", "remote", ("127.0.0.1",)),
            ("IPv6 loopback", "remote", ("::1",)),
            ("a shared proxy", "remote", ("198.51.100.77",)),
            ("su", "remote", ("", "pts/3")),
            ("cron", "remote", ("", "cron")),
            ("no terminal", "remote", ("",)),
            ("console", "console" if ROOT else "remote", ("", "tty1")),
            ("serial console", "console" if ROOT else "remote",
             ("", "/dev/ttyS0")),
            ("a terminal and a source", "known", ("192.0.2.10", "tty1")))
    for what, lane, (source, *tty) in rows:
        site = Site(as_root=ROOT, shared_sources="198.51.100.0/24")
        for _ in range(2):
            site.try_in((source, RIGHT, *tty))
        check.equal([r["lane"] for r in site.home.log()],
                    ["console" if lane == "console" else "remote", lane],
                    f"lane of {what}")


def main():
    check = store.Checks()
    phones(check)
    for deny in (1, 3, 5, 10):
        no_more_guesses(check, deny)
    no_refund(check)
    polling(check)
    without_source(check)
    lanes(check)
    which_lane(check)
    check.done()


if __name__ == "__main__":
    main()
