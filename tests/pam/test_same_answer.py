#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nobody can tell why a login is refused: the same words byte for byte, and times that no test tells apart."""
import math
import os
import random
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
import store  # noqa: E402

# In memory, where no device blurs what the code itself costs.
if os.access("/dev/shm", os.W_OK):
    os.environ["TMPDIR"] = "/dev/shm"

KINDS = ("unknown", "wrong", "locked", "held", "disabled", "expired",
         "repeated", "old")
NAMES = 40    # of each kind, so that deny = 16 is never reached
SAMPLES = 13  # of each name: of a wrong one each another password
ROUNDS = 3    # one must show no difference
P = 0.01
MEMLIMIT = "1M"  # a 64th of what is set by itself: quick, but no more than that
RIGHT, WRONG, NEW = "right-horse-1", "wrong-horse-1", "newer-horse-2"


def names(kind, number=0):
    """The names of a kind, all of one length; unknown ones are new each round."""
    if kind != "unknown":
        number = 0
    return [f"{kind:_<8}{number}{i:02}" for i in range(NAMES)]


def make(lang):
    """A store with accounts of every kind; those to be locked are locked."""
    home = store.Store(lang=lang, deny="1", unlock_time="7d", nodelay="yes",
                       memlimit=MEMLIMIT)
    home.init()
    home.make(*(("add", name, RIGHT,
                 kind if kind in ("held", "disabled", "expired") else "")
                for kind in KINDS if kind != "unknown"
                for name in names(kind)))
    home.crowd("serial", [(name, "", WRONG) for name in names("locked")])
    home.configure(deny="16")
    home.crowd("serial", [(name, "", WRONG) for name in names("repeated")])
    for name in names("old"):
        home.drive(name, ["=" + RIGHT, "=" + NEW, "=" + NEW],
                   calls=["chauthtok"])
    return home


def password(kind, number=0):
    """The right one where it is refused all the same; the old one, too."""
    if kind in ("unknown", "wrong"):
        return f"wrong-horse-{number:02}"
    return WRONG if kind == "repeated" else RIGHT


def same_words(home, check, lang):
    """One transcript for every kind."""
    said = {}
    for kind in KINDS:
        out = home.drive(names(kind)[0], ["=" + password(kind)],
                         options=["--delay", "--env"])
        found = re.findall(r"7iD ([0-9A-Z]{8}):", out)
        check.equal(len(found), 1, f"{lang} {kind}: references")
        said[kind] = out.replace(found[0], "REF") if found else out
        check.true("PAM_AUTH_ERR" in out, f"{lang} {kind}: refused")
        check.equal(said[kind], said[KINDS[0]], f"{lang} {kind}: transcript")


def ks_p(one, two):
    """The p value of the two-sample Kolmogorov-Smirnov test."""
    one, two = sorted(one), sorted(two)
    i = j = 0
    most = 0.0
    while i < len(one) and j < len(two):
        at = min(one[i], two[j])
        while i < len(one) and one[i] == at:
            i += 1
        while j < len(two) and two[j] == at:
            j += 1
        most = max(most, abs(i / len(one) - j / len(two)))
    root = math.sqrt(len(one) * len(two) / (len(one) + len(two)))
    x = (root + 0.12 + 0.11 / root) * most
    if x < 0.2:
        return 1.0
    return min(1.0, max(0.0, 2 * sum((-1) ** (k - 1)
                                     * math.exp(-2 * k * k * x * x)
                                     for k in range(1, 101))))


def measure(home, number):
    """Times of each kind, in microseconds, taken in random order."""
    home.make(*(("unlock", name) for name in names("wrong")))
    jobs = [(kind, name, password(kind, i)) for kind in KINDS
            for name in names(kind, number) for i in range(SAMPLES)]
    random.shuffle(jobs)
    answers = home.crowd("serial", [(name, "", typed)
                                    for _, name, typed in jobs])
    times = {kind: [] for kind in KINDS}
    for (kind, *_), (code, taken) in zip(jobs, answers):
        if code != "PAM_AUTH_ERR":
            sys.exit(f"{kind}: {code}")
        times[kind].append(taken / 1000)
    return times


def same_times(home, number):
    """Whether no pair of kinds differs; prints every p value."""
    times = measure(home, number)
    for kind in KINDS:
        ordered = sorted(times[kind])
        print(f"{kind:9} {len(ordered)} samples, median "
              f"{ordered[len(ordered) // 2]:.0f} us")
    pairs = [(a, b) for i, a in enumerate(KINDS) for b in KINDS[i + 1:]]
    p_values = {pair: ks_p(times[pair[0]], times[pair[1]]) for pair in pairs}
    for (a, b), p in p_values.items():
        print(f"  {a:9} {b:9} p = {p:.4f}")
    return min(p_values.values()) > P


def self_test(check):
    """The test of times can fail, and does not when nothing differs."""
    draw = random.Random(7)
    one = [draw.gauss(100, 10) for _ in range(500)]
    check.true(ks_p(one, [draw.gauss(100, 10) for _ in range(500)]) > P,
               "KS: the same distribution")
    check.true(ks_p(one, [draw.gauss(105, 10) for _ in range(500)]) < P,
               "KS: half a standard deviation apart")


def main():
    check = store.Checks()
    self_test(check)
    home = make("ja")
    same_words(home, check, "ja")
    home = make("en")
    same_words(home, check, "en")
    for number in range(1, ROUNDS + 1):
        print(f"round {number}")
        if same_times(home, number):
            check.true(True, "times")
            break
    else:
        check.true(False, f"times differ in each of {ROUNDS} rounds")
    check.done()


if __name__ == "__main__":
    main()
