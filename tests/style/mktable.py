#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""po/mktable.py makes a sorted table of a good .po file and refuses every kind of bad one."""
import os
import subprocess
import sys
import tempfile

import tree

HEADER = 'msgid ""\nmsgstr "Language: ja\\n"\n\n'

GOOD = {
    "plain": ('msgid "a"\nmsgstr "あ"\n', '{ "a",\n\t  "\\343\\201\\202" }'),
    "sorted": ('msgid "b"\nmsgstr "B"\n\nmsgid "Z"\nmsgstr "z"\n',
               '{ "Z",\n\t  "z" },\n\t{ "b",'),
    "joined lines": ('msgid ""\n"a "\n"b"\nmsgstr ""\n"c"\n"d"\n',
                     '{ "a b",\n\t  "cd" }'),
    "no blank line between": ('msgid "a"\nmsgstr "x"\nmsgid "b"\nmsgstr "y"\n',
                              '{ "b",\n\t  "y" }'),
    "escapes": (r'msgid "\"\t\\1?"' + '\n' + r'msgstr "7\n\n1"' + '\n',
                r'{ "\"\011\\1\?",' + '\n\t  ' + r'"7\012\0121" }'),
    "comments": ('# why\n#. how\n#: where.c:1\n#, c-format\n'
                 'msgid "%s"\nmsgstr "%s!"\n', '{ "%s",\n\t  "%s!" }'),
    "numbered": ('msgid "%s of %u"\nmsgstr "%2$u / %1$s"\n',
                 '"%2$u / %1$s"'),
    "i is d": ('msgid "%i"\nmsgstr "%d"\n', '{ "%i"'),
    "percent": ('msgid "100%% of %s"\nmsgstr "%s %%"\n', '"%s %%"'),
    "stars": ('msgid "%-*s|%.*s"\nmsgstr "%*s|%.*s"\n', '"%*s|%.*s"'),
    "last line open": ('msgid "a"\nmsgstr "b"', '{ "a"'),
}

BAD = {
    "nothing": "",
    "a conversion left out": 'msgid "%s"\nmsgstr "x"\n',
    "a conversion too many": 'msgid "x"\nmsgstr "%s"\n',
    "another kind": 'msgid "%s"\nmsgstr "%d"\n',
    "another length": 'msgid "%lu"\nmsgstr "%u"\n',
    "another order": 'msgid "%s %u"\nmsgstr "%u %s"\n',
    "a number left out": 'msgid "%s %s"\nmsgstr "%2$s"\n',
    "numbered and not": 'msgid "%s %s"\nmsgstr "%1$s %s"\n',
    "a number of another kind": 'msgid "%s %u"\nmsgstr "%1$u %2$s"\n',
    "a star left out": 'msgid "%*s"\nmsgstr "%s"\n',
    "a lone percent": 'msgid "100% "\nmsgstr "100%"\n',
    "a writing conversion": 'msgid "%n"\nmsgstr "%n"\n',
    "a full-width percent": 'msgid "%s"\nmsgstr "％s"\n',
    "an empty translation": 'msgid "a"\nmsgstr ""\n',
    "twice": 'msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n',
    "twice, joined": 'msgid "ab"\nmsgstr "b"\n\nmsgid "a" \n"b"\nmsgstr "c"\n',
    "fuzzy": '#, fuzzy\nmsgid "a"\nmsgstr "b"\n',
    "fuzzy among others": '#, c-format, fuzzy\nmsgid "a"\nmsgstr "b"\n',
    "obsolete": 'msgid "a"\nmsgstr "b"\n\n#~ msgid "c"\n#~ msgstr "d"\n',
    "no msgstr": 'msgid "a"\n\nmsgid "b"\nmsgstr "c"\n',
    "no msgstr at the end": 'msgid "b"\nmsgstr "c"\n\nmsgid "a"\n',
    "no msgid": 'msgstr "c"\n',
    "two msgid": 'msgid "a"\nmsgid "b"\nmsgstr "c"\n',
    "two msgstr": 'msgid "a"\nmsgstr "b"\nmsgstr "c"\n',
    "text alone": '"a"\n',
    "an open quote": 'msgid "a\nmsgstr "b"\n',
    "a plural": 'msgid "a"\nmsgid_plural "as"\nmsgstr[0] "b"\n',
    "a context": 'msgctxt "x"\nmsgid "a"\nmsgstr "b"\n',
    "garbage": 'msgid "a"\nmsgstr "b"\nhello\n',
    "one ends in a new line": 'msgid "a\\n"\nmsgstr "b"\n',
    "not UTF-8": b'msgid "a"\nmsgstr "\xff"\n',
}


def run(root, place, content):
    """Exit status, messages and the table made."""
    source = os.path.join(place, "x.po")
    target = os.path.join(place, "x.c")
    if isinstance(content, str):
        content = (HEADER + content).encode()
    with open(source, "wb") as file:
        file.write(content)
    if os.path.exists(target):
        os.unlink(target)
    done = subprocess.run(
        [sys.executable, os.path.join(root, "po/mktable.py"), "ja", source,
         target], capture_output=True, text=True, check=False)
    table = ""
    if os.path.exists(target):
        with open(target, encoding="ascii") as file:
            table = file.read()
    return done.returncode, done.stderr, table


def main():
    root = sys.argv[1]
    faults = []
    with tempfile.TemporaryDirectory() as place:
        for name, (content, row) in GOOD.items():
            status, said, table = run(root, place, content)
            if status != 0 or row not in table:
                faults.append(f"{name}: refused or wrong: {said}{table}")
        for name, content in BAD.items():
            status, said, table = run(root, place, content)
            if status == 0 or table or "Traceback" in said:
                faults.append(f"{name}: not refused in words: {said}")
            elif name != "nothing" and "x.po" not in said:
                faults.append(f"{name}: does not name the file: {said}")
    tree.done(faults, f"mktable ({len(GOOD) + len(BAD)} files)")


if __name__ == "__main__":
    main()
