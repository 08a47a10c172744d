#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures logins and store, beside what the device, libgdbm, LMDB and SQLite take, in one run.

    bench.py [--json] [--full] [--dir DIR]... BUILD

BUILD is a build directory. Without --dir: /var/tmp, and /dev/shm where there is one, which shows
what is left when flushing costs nothing. --full adds a store of 1,000,000 accounts (20 GB).
Figures of two runs are not to be compared: compare what stands in one table.
"""
import argparse
import json
import os
import pwd
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

PASSWORD = "correct horse battery"
WRONG = "incorrect horse battery"
CHEAP = {"opslimit": "1", "memlimit": "8K", "hash_slots": "1024"}
ROUNDS, SAMPLES, DENY = 5, 100, 5
SYSTEM_NAME = next(entry.pw_name for entry in pwd.getpwall() if entry.pw_uid)
PROCS = (1, 8, 64, 200)
GOAL_US, GOAL_FLUSHES = 700, 3
FLUSHES = ("fsync(", "fdatasync(", "sync_file_range(", "syncfs(", "msync(")


def load():
    """The load average of the last minute."""
    return round(os.getloadavg()[0], 2)


def filesystem(path):
    """Type and device of what `path` lies on."""
    best = ("?", "?", "")
    with open("/proc/mounts", encoding="utf-8") as mounts:
        for device, place, kind, *_ in map(str.split, mounts):
            if (path + "/").startswith(place.rstrip("/") + "/") \
                    and len(place) >= len(best[2]):
                best = (kind, device, place)
    return f"{best[0]} on {best[1]}"


class Table:
    """Rows, printed as they come: aligned for people, or one JSON object a line."""

    HEAD = ("p50_us", "p99_us", "per_s", "value", "lost", "load")

    def __init__(self, as_json):
        self.as_json = as_json
        self.area = None
        self.missed = []

    def say(self, text):
        """A remark between rows."""
        if self.as_json:
            print(json.dumps({"remark": text}), flush=True)
        else:
            print(f"\n{text}", flush=True)

    def row(self, area, what, goal=None, met=None, **values):
        """One row; `met` says whether the goal was."""
        if met is False:
            self.missed.append(f"{area}: {what}")
        if self.as_json:
            print(json.dumps({"area": area, "what": what, **values,
                              "goal": goal, "met": met, "load": load()}),
                  flush=True)
            return
        if area != self.area:
            self.area = area
            print(f"\n{area}\n  {'':44}" + "".join(
                f"{name:>10}" for name in self.HEAD) + "  goal")
        values["load"] = load()
        cells = "".join(f"{self.cell(values.get(name)):>10}"
                        for name in self.HEAD)
        verdict = {None: "", True: "met", False: "MISSED"}[met]
        print(f"  {what:44}{cells}  {goal or ''} {verdict}".rstrip(),
              flush=True)

    @staticmethod
    def cell(value):
        """A figure with as many digits as it deserves."""
        if value is None:
            return ""
        if isinstance(value, float):
            return f"{value:.3f}" if value < 10 else f"{value:.0f}"
        return str(value)


class Site:
    """One directory with settings, store and PAM service; the module as it was built."""

    def __init__(self, build, base, name, settings):
        self.dir = os.path.join(base, name)
        self.conf = os.path.join(self.dir, "7id.conf")
        self.pam = os.path.join(self.dir, "pam.d")
        self.bin = os.path.join(build, "tests", "bench")
        self.tool = os.path.join(build, "admin", "7idctl")
        os.makedirs(self.pam)
        with open(self.conf, "w", encoding="utf-8") as out:
            for key, place in (("store_dir", "store"), ("key_dir", "keys"),
                               ("run_dir", "run"), ("log_dir", "log")):
                out.write(f"{key} = {self.dir}/{place}\n")
            for key, value in settings.items():
                out.write(f"{key} = {value}\n")
        os.chmod(self.conf, 0o644)
        module = os.path.join(build, "pam_7id", "pam_7id.so")
        with open(os.path.join(self.pam, "7id"), "w",
                  encoding="utf-8") as out:
            out.write(f"auth required {module} conf={self.conf}\n")

    def store(self, what, *words):
        """The last result of a command of bench_store."""
        return self.results("store", what, self.conf, *words)[-1]

    def login(self, what, *words):
        """The result of a command of bench_login."""
        return self.results("login", what, self.pam, *words)[-1]

    def results(self, program, *words):
        """What a measuring program printed."""
        return results(self.bin, program, *words)


def results(place, program, *words):
    """The JSON objects that a measuring program printed."""
    done = subprocess.run(
        [os.path.join(place, "bench_" + program), *map(str, words)],
        stdout=subprocess.PIPE, check=False, text=True)
    if done.returncode:
        sys.exit(f"bench_{program} {' '.join(map(str, words))}: "
                 f"exit status {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def figures(result):
    """The members of a result that are columns."""
    return {name: result[name] for name in ("p50_us", "p99_us", "per_s",
                                            "lost") if name in result}


class Bench:
    """One run in one directory."""

    def __init__(self, table, options, base):
        self.table = table
        self.options = options
        self.base = base
        self.bin = os.path.join(options.build, "tests", "bench")
        self.sites = {}

    def floors(self):
        """The device, libgdbm, the others."""
        row, area = self.table.row, "floor"
        for gap, name in ((0, "one after the other"),
                          (1000, "after 1 ms of rest")):
            row(area, f"device: fsync of 4 KiB, {name}", **figures(
                results(self.bin, "floor", "flush", self.base, 300, gap)[0]))
        for procs in (1, 64):
            result = results(self.bin, "floor", "gdbm", self.base, 2000,
                             procs, max(20, 500 // procs))[0]
            row(area, f"gdbm: count in 2,000 records, {procs} proc",
                **figures(result),
                value=round(result["p99_us"] / result["p50_us"], 1))
        if not os.path.exists(os.path.join(self.bin, "bench_reference")):
            self.table.say("No LMDB or SQLite here: no references.")
            return
        for kind in ("lmdb", "sqlite"):
            for how, name in (("cold", "open, change, close"),
                              ("warm", "change, kept open")):
                row(area, f"{kind}: {name}", **figures(
                    results(self.bin, "reference", kind, how, self.base,
                            2000, 300)[0]))

    def stores(self, sizes):
        """Makes the stores and looks things up in them."""
        for size in sizes:
            site = Site(self.options.build, self.base, f"s{size}", CHEAP)
            made = site.store("fill", size, PASSWORD)
            self.sites[size] = site
            self.table.row("store", f"{size:,} accounts: look up",
                           **figures(site.store("get", size, 1000)))
            for act in site.results("store", "acts", site.conf, 50,
                                    PASSWORD):
                self.table.row("store", f"{size:,} accounts: {act['act']}",
                               **figures(act))
            self.table.row("store", f"{size:,} accounts: filled by the bench",
                           per_s=made["per_s"], value=made["shards"])
            self.upkeep(size)

    def upkeep(self, size):
        """The long works, upon a second store that is imported from the first."""
        people = os.path.join(self.base, "people")
        backup = os.path.join(self.base, "backup")
        twin = Site(self.options.build, self.base, f"i{size}", CHEAP)
        self.tool(self.sites[size], size, "export", "export", "--format",
                  "json", "--with-verifiers", out=people)
        self.tool(twin, size, None, "init", "--accounts", str(size))
        self.tool(twin, size, "import", "import", "json", people)
        os.remove(people)
        self.tool(twin, size, "check", "store", "check")
        self.tool(twin, size, "backup", "store", "backup", backup)
        self.tool(twin, size, "restore", "store", "restore", "--yes", backup)
        shutil.rmtree(backup)
        self.tool(twin, size, "compact", "store", "compact")
        shutil.rmtree(twin.dir)

    def tool(self, site, size, name, *words, out=os.devnull):
        """Runs the tool; a row for `name` with its time and its memory."""
        begun, peak = time.monotonic(), 0.0
        with open(out, "wb") as sink, tempfile.TemporaryFile() as said, \
                subprocess.Popen([site.tool, "--conf", site.conf, *words],
                                 stdout=sink, stderr=said) as child:
            while os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT
                            | os.WNOHANG) is None:
                peak = max(peak, peak_of(child.pid))
                time.sleep(0.01)
            took = time.monotonic() - begun
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            if child.returncode:
                sys.exit(f"7idctl {' '.join(words)}: exit status "
                         f"{child.returncode}\n"
                         f"{said.read().decode(errors='replace')}")
        if name is None:
            return
        work = used.ru_utime + used.ru_stime
        self.table.row("long works (value: seconds)",
                       f"{size:,} {name}: {peak:.0f} MiB, "
                       f"{work:.2f} s of processor",
                       per_s=round(size / took), value=round(took, 2),
                       peak_mib=round(peak, 1), processor_s=round(work, 2))

    def latency(self):
        """Time beyond the hash, by cases and sizes, in rounds that mix them."""
        samples, flushes = {}, []
        for size, site in self.sites.items():
            # Each another password: what was wrong before counts once.
            for number in range(DENY):
                site.login("one", "wrong", size - 20, 20, 20,
                           f"{WRONG}{number}")
            site.store("add", SYSTEM_NAME, PASSWORD)
        for turn in range(ROUNDS):
            first = next(iter(self.sites.values()))
            raw = first.store("hash", 300, 1)["p50_us"]
            flushes.append(results(self.bin, "floor", "flush", self.base,
                                   SAMPLES, 0)[0]["p50_us"])
            for size, site in self.sites.items():
                tenth = size // 10
                for case, start, span, password in (
                        ("good", 0, tenth, PASSWORD),
                        ("good, passwd knows the name", SYSTEM_NAME, 0,
                         PASSWORD),
                        ("wrong", tenth * (turn + 1), tenth, WRONG),
                        ("unknown", tenth * turn, tenth, WRONG),
                        ("locked", size - 20, 20, PASSWORD)):
                    result = site.login("one", case.split(",")[0], start,
                                        span, SAMPLES, password)
                    samples.setdefault((size, case), []).append(
                        (result["p50_us"] - raw, result["p99_us"] - raw,
                         result["start"]["p50_us"], result["codes"]))
        self.show_latency(samples, statistics.median(flushes))

    def show_latency(self, samples, flush_us):
        """Medians of the rounds, growth, and what was answered."""
        goal = max(GOAL_US, GOAL_FLUSHES * flush_us)
        area = "time beyond the hash (value: the quietest round's p50)"
        self.table.row(area, "a flush of the device, in between",
                       p50_us=flush_us)
        beyond = {}
        for (size, case), rounds in samples.items():
            p50 = statistics.median(turn[0] for turn in rounds)
            beyond[size, case] = p50
            bound = case.startswith(("good", "wrong"))
            self.table.row(
                area, f"{size:,} accounts: {case}",
                p50_us=round(p50, 1),
                value=round(min(turn[0] for turn in rounds)),
                p99_us=round(statistics.median(t[1] for t in rounds), 1),
                goal=f"<= {goal:.0f}" if bound else None,
                met=p50 <= goal if bound else None)
            if case in ("good", "wrong") and flush_us > 10:
                self.table.row(area, f"{size:,} accounts: {case}, in flushes",
                               value=round(p50 / flush_us, 1))
            want = "PAM_SUCCESS" if case.startswith("good") \
                else "PAM_AUTH_ERR"
            if any(set(turn[3]) != {want} for turn in rounds):
                self.table.row(area, f"{case}: answers",
                               value=str(rounds[-1][3]), met=False)
        self.table.row(area, "pam_start, the module loaded",
                       p50_us=statistics.median(
                           t[2] for r in samples.values() for t in r))
        least, most = min(self.sites), max(self.sites)
        if least == most:
            return
        for case in ("good", "wrong"):
            growth = beyond[most, case] / beyond[least, case]
            self.table.row(area,
                           f"growth to {most:,} accounts: {case}",
                           value=round(growth, 2), goal="<= 1.5",
                           met=growth <= 1.5)

    def calls(self):
        """What one good login asks of the kernel; two flushes are its due."""
        if not shutil.which("strace"):
            self.table.say("No strace here: system calls are not counted.")
            return
        site, counts = min(self.sites.items())[1], []
        trace = os.path.join(self.base, "trace")
        # The first of all makes directories, too.
        for logins in (1, 1, 11):
            subprocess.run(
                ["strace", "-f", "-qq", "-o", trace,
                 os.path.join(self.bin, "bench_login"), "one", site.pam,
                 "good", "0", "1", str(logins), PASSWORD],
                stdout=subprocess.DEVNULL, check=True)
            with open(trace, encoding="utf-8", errors="replace") as lines:
                calls = [line.split(None, 1)[1] for line in lines]
            names = [call.split("(")[0] for call in calls]
            counts.append({
                "system calls": len(names),
                "opens": names.count("openat"),
                "flushes": sum(call.startswith(FLUSHES)
                               and call.rstrip().endswith("= 0")
                               for call in calls)})
        for what in counts[0]:
            each = (counts[2][what] - counts[1][what]) / 10
            due = what == "flushes"
            self.table.row("one good login, from pam_start to pam_end", what,
                           value=each, goal="2" if due else None,
                           met=each == 2 if due else None)

    def crowds(self):
        """Logins by many processes at once, with nothing lost."""
        size = min(self.sites)
        site = self.sites[size]
        for name, accounts in (("one account", 1), ("many accounts", size)):
            # The accounts that other measurements have locked stay out.
            accounts = min(accounts, size // 10)
            for procs in PROCS:
                before = site.store("seq", accounts)["seq"]
                result = site.login("crowd", "good", accounts, procs,
                                    max(5, 400 // procs), PASSWORD)
                wrote = site.store("seq", accounts)["seq"] - before
                good = result["codes"].get("PAM_SUCCESS", 0)
                others = result["count"] - good
                lost = max(0, 2 * good - wrote)
                self.table.row("logins at once (cheap hash)",
                               f"{name}, {procs} proc"
                               + (f" ({others} busy)" if others else ""),
                               **figures(result) | {"lost": lost},
                               goal="lost 0", met=lost == 0)

    def transactions(self):
        """One durable change of a tally, by many processes at once."""
        size = min(self.sites)
        for name, accounts in (("one account", 1), ("many accounts", size)):
            for procs in PROCS:
                result = self.sites[size].store("change", accounts, procs,
                                                max(10, 1000 // procs))
                ratio = result["p99_us"] / result["p50_us"]
                self.table.row("store transactions (value: p99/p50)",
                               f"{name}, {procs} proc",
                               **figures(result), value=round(ratio, 1),
                               goal="<= 8, lost 0" if procs == 64
                               else "lost 0",
                               met=result["lost"] == 0
                               and (procs != 64 or ratio <= 8))

    def real_cost(self):
        """The default cost: one login over one hash, then 64 at once."""
        area = "default cost (3 passes, 64 MiB)"
        site = Site(self.options.build, self.base, "real", {})
        site.store("fill", 64, PASSWORD)
        result = site.login("ratio", 21, 3, 64 << 20, PASSWORD)
        ratio = result["p50_us"] / result["raw"]["p50_us"]
        self.table.row(area, "raw hash", p50_us=result["raw"]["p50_us"],
                       p99_us=result["raw"]["p99_us"])
        self.table.row(area, "whole authenticate / raw hash",
                       p50_us=result["p50_us"], p99_us=result["p99_us"],
                       value=round(ratio, 4), goal="<= 1.01",
                       met=ratio <= 1.01)
        more = result["more_cpu"]["p50_us"]
        self.table.row(area, "the same in processor time, pam_start too",
                       value=round(1 + more / result["raw"]["p50_us"], 4))
        slots = site.store("hash", 1, 1)["slots"]
        raw = site.store("hash", -(-64 // slots), slots)
        self.table.row(area, f"raw, {slots} at once", per_s=raw["per_s"],
                       p50_us=raw["p50_us"])
        fast = site.login("crowd", "good", 64, 64, 1, PASSWORD)
        good = fast["codes"].get("PAM_SUCCESS", 0)
        rate = fast["per_s"] * good / fast["count"]
        self.table.row(area, f"64 logins at once ({good} good): rate/raw",
                       p50_us=fast["p50_us"], p99_us=fast["p99_us"],
                       per_s=rate, value=round(rate / raw["per_s"], 3),
                       goal=">= 0.95", met=rate >= 0.95 * raw["per_s"])
        peak = self.peak(lambda: site.login("crowd", "good", 64, 64, 1,
                                            PASSWORD))
        self.table.row(area, "64 logins at once: peak MiB of all",
                       value=round(peak), goal=f"< {slots * 66}",
                       met=peak < slots * 66)

    @staticmethod
    def peak(work):
        """The most private memory, in MiB, that processes below this one had while `work` ran."""
        done, most = threading.Event(), [0.0]

        def watch():
            while not done.wait(0.02):
                most[0] = max(most[0], private_below(os.getpid()))

        watcher = threading.Thread(target=watch)
        watcher.start()
        work()
        done.set()
        watcher.join()
        return most[0]


def peak_of(pid):
    """The most MiB that a process that still runs ever had resident."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0.0


