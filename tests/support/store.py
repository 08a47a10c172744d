# SPDX-License-Identifier: GPL-3.0-or-later
"""A store of a test's own, relocated into a temporary directory, and the programs that drive the module on it.

As root the programs run as an ordinary user (uid 65534), so that every test says the same for everybody.
"""
import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading

USER = 65534
SETTINGS = {"opslimit": "1", "memlimit": "8K"}
CALLS = ("auth", "account", "password", "session")
PROGRAMS = ("PAM_7ID", "PAM_GIVE", "PAM_YESNO", "PAMDRIVE", "PAMCROWD",
            "PAMSTATE", "MKSTORE", "LOCKPLAY")

_base = None
_templates = {}
_lock = threading.Lock()


def base():
    """The directory of all stores of this process, with copies of what was built, gone at its end."""
    global _base
    if _base is None:
        _base = tempfile.mkdtemp(prefix="7id-pam.")
        owner = os.getpid()
        atexit.register(lambda: os.getpid() == owner
                        and shutil.rmtree(_base, ignore_errors=True))
        os.chmod(_base, 0o755)
        for name in PROGRAMS:
            copy = os.path.join(_base, name.lower())
            shutil.copyfile(os.environ[name], copy)
            os.chmod(copy, 0o755)
    return _base


def program(name):
    """The path of a built program or module, where any user can reach it."""
    return os.path.join(base(), name)


def escape(text):
    """Bytes or text as pam_unescape reads it."""
    raw = text if isinstance(text, bytes) else text.encode()
    return "".join(chr(byte) if 0x20 <= byte < 0x7f and byte != 0x5c
                   else f"\\x{byte:02x}" for byte in raw)


def copy_tree(old, new):
    """A directory with all owners and modes."""
    shutil.copytree(old, new)
    for place, _, names in os.walk(old):
        for path in [place] + [os.path.join(place, name) for name in names]:
            copy = os.path.join(new, os.path.relpath(path, old))
            stat = os.stat(path)
            os.chown(copy, stat.st_uid, stat.st_gid)
            os.chmod(copy, stat.st_mode & 0o7777)


