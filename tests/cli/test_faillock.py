#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""7idctl faillock: the tables and exit codes of faillock(8), of its files and of ours."""
import os
import shutil
import struct
import subprocess
import sys
import time

from tool import PASSWORD, Tool, check, columns, done

REAL = shutil.which("faillock", path="/usr/sbin:/sbin:/usr/bin")
HEAD = ("When                Type  Source" + " " * 43 + "Valid\n")
SVC, VALID, RHOST, TTY = 0, 1, 2, 4


def record(source, status, when):
    return struct.pack("=52sHHQ", source.encode(), 0, status, when)


def write(place, name, *records):
    with open(os.path.join(place, name), "wb") as file:
        file.write(b"".join(records))


def files(tool):
    """Every kind of file and record that pam_faillock leaves."""
    now = int(time.time())
    place = os.path.join(tool.dir, "tallies")
    os.mkdir(place)
    write(place, "root", record("192.0.2.7", VALID | RHOST, now - 5),
          record("tty1", VALID | TTY, now - 4000),
          record("sshd", VALID, now), record("2001:db8::1", RHOST, now - 7),
          record("x" * 52, VALID | RHOST, 7),
          record("DOMAIN\\host\u3042", VALID | RHOST, 2**31),
          record("", VALID, 253402300800))
    write(place, "daemon")
    write(place, "Bin", record("pts/0", VALID | TTY, now), b"torn")
    write(place, ".hidden", *[record("h", VALID | RHOST, now)] * 1030)
    return place


def link(tool):
    """7idctl under the name that scripts call."""
    name = os.path.join(tool.dir, "faillock")
    if not os.path.exists(name):
        os.symlink(tool.program, name)
    return name


def call(tool, *args, env=None):
    result = subprocess.run([link(tool), *args], capture_output=True,
                            check=False, timeout=60,
                            env=tool.environment(env or {}))
    return result.returncode, result.stdout, result.stderr.decode()


def real(*args, env):
    result = subprocess.run([REAL, *args], capture_output=True, check=False,
                            timeout=60, env=env)
    return result.returncode, result.stdout


def same_bytes(tool, place):
    """The very bytes of the real program, in every zone."""
    if REAL is None or os.path.islink(REAL):
        print("faillock(8) is not installed: not compared")
        return
    for zone in "UTC", "Asia/Tokyo", "XYZ-5:45":
        for args in (["--dir", place], ["--dir", place + "/"],
                     *(["--user", name, "--dir", place] for name in
                       ("root", "daemon", "Bin", ".hidden"))):
            env = tool.environment({"TZ": zone})
            code, out, _ = call(tool, *args, env={"TZ": zone})
            check((code, out) == real(*args, env=env), args, zone, out)
    for args in (["--dir"], ["--user", "", "--dir", place], ["--foo"], ["x"],
                 ["--dir", place + "/none"], ["--user", "daemon", "--dir",
                                              place + "/gone/"]):
        code, out, _ = call(tool, *args)
        wanted, _ = real(*args, env=tool.environment({}))
        if "gone" not in args[-1]:
            check(code == wanted, args, code, wanted)
        check(out == b"", args, out)


def hostile(tool, place):
    """What is no tally file harms nobody and is left as it is."""
    write(place, "evil", record("a\x1b[2J\nb\u202e", VALID | RHOST, 5),
          record("far", VALID, 2**62))
    os.symlink("root", place + "/link")
    os.symlink("/etc/shadow", place + "/shadow")
    os.mkfifo(place + "/fifo")
    os.mkdir(place + "/sub")
    before = os.stat(place + "/root")
    code, out, err = call(tool, "--dir", place)
    check(code == 0 and b"\x1b" not in out and b"\\u{1B}" in out, out)
    check(b"far" not in out and "no calendar" in err, out, err)
    for name, why in (("link", "symbolic link"), ("shadow", "symbolic link"),
                      ("fifo", "regular file"), ("sub", "regular file")):
        check(f"{name} cannot be opened" in err and why in err, name, err)
        check(call(tool, "--dir", place, "--user", name)[0] == 3, name)
        check(call(tool, "--dir", place, "--user", name, "--reset")[0] == 3,
              name)
    for name in "../tallies/root", "./root", "a/b", "..":
        check(call(tool, "--dir", place, "--user", name)[0] == 3, name)
    after = os.stat(place + "/root")
    check((before.st_mode, before.st_uid, before.st_mtime_ns) ==
          (after.st_mode, after.st_uid, after.st_mtime_ns), "looked only")
    code, out, err = call(tool, "--dir", place, "--user", "nobody-at-all")
    check((code, out) == (1, b"") and "no such user" in err, code, err)
    check(call(tool, "--dir", place, "--user", "root", "--reset")[0] == 0)
    check(os.path.getsize(place + "/root") == 0, "emptied")
    check(os.path.getsize(place + "/Bin") == 68, "left alone")
    check(call(tool, "--dir", place, "--reset")[:2] == (0, b""))
    check(os.path.getsize(place + "/Bin") == 0, "all emptied")
    check(os.path.getsize(place + "/evil") == 0, "all emptied")


