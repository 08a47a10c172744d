#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sendmail that writes down what it is given, and fails as it is told: RECORD MODE ARGUMENT..."""
import os
import resource
import signal
import subprocess
import sys
import time

record, mode, *args = sys.argv[1:]


def write(text):
    """The whole record at once."""
    with open(record, "w", encoding="utf-8") as file:
        file.write(text)


def signals():
    """Masks of what is blocked and ignored; Python itself ignores two."""
    with open("/proc/self/status", encoding="ascii") as file:
        status = dict(line.split(":", 1) for line in file)
    own = 1 << signal.SIGPIPE - 1 | 1 << signal.SIGXFSZ - 1
    return f"{int(status['SigBlk'], 16)} {int(status['SigIgn'], 16) & ~own}"


def sleeper():
    """A child that outlives us."""
    child = subprocess.Popen(["sleep", "600"])
    write(f"{child.pid}\n")
    return child


if mode == "hang":
    sleeper()
    time.sleep(600)
elif mode.startswith("exit:"):
    sys.stdin.buffer.read()
    print("queue full\033[2J", file=sys.stderr)
    sys.exit(int(mode.removeprefix("exit:")))
elif mode == "kill":
    os.kill(os.getpid(), signal.SIGKILL)
elif mode == "unread":
    os.close(0)
elif mode == "half":
    os.read(0, 10)
elif mode == "shout":
    sys.stderr.write("x" * 1000000)
    sys.exit(1)
elif mode == "background":
    sys.stdin.buffer.read()
    sleeper()
else:
    stdin = sys.stdin.read()
    fds = [int(fd) for fd in os.listdir("/proc/self/fd")
           if os.path.exists(f"/proc/self/fd/{fd}")]
    core = resource.getrlimit(resource.RLIMIT_CORE)[0]
    environment = {name: value for name, value in sorted(os.environ.items())
                   if name not in ("PWD", "OLDPWD", "SHLVL", "_", "LC_CTYPE")}
    write(f"\nargs {args}\nuids {list(os.getresuid())}\n"
          f"gids {list(os.getresgid())}\ngroups {os.getgroups()}\n"
          f"fds {sorted(fds)}\nenv {environment}\n"
          f"cwd {os.getcwd()}\nsignals {signals()}\ncore {core}\n"
          f"stdin {stdin}")