def private_below(pid):
    """MiB of private resident memory of all descendants of a process."""
    total = 0.0
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children",
                      encoding="ascii") as below:
                for child in below.read().split():
                    with open(f"/proc/{child}/statm",
                              encoding="ascii") as statm:
                        _, resident, shared = statm.read().split()[:3]
                    total += (int(resident) - int(shared)) \
                        * os.sysconf("SC_PAGESIZE") / 2 ** 20
                    total += private_below(child)
    except (FileNotFoundError, ProcessLookupError):
        pass
    return total


def run(table, options, place, whole):
    """Everything, in a directory of its own below `place`."""
    base = tempfile.mkdtemp(prefix="7id-bench.", dir=place)
    bench = Bench(table, options, base)
    before = load()
    table.area = None
    table.say(f"{place}: {filesystem(os.path.realpath(place))}; "
              f"load {before} on {os.cpu_count()} cores; "
              f"{time.strftime('%Y-%m-%d %H:%M:%S')}")
    try:
        bench.floors()
        sizes = [1000, 100000] if whole else [1000]
        bench.stores(sizes + ([1000000] if whole and options.full else []))
        bench.latency()
        bench.calls()
        if whole:
            bench.crowds()
            bench.transactions()
            bench.real_cost()
    finally:
        shutil.rmtree(base, ignore_errors=True)
    table.say(f"load afterwards {load()}")
    # The bench itself is a load of 1 or 2, but for the crowds of a moment.
    if before > os.cpu_count() / 2:
        table.say("Others used the machine: believe the ratios, not the times.")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--dir", action="append", default=[])
    parser.add_argument("build")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    table = Table(options.json)
    places = options.dir or ["/var/tmp"] + (
        ["/dev/shm"] if os.access("/dev/shm", os.W_OK) else [])
    for number, place in enumerate(places):
        run(table, options, place, number == 0)
    table.say("Goals missed: " + (", ".join(table.missed) or "none"))


if __name__ == "__main__":
    main()
