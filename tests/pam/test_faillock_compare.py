#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays the same scenarios to pam_faillock and to 7id in its place: every difference is known, has a reason, and stands in pam_7id(8)."""
import glob
import os
import re
import shutil
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import store  # noqa: E402

VERSION = "1.5."  # of Linux-PAM; others do other things
START = 1750000000
BOOT = 100000
WITH_AUDIT = os.environ.get("AUDIT") == "1"  # both are built with libaudit
AUDIT = {"2100": "failures", "2205": "lock-timed", "2206": "unlock-timed",
         "2207": "lock", "1102": "act"}

# A scenario: what it shows, settings, what happens. Steps: wrong (each time
# another), same (always the same wrong one), right, empty, cancel (no answer),
# cron (the account phase alone), crowd (20 different wrong ones at once), each
# followed by what is special about it:
#   *N (last) so many times          /account  and the account phase after it
#   /silent   with PAM_SILENT        @HOST     from there
# and: +N (both clocks go on), wall+N, wall-N, reboot, as=NAME, reset (by the
# administrator), dir=missing|readonly.
SCENARIOS = """
right-at-once | | right
one-slip | | wrong right
slips-are-forgotten | | wrong*2 right wrong*2 right
default-deny | | wrong*3
lock-at-deny | | wrong*3
right-during-lock | | wrong*3 right
wrong-during-lock-does-not-lengthen | | wrong*3 +300 wrong +301 right
last-second-of-lock | | wrong*3 +599 right
unlock-time-exactly | | wrong*3 +600 right
unlock-time-and-a-second | | wrong*3 +601 right
unlock-time-short | unlock_time=60 | wrong*3 +61 right
unlock-time-never | unlock_time=never | wrong*3 +604801 right
unlock-time-zero | unlock_time=0 | wrong*3 +604801 right
window-inside | | wrong*2 +899 wrong right
window-exactly | | wrong*2 +900 wrong right
window-outside | | wrong*2 +901 wrong right
window-slides | | wrong +500 wrong +500 wrong right
window-short | fail_interval=60 | wrong*2 +61 wrong*2 +61 wrong*2 right
window-outlives-lock | fail_interval=3600 unlock_time=60 | wrong*3 +61 wrong
deny-1 | deny=1 | wrong right
deny-5 | deny=5 | wrong*5 right
deny-0 | deny=0 | wrong*20 right
one-slip-after-unlock | | wrong*3 +601 wrong right
second-lock | | wrong*3 +901 wrong*3
second-lock-ends | | wrong*3 +901 wrong*3 +601 right
hundred-failures | unlock_time=60 fail_interval=60 | hundred right
same-password-again | | same*3 right
empty-password | | empty*3 right
prompt-given-up | | cancel*3 right
root-by-default | exempt= | as=root wrong*3 right
root-even-deny-root | exempt= even_deny_root | as=root wrong*3 right
root-unlock-time-alone | exempt= root_unlock_time=60 | as=root wrong*3 right
root-unlock-time | exempt= even_deny_root root_unlock_time=60 | as=root wrong*3 +61 right
root-unlock-time-longer | exempt= even_deny_root root_unlock_time=never | as=root wrong*3 +601 right
admin-group | admin_group=daemon | wrong*3 right
admin-group-even-deny-root | admin_group=daemon even_deny_root | wrong*3 right
admin-group-unlock-time | admin_group=daemon even_deny_root root_unlock_time=60 | wrong*3 +61 right
silent | silent | wrong*3 right
silent-flag | | wrong/silent*3 right/silent
audit-unknown | audit | as=nobody-knows-7 wrong
unknown-name | | as=nobody-knows-7 wrong*4
empty-name | | as= wrong
no-log-info | no_log_info | wrong*3
nodelay | nodelay | wrong*4 right
local-users-only | local_users_only | wrong*3 right
local-users-only-elsewhere | local_users_only | as=elsewhere wrong*3 right
name-service | | as=elsewhere wrong*3 right
account-after-right | | wrong*2 right/account wrong*2 right/account
account-clears | stack=account | wrong*2 right/account wrong*2
no-account-phase | stack=account | wrong*2 right wrong right
cron-after-slips | | wrong*2 cron wrong right
cron-during-lock | | wrong*3 cron right
crowd | | crowd
reboot-on-tmpfs | | wrong*3 reboot right
reboot-kept | dir=kept | wrong*3 reboot right
reboot-kept-and-over | dir=kept | wrong*3 reboot +601 right
clock-back-during-lock | | wrong*3 wall-7980 +601 right
clock-forward-during-lock | | wrong*3 wall+7980 right
clock-back-between-slips | | wrong*2 wall-7980 wrong right
reset-by-administrator | | wrong*3 reset right
reset-forgets-slips | | wrong*2 reset wrong right
store-missing | | dir=missing wrong right
store-read-only | | wrong*3 dir=readonly right
stranger-and-known-source | | right@192.0.2.1 wrong@203.0.113.9*3 right@192.0.2.1
owner-does-not-refund | | right@192.0.2.1 wrong@203.0.113.9*2 right@192.0.2.1 wrong@203.0.113.9 right@203.0.113.9
"""

