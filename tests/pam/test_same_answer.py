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

NAMED = ("unknown", "wrong", "locked", "held", "disabled", "expired",
         "repeated", "old")
# What is typed for an account, and for a name that is nobody's: a code that was
# never given, one with a slip, a request, one that was right before.
CODES = ("forged", "nobodys", "slip", "asked", "spent")
KINDS = NAMED + CODES
STRANGERS = ("unknown", "nobodys")
NAMES = 40    # of each kind, so that deny = 16 is never reached
SAMPLES = 13  # of each name: of a wrong one each another password
ROUNDS = 3    # one must show no difference
P = 0.01
MEMLIMIT = "1M"  # a 64th of what is set by itself: quick, but no more than that
RIGHT, WRONG, NEW = "right-horse-1", "wrong-horse-1", "newer-horse-2"


def names(kind, number=0):
    """The names of a kind, all of one length; unknown ones are new each round."""
    if kind not in STRANGERS:
        number = 0
    return [f"{kind:_<8}{number}{i:02}" for i in range(NAMES)]


def make(lang):
    """A store with accounts of every kind; those to be locked are locked."""
    home = store.Store(lang=lang, deny="1", unlock_time="7d", nodelay="yes",
                       memlimit=MEMLIMIT)
    home.init()
    home.make(*(("add", name, RIGHT,
                 kind if kind in ("held", "disabled", "expired") else "")
                for kind in KINDS if kind not in STRANGERS
                for name in names(kind)))
    home.crowd("serial", [(name, "", WRONG) for name in names("locked")])
    home.configure(deny="16")
    home.crowd("serial", [(name, "", WRONG) for name in names("repeated")])
    for name in names("old"):
        home.drive(name, ["=" + RIGHT, "=" + NEW, "=" + NEW],
                   calls=["chauthtok"])
    home.forged = home.make(("forge", "unlock")).strip()
    home.spent = dict(zip(names("spent"), home.make(
        *(("code", name, "unlock", "600") for name in names("spent"))).split()))
    home.crowd("serial", [(name, "", code)
                          for name, code in home.spent.items()])
    return home


def slip(code):
    """The code with another check symbol."""
    return code[:-1] + ("0" if code[-1] != "0" else "1")


def typed(home, kind, name, number=0):
    """The right password where it is refused all the same; the old one, too."""
    if kind in ("unknown", "wrong"):
        return f"wrong-horse-{number:02}"
    return {"repeated": WRONG, "forged": home.forged, "nobodys": home.forged,
            "slip": slip(home.forged), "asked": "7R-RESET",
            "spent": home.spent.get(name)}.get(kind, RIGHT)


def transcript(home, check, name, authtok, what):
    """What a refusal says, without its reference."""
    out = home.drive(name, ["=" + authtok], options=["--delay", "--env"])
    found = re.findall(r"7iD ([0-9A-Z]{8}):", out)
    check.equal(len(found), 1, f"{what}: references")
    check.true("PAM_AUTH_ERR" in out, f"{what}: refused")
    return out.replace(found[0], "REF") if found else out


def same_words(home, check, lang):
    """One transcript for every kind of name, whatever is typed."""
    said = {kind: transcript(home, check, names(kind)[0],
                             typed(home, kind, names(kind)[0]),
                             f"{lang} {kind}") for kind in NAMED}
    for kind in NAMED:
        check.equal(said[kind], said["unknown"], f"{lang} {kind}: transcript")
    failed = said["unknown"]
    for authtok in (home.forged, slip(home.forged), "7R-RESET",
                    home.make(("forge", "reset")).strip(),
                    home.make(("forge", "saved")).strip(),
                    home.make(("forge", "confirm")).strip(),
                    home.make(("forge", "void")).strip()):
        what = f"{lang} {authtok}"
        said = {kind: transcript(home, check, names(kind)[1], authtok,
                                 f"{what} {kind}") for kind in NAMED}
        for kind in NAMED:
            check.equal(said[kind], said["unknown"], f"{what} {kind}")
        check.equal(said["unknown"] == failed,
                    authtok not in (slip(home.forged), "7R-RESET"),
                    f"{what}: the text of every refusal")


def right_code(home, check):
    """An unlock code that is right differs by its text, and by nothing else."""
    name = names("wrong")[2]
    code = home.make(("code", name, "unlock", "600")).strip()
    out = transcript(home, check, name, code, "right code")
    check.true("the account is unlocked" in out, "right code: told so")
    wrong = transcript(home, check, names("unknown")[2], home.forged, "forged")
    check.equal([line for line in out.splitlines() if "REF" not in line],
                [line for line in wrong.splitlines() if "REF" not in line],
                "right code: the rest of the transcript")


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
    jobs = [(kind, name, typed(home, kind, name, i)) for kind in KINDS
            for name in names(kind, number) for i in range(SAMPLES)]
    random.shuffle(jobs)
    answers = home.crowd("serial", [(name, "", authtok)
                                    for _, name, authtok in jobs])
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
    pairs = [(a, b) for kinds in (NAMED, CODES)
             for i, a in enumerate(kinds) for b in kinds[i + 1:]]
    pairs.append(("wrong", "forged"))
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
    right_code(home, check)
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
