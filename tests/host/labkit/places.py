"""Where the lab keeps its things, and the two ways in which it fails."""

import os
import pathlib

HOST = pathlib.Path(__file__).resolve().parents[1]    # tests/host
ROOT = HOST.parents[1]
CACHE = pathlib.Path(
    os.environ.get("XENMGR_LAB_CACHE")
    or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "xenmgr-lab")
# Sockets lie below it, and a socket's path has at most 107 characters.
MACHINES = pathlib.Path(os.environ.get("XENMGR_LAB_MACHINES")
                        or f"{os.environ.get('XDG_RUNTIME_DIR') or '/tmp'}/xenmgr-lab-{os.getuid()}")


class LabError(Exception):
    """The lab itself failed; not what was run in it."""


class Unavailable(LabError):
    """This computer cannot run the lab; the text says what is missing."""