# What is meant to differ: what pam_7id(8) says of it, the reason, and all
# steps where it shows, with what pam_faillock does before the stroke.
DIFFERENCES = (
    ("Of many passwords at once no more than deny reach the module "
     "behind.",
     "a limit that a crowd gets past is none", """
crowd 1:crowd checked=20/3
"""),
    ("A failure of the store, the key or the settings refuses, and never "
     "lets in.",
     "a full disk would open the door to guessers", """
store-missing 2:wrong auth=PAM_AUTH_ERR/PAM_AUTHINFO_UNAVAIL checked=1/0
    told=nothing/unavailable
store-missing 3:right auth=PAM_SUCCESS/PAM_AUTHINFO_UNAVAIL checked=1/0
    delay=0/1 told=nothing/unavailable
store-read-only 5:right auth=PAM_SUCCESS/PAM_AUTHINFO_UNAVAIL checked=1/0
    delay=0/1 told=nothing/unavailable
"""),
    ("authfail is PAM_AUTH_ERR for ours, not PAM_IGNORE",
     "a module behind it could let the wrong password in", """
account-clears 1:wrong auth=PAM_PERM_DENIED/PAM_AUTH_ERR
account-clears 2:wrong auth=PAM_PERM_DENIED/PAM_AUTH_ERR
account-clears 4:wrong auth=PAM_PERM_DENIED/PAM_AUTH_ERR
account-clears 5:wrong auth=PAM_PERM_DENIED/PAM_AUTH_ERR
no-account-phase 1:wrong auth=PAM_PERM_DENIED/PAM_AUTH_ERR
no-account-phase 2:wrong auth=PAM_PERM_DENIED/PAM_AUTH_ERR
no-account-phase 4:wrong auth=PAM_PERM_DENIED/PAM_AUTH_ERR
"""),
    ("Names that nobody knows are counted and locked the same.",
     "a lock would tell who exists", """
unknown-name 5:wrong checked=1/0
"""),
    ("An empty password and a prompt that was given up are not counted.",
     "nothing was guessed", """
empty-password 1:empty checked=1/0 failures=1/0
empty-password 2:empty checked=1/0 failures=2/0
empty-password 3:empty checked=1/0 lock-line=1/0 audit=failures+lock/none
    failures=3/0 locked=1/0
empty-password 4:right auth=PAM_AUTH_ERR/PAM_SUCCESS checked=0/1 delay=1/0
    told=locked/nothing failures=3/0 locked=1/0
prompt-given-up 1:cancel auth=PAM_AUTHTOK_ERR/PAM_CONV_ERR failures=1/0
prompt-given-up 2:cancel auth=PAM_AUTHTOK_ERR/PAM_CONV_ERR failures=2/0
prompt-given-up 3:cancel auth=PAM_AUTHTOK_ERR/PAM_CONV_ERR lock-line=1/0
    audit=failures+lock/none failures=3/0 locked=1/0
prompt-given-up 4:right auth=PAM_AUTH_ERR/PAM_SUCCESS checked=0/1 delay=1/0
    told=locked/nothing failures=3/0 locked=1/0
"""),
    ("A good login forgets the failures of its own source, not all of "
     "them; without a source, at most once per fail_interval.",
     "the owner's logins must not refund a stranger's guesses", """
slips-are-forgotten 6:right failures=0/2
account-after-right 6:right/account failures=0/2
owner-does-not-refund 4:right@192.0.2.1 failures=0/2
owner-does-not-refund 5:wrong@203.0.113.9 lock-line=0/1
    audit=none/failures+lock failures=1/3 locked=0/1
owner-does-not-refund 6:right@203.0.113.9 auth=PAM_SUCCESS/PAM_AUTH_ERR
    checked=1/0 delay=0/1 failures=0/3 locked=0/1
"""),
    ("The account phase alone, as of cron(8), ends no lock and forgets "
     "nothing.",
     "nobody proved anything", """
cron-after-slips 3:cron failures=0/2
cron-after-slips 4:wrong lock-line=0/1 audit=none/failures+lock failures=1/3
    locked=0/1
cron-after-slips 5:right auth=PAM_SUCCESS/PAM_AUTH_ERR checked=1/0 delay=0/1
    failures=0/3 locked=0/1
cron-during-lock 4:cron failures=0/3 locked=0/1
cron-during-lock 5:right auth=PAM_SUCCESS/PAM_AUTH_ERR checked=1/0 delay=0/1
    failures=0/3 locked=0/1
"""),
    ("A source that the owner has logged in from, and the console, are "
     "counted apart: strangers do not lock them.",
     "a stranger must not keep the owner out", """
stranger-and-known-source 5:right@192.0.2.1 auth=PAM_AUTH_ERR/PAM_SUCCESS
    checked=0/1 delay=1/0 told=locked/nothing
"""),
    ("Each further lock lasts twice as long, and after "
     "max_lifetime_failures the account is held until it is unlocked.",
     "or a patient guesser has 432 guesses a day for ever", """
second-lock-ends 9:right auth=PAM_SUCCESS/PAM_AUTH_ERR checked=1/0 delay=0/1
    audit=unlock-timed/none failures=0/3 locked=0/1
hundred-failures 133:wrong lock-line=0/1
    audit=unlock-timed/unlock-timed+failures+lock locked=0/1
hundred-failures 135:right auth=PAM_SUCCESS/PAM_AUTH_ERR checked=1/0
    delay=0/1 failures=0/1 locked=0/1
"""),
    ("A lock ends when unlock_time has passed, not a second later.",
     "the number that is set is the number", """
unlock-time-exactly 5:right auth=PAM_AUTH_ERR/PAM_SUCCESS checked=0/1
    delay=1/0 told=locked/nothing audit=none/unlock-timed failures=3/0
    locked=1/0
"""),
    ("A step of the clock neither ends a lock nor makes it longer, and "
     "forgets no failure.",
     "a clock set wrong must neither lock out for weeks nor let in", """
clock-back-during-lock 6:right auth=PAM_AUTH_ERR/PAM_SUCCESS checked=0/1
    delay=1/0 told=locked/nothing audit=none/unlock-timed failures=3/0
    locked=1/0
clock-forward-during-lock 5:right auth=PAM_SUCCESS/PAM_AUTH_ERR checked=1/0
    delay=0/1 audit=unlock-timed/none failures=0/3 locked=0/1
clock-back-between-slips 4:wrong lock-line=0/1 audit=none/failures+lock
    failures=1/3 locked=0/1
clock-back-between-slips 5:right auth=PAM_SUCCESS/PAM_AUTH_ERR checked=1/0
    delay=0/1 failures=0/3 locked=0/1
"""),
    ("the counts are in the store and outlive a reboot",
     "whoever can make the host start anew would have new guesses", """
reboot-on-tmpfs 5:right auth=PAM_SUCCESS/PAM_AUTH_ERR checked=1/0 delay=0/1
    failures=0/3 locked=0/1
"""),
    ("root_unlock_time turns even_deny_root on, as the manual of "
     "pam_faillock(8) says and the module does not.",
     "what is written is what administrators rely on", """
root-unlock-time-alone 4:wrong audit=failures/failures+lock locked=0/1
root-unlock-time-alone 5:right auth=PAM_SUCCESS/PAM_AUTH_ERR checked=1/0
    delay=0/1 failures=0/3 locked=0/1
"""),
    ("For root, and whoever else is not locked, no lock is logged.",
     "it would be a lie: nobody is locked", """
root-by-default 4:wrong lock-line=1/0 audit=failures/none
admin-group 3:wrong lock-line=1/0 audit=failures/none
"""),
    ("With local_users_only the failures of other users are recorded, "
     "and lock nobody.",
     "so that `why` can tell, though nothing comes of it", """
local-users-only-elsewhere 2:wrong failures=0/1
local-users-only-elsewhere 3:wrong failures=0/2
local-users-only-elsewhere 4:wrong failures=0/3
"""),
    ("deny is 5 where it is not set, not 3; where it is 0, the last 16 "
     "failures are kept.",
     "the number that the articles on mistyping ask for; STIG sets it to 3 itself", """
default-deny 3:wrong lock-line=1/0 audit=failures+lock/none locked=1/0
deny-0 17:wrong failures=17/16
deny-0 18:wrong failures=18/16
deny-0 19:wrong failures=19/16
deny-0 20:wrong failures=20/16
"""),
)

