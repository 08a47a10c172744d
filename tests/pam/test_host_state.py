#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module is a guest: each entry point leaves the process as it found it, whatever happens, and nothing leaks."""
import concurrent.futures
import os
import stat
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
import store  # noqa: E402

RIGHT, WRONG = "right-horse-1", "wrong-horse-1"


def make(**settings):
    """A store with an account in each state."""
    home = store.Store(deny="16", nodelay="yes", **settings)
    home.init()
    for name, flags in (("sakura", ""), ("disabled", "disabled"),
                        ("held", "held"), ("expired", "expired"),
                        ("due", "must-change")):
        home.add(name, RIGHT, flags)
    return home


def walk(check, home, user, password, what, wanted, *limits):
    """Every entry point; `wanted`: what authenticate may return."""
    code, out = home.run([store.program("pamstate"), home.path("pam.d"),
                          store.escape(user), store.escape(password),
                          *limits])
    out = out.decode(errors="replace")
    check.equal(code, 0, f"{what}: {out}")
    lines = [line.split() for line in out.splitlines()]
    check.equal(len(lines), 6, f"{what}: calls made: {out}")
    answer = lines[0][1] if lines else "nothing"
    check.true(answer in wanted.split(), f"{what}: {answer}, not {wanted}")


def people(check):
    """Whoever comes with whatever."""
    home = make()
    for user, password, wanted in (
            ("sakura", RIGHT, "PAM_SUCCESS"),
            ("sakura", WRONG, "PAM_AUTH_ERR"),
            ("sakura", "", "PAM_AUTH_ERR"),
            ("sakura", "!error", "PAM_CONV_ERR"),
            ("sakura", "\b\n\r\x7fINCORRECT", "PAM_AUTH_ERR"),
            ("sakura", "w" * 600, "PAM_AUTH_ERR"),
            ("disabled", RIGHT, "PAM_AUTH_ERR"),
            ("held", RIGHT, "PAM_AUTH_ERR"),
            ("expired", RIGHT, "PAM_AUTH_ERR"),
            ("due", RIGHT, "PAM_SUCCESS"),
            ("nobody-knows-7", WRONG, "PAM_AUTH_ERR"),
            ("daemon", WRONG, "PAM_USER_UNKNOWN"),
            ("root", WRONG, "PAM_USER_UNKNOWN")):
        walk(check, home, user, password, f"{user} {password[:12]!r}", wanted)
    for path in (home.path("log", "log.jsonl"), home.path("run", "slots")):
        check.equal(stat.S_IMODE(os.stat(path).st_mode), 0o600,
                    f"mode of {path} made under umask 0")


def spoil(home, how):
    """Breaks something of a store."""
    if how in ("store", "keys", "7id.conf"):
        os.rename(home.path(how), home.path(how + ".away"))
    elif how == "mode":
        os.chmod(home.path("store"), 0o777)
    elif how == "setting":
        home.configure(deny="many")
    elif how == "key":
        key = home.path("keys", "1.key")
        home.write(key, "7id-key 1 1\n" + "0" * 64 + "\n")
    elif how == "run":
        home.configure(run_dir="/nonexistent/7id")
    elif how == "log":
        home.configure(log_dir="/nonexistent/7id")
    elif how == "damage":
        for place, _, names in os.walk(home.path("store")):
            for name in names:
                if name.endswith(".db"):
                    with open(os.path.join(place, name), "r+b") as file:
                        file.truncate(100)


def troubles(check):
    """Whatever is broken."""
    for how in ("store", "keys", "7id.conf", "mode", "setting", "key", "run",
                "damage"):
        home = make()
        spoil(home, how)
        for password in (RIGHT, WRONG):
            walk(check, home, "sakura", password, f"spoilt {how}",
                 "PAM_AUTHINFO_UNAVAIL")
        walk(check, home, "root", WRONG, f"spoilt {how}, root",
             "PAM_USER_UNKNOWN")
    home = make()
    spoil(home, "log")
    walk(check, home, "sakura", RIGHT, "no log", "PAM_SUCCESS")


def limits(check):
    """A host without room: files, descriptors, memory. Nobody gets in for it, and nothing breaks."""
    home = make()
    walk(check, home, "sakura", WRONG, "no file may grow",
         "PAM_AUTHINFO_UNAVAIL PAM_AUTH_ERR", "fsize=0")
    for room in range(4, 24, 2):
        walk(check, home, "sakura", WRONG, f"{room} descriptors",
             "PAM_AUTHINFO_UNAVAIL PAM_AUTH_ERR PAM_BUF_ERR PAM_OPEN_ERR "
             "PAM_MODULE_UNKNOWN PAM_SYSTEM_ERR PAM_ABORT PAM_USER_UNKNOWN",
             f"nofile={room}")
    if "ASAN_OPTIONS" in os.environ:
        return  # it needs all the address space for itself
    home = make(memlimit="256M")
    walk(check, home, "sakura", RIGHT, "no memory", "PAM_BUF_ERR",
         f"memory={128 << 20}")
    check.equal(home.look("sakura")["failures"], "0",
                "no memory: not counted")


def leak(who):
    """A thousand logins of one kind."""
    home = make()
    code, out = home.run([store.program("pamstate"), home.path("pam.d"),
                          *who, "repeat=1000"])
    return code, " ".join(who) + ": " + out.decode()


def leaks(check):
    """A thousand logins, right, wrong, nobody's, exempt."""
    kinds = (("sakura", RIGHT), ("sakura", WRONG), ("nobody-knows-7", WRONG),
             ("root", WRONG))
    with concurrent.futures.ThreadPoolExecutor(len(kinds)) as pool:
        for code, said in pool.map(leak, kinds):
            print(said, end="")
            check.equal(code, 0, f"leaks: {said}")


def main():
    check = store.Checks()
    for test in (people, troubles, limits, leaks):
        test(check)
    check.done()


if __name__ == "__main__":
    main()
