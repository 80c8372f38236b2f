#!/usr/bin/python3
"""verify_test.py CMAKE BUILD-DIR: installs into an empty folder and has systemd read the units, whose programs are those
in the folder. Every manual page that a unit names is there. Exit status 77 where there is no systemd."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile


def readable_units(tree, folder):
    """Copies of the units that name programs of the tree; an instance stands for a template."""
    for unit in sorted((tree / "usr/lib/systemd/system").iterdir()):
        text = re.sub(r"(^Exec\w+=\W*)(/usr/bin/\S+)",
                      lambda found: found[1] + (f"{tree}{found[2]}" if (tree / found[2][1:]).exists() else found[2]),
                      unit.read_text(), flags=re.M)
        copy = folder / unit.name.replace("@.", "@instance.")
        copy.write_text(text)
        yield copy


def absent_pages(tree):
    for unit in (tree / "usr/lib/systemd/system").iterdir():
        for name, section in re.findall(r"man:(\S+)\((\d)\)", unit.read_text()):
            if not (tree / f"usr/share/man/man{section}/{name}.{section}").exists():
                yield f"{unit.name} names {name}({section}), which is not there"


def complaints(cmake, build, folder):
    tree, copies = folder / "tree", folder / "units"
    copies.mkdir()
    subprocess.run([cmake, "--install", build], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "DESTDIR": str(tree)})
    units = list(readable_units(tree, copies))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    yield from (done.stdout + done.stderr).splitlines()
    if done.returncode or not units:
        yield f"{len(units)} units, systemd-analyze ends with {done.returncode}"
    yield from absent_pages(tree)


def main(cmake, build):
    if not shutil.which("systemd-analyze"):
        print("skipped: there is no systemd-analyze: packaging/install-packages run (package systemd)")
        return 77
    with tempfile.TemporaryDirectory(prefix="xenmgr-units-") as folder:
        found = list(complaints(cmake, build, pathlib.Path(folder)))
    print("\n".join(found) or "systemd takes the units as they are")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
