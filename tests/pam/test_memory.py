#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""However many log in at once, no more memory is used than the slots allow, and nobody takes all of them."""
import collections
import os
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
import store  # noqa: E402

RIGHT, WRONG = "right-horse-1", "wrong-horse-1"
SLOTS = 4
MIB = 1 << 20
MEMLIMIT = 64
EACH = 0.75  # MiB that a process may have of its own, besides the hash
PATIENCE = 20  # seconds: the deadline is 10, and a slow machine must be able to hash
PAGE = os.sysconf("SC_PAGESIZE")
ROOT = os.geteuid() == 0  # otherwise everybody is one local user


def make(names, as_root=ROOT, **settings):
    """A store with accounts whose passwords are checked at the cost that is set by itself."""
    home = store.Store(as_root=as_root, nodelay="yes", deny="16",
                       **{"memlimit": f"{MEMLIMIT}M", "opslimit": "3",
                          "hash_slots": str(SLOTS), **settings})
    home.init()
    home.make(*(("add", name, RIGHT, "") for name in names))
    return home


def private_mib(parent):
    """MiB that the children of a process have for themselves."""
    total = 0
    try:
        with open(f"/proc/{parent}/task/{parent}/children",
                  encoding="ascii") as children:
            for child in children.read().split():
                with open(f"/proc/{child}/statm", encoding="ascii") as statm:
                    _, resident, shared = statm.read().split()[:3]
                total += (int(resident) - int(shared)) * PAGE
                total += private_mib(child) * MIB
    except (FileNotFoundError, ProcessLookupError):
        pass
    return total / MIB


def held(home):
    """The slots that somebody holds, by number; the bytes behind them are tickets."""
    try:
        inode = os.stat(home.path("run", "slots")).st_ino
    except FileNotFoundError:
        return set()
    with open("/proc/locks", encoding="ascii") as locks:
        fields = [line.split() for line in locks if " -> " not in line]
    return {int(line[6]) for line in fields
            if line[5].rsplit(":", 1)[1] == str(inode)
            and int(line[6]) < SLOTS}


class Watch:
    """The most slots and memory in use while it lasts."""

    def __init__(self, home):
        self.home, self.slots, self.mib = home, set(), 0
        self.most = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.over.wait(0.01):
            now = held(self.home)
            self.slots |= now
            self.most = max(self.most, len(now))
            self.mib = max(self.mib, private_mib(os.getpid()))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def counted(answers):
    """How many got each code."""
    return collections.Counter(code for code, _ in answers)


def all_honest(check, crowd):
    """Right logins of many people from many places."""
    what = f"{crowd} honest ones"
    names = [f"person{i:02}" for i in range(40)]
    home = make(names)
    with Watch(home) as watch:
        answers = home.crowd("parallel", [
            (names[i % len(names)], f"198.51.{i // 200}.{i % 200 + 1}", RIGHT)
            for i in range(crowd)])
    codes = counted(answers)
    bound = SLOTS * MEMLIMIT + crowd * EACH
    slowest = max(ns for _, ns in answers) / 1e9
    print(f"{crowd} logins at once, {SLOTS} slots of {MEMLIMIT} MiB: at most "
          f"{watch.most} in use, {watch.mib:.0f} MiB (bound {bound:.0f}), "
          f"{codes['PAM_SUCCESS']} let in, {codes['PAM_AUTHINFO_UNAVAIL']} "
          f"told busy, the slowest after {slowest:.1f} s")
    check.equal(set(codes) - {"PAM_AUTHINFO_UNAVAIL"}, {"PAM_SUCCESS"},
                f"{what}: codes")
    check.true({r["reason"] for r in home.log()} <= {"right", "busy"},
               f"{what}: reasons {codes}")
    check.true(0 < watch.most <= SLOTS, f"{what}: slots {watch.most}")
    check.true(SLOTS - 1 not in watch.slots, f"{what}: the console's slot")
    check.true(MEMLIMIT < watch.mib <= bound,
               f"{what}: {watch.mib} MiB at once")
    check.true(slowest < PATIENCE, f"{what}: waited {slowest} s")
    check.equal({home.look(name)["failures"] for name in names}, {"0"},
                f"{what}: failures")


def begin_flood(home, count, rhost):
    """Wrong guesses from one source, as many as there are names; the process, once it fills its share."""
    path = home.path("flood")
    home.write(path, "".join(f"nobody-{i}\t{rhost}\t{WRONG}\n"
                             for i in range(count)))
    proc = home.run([store.program("pamcrowd"), "parallel",
                     home.path("pam.d"), path], wait=False)
    end = time.monotonic() + PATIENCE
    while len(held(home)) < SLOTS // 2 and time.monotonic() < end:
        time.sleep(0.01)  # until the kernel shows the locks
    return proc


