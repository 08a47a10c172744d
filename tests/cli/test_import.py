#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""import: what is added, what is refused and why, and what an interrupted one leaves."""
import base64
import fcntl
import json
import os
import pty
import resource
import select
import signal
import struct
import subprocess
import sys

from tool import Tool, check, done

HEAD = "name,verifier,email1,email1_confirmed,birthdate,lang,expires\n"
MANY = 300
F_OFD_SETLK = 37
SHARDS = "g000001"


def phc(seed, m=8192, t=1, p=1, salt=16, size=32):
    """A verifier as others write it; nobody's password."""
    def text(n):
        return base64.b64encode(bytes([seed % 256]) * n).decode().rstrip("=")
    return f"$argon2id$v=19$m={m},t={t},p={p}${text(salt)}${text(size)}"


def people(count, first=0):
    return HEAD + "".join(
        f'user{i},"{phc(i)}",user{i}@example.org,true,1990-01-31,ja,\n'
        for i in range(first, first + count))


def write(tool, name, text):
    path = os.path.join(tool.dir, name)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


def accounts(tool):
    return tool.json("list")["accounts"]


def good(tool):
    path = write(tool, "good.csv", people(20))
    out, err = tool.run("import", "csv", "--dry-run", path)
    check(out == "" and "to be added: 20" in err and "nothing" in err, err)
    check(not accounts(tool), "a dry run changes nothing")
    out, err = tool.run("import", "csv", path)
    check(out == "" and "added: 20, there already: 0, refused: 0" in err, err)
    shown = tool.json("show", "user7")
    check(shown["email"] == [{"address": "user7@example.org",
                              "confirmed": True}], shown)
    check((shown["birthdate"], shown["lang"], shown["state"]) ==
          ("1990-01-31", "ja", "ok"), shown)
    _, err = tool.run("import", "csv", path)
    check("added: 0, there already: 20" in err, "repeated:", err)
    lines = "".join(json.dumps({
        "name": f"user{i}", "verifier": phc(i), "email1_confirmed": True,
        "email1": f"user{i}@example.org", "birthdate": "1990-01-31",
        "lang": "ja"}) + "\n" for i in range(22))
    document = tool.json("import", "json", "-", given=lines)
    check((document["added"], document["already"], document["refused"]) ==
          (2, 20, 0), "the same in JSON:", document)
    check(document["done"] == "import json" and document["changed"], document)
    array = "[" + ",".join(lines.splitlines()) + "]"
    _, err = tool.run("import", "json", "-", given=array)
    check("added: 0, there already: 22" in err, err)
    tool.json("store", "check")


def flags(tool):
    tool.run("import", "csv", "-", given=(
        "\ufeffname,disabled,must_change,email1,email2,expires\r\n"
        "dora,true,,d@example.org,e@example.org,\r\n"
        "emil,,true,,,2001-02-03\r\nfay,,,,,2999-01-01T00:00:00Z\r\n"))
    check(tool.json("show", "dora")["state"] == "disabled", "disabled")
    check(tool.json("status", "emil", code=6)["state"] == "expired", "expired")
    check(tool.json("show", "emil")["must_change"] is True, "must change")
    check(tool.json("show", "fay")["expires"] == "2999-01-01T00:00:00Z", "end")
    check(tool.json("status", "fay", code=4)["state"] == "no-password",
          "no verifier: nothing opens the account")
    tool.run("import", "csv", "-", given="name,counts_only\ngus,true\n")
    check(tool.json("status", "gus")["state"] == "counts-only", "counts only")
    _, err = tool.run("import", "csv", "-", code=1, given=(
        f"name,counts_only,verifier\nhal,true,\"{phc(1)}\"\n"))
    check("counts_only" in err, "both:", err)


