#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shell scripts have no fault that shellcheck sees; Python scripts compile."""
import re
import shutil
import subprocess
import sys

import tree

SHELL = re.compile(r"#!\s*/bin/(ba|da)?sh\b|# shellcheck shell=")
PYTHON = re.compile(r"#!.*\bpython3\b")


def main():
    root = sys.argv[1]
    shell, faults = [], []
    for name in tree.files(root):
        text = tree.read(root, name)
        if SHELL.match(text):
            shell.append(name)
        elif PYTHON.match(text) or name.endswith(".py"):
            try:
                compile(text, name, "exec")
            except SyntaxError as error:
                faults.append(f"{name}:{error.lineno}: {error.msg}")
    if not shutil.which("shellcheck"):
        tree.skip("shellcheck is not installed")
    # Helpers of the scenarios take arguments that most callers leave out.
    result = subprocess.run(["shellcheck", "-x", "-e", "SC2119,SC2120", "--",
                             *shell], cwd=root, check=False)
    if result.returncode:
        faults.append("shellcheck found faults")
    tree.done(faults, f"scripts ({len(shell)} of shell)")


if __name__ == "__main__":
    main()