# The same, wherever it comes; how often it did.
EVERYWHERE = {
    ("told", "nothing", "refused"): 0,
    ("told", "locked", "refused"): 0,
}

STACKS = {
    "authsucc": ("auth requisite {m} preauth{a}",
                 "auth [success=1 default=bad] {yesno}",
                 "auth [default=die] {m} authfail{a}",
                 "auth sufficient {m} authsucc{a}",
                 "auth required pam_deny.so",
                 "account required {m}{last}{a}",
                 "account required {yesno}"),
    "account": ("auth required {m} preauth{a}",
                "auth sufficient {yesno}",
                "auth [default=die] {m} authfail{a}",
                "auth required pam_deny.so",
                "account required {m}{last}{a}",
                "account required {yesno}"),
}


def parse(line):
    """A line of SCENARIOS: its name, settings and steps."""
    name, settings, steps = (part.strip() for part in line.split("|"))
    options = {} if name == "default-deny" else {"deny": "3"}
    for word in settings.split():
        key, equals, value = word.partition("=")
        options[key] = value if equals else None
    return name, options, steps.split()


class Side:
    """One module in a stack, its settings and its clocks."""

    def __init__(self, options):
        self.home = store.Store()
        self.options = dict(options)
        self.kind = self.options.pop("stack", "authsucc")
        self.kept = self.options.pop("dir", None) == "kept"
        self.wall, self.boot, self.boots = START, BOOT, 0
        self.user, self.typed, self.seen = "daemon", 0, 0
        self.audited, self.spoiled = 0, False
        self.set_up()
        self.boot_id = self.home.path("boot_id")
        self.home.write(self.boot_id, "boot 0\n")
        self.player = self.home.run(
            [store.program("lockplay"), self.home.path("pam.d"),
             self.boot_id, self.home.path("look.conf")], wait=False)
        self.tell_time()

    def close(self):
        """Ends the player."""
        self.player.stdin.close()
        self.player.wait()
        self.player.stdout.close()
        shutil.rmtree(self.home.dir, ignore_errors=True)

    def stack(self, module, argument, last=""):
        """Writes the service."""
        lines = [line.format(m=module, a=argument, last=last,
                             yesno=store.program("pam_yesno"))
                 for line in STACKS[self.kind]]
        self.home.write(self.home.path("pam.d", "7id"),
                        "\n".join(lines) + "\n")

    def faillock_conf(self):
        """The same settings for both, in pam_faillock's own file."""
        conf = self.home.path("faillock.conf")
        self.home.write(conf, "".join(
            name + (f" = {value}" if value is not None else "") + "\n"
            for name, value in self.options.items() if name != "exempt"))
        return conf

    def say(self, *fields):
        """One command to the player; its answer."""
        line = "\t".join(str(field) for field in fields) + "\n"
        self.player.stdin.write(line.encode())
        self.player.stdin.flush()
        answer = self.player.stdout.readline().decode().rstrip("\n")
        if not answer:
            sys.exit(f"the player ended at {line!r}")
        return answer

    def tell_time(self):
        self.say("clock", self.wall, self.boot)

    def step(self, word):
        """Does one step; a dictionary of what came of it, or None when nothing does."""
        if word[0] == "+":
            self.wall += int(word)
            self.boot += int(word)
        elif word.startswith("wall"):
            self.wall += int(word[4:])
        elif word == "reboot":
            self.boots += 1
            self.boot = 60
            self.home.write(self.boot_id, f"boot {self.boots}\n")
            self.reboot()
        elif word.startswith("as="):
            self.user = word[3:]
        elif word.startswith("dir="):
            self.spoil(word[4:])
            self.spoiled = True
        elif word == "reset":
            self.reset()
        else:
            return self.attempt(word)
        self.tell_time()
        return None

    def attempt(self, word):
        """One try at the door, and what is known afterwards."""
        what, _, rhost = word.partition("@")
        what, _, extra = what.partition("/")
        self.typed += 1
        answers = {"right": "right", "same": "same-1", "empty": "",
                   "wrong": f"wrong-{self.typed}"}
        words = {"cancel": "cancel", "cron": "account-only"}.get(what, extra)
        if what == "crowd":
            said = self.say("crowd", "7id", self.user, 20)
        else:
            said = self.say("login", "7id", self.user,
                            answers.get(what, ""), words, rhost)
        facts, _, text = said.partition(" said=")
        came = dict(fact.split("=") for fact in facts.split())
        if what == "crowd":  # what it leaves there differs from time to time
            return {"checked": came["checked"]}
        came["told"] = self.told(text)
        came.update(self.logged())
        if not self.spoiled:
            came.update(self.known())
        return came

    @staticmethod
    def told(text):
        """What kind of thing the person was told."""
        for kind, words in (("refused", "login failed"), ("busy", "busy"),
                            ("unavailable", "not available"),
                            ("locked", "The account is locked")):
            if words in text:
                return kind
        return text or "nothing"

    def logged(self):
        """Of what tools look for in the system's log and the audit trail: what came since the last look."""
        new = self.home.syslog()[self.seen:]
        self.seen += len(new)
        locks = new.count(f"Consecutive login failures for user {self.user}"
                          " account temporarily locked")
        records = self.home.audit()[self.audited:] if WITH_AUDIT else []
        self.audited += len(records)
        return {"lock-line": str(locks),
                "names-user": str(int("nobody-knows-7" in new)),
                "audit": "+".join(AUDIT[record.split()[0]]
                                  for record in records) or "none"}


