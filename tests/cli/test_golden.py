#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store that version 1 wrote opens, is sound, lets in and goes on counting."""
import os
import sys
import tarfile

from tool import PASSWORD, Tool, check, done

# `7idctl init --accounts 10`, alice and bob with PASSWORD, bob with two
# failures and then locked; of the counts of unknown names only the first file. Never edited: a
# later version adds another.
GOLDEN = os.path.join(os.path.dirname(__file__), "../data/store-v1.tar.gz")


def login(tool, name, given, code):
    return tool.json("test-login", name, "--password-stdin", "--confdir",
                     tool.dir + "/pam.d", given=given + "\n", code=code)


def main():
    with Tool(sys.argv[1]) as tool, tarfile.open(GOLDEN) as golden:
        for member in golden.getmembers():
            member.uid, member.gid = os.geteuid(), os.getegid()
            golden.extract(member, tool.dir)
        os.mkdir(tool.dir + "/pam.d")
        os.mkdir(tool.dir + "/tmp")
        line = f"{os.path.abspath(sys.argv[2])} conf={tool.conf} nodelay\n"
        with open(tool.dir + "/pam.d/sshd", "w", encoding="ascii") as file:
            file.write(f"auth required {line}account required {line}")
        document = tool.json("store", "repair")
        check(document["mended"] == 63 and document["sound"], document)
        stats = tool.json("store", "stats")
        check((stats["version"], stats["accounts"], stats["shards"]) ==
              (1, 2, 16), stats)
        check(login(tool, "alice", PASSWORD, 0)["can_login"], "alice")
        shown = tool.json("show", "bob")
        check((shown["state"], shown["last_bad"][:4]) == ("held", "2026"),
              shown)
        login(tool, "bob", PASSWORD, 5)
        tool.run("unlock", "bob")
        check(login(tool, "bob", PASSWORD, 0)["can_login"], "bob")
        tool.run("add", "carol", "--password-stdin", given=PASSWORD + "\n")
        tool.run("store", "backup", tool.dir + "/copy")
        tool.run("store", "restore", "--yes", tool.dir + "/copy")
        check(tool.json("store", "check")["accounts"] == 3, "all three")
        later(tool)
    done()


def later(tool):
    """What a later version wrote is refused in words, and left alone."""
    meta = tool.dir + "/store/meta"
    with open(meta, "r+b") as file:
        file.seek(4)
        file.write(b"\2")
    with open(meta, "rb") as file:
        before = file.read()
    for command in (["list"], ["store", "check"], ["store", "repair"],
                    ["store", "restore", "--yes", tool.dir + "/copy"]):
        _, err = tool.run(*command, code=7)
        check("later version" in err, command, err)
    with open(meta, "rb") as file:
        check(file.read() == before, "left as it is")


main()
