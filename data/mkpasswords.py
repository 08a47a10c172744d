#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Turns the list of common passwords into the C table of common/core/common_passwords.h.
"""Usage: mkpasswords.py LIST C-FILE

A line of the list is a word, or a word and the endings it is found with:
    sakura + 1 123 2024
An ending `-` is the bare word. Lines that begin with "# " are comments.
"""

import sys

LONGEST = 32  # ID7_COMMON_PASSWORD_MAX


def expand(line):
    """The passwords of one line."""
    if line.startswith("# "):
        return []
    word, plus, endings = line.partition(" + ")
    words = word.split()
    if not plus:
        return words
    if len(words) != 1 or " + " in endings:
        raise ValueError("one word, then + and its endings")
    return [words[0] + ("" if end == "-" else end) for end in endings.split()]


def read(path):
    """All passwords of the list, in lower case, each once."""
    found = {}
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                words = expand(line)
            except ValueError as error:
                sys.exit(f"{path}:{number}: {error}")
            for word in words:
                if word != word.lower() or not word.isascii():
                    sys.exit(f"{path}:{number}: not lower case ASCII: {word}")
                if len(word) > LONGEST:
                    sys.exit(f"{path}:{number}: too long: {word}")
                if word in found:
                    sys.exit(f"{path}:{number}: {word} stands in line "
                             f"{found[word]} already")
                found[word] = number
    return sorted(found)


def literal(word):
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main():
    source, target = sys.argv[1:]
    words = read(source)
    rows = "".join(f"\t{literal(word)},\n" for word in words)
    with open(target, "w", encoding="ascii") as file:
        file.write("/* Made by data/mkpasswords.py. */\n"
                   '#include "common/core/common_passwords.h"\n\n'
                   f"const char *const id7_common_passwords[] = {{\n{rows}}};\n"
                   "const size_t id7_common_passwords_count =\n"
                   "\tsizeof id7_common_passwords /\n"
                   "\tsizeof id7_common_passwords[0];\n")


if __name__ == "__main__":
    main()
