#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module tells a person fits: 76 columns a line, one PAM message in all, in each language."""
import re
import sys
import unicodedata

import translation
import tree

TOLD = ("pam_7id/", "common/core/quality.c")
COLUMNS = 76
MESSAGE = 512  # PAM_MAX_MSG_SIZE, with its end
REFERENCE = "X" * 8
CONTACT = 159  # bytes: config_table.c, support_contact


def columns(text):
    """The columns of one line on a terminal."""
    return sum(0 if unicodedata.combining(c) else
               2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


def filled(text, contact):
    """A message with its reference, numbers and the site's own contact."""
    text = re.sub(r"7iD %(1\$)?s", "7iD " + REFERENCE, text)
    text = re.sub(r"%([0-9]\$)?u", "128", text)
    return re.sub(r"%([0-9]\$)?s", contact, text)


def faults_of(text, place):
    """What is too long in one message; the contact's own columns are the site's."""
    for line in filled(text, "").split("\n"):
        if columns(line) > COLUMNS:
            yield f"{place}: {columns(line)} columns: {line}"
    size = len(filled(text, "x" * CONTACT).encode()) + 1
    if size > MESSAGE:
        yield f"{place}: {size} bytes are no PAM message: {text!r}"


def main():
    root = sys.argv[1]
    told, known = translation.sentences(root, TOLD), translation.words(root)
    faults = [fault for msgid, place in told.items()
              for text in (msgid, known.get(msgid, ""))
              for fault in faults_of(text, place)]
    if not any("7iD" in msgid for msgid in told):
        faults.append("no message of the module was found")
    tree.done(faults, f"columns ({len(told)} messages)")


if __name__ == "__main__":
    main()
