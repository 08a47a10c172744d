#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tool tells the kernel's audit: an unlock, done or failed, and nothing else."""
import os
import sys

from tool import PASSWORD, Tool, check, done

UID = "1"  # of daemon, everywhere


def main():
    with Tool(sys.argv[1]) as tool:
        capture = os.path.join(tool.dir, "audit")
        env = {"LD_PRELOAD": os.path.abspath(sys.argv[2]),
               "AUDIT_CAPTURE": capture}

        def run(*args, code=0, **more):
            tool.run(*args, env=env, code=code, **more)

        run("init")
        run("add", "daemon", "--password-stdin", given=PASSWORD + "\n")
        run("add", "sakura", "--counts-only")
        run("lock", "daemon")
        run("unlock", "daemon")
        run("unlock", "sakura", "daemon", "--reason", "badge shown")
        run("unlock", "nobody-knows-7", code=3)
        run("faillock", "--user", "sakura", "--reset")
        with open(capture, encoding="utf-8") as file:
            lines = file.read().splitlines()
        tail = "hostname=? terminal=? res=1"
        check(lines == [
            f"1102 op=7id-unlock acct=daemon id={UID} {tail}",
            f"1102 op=7id-unlock acct=sakura id=-1 {tail}",
            f"1102 op=7id-unlock acct=daemon id={UID} {tail}",
            f"1102 op=7id-unlock acct=sakura id=-1 {tail}"], lines)
    done()


main()
