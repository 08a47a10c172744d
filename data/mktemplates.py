#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Turns the templates of the notices into the C table of common/core/letter.h.
"""Usage: mktemplates.py C-FILE TEMPLATE..., each LANG/NOTICE.txt"""

import os
import sys

NOTICES = ["lock", "unlocked", "reset", "password", "address",
           "app-password", "old-password", "confirm", "found"]
LANGS = ["en", "ja"]


def literal(data):
    """Lines of C string literals in ASCII; octal cannot swallow what follows."""
    lines = []
    for line in data.split(b"\n"):
        out = "".join(
            "\\" + chr(b) if chr(b) in '"\\?' else
            chr(b) if 0x20 <= b < 0x7f else f"\\{b:03o}" for b in line)
        lines.append(f'"{out}\\n"')
    return "\n\t\t".join(lines)


def read(paths):
    """{(language, notice): bytes} of all templates, none left out."""
    found = {}
    for path in paths:
        lang = os.path.basename(os.path.dirname(path))
        notice = os.path.basename(path).removesuffix(".txt")
        with open(path, "rb") as file:
            found[lang, notice] = file.read()
    wanted = {(lang, notice) for lang in LANGS for notice in NOTICES}
    if set(found) != wanted:
        sys.exit(f"templates: {sorted(wanted ^ set(found))}")
    return found


def main():
    target, *paths = sys.argv[1:]
    found = read(paths)
    rows = []
    for lang in LANGS:
        for notice in NOTICES:
            data = found[lang, notice].rstrip(b"\n")
            text = literal(data)
            rows.append(f"\t{{ {text},\n\t  {len(data) + 1} }},\n")
    with open(target, "w", encoding="ascii") as file:
        file.write("/* Made by data/mktemplates.py from data/mail. */\n"
                   '#include "common/core/letter.h"\n\n'
                   "static const struct id7_template templates"
                   f"[{len(LANGS)} * ID7_NOTICES] = {{\n{''.join(rows)}}};\n\n"
                   "struct id7_template\n"
                   "id7_letter_builtin(enum id7_notice notice, "
                   "enum id7_lang lang)\n{\n"
                   "\tsize_t at = lang == ID7_LANG_JA ? ID7_NOTICES : 0;\n\n"
                   "\treturn templates[at + (size_t)notice];\n}\n")


if __name__ == "__main__":
    main()
