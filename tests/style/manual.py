#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manual and what it describes agree in both directions; the README names only paths that exist."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import tree

PAGES = ("man/7id.conf.5", "man/7id.db.5", "man/7idctl.8", "man/pam_7id.8",
         "man/7id-faq.7")
# mandoc looks these up on the machine that it runs on.
NOT_OURS = re.compile(r"referenced manual not found")
# No setting of any type takes this: an empty group, and text turned around.
IMPOSSIBLE = "@ \u202e"
# Offsets of a record: the table's title, the source, the prefix, its length.
RECORDS = (
    ("meta", "record.c", "META", "ID7_META_LEN"),
    ("the head", "record.c", "HEAD", "ID7_HEAD_LEN"),
    ("the body", "record_account.c", "BODY", "ID7_BODY_LEN"),
    ("a tally", "record_tally.c", "TALLY", "ID7_TALLY_LEN"),
    ("a lane", "record_tally.c", "LANE", "LANE_ROOM"),
)


class Manual:
    """The sources, the pages and the faults found so far."""

    def __init__(self, root, tool):
        self.root = root
        self.tool = tool
        self.faults = []

    def source(self, name):
        return tree.read(self.root, name)

    def ask(self, *arguments):
        """The tool's answer in JSON."""
        result = subprocess.run([self.tool, "--json", *arguments],
                                capture_output=True, check=False)
        return json.loads(result.stdout)

    def compare(self, page, what, there, documented):
        """Notes what only one of the two holds."""
        there, documented = set(there), set(documented)
        for name in sorted(there - documented):
            self.faults.append(f"{page}: {what} {name!r} is not documented")
        for name in sorted(documented - there):
            self.faults.append(f"{page}: {what} {name!r} does not exist")


def section(text, title, level="Sh"):
    """The lines under a heading, up to the next of its level or above."""
    ends = ("Sh",) if level == "Sh" else ("Sh", "Ss")
    found = re.search(rf"^\.{level} {re.escape(title)}\n(.*?)"
                      rf"(?=^\.(?:{'|'.join(ends)}) |\Z)", text, re.M | re.S)
    return found.group(1).splitlines() if found else []


def items(lines):
    """(depth, heading, body lines) of each .It, by the nesting of lists."""
    depth, found = 0, []
    for line in lines:
        if line.startswith(".Bl"):
            depth += 1
        elif line.startswith(".El"):
            depth -= 1
        elif line.startswith(".It "):
            found.append((depth, line[4:], []))
        elif found:
            found[-1][2].append(line)
    return found


def plain(heading):
    """What a heading shows: macros gone, brackets and dashes in their place."""
    heading = re.sub(r"Fl Fl (\S)", r"--\1", heading)
    heading = re.sub(r"Op (.*)$", r"[\1]", heading)
    heading = re.sub(r" ?\bNs ", "", heading)
    heading = re.sub(r"\b(Ic|Cm|Ar) ", "", heading)
    return heading.replace(" ...", "...")


def check_lint(manual):
    for page in PAGES:
        lint = subprocess.run(["mandoc", "-Tlint", page], cwd=manual.root,
                              capture_output=True, text=True, check=False)
        manual.faults += [line for line in lint.stdout.splitlines()
                          if not NOT_OURS.search(line)]
        for name, number in re.findall(r"^\.Xr (7id\S*|pam_7id) (\d)",
                                       manual.source(page), re.M):
            if f"man/{name}.{number}" not in PAGES:
                manual.faults.append(f"{page}: there is no {name}({number})")


def check_settings(manual):
    page = "man/7id.conf.5"
    with tempfile.TemporaryDirectory() as place:
        conf = os.path.join(place, "7id.conf")
        open(conf, "w", encoding="utf-8").close()
        shown = manual.ask("--conf", conf, "config", "show")["settings"]
        with open(conf, "w", encoding="utf-8") as stream:
            for setting in shown:
                stream.write(f"{setting['name']} = {IMPOSSIBLE}\n")
        wanted = {problem["name"]: problem["wanted"] for problem
                  in manual.ask("--conf", conf, "config", "check")["problems"]}
    there = {f"{s['name']} = {s['default']}".rstrip(): s["name"] for s in shown}
    documented = {}
    for _, heading, body in items(section(manual.source(page), "SETTINGS")):
        documented[plain(heading)] = " ".join(body)
    manual.compare(page, "setting and default", there, documented)
    for heading in set(there) & set(documented):
        limits = wanted[there[heading]]
        if not documented[heading].lower().startswith(limits.lower()):
            manual.faults.append(f"{page}: {heading!r} does not begin with "
                                 f"what it must be: {limits!r}")


def check_arguments(manual):
    page = "man/pam_7id.8"
    reader = manual.source("pam_7id/module.c")
    there = set(re.findall(r'strn?cmp\(arg, "(\w+=?)"', reader))
    only = re.findall(r'COMMON\("(\w+)"[^"]*"[^"]*"[^"]*, ID7_IN_ARGUMENT,',
                      manual.source("common/core/config_table.c"))
    if not there or not only:
        manual.faults.append(f"{page}: the module's arguments are not found "
                             "where they were")
    documented = [re.sub(r"=.*", "=", plain(heading)) for _, heading, _
                  in items(section(manual.source(page), "ARGUMENTS"))]
    manual.compare(page, "argument", there | set(only), documented)


