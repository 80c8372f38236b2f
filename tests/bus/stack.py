"""The real programs on a bus of their own: dbus-daemon with our policy, dbd, xenmgr and the monitors it launches.

Everything lives in one temporary directory and is a descendant of the test's process, which adopts the monitors that
outlive their manager; so the end of a Stack ends them all. Nothing here sleeps: names are waited for by their signals,
ends of processes by their descriptors.
"""

import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import dbus
import dbus.bus
import dbus.mainloop.glib
from gi.repository import GLib

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("XENMGR_BIN", ROOT / "build/release/bin"))
ENGINE = os.environ.get("XENMGR_ENGINE", "sim")
PATIENCE = 60    # seconds that anything may take before a test fails; a busy machine is slow, and slow is not wrong
START_LIMIT = 180 if ENGINE == "xl" else PATIENCE    # seconds; an emulated machine may be slow
KEEP = bool(os.environ.get("XENMGR_TEST_KEEP"))    # leave the directory with its logs behind

XENMGR = "com.citrix.xenclient.xenmgr"
DB = "com.citrix.xenclient.db"

PR_SET_CHILD_SUBREAPER = 36


def wait_until(condition, what, seconds=PATIENCE, every_ms=20):
    """Runs the main loop until condition() is true, looked at after every event and, because some facts have no
    event, every few milliseconds; fails with `what` when the time is over."""
    end = time.monotonic() + seconds
    tick = GLib.timeout_add(every_ms, lambda: True)
    try:
        while not (outcome := condition()):
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
            GLib.MainContext.default().iteration(True)
        return outcome
    finally:
        GLib.source_remove(tick)


def let_pass(seconds):
    """Runs the main loop for a time."""
    end = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() >= end, "time passes", seconds + 1, every_ms=max(1, int(seconds * 200)))


def uuid_of(number):
    """Uuids of seeded VMs: recognisable, never those of service VMs."""
    return f"5eed0000-0000-4000-8000-{number:012x}"


def vm_tree(uuid, *faults, **settings):
    """The stored configuration of a VM that can start anywhere: little memory, no disks, and the faults given."""
    config = {"virt-type": "hvm", "memory": "16", "vcpus": "1"}
    if faults:
        config["extra-xenvm"] = {str(n): f"sim-fault={fault}" for n, fault in enumerate(faults)}
    return {"uuid": uuid, "type": "svm", "name": f"vm {uuid[-4:]}", "slot": "-1", "config": config, **settings}


class Daemon:
    """One of our programs, started and ended by its process id; its output goes to <dir>/<name>.log."""

    def __init__(self, stack, name, arguments):
        self.name = name
        self.log = stack.dir / f"{name}.log"
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                            env=stack.environment)
        self.pid = self.process.pid

    def running(self):
        return self.process.poll() is None

    def kill(self, number=signal.SIGKILL):
        """Returns the exit status when the process has gone."""
        self.process.send_signal(number)
        return self.process.wait(30)

    def last_words(self, lines=15):
        return "".join(self.log.read_text(errors="replace").splitlines(keepends=True)[-lines:])


class Stack:
    def __init__(self, vms=(), database=None, autostart=False, options=()):
        """`vms`: trees as vm_tree makes them; `database`: what else is stored, as nested dicts of strings."""
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.tree = {**(database or {}), "vm": {vm["uuid"]: vm for vm in vms}}
        self.options = [*options, *([] if autostart else ["--no-autostart"])]
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="xenmgr-test-"))
        self.run_dir = self.dir / "run"
        self.run_dir.mkdir(0o750)
        self.bus = self.dbd = self.xenmgr = None
        self.owners = {}    # unique names of our programs, by bus name

    def __enter__(self):
        try:
            self.start_bus()
            self.start_dbd()
            if self.tree["vm"] or len(self.tree) > 1:
                self.call("/", f"{DB}.store", "import_tree", json.dumps(self.tree), service=DB)
            self.start_xenmgr()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    # -- processes

    def start_bus(self):
        started = subprocess.run([ROOT / "packaging/private-bus", self.dir], check=True, capture_output=True, text=True)
        self.address, pid = started.stdout.split()
        self.bus_pid = int(pid)
        self.environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address, "PATH": f"{BIN}:{os.environ['PATH']}"}
        self.bus = self.connect()

    def connect(self):
        return dbus.bus.BusConnection(self.address, mainloop=dbus.mainloop.glib.DBusGMainLoop())

    def start_dbd(self):
        self.dbd = self.start("dbd", DB, [BIN / "dbd", "--database", self.dir / "db.sqlite", "--no-daemonize"])

    def start_xenmgr(self):
        self.xenmgr = self.start("xenmgr", XENMGR, self.xenmgr_command())

    def xenmgr_command(self):
        return [BIN / "xenmgr", "--no-daemonize", "--run-dir", self.run_dir, "--engine", ENGINE,
                "--data-dir", ROOT / "share", *self.options]

    def start(self, name, bus_name, arguments):
        """Returns the process once it owns its bus name; fails with its last words if it ends before."""
        seen = []
        former = self.owners.get(bus_name, "")    # the bus may not have noticed yet that it was killed
        watch = self.bus.watch_name_owner(bus_name, lambda owner: seen.append(str(owner)))
        daemon = Daemon(self, name, arguments)
        with self.ending(daemon.pid) as ended:
            wait_until(lambda: seen and seen[-1] not in ("", former) or ended,
                       lambda: f"{name} owns {bus_name}\n{daemon.last_words()}", START_LIMIT)
        watch.cancel()
        if ended:
            raise AssertionError(f"{name} ended with {daemon.process.wait()}:\n{daemon.last_words()}")
        self.owners[bus_name] = seen[-1]
        return daemon

    @contextlib.contextmanager
    def ending(self, pid):
        """A list that gets an entry when the process ends; for wait_until."""
        ended = []
        handle = os.pidfd_open(pid)
        source = GLib.unix_fd_add_full(0, handle, GLib.IOCondition.IN, lambda *_: ended.append(pid))
        try:
            yield ended
        finally:
            if not ended:
                GLib.source_remove(source)
            os.close(handle)

    def children(self):
        """Every living process of this stack: ours, and what they started. Asked until two answers agree, because the
        children of a process that ends meanwhile are at neither place."""
        before, found = None, self.children_once()
        while found != before:
            before, found = found, self.children_once()
        return found

    def children_once(self):
        found, left = [], [os.getpid()]
        while left:
            with contextlib.suppress(OSError):
                for task in pathlib.Path(f"/proc/{left.pop()}/task").iterdir():
                    left += [int(pid) for pid in (task / "children").read_text().split()]
            found += [pid for pid in left if pid not in found]
        return found

    def monitors(self):
        """Process id of each living monitor, by uuid."""
        found = {}
        for pid in self.children():
            with contextlib.suppress(OSError):
                words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
                if words[0].endswith("xenvm") and "--uuid" in words:
                    found[words[words.index("--uuid") + 1]] = pid
        return found

    def end(self):
        if self.bus:
            self.bus.close()
        for daemon in (self.xenmgr, self.dbd):    # first those that start others
            if daemon and daemon.running():
                daemon.kill()
        while pids := self.children():    # again, because those whose parent goes become ours only then
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            for pid in pids:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)
        if KEEP:
            print(f"kept: {self.dir}", file=sys.stderr)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)

    # -- calls

    def call(self, path, interface, member, *args, service=XENMGR, signature=None, timeout=60):
        return self.bus.call_blocking(service, path, interface, member, signature, args, timeout=timeout)

    def call_later(self, path, interface, member, *args, service=XENMGR, signature=None, timeout=60):
        return Call(self.bus, service, path, interface, member, signature, args, timeout)

    def manager(self, member, *args, **options):
        """A method of com.citrix.xenclient.xenmgr on /."""
        return self.call("/", XENMGR, member, *args, **options)

    def signals(self, *members, **match):
        return Signals(self.bus, members, match)

    def vm(self, uuid):
        return Vm(self, uuid)

    def database(self, member, *args):
        return self.call("/", DB, member, *args, service=DB)


