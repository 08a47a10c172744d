#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""No password reaches a log, a message or the store's files, and the files name nobody."""
import base64
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
import store  # noqa: E402

USER = "kanarienvogel"
RIGHT = "Kolibri-right-4711"
NEW = "Kolibri-newer-4712"
TYPED = ("Kolibri-wrong-4713", "Kolibri-\bjunk-4714", "Kolibri-caf\u00e9-4715",
         "Kolibri-cafe\u0301-4716", "Kolibri-" + "long" * 200)
CANARIES = ("Kolibri-right", "Kolibri-newer", "Kolibri-wrong", "Kolibri-\bjunk",
            "Kolibri-caf", "Kolibri-longlong", "Kolibri")


def use_codes(home):
    """Every kind of code: right, right again, with a slip, anybody's."""
    said = []
    home.make(("address", USER, "kanarienvogel@example.org"))
    home.codes = [home.make(("forge", "unlock")).strip(), *home.make(
        ("code", USER, "confirm"), ("code", USER, "unlock", "600"),
        ("code", USER, "reset"), ("code", USER, "void"),
        ("sheet", USER, "2")).split()]
    for code in home.codes:
        slip = code[:-1] + ("0" if code[-1] != "0" else "1")
        for typed in (code, code.lower(), slip):
            for user in (USER, "nobody-knows-7"):
                said.append(home.drive(user, ["=" + typed]))
        said.append(home.drive(USER, ["=" + code, "=short", "=short"],
                               ["chauthtok"]))
    return said


def canaries_of(code):
    """What would give a code away: the symbols in the middle of it."""
    return [code[3:12], code[3:12].lower(), code[3:12].replace("-", "")]


def use(home):
    """Every way of typing a password, in every state."""
    said = []
    for call, answers in (
            ("authenticate", [RIGHT]),
            ("chauthtok", [RIGHT, "short", "short", NEW, RIGHT, NEW, NEW]),
            ("chauthtok", [TYPED[0]])):
        said.append(home.drive(USER, ["=" + store.escape(answer)
                                      for answer in answers], [call]))
    for typed in TYPED + (RIGHT, NEW):
        for user in (USER, "nobody-knows-7"):
            said.append(home.drive(user, ["=" + store.escape(typed)]))
    said += use_codes(home)
    # People type passwords at the name prompt.
    said.append(home.drive(TYPED[0], ["=" + NEW]))
    home.make(("set", USER, "disabled"))
    said.append(home.drive(USER, ["=" + NEW]))
    os.chmod(home.path("store"), 0o777)
    said.append(home.drive(USER, []))
    os.chmod(home.path("store"), 0o700)
    return "".join(said)


def forms(canary):
    """A text as it might be found."""
    raw = canary.encode()
    return (raw, raw.hex().encode(), raw.hex().upper().encode(),
            base64.b64encode(raw)[:-4], raw.decode().encode("utf-16-le"))


def files_of(home):
    """Every file that 7id or syslog wrote, with its bytes."""
    paths = [home.path("syslog")]
    for place in ("store", "log", "run", "keys"):
        for where, _, names in os.walk(home.path(place)):
            paths += [os.path.join(where, name) for name in names]
    for path in paths:
        with open(path, "rb") as file:
            yield path, file.read()


def main():
    check = store.Checks()
    for arguments in ((), ("debug",), ("debug", "audit")):
        home = store.Store(arguments=arguments, deny="16", nodelay="yes")
        home.init()
        home.add(USER, RIGHT)
        said = use(home)
        check.true(said.count("= PAM_SUCCESS") >= 2, f"{arguments}: {said}")
        check.true("Kolibri" not in said, f"{arguments}: on the screen")
        check.true(not any(part in said for code in home.codes
                           for part in canaries_of(code)),
                   f"{arguments}: a code on the screen")
        found = dict(files_of(home))
        check.true(len(found) > 20, f"{arguments}: {len(found)} files")
        for path, raw in found.items():
            for canary in (part for code in home.codes
                           for part in canaries_of(code)):
                check.true(not any(form in raw for form in forms(canary)),
                           f"{arguments}: code {canary!r} in {path}")
            for canary in CANARIES:
                # With `audit` the name is logged as typed, by its own wish.
                if "audit" in arguments and canary in TYPED[0] and \
                        not path.startswith(home.path("store")):
                    continue
                check.true(not any(form in raw for form in forms(canary)),
                           f"{arguments}: {canary!r} in {path}")
            if path.startswith(home.path("store")):
                check.true(not any(form in raw for form in forms(USER)),
                           f"{arguments}: the name in {path}")
    check.done()


if __name__ == "__main__":
    main()