BAD = (
    ("1abc", "{v}", "", "", "name"), ("root", "{v}", "", "", "name"),
    ("", "{v}", "", "", "name"), ("a b", "{v}", "", "", "name"),
    ("x1", "$argon2i$v=19$m=8192,t=1,p=1$a$b", "", "", "verifier"),
    ("x2", phc(1, p=2), "", "", "verifier"),
    ("x3", phc(1, salt=8), "", "", "verifier"),
    ("x4", phc(1, size=64), "", "", "verifier"),
    ("x5", phc(1, m=4194305), "", "", "verifier"),
    ("x6", "{v}", "nobody", "", "email1"),
    ("x7", "{v}", "", "1990-02-30", "birthdate"),
)


def refused(tool):
    before = len(accounts(tool))
    rows = "name,verifier,email1,birthdate\nnew1,,,\n" + "".join(
        f'{name},"{verifier.format(v=phc(3))}",{mail},{birth}\n'
        for name, verifier, mail, birth, _ in BAD)
    rows += "user1,,,\nnew2,,,\nnew1,,,\nnew1,,,\nshort\n\"open,,,\nnew3,,,\n"
    path = write(tool, "bad.csv", rows)
    document = tool.json("import", "csv", path, code=1)
    found = {r["line"]: r for r in document["refusals"]}
    for number, bad in enumerate(BAD, 3):
        check(found.get(number, {}).get("column") == bad[4], bad, found)
    at = 3 + len(BAD)
    check(found[at]["account"] == "user1", found[at])
    check([found[n]["first"] for n in (at + 2, at + 3)] == [2, 2], found)
    check(set(found) == set(range(3, at + 1)) | set(range(at + 2, at + 6)),
          found)
    check((document["changed"], document["refused"], document["exit"]) ==
          (False, len(found), 1), document)
    check(len(accounts(tool)) == before, "all or nothing")
    _, err = tool.run("import", "csv", path, code=1)
    check("line 3: 1abc: name: " in err and "--continue" in err, err)
    check("(line 2)" in err and "nothing was changed" in err, err)
    _, err = tool.run("import", "csv", "--continue", "--dry-run", path, code=1)
    check("to be added: 3" in err, err)
    check(len(accounts(tool)) == before, "still nothing")
    _, err = tool.run("import", "csv", "--continue", path, code=1)
    check("added: 3" in err, err)
    check(len(accounts(tool)) == before + 3, "the rest")
    tool.json("status", "new2", code=4)


def broken(tool):
    before = len(accounts(tool))
    for text in "", "name,password\nx,y\n", "name,name\n", "name\x00\n":
        _, err = tool.run("import", "csv", "--continue", "-", code=1,
                          given=text)
        check("nothing was changed" in err, text, err)
    for text in ('[{"name":"y1"}', '[{"name":"y1"},]', '[{"name":"y1"}] []',
                 '{"name":"y1"}\n{"password":"x"}\n', ""):
        _, err = tool.run("import", "json", "--continue", "-", code=1,
                          given=text)
        check("nothing was changed" in err, text, err)
    document = tool.json("import", "json", "-", code=1, given='{"nom":"y"}')
    check(document["refusals"][0]["column"] == "nom", document)
    tool.run("import", "csv", tool.dir + "/missing", code=1)
    tool.run("import", "csv", tool.dir, code=1)
    tool.run("import", "csv", code=2)
    tool.run("import", "xml", "-", code=2)
    tool.run("--lang", "ja", "import", "csv", "-", code=1,
             given="name\nx\x1b[2J\n")
    check(len(accounts(tool)) == before, "nothing of these was added")