class Call:
    """A method call on its way. Done once `outcome` is there: a list of the results, or the error."""

    def __init__(self, bus, service, path, interface, member, signature, args, timeout):
        self.what = f"{path} {member}"
        self.outcome = None
        self.began = time.monotonic()
        self.took = None
        bus.call_async(service, path, interface, member, signature, args,
                       lambda *results: self.finish(list(results)), self.finish, timeout=timeout)

    def finish(self, outcome):
        self.took = time.monotonic() - self.began
        self.outcome = outcome

    def done(self):
        return self.outcome is not None

    def failed(self):
        return isinstance(self.outcome, dbus.DBusException)

    def wait(self, seconds=60):
        """The result; raises the error."""
        wait_until(self.done, f"{self.what} answers", seconds)
        if self.failed():
            raise self.outcome
        return self.outcome[0] if self.outcome else None


class Signals:
    """Records signals by member: entries are (member, args). `match`: keywords of add_signal_receiver."""

    def __init__(self, bus, members, match):
        self.seen = []
        self.paths = []
        self.receivers = [bus.add_signal_receiver(self.on_signal, signal_name=member, member_keyword="member_",
                                                  path_keyword="path_", **match) for member in members or (None,)]
        bus.call_blocking("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetId", "", ())

    def on_signal(self, *args, member_, path_):
        self.seen.append((str(member_), args))
        self.paths.append(str(path_))

    def stop(self):
        for receiver in self.receivers:
            receiver.remove()

    def of(self, member):
        return [args for name, args in self.seen if name == member]

    def wait(self, condition, what, seconds=PATIENCE):
        """`condition` gets the list of (member, args) so far."""
        return wait_until(lambda: condition(self.seen), lambda: f"{what}; seen: {self.seen}", seconds)

    def states(self, uuid):
        """Public states that vm_state_changed reported for a VM, repetitions joined."""
        found = []
        for changed, _, state, _ in self.of("vm_state_changed"):
            if changed == uuid and (not found or found[-1] != state):
                found.append(str(state))
        return found

    def wait_state(self, uuid, state, seconds=PATIENCE):
        return self.wait(lambda _: self.states(uuid)[-1:] == [state], f"{uuid} is {state}", seconds)


class Vm:
    """A VM as clients see it."""

    interface = f"{XENMGR}.vm"
    unrestricted = f"{XENMGR}.vm.unrestricted"

    def __init__(self, stack, uuid):
        self.stack = stack
        self.uuid = str(uuid)
        self.path = "/vm/" + self.uuid.replace("-", "_")

    def get(self, name, interface=interface):
        return self.stack.call(self.path, dbus.PROPERTIES_IFACE, "Get", interface, name, signature="ss")

    def set(self, name, value, interface=interface):
        self.stack.call(self.path, dbus.PROPERTIES_IFACE, "Set", interface, name, value, signature="ssv")

    def get_all(self, interface=interface):
        return self.stack.call(self.path, dbus.PROPERTIES_IFACE, "GetAll", interface, signature="s")

    def call(self, member, *args, **options):
        return self.stack.call(self.path, self.interface, member, *args, **options)

    def call_later(self, member, *args, **options):
        return self.stack.call_later(self.path, self.interface, member, *args, **options)

    @property
    def state(self):
        return str(self.get("state"))

    @property
    def domid(self):
        return int(self.get("domid"))
