#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every act on accounts: what it does, its exit code, its JSON, its refusals."""
import os
import stat
import sys

from tool import PASSWORD, Tool, check, done


def init(tool):
    out, err = tool.run("list", code=7)
    check(out == "" and "7idctl --conf" in err and " init" in err, err)
    tool.run("init", "--accounts", "many", code=2)
    document = tool.json("init", "--accounts", "100")
    check(document["done"] == "init", document)
    mode = stat.S_IMODE(os.stat(tool.dir + "/store").st_mode)
    check(mode == 0o700, oct(mode))
    _, err = tool.run("init", code=1)
    check("already" in err, err)
    key = tool.dir + "/keys/1.key"
    os.rename(key, tool.dir + "/lost")
    _, err = tool.run("init", code=1)
    check("already" in err and not os.path.exists(key),
          "a lost key is not replaced:", err)
    os.rename(tool.dir + "/lost", key)


def add(tool):
    out, err = tool.run("add", "alice", "--password-stdin", "--email",
                        "a@example.org", "--email-confirmed", "--email",
                        "b@example.org", "--birthdate", "1990-01-31",
                        "--lang", "ja", given=PASSWORD + "\n")
    check(out == "" and "alice is added" in err, out, err)
    check("no passwd entry" in err, "the name is warned of:", err)
    shown = tool.json("show", "alice")
    check(shown["email"] == [
        {"address": "a@example.org", "confirmed": True},
        {"address": "b@example.org", "confirmed": False}], shown)
    check((shown["birthdate"], shown["lang"], shown["state"]) ==
          ("1990-01-31", "ja", "ok"), shown)
    _, err = tool.run("add", "alice", "--generate", code=1)
    check("already" in err and "passwd alice" in err, err)
    _, err = tool.run("add", "root", "--generate", code=4)
    check("exempt" in err and "config show" in err, err)
    for name in "1a", "a/b", "a b", "あ", "", "a" * 65, "a\u202eb", "-x":
        _, err = tool.run("add", "--generate", "--", name, code=2)
        check("\u202e" not in err, "escaped:", err)


def passwords(tool):
    out, err = tool.run("add", "bob", "--generate")
    check(len(out) == 24 and out.count("-") == 3, out)
    check(out.strip() not in err, "said once only")
    document = tool.json("add", "eve", "--generate")
    check(len(document["password"]) == 23, document)
    for bad in "short", "", "carolcarol"[:5], "password", "x" * 512:
        _, err = tool.run("add", "carol", "--password-stdin", code=4,
                          given=bad + "\n")
        check("--generate" in err or "511" in err, bad, err)
    tool.run("add", "carol", "--password-stdin", code=1, given="")
    tool.run("show", "carol", code=3)
    _, err = tool.run("add", "carol", "--password", "x", code=2)
    check("never" in err and "--password-stdin" in err, err)
    _, err = tool.run("add", "carol", "--password=secretsecret", code=2)
    check("secretsecret" not in err, "not repeated:", err)
    tool.run("add", "carol", "--generate", "--password-stdin", code=2)
    _, err = tool.run("add", "carol", code=2)
    check("--password-stdin" in err, "without a terminal:", err)
    tool.run("passwd", "bob", "--password-stdin", "--must-change",
             given=PASSWORD)
    check(tool.json("show", "bob")["must_change"] is True, "must change")
    _, err = tool.run("passwd", "bob", "--password-stdin", code=4,
                      given=PASSWORD + "\n")
    tool.run("passwd", "nobody.here", "--generate", code=3)


def counts_only(tool):
    """An account that 7id only counts for says so on each screen."""
    tool.run("add", "greta", "--counts-only", "--generate", code=2)
    tool.run("add", "greta", "--counts-only", "--password-stdin", code=2)
    _, err = tool.run("add", "greta", "--counts-only")
    check("another module checks the password" in err, err)
    out, _ = tool.run("status", "greta")
    check(out == "greta counts-only 0/3 failures\n", out)
    shown = tool.json("show", "greta")
    check((shown["counts_only"], shown["verifier"], shown["can_login"]) ==
          (True, None, True), shown)
    for screen in tool.screen("show", "greta"), tool.screen("list"):
        check("counts only" in screen[0] or "only counts" in screen[0], screen)
    for screen in tool.screen("why", "greta"):
        check("passwd greta" not in screen, screen)
    tool.run("passwd", "greta", "--password-stdin", given=PASSWORD + "\n")
    shown = tool.json("show", "greta")
    check((shown["counts_only"], shown["state"]) == (False, "ok"), shown)
    tool.run("remove", "greta", "--yes")


