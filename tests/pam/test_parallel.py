#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""However many guess at once, exactly `deny` of them are checked; however many are right at once, none is told wrong."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
import store  # noqa: E402

RIGHT = "right-horse-1"


def make(deny):
    """A store with one account."""
    home = store.Store(deny=str(deny), nodelay="yes", memlimit="4M")
    home.init()
    home.add("sakura", RIGHT)
    return home


def guess(check, deny, crowd):
    """So many different wrong guesses at once."""
    what = f"deny {deny}, {crowd} guesses"
    home = make(deny)
    answers = home.crowd("parallel", [("sakura", "", f"wrong-horse-{i}")
                                      for i in range(crowd)])
    codes = [code for code, _ in answers]
    log = home.log()
    real = [r for r in log if r.get("checked") == "real"]
    check.equal(len(log), crowd, f"{what}: records in the log")
    check.equal(len(real), deny, f"{what}: real verifiers checked")
    check.true(all(r["reason"] == "wrong" for r in real),
               f"{what}: reasons of the real ones")
    check.equal(sorted(r["failures"] for r in real),
                list(range(1, deny + 1)), f"{what}: counted one by one")
    check.true(all(r["reason"] in ("locked-out", "busy") for r in log
                   if r not in real), f"{what}: reasons of the others")
    check.equal(sum(1 for r in log if r.get("locked_now")), 1,
                f"{what}: locks set")
    check.true(set(codes) <= {"PAM_AUTH_ERR", "PAM_AUTHINFO_UNAVAIL"},
               f"{what}: codes {set(codes)}")
    check.equal(codes.count("PAM_AUTHINFO_UNAVAIL"),
                sum(1 for r in log if r["reason"] == "busy"),
                f"{what}: told busy")
    found = home.look("sakura")
    check.equal((found["failures"], found["pending"], found["locked"],
                 found["episode"]), (str(deny), "0", "1", "1"),
                f"{what}: recorded")


def guess_unknown(check):
    """A name that nobody knows: dummies all, and told apart from nobody."""
    home = make(3)
    answers = home.crowd("parallel", [("nobody-knows-7", "", f"wrong-{i}")
                                      for i in range(20)])
    check.equal({code for code, _ in answers}, {"PAM_AUTH_ERR"},
                "unknown: codes")
    check.equal({r["checked"] for r in home.log()}, {"dummy"},
                "unknown: checked")


def all_right(check, deny, failures, crowd, source):
    """So many right logins at once after so many failures."""
    what = f"deny {deny}, {failures} failures, {crowd} right logins, " \
           f"source {source!r}"
    home = make(deny)
    home.crowd("serial", [("sakura", source, f"wrong-horse-{i}")
                          for i in range(failures)])
    check.equal(home.look("sakura")["failures"], str(failures),
                f"{what}: before")
    answers = home.crowd("parallel", [("sakura", source, RIGHT)] * crowd)
    codes = [code for code, _ in answers]
    check.equal({code: codes.count(code) for code in set(codes)},
                {"PAM_SUCCESS": crowd}, what)
    found = home.look("sakura")
    check.equal((found["failures"], found["pending"], found["locked"]),
                ("0", "0", "0"), f"{what}: afterwards")


def mixed(check):
    """Right and wrong together: the right are never told wrong unless a lock came first."""
    home = make(5)
    jobs = [("sakura", "", RIGHT if i % 2 else f"wrong-horse-{i}")
            for i in range(60)]
    answers = home.crowd("parallel", jobs)
    log = home.log()
    wrong = [r for r in log if r["reason"] == "wrong"]
    good = [r for r in log if r["reason"] == "right"]
    check.equal(len(good), sum(code == "PAM_SUCCESS" for code, _ in answers),
                "mixed: good logins")
    check.true(not any(code == "PAM_SUCCESS" and i % 2 == 0
                       for i, (code, _) in enumerate(answers)),
               "mixed: no wrong one is let in")
    # A good login without a source clears once a window: at most twice deny.
    check.true(len(wrong) <= 10, f"mixed: {len(wrong)} wrong ones checked")
    check.true({r["reason"] for r in log}
               <= {"right", "wrong", "locked-out", "busy"}, "mixed: reasons")


def main():
    check = store.Checks()
    for deny, crowd in ((3, 20), (3, 200), (1, 40), (5, 40), (10, 40)):
        guess(check, deny, crowd)
    guess_unknown(check)
    all_right(check, 3, 2, 64, "")
    all_right(check, 3, 2, 64, "192.0.2.7")
    all_right(check, 1, 0, 24, "")
    mixed(check)
    check.done()


if __name__ == "__main__":
    main()
