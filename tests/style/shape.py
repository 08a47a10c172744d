#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions fit on a screen, entry points are corridors, every prototype has its contract above it."""
import re
import shutil
import subprocess
import sys

import tree

LONGEST = 60  # lines of a function, from its name to its closing brace
ENTRY_POINT = 20  # lines of a pam_sm_ function
A_SIGN = 250  # lines of a file that make one think

PRODUCT = ("common/", "pam_7id/", "admin/")


def tags(root, names, kind):
    """(file, symbol, first line, last line) of each C symbol of a kind."""
    out = subprocess.run(
        ["ctags", "-x", "--language-force=C", f"--kinds-C={kind}",
         "--fields=+ne", "--_xformat=%{line} %{end} %F %N", "-L", "-"],
        input="\n".join(names), cwd=root, text=True, capture_output=True,
        check=True).stdout
    for line in out.splitlines():
        first, last, name, symbol = line.split(" ")
        yield name, symbol, int(first), int(last or first)


def lengths(root):
    """Faults of functions that are too long."""
    names = tree.files(root, PRODUCT + ("tests/",), (".c", ".h"))
    for name, symbol, first, last in tags(root, names, "f"):
        size = last - first + 1
        if size > LONGEST:
            yield f"{name}:{first}: {symbol} has {size} lines"
        elif (name.startswith("pam_7id/") and symbol.startswith("pam_sm_")
              and size > ENTRY_POINT):
            yield f"{name}:{first}: entry point {symbol} has {size} lines"


def has_contract(lines, at):
    """Whether a comment opens the paragraph of line `at` before it."""
    for line in reversed(lines[:at - 1]):
        if not line.strip():
            return False
        if re.match(r"/\*| \*", line):
            return True
    return False


def contracts(root):
    """Faults of prototypes that say nothing."""
    names = tree.files(root, ("common/",), (".h",))
    texts = {name: tree.read(root, name).split("\n") for name in names}
    for name, symbol, first, _ in tags(root, names, "p"):
        if not has_contract(texts[name], first):
            yield f"{name}:{first}: {symbol} has no contract above it"


def main():
    root = sys.argv[1]
    if not shutil.which("ctags"):
        tree.skip("universal-ctags is not installed")
    for name in tree.files(root, PRODUCT, (".c", ".h")):
        size = tree.read(root, name).count("\n")
        if size > A_SIGN:
            print(f"remark: {name} has {size} lines")
    tree.done(list(lengths(root)) + list(contracts(root)), "shape")


if __name__ == "__main__":
    main()
