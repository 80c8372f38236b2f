"""One QEMU with Xen in it, known by its name.

Its folder has the sockets of its ports, its console, and a lock that QEMU itself holds: whether the machine runs is
asked of the lock, not of a process id that may belong to another by now.
"""

import contextlib
import ctypes
import fcntl
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import time

from . import wire
from .places import MACHINES, LabError
from .qmp import Monitor

MEMORY = os.environ.get("XENMGR_LAB_MEMORY", "2G")
# Nested paging spares Xen its shadow page tables. Anything newer in the processor only costs emulation.
HARDWARE = ("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-machine", "pc,memory-backend=ram",
            "-accel", "tcg,thread=multi", "-cpu", "qemu64,+svm,+npt,+rdrand", "-smp", "2", "-m", MEMORY)
# Without bootscrub=0 Xen writes to all memory, and a snapshot has it all.
XEN = ("console=com1 com1=115200,8n1 loglvl=info guest_loglvl=info noreboot bootscrub=0 spec-ctrl=no sched=credit"
       " dom0_mem=640M,max:640M dom0_max_vcpus=1")
DOM0 = "console=hvc0 loglevel=5 random.trust_cpu=on"
PR_SET_PDEATHSIG = 1
BOOT_SECONDS = 900    # about 12 on an idle computer


class Machine:
    def __init__(self, name):
        if not name or "/" in name or name.startswith("."):
            raise LabError(f"'{name}' is no name for a machine")
        self.name = name
        self.folder = MACHINES / name
        self.console = self.folder / "console"
        self.process = None
        self.monitor = None

    def running(self):
        try:
            with open(self.folder / "lock") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def start(self, images, memory, resumed=False, tethered=False, ro=None, rw=None):
        """`memory`: QEMU's words for the object "ram". A tethered machine ends with the thread that started it."""
        for path in (ro, rw):
            if path and not pathlib.Path(path).is_dir():
                raise LabError(f"{path}: there is no such folder")
        lock = self._fresh_folder()
        shares = []
        for tag, path in (("ro", ro), ("rw", rw)):
            path = pathlib.Path(path or self.folder / tag).resolve()
            path.mkdir(exist_ok=True)
            readonly = ",readonly=on" if tag == "ro" else ""
            shares += ["-fsdev", f"local,id={tag},security_model=none,multidevs=remap,path={path}{readonly}",
                       "-device", f"virtio-9p-pci,fsdev={tag},mount_tag={tag}"]
        with contextlib.ExitStack() as stack:
            inherited = []

            def pass_on(thing):
                inherited.append(stack.enter_context(thing).fileno())
                return inherited[-1]

            pass_on(lock)
            ours, theirs = socket.socketpair()
            command = [
                "qemu-system-x86_64", *HARDWARE, "-object", memory,
                "-kernel", images / "xen", "-append", XEN,
                "-initrd", f"{images}/dom0-kernel {DOM0},{images}/dom0-initrd",
                "-drive", f"if=none,id=root,format=raw,readonly=on,file={images}/root.ext4",
                "-device", "virtio-blk-pci,drive=root", *shares,
                "-chardev", f"file,id=console,path={self.console}", "-serial", "chardev:console",
                "-chardev", f"socket,id=qmp,fd={pass_on(theirs)}", "-mon", "chardev=qmp,mode=control",
                "-device", "virtio-serial-pci",
            ]
            for number in range(wire.PORTS):
                port = pass_on(self._listening(f"port{number}"))
                command += ["-chardev", f"socket,id=port{number},fd={port},server=on,wait=off",
                            "-device", f"virtserialport,chardev=port{number},name=lab.{number}"]
            if resumed:
                command += ["-incoming", "defer"]
            log = stack.enter_context(open(self.folder / "qemu.log", "w"))
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=inherited,
                start_new_session=True, preexec_fn=die_with(os.getpid()) if tethered else None)
        (self.folder / "pid").write_text(str(self.process.pid))
        try:
            self.monitor = Monitor(ours)
        except (LabError, OSError):
            self.process.kill()
            raise LabError(f"QEMU did not start: {(self.folder / 'qemu.log').read_text().strip()}") from None

    def _fresh_folder(self):
        """The lock of a new machine; what others left that were killed is swept away."""
        MACHINES.mkdir(mode=0o700, exist_ok=True)
        with open(MACHINES / ".lock", "w") as all_machines:
            fcntl.flock(all_machines, fcntl.LOCK_EX)
            if self.running():
                raise LabError(f"the machine '{self.name}' runs already")
            for name in os.listdir(MACHINES):
                if (MACHINES / name).is_dir() and not Machine(name).running():
                    shutil.rmtree(MACHINES / name, ignore_errors=True)
            self.folder.mkdir()
            lock = open(self.folder / "lock", "w")
            fcntl.flock(lock, fcntl.LOCK_EX)
            return lock

    def _listening(self, name):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.folder / name))
        listener.listen(16)
        return listener

    def wait_for_boot(self):
        end = time.monotonic() + BOOT_SECONDS
        while not (self.console.exists() and b"lab: dom0 is up" in self.console.read_bytes()):
            if self.process.poll() is not None or time.monotonic() > end:
                raise LabError(f"the dom0 did not come up; its last words:\n{self.last_words()}")
            time.sleep(0.1)    # the console is a file, which tells nobody

    def last_words(self, lines=15):
        with contextlib.suppress(OSError):
            return "\n".join(self.console.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def require_running(self):
        if not self.running():
            raise LabError(f"no machine '{self.name}' runs: lab --name {self.name} up")

    def run(self, argv, **options):
        self.require_running()
        return wire.run(self.folder, argv, **options)

    def stop(self):
        """Ends QEMU at once: the dom0 has nothing to lose. Its folder goes with it."""
        if self.running():
            pid = int((self.folder / "pid").read_text())
            with contextlib.suppress(ProcessLookupError):
                handle = os.pidfd_open(pid)
                os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(OSError):
                    os.waitpid(pid, 0)    # if it is our child
                _wait_for_end(handle)
        shutil.rmtree(self.folder, ignore_errors=True)


def _wait_for_end(handle):
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.poll(60000)
    os.close(handle)


def die_with(parent):
    def arrange():
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
    return arrange