class Store:
    """Settings, keys, store, log and PAM services in a directory."""

    def __init__(self, arguments=(), stack=None, as_root=False, **settings):
        self.dir = tempfile.mkdtemp(dir=base())
        self.as_root = as_root
        self.settings = {**SETTINGS, **settings}
        self.arguments = list(arguments)
        self.stack = stack or {}
        self.pids = []  # of the last crowd, in the order of its jobs
        self.name_service = ""  # as name_service.c has it
        self.conf = self.path("7id.conf")
        os.mkdir(self.path("pam.d"))
        self.own(self.dir, self.path("pam.d"))
        os.chmod(self.dir, 0o755)
        self.configure()

    def path(self, *names):
        """A path below the directory."""
        return os.path.join(self.dir, *names)

    def own(self, *paths):
        """Gives files to the user that the programs run as."""
        if os.geteuid() == 0 and not self.as_root:
            for path in paths:
                os.chown(path, USER, USER, follow_symlinks=False)

    def write(self, path, text):
        """Writes a file of the tests' user."""
        mode = "wb" if isinstance(text, bytes) else "w"
        with open(path, mode) as out:
            out.write(text)
        self.own(path)

    def configure(self, **settings):
        """Changes settings; None takes one out."""
        for name, value in settings.items():
            self.settings[name] = value
        lines = [f"{name} = {value}\n"
                 for name, value in self.settings.items()
                 if value is not None]
        lines += [f"{name} = {self.path(place)}\n" for name, place in
                  (("store_dir", "store"), ("key_dir", "keys"),
                   ("run_dir", "run"), ("log_dir", "log"))
                  if name not in self.settings]
        self.write(self.conf, "".join(lines))
        os.chmod(self.conf, 0o644)
        self.configure_pam()

    def configure_pam(self):
        """Writes the service: the module alone, or the lines of `stack`."""
        module = " ".join([program("pam_7id"), f"conf={self.conf}"]
                          + self.arguments)
        lines = []
        for call in CALLS:
            for line in self.stack.get(call, ["required 7id"]):
                line = re.sub(r"\b7id\b", module, line, count=1)
                line = re.sub(r"\bgive\b", program("pam_give"), line, count=1)
                line = line.replace("$DIR", self.dir)
                lines.append(f"{call} {line}\n")
        self.write(self.path("pam.d", "7id"), "".join(lines))

    def run(self, argv, stdin=None, wait=True, shift=True):
        """Runs a program as the tests' user; its output as bytes, or the process."""
        env = {"SYSLOG_CAPTURE": self.path("syslog"),
               "AUDIT_CAPTURE": self.path("audit"), "PATH": "/bin:/usr/bin"}
        if self.name_service:
            env["NAME_SERVICE"] = self.name_service
        if shift and os.path.exists(self.path("shift")):
            env["CLOCKSHIFT"] = self.path("shift")
        who = {}
        if os.geteuid() == 0 and not self.as_root:
            who = {"user": USER, "group": USER, "extra_groups": []}
        proc = subprocess.Popen(argv, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, env=env, cwd="/",
                                **who)
        if stdin:
            proc.stdin.write(stdin)
            proc.stdin.close()
            proc.stdin = None
        if not wait:
            return proc
        out, _ = proc.communicate()
        return proc.returncode, out

    def make(self, *commands):
        """Runs commands of mkstore; its output as text."""
        lines = "".join("\t".join(command) + "\n" for command in commands)
        code, out = self.run([program("mkstore"), self.conf], lines.encode())
        if code != 0:
            sys.exit(f"mkstore failed: {commands[:3]}")
        return out.decode()

    def init(self):
        """Makes the store: a copy of one that was made before."""
        with _lock:
            new = _templates.get(self.as_root)
            if new is None:
                self.make(("init",))
                new = _templates[self.as_root] = tempfile.mkdtemp(dir=base())
                for place in ("store", "keys"):
                    copy_tree(self.path(place), os.path.join(new, place))
                return
        for place in ("store", "keys"):
            copy_tree(os.path.join(new, place), self.path(place))

    def add(self, name, password, flags=""):
        """Adds an account."""
        self.make(("add", name, escape(password), flags))

    def look(self, name):
        """What the store knows of an account, as a dictionary of text."""
        return self.looks([name])[name]

    def looks(self, names):
        """The same for many."""
        lines = self.make(*(("look", name) for name in names)).splitlines()
        words = (line.split() for line in lines)
        return {name: dict(word.split("=", 1) for word in facts)
                for name, *facts in words}

    def shift(self, boot, wall):
        """Shifts the clocks of the programs run from now on, in seconds."""
        self.write(self.path("shift"), f"{boot} {wall}\n")

    def drive_argv(self, user, answers, calls, options=()):
        """The command line of one transaction; `answers` as pamdrive reads them."""
        path = self.path("answers")
        self.write(path, "".join(line + "\n" for line in answers))
        argv = [program("pamdrive"), "--confdir", self.path("pam.d"),
                "--answers", path]
        if user is not None:
            argv += ["--user", escape(user)]
        return argv + list(options) + ["--"] + list(calls)

    def drive(self, user, answers, calls=("authenticate",), options=()):
        """One transaction; its transcript as text."""
        _, out = self.run(self.drive_argv(user, answers, calls, options))
        return out.decode(errors="surrogateescape")

    def login(self, user, password, options=()):
        """The code of pam_authenticate."""
        out = self.drive(user, ["=" + escape(password)], options=options)
        found = re.findall(r"^  = (\S+)$", out, re.M)
        return found[0] if found else out

    def crowd(self, how, jobs):
        """Many logins: a list of (code, nanoseconds) in the order of the jobs."""
        return self.waves(how, [jobs])

    def waves(self, how, waves):
        """Crowds one after the other; the answers of all as one list."""
        path = self.path("jobs")
        self.write(path, "\n".join("".join(
            "\t".join((escape(user), rhost, escape(password), *tty)) + "\n"
            for user, rhost, password, *tty in jobs) for jobs in waves))
        jobs = [job for jobs in waves for job in jobs]
        code, out = self.run([program("pamcrowd"), how, self.path("pam.d"),
                              path, program("pam_7id")])
        lines = sorted((int(number), word, int(time), int(pid))
                       for number, word, time, pid
                       in (line.split() for line in out.decode().splitlines()))
        if code != 0 or len(lines) != len(jobs):
            sys.exit(f"pamcrowd failed: {code}, {len(lines)} answers")
        self.pids = [pid for _, _, _, pid in lines]
        return [(word, time) for _, word, time, _ in lines]

    def log(self):
        """The records of log.jsonl; 7id.db(5) lets empty lines stand."""
        try:
            with open(self.path("log", "log.jsonl"), encoding="utf-8") as log:
                return [json.loads(line) for line in log if line.strip()]
        except FileNotFoundError:
            return []

    def syslog(self):
        """What went to syslog, as text."""
        try:
            with open(self.path("syslog"), encoding="utf-8",
                      errors="surrogateescape") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def audit(self):
        """The audit records that were sent, one a line, each with its number first."""
        try:
            with open(self.path("audit"), encoding="utf-8",
                      errors="surrogateescape") as log:
                return log.read().splitlines()
        except FileNotFoundError:
            return []

    def forget_logs(self):
        """Empties both logs."""
        for path in (self.path("syslog"), self.path("log", "log.jsonl")):
            if os.path.exists(path):
                os.unlink(path)


class Checks:
    """Counts what holds and shows what does not."""

    def __init__(self):
        self.passed = self.failed = 0

    def equal(self, got, want, what):
        """The two are equal."""
        self.true(got == want, f"{what}: got {got!r}, want {want!r}")

    def true(self, holds, what):
        """It holds."""
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"failed: {what}", file=sys.stderr)

    def done(self):
        """Ends the test."""
        print(f"{self.passed} checks passed, {self.failed} failed")
        sys.exit(0 if self.passed and not self.failed else 1)
