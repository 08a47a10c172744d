#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""No step of the wall clock, by hours or years, either way, makes a lock longer than policy."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
import store  # noqa: E402

RIGHT, WRONG = "right-horse-1", "wrong-horse-1"
UNLOCK = 600
HOUR, DAY, YEAR = 3600, 86400, 365 * 86400
STEPS = (0, 1, -1, 2 * HOUR, -2 * HOUR, 2 * HOUR + 780, -2 * HOUR - 780,
         DAY, -DAY, 80 * YEAR, -30 * YEAR)


def locked(wall):
    """A store with an account that was locked out on a wall clock shifted so."""
    home = store.Store(deny="1", unlock_time=str(UNLOCK), nodelay="yes")
    home.init()
    home.shift(0, wall)
    home.add("sakura", RIGHT)
    home.login("sakura", WRONG)
    return home


def stepped(check, home, first, then):
    """The clock is stepped while locked out."""
    what = f"locked at {first}, stepped to {then}"
    home.shift(UNLOCK // 2, then)
    check.equal(home.login("sakura", RIGHT), "PAM_AUTH_ERR",
                f"{what}: still locked out")
    left = int(home.look("sakura")["left"])
    check.true(0 < left <= UNLOCK // 2 + 1, f"{what}: {left} s left")
    home.shift(UNLOCK + 1, then)
    found = home.look("sakura")
    check.equal((found["locked"], found["reason"]), ("0", "right"),
                f"{what}: over in time")
    check.equal(home.login("sakura", RIGHT), "PAM_SUCCESS",
                f"{what}: let in")


def main():
    check = store.Checks()
    for step in STEPS:
        stepped(check, locked(0), 0, step)
    for step in (DAY, -DAY, -30 * YEAR):
        stepped(check, locked(step), step, 0)
    check.done()


if __name__ == "__main__":
    main()
