#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Codes that an administrator hands out, lists and ends."""
import json
import re
import sys

from tool import Tool, check, done

RESET = re.compile(r"7R(-[0-9A-HJKMNP-TV-Z]{4}){3}-[0-9A-Z*~$=]\n")
SAVED = re.compile(r"7S(-[0-9A-HJKMNP-TV-Z]{4}){2}-[0-9A-HJKMNP-TV-Z]{5}"
                   r"-[0-9A-Z*~$=]")


def acts(tool):
    """The lines of the log, newest last."""
    with open(tool.dir + "/log/log.jsonl", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def issue(tool):
    out, err = tool.run("reset", "issue", "alice", "--reason", "called in")
    check(RESET.fullmatch(out), "the code, and nothing else:", out)
    check("in 30 min" in err and "sshd, login, su" in err, err)
    check(out.strip() not in err, "shown once:", err)
    line = acts(tool)[-1]
    check((line["event"], line["verdict"], line["reason"], line["user"],
           line["note"]) == ("reset issue", "done", "printed", "alice",
                             "called in") and line["actor"], line)
    check(out.strip() not in json.dumps(acts(tool)), "never logged")
    document = tool.json("reset", "issue", "alice", "--ttl", "2h")
    check(RESET.fullmatch(document["code"] + "\n") and
          document["done"] == "reset issue", document)
    check(document["code"] != out.strip(), "each is new")
    for ttl in "0s", "59s", "2d", "soon", "-5m", "30", "2026-11-22", "":
        _, err = tool.run("reset", "issue", "alice", "--ttl", ttl, code=2)
        check("--ttl" in err, ttl, err)
    tool.run("reset", "issue", code=2)
    _, err = tool.run("reset", "issue", "alcie", code=3)
    check("reset issue alice" in err, err)


def listed(tool):
    codes = tool.json("reset", "list")["codes"]
    check([(c["account"], c["kind"], c["left"], c["wrong_tries"])
           for c in codes] == [("alice", "reset", 1, 0)], codes)
    check(codes[0]["issued"] < codes[0]["expires"], codes)
    for shown in tool.screen("reset", "list"):
        check("alice" in shown and "7R" not in shown, shown)


def sheet(tool):
    for lang in "en", "ja":
        tool.run("set", "bob", "--lang", lang)
        for shown in tool.screen("reset", "issue", "bob", "--saved", "8"):
            check(len(set(SAVED.findall(shown))) > 0 and
                  len(SAVED.findall(shown)) == 8, shown)
            check("bob" in shown and "sshd" in shown and
                  "help@example.org" in shown, shown)
            check(("控え" in shown) == (lang == "ja"), lang, shown)
    document = tool.json("reset", "issue", "bob", "--saved", "1")
    check(len(document["codes"]) == 1 and SAVED.fullmatch(
        document["codes"][0]), document)
    codes = [c for c in tool.json("reset", "list")["codes"]
             if c["account"] == "bob"]
    check([(c["kind"], c["left"], c["expires"]) for c in codes] ==
          [("saved", 1, None)], "a new sheet ends the old one:", codes)
    tool.screen("reset", "list")
    for count in "0", "9", "8x", "-1", "":
        tool.run("reset", "issue", "bob", "--saved", count, code=2)
    tool.run("reset", "issue", "bob", "--saved", "2", "--ttl", "1h", code=2)


def refused(tool):
    tool.run("add", "carol", "--generate")
    for args, undo, code, next_ in (
            (["disable", "carol"], ["enable", "carol"], 6, "enable carol"),
            (["set", "carol", "--expires", "2001-01-01"],
             ["set", "carol", "--expires", "never"], 6, "--expires never"),
            (["lock", "carol"], ["unlock", "carol"], 5, "unlock carol")):
        tool.run(*args)
        for more in [], ["--saved", "3"]:
            out, err = tool.run("reset", "issue", "carol", *more, code=code)
            check(out == "" and next_ in err, args, err)
        tool.run(*undo)
        tool.run("reset", "issue", "carol")
    tool.run("add", "dave", "--counts-only")
    _, err = tool.run("reset", "issue", "dave", code=4)
    check("another module" in err and "why dave" in err, err)
    tool.settings("exempt = nobody.at.all\n")
    tool.run("add", "root", "--generate")
    for more in [], ["--saved", "3"]:
        out, err = tool.run("reset", "issue", "root", *more, code=4)
        check(out == "" and "--privileged" in err, err)
    check(tool.json("reset", "issue", "root", code=4)["error"] == "policy",
          "in JSON")
    out, _ = tool.run("reset", "issue", "root", "--privileged")
    check(RESET.fullmatch(out), out)
    tool.run("remove", "root", "--yes")
    tool.settings("")


def revoke(tool):
    _, err = tool.run("reset", "revoke", "alice", "--reason", "wrong person")
    check("reset" in err, err)
    check(acts(tool)[-1]["note"] == "wrong person", acts(tool)[-1])
    _, err = tool.run("reset", "revoke", "alice")
    check("no code" in err, err)
    tool.run("reset", "revoke", "bob")
    tool.run("reset", "revoke", "carol")
    tool.run("reset", "revoke", "nobody.here", code=3)
    check(tool.json("reset", "list")["codes"] == [], "none is left")
    out, err = tool.run("reset", "list")
    check(out == "" and "nobody has a code" in err, err)


def ended(tool):
    """What ends a code without anybody's revoking it."""
    for args in (["passwd", "alice", "--generate"], ["disable", "alice"],
                 ["lock", "alice"], ["set", "alice", "--no-email"]):
        tool.run("set", "alice", "--email", "a@example.org")
        tool.run("reset", "issue", "alice")
        tool.run(*args)
        check(tool.json("reset", "list")["codes"] == [], args)
        tool.run("enable", "alice")
        tool.run("unlock", "alice")


def void(tool):
    for given, said, code in (
            ("", "nothing", 1), ("x" * 600, "nothing", 1),
            ("hello\n", "7V-XXXX", 4), ("7R-RESET\n", "7V-XXXX", 4),
            ("7V-0000-0000-0000-1\n", "mistyped", 4)):
        for who in [], ["alice"]:
            _, err = tool.run("void", *who, given=given, code=code)
            check(said in err, given, err)
    out, _ = tool.run("reset", "issue", "alice")
    _, err = tool.run("void", given=out, code=4)
    check("7V-XXXX" in err and out.strip() not in err, err)
    check(len(tool.json("reset", "list")["codes"]) == 1, "still there")


def main():
    with Tool(sys.argv[1]) as tool:
        tool.ready("alice", "bob")
        issue(tool)
        listed(tool)
        sheet(tool)
        refused(tool)
        revoke(tool)
        ended(tool)
        void(tool)
    done()


main()
