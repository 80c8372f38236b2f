#!/usr/bin/python3
"""install_test.py CMAKE BUILD-DIR: installs into an empty folder and compares it with files.txt.

files.txt lists everything except the templates and manual pages, which are whatever share/templates and share/man
hold. Units must name programs that were installed.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def expected():
    names = set((HERE / "files.txt").read_text().split())
    templates = ROOT / "share/templates"
    names |= {f"usr/share/xenmgr/templates/{file.relative_to(templates)}"
              for file in templates.rglob("*") if file.is_file()}
    names |= {f"usr/share/man/man{page.suffix[1:]}/{page.name}" for page in (ROOT / "share/man").glob("*.[158]")}
    return names


def programs_of_units(root):
    for unit in (root / "usr/lib/systemd/system").glob("*.service"):
        for program in re.findall(r"^ExecStart=(\S+)", unit.read_text(), re.MULTILINE):
            yield unit.name, program


def complaints(root):
    found = {str(pathlib.Path(folder, name).relative_to(root)) for folder, _, names in os.walk(root) for name in names}
    yield from (f"missing: {name}" for name in sorted(expected() - found))
    yield from (f"unexpected: {name}" for name in sorted(found - expected()))
    for unit, program in programs_of_units(root):
        if not os.access(root / program.lstrip("/"), os.X_OK):
            yield f"{unit} starts {program}, which is not installed"
    for name in found:
        if not (root / name).exists():
            yield f"a link to nowhere: {name}"


def main(cmake, build):
    with tempfile.TemporaryDirectory() as destination:
        done = subprocess.run([cmake, "--install", build], capture_output=True, text=True,
                              env={**os.environ, "DESTDIR": destination})
        wrong = [done.stdout + done.stderr] if done.returncode else list(complaints(pathlib.Path(destination)))
    print("\n".join(wrong) or "everything in its place")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
