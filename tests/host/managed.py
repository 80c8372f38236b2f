#!/usr/bin/python3
"""systemd as the manager of the dom0: managed.py PROGRAM [ARGUMENT...] boots it and runs a program below it.

The dom0's first process is busybox, whose business goes on. systemd has its own process ids, mounts and control groups
beside it, as it has in a container, and shares with it what is Xen's: devices, xenstored, the network. What it mounts
and starts ends with it.
"""

import contextlib
import os
import pathlib
import select
import signal
import socket
import subprocess
import sys
import time

SYSTEMD = "/lib/systemd/systemd"
NEWS, LOG = pathlib.Path("/run/managed.socket"), pathlib.Path("/run/managed.log")
PATIENCE = 300    # seconds; the emulated machine may be slow

# Slow is not wrong: what waits for a service waits longer here than elsewhere.
PATIENT = {
    "/etc/systemd/system.conf.d/lab.conf": "[Manager]\nDefaultTimeoutStartSec=10min\nDefaultTimeoutStopSec=10min\n",
    "/etc/dbus-1/system.d/lab.conf": '<busconfig><limit name="service_start_timeout">600000</limit></busconfig>\n',
}


def mount(kind, place):
    subprocess.run(["mount", "-t", kind, kind, place], check=True)


def become_systemd():
    """Process 1 of its own: what a boot would have arranged, then systemd."""
    mount("proc", "/proc")
    mount("xenfs", "/proc/xen")
    mount("cgroup2", "/sys/fs/cgroup")
    # With a machine id this is no first boot, which asks questions on the console.
    pathlib.Path("/etc/machine-id").write_bytes(pathlib.Path("/var/lib/dbus/machine-id").read_bytes())
    for name, text in PATIENT.items():
        pathlib.Path(name).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(name).write_text(text)
    os.execve(SYSTEMD, [SYSTEMD, "--system", "--unit=multi-user.target", "--log-target=journal"],
              {"container": "lab", "NOTIFY_SOCKET": str(NEWS)})


def stop_bus():
    """The one that has served the dom0 until now; systemd starts its own."""
    pid = int(pathlib.Path("/run/dbus/pid").read_text())
    handle = os.pidfd_open(pid)
    os.kill(pid, signal.SIGTERM)
    select.select([handle], [], [], PATIENCE)    # its last deed is to remove its socket
    os.close(handle)


@contextlib.contextmanager
def booted():
    """The process id of systemd, which says READY=1 when all that belongs to its target is up. Its news after that is
    for nobody: the socket is closed, lest it waits for us to read."""
    command = ["unshare", "--pid", "--mount", "--propagation", "private", "--fork", "--kill-child", __file__]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as news, LOG.open("w") as log:
        news.bind(str(NEWS))
        news.settimeout(1)
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + PATIENCE
        while not is_ready(news):
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                raise SystemExit(f"systemd does not come up:\n{LOG.read_text(errors='replace')[-4000:]}")
    try:
        [first] = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield first
    finally:
        process.kill()


def is_ready(news):
    try:
        return b"READY=1" in news.recv(4096)
    except TimeoutError:
        return False


def main(words):
    stop_bus()
    with booted() as systemd:
        return subprocess.run(["nsenter", "--target", systemd, "--pid", "--mount", *words], check=False).returncode


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(main(sys.argv[1:]))
    become_systemd()
