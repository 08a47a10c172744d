#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays tests/pam/scripts: one text file a case, described in its README."""
import concurrent.futures
import difflib
import os
import re
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import store  # noqa: E402

SCRIPTS = os.path.join(HERE, "scripts")
REFERENCE = re.compile(r"(7iD |SEVENID_REFERENCE=)[0-9A-HJKMNP-TV-Z]{8}\b")

AUDIT = os.environ.get("AUDIT") == "1"  # the module is built with libaudit
AUDIT_TYPES = {"USER_MGMT": 1102, "ANOM_LOGIN_FAILURES": 2100,
               "RESP_ACCT_LOCK": 2207, "RESP_ACCT_UNLOCK_TIMED": 2206}


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# How people type a code.
DISGUISES = {
    "": str,
    "lower": lambda code: code.lower().replace("0", "o").replace("1", "l"),
    "bare": lambda code: code.replace("-", ""),
    "wide": lambda code: "".join(
        chr(ord(c) + 0xfee0) if c != "-" else "\u30fc" for c in code),
    "slip": lambda code: code[:-1] + ALPHABET[
        (ALPHABET.index(code[-1]) + 1) % 32],
}


class Broken(Exception):
    """The case is not written as README says, or did not hold."""


def read_words():
    """The sentences that cases name."""
    words = {}
    with open(os.path.join(SCRIPTS, "words"), encoding="utf-8") as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                name, text = line.rstrip("\n").split(" = ", 1)
                words[name] = text.strip('"')
    return words


WORDS = read_words()


def text_of(word):
    """A sentence: the name of one in `words`, or the text itself in quotes."""
    if word.startswith('"') and word.endswith('"'):
        return word[1:-1]
    if word not in WORDS:
        raise Broken(f"no sentence {word!r} in words")
    return WORDS[word]


