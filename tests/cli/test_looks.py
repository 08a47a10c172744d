#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only looks: screens that fit, JSON that is valid, a store that stays as it was."""
import json
import os
import pwd
import re
import shutil
import sys

from tool import WIDTH, Tool, check, columns, done


def everything(root):
    """Bytes and times of each file below a directory."""
    found = {}
    for where, _, names in os.walk(root):
        for name in names:
            path = os.path.join(where, name)
            with open(path, "rb") as file:
                found[path] = (file.read(), os.stat(path).st_mtime_ns)
    return found


def screens(tool):
    before = everything(tool.dir + "/store"), everything(tool.dir + "/log")
    for args, code in (
            (["list"], 0), (["list", "--locked"], 0),
            (["list", "--disabled"], 0), (["show", "alice"], 0),
            (["show", "held"], 0), (["status", "alice"], 0),
            (["status", "held"], 5), (["status", "gone"], 6),
            (["why", "alice"], 0), (["why", "held"], 5), (["why", "gone"], 6),
            (["why", "over"], 6), (["why", "alcie"], 3), (["why", "root"], 3),
            (["why", "nobody.at.all"], 3), (["log"], 0), (["log", "held"], 0),
            (["store", "check"], 0), (["config", "check"], 0), (["help"], 0)):
        english, japanese = tool.screen(*args, code=code)
        check(english != "" or args[0] == "config", args, "says nothing")
        if args[0] in ("why", "show", "help"):
            check(english != japanese, args, "is not translated")
    after = everything(tool.dir + "/store"), everything(tool.dir + "/log")
    check(before == after, "looking changed something")


def why(tool):
    document = tool.json("why", "held", code=5)
    check((document["can_login"], document["reason"], document["cause"],
           document["exit"]) == (False, "held", 1, 5), document)
    check([c["state"] for c in document["causes"]] ==
          ["stop", "unknown", "unknown", "unknown", "ok", "unknown"], document)
    check(document["next"][0] == f"7idctl --conf {tool.conf} unlock held",
          document["next"])
    check(0 < document["remaining_s"] <= 3600, document)
    document = tool.json("why", "alice")
    check((document["can_login"], document["cause"], document["passwd_entry"])
          == (True, None, False), document)
    document = tool.json("why", "gone", code=6)
    check(document["reason"] == "disabled", document)
    document = tool.json("why", "root", code=3)
    check((document["verdict"], document["exempt"]) == ("not-ours", True),
          document)
    document = tool.json("why", "nobody.at.all", code=3)
    check((document["verdict"], document["reason"], document["cause"]) ==
          ("deny", "unknown", 2), document)
    others = [p.pw_name for p in pwd.getpwall() if p.pw_uid != 0]
    if others:
        document = tool.json("why", others[0], code=3)
        check(document["reason"] == "system-name", document)
    document = tool.json("why", "Ａｌｉｃｅ\x1b[2J\u202e", code=3)
    check(document["account"] == "Ａｌｉｃｅ\x1b[2J\u202e", document)
    out, err = tool.run("why", "a\x1b[2J\u202eb\x9b", code=3)
    check("\x1b" not in out + err and "\u202e" not in out + err, out, err)
    out, _ = tool.run("why", "held", code=5)
    check("phone lost" in out and "unlock held" in out, out)
    _, err = tool.run("status", "alcie", code=3)
    check("did you mean alice?" in err, err)


def documents(tool):
    listed = tool.json("list")
    check([a["account"] for a in listed["accounts"]] ==
          ["alice", "gone", "held", "over"], listed)
    for args, code in ((["status", "alice"], 0), (["status", "held"], 5),
                       (["status", "nobody.at.all"], 3), (["show", "gone"], 0),
                       (["show", "nobody.at.all"], 3), (["store", "check"], 0),
                       (["config", "check"], 0), (["config", "show"], 0),
                       (["help"], 0)):
        document = tool.json(*args, code=code)
        check(len(document) > 1, args, document)
    out, _ = tool.run("--json", "log")
    events = [json.loads(line)["event"] for line in out.splitlines()]
    check(events[0] == "init" and events.count("add") == 4, events)
    actor = json.loads(out.splitlines()[0])["actor"]
    check(actor != "", "who acted:", actor)