def option_name(option):
    return f"--{option['name']} {option['value'] or ''}".rstrip()


def check_commands(manual):
    page = "man/7idctl.8"
    text = manual.source(page)
    table = manual.ask("help")
    listed = items(section(text, "Options of every command", "Ss"))
    manual.compare(page, "option", map(option_name, table["options"]),
                   [plain(heading) for _, heading, _ in listed])
    documented, bodies, command = {}, {}, None
    for depth, heading, body in items(section(text, "COMMANDS")):
        if depth == 1 and heading.startswith("Ic "):
            command = plain(heading)
            documented[command], bodies[command] = [], body
        elif depth == 2 and heading.startswith("Fl Fl "):
            documented[command].append(plain(heading))
    there = {f"{c['name']} {c['args']}".rstrip(): c for c in table["commands"]}
    manual.compare(page, "command", there, documented)
    for name in set(there) & set(documented):
        manual.compare(page, f"option of {name!r}",
                       map(option_name, there[name]["options"]),
                       documented[name])
        alias = there[name]["alias"]
        if alias and not any(re.match(rf"\.Ic {alias}\b", line)
                             for line in bodies[name]):
            manual.faults.append(f"{page}: {name!r} is also called {alias!r}")


def check_exit_codes(manual):
    page = "man/7idctl.8"
    there = re.findall(r"^\tCTL_\w+ = (\d+),", manual.source("admin/cmd.h"),
                       re.M)
    documented = [heading for _, heading, _
                  in items(section(manual.source(page), "EXIT STATUS"))]
    manual.compare(page, "exit code", there, documented)


def check_records(manual):
    page = "man/7id.db.5"
    head = manual.source("common/core/record.h")
    for title, source, prefix, length in RECORDS:
        code = manual.source("common/core/" + source)
        there = {int(offset) for name, offset in re.findall(
            rf"^#define {prefix}_(\w+) (\d+)(?:\s|$)", code, re.M)
            if not name.endswith(("ROOM", "_MIN", "_MAX"))}
        end = int(re.search(rf"^#define {length} (\d+)", code + head,
                            re.M).group(1))
        table = re.search(rf"^\.It Em Offset .* Em Field of {title}\n(.*?)"
                          r"^\.El", manual.source(page), re.M | re.S)
        rows = [(int(at), int(size)) for at, size in re.findall(
            r"^\.It (\d+) Ta (\d+) Ta", table.group(1) if table else "", re.M)]
        manual.compare(page, f"offset of {title}", there,
                       [at for at, _ in rows])
        ends = [at for at, _ in rows[1:]] + [end]
        for (at, size), after in zip(rows, ends):
            if at + size != after:
                manual.faults.append(f"{page}: {title}: {at} + {size} is not "
                                     f"{after}")


def check_log(manual):
    page = "man/7id.db.5"
    journal = manual.source("common/effects/journal.c")
    keys = set(re.findall(r'put_(?:text|number)\(&line, "(\w+)"', journal))
    keys |= set(re.findall(r'\\"(\w+)\\":', journal))
    lines = section(manual.source(page), "LOG")
    half = next((i for i, line in enumerate(lines)
                 if line.startswith("Reasons")), len(lines))
    manual.compare(page, "key of the log", keys,
                   [plain(heading) for _, heading, _ in items(lines[:half])])
    names = dict(re.findall(r'\[ID7_REASON_(\w+)\] = "([\w-]+)"',
                            manual.source("common/core/verdict.c")))
    used = set()
    for name in tree.files(manual.root, ends=(".c",)):
        if name.startswith(("common/usecases/", "pam_7id/")) or name in (
                "common/core/account.c", "common/core/decide.c"):
            used |= set(re.findall(r"\bID7_REASON_(\w+)", manual.source(name)))
    manual.compare(page, "reason",
                   {names[reason] for reason in used - {"NONE"}},
                   [plain(heading) for _, heading, _ in items(lines[half:])])


def check_readme(manual):
    for quoted in re.findall(r"`([^`\n]+)`", manual.source("README.md")):
        path = quoted.split()[-1]
        if "/" not in path or path.startswith("/") or re.search(
                r"NAME|FILE", path):
            continue
        if not os.path.exists(os.path.join(manual.root, path)):
            manual.faults.append(f"README.md: there is no {path!r}")


def main():
    manual = Manual(sys.argv[1], sys.argv[2])
    check_settings(manual)
    check_arguments(manual)
    check_commands(manual)
    check_exit_codes(manual)
    check_records(manual)
    check_log(manual)
    check_readme(manual)
    if shutil.which("mandoc"):
        check_lint(manual)
    elif not manual.faults:
        tree.skip("mandoc is not installed")
    tree.done(manual.faults, "manual")


if __name__ == "__main__":
    main()
