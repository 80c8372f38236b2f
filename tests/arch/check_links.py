#!/usr/bin/python3
"""check_links.py PROGRAM...: the unit tests of the core link no bus and no hypervisor library.

What a program needs at run time shows what its libraries reached for, however long the chain of headers was.
"""

import pathlib
import re
import subprocess

import tree

FORBIDDEN = ("libsdbus-c++", "libsystemd", "libxenlight", "libxenstore", "libxenctrl")


def needed(program):
    """Names of the shared libraries that the program itself names."""
    listed = subprocess.run(["readelf", "--dynamic", "--wide", program], check=True, capture_output=True, text=True)
    return re.findall(r"\(NEEDED\).*\[(.*)\]", listed.stdout)


def run(programs):
    if not programs:
        return tree.report(["no program given; the build names the core's unit tests"], "links")
    complaints = []
    for program in programs:
        libraries = needed(program)
        if not libraries:
            complaints.append(f"{program}: readelf lists no library at all, so this check proves nothing")
        for library in libraries:
            if library.startswith(FORBIDDEN):
                complaints.append(f"{program} links {library}: something in the core includes the outside world")
    names = " ".join(pathlib.Path(program).name for program in programs)
    return tree.report(complaints, f"links of {names}")


if __name__ == "__main__":
    tree.main(run)
