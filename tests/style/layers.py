#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arrows point down only: what each layer may include, and what the core may call."""
import os
import re
import subprocess
import sys

import tree

# A layer, from the bottom up: where it lives, and which layers it may see.
LAYERS = {
    "common/core/": ("common/core/",),
    "common/effects/": ("common/core/", "common/effects/"),
    "common/usecases/": ("common/core/", "common/effects/",
                         "common/usecases/"),
    "pam_7id/": ("common/", "pam_7id/"),
    "admin/": ("common/", "admin/"),
}

# What the core may know of the system: types, and functions of memory only
# (of arpa/inet.h inet_pton and inet_ntop, which turn text into an address and
# back; of stdlib.h bsearch; of errno.h the numbers that a fault was given).
CORE_HEADERS = {"arpa/inet.h", "errno.h", "inttypes.h", "limits.h", "stdarg.h",
                "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h",
                "string.h", "sys/types.h"}

# Headers that only certain files may include, as patterns of paths.
RESERVED = {
    r"gdbm\.h": r"common/effects/",
    r"sodium.*": r"common/effects/(secret|seal|verifier)\.c",
    r"utf8proc\.h": r"common/core/(authtok|escape)\.c|admin/",
    r"security/.*": r"pam_7id/|admin/",
    r"syslog\.h": r"pam_7id/|admin/",
    r"libintl\.h|locale\.h|termios\.h|getopt\.h": r"admin/",
    r"libaudit\.h": r"pam_7id/|admin/",
}

# Headers that at most one file of a directory may include.
ONLY_ONE = {("gdbm.h", ""), ("security/", "admin/")}

# Undefined symbols that the core's archive may have.
CORE_CALLS = re.compile(
    r"mem(chr|rchr|cmp|cpy|mem|move|set)"
    r"|str(chr|rchr|cmp|ncmp|len|nlen|cpy|ncpy|spn|cspn|pbrk|str)|stpcpy"
    r"|bsearch|inet_pton|inet_ntop|strerrordesc_np|explicit_bzero|v?snprintf"
    r"|__(mem|str|stp|explicit_bzero|v?snprintf)\w*_chk"
    r"|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_"
    r"|utf8proc_\w+")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def includes(root, name):
    """(kind, header) of each include line: '<' or '"'."""
    return INCLUDE.findall(tree.read(root, name))


def judge(root, build, name, layer, kind, header):
    """The fault of one include line, or None."""
    if kind == '"':
        if not any(os.path.exists(os.path.join(place, header))
                   for place in (root, build)):
            return f'{name}: "{header}" is not written from the root'
        if not header.startswith(LAYERS[layer]):
            return f'{name}: {layer} must not see "{header}"'
        return None
    for pattern, where in RESERVED.items():
        if re.fullmatch(pattern, header) and not re.match(where, name):
            return f"{name}: <{header}> is not for this file"
    if layer == "common/core/" and header not in CORE_HEADERS | {"utf8proc.h"}:
        return f"{name}: the core does no I/O and reads no clock: <{header}>"
    return None


def include_faults(root, build):
    """Faults of every include line of the product."""
    faults = []
    users = {key: [] for key in ONLY_ONE}
    for name in tree.files(root, LAYERS, (".c", ".h")):
        layer = next(l for l in LAYERS if name.startswith(l))
        for kind, header in includes(root, name):
            fault = judge(root, build, name, layer, kind, header)
            if fault:
                faults.append(fault)
            for start, where in ONLY_ONE:
                if header.startswith(start) and name.startswith(where):
                    users[start, where].append(name)
    for (start, where), names in users.items():
        if len(set(names)) > 1:
            faults.append(f"<{start}> is for one file of {where or 'all'}: "
                          + ", ".join(sorted(set(names))))
    return faults


def core_faults(archive):
    """Calls out of the core's archive that are not on the list."""
    listed = subprocess.run(["nm", "-P", "-A", archive], text=True,
                            capture_output=True, check=True).stdout
    wanted, defined = {}, set()
    for line in listed.splitlines():
        member, symbol, kind = line.split()[:3]
        if kind in "Uw":
            wanted.setdefault(symbol, member.rstrip(":"))
        else:
            defined.add(symbol)
    faults = [f"{member}: calls {symbol}"
              for symbol, member in sorted(wanted.items())
              if symbol not in defined and not CORE_CALLS.fullmatch(symbol)]
    return faults + [f"{member}: {symbol} is for authtok.c and escape.c"
                     for symbol, member in sorted(wanted.items())
                     if symbol.startswith("utf8proc_")
                     and not re.search(r"(authtok|escape)\.c", member)]


def main():
    root, build, archive = sys.argv[1:4]
    tree.done(include_faults(root, build) + core_faults(archive), "layers")


if __name__ == "__main__":
    main()
