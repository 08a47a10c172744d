# SPDX-License-Identifier: GPL-3.0-or-later
"""The project's own files, for the style tests."""
import os
import subprocess
import sys

SKIPPED = 77


def files(root, under=(), ends=()):
    """Sorted paths, relative to root, of what the project holds: git's word, or the tree's without one."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z",
         "--cached", "--others", "--exclude-standard"],
        capture_output=True, check=False) if git_here(root) else None
    if listed and listed.returncode == 0:
        names = os.fsdecode(listed.stdout).split("\0")
    else:
        names = walk(root)
    return sorted({name for name in names
                   if name and os.path.isfile(os.path.join(root, name))
                   and (not under or name.startswith(tuple(under)))
                   and (not ends or name.endswith(tuple(ends)))})


def git_here(root):
    """Whether root is a checkout and git is installed."""
    return os.path.exists(os.path.join(root, ".git")) and any(
        os.access(os.path.join(d, "git"), os.X_OK)
        for d in os.environ.get("PATH", "").split(":"))


def walk(root):
    """The tree without build directories and hidden ones."""
    for place, below, names in os.walk(root):
        if place == root:
            below[:] = [d for d in below
                        if not d.startswith(("build", ".git")) and d != "debian"]
        for name in names:
            yield os.path.relpath(os.path.join(place, name), root)


def read(root, name):
    """A file's text; bytes that are not UTF-8 are replaced."""
    with open(os.path.join(root, name), encoding="utf-8",
              errors="replace") as stream:
        return stream.read()


def done(faults, what):
    """Prints the faults and ends the test."""
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{what}: {len(faults)} faults")
    sys.exit(1 if faults else 0)


def skip(reason):
    """Ends the test as skipped."""
    print(reason)
    sys.exit(SKIPPED)
