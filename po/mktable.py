#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Turns a .po file into the C table of common/core/words.h; refuses a bad one.
"""Usage: mktable.py LANG PO-FILE C-FILE"""

import ast
import re
import sys

CONVERSION = re.compile(
    r"%(?:(?P<position>[0-9]+)\$)?(?P<flags>[-+ #0']*)"
    r"(?P<width>\*|[0-9]+)?(?:\.(?P<precision>\*|[0-9]*))?"
    r"(?P<length>hh|h|ll|l|j|z|t|L)?(?P<kind>[diouxXeEfFgGaAcsp%])?")
LINE = re.compile(r'(?:(msgid|msgstr)\s+)?("(?:[^"\\]|\\.)*")$')


class Bad(Exception):
    """The file and line, and what is wrong there."""


def unquote(text):
    """A C string literal in quotes as Python text."""
    return ast.literal_eval(text)


def parse(lines, name):
    """Yields (line number, msgid, msgstr) for every entry but the header."""
    entry, field, fuzzy, start = {}, None, False, 0

    def finish():
        if not entry:
            return None
        if set(entry) != {"msgid", "msgstr"}:
            raise Bad(f"{name}:{start}: an entry without msgstr")
        if fuzzy and entry["msgid"]:
            raise Bad(f"{name}:{start}: a fuzzy entry")
        return start, entry["msgid"], entry["msgstr"]

    entries = []
    for number, line in enumerate(lines, 1):
        line = line.strip()
        if line.startswith("#~"):
            raise Bad(f"{name}:{number}: an obsolete entry")
        if not line or line.startswith("#"):
            if field == "msgstr":
                entries.append(finish())
                entry, field, fuzzy = {}, None, False
            elif field == "msgid":
                raise Bad(f"{name}:{number}: an entry without msgstr")
            if line.startswith("#,") and "fuzzy" in line:
                fuzzy = True
            continue
        match = LINE.match(line)
        if not match:
            raise Bad(f"{name}:{number}: not understood: {line}")
        keyword, text = match.groups()
        if keyword == "msgid":
            if field == "msgid":
                raise Bad(f"{name}:{number}: an entry without msgstr")
            if field == "msgstr":
                entries.append(finish())
                entry, fuzzy = {}, False
            start = number
        elif keyword == "msgstr" and field != "msgid":
            raise Bad(f"{name}:{number}: msgstr without msgid")
        elif keyword is None and field is None:
            raise Bad(f"{name}:{number}: text outside an entry")
        field = keyword or field
        try:
            entry[field] = entry.get(field, "") + unquote(text)
        except (SyntaxError, ValueError):
            raise Bad(f"{name}:{number}: a bad escape: {line}") from None
    if entry:
        entries.append(finish())
    return [e for e in entries if e[1]]


def conversions(text):
    """The arguments a format takes, as {position: (kind with length)}."""
    taken, following, numbered = {}, 0, False
    for match in CONVERSION.finditer(text):
        if match["kind"] is None:
            raise ValueError(f"an incomplete conversion at {match.start()}")
        if match["kind"] == "%":
            if match.group() != "%%":
                raise ValueError(f"a strange conversion: {match.group()}")
            continue
        if "*" in (match["width"], match["precision"]):
            following += 1
            taken[following] = "*"
        if match["position"]:
            numbered = True
            position = int(match["position"])
        else:
            following += 1
            position = following
        kind = (match["length"] or "") + match["kind"]
        kind = "".join("d" if c == "i" else c for c in kind)
        if taken.setdefault(position, kind) != kind:
            raise ValueError(f"argument {position} is taken as two kinds")
    if numbered and following:
        raise ValueError("numbered and unnumbered conversions together")
    if sorted(taken) != list(range(1, len(taken) + 1)):
        raise ValueError("a numbered conversion is left out")
    return taken


def check(name, number, msgid, msgstr):
    """Raises Bad when the translation cannot stand for the msgid."""
    where = f"{name}:{number}"
    if not msgstr:
        raise Bad(f"{where}: an empty translation")
    if "\0" in msgid + msgstr:
        raise Bad(f"{where}: a NUL byte")
    if msgid.endswith("\n") != msgstr.endswith("\n"):
        raise Bad(f"{where}: only one of the two ends in a new line")
    try:
        wanted, got = conversions(msgid), conversions(msgstr)
    except ValueError as error:
        raise Bad(f"{where}: {error}") from None
    if wanted != got:
        raise Bad(f"{where}: conversions differ: {wanted} and {got}")


def read(path):
    """The checked entries of a .po file as {msgid: msgstr}."""
    try:
        with open(path, encoding="utf-8", newline="\n") as file:
            lines = file.read().split("\n")
    except UnicodeDecodeError as error:
        raise Bad(f"{path}: not UTF-8: {error}") from None
    words = {}
    for number, msgid, msgstr in parse(lines, path):
        if msgid in words:
            raise Bad(f"{path}:{number}: stands there twice: {msgid!r}")
        check(path, number, msgid, msgstr)
        words[msgid] = msgstr
    if not words:
        raise Bad(f"{path}: no entry")
    return words


def literal(text):
    """A C string literal in ASCII; octal cannot swallow what follows."""
    out = []
    for byte in text.encode("utf-8"):
        char = chr(byte)
        if char in '"\\?':
            out.append("\\" + char)
        elif 0x20 <= byte < 0x7f:
            out.append(char)
        else:
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


def table(lang, words):
    """The C source."""
    rows = "".join(
        f"\t{{ {literal(msgid)},\n\t  {literal(words[msgid])} }},\n"
        for msgid in sorted(words, key=lambda text: text.encode("utf-8")))
    return (f"/* Made by po/mktable.py from po/{lang}.po. */\n"
            '#include "common/core/words.h"\n\n'
            f"const struct id7_word id7_words_{lang}[] = {{\n{rows}}};\n"
            f"const size_t id7_words_{lang}_count =\n"
            f"\tsizeof id7_words_{lang} / sizeof id7_words_{lang}[0];\n")


def main():
    lang, source, target = sys.argv[1:]
    try:
        text = table(lang, read(source))
    except Bad as error:
        sys.exit(str(error))
    with open(target, "w", encoding="ascii") as file:
        file.write(text)


if __name__ == "__main__":
    main()
