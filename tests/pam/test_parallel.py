#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""However many guess at once, exactly `deny` of them are checked; however many are right at once, none is told wrong."""
import os
import random
import shutil
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
import store  # noqa: E402

RIGHT = "right-horse-1"
CROWDS = (2, 20, 200)
DENIES = (1, 3, 5, 10)
ROUNDS = 50
SOAK = int(os.environ.get("PARALLEL_CROWD", "0"))  # one such crowd instead

# Tens of thousands of logins: in memory, where there is enough of it.
if os.access("/dev/shm", os.W_OK) and \
        shutil.disk_usage("/dev/shm").free > 400 << 20:
    os.environ["TMPDIR"] = "/dev/shm"


def make(deny, memlimit="4M", names=("sakura",)):
    """A store with accounts."""
    home = store.Store(deny=str(deny), nodelay="yes", memlimit=memlimit)
    home.init()
    home.make(*(("add", name, RIGHT, "") for name in names))
    return home


def judge(check, what, deny, answers, log, found):
    """What came of a crowd of different wrong guesses at one account."""
    codes = [code for code, _ in answers]
    want = min(deny, len(answers))
    real = [r for r in log if r.get("checked") == "real"]
    check.equal(len(log), len(answers), f"{what}: records in the log")
    check.equal(len(real), want, f"{what}: real verifiers checked")
    check.true(all(r["reason"] == "wrong" for r in real),
               f"{what}: reasons of the real ones")
    check.equal(sorted(r["failures"] for r in real),
                list(range(1, want + 1)), f"{what}: counted one by one")
    check.true(all(r["reason"] in ("locked-out", "busy") for r in log
                   if r.get("checked") != "real"),
               f"{what}: reasons of the others")
    locks = "1" if want == deny else "0"
    check.equal(sum(1 for r in log if r.get("locked_now")), int(locks),
                f"{what}: locks set")
    check.true(set(codes) <= {"PAM_AUTH_ERR", "PAM_AUTHINFO_UNAVAIL"},
               f"{what}: codes {set(codes)}")
    check.equal(codes.count("PAM_AUTHINFO_UNAVAIL"),
                sum(1 for r in log if r["reason"] == "busy"),
                f"{what}: told busy")
    check.equal((found["failures"], found["pending"], found["locked"],
                 found["episode"]), (str(want), "0", locks, locks),
                f"{what}: recorded")


def guess(check, deny, crowd, rounds, memlimit="8K"):
    """So many different wrong guesses at once, at one account after another."""
    names = [f"sakura{i:02}" for i in range(rounds)]
    home = make(deny, memlimit, names)
    began = time.monotonic()
    answers = home.waves("parallel", [
        [(name, "", f"wrong-horse-{i}") for i in range(crowd)]
        for name in names])
    took = time.monotonic() - began
    found = home.looks(names)
    log = {name: [] for name in names}
    for record in home.log():
        log[record["user"]].append(record)
    for i, name in enumerate(names):
        judge(check, f"deny {deny}, {crowd} guesses, round {i}", deny,
              answers[i * crowd:(i + 1) * crowd], log[name], found[name])
    shutil.rmtree(home.dir)
    most = max(sum(r.get("checked") == "real" for r in log[name])
               for name in names)
    return f"{most} of {crowd} ({took:.1f} s)"


def crowds(check, sizes, rounds):
    """The whole matrix, and what it showed."""
    for deny in DENIES:
        most = [guess(check, deny, crowd, rounds) for crowd in sizes]
        print(f"deny {deny}, {rounds} times each: checked at most "
              + ", ".join(most))


def guess_unknown(check):
    """A name that nobody knows: dummies all, and told apart from nobody."""
    home = make(3)
    answers = home.crowd("parallel", [("nobody-knows-7", "", f"wrong-{i}")
                                      for i in range(20)])
    check.equal({code for code, _ in answers}, {"PAM_AUTH_ERR"},
                "unknown: codes")
    check.equal({r["checked"] for r in home.log()}, {"dummy"},
                "unknown: checked")


