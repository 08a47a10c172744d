#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines, languages and settings: what is meant, and what is said to what cannot be."""
import sys

from tool import Tool, check, done


def command_lines(tool):
    for args, said in (
            (["stauts", "alice"], "did you mean status?"),
            (["list", "--lokced"], "did you mean --locked?"),
            (["list", "--jsno"], "did you mean --json?"),
            (["config"], "did you mean config check?"),
            (["help", "unlcok"], "help unlock"),
            (["show"], "help show"),
            (["show", "a", "b"], "one word too many: b"),
            (["lock", "a", "--until"], "needs a value"),
            (["list", "--locked=1"], "takes no value"),
            (["list", "-x"], "unknown option -x"),
            (["\x1b[2J"], "unknown command \\u{1B}[2J")):
        out, err = tool.run(*args, code=2)
        check(out == "" and said in err, args, err)
        check("next:  7idctl" in err, "names the next command:", err)
    out, err = tool.run(code=2)
    check(out == "" and "7idctl why USER" in err, err)
    out, _ = tool.run("--version", conf=False)
    check(out.startswith("7idctl "), out)
    for args in (["help"], ["--help"]):
        out, _ = tool.run(*args)
        check("unlock USER" in out, out)


def every_command(tool):
    """The table is the help: each command explains itself and fits."""
    table = tool.json("help")
    names = [c["name"] for c in table["commands"]]
    check("why" in names and "store check" in names, names)
    for command in table["commands"]:
        words = command["name"].split()
        for shown in tool.screen("help", *words):
            for option in command["options"]:
                check("--" + option["name"] in shown, command["name"], option)
        english, _ = tool.run(*words, "--help")
        check(command["name"] in english, english)


def languages(tool):
    short = ["add", "carol", "--password-stdin"]
    for args, env, japanese in (
            ([], {"LC_ALL": "ja_JP.UTF-8"}, True),
            ([], {"LC_ALL": "", "LC_MESSAGES": "ja_JP.UTF-8"}, True),
            ([], {"LC_ALL": "", "LANG": "ja_JP.UTF-8"}, True),
            ([], {"LC_ALL": "en_US.UTF-8", "LANG": "ja_JP.UTF-8"}, False),
            (["--lang", "ja"], {"LC_ALL": "en_US.UTF-8"}, True),
            (["--lang=en"], {"LC_ALL": "ja_JP.UTF-8"}, False),
            ([], {"LC_ALL": "C.UTF-8"}, False)):
        _, err = tool.run(*args, *short, code=4, given="x\n", env=env)
        check(("パスワード" in err) == japanese, args, env, err)
    tool.settings("lang = ja\n")
    _, err = tool.run(*short, code=4, given="x\n")
    check("パスワード" in err, "the site's language:", err)
    tool.settings("")
    tool.run("--lang", "fr", "list", code=2)
    # After the command, --lang is the account's where the command has one.
    _, err = tool.run(*short, "--lang", "ja", code=4, given="x\n")
    check("too short" in err, err)


def remarks(tool):
    """What is no mistake and does nothing all the same is said."""
    tool.settings("even_deny_root\nadmin_group = no-such-group\n")
    document = tool.json("config", "check")
    check([p["remark"] for p in document["problems"]] ==
          ["root-is-exempt", "no-such-group"], document)
    for lang in ("en", "ja"):
        out, _ = tool.run("--lang", lang, "config", "check")
        check("7idctl add root" in out and "no-such-group" in out, out)
    tool.screen("config", "check")
    tool.settings("even_deny_root\nexempt = nobody\nadmin_group = root\n")
    check(tool.json("config", "check")["problems"] == [], "nothing to say")


def settings(tool):
    out, err = tool.run("config", "check")
    check(out == "" and "fine" in err, out, err)
    tool.settings("denny = 4\n")
    out, _ = tool.run("config", "check")
    check(f"{tool.conf}:9: warning" in out and "deny" in out, out)
    tool.run("list", code=0)
    tool.settings("deny = 99\nlang = ja\n")
    out, _ = tool.run("config", "check", code=1)
    check(f"{tool.conf}:9: error" in out and '"99"' in out, out)
    tool.screen("config", "check", code=1)
    document = tool.json("config", "check", code=1)
    problem = document["problems"][0]
    check((problem["kind"], problem["line"], problem["name"],
           document["errors"]) == ("error", 9, "deny", 1), document)
    _, err = tool.run("list", code=1)
    check("config check" in err, err)
    tool.run("help")
    tool.settings("a\x1b[2J\u202e = 1\nunlock_time = \x1b]0;x\n")
    out, err = tool.run("config", "check", code=1)
    check("\x1b" not in out + err and "\u202e" not in out + err, out)
    remarks(tool)
    tool.settings("")
    shown = {s["name"]: s for s in tool.json("config", "show")["settings"]}
    check((shown["deny"]["value"], shown["deny"]["default"],
           shown["deny"]["set"]) == ("3", "5", True), shown["deny"])
    check(shown["unlock_time"]["set"] is False, shown["unlock_time"])
    tool.conf += ".missing"
    for command in (["list"], ["config", "check"], ["config", "show"]):
        _, err = tool.run(*command, code=1)
        check(".missing" in err and "init" not in err, err)
    tool.json("config", "check", code=1)


def main():
    with Tool(sys.argv[1]) as tool:
        tool.ready()
        command_lines(tool)
        every_command(tool)
        languages(tool)
        settings(tool)
    done()


main()