class Theirs(Side):
    """Debian's pam_faillock."""

    def set_up(self):
        self.dir = self.home.path("tally")
        argument = f" conf={self.faillock_conf()} dir={self.dir}"
        self.stack(FAILLOCK, argument)
        self.home.write(self.home.path("pam.d", "probe"),
                        f"auth required {FAILLOCK} preauth silent{argument}\n")

    def reboot(self):
        """The directory is in memory, unless told to be elsewhere."""
        if not self.kept:
            shutil.rmtree(self.dir)

    def spoil(self, how):
        if how == "missing":
            conf = self.home.path("pam.d", "7id")
            with open(conf, encoding="ascii") as file:
                text = file.read()
            self.home.write(conf, text.replace(
                self.dir, self.home.path("absent", "tally")))
        else:
            os.chmod(os.path.join(self.dir, self.user), 0)

    def reset(self):
        subprocess.run(["faillock", "--dir", self.dir, "--user", self.user,
                        "--reset"], check=True)

    def known(self):
        """Records in the tally's file, and whether a look says locked."""
        failures = 0
        try:
            with open(os.path.join(self.dir, self.user), "rb") as file:
                for record in iter(lambda: file.read(64), b""):
                    _, _, status, _ = struct.unpack("=52sHHQ", record)
                    failures += status & 1
        except OSError:
            pass
        probe = self.say("login", "probe", self.user, "", "", "")
        return {"failures": str(failures),
                "locked": str(int("auth=PAM_AUTH_ERR" in probe))}


