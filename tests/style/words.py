#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no file of the project may hold: things left open, one machine's paths, another place's numbers."""
import re
import sys

import tree

# Written so that this file does not hold what it looks for.
NEVER = {
    "left open": r"\b(TO[D]O|FIX[M]E)\b|\bXX[X]\b",
    "a path of one machine": r"(?<![\w.*~$}\])-])/(wor[k]|roo[t]|far[m])/"
                             r"|/tmp/[b]/",
    "the number of a ticket": r"(?i)\b(issue|ticket|bug)s? #?\d",
    "a registry's host": r"(?i)\b(pypi[.]org|pythonhosted[.]org"
                         r"|npmjs[.](com|org)|crates[.]io|rubygems[.]org"
                         r"|(docker|ghcr|quay|gcr)[.]io"
                         r"|deb[.]debian[.]org|proxy[.]golang[.]org)",
    "a blank at the end of a line": r"[ \t]+$",
    "the mark of an unfinished merge": r"^(<{7}|>{7})( |$)",
}
# Texts that others wrote, and bytes.
FOREIGN = ("LICENSE",)
BYTES = (".bin", ".db", ".gdbm", ".png", ".gz")


def main():
    root = sys.argv[1]
    faults = []
    for name in tree.files(root):
        if name in FOREIGN or name.endswith(BYTES):
            continue
        text = tree.read(root, name)
        if "\0" in text:
            continue
        if text and not text.endswith("\n"):
            faults.append(f"{name}: does not end with a newline")
        for what, pattern in NEVER.items():
            for found in re.finditer(pattern, text, re.M):
                line = text.count("\n", 0, found.start()) + 1
                faults.append(f"{name}:{line}: {what}: {found.group()!r}")
    tree.done(faults, "words")


if __name__ == "__main__":
    main()
