#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts a meson test log: shows what proofs measured, says why tests were skipped, prints "PASSED FAILED SKIPPED" last."""
import json
import sys


# Suites and tests whose figures are shown.
PROOFS = ("7id:fault ", "7id:fuzz ", "7id:pam / parallel",
          "7id:pam / memory", "7id:pam / owner", "7id:pam / flood",
          "7id:pam / faillock_compare", "7id:pam / weakness")


def figures(test):
    """What a proof says of itself, its count of checks left out."""
    return [line for line in test.get("stdout", "").split("\n")
            if line.strip() and "checks passed" not in line]


def last_line(test):
    """What a test said last: the reason, when it was skipped."""
    said = (test.get("stdout", "") + "\n" + test.get("stderr", "")).split("\n")
    said = [line.strip() for line in said if line.strip()]
    return said[-1] if said else "it gave no reason"


def main():
    passed = failed = skipped = 0
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        for line in log:
            test = json.loads(line)
            status = test.get("returncode")
            if test.get("result") == "OK" and status == 0:
                passed += 1
                if test["name"].startswith(PROOFS):
                    for line in figures(test):
                        print(f"    {line}")
            elif test.get("result") == "SKIP" and status == 77:
                skipped += 1
                print(f"skipped: {test['name']}: {last_line(test)}")
            else:
                failed += 1
                print(f"failed: {test['name']} ({test.get('result')})")
    print(passed, failed, skipped)


if __name__ == "__main__":
    main()
