#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages as Python's mail parser reads them: every notice, both languages, hostile values."""
import email
import email.policy
import email.utils
import os
import random
import subprocess
import sys

PROGRAM = sys.argv[1]
TEMPLATES = sys.argv[2]
ID = "00112233445566778899aabbccddeeff"
NOTICES = ["lock", "unlocked", "reset", "password", "address", "app-password",
           "old-password", "confirm", "found"]
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
           "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
           "Content-Transfer-Encoding", "Content-Language"]
VALUES = {
    "name": "alice", "host": "host1.example.org", "address": "a@example.org",
    "time": "2026-11-22 17:12 JST", "time_utc": "2026-11-22 08:12 UTC",
    "contact": "ヘルプデスク 内線 1234", "reference": "AB12CD34",
    "service": "sshd", "source": "192.0.2.7", "count": "5",
    "until": "2026-11-22 17:22 JST", "until_utc": "2026-11-22 08:22 UTC",
    "wait": "10 分", "code": "7U-AAAA-BBBB-CCCC-D",
    "void": "7V-AAAA-BBBB-CCCC-D", "self_reset": "7R-RESET",
    "services": "imap", "names": "alice\nbob",
}
EVIL = [
    b"x\r\nBcc: eve@example.org\r\n\r\nhello",
    b"x\nSubject: other\n\nbody",
    b"\n.\nQUIT\n",
    b"=?UTF-8?B?AAAA?=",
    b"\x00\x01\x1b[2J\x7f",
    b"\xff\xfe\xc3",
    "\u202e\u2028\u0085\u200bx".encode(),
    b"{code}{?void}{void}{/void}{{",
    b"a" * 3000,
]
passed, failed = 0, 0


def check(condition, *what):
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print("line", sys._getframe(1).f_lineno, *what, file=sys.stderr)


def run(notice, lang, values, sender="7id@host1.example.org",
        to="a@example.org", host="host1.example.org", wall=1795335160):
    fields = [f"{name}=" + (value if isinstance(value, bytes)
                            else value.encode()).hex()
              for name, value in values.items()]
    return subprocess.run(
        [PROGRAM, notice, lang, sender, to, host, str(wall), *fields],
        capture_output=True, check=False)


def parse(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def sound(raw, lang, to="a@example.org"):
    """What holds for every message, whatever was in it; its text."""
    check(raw.isascii() and b"\r" not in raw and b"\0" not in raw, raw[:80])
    check(max(map(len, raw.split(b"\n"))) <= 76 or len(to) > 60)
    message = parse(raw)
    check(not message.defects, message.defects)
    check(message.keys() == HEADERS, message.keys())
    check(all(not message[name].defects for name in HEADERS))
    check(message["To"].addresses[0].addr_spec == to, message["To"])
    check(len(message["To"].addresses) == 1)
    check(message["Auto-Submitted"] == "auto-generated")
    check(message["Content-Language"] == lang)
    check(message["Message-ID"] == f"<{ID}@host1.example.org>")
    check(message.get_content_type() == "text/plain")
    check(message.get_content_charset() == "utf-8")
    payload = message.get_payload(decode=True)
    check(payload.count(b"\n") == payload.count(b"\r\n")
          == payload.count(b"\r"), "line ends")
    return message, message.get_content().replace("\r\n", "\n")


def expected(notice, lang, values):
    """The text by another reading of the template: marks by recursion."""
    path = os.path.join(TEMPLATES, lang, notice + ".txt")
    with open(path, encoding="utf-8") as file:
        head, _, body = file.read().partition("\n\n")

    def fill(text):
        out = ""
        while "{" in text:
            before, _, rest = text.partition("{")
            mark, _, rest = rest.partition("}")
            out += before
            if mark[0] in "?!":
                inner, rest = section(mark[1:], rest)
                if bool(values.get(mark[1:])) == (mark[0] == "?"):
                    out += fill(inner)
            else:
                out += values.get(mark, "")
            text = rest
        return out + text

    def section(name, text):
        """What stands before the end of the section, and after it."""
        inner, _, rest = text.partition("{/" + name + "}")
        while inner.count("{?" + name) + inner.count("{!" + name) \
                > inner.count("{/" + name):
            more, _, rest = rest.partition("{/" + name + "}")
            inner += "{/" + name + "}" + more
        return inner, rest

    return head.removeprefix("Subject: "), fill(body).rstrip("\n") + "\n"


def test_every_notice():
    for notice in NOTICES:
        for lang in "en", "ja":
            for left_out in None, "code", "until", "source", "void":
                values = {k: v for k, v in VALUES.items() if k != left_out}
                got = run(notice, lang, values)
                check(got.returncode == 0, notice, lang)
                message, text = sound(got.stdout, lang)
                subject, wanted = expected(notice, lang, values)
                check(message["Subject"] == subject, message["Subject"])
                check(text == wanted, notice, lang, left_out, text, wanted)


def test_hostile_values():
    chance = random.Random(7)
    for evil in EVIL + [chance.randbytes(200) for _ in range(40)]:
        evil = evil.replace(b"\0", b"") if b"\0" in evil else evil
        for lang in "en", "ja":
            values = dict(VALUES)
            for name in "service", "source", "host", "contact", "name":
                values[name] = evil
            got = run("lock", lang, values)
            check(got.returncode == 0, evil)
            message, text = sound(got.stdout, lang)
            _, plain = expected("lock", lang, VALUES)
            check(text.count("\n") == plain.count("\n"), evil, text)
            check(not any(ord(c) < 32 and c != "\n" for c in text))
            check("\u202e" not in text and "\u2028" not in text)
            check(message["Subject"] == expected("lock", lang, VALUES)[0])


def test_head():
    cases = ["a@b\nBcc: eve@example.org", "a@b\r", "", "a", "<a@b.c>",
             "a@b, c@d", "-oQ/tmp@example.org", "a b@example.org",
             "\"a\"@example.org", "a@[127.0.0.1]", "ä@example.org"]
    for bad in cases:
        check(run("lock", "en", VALUES, to=bad).returncode == 3, bad)
        check(run("lock", "en", VALUES, sender=bad).returncode == 3, bad)
        check(run("lock", "en", VALUES, host=bad or " ").returncode == 3
              or bad == "a", bad)
    longest = "l" * 64 + "@" + ".".join(["d" * 60] * 3) + ".exa"
    got = run("lock", "ja", VALUES, to=longest)
    check(got.returncode == 0)
    sound(got.stdout, "ja", longest)


def test_dates():
    for wall in 0, 951782400, 951868799, 1795335160, 4107542400, 1709164800:
        message = parse(run("lock", "en", VALUES, wall=wall).stdout)
        when = email.utils.parsedate_to_datetime(message["Date"])
        check(int(when.timestamp()) == wall, message["Date"])
        check(email.utils.formatdate(wall).replace("-0000", "+0000")
              == message["Date"], message["Date"])


test_every_notice()
test_hostile_values()
test_head()
test_dates()
print(f"{passed} checks passed, {failed} failed")
sys.exit(0 if passed and not failed else 1)