def log(tool):
    out, _ = tool.run("log", "gone")
    check('"left for a year"' in out and "alice" not in out, out)
    out, _ = tool.run("log", "--since", "+1h")
    check(out == "", out)
    out, _ = tool.run("log", "--since", "1h")
    check("init" in out, out)
    tool.run("log", "--since", "yesterday", code=2)
    path = tool.dir + "/log/log.jsonl"
    with open(path, "ab") as file:
        file.write(b"not ours\n")
        file.write('{"v":1,"time":"2026-11-22T08:00:00Z","event":"login",'
                   '"verdict":"deny","user":"\\u001b[31m\\u202eevil",'
                   '"reason":"wrong"}\n'.encode())
        file.write(b'{"v":1,"time":"2026-11-22T08:00:01Z","event":"tor')
    out, err = tool.run("log")
    check("\x1b" not in out and "\u202e" not in out and "evil" in out, out)
    check("tor" not in out.split("evil")[1], "a torn line is not shown:", out)
    check("left out: 1" in err, err)
    out, _ = tool.run("--json", "log")
    for line in out.splitlines():
        check(json.loads(line)["v"] == 1, line)
    os.unlink(path)
    out, err = tool.run("log")
    check(out == "" and "nothing is logged" in err, out, err)


def wrapped(tool):
    """What has colour is wrapped like the rest."""
    for lang in "en", "ja":
        out, _ = tool.run("--lang", lang, "--color=always", "show", "gone")
        for line in re.sub("\x1b\\[[0-9]*m", "", out).splitlines():
            check(columns(line) <= WIDTH, lang, columns(line), line)


def colour(tool):
    for env, args, coloured in (
            ({}, [], False), ({}, ["--color=always"], True),
            ({"NO_COLOR": "1"}, ["--color=always"], True),
            ({}, ["--color=never"], False), ({}, ["--color", "auto"], False)):
        out, _ = tool.run(*args, "list", env=env)
        check(("\x1b[" in out) == coloured, env, args, repr(out))
        check("held" in out, "a word says the same:", out)
    tool.run("--color=green", "list", code=2)


def trouble(tool):
    shutil.move(tool.dir + "/keys", tool.dir + "/away")
    document = tool.json("why", "alice", code=7)
    check((document["cause"], document["reason"]) == (5, "unavailable"),
          document)
    out, _ = tool.run("why", "root", code=3)
    check("exempt" in out, out)
    shown, japanese = tool.screen("why", "alice", code=7)
    check("while 7id itself" in shown and "knows this ID" not in shown,
          "nothing is known of a name then:", shown)
    check("似たアカウント" not in japanese, japanese)
    for command in (["list"], ["status", "alice"], ["show", "alice"],
                    ["unlock", "alice"], ["store", "check"]):
        _, err = tool.run(*command, code=7)
        check("key" in err, command, err)
    shutil.move(tool.dir + "/away", tool.dir + "/keys")
    tool.run("status", "alice")


def main():
    with Tool(sys.argv[1]) as tool:
        tool.ready("alice", "held", "gone", "over")
        tool.run("set", "alice", "--email", "alice@example.org")
        tool.run("lock", "held", "--until", "+1h", "--reason", "phone lost")
        tool.run("disable", "gone", "--reason", "left for a year")
        tool.run("set", "over", "--expires", "2001-02-03")
        screens(tool)
        why(tool)
        documents(tool)
        colour(tool)
        wrapped(tool)
        trouble(tool)
        log(tool)
    done()


main()
