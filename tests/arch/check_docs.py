#!/usr/bin/python3
"""README.md and docs/ tell the truth about the tree.

Every path of ours that a page names exists, every link leads somewhere, the table of simulated faults is the program's
own, and every interface page is listed. With the folder of generated pages as argument, docs/interfaces must equal it.

check_docs.py [GENERATED]    checks the repository
check_docs.py --self-test    checks pages with planted faults and expects each to be found
"""

import pathlib
import re

import tree

FOLDERS = "src|idl|tests|docs|rpcgen|packaging|policy|share|cmake"
NAMED = re.compile(rf"(?<![\w./-])(?:{FOLDERS})/[\w./*<>-]*")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
FAULT_ROW = re.compile(r'^    \{"([\w-]+)",\s*(nullptr)?.*"([^"]+)"\},$', re.MULTILINE)
INTERFACES = pathlib.Path("docs/interfaces")


def pages(root):
    return [pathlib.Path("README.md"), *sorted(p.relative_to(root) for p in (root / "docs").rglob("*.md"))]


def exists(root, name):
    """<...> stands for any one name, * for a part of one."""
    pattern = re.sub(r"<[^>]*>", "*", name).rstrip(".")
    return any(root.glob(pattern)) if "*" in pattern else (root / pattern).exists()


def page_complaints(root, page, text):
    generated = page.parent == INTERFACES and page.name != "README.md"
    for number, line in enumerate(text.splitlines(), 1):
        for name in [] if generated else NAMED.findall(line):
            if not exists(root, name):
                yield f"{page}:{number}: there is no {name}"
        for target in LINK.findall(line):
            if "://" not in target and not (root / page.parent / target).exists():
                yield f"{page}:{number}: the link to {target} leads nowhere"


def fault_complaints(source, page):
    for name, no_flag, help_text in FAULT_ROW.findall(source):
        row = f"| `{name}{':<ms>' if no_flag else ''}` | {help_text} |"
        if row not in page:
            yield f"docs/SIMULATOR.md: missing, or not as in src/xenvm/sim_faults.hpp: {row}"


def listing_complaints(root):
    listed = set(LINK.findall((root / INTERFACES / "README.md").read_text()))
    for page in sorted((root / INTERFACES).glob("*.md")):
        if page.name not in listed | {"README.md"}:
            yield f"{INTERFACES}/README.md: does not list {page.name}"


def generated_complaints(root, generated):
    cure = "run packaging/update-docs"
    made = {path.name: path.read_text() for path in generated.glob("*.md")}
    kept = {path.name: path.read_text() for path in (root / INTERFACES).glob("*.md") if path.name != "README.md"}
    if not made:
        yield f"{generated}: no generated page there; build first"
        return
    for name in sorted(made.keys() | kept.keys()):
        if made.get(name) != kept.get(name):
            yield f"{INTERFACES}/{name}: is not what idl/ says; {cure}"


def check(root, generated):
    complaints = []
    for page in pages(root):
        complaints += page_complaints(root, page, (root / page).read_text())
    complaints += fault_complaints((root / "src/xenvm/sim_faults.hpp").read_text(),
                                   (root / "docs/SIMULATOR.md").read_text())
    complaints += listing_complaints(root)
    if generated is not None:
        complaints += generated_complaints(root, generated)
    return complaints


# A line of a page, and what the complaint must say; None: no complaint.
PLANTED = [
    ("`src/base/failure.hpp` and `idl/*.xml`", None),
    ("`tests/unit/<folder>/machine_test.cpp`", None),
    ("`src/base/no_such.hpp`", "there is no src/base/no_such.hpp"),
    ("`idl/*.yaml`", "there is no idl/*.yaml"),
    ("`/usr/share/xenmgr/templates`, `build/release/docs/x`", None),
    ("[map](vm-states.md#diagram) and [site](https://example.org/x)", None),
    ("[lost](LOST.md)", "the link to LOST.md leads nowhere"),
]


def self_test():
    complaints = []
    for line, expected in PLANTED:
        found = list(page_complaints(tree.ROOT, pathlib.Path("docs/PAGE.md"), line))
        if (expected is None and found) or (expected and not any(expected in one for one in found)):
            complaints.append(f"self-test: {line}: expected {expected}, got {found}")
    if not list(fault_complaints('    {"slow", nullptr, &F::slow, "takes longer"},', "| `slow` | takes longer |")):
        complaints.append("self-test: a fault without its argument was accepted")
    return complaints


def run(arguments):
    if arguments == ["--self-test"]:
        return tree.report(self_test(), "planted faults of pages")
    return tree.report(check(tree.ROOT, pathlib.Path(arguments[0]) if arguments else None), "documentation")


if __name__ == "__main__":
    tree.main(run)