def legacy(tool, place):
    code, out, _ = call(tool, "--dir", place, "--legacy-output", "--user",
                        "Bin")
    lines = out.decode().splitlines()
    check(code == 0 and lines[0] ==
          "Login           Failures    Latest failure         From", lines)
    check(lines[1].startswith("Bin                 1 ") and
          lines[1].endswith("    pts/0"), lines)
    document = tool.json("faillock", "--dir", place, "--user", "Bin")
    rows = document["users"][0]["records"]
    check((rows[0]["type"], rows[0]["source"], rows[0]["valid"]) ==
          ("TTY", "pts/0", True), document)


def miss(tool, name, *codes):
    """Wrong passwords, each another one, with the code that each ends in."""
    for i, code in enumerate(codes):
        tool.json("test-login", name, "--password-stdin", "--confdir",
                  tool.dir + "/pam.d", given=f"wrong {i}\n", code=code)


def ours(tool):
    """Our tallies in the same table; the log says where from."""
    tool.ready("alice", "bob", "carol")
    out, _ = tool.run("faillock")
    check(out == "", out)
    out, _ = tool.run("faillock", "--user", "alice")
    check(out == "alice:\n" + HEAD, out)
    miss(tool, "alice", 4, 4)
    miss(tool, "bob", 4)
    out, err = tool.run("faillock")
    lines = out.splitlines()
    check([line for line in lines if line.endswith(":")] ==
          ["alice:", "bob:"] and err == "", out, err)
    rows = [line for line in lines if line.endswith(" V")]
    check(len(rows) == 3 and all(len(row) == 81 - 1 for row in rows), out)
    check(all(row[20:26] in ("SVC   ", "TTY   ", "RHOST ") and
              "sshd" in row or "tty" in row or "ssh" in row
              for row in rows), out)
    document = tool.json("faillock", "--user", "bob")
    row = document["users"][0]["records"][0]
    check((row["valid"], row["lane"]) == (True, "remote"), row)
    counted_elsewhere(tool, out)
    os.rename(tool.dir + "/log/log.jsonl", tool.dir + "/log/old")
    out, _ = tool.run("faillock", "--user", "bob")
    check("SVC   remote" + " " * 47 + "V" in out, out)
    for lang in "en", "ja":
        shown, _ = tool.run("--lang", lang, "faillock")
        check(shown.count(HEAD) == 2, "never translated", shown)
    resets(tool)


def counted_elsewhere(tool, before):
    """Of a password that another module checked the log knows as much."""
    path = tool.dir + "/log/log.jsonl"
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace('"checked":"real"', '"checked":"elsewhere"'))
    # The seconds of the two clocks do not change together: one may be told.
    after = tool.run("faillock")[0]
    check('"real"' in text and [line[20:] for line in after.splitlines()]
          == [line[20:] for line in before.splitlines()], "elsewhere", after)


def resets(tool):
    out, err = tool.run("faillock", "--user", "nobody", code=1)
    check("no such user: nobody" in err and out == "", err)
    tool.run("faillock", "--user", "nobody", "--reset", code=1)
    tool.run("faillock", "--user", "../x", code=1)
    tool.run("faillock", "--user", "", code=1)
    tool.run("faillock", "--nonsense", code=1)
    tool.run("faillock", "extra", code=1)
    out, _ = tool.run("faillock", "--user", "alice", "--reset")
    check(out == "", out)
    check(tool.json("status", "alice")["failures"] == 0, "forgotten")
    check(tool.json("status", "bob")["failures"] == 1, "not his")
    miss(tool, "alice", 4, 4, 5)
    tool.run("status", "alice", code=5)
    tool.run("lock", "carol")
    tool.run("faillock", "--reset")
    tool.run("status", "alice")
    check(tool.json("status", "bob")["failures"] == 0, "all")
    tool.run("status", "carol", code=5)
    log, _ = tool.run("--json", "log")
    check(log.count('"event":"faillock"') == 3, log)
    code, out, _ = call(tool, "--conf", tool.conf, "--user", "carol")
    check((code, out.decode()) == (0, "carol:\n" + HEAD), out)


def trouble(tool):
    with open(tool.conf, "a", encoding="utf-8") as file:
        file.write("deny = lots\n")
    tool.run("faillock", code=1)
    tool.settings("")
    os.rename(tool.dir + "/store", tool.dir + "/gone")
    check(tool.json("faillock", code=2)["exit"] == 2, "no store")


def main():
    with Tool(sys.argv[1]) as tool:
        place = files(tool)
        os.mkdir(tool.dir + "/pam.d")
        os.mkdir(tool.dir + "/tmp")
        line = f"{os.path.abspath(sys.argv[2])} conf={tool.conf} nodelay\n"
        with open(tool.dir + "/pam.d/sshd", "w", encoding="ascii") as file:
            file.write(f"auth required {line}account required {line}")
        same_bytes(tool, place)
        legacy(tool, place)
        hostile(tool, place)
        ours(tool)
        trouble(tool)
    done()


main()