def one_source(check):
    """A source that guesses as fast as it can leaves half of the slots to others, and the last to the console."""
    home = make(["sakura"])
    with Watch(home) as watch:
        flood = begin_flood(home, 200, "203.0.113.9")
        elsewhere = home.crowd("serial",
                               [("sakura", "192.0.2.7", RIGHT)])
        console = home.crowd("serial", [("sakura", "", RIGHT, "tty1")])
        still = flood.poll() is None
        said = flood.communicate()[0].decode()
    check.true(still, "one source: the flood was over too early")
    check.true(watch.most <= SLOTS // 2 + 1,
               f"one source: {watch.most} slots at once")
    check.equal(set(counted(elsewhere)), {"PAM_SUCCESS"},
                "one source: another one's logins")
    check.equal(set(counted(console)), {"PAM_SUCCESS"},
                "one source: the console's logins")
    check.true(" PAM_SUCCESS " not in said, "one source: nobody is let in")
    slowest = max(ns for _, ns in elsewhere + console) / 1e9
    print(f"beside 200 guesses from one source: others and the console served "
          f"within {slowest:.2f} s")


def local_user(check):
    """A user who starts su many times has half of the slots, whatever he says about his source."""
    home = make(["sakura"], as_root=False)
    with Watch(home) as watch:
        answers = home.crowd("parallel", [
            ("sakura", f"198.51.100.{i}", RIGHT) for i in range(20)])
    check.true(0 < watch.most <= SLOTS // 2,
               f"local user: {watch.most} slots at once")
    check.equal(set(counted(answers)) - {"PAM_AUTHINFO_UNAVAIL"},
                {"PAM_SUCCESS"}, "local user: codes")


def begin(home, name):
    """A login that holds a slot now."""
    argv = home.drive_argv(name, ["=" + RIGHT], ["authenticate"])
    before = len(held(home))
    proc = home.run(argv, wait=False)
    while proc.poll() is None:
        if len(held(home)) > before:
            return proc
    sys.exit("a login was over before it was seen")


def killed_and_stopped(check):
    """A slot comes back from a killed process by itself; a stopped one keeps its own and no other."""
    home = make(["sakura", "momiji"], opslimit="12")
    victim = begin(home, "sakura")
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    check.equal(held(home), set(), "killed: slots held")
    victim = begin(home, "sakura")
    victim.send_signal(signal.SIGSTOP)
    check.equal(len(held(home)), 1, "stopped: slots held")
    answers = home.crowd("parallel", [("momiji", f"192.0.2.{i}", RIGHT)
                                      for i in range(4)])
    check.equal(set(counted(answers)), {"PAM_SUCCESS"},
                "stopped: others' logins")
    victim.send_signal(signal.SIGCONT)
    check.true("= PAM_SUCCESS" in victim.communicate()[0].decode(),
               "stopped: goes on")
    check.equal(held(home), set(), "stopped: slots held in the end")


def all_stopped(check):
    """Nobody but the console gets past stopped processes that hold all slots: they are told busy, and nothing is counted."""
    home = make(["sakura", "momiji"], opslimit="12", hash_slots="2")
    victim = begin(home, "sakura")
    victim.send_signal(signal.SIGSTOP)
    answers = home.crowd("parallel", [("momiji", "192.0.2.1", RIGHT)] * 3)
    check.equal(set(counted(answers)), {"PAM_AUTHINFO_UNAVAIL"},
                "all stopped: codes")
    slowest = max(ns for _, ns in answers) / 1e9
    check.true(slowest < PATIENCE, f"all stopped: waited {slowest} s")
    check.equal({r["reason"] for r in home.log()}, {"busy"},
                "all stopped: reasons")
    if ROOT:
        console = home.crowd("serial", [("momiji", "", RIGHT, "tty1")])
        check.equal(set(counted(console)), {"PAM_SUCCESS"},
                    "all stopped: the console's login")
    check.equal(home.look("momiji")["failures"], "0",
                "all stopped: failures")
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    again = home.crowd("serial", [("momiji", "192.0.2.1", RIGHT)])
    check.equal(set(counted(again)), {"PAM_SUCCESS"}, "all stopped: freed")


def main():
    check = store.Checks()
    if ROOT:
        all_honest(check, 200)
        one_source(check)
    else:
        print("not root: everybody is one local user here")
    local_user(check)
    killed_and_stopped(check)
    all_stopped(check)
    check.done()


if __name__ == "__main__":
    main()
