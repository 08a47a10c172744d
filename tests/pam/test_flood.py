#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""10,000 invented names leave the store as large as it was made, and logins as fast as before."""
import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
import store  # noqa: E402

# In memory, where no device blurs what the code itself costs.
if os.access("/dev/shm", os.W_OK):
    os.environ["TMPDIR"] = "/dev/shm"

RIGHT = "right-horse-1"
NAMES = 10000
LOGINS = 150
ROUNDS = 3     # of measuring; the best counts, others' work only adds
RATIO = 1.25   # as fast as before


def size(home):
    """Bytes of the store's files, as they say and as they take."""
    stats = [os.stat(os.path.join(place, name))
             for place, _, names in os.walk(home.path("store"))
             for name in names]
    return (sum(stat.st_size for stat in stats),
            sum(stat.st_blocks * 512 for stat in stats), len(stats))


def speed(home):
    """Milliseconds of a good login."""
    return min(statistics.median(ns for _, ns in home.crowd(
        "serial", [("sakura", "192.0.2.7", RIGHT)] * LOGINS))
        for _ in range(ROUNDS)) / 1e6


def main():
    check = store.Checks()
    home = store.Store(deny="3", nodelay="yes")
    home.init()
    home.add("sakura", RIGHT)
    before, fast = size(home), speed(home)
    answers = home.crowd("serial", [
        (f"invented-{i:05}", f"203.0.113.{i % 250}", f"wrong-{i}")
        for i in range(NAMES)])
    after, then = size(home), speed(home)
    print(f"{NAMES} invented names: the store had {before[0]} bytes "
          f"({before[1]} on disk), has {after[0]} ({after[1]}); a good login "
          f"took {fast:.3f} ms, takes {then:.3f} ({then / fast:.2f} times)")
    check.equal({code for code, _ in answers}, {"PAM_AUTH_ERR"}, "codes")
    check.equal(after[2], before[2], "files of the store")
    check.equal(after[0], before[0], "bytes of the store")
    check.true(after[1] <= before[0] + (1 << 20), f"bytes on disk: {after[1]}")
    check.true(then <= fast * RATIO + 0.1, f"{fast} ms before, {then} after")
    check.equal(home.make(("look", "sakura")).count("locked=1"), 0,
                "the account")
    check.done()


if __name__ == "__main__":
    main()
