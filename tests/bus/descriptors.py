"""What a process would hand on to those that it starts."""

import contextlib
import os
import pathlib
import re

CLOSE_ON_EXEC = 0o2000000


def handed_on(pid):
    """Its open files by number, beside standard input, output and error."""
    found = {}
    for entry in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir():
        with contextlib.suppress(FileNotFoundError):    # closed meanwhile
            flags = int(re.search(r"flags:\s*(\d+)", entry.read_text()).group(1), 8)
            if int(entry.name) > 2 and not flags & CLOSE_ON_EXEC:
                found[int(entry.name)] = os.readlink(f"/proc/{pid}/fd/{entry.name}")
    return found