def all_right(check, deny, failures, crowd, source, memlimit="4M"):
    """So many right logins at once after so many failures."""
    what = f"deny {deny}, {failures} failures, {crowd} right logins, " \
           f"source {source!r}"
    home = make(deny, memlimit)
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


def mixed(check, deny, crowd, memlimit):
    """Right and wrong ones together from different sources: the lock comes at `deny`, and no right one is told wrong."""
    what = f"deny {deny}, {crowd} right and {crowd} wrong"
    home = make(deny, memlimit)
    jobs = [("sakura", f"192.0.2.{i}", RIGHT) for i in range(crowd)] \
        + [("sakura", f"203.0.113.{i}", f"wrong-horse-{i}")
           for i in range(crowd)]
    random.shuffle(jobs)
    answers = home.crowd("parallel", jobs)
    log = home.log()
    right = [r for r in log if r["rhost"].startswith("192.0.2.")]
    wrong = [r for r in log if r["rhost"].startswith("203.0.113.")]
    check.equal((len(right), len(wrong)), (crowd, crowd), f"{what}: records")
    check.equal(sum(r.get("checked") == "real" for r in wrong), deny,
                f"{what}: wrong ones checked")
    check.equal(sum(r.get("locked_now", False) for r in log), 1,
                f"{what}: locks set")
    check.true({r["reason"] for r in wrong}
               <= {"wrong", "locked-out", "busy"},
               f"{what}: reasons of the wrong")
    check.true({r["reason"] for r in right}
               <= {"right", "locked-out", "busy"},
               f"{what}: reasons of the right")
    let_in = [job for job, (code, _) in zip(jobs, answers)
              if code == "PAM_SUCCESS"]
    check.true(all(password == RIGHT for _, _, password in let_in),
               f"{what}: who is let in")
    check.equal(len(let_in), sum(r["reason"] == "right" for r in right),
                f"{what}: good logins")
    check.equal(home.look("sakura")["failures"], str(deny),
                f"{what}: recorded")


def owner_beside(check, deny, crowd, memlimit):
    """The owner at a known address beside strangers: let in, every time, while they lock themselves out."""
    what = f"deny {deny}, owner beside {crowd} strangers"
    home = make(deny, memlimit)
    home.crowd("serial", [("sakura", "192.0.2.7", RIGHT)])
    jobs = [("sakura", "192.0.2.7", RIGHT)] * crowd \
        + [("sakura", f"203.0.113.{i}", f"wrong-horse-{i}")
           for i in range(crowd)]
    random.shuffle(jobs)
    answers = home.crowd("parallel", jobs)
    codes = [code for (_, _, password), (code, _) in zip(jobs, answers)
             if password == RIGHT]
    check.equal({code: codes.count(code) for code in set(codes)},
                {"PAM_SUCCESS": crowd}, f"{what}: owner's logins")
    wrong = [r for r in home.log() if r["rhost"].startswith("203.")]
    check.equal(sum(r.get("checked") == "real" for r in wrong), deny,
                f"{what}: wrong ones checked")
    found = home.look("sakura")
    check.equal((found["failures"], found["locked"]), (str(deny), "1"),
                f"{what}: recorded")


def main():
    check = store.Checks()
    if SOAK:
        crowds(check, (SOAK,), 10)
        check.done()
    crowds(check, CROWDS, ROUNDS)
    guess(check, 3, 20, 3, "4M")  # long enough to overlap
    guess_unknown(check)
    for source in ("", "192.0.2.7"):
        all_right(check, 3, 2, 64, source)
        all_right(check, 3, 2, 200, source, "8K")
        all_right(check, 10, 9, 200, source, "8K")
    all_right(check, 1, 0, 24, "")
    for deny in DENIES:
        mixed(check, deny, 20, "4M")
        mixed(check, deny, 100, "8K")
        owner_beside(check, deny, 100, "8K")
    check.done()


if __name__ == "__main__":
    main()
