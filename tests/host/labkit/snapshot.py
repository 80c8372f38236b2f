"""A booted machine, kept: booting takes a while, resuming a second.

The memory is a sparse file that each machine maps privately, so machines share what they do not write. The rest is
QEMU's own stream. Both fit only the same images, QEMU and options.
"""

import hashlib
import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile
import time

from .images import check_tools, images, locked, say
from .machine import DOM0, HARDWARE, MEMORY, XEN, Machine
from .places import LabError
from .wire import PORTS

WAKE = """
date -u -s "@$0" >/dev/null
common=trans=virtio,version=9p2000.L,msize=262144,access=any
mount -t 9p -o "$common,cache=$1" ro /mnt/ro
mount -t 9p -o "$common,cache=none" rw /mnt/rw
"""


def _identity():
    version = subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True, text=True, check=True).stdout
    return hashlib.sha256(repr((version, HARDWARE, XEN, DOM0, PORTS)).encode()).hexdigest()[:12]


def _memory(file, shared):
    return f"memory-backend-file,id=ram,size={MEMORY},mem-path={file},share={'on' if shared else 'off'}"


def prepare():
    """The folders of the images and of the snapshot; makes what is missing."""
    check_tools()
    with locked():
        made = images()
        folder = made / f"snapshot-{_identity()}"
        if not folder.exists():
            _take(made, folder)
    return made, folder


def _take(made, folder):
    say("booting once, for the snapshot")
    work = pathlib.Path(tempfile.mkdtemp(dir=made, prefix="taking-"))
    machine = Machine(f"snapshot-{os.getpid()}")
    try:
        machine.start(made, _memory(work / "ram", True), tethered=True)
        machine.wait_for_boot()
        for word in ("true", "sync"):    # commands run, and the boot's last work is over
            if machine.run([word], timeout=300):
                raise LabError(f"{word} failed in the dom0")
        machine.monitor.execute("stop")
        machine.monitor.transfer("migrate", f"exec:cat >{shlex.quote(str(work / 'state'))}")
        os.rename(work, folder)
    finally:
        machine.stop()
        shutil.rmtree(work, ignore_errors=True)


def up(name, cold=False, tethered=False, ro=None, rw=None):
    """A machine that takes commands; `ro` and `rw` are folders of this computer, at /mnt/ro and /mnt/rw there."""
    made, folder = prepare()
    machine = Machine(name)
    try:
        if cold:
            machine.start(made, f"memory-backend-ram,id=ram,size={MEMORY}", tethered=tethered, ro=ro, rw=rw)
            machine.wait_for_boot()
        else:
            machine.start(made, _memory(folder / "ram", False), resumed=True, tethered=tethered, ro=ro, rw=rw)
            machine.monitor.transfer("migrate-incoming", f"exec:cat <{shlex.quote(str(folder / 'state'))}")
            machine.monitor.execute("cont")
        # Programs of /mnt/ro start faster from the dom0's memory, which would not notice that they are built anew.
        cache = "loose" if tethered else "none"
        if machine.run(["bash", "-ec", WAKE, f"{time.time():.0f}", cache], timeout=300):
            raise LabError("the shared folders could not be mounted")
    except BaseException:
        if machine.process:
            machine.stop()
        raise
    return machine