class Case:
    """One script and the store it is played on."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            lines = [line.rstrip("\n") for line in file]
        self.lines = [(number, line) for number, line in enumerate(lines, 1)
                      if line.strip() and not line.startswith("#")]
        self.at = 0
        self.as_root = any(line == "as root" for _, line in self.lines)
        self.logged = []
        self.audited = 0
        self.codes = {}
        self.store = None

    def play(self):
        """Plays every line; raises Broken at the first that does not hold."""
        self.store = store.Store(as_root=self.as_root)
        self.store.init()
        while self.at < len(self.lines):
            number, line = self.lines[self.at]
            try:
                self.act(line)
            except Broken as broken:
                raise Broken(f"line {number}: {broken}") from None
        self.log_is_over()

    def act(self, line):
        """One line and the indented ones under it."""
        word, _, rest = line.partition(" ")
        act = getattr(self, "do_" + word.replace("-", "_"), None)
        if line.startswith(" ") or act is None:
            raise Broken(f"not understood: {line!r}")
        self.at += 1
        act(rest)

    def indented(self):
        """The lines under the present one."""
        lines = []
        while self.at < len(self.lines) and \
                self.lines[self.at][1].startswith(" "):
            lines.append(self.lines[self.at][1].strip())
            self.at += 1
        return lines

    def do_as(self, rest):
        """`as root` was seen before the store was made."""
        if rest != "root":
            raise Broken("as whom?")

    def do_setting(self, rest):
        name, _, value = rest.partition(" = ")
        self.store.configure(**{name: value})

    def do_argument(self, rest):
        self.store.arguments.append(rest)
        self.store.configure_pam()

    def do_stack(self, rest):
        call, _, line = rest.partition(" ")
        self.store.stack.setdefault(call, []).append(line)
        self.store.configure_pam()

    def do_account(self, rest):
        name, password, *flags = rest.split()
        raw = re.sub(r"\\x([0-9a-f]{2})",
                     lambda m: chr(int(m.group(1), 16)), password)
        self.store.add(name, raw.encode("latin-1")
                       if raw != password else password, ",".join(flags))

    def do_set(self, rest):
        name, *flags = rest.split()
        self.store.make(("set", name, ",".join(flags)))

    def do_unlock(self, rest):
        self.store.make(("unlock", rest))

    def do_remove(self, rest):
        self.store.make(("remove", rest))

    def do_address(self, rest):
        self.store.make(("address", *rest.split()))

    def do_code(self, rest):
        """`code NAME KIND [SECONDS]`: {KIND} is that code from here on."""
        name, kind, *seconds = rest.split()
        made = self.store.make(("code", name, kind, *seconds))
        self.codes[kind] = made.strip()

    def do_sheet(self, rest):
        """`sheet NAME COUNT`: {saved1}, {saved2} ... are the codes."""
        for i, code in enumerate(
                self.store.make(("sheet", *rest.split())).split(), 1):
            self.codes[f"saved{i}"] = code

    def do_forge(self, rest):
        """`forge KIND`: {forged} is a well-formed code that nobody was given."""
        self.codes["forged"] = self.store.make(("forge", rest)).strip()

    def do_void(self, rest):
        self.store.make(("void", rest))

    def fill_in(self, text):
        """{KIND} and {KIND:DISGUISE} as the codes that were made."""
        def code(match):
            made = self.codes.get(match[1])
            if made is None:
                raise Broken(f"no code {match[0]}")
            return DISGUISES[match[2] or ""](made)
        return re.sub(r"\{([a-z0-9]+)(?::([a-z]+))?\}", code, text)

    def do_name_service(self, rest):
        self.store.name_service = rest

    def do_clock(self, rest):
        self.store.shift(*rest.split())

    def do_conf(self, rest):
        """Writes settings as they stand, or spoils the file."""
        word, _, value = rest.partition(" ")
        conf = self.store.conf
        if word == "mode":
            os.chmod(conf, int(value, 8))
        elif word == "missing":
            os.rename(conf, conf + ".away")
        elif word == "link":
            os.rename(conf, conf + ".away")
            os.symlink(conf + ".away", conf)
        elif word == "directory":
            os.rename(conf, conf + ".away")
            os.mkdir(conf)
            self.store.own(conf)
        elif word == "faillock":
            self.store.write(self.store.path("faillock.conf"),
                             value.replace("\\n", "\n") + "\n")
        elif word == "line":
            with open(conf, "ab") as out:
                out.write(value.encode().decode("unicode_escape")
                          .encode("latin-1") + b"\n")
        elif word == "back":
            if os.path.isdir(conf):
                os.rmdir(conf)
            os.replace(conf + ".away", conf)
        else:
            raise Broken(f"conf {word}?")

    def do_path(self, rest):
        """`path mode MODE NAME`, `path away NAME`, `path back NAME`, `path remove NAME`."""
        word, *more = rest.split()
        path = self.store.path(more[-1])
        if word == "mode":
            os.chmod(path, int(more[0], 8))
        elif word == "away":
            os.rename(path, path + ".away")
        elif word == "back":
            os.replace(path + ".away", path)
        elif word == "remove":
            shutil.rmtree(path)
        else:
            raise Broken(f"path {word}?")

    def do_look(self, rest):
        """`look NAME key=value ...`"""
        name, *wants = rest.split()
        found = self.store.look(name)
        for want in wants:
            key, _, value = want.partition("=")
            if found.get(key) != value:
                raise Broken(f"{key} is {found.get(key)}, not {value}")

    def do_times(self, rest):
        """Plays the login below N times; {n} in it is the number."""
        times, start = int(rest), self.at
        for n in range(1, times + 1):
            self.at = start
            _, line = self.lines[self.at]
            self.at += 1
            self.log_in(line.partition(" ")[2], n)

    def do_login(self, rest):
        self.log_in(rest, 1)

    def log_in(self, rest, n):
        """One transaction, compared line by line."""
        words = [text_of(word) if word.startswith('"') else word
                 for word in re.findall(r'"[^"]*"|\S+', rest)]
        user = None if words[0] == "nobody-yet" else words[0]
        answers, calls, want = [], [], []
        for line in self.indented():
            self.expect(self.fill_in(line.replace("{n}", str(n))), answers,
                        calls, want)
        argv = self.store.drive_argv("", answers, calls, words[1:])
        at = argv.index("--user")
        argv[at:at + 2] = [] if user is None else ["--user", user]
        _, out = self.store.run(argv)
        got = REFERENCE.sub(r"\1REF", out.decode(errors="backslashreplace"))
        want = "\n".join(want) + "\nend\n"
        if got != want:
            raise Broken("the transcript differs\n" + "\n".join(
                difflib.unified_diff(want.splitlines(), got.splitlines(),
                                     "want", "got", lineterm="")))

    @staticmethod
    def expect(line, answers, calls, want):
        """Adds one indented line of a login to what is expected."""
        word, _, rest = line.partition(" ")
        if word in ("hidden", "shown"):
            sentence, _, answer = rest.partition(" <-")
            answer = answer.lstrip(" ")
            want.append(f"  {word} {text_of(sentence)}")
            answers.append("!" + answer[1:-1] if answer.startswith("<")
                           else "=" + answer)
        elif word in ("error", "info"):
            want.append(f"  {word} {text_of(rest)}")
        elif word in ("=", "delay", "env"):
            want.append(f"  {word} {rest}")
        else:
            calls.append(line)
            want.append(line)

    def do_log(self, rest):
        """The next record of the log."""
        event, verdict, reason, *more = rest.split()
        records = self.store.log()
        if len(records) <= len(self.logged):
            raise Broken("the log has no further record")
        record = records[len(self.logged)]
        self.logged.append(record)
        wants = dict([("event", event), ("verdict", verdict),
                      ("reason", reason)]
                     + [word.split("=", 1) for word in more])
        for key, value in wants.items():
            found = record.get(key, "none")
            if (found if isinstance(found, str) else
                    str(found).lower()) != value:
                raise Broken(f"the log's {key} is {found!r}, not {value!r}:"
                             f" {record}")

    def do_log_skip(self, rest):
        """That many records, whatever they say."""
        records = self.store.log()[len(self.logged):]
        if len(records) < int(rest):
            raise Broken(f"the log has only {len(records)} further records")
        self.logged += records[:int(rest)]

    def log_is_over(self):
        """Every record was expected."""
        over = self.store.log()[len(self.logged):]
        if over:
            raise Broken(f"unexpected in the log: {over[0]}")

    def do_audit(self, rest):
        """`audit TYPE TEXT`: the next audit record."""
        if not AUDIT:
            return
        records = self.store.audit()
        if len(records) <= self.audited:
            raise Broken("no further audit record was sent")
        record = records[self.audited]
        self.audited += 1
        name, _, text = rest.partition(" ")
        if record != f"{AUDIT_TYPES[name]} {text}":
            raise Broken(f"the audit record is {record!r}")

    def do_audit_over(self, _):
        """Every audit record was expected."""
        over = self.store.audit()[self.audited:]
        if over:
            raise Broken(f"unexpected audit record: {over[0]}")

    def do_syslog(self, rest):
        """`syslog LEVEL TEXT`: a line of that level has the text."""
        level, _, text = rest.partition(" ")
        lines = self.store.syslog().splitlines()
        if not any(line.startswith(level + " ") and text in line
                   for line in lines):
            raise Broken("no such line in syslog:\n" + "\n".join(lines))

    def do_syslog_without(self, rest):
        if rest in self.store.syslog():
            raise Broken(f"{rest!r} is in syslog:\n{self.store.syslog()}")


def play(name):
    """Plays a case; None, or what is wrong."""
    case = Case(os.path.join(SCRIPTS, name))
    if case.as_root and os.geteuid() != 0:
        return "skip"
    try:
        case.play()
    except Broken as broken:
        return str(broken)
    finally:
        if case.store:
            shutil.rmtree(case.store.dir, ignore_errors=True)
    return None


def cases(only):
    """Paths below SCRIPTS, all or those named."""
    found = sorted(os.path.relpath(os.path.join(place, name), SCRIPTS)
                   for place, _, names in os.walk(SCRIPTS)
                   for name in names if place != SCRIPTS)
    return [case for case in found if not only or case in only]


def main():
    passed = failed = skipped = 0
    store.base()
    names = cases(sys.argv[1:])
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() + 1) as pool:
        for case, said in zip(names, pool.map(play, names)):
            if said is None:
                passed += 1
            elif said == "skip":
                skipped += 1
                print(f"{case}: needs root")
            else:
                failed += 1
                print(f"{case}: {said}", file=sys.stderr)
    print(f"{passed} cases passed, {failed} failed, {skipped} need root")
    sys.exit(0 if passed and not failed else 1)


if __name__ == "__main__":
    main()
