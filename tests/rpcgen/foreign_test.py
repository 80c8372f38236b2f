#!/usr/bin/env python3
"""foreign_test.py RPCGEN FETCH FOLDER COMPILER FLAG...: rpcgen digests the interfaces of others.

Every file is read without a complaint, and the schema, server and client of all of them compile. FETCH collects the
files into FOLDER, once; without a network and without the files the test is skipped (exit status 77).
"""

import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77
WANTED = ["org.freedesktop.systemd1.Manager", "org.freedesktop.login1.Manager", "org.libvirt.Domain", "org.freedesktop.UPower",
          "org.freedesktop.NetworkManager", "org.freedesktop.ModemManager1", "org.freedesktop.UDisks2.Manager"]


def collect(fetch, folder):
    result = subprocess.run([fetch, folder], capture_output=True, text=True)
    if result.returncode != 0:
        print("skipped, the files of others cannot be had:", result.stderr.strip())
        sys.exit(SKIPPED)
    installed = pathlib.Path("/usr/share/dbus-1/interfaces").glob("*.xml")
    return sorted(list(pathlib.Path(folder).glob("*.xml")) + list(installed))


def generate(rpcgen, files, out):
    """One run for each file: several files may describe the same interface."""
    complaints = []
    for file in files:
        result = subprocess.run([rpcgen, "--out", out, file], capture_output=True, text=True)
        if result.returncode != 0 or result.stderr:
            complaints.append(f"{file}: exit {result.returncode}\n{result.stderr}")
    return complaints


def compile_all(compiler, out):
    """One translation unit for all servers and one for all clients, at the same time; schemas come with both."""
    runs = []
    for kind in ("server", "client"):
        unit = out.parent / f"all_{kind}s.cpp"
        unit.write_text("".join(f'#include "gen/{file.name}"\n' for file in sorted(out.glob(f"*_{kind}.cpp"))))
        command = compiler + ["-fsyntax-only", f"-I{out.parent}", unit]
        runs.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
    errors = [run.communicate()[1] for run in runs]
    return [error[:4000] for run, error in zip(runs, errors) if run.returncode != 0]


def main(rpcgen, fetch, folder, *compiler):
    files = collect(fetch, folder)
    missing = [name for name in WANTED if not any(file.stem == name for file in files)]
    with tempfile.TemporaryDirectory() as work:
        out = pathlib.Path(work) / "gen"
        complaints = [f"no description of {name}" for name in missing] + generate(rpcgen, files, out)
        complaints += compile_all(list(compiler), out)
    for complaint in complaints:
        print(complaint)
    print(f"{len(files)} files of others, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
