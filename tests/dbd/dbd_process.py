"""dbd on a private bus, for tests that kill it, starve it and damage its file. Nothing sleeps: the name on the bus and
the end of the process are waited for."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import dbus
import dbus.bus
import dbus.mainloop.glib
from gi.repository import GLib

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("XENMGR_BIN", ROOT / "build/release/bin")) / "dbd"
NAME = "com.citrix.xenclient.db"
SECONDS = 60    # a test that waits longer than this for anything has found a fault; a busy machine is slow


def wait_until(condition, what):
    late = []
    timer = GLib.timeout_add_seconds(SECONDS, lambda: late.append(True))
    while not condition():
        if late:
            raise AssertionError(f"not within {SECONDS} s: {what}")
        GLib.MainContext.default().iteration(True)
    if not late:
        GLib.source_remove(timer)


class Bus:
    """A dbus-daemon with our policy, in a temporary directory that also holds the database."""

    def __enter__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="dbd-test-"))
        started = subprocess.run([ROOT / "packaging/private-bus", self.dir], check=True, capture_output=True, text=True)
        self.address, pid = started.stdout.split()
        self.pid = int(pid)
        self.environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address}
        self.owners = []
        self.started = []    # processes, ended here if a test fails to
        self.watching = self.connect()
        self.watching.watch_name_owner(NAME, lambda owner: self.owners.append(str(owner)))
        wait_until(lambda: self.owners, "the bus answers")
        return self

    def __exit__(self, *_):
        self.watching.close()
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()
        os.kill(self.pid, 15)
        shutil.rmtree(self.dir, ignore_errors=True)

    def connect(self):
        """A connection of its own: another client in the eyes of dbd."""
        return dbus.bus.BusConnection(self.address, mainloop=dbus.mainloop.glib.DBusGMainLoop())


class Dbd:
    """A running dbd that owns its name. `wrapper`: a command to run it under."""

    def __init__(self, bus, database=None, wrapper=(), **options):
        self.bus = bus
        self.log = bus.dir / "dbd.log"
        bus.owners.clear()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*wrapper, PROGRAM, "--database", database or bus.dir / "db.sqlite"],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=bus.environment,
                                            **options)
        bus.started.append(self.process)
        handle = os.pidfd_open(self.process.pid)
        ended = []
        source = GLib.unix_fd_add_full(0, handle, GLib.IOCondition.IN, lambda *_: ended.append(True))
        try:
            wait_until(lambda: ended or (bus.owners and bus.owners[-1]), "dbd owns its name")
        finally:
            if not ended:
                GLib.source_remove(source)
            os.close(handle)
        if ended:
            raise AssertionError(f"dbd ended with {self.process.wait()}: {self.log.read_text()[-2000:]}")

    def end(self, number=15):
        self.process.send_signal(number)
        status = self.process.wait(SECONDS)
        wait_until(lambda: self.bus.owners and not self.bus.owners[-1], "the name is free again")
        return status


class Client:
    def __init__(self, bus):
        self.connection = bus.connect()

    def call(self, member, *args, interface=NAME):
        return self.connection.call_blocking(NAME, "/", interface, member, None, args, timeout=SECONDS)

    def start(self, on_answer, member, *args, interface=NAME):
        """on_answer gets None, or the error."""
        self.connection.call_async(NAME, "/", interface, member, None, args, lambda *_: on_answer(None), on_answer,
                                   timeout=SECONDS)

    def close(self):
        self.connection.close()


def run(*arguments, **options):
    """dbd as a tool."""
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=SECONDS, **options)


if not PROGRAM.exists():
    sys.exit(f"{PROGRAM} is not there: build it, or say with XENMGR_BIN where the programs are")
