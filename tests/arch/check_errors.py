#!/usr/bin/python3
"""idl/errors.xml is complete and is what the sources use.

Every errors::symbol in the sources is a row; every row has a code of its own (0 apart), a symbol, a D-Bus error name,
a meaning and a remedy; every row that is not reserved is used; the generated page documents each, if it is given as
argument: check_errors.py [ERRORS.md].
"""

import collections
import re
import xml.etree.ElementTree

import tree

CATALOGUE = tree.ROOT / "idl/errors.xml"
BUS_NAME = re.compile(r"[A-Za-z_][\w]*(\.[A-Za-z_][\w]*)+")


def rows():
    return list(xml.etree.ElementTree.parse(CATALOGUE).getroot().iter("error"))


def is_reserved(row):
    return row.get("reserved") == "true"


def row_complaints(row):
    label = f"errors.xml: {row.get('symbol') or row.get('code')}"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", row.get("symbol", "")):
        yield f"{label}: a symbol in lower_case is missing"
    if not re.fullmatch(r"\d+", row.get("code", "")):
        yield f"{label}: a decimal code is missing"
    if not BUS_NAME.fullmatch(row.get("name", "")):
        yield f"{label}: a D-Bus error name is missing"
    for part in ("meaning", "remedy"):
        text = (row.findtext(part) or "").strip()
        if len(text.split()) < 3 or not text.endswith("."):
            yield f"{label}: <{part}> should be a sentence, it reads '{text}'"


def repeated(values):
    return [value for value, count in collections.Counter(values).items() if count > 1]


def uses(folders):
    """symbol -> first place that says errors::symbol."""
    found = {}
    for path in tree.sources(tree.ROOT, folders):
        for number, line in enumerate((tree.ROOT / path).read_text(errors="replace").splitlines(), 1):
            for symbol in re.findall(r"\berrors::(\w+)", line):
                found.setdefault(symbol, f"{path}:{number}")
    return found


def run(arguments):
    catalogue = rows()
    symbols = {row.get("symbol") for row in catalogue}
    complaints = [complaint for row in catalogue for complaint in row_complaints(row)]
    complaints += [f"errors.xml: symbol {s} stands twice" for s in repeated(row.get("symbol") for row in catalogue)]
    codes = (row.get("code") for row in catalogue if row.get("code") != "0")
    complaints += [f"errors.xml: code {code} stands twice" for code in repeated(codes)]
    for symbol, place in uses(("src",)).items():
        if symbol not in symbols and symbol not in ("all", "table"):
            complaints.append(f"{place}: errors::{symbol} has no row in idl/errors.xml")
    for page in arguments:
        text = open(page, encoding="utf-8").read()
        complaints += [f"{page}: {symbol} is not documented" for symbol in sorted(symbols) if symbol not in text]
    return tree.report(complaints, f"{len(catalogue)} errors")


if __name__ == "__main__":
    tree.main(run)
