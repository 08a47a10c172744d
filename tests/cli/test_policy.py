#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""7idctl policy: the settings with their places, in words and numbers, and against standards."""
import os
import sys

from tool import Tool, check, columns, done

WIDTH = 76
STIG = """\
dir = /var/log/faillock
deny = 3
even_deny_root
fail_interval = 900
unlock_time = 0
"""
OWN = "deny = 3\nfail_interval = 15m\nunlock_time = 10m\n"
EXPLAINED = """\
For a person
  3 different wrong passwords within 15 min lock the account; one lock after
  the other lasts 10 min, 20 min, 40 min, 1 h, and no longer. Each quiet day
  takes one step back.
  While it is locked the right password is refused too, and trying makes it
  no longer.
  100 failures without a good login, however slow they come, hold the
  account until somebody unlocks it; the console and known addresses stay
  open.
  The same wrong password again from the same place is no new failure, and
  one of the last two passwords is none.
  The console, known addresses and all others are counted apart: who guesses
  from elsewhere locks nobody out of his own places.

For somebody who guesses
  So many different passwords of one account can be tried, however many
  connections are opened, as long as its owner does not log in:
                        AT ONCE  IN A DAY  IN ALL
  from anywhere         3        100       100
  at the console        3        196       no limit
  from known addresses  3        196       no limit

For root and administrators
  exempt: 7id does not check root at all; the rest of the PAM stack does.
"""


