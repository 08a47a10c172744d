#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""7idctl import faillock: what counts is taken over once, what is hostile is refused."""
import calendar
import os
import struct
import sys
import time

from tool import Tool, check, done

VALID, RHOST, TTY = 1, 2, 4
NAMES = ("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi",
         "ivan", "judy", "mallory")


def record(source, status, when):
    return struct.pack("=52sHHQ", source.encode(), 0, status, when)


def write(place, name, *records):
    path = os.path.join(place, name)
    with open(path, "wb") as file:
        file.write(b"".join(records))
    return path


def seconds(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def imported(tool, place, *options, code=0):
    document = tool.json("import", "faillock", place, *options, code=code)
    return {file["file"]: file for file in document["files"]}, document


def shown(tool, name):
    """The rows of a tally, as 7idctl faillock has them."""
    document = tool.json("faillock", "--user", name)
    return document["users"][0]["records"]


def honest(tool, place, now):
    """Failures, a lock that stands and one that is over."""
    write(place, "alice", record("192.0.2.7", VALID | RHOST, now - 300),
          record("192.0.2.7", RHOST, now - 200),
          record("sshd", VALID, now - 100),
          record("192.0.2.7", VALID | RHOST, now - 2000))
    write(place, "bob", *[record("192.0.2.9", VALID | RHOST, now - 120 - i)
                          for i in range(3)])
    write(place, "carol", *[record("h", VALID | RHOST, now - 700 - i)
                            for i in range(3)])
    write(place, "dave", record("tty1", VALID | TTY, now - 50),
          record("/dev/pts/3", VALID | TTY, now - 40))
    write(place, "erin")
    write(place, "stranger", record("h", VALID | RHOST, now))
    write(place, "not a name", record("h", VALID | RHOST, now))
    before, document = imported(tool, place, "--dry-run")
    check(not document["changed"] and document["taken"] == 3, document)
    check(shown(tool, "alice") == [], "a rehearsal changes nothing")
    files, document = imported(tool, place)
    for file in (*files.values(), *before.values()):
        file["until"] = file["until"] is not None  # two clocks, a tick apart
    check(files == before and document["changed"], files, before)
    check((document["nothing"], document["not-ours"], document["refused"]) ==
          (2, 2, 0), document)
    check((files["alice"]["taken"], files["alice"]["old"]) == (2, 1), files)
    rows = shown(tool, "alice")
    check([row["valid"] for row in rows] == [True, True], rows)
    check(abs(seconds(rows[0]["time"]) - (now - 300)) <= 1, rows)
    check({row["lane"] for row in rows} == {"remote"}, rows)
    check([row["lane"] for row in shown(tool, "dave")] ==
          ["console", "remote"], "dave")
    status = tool.json("status", "bob", code=5)
    check(abs(seconds(status["until"]) - (now - 120 + 600)) <= 1, status)
    check(abs(seconds(status["since"]) - (now - 120)) <= 1, status)
    tool.run("status", "alice")
    tool.run("status", "carol")
    check(files["carol"]["old"] == 3, files)


def again(tool, place):
    """The same record is not counted twice."""
    kept = {name: shown(tool, name) for name in ("alice", "bob", "dave")}
    files, document = imported(tool, place)
    check(not document["changed"] and document["taken"] == 0, document)
    check((files["alice"]["known"], files["bob"]["known"]) == (2, 3), files)
    for name, rows in kept.items():
        check([row["lane"] for row in shown(tool, name)] ==
              [row["lane"] for row in rows], name)
    tool.run("status", "bob", code=5)
    log, _ = tool.run("--json", "log")
    check(log.count('"event":"import faillock"') == 3, log)


def outside(tool):
    """What the window does not hold any more is shown with I."""
    tool.settings("fail_interval = 2m\n")
    rows = shown(tool, "alice")
    check([row["valid"] for row in rows] == [False, True], rows)
    out, _ = tool.run("faillock", "--user", "alice")
    check(out.count(" I\n") == 1 and out.count(" V\n") == 1, out)
    tool.settings("")


def hostile(tool, now):
    """Each refusal with its reason; the rest is taken over all the same."""
    place = os.path.join(tool.dir, "hostile")
    os.mkdir(place)
    good = record("h", VALID | RHOST, now - 9)
    write(place, "alice", good, good[:-1])
    write(place, "bob", *[good] * 1025)
    os.symlink("/etc/passwd", place + "/carol")
    os.mkfifo(place + "/dave")
    write(place, "erin", good[:52] + b"\1\0" + good[54:])
    future = write(place, "frank", record("h", VALID | RHOST, now - 5),
                   record("h", VALID | RHOST, 2**63),
                   record("h", VALID | RHOST, now + 86400))
    os.utime(future, (now - 60, now - 60))
    os.utime(write(place, "grace", good), (now + 9999, now + 9999))
    os.chmod(write(place, "heidi", good), 0o666)
    os.link(write(place, "ivan", good), place + "/judy")
    write(place, "mallory", good)
    os.mkdir(place + "/sub")
    files, document = imported(tool, place, code=1)
    refused = {name: file["reason"] for name, file in files.items()
               if file["result"] == "refused"}
    for name, why in (("alice", "whole number"), ("bob", "longer"),
                      ("carol", "symbolic link"), ("dave", "regular file"),
                      ("erin", "did not write"), ("grace", "future"),
                      ("heidi", "anybody"), ("ivan", "second name"),
                      ("judy", "second name")):
        check(why in refused.get(name, ""), name, refused)
    check(document["refused"] == 9 and files["sub"]["result"] == "not-ours",
          document)
    check(files["mallory"]["taken"] == 1, files["mallory"])
    check((files["frank"]["taken"], files["frank"]["clamped"],
           files["frank"]["locked"]) == (3, 3, True), files["frank"])
    until = seconds(tool.json("status", "frank", code=5)["until"])
    check(abs(until - (now - 60 + 600)) <= 1, until)
    files, document = imported(tool, place, code=1)
    check(files["frank"]["known"] == 3 and document["taken"] == 0, files)
    if os.geteuid() == 0:
        os.chown(place + "/mallory", 54321, -1)
        files, _ = imported(tool, place, code=1)
        check("somebody else" in files["mallory"]["reason"], files)


def screens(tool, place):
    for lang in tool.screen("import", "faillock", place, "--dry-run"):
        check("alice" in lang, lang)
    hostile_ = os.path.join(tool.dir, "hostile")
    for lang in tool.screen("import", "faillock", hostile_, code=1):
        check(all(len(line) <= 76 for line in lang.splitlines()), lang)
    _, err = tool.run("import", "faillock", place + "/none", code=1)
    check("cannot be read" in err, err)
    tool.run("import", "faillock", code=2)


def main():
    with Tool(sys.argv[1]) as tool:
        tool.ready(*NAMES)
        now = int(time.time())
        place = os.path.join(tool.dir, "tallies")
        os.mkdir(place)
        honest(tool, place, now)
        again(tool, place)
        outside(tool)
        hostile(tool, now)
        screens(tool, place)
    done()


main()