def describe(tool):
    tool.run("set", "bob", code=2)
    tool.run("set", "bob", "--email", "not an address", code=2)
    tool.run("set", "bob", "--email", "a@b.example", "--no-email", code=2)
    tool.run("set", "bob", "--birthdate", "1990-02-30", code=2)
    tool.run("set", "bob", "--lang", "fr", code=2)
    tool.run("set", "bob", "--expires", "tomorrow", code=2)
    tool.run("set", "bob", "--lang", "en", "--expires", "2999-01-01")
    check(tool.json("show", "bob")["expires"] == "2999-01-01T00:00:00Z", "end")
    tool.run("set", "bob", "--expires", "2001-02-03")
    check(tool.json("status", "bob", code=6)["state"] == "expired", "expired")
    out, _ = tool.run("why", "bob", code=6)
    check("set bob --expires never" in out, out)
    tool.run("set", "bob", "--expires", "never", "--no-email")
    tool.json("status", "bob")
    tool.run("set", "alice", "--email", "b@example.org", "--email",
             "a@example.org")
    shown = tool.json("show", "alice")
    check([e["confirmed"] for e in shown["email"]] == [False, True],
          "a confirmation goes with its address:", shown)


def disable(tool):
    tool.run("disable", "bob", "--reason", "left the house")
    shown = tool.json("show", "bob")
    check((shown["state"], shown["reason"]) == ("disabled", "left the house"),
          shown)
    out, _ = tool.run("status", "bob", code=6)
    check(out.startswith("bob disabled since 20"), out)
    tool.run("disable", "bob", "--reason", "x" * 96, code=2)
    tool.run("disable", "bob", "--reason", "a\x1b[2Jb", code=2)
    _, err = tool.run("enable", "bob")
    check("bob is enabled" in err, err)
    _, err = tool.run("enable", "bob")
    check("not disabled" in err, err)
    tool.json("status", "bob")


def lock(tool):
    tool.run("lock", "bob", "--until", "-1h", code=2)
    tool.run("lock", "bob", "--until", "soon", code=2)
    tool.run("lock", "bob", "--until", "+9m", "--reason", "asked for it")
    out, _ = tool.run("status", "bob", code=5)
    check(out.startswith("bob held until 20") and "in 9 min" in out, out)
    out, _ = tool.run("list", "--locked")
    check("bob" in out and "alice" not in out, out)
    document = tool.json("unlock", "bob", "alice", "nobody.here", code=3)
    check([(a["account"], a["was"]) for a in document["accounts"]] ==
          [("bob", "held"), ("alice", "ok"), ("nobody.here", None)], document)
    tool.run("status", "bob")
    tool.run("lock", "bob")
    _, err = tool.run("unlock", "--all", code=2)
    check("--yes" in err, "asks first:", err)
    tool.run("status", "bob", code=5)
    tool.run("unlock", code=2)
    tool.run("unlock", "--all", "bob", code=2)
    tool.run("unlock", "--all", "--yes", "--reason", "all clear")
    tool.run("status", "bob")
    _, err = tool.run("unlock", "--all", "--yes")
    check("no account is locked" in err, err)


def remove(tool):
    _, err = tool.run("remove", "bob", code=2)
    check("--yes" in err, err)
    tool.run("show", "bob")
    tool.run("delete", "bob", "--yes")
    tool.run("show", "bob", code=3)
    _, err = tool.run("remove", "alcie", "--yes", code=3)
    check("did you mean alice?" in err, err)


def permission(tool):
    """A store that belongs to somebody else."""
    if os.geteuid() == 0:
        os.chown(tool.dir + "/store", 1, 1)
    else:
        tool.settings("store_dir = /\n")
    for command in (["list"], ["status", "alice"], ["unlock", "alice"]):
        _, err = tool.run(*command, code=77)
        check("belongs to" in err, err)
    document = tool.json("list", code=77)
    check(document["error"] == "not-permitted", document)


def main():
    with Tool(sys.argv[1]) as tool:
        init(tool)
        add(tool)
        passwords(tool)
        counts_only(tool)
        describe(tool)
        disable(tool)
        lock(tool)
        remove(tool)
        permission(tool)
    done()


main()