class Ours(Side):
    """7id in the same places of the stack, with the same settings."""

    def set_up(self):
        home = self.home
        # What pam_faillock's file cannot say.
        only = {"slot_wait": "0"}
        if "exempt" in self.options:
            only["exempt"] = ""
        home.configure(**only)
        # lockplay looks with the settings that the module has from two files.
        with open(home.conf, encoding="ascii") as file:
            home.write(home.path("look.conf"), file.read() + "".join(
                f"{name} = {'yes' if value is None else value}\n"
                for name, value in self.options.items() if name != "exempt"))
        home.init()
        names = ["daemon", "elsewhere"] + ["root"] * ("exempt" in only)
        home.make(*(("add", name, "-", "counts-only") for name in names))
        self.stack(store.program("pam_7id"), f" conf={home.conf}"
                   f" conf={self.faillock_conf()}", " authsucc")

    def reboot(self):
        """The store outlives it."""

    def spoil(self, how):
        path = self.home.path("store")
        if how == "missing":
            os.rename(path, path + ".away")
            return
        for place, _, names in os.walk(path):
            for name in names:
                os.chmod(os.path.join(place, name), 0o400)
            os.chmod(place, 0o500)

    def reset(self):
        self.say("unlock", self.user)

    def known(self):
        if self.user in ("", "nobody-knows-7"):
            return {"failures": "0", "locked": "0"}
        return dict(fact.split("=")
                    for fact in self.say("look", self.user).split())


