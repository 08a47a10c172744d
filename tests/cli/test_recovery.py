#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes by mail: reset, confirm and void codes, forgotten IDs, changed addresses."""
import fcntl
import json
import os
import sys

from mailbox import Mailbox, codes
from tool import Tool, check, done


def acts(tool, event):
    """(reason, user, note) of that command's lines in the log."""
    with open(tool.dir + "/log/log.jsonl", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    return [(line.get("reason"), line.get("user"), line.get("note"))
            for line in lines if line["event"] == event]


def kinds(tool, name):
    return [c["kind"] for c in tool.json("reset", "list")["codes"]
            if c["account"] == name]


def no_address(tool):
    for more, next_ in ([], "set alice --email"), (
            ["--email", "alice@example.org"], "confirm-email alice"):
        if more:
            tool.run("set", "alice", *more)
        out, err = tool.run("reset", "issue", "alice", "--send", code=4)
        check(out == "" and next_ in err and "no code was made" in err, err)
        check(kinds(tool, "alice") == [], "none was made")
    tool.run("reset", "issue", "alice", "--send", "--saved", "2", code=2)
    _, err = tool.run("confirm-email", "bob", code=4)
    check("set bob --email" in err, err)


def confirm(tool, box):
    tool.run("mail", "flush")
    box.read()
    _, err = tool.run("confirm-email", "alice", "--reason", "at the counter")
    check("sent to a***@example.org" in err and "alice@" not in err, err)
    check("confirm-email alice --redeem" in err, err)
    (to, _, text), = box.read()
    code, = codes(text, "C")
    check(to == "alice@example.org" and codes(text, "V") == [], text)
    check(code not in err and kinds(tool, "alice") == ["confirm"], err)
    wrong = code[:5] + ("1" if code[5] != "1" else "2") + code[6:]
    for given, said in (wrong, "mistyped"), ("hello", "7C-XXXX"), (
            code.replace("7C", "7R"), "mistyped"):
        _, err = tool.run("confirm-email", "alice", "--redeem", code=4,
                          given=given + "\n")
        check(said in err, given, err)
    _, err = tool.run("confirm-email", "bob", "--redeem", code=4,
                      given=code + "\n")
    check("confirm-email bob" in err, err)
    document = tool.json("confirm-email", "alice", "--redeem",
                         given=code.lower().replace("-", " ") + "\n")
    check(document["confirmed"] == "alice@example.org", document)
    check(tool.json("show", "alice")["email"][0]["confirmed"] is True, "yes")
    tool.run("confirm-email", "alice", "--redeem", code=4, given=code + "\n")
    _, err = tool.run("confirm-email", "alice")
    check("confirmed already" in err and box.read() == [], err)
    check(acts(tool, "confirm-email") == [
        ("mailed", "alice", "at the counter"), ("invalid", "bob", None),
        ("confirmed", "alice", "a***@example.org"),
        ("invalid", "alice", None)], acts(tool, "confirm-email"))


def choose(tool, box):
    """Two addresses: which one is asked; a new one ends the code."""
    tool.run("add", "carol", "--generate", "--email", "c1@example.org",
             "--email", "c2@example.org")
    _, err = tool.run("confirm-email", "carol", code=2)
    check("--address c1@example.org" in err and "c2@" in err, err)
    tool.run("confirm-email", "carol", "--address", "c3@example.org", code=4)
    document = tool.json("confirm-email", "carol", "--address",
                         "c2@example.org")
    check([m["result"] for m in document["mails"]] == ["sent"] and
          "c2@" not in json.dumps(document), document)
    (to, _, text), = box.read()
    check(to == "c2@example.org", to)
    tool.run("set", "carol", "--email", "c1@example.org", "--email",
             "c4@example.org")
    tool.run("confirm-email", "carol", "--redeem", code=4,
             given=codes(text, "C")[0] + "\n")
    check([e["confirmed"] for e in tool.json("show", "carol")["email"]] ==
          [False, False], "nobody's address is confirmed by another's code")
    tool.run("mail", "flush")
    check([to for to, _, _ in box.read()] ==
          [f"c{i}@example.org" for i in (1, 2, 4)], "old and new are told")


def send(tool, box):
    tool.run("set", "alice", "--email", "alice@example.org", "--email",
             "work@example.com", "--email-confirmed")
    tool.run("mail", "flush")
    box.read()
    out, err = tool.run("reset", "issue", "alice", "--send", "--ttl", "1h",
                        "--reason", "called")
    check(out == "" and "sent to a***@example.org" in err and
          "w***@example.com" in err, out, err)
    found = box.read()
    check([to for to, _, _ in found] ==
          ["alice@example.org", "work@example.com"], found)
    check(codes(found[0][2], "R") == codes(found[1][2], "R") and
          len(codes(found[0][2], "R")) == 1, "one code, both mails:", found)
    check(acts(tool, "reset issue")[-1] == ("mailed", "alice", "called"),
          acts(tool, "reset issue"))
    check(kinds(tool, "alice") == ["reset", "void"], kinds(tool, "alice"))
    with open(tool.dir + "/log/log.jsonl", encoding="utf-8") as file:
        check(codes(found[0][2], "R")[0] not in file.read(), "never logged")
    return codes(found[0][2], "V")[0]


def repudiate(tool, code):
    _, err = tool.run("void", "bob", code=4, given=code + "\n")
    check("nobody's" in err, err)
    tool.run("void", "nobody.here", code=3, given=code + "\n")
    check(kinds(tool, "alice") == ["reset", "void"], "still there")
    _, err = tool.run("void", given=code + "\n")
    check("alice" in err and code not in err, err)
    check(kinds(tool, "alice") == [], "both are gone")
    for who in [], ["alice"]:
        tool.run("void", *who, code=4, given=code + "\n")
    check(acts(tool, "void")[1] == ("repudiated", "alice", None),
          acts(tool, "void"))


def troubled(tool, box):
    """A mailer that refuses, hangs up, is missing; a flush that is under way."""
    box.refuses()
    out, err = tool.run("reset", "issue", "alice", "--send", code=1)
    check(out == "" and "no room" in err and "waits and is tried" in err and
          "mail queue" in err, err)
    box.works()
    tool.run("mail", "retry", "--all")
    tool.run("mail", "flush")
    check(len(box.read()) == 2, "they come later")
    box.says("#!/bin/sh\ncat >/dev/null\nkill -9 $$\n")
    document = tool.json("reset", "issue", "alice", "--send", code=1)
    check([m["result"] for m in document["mails"]] == ["waiting"] * 2,
          document)
    os.unlink(box.program)
    _, err = tool.run("reset", "issue", "alice", "--send", code=1)
    check("cannot be run" in err, err)
    box.works()
    tool.run("mail", "drop", "--all", "--yes")
    with open(tool.dir + "/store/outbox/flush.lock", "r+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        _, err = tool.run("reset", "issue", "alice", "--send", code=1)
        check("another flush is at work" in err, err)
    tool.run("mail", "flush")
    found = box.read()
    check(len(found) == 2 and codes(found[0][2], "R"), found)


def find_id(tool, box):
    tool.run("add", "dave", "--generate", "--email", "alice@example.org",
             "--email-confirmed")
    tool.run("add", "eve", "--generate", "--email", "alice@example.org")
    tool.run("add", "frank", "--generate", "--email", "frank@example.org")
    said = set()
    for address in "alice@example.org", "frank@example.org", "n@example.org":
        out, err = tool.run("find-id", "--email", address)
        said.add(out + err.replace(address, "X"))
        check(tool.json("find-id", "--email", address) ==
              {"v": 1, "done": "find-id"}, address)
    check(len(said) == 1, "the same whoever asks:", said)
    check(box.read() == [], "nothing yet")
    tool.run("mail", "flush")
    (to, _, text), = box.read()
    check(to == "alice@example.org" and "eve" not in text and
          {"alice", "dave"} < set(text.splitlines()) and
          "frank" not in text, text)
    tool.run("find-id", "--email", "alice@example.org")
    tool.run("mail", "flush")
    check(box.read() == [], "once an hour")
    tool.run("find-id", code=2)
    tool.run("find-id", "--email", "no address", code=2)
    check(acts(tool, "find-id")[0] == ("asked", None, "a***@example.org"),
          acts(tool, "find-id"))


def find_id_admin(tool, box):
    for shown in tool.screen("find-id", "--email", "Alice@example.org",
                             "--admin"):
        check("alice" in shown and "dave" in shown and "eve" in shown, shown)
    document = tool.json("find-id", "--email", "frank@example.org", "--admin",
                         "--reason", "police")
    check(document["accounts"] == [
        {"account": "frank", "state": "ok", "confirmed": False}], document)
    check(acts(tool, "find-id")[-1] == ("shown", None,
                                        "f***@example.org: police"),
          acts(tool, "find-id"))
    document = tool.json("find-id", "--email", "n@example.org", "--admin",
                         code=3)
    check(document["accounts"] == [], document)
    tool.run("mail", "flush")
    check(box.read() == [], "nothing is mailed")


def changed(tool, box):
    """Who is told of what an administrator does."""
    tool.run("set", "alice", "--lang", "en", "--birthdate", "1990-01-31")
    tool.run("set", "alice", "--email", "alice@example.org", "--email",
             "work@example.com")
    tool.run("mail", "flush")
    check(box.read() == [], "the addresses are the same")
    _, err = tool.run("set", "alice", "--no-email")
    check("told" in err, err)
    tool.run("mail", "flush")
    found = box.read()
    check([(to, "addresses" in subject) for to, subject, _ in found] ==
          [("alice@example.org", True), ("work@example.com", True)], found)
    _, err = tool.run("set", "alice", "--email", "alice@example.org",
                      "--email-confirmed")
    check("confirm-email" not in err, err)
    tool.run("passwd", "alice", "--generate")
    tool.run("mail", "flush")
    found = box.read()
    check(sorted(subject for _, subject, _ in found) ==
          ["7iD: the addresses of your account were changed",
           "7iD: your password was changed"], found)


def not_written(tool):
    """Letters that cannot be written: the change is not made either."""
    os.rename(tool.dir + "/store/outbox", tool.dir + "/outbox")
    with open(tool.dir + "/store/outbox", "wb"):
        pass
    before = tool.json("show", "alice")
    tool.run("set", "alice", "--no-email", code=7)
    check(tool.json("show", "alice") == before, "as it was")
    tool.run("set", "alice", "--lang", "ja")
    os.unlink(tool.dir + "/store/outbox")
    tool.run("set", "alice", "--no-email")


def main():
    with Tool(sys.argv[1]) as tool:
        tool.ready("alice", "bob")
        box = Mailbox(tool)
        no_address(tool)
        confirm(tool, box)
        choose(tool, box)
        code = send(tool, box)
        repudiate(tool, code)
        troubled(tool, box)
        find_id(tool, box)
        find_id_admin(tool, box)
        changed(tool, box)
        not_written(tool)
    done()


main()
