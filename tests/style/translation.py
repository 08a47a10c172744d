#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every sentence of the sources stands in po/ja.po, translated, and nothing else does."""
import ast
import importlib.util
import os
import re
import sys

import tree

PRODUCT = ("common/", "pam_7id/", "admin/")
TOKEN = re.compile(
    r'(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<string>"(?:[^"\\\n]|\\.)*")'
    r"|(?P<char>'(?:[^'\\\n]|\\.)*')|(?P<define>^[ \t]*#(?:[^\n\\]|\\.)*$)"
    r"|(?P<word>\w+)|(?P<other>\S)", re.S | re.M)


def tokens(text):
    """(kind, text, line) of what a compiler would see; directives are left out."""
    for match in TOKEN.finditer(text):
        kind = match.lastgroup
        if kind not in ("comment", "define"):
            line = text.count("\n", 0, match.start()) + 1
            yield kind, match.group(), line


def arguments(found, at):
    """The arguments, each a list of tokens, of the call whose '(' is found[at]."""
    depth, args = 0, [[]]
    for token in found[at:]:
        if token[1] in "([{" and token[0] == "other":
            depth += 1
            if depth == 1:
                continue
        elif token[1] in ")]}" and token[0] == "other":
            depth -= 1
            if depth == 0:
                return args
        if depth == 1 and token[:2] == ("other", ","):
            args.append([])
        else:
            args[-1].append(token)
    return args


def literals(arg):
    """(text, line) of each string of an argument, neighbours joined."""
    out, before = [], None
    for kind, text, line in arg:
        if kind == "string":
            value = ast.literal_eval(text)
            if before == "string":
                out[-1] = (out[-1][0] + value, out[-1][1])
            else:
                out.append((value, line))
        before = kind
    return out


def marked(found, at):
    """(text, line) of the sentences of the call found[at], if it marks any."""
    if found[at][:2] == ("word", "ID7_N"):
        place = 0
    elif found[at][:2] in (("word", "id7_text"), ("word", "TEXT")):
        place = 1
    else:
        return []
    args = arguments(found, at + 1)
    return literals(args[place]) if len(args) > place else []


def sentences(root, under=PRODUCT):
    """{msgid: place} of every sentence marked in the sources."""
    used = {}
    for name in tree.files(root, under, (".c", ".h")):
        found = list(tokens(tree.read(root, name)))
        for at in range(len(found) - 1):
            if found[at + 1][1] == "(":
                for text, line in marked(found, at):
                    used.setdefault(text, f"{name}:{line}")
    return used


def words(root):
    """The entries of po/ja.po, by the very reader that makes the table."""
    path = os.path.join(root, "po/mktable.py")
    spec = importlib.util.spec_from_file_location("mktable", path)
    mktable = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(mktable)
    try:
        return mktable.read(os.path.join(root, "po/ja.po"))
    except mktable.Bad as error:
        tree.done([str(error)], "translation")


def main():
    root = sys.argv[1]
    used, known = sentences(root), words(root)
    faults = [f"{place}: not in po/ja.po: {msgid!r}"
              for msgid, place in used.items() if msgid not in known]
    faults += [f"po/ja.po: used nowhere: {msgid!r}"
               for msgid in known if msgid not in used]
    tree.done(faults, f"translation ({len(used)} sentences)")


if __name__ == "__main__":
    main()
