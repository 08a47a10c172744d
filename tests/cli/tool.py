# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the built 7idctl on a store of its own in a temporary directory."""
import json
import os
import subprocess
import sys
import tempfile
import unicodedata

WIDTH = 80
PASSWORD = "correct horse 1"
SETTINGS = """\
store_dir = {0}/store
key_dir = {0}/keys
run_dir = {0}/run
log_dir = {0}/log
opslimit = 1
memlimit = 8M
deny = 3
support_contact = help@example.org
"""

failed = []
passed = 0


def check(condition, *what):
    """Counts one check and shows `what` when it does not hold."""
    global passed
    if condition:
        passed += 1
        return
    caller = sys._getframe(1)
    while caller.f_globals["__name__"] == __name__:
        caller = caller.f_back
    failed.append(what)
    print(f"line {caller.f_lineno}:", *what, file=sys.stderr)


def done():
    """Prints the count and ends the program."""
    print(f"{passed} checks passed, {len(failed)} failed")
    sys.exit(0 if passed and not failed else 1)


def columns(text):
    """The columns of one line on a terminal."""
    return sum(0 if unicodedata.combining(c) else
               2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


class Tool:
    """A 7idctl with settings in a directory that goes when the block ends."""

    def __init__(self, program):
        self.program = os.path.abspath(program)

    def __enter__(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="7id-", dir="/tmp")
        self.dir = self.scratch.name
        self.conf = os.path.join(self.dir, "c")
        self.settings("")
        return self

    def __exit__(self, *_):
        self.scratch.cleanup()

    def settings(self, more):
        """Writes the settings, `more` after the usual ones."""
        with open(self.conf, "w", encoding="utf-8") as file:
            file.write(SETTINGS.format(self.dir) + more)

    def environment(self, more):
        env = {"PATH": os.environ["PATH"], "TZ": "UTC", "LC_ALL": "C",
               "TMPDIR": self.dir + "/tmp"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        return {**env, **more}

    def run(self, *args, code=0, given="", env=None, conf=True):
        """Runs a command, checks its exit code; (stdout, stderr)."""
        command = [self.program, *(["--conf", self.conf] if conf else []),
                   *args]
        done_ = subprocess.run(command, input=given.encode(),
                               capture_output=True, check=False, timeout=120,
                               start_new_session=True,
                               env=self.environment(env or {}))
        out = done_.stdout.decode()
        err = done_.stderr.decode()
        check(done_.returncode == code, args, "exit", done_.returncode,
              "not", code, out, err)
        return out, err

    def json(self, *args, code=0, given=""):
        """The same with --json: the document, whose schema is 1."""
        out, _ = self.run("--json", *args, code=code, given=given)
        try:
            document = json.loads(out)
        except ValueError:
            check(False, args, "no JSON:", out)
            return {}
        check(next(iter(document)) == "v" and document["v"] == 1,
              "v is first and 1:", out)
        return document

    def screen(self, *args, code=0, given=""):
        """Runs it in both languages; every line must fit."""
        shown = []
        for lang in "en", "ja":
            out, _ = self.run("--lang", lang, *args, code=code, given=given)
            for line in out.splitlines():
                check(columns(line) <= WIDTH, args, lang, columns(line), line)
                check(line == line.rstrip(), "blanks at the end:", repr(line))
            shown.append(out)
        return shown

    def ready(self, *names):
        """Makes the store with accounts of one password."""
        self.run("init")
        for name in names:
            self.run("add", name, "--password-stdin", given=PASSWORD + "\n")
