#!/usr/bin/python3
"""Counts agreed exceptions and compares them with ratchet.txt, whose numbers may only fall.

check_ratchet.py             a count above its number fails, and so does one below: the gain must be written down
check_ratchet.py --update    writes lower numbers into ratchet.txt; raising one is an edit by hand, with a reason
check_ratchet.py --list NAME prints what the count NAME consists of
"""

import json
import re
import subprocess

import tree

RATCHET = tree.ROOT / "tests/arch/ratchet.txt"
LONG_FILE, LONG_FUNCTION = 400, 60


def cpp_files():
    kept = ("src", "rpcgen", "tests")
    return [path for path in tree.sources(tree.ROOT, kept) if path.parts[:2] != ("rpcgen", "templates")]


def product_files():
    return [path for path in cpp_files() if path.parts[0] != "tests"]


def long_files():
    for path in cpp_files():
        lines = (tree.ROOT / path).read_text(errors="replace").count("\n")
        if lines > LONG_FILE:
            yield f"{path} ({lines} lines)"


def long_functions():
    """Functions by ctags, test cases included; a table is no function, so it does not count."""
    paths = [str(tree.ROOT / path) for path in product_files()]
    listed = subprocess.run(["ctags", "--output-format=json", "--languages=C++", "--language-force=C++",
                             "--kinds-C++=f", "--fields=+ne", "-f", "-", *paths],
                            check=True, capture_output=True, text=True)
    for tag in map(json.loads, listed.stdout.splitlines()):
        length = tag.get("end", tag["line"]) - tag["line"] + 1
        if length > LONG_FUNCTION:
            yield f"{tag['path']}:{tag['line']}: {tag['name']} ({length} lines)"


def matching(pattern, paths):
    def find():
        for path in paths():
            for number, line in enumerate((tree.ROOT / path).read_text(errors="replace").splitlines(), 1):
                if re.search(pattern, line):
                    yield f"{path}:{number}: {line.strip()}"
    return find


COUNTS = {
    "files-over-400-lines": long_files,
    "functions-over-60-lines": long_functions,
    "nolint": matching(r"\bNOLINT", cpp_files),
    "awaits-in-a-choice": matching(r"\?[^;\"]*\bco_await\b|^\s*: co_await", cpp_files),
    "pragma-diagnostic": matching(r"#pragma (GCC|clang) diagnostic ignored", cpp_files),
    "const-cast": matching(r"\bconst_cast<", product_files),
    "reinterpret-cast": matching(r"\breinterpret_cast<", product_files),
    "catch-all": matching(r"catch \(\.\.\.\)", product_files),
    "sleeps": matching(r"\b(sleep_for|sleep_until|usleep|nanosleep)\b|::sleep\(\d", product_files),
    "shells": matching(r"\b(system|popen|execl|execlp) ?\(|/bin/sh\b", product_files),
    "own-macros": matching(r"^\s*#\s*define\b", product_files),
    "asio-umbrella": matching(r"<boost/asio\.hpp>", cpp_files),
}


def recorded():
    rows = (line.split("#")[0].split() for line in RATCHET.read_text().splitlines())
    return {row[0]: int(row[1]) for row in rows if row}


def update(now):
    text = RATCHET.read_text()
    for name, allowed in recorded().items():
        if name in now and now[name] < allowed:
            text = re.sub(rf"^({re.escape(name)}\s+)\d+", rf"\g<1>{now[name]}", text, flags=re.MULTILINE)
    RATCHET.write_text(text)


def check(now):
    numbers, complaints = recorded(), []
    for name in sorted(numbers.keys() ^ now.keys()):
        complaints.append(f"{name}: stands in only one of check_ratchet.py and ratchet.txt")
    for name in numbers.keys() & now.keys():
        if now[name] > numbers[name]:
            complaints.append(f"{name}: {now[name]} now, at most {numbers[name]} agreed; mend the new one "
                              f"(tests/arch/check_ratchet.py --list {name})")
        elif now[name] < numbers[name]:
            complaints.append(f"{name}: {now[name]} now, {numbers[name]} agreed; keep the gain: "
                              "tests/arch/check_ratchet.py --update")
    return complaints


def run(arguments):
    if arguments[:1] == ["--list"]:
        print("\n".join(COUNTS[arguments[1]]()))
        return 0
    now = {name: len(list(find())) for name, find in COUNTS.items()}
    if arguments == ["--update"]:
        update(now)
    return tree.report(check(now), "ratchet")


if __name__ == "__main__":
    tree.main(run)