def exported(tool):
    """What export writes, import finds to be there already."""
    names = sorted(a["account"] for a in accounts(tool))
    out, err = tool.run("export")
    check("verifier" not in out and "$argon2id" not in out and err == "", err)
    check(sorted(line.split(",")[0] for line in out.splitlines()[1:]) == names,
          out)
    _, err = tool.run("import", "csv", "--dry-run", "-", given=out, code=1)
    check("another account" in err, "other than those with verifiers:", err)
    for form in "csv", "json":
        out, err = tool.run("export", "--format", form, "--with-verifiers")
        check("warning" in err and out.count("$argon2id") >= 20, err)
        _, err = tool.run("import", form, "-", given=out)
        check(f"added: 0, there already: {len(names)}, refused: 0" in err, err)
    out, _ = tool.run("--json", "export")
    check(sorted(a["name"] for a in json.loads(out)) == names, out)
    tool.run("export", "--format", "xml", code=2)


def shows_progress(tool):
    """On a terminal one line says how far it is, and goes before the rest."""
    path = write(tool, "shown.csv", people(5, 8000) + "a b,,,,,,\n")
    ours, theirs = pty.openpty()
    subprocess.run([tool.program, "--conf", tool.conf, "import", "csv",
                    "--dry-run", path], stderr=theirs, check=False,
                   env=tool.environment({}))
    os.close(theirs)
    said = b""
    try:
        while more := os.read(ours, 65536):
            said += more
    except OSError:
        pass  # the other end is closed
    os.close(ours)
    check(b"\rreading: 1\x1b[K" in said, said)
    check(b"\r\x1b[Kline 7: a b: name: " in said, said)
    check(b"checking: 0 / 5 (0 %)" in said, said)
    check(said.rstrip().endswith(tool.conf.encode() + b" import csv --continue "
                                 + path.encode()), said)


def start(tool, *args, **more):
    return subprocess.Popen(
        [tool.program, "--conf", tool.conf, *args], text=True,
        stderr=subprocess.PIPE, stdout=subprocess.PIPE,
        env=tool.environment({}), **more)


def while_reading(tool):
    """Interrupted before the end of the file: nothing was written."""
    before = len(accounts(tool))
    for sig in signal.SIGINT, signal.SIGTERM, signal.SIGKILL:
        child = start(tool, "import", "csv", "-", stdin=subprocess.PIPE)
        child.stdin.write(people(50, 1000))
        child.stdin.flush()
        child.send_signal(sig)
        check(child.wait(timeout=60) == -sig, "ends by the signal", sig)
        child.communicate()
        check(len(accounts(tool)) == before, "nothing was added", sig)
        check(os.listdir(tool.dir + "/store").count("import.tmp") == 0,
              "nothing lies about")


class Shard:
    """Holds one shard's lock, so that an import waits there."""

    def __init__(self, tool, index):
        path = f"{tool.dir}/store/{SHARDS}/{index:03x}"
        self.before = f"{tool.dir}/store/{SHARDS}/{index - 1:03x}.db"
        self.fd = os.open(path + ".lock", os.O_RDWR)
        self.inode = os.stat(self.before).st_ino
        self.set(fcntl.F_WRLCK)

    def set(self, kind):
        fcntl.fcntl(self.fd, F_OFD_SETLK,
                    struct.pack("hhqqi4x", kind, 0, 0, 1, 0))

    def reached(self):
        """Waits until the shard before it was replaced."""
        while os.stat(self.before).st_ino == self.inode:
            select.select([], [], [], 0.01)

    def release(self):
        self.set(fcntl.F_UNLCK)
        os.close(self.fd)


def while_adding(tool):
    """Stopped between two shards: the same import again adds the rest."""
    first = 2000
    for sig, index in ((signal.SIGINT, 3), (signal.SIGTERM, 8),
                       (signal.SIGKILL, 2), (signal.SIGKILL, 13)):
        before = len(accounts(tool))
        path = write(tool, "many.csv", people(MANY, first))
        shard = Shard(tool, index)
        child = start(tool, "import", "csv", path)
        shard.reached()
        child.send_signal(sig)
        if sig == signal.SIGKILL:
            child.wait(timeout=60)
        shard.release()
        _, err = child.communicate(timeout=60)
        check(child.returncode == -sig, "ends by the signal", sig, err)
        if sig != signal.SIGKILL:
            check("the same import again" in err, err)
        part = len(accounts(tool)) - before
        check(0 < part < MANY, "a part is there", part)
        check(tool.json("store", "check")["damage"] == 0, "and sound")
        document = tool.json("import", "csv", path)
        check((document["already"], document["added"]) ==
              (part, MANY - part), document)
        check(len(accounts(tool)) == before + MANY, "all are there")
        first += MANY
    check(not tool.json("store", "check")["findings"], "nothing is left over")


