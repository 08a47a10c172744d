#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The store's commands: backed up, restored, repaired, compacted, counted."""
import os
import shutil
import signal
import subprocess
import sys

from tool import PASSWORD, Tool, check, done


def path(tool, *parts):
    return os.path.join(tool.dir, *parts)


def backup(tool):
    place = path(tool, "b")
    _, err = tool.run("store", "backup", place)
    check("2 accounts" in err and "site key" in err, err)
    check(os.stat(place).st_mode & 0o777 == 0o700, "mode")
    check(not any(name.endswith(".key") for _, _, names in os.walk(place)
                  for name in names), "no key goes along")
    _, err = tool.run("store", "backup", place, code=1)
    check("in use already" in err, err)
    tool.run("store", "backup", "/", code=2)
    document = tool.json("store", "backup", path(tool, "j"))
    check(document["accounts"] == 2 and document["sound"], document)
    tool.run("store", "backup", code=2)


def restore(tool):
    place = path(tool, "b")
    tool.run("remove", "bob", "--yes")
    tool.run("lock", "alice")
    _, err = tool.run("store", "restore", place, code=2)
    check("--yes" in err, err)
    tool.run("status", "bob", code=3)
    _, err = tool.run("store", "restore", "--yes", place)
    check("2 accounts" in err and "unlocks nobody" in err, err)
    tool.run("status", "bob")
    check(tool.json("store", "check")["generation"] == 2, "generation")
    document = tool.json("store", "restore", place, "--yes")
    check((document["accounts"], document["carried"],
           document["generation"]) == (2, 2, 3), document)
    _, err = tool.run("store", "restore", "--yes", path(tool, "none"), code=7)
    check("not a whole backup" in err, err)
    _, err = tool.run("store", "restore", "--yes", path(tool, "store"), code=2)
    check("itself" in err, err)


def other_key(tool):
    with Tool(tool.program) as other:
        other.ready("mallory")
        other.run("store", "backup", path(other, "b"))
        _, err = tool.run("store", "restore", "--yes", path(other, "b"),
                          code=7)
        check("site key" in err and "not damaged" in err, err)
    tool.run("status", "alice")


def lost(tool):
    """A store that is gone altogether, and one of which only meta is."""
    shutil.rmtree(path(tool, "store"))
    tool.run("list", code=7)
    tool.run("store", "restore", "--yes", path(tool, "b"))
    check(tool.json("store", "check")["sound"], "sound")
    out, _ = tool.run("list")
    check("alice" in out and "bob" in out, out)


def shard(tool, ending):
    """A file that has accounts in it: the largest."""
    stats = tool.json("store", "stats")
    place = path(tool, "store", f"g{stats['generation']:06}")
    names = [os.path.join(place, name) for name in sorted(os.listdir(place))
             if name.endswith(ending)]
    return next(name for name in names
                if b"A" in open(name, "rb").read()[8192:])


def repair(tool):
    _, err = tool.run("store", "repair")
    check("mended: 0, left: 0" in err, err)
    damaged = shard(tool, ".db")
    os.truncate(damaged, 4096)
    _, err = tool.run("store", "check", code=7)
    check("store repair --dry-run" in err, err)
    out, err = tool.run("store", "repair", code=7)
    check("left as it is" in out and "--from" in err, out, err)
    out, err = tool.run("store", "repair", "--dry-run", "--from",
                        path(tool, "b"))
    check("taken from the backup" in out and "nothing is changed" in err, out)
    tool.run("store", "check", code=7)
    document = tool.json("store", "repair", "--from", path(tool, "b"))
    check(document["mended"] == 1 and document["sound"], document)
    check(tool.json("store", "check")["sound"], "sound")
    tool.run("store", "repair", "--from", path(tool, "none"), code=7)


def compact(tool):
    _, err = tool.run("store", "compact")
    check("files made smaller: 0" in err, err)
    document = tool.json("store", "compact")
    check(document["before"] == document["after"] > 0, document)


def stats(tool):
    for shown in tool.screen("store", "stats"):
        check("16" in shown, shown)
    document = tool.json("store", "stats")
    check((document["accounts"], document["shards"], document["version"],
           document["key"]) == (2, 16, 1, 1), document)
    check(document["bytes"] > 0 < document["free"], document)


def interrupted(tool):
    """Ctrl-C at any moment: nothing half done is taken for whole."""
    for delay in range(6):
        for work in (["backup", path(tool, "copy")],
                     ["restore", "--yes", path(tool, "b")], ["compact"],
                     ["repair"]):
            job = subprocess.Popen(
                [tool.program, "--conf", tool.conf, "store", *work],
                stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            try:
                job.wait(delay * 0.01)
            except subprocess.TimeoutExpired:
                job.send_signal(signal.SIGINT)
                job.wait(30)
            shutil.rmtree(path(tool, "copy"), ignore_errors=True)
    check(tool.json("store", "repair")["sound"], "sound")
    check(tool.json("store", "check")["accounts"] == 2, "all accounts")
    tool.run("store", "backup", path(tool, "copy"))


def logged(tool):
    events = [line for line in tool.run("--json", "log")[0].splitlines()]
    for event in "backup", "restore", "repair", "compact":
        check(any(f'"store {event}"' in line for line in events), event)


def main():
    with Tool(sys.argv[1]) as tool:
        tool.run("init", "--accounts", "10")
        for name in "alice", "bob":
            tool.run("add", name, "--password-stdin", given=PASSWORD + "\n")
        backup(tool)
        restore(tool)
        other_key(tool)
        lost(tool)
        repair(tool)
        compact(tool)
        stats(tool)
        interrupted(tool)
        logged(tool)
    done()


main()
