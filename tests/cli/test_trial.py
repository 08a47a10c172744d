#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-login: the real stack through the real libpam, on a relocated store."""
import json
import os
import signal
import subprocess
import sys
import tempfile

from tool import PASSWORD, Tool, check, done


def trial(tool, *args, given=PASSWORD, code=0):
    return tool.json("test-login", "alice", "--password-stdin", "--confdir",
                     tool.dir + "/pam.d", *args, given=given + "\n", code=code)


def steps(document):
    return [(s["step"], s["name"]) for s in document.get("steps", [])]


def failures(tool):
    out, _ = tool.run("--json", "show", "alice")
    return json.loads(out)["failures"]


def write_stacks(tool, module):
    os.mkdir(tool.dir + "/pam.d")
    os.mkdir(tool.dir + "/tmp")
    line = f"{module} conf={tool.conf} nodelay\n"
    with open(tool.dir + "/pam.d/sshd", "w", encoding="ascii") as file:
        file.write("auth include common\naccount include common\n")
    with open(tool.dir + "/pam.d/common", "w", encoding="ascii") as file:
        file.write(f"# {module}\nauth required \\\n {line}")
        file.write(f"account required {line}")


def outcomes(tool):
    document = trial(tool)
    check(steps(document) == [("authenticate", "PAM_SUCCESS"),
                              ("account", "PAM_SUCCESS")], document)
    check(document["can_login"] is True, document)
    document = trial(tool, given="wrong", code=4)
    check(steps(document) == [("authenticate", "PAM_AUTH_ERR")], document)
    check(document["messages"] != [], "what the person is told:", document)
    check(failures(tool) == 1, "it counts")
    document = trial(tool, "--no-count", given="wrong again", code=4)
    check(document["counted"] is False and failures(tool) == 1, document)
    trial(tool, "--no-count")
    check(failures(tool) == 1, "a right one clears nothing either")
    left = os.listdir(tool.dir + "/tmp")
    check(left == [], "the private copy is gone:", left)


def states(tool):
    trial(tool, given="wrong two", code=4)
    trial(tool, given="wrong three", code=5)
    trial(tool, code=5)
    document = tool.json("why", "alice", code=5)
    check((document["reason"], document["failures"]) == ("locked-out", 3),
          document)
    check(document["lane"] == "remote" and
          [(lane["lane"], lane["state"]) for lane in document["lanes"]] ==
          [("remote", "locked-out"), ("console", "ok"), ("known", "ok")],
          document)
    out, _ = tool.run("show", "alice")
    check("the console and known addresses are open" in out, out)
    check("Next lock: 20 min" in out, out)
    check("3 without a good login; 100 hold the account" in out, out)
    tool.screen("show", "alice")
    source = document["sources"][0]
    check((source["service"], source["attempts"]) == ("sshd", 4), document)
    out, _ = tool.run("status", "alice", code=5)
    check(out.startswith("alice locked-out until 20"), out)
    check("(in 10 min)" in out and out.endswith("3/3 failures\n"), out)
    tool.screen("why", "alice", code=5)
    tool.screen("list")
    tool.screen("log", "alice")
    document = tool.json("unlock", "alice", "--reason", "called in")
    check(document["accounts"][0]["was"] == "locked-out", document)
    trial(tool)
    tool.run("disable", "alice")
    trial(tool, code=6)
    tool.run("enable", "alice")
    tool.run("passwd", "alice", "--password-stdin", "--must-change",
             given="another pass phrase")
    document = trial(tool, given="another pass phrase")
    check(steps(document)[1] == ("account", "PAM_NEW_AUTHTOK_REQD"), document)


def refusals(tool):
    where = ["--confdir", tool.dir + "/pam.d"]
    _, err = tool.run("test-login", "alice", "--service", "shsd", *where,
                      code=2)
    check("did you mean sshd?" in err, err)
    _, err = tool.run("test-login", "alice", "--service", "ssh", *where,
                      code=2)
    check("did you mean sshd?" in err, err)
    tool.run("test-login", "alice", "--service", "../sshd", *where, code=2)
    tool.run("test-login", "alice", "--password-stdin", *where, code=2,
             given="a\0b")
    tool.run("test-login", "no.such.name", "--password-stdin", *where, code=3,
             given="something")
    english, japanese = tool.screen("test-login", "alice", "--password-stdin",
                                    *where, given="another pass phrase\n")
    check("alice can log in through sshd." in english, english)
    check(japanese != "", japanese)


def follow(tool):
    """--follow shows what is written afterwards, through a rotation of the file."""
    command = [tool.program, "--conf", tool.conf, "log", "--follow",
               "--since", "+0s"]
    with tempfile.TemporaryFile() as errors, \
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors,
                             env=tool.environment({})) as child:
        tool.run("lock", "alice", "--reason", "first of them")
        while b"first of them" not in child.stdout.readline():
            pass
        os.rename(tool.dir + "/log/log.jsonl", tool.dir + "/log/log.1")
        tool.run("unlock", "alice", "--reason", "second of them")
        line = child.stdout.readline()
        check(b"second of them" in line, line)
        child.send_signal(signal.SIGTERM)


def main():
    with Tool(sys.argv[1]) as tool:
        tool.ready("alice")
        write_stacks(tool, os.path.abspath(sys.argv[2]))
        outcomes(tool)
        states(tool)
        refusals(tool)
        follow(tool)
    done()


main()