def while_used(tool):
    """A name that somebody adds while the import runs stays theirs."""
    path = write(tool, "late.csv", people(60, 9000))
    shard = Shard(tool, 1)
    child = start(tool, "--json", "import", "csv", path)
    os.set_blocking(child.stderr.fileno(), False)
    first = f"{tool.dir}/store/{SHARDS}/000.db"
    check(shard.before == first, shard.before)
    shard.reached()
    late = None
    for i in range(9059, 8999, -1):
        # Names of shards after the held one can be added meanwhile.
        done_ = subprocess.run(
            [tool.program, "--conf", tool.conf, "--json", "status",
             f"user{i}"], capture_output=True, check=False,
            env=tool.environment({}))
        if done_.returncode != 3:
            continue
        add = start(tool, "add", f"user{i}", "--password-stdin",
                    stdin=subprocess.PIPE)
        try:
            add.communicate("correct horse 1\n", timeout=5)
        except subprocess.TimeoutExpired:
            add.kill()
            add.communicate()
            continue
        check(add.returncode == 0, "added meanwhile", i)
        late = f"user{i}"
        break
    shard.release()
    out, _ = child.communicate(timeout=60)
    document = json.loads(out)
    check(late is not None and document["exit"] == 1 and
          [r["account"] for r in document["refusals"]] == [late], document)
    check(document["added"] == 59, document)


def no_room(tool):
    """What would not fit is refused before any of it is written."""
    before = len(accounts(tool))
    path = write(tool, "large.csv", people(MANY, 20000))
    preload = {"LD_PRELOAD": os.path.abspath(sys.argv[3])}
    for args in (), ("--dry-run",):
        _, err = tool.run("import", "csv", *args, path, code=7, env=preload)
        check(f"{MANY} more accounts need up to " in err and
              " 1 MiB are free" in err and "nothing was changed" in err, err)
    out, _ = tool.run("--json", "import", "csv", path, code=7, env=preload)
    document = json.loads(out)
    check(document["needed"] > MANY * 6000 and document["free"] == 1 << 20 and
          not document["changed"], document)
    check(len(accounts(tool)) == before, "nothing was added")
    small = write(tool, "small.csv", people(2, 20000))
    tool.run("import", "csv", small, env=preload)
    check(len(accounts(tool)) == before + 2, "what fits is added")


def limited(tool):
    """Under a limit of file sizes: said, and the store is as it was."""
    before = len(accounts(tool))
    path = write(tool, "limited.csv", people(MANY, 30000))
    for limit in 65536, 262144:
        child = start(tool, "import", "csv", path, preexec_fn=lambda:
                      resource.setrlimit(resource.RLIMIT_FSIZE,
                                         (limit, limit)))
        _, err = child.communicate(timeout=60)
        check(child.returncode == 7, "exit", child.returncode, err)
        check("File too large" in err and "ulimit -f" in err and
              "nothing was changed" in err, err)
        check(len(accounts(tool)) == before, "nothing was added")
    check(tool.json("store", "check")["damage"] == 0, "and sound")


def main():
    with Tool(sys.argv[1]) as tool:
        tool.run("init", "--accounts", "100")
        good(tool)
        flags(tool)
        refused(tool)
        broken(tool)
        exported(tool)
        shows_progress(tool)
        while_reading(tool)
        while_adding(tool)
        while_used(tool)
        no_room(tool)
        limited(tool)
    done()


main()
