#!/usr/bin/python3
"""No file of the project points outside it, and none is left half done.

Looks for paths of somebody's machine, for documents that do not belong to the repository, and for the usual marks of
unfinished work.
"""

import re

import tree

WORDS = [
    ("a path of somebody's machine", re.compile(r"/(?:home|work|Users)/[a-z]\w*|/root/\w")),
    ("a document outside the repository", re.compile(r"\bshared/(?:spec|design|lab|hooks)\b")),
    ("unfinished work", re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|[Ff]or now,|not (?:yet )?implemented|\bstub for now")),
]
SELF = "tests/arch/check_words.py"


def run(_):
    complaints = []
    for path in tree.own_files():
        if path.as_posix() == SELF:
            continue
        try:
            text = (tree.ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue    # a binary file: icons, fuzz inputs
        for number, line in enumerate(text.splitlines(), 1):
            for what, pattern in WORDS:
                if pattern.search(line):
                    complaints.append(f"{path}:{number}: {what}: {line.strip()[:100]}")
    return tree.report(complaints, "words")


if __name__ == "__main__":
    tree.main(run)