def write(tool, name, text):
    path = os.path.join(tool.dir, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def screens(tool, *args, code=0):
    shown = tool.screen(*args, code=code)
    for text in shown:
        for line in text.splitlines():
            check(columns(line) <= WIDTH, args, columns(line), line)
    check(shown[0] != shown[1], args, "is translated")
    return shown


def explain(tool):
    shown = screens(tool, "policy", "explain")
    check(shown[0] == EXPLAINED, shown[0])
    check("3 種類" in shown[1] and "15 分以内" in shown[1], shown[1])
    document = tool.json("policy", "explain")
    check((document["deny"], document["fail_interval"], document["locks"],
           document["held_at"]) == (3, 900, [600, 1200, 2400, 3600], 100),
          document)
    check([(lane["lane"], lane["at_once"], lane["in_a_day"], lane["in_all"])
           for lane in document["lanes"]] ==
          [("remote", 3, 100, 100), ("console", 3, 196, None),
           ("known", 3, 196, None)], document)
    check((document["root_exempt"], document["root_locked"]) ==
          (True, False), document)


def other_settings(tool):
    """Each sentence that other settings bring."""
    for more, words in (
            ("deny = 0\n", ("lock nobody", "no limit")),
            ("unlock_time = never\n", ("until somebody unlocks it.",)),
            ("unlock_time_max = 1m\n", ("lock the account for 10 min.",)),
            ("lanes = no\n", ("lock the owner out everywhere",)),
            ("exempt =\n", ("never lock them",)),
            ("admin_group = wheel\n", ("group wheel", "never lock them")),
            ("exempt = @staff\nroot_unlock_time = 1m\n",
             ("check @staff at all", "for 1 min; at the console for 1 min")),
            ("exempt =\neven_deny_root = yes\nunlock_time = never\n",
             ("until somebody unlocks them",)),
            ("max_lifetime_failures = 0\nlanes = no\n", ("no limit",))):
        conf = write(tool, "other", OWN + more)
        for lang in "en", "ja":
            out, _ = tool.run("--conf", conf, "--lang", lang, "policy",
                              "explain")
            check(all(columns(line) <= WIDTH for line in out.splitlines()),
                  out)
            if lang == "en":
                text = " ".join(out.split())
                for word in words:
                    check(word in text, word, text)
    document = tool.json("--conf", conf, "policy", "explain")
    check(document["lanes"][0]["in_all"] is None and
          len(document["lanes"]) == 1, document)


def show(tool, own, faillock):
    for text in screens(tool, "policy", "show"):
        check(f"{own}:1" in text, text)
    document = tool.json("policy", "show", "--faillock-conf", faillock)
    rows = {row["name"]: row for row in document["settings"]}
    check((rows["deny"]["file"], rows["deny"]["line"]) == (own, 1), rows)
    check((rows["even_deny_root"]["file"], rows["even_deny_root"]["line"],
           rows["even_deny_root"]["value"]) == (faillock, 3, "yes"), rows)
    check(rows["lanes"]["file"] is None and rows["lanes"]["line"] is None,
          rows)
    known = {row["name"]: row["value"]
             for row in tool.json("config", "show")["settings"]}
    for row in tool.json("policy", "show")["settings"]:
        check(known[row["name"]] == row["value"], row)


def results(tool, profile, *args, code):
    document = tool.json("policy", "check", profile, *args, code=code)
    rows = {row["id"]: row for row in document["requirements"]}
    fails = [row for row in rows.values() if row["result"] == "fail"]
    check(document["fail"] == len(fails) and document["exit"] == code,
          document)
    return rows


def stig(tool, own):
    rows = results(tool, "stig-rhel9", code=4)
    check(rows["V-258054"]["result"] == "fail" and
          rows["V-258054"]["setting"] == "lanes", rows["V-258054"])
    check(rows["V-258056"]["file"] == own and
          "scanners" in rows["V-258056"]["note"] and
          rows["V-258056"]["write_to"] == "/etc/security/faillock.conf",
          rows["V-258056"])
    write(tool, "empty", "exempt =\nlanes = no\n")
    faillock = write(tool, "faillock.conf", STIG)
    own = os.path.join(tool.dir, "empty")
    rows = results(tool, "stig-rhel9", "--conf", own, "--faillock-conf",
                   faillock, code=0)
    check({row["result"] for row in rows.values()} == {"pass", "not-ours"},
          rows)
    check((rows["V-258054"]["file"], rows["V-258054"]["line"]) ==
          (faillock, 2), rows)
    check((rows["V-258060"]["file"], rows["V-258060"]["line"]) ==
          (None, None) or rows["V-258060"]["line"] == 1, rows)
    out, err = tool.run("policy", "check", "stig-rhel9", "--conf", own,
                        "--faillock-conf", faillock)
    check(f"deny = 3 ({faillock}:2)" in out and "pass: 5" in err, out, err)


def others(tool):
    rows = results(tool, "pci-4", code=4)
    check(rows["8.3.4 b"]["write"] == "unlock_time = 30m", rows)
    conf = write(tool, "pci", "deny = 3\nunlock_time = 30m\n")
    results(tool, "pci-4", "--conf", conf, code=0)
    rows = results(tool, "nist-63b4", code=4)
    check(len(rows) == 14 and rows["N9 3.1.1.2"]["result"] == "pass", rows)
    conf = write(tool, "nist", "lanes = no\nmin_length = 15\n")
    results(tool, "nist-63b4", "--conf", conf, code=0)
    for profile in "stig-rhel9", "pci-4", "nist-63b4":
        for text in screens(tool, "policy", "check", profile, code=4):
            check("write" in text or "書く行" in text, text)


def mistakes(tool):
    _, err = tool.run("policy", "check", "stig", code=2)
    check("stig-rhel9" in err, err)
    tool.run("policy", "check", code=2)
    _, err = tool.run("policy", "show", "--faillock-conf",
                      tool.dir + "/none", code=1)
    check("/none" in err, err)
    _, err = tool.run("policy", "sho", code=2)
    check("policy show" in err, err)


def main():
    with Tool(sys.argv[1]) as tool:
        tool.conf = write(tool, "own", OWN)
        faillock = write(tool, "faillock.conf", STIG)
        explain(tool)
        other_settings(tool)
        show(tool, tool.conf, faillock)
        stig(tool, tool.conf)
        others(tool)
        mistakes(tool)
    done()


main()