def play(side, steps):
    """All that came of the steps, one line a fact."""
    facts = []
    number = 0
    for step in steps:
        word, _, times = step.partition("*")
        for _ in range(int(times or 1)):
            number += 1
            came = side.step(word)
            for name, value in (came or {}).items():
                facts.append((f"{number}:{word}", name, value))
    return facts


def spread(steps):
    """`hundred`: 100 failures, each lock waited for."""
    return [word for step in steps for word in
            ((["wrong*3", "+3601"] * 33 + ["wrong", "+3601"])
             if step == "hundred" else [step])]


def compare(line):
    """What differs in one scenario: lines "NAME STEP FACT=THEIRS/OURS ..."."""
    name, options, steps = parse(line)
    sides = Theirs(options), Ours(options)
    theirs, ours = (play(side, spread(steps)) for side in sides)
    for side in sides:
        side.close()
    assert [fact[:2] for fact in theirs] == [fact[:2] for fact in ours]
    differ = {}
    for (step, fact, there), (_, _, here) in zip(theirs, ours):
        if there != here and (fact, there, here) not in EVERYWHERE:
            differ.setdefault(step, []).append(f"{fact}={there}/{here}")
        elif there != here:
            EVERYWHERE[fact, there, here] += 1
    return [" ".join([name, step] + facts) for step, facts in differ.items()]


def expected():
    """The lines of DIFFERENCES; one that goes on is indented."""
    text = "\n".join(lines for _, _, lines in DIFFERENCES)
    lines = text.replace("\n    ", " ").split("\n")
    if not WITH_AUDIT:
        lines = [re.sub(r" audit=\S+", "", line) for line in lines]
    return {line for line in lines if "=" in line}


def manual():
    """What pam_7id(8) lists as differences, without markup."""
    with open(os.path.join(HERE, "..", "..", "man", "pam_7id.8"),
              encoding="utf-8") as page:
        text = page.read()
    text = text[text.index("\nDifferences from"):]
    text = text[:text.index(".El")]
    text = re.sub(r"^\.Xr (\S+) (\d)", r"\1(\2)", text, flags=re.M)
    text = re.sub(r"^\.[A-Z][a-z] ?", "", text, flags=re.M)
    return re.sub(r" ([,;:.])", r"\1", " ".join(text.split()))


def main():
    if FAILLOCK is None or not linux_pam().startswith(VERSION):
        print("there is no pam_faillock of Linux-PAM 1.5 here")
        sys.exit(77)
    check = store.Checks()
    known, page = expected(), manual()
    for title, _, _ in DIFFERENCES:
        check.true(title in page, f"pam_7id(8) does not say {title!r}")
    scenarios = [line for line in SCENARIOS.strip().splitlines()
                 if not sys.argv[1:] or parse(line)[0] in sys.argv[1:]]
    differ = [found for line in scenarios for found in compare(line)]
    for line in differ:
        check.true(line in known, f"nobody said that it differs: {line}")
    for line in set(known) - set(differ) if not sys.argv[1:] else ():
        check.true(False, f"this differs no more: {line}")
    for kind, times in EVERYWHERE.items():
        check.true(times > 0 or sys.argv[1:], f"this differs no more: {kind}")
    print(f"{len(scenarios)} scenarios: {len(DIFFERENCES)} differences in "
          f"{len(differ)} steps, each in pam_7id(8)")
    check.done()


def linux_pam():
    """The version of Debian's package."""
    return subprocess.run(["dpkg-query", "-W", "-f", "${Version}",
                           "libpam-modules"], check=False,
                          stdout=subprocess.PIPE).stdout.decode()


FAILLOCK = (glob.glob("/usr/lib/*/security/pam_faillock.so")
            + glob.glob("/lib/*/security/pam_faillock.so") + [None])[0]

if __name__ == "__main__":
    main()
