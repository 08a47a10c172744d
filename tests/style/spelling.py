#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""No misspelt word, by codespell; tests/style/spelling.words holds what it must not mistake."""
import os
import shutil
import subprocess
import sys

import tree

# Words of others, bytes, and lists of passwords that people misspell.
FOREIGN = ("LICENSE", "po/ja.po", "tests/data/")


def main():
    root = sys.argv[1]
    if not shutil.which("codespell"):
        tree.skip("codespell is not installed")
    names = [name for name in tree.files(root)
             if not name.startswith(FOREIGN) and "/ja/" not in name]
    result = subprocess.run(
        ["codespell", "--ignore-words",
         os.path.join(root, "tests/style/spelling.words"), *names],
        cwd=root, check=False)
    sys.exit(1 if result.returncode else 0)


if __name__ == "__main__":
    main()
