#!/usr/bin/python3
"""The product as it is installed, run by systemd: by the steps of docs/INSTALL.md, with a real guest. Runs in a dom0."""

import contextlib
import grp
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import unittest

import dbus
import dbus.mainloop.glib

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "bus")]

import guest_bus_test as guest_bus
import managed
from guest_shell import PATIENCE, GuestShell
from labkit.archive import archive_of_programs
from stack import BIN, DB, ROOT, XENMGR, Vm, uuid_of, wait_until

TREE = BIN.parent / "installed"
GUIDE = ROOT / "docs/INSTALL.md"
PROXY = "com.citrix.xenclient.rpc_proxy"
UNITS = ("dbd", "xenmgr", "rpc-proxy", "rpc-proxy-vchan")
GUARD = ("xenmgr-store-guard.socket", "xenmgr-store-guard.service")
GUEST, ADMIN = uuid_of(1), "alice"
INITRD = pathlib.Path("/run/units-initrd")
DATABASE = pathlib.Path("/var/lib/xenmgr/db.sqlite")
RULES = pathlib.Path("/etc/rpc-proxy.rules")


def said(*words):
    """(status, what it wrote)."""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=600)
    return done.returncode, done.stdout


def must(*words):
    status, text = said(*words)
    assert status == 0, f"{' '.join(map(str, words))}: {status}: {text}\n{journal() if words[0] == 'systemctl' else ''}"
    return text


def journal():
    return said("journalctl", "--no-pager", "--lines", "40", "--output", "cat")[1]


def steps():
    """What docs/INSTALL.md has its reader type in its first block, the step that copies the files left out."""
    block = re.search(r"^```\n(.*?)^```", GUIDE.read_text(), re.S | re.M)[1]
    return [line[2:].split() for line in block.splitlines() if line.startswith("# ") and "cmake" not in line]


def install():
    """Into a host that runs, as if the product had never been here."""
    for name in ("passwd", "group"):
        path = pathlib.Path("/etc", name)
        path.write_text("".join(line for line in path.read_text().splitlines(True) if not line.startswith("xenmgr-")))
    must("modprobe", "--remove", "xen_gntalloc")    # as on a Debian host, which loads it for nobody
    must("cp", "--recursive", "--no-dereference", "--preserve=mode", f"{TREE}/.", "/")
    for words in steps():
        must(*words)
    subprocess.run(["systemd-sysusers", "-"], input=f"u {ADMIN}\nm {ADMIN} xenmgr-admin\n", text=True, check=True)


def unit(name, *properties):
    text = must("systemctl", "show", name, *(f"--property={one}" for one in properties))
    found = dict(line.split("=", 1) for line in text.splitlines())
    return [found[one] for one in properties] if len(properties) > 1 else found[properties[0]]


def main_pid(name):
    return int(unit(name, "MainPID"))


def processes(name):
    """Programs in the unit's control group."""
    procs = pathlib.Path(f"/sys/fs/cgroup/system.slice/{name}.service/cgroup.procs")
    found = []
    with contextlib.suppress(OSError):
        for pid in procs.read_text().split():
            found.append(pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode())
    return sorted(pathlib.Path(program).name for program in found if program)


def as_user(user, *words):
    return said("setpriv", "--reuid", user, "--regid", str(pwd.getpwnam(user).pw_gid), "--init-groups", *words)


class Host:
    """The system bus; the names on it may change hands."""

    def __init__(self):
        self.bus = dbus.bus.BusConnection("unix:path=/run/dbus/system_bus_socket",
                                          mainloop=dbus.mainloop.glib.DBusGMainLoop())

    def call(self, path, interface, member, *args, service=XENMGR, signature=None, timeout=PATIENCE):
        return self.bus.call_blocking(service, path, interface, member, signature, args, timeout=timeout)

    def has(self, name):
        return bool(self.bus.name_has_owner(name))


class Units(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        install()
        cls.host = Host()
        INITRD.write_bytes(guest_bus.INITRD.read_bytes() +
                           archive_of_programs("/usr/bin/xenmgr-guest-bus", "/usr/bin/dbus-send"))
        must("systemctl", "stop", "xenmgr")
        must("db-inject", f"/vm/{GUEST}", json.dumps(guest_bus.guest(GUEST, INITRD)))
        must("db-write", f"/dom-store/{GUEST}/greeting", "hello one")
        must("systemctl", "start", "xenmgr")
        cls.vm = Vm(cls.host, GUEST)
        must("xec-vm", "--uuid", GUEST, "--wait", "--timeout", str(PATIENCE), "start")
        cls.shell = GuestShell(cls.vm.get("name"), cls.vm.domid)
        guest_bus.GuestBus.start_bus(cls.shell)

    def setUp(self):
        must("systemctl", "reset-failed")
        must("systemctl", "start", *UNITS)
        self.wait_until_it_runs()
        self.domid = int(self.vm.domid)

    # -- what there is after the installation

    def test_there_are_users_and_folders(self):
        self.assertTrue(grp.getgrnam("xenmgr-admin").gr_gid < 1000)
        self.assertEqual(pwd.getpwnam("xenmgr-proxy").pw_gid, grp.getgrnam("xenmgr-proxy").gr_gid)
        self.assertEqual(grp.getgrnam("xenmgr-xen").gr_mem, [])
        for folder, mode in (("/run/xenvm", 0o750), ("/var/lib/xenmgr", 0o750), ("/etc/xenmgr/rpc-proxy", 0o755)):
            found = os.stat(folder)
            self.assertEqual((stat.S_IMODE(found.st_mode), found.st_uid), (mode, 0), folder)

    def test_systemd_has_nothing_to_say_about_the_units(self):
        units = [path.name.replace("@.", "@office.") for path in sorted((TREE / "usr/lib/systemd/system").iterdir())]
        self.assertGreaterEqual(len(units), 5)
        self.assertEqual(said("systemd-analyze", "verify", "--man=no", *units), (0, ""))

    def test_they_are_enabled_and_tell_systemd_when_they_are_ready(self):
        for name in UNITS:
            with self.subTest(unit=name):
                self.assertEqual(unit(name, "Type", "UnitFileState", "ActiveState", "SubState"),
                                 ["notify", "enabled", "active", "running"])
        for name, owned in (("dbd", DB), ("xenmgr", XENMGR), ("rpc-proxy", PROXY)):
            with self.subTest(unit=name):
                must("systemctl", "restart", name)
                self.assertTrue(self.host.has(owned), f"{name} is started and does not own {owned}")

    def test_a_call_starts_what_it_needs(self):
        must("systemctl", "stop", *UNITS)
        self.assertFalse(self.host.has(XENMGR) or self.host.has(DB))
        must("xec", "list-vms")
        self.assertEqual([unit(name, "ActiveState") for name in UNITS], ["active", "active", "inactive", "inactive"])
        must("xec", "--service", PROXY, "--list-interfaces")
        self.assertEqual(unit("rpc-proxy", "ActiveState"), "active")

    # -- who may call

    def test_root_and_administrators_may_call_and_others_may_not(self):
        for words in (["xec", "list-vms"], ["xec-vm"], ["db-read", f"/vm/{GUEST}/name"]):
            with self.subTest(words=words):
                for status, text in (said(*words), as_user(ADMIN, *words)):
                    self.assertEqual(status, 0, text)
                    self.assertIn(GUEST[-4:], text)
                status, text = as_user("nobody", *words)
                self.assertNotEqual(status, 0, text)
                self.assertIn("AccessDenied", text)
        status, text = as_user("nobody", "xec", "--object", self.vm.path, "destroy")
        self.assertEqual(status, 1, text)
        self.assertIn("AccessDenied", text)
        self.runs_on()

    def test_an_administrator_starts_a_vm(self):
        self.vm.call("destroy")
        status, text = as_user(ADMIN, "xec-vm", "--uuid", GUEST, "--wait", "--timeout", str(PATIENCE), "start")
        self.assertEqual(status, 0, text)
        self.begin_anew()

    def begin_anew(self):
        """The guest is another one from here on."""
        type(self).shell = GuestShell(self.vm.get("name"), self.vm.domid)
        guest_bus.GuestBus.start_bus(self.shell)

    # -- guests outlive the services

    def wait_until_it_runs(self):
        wait_until(lambda: self.state() == "running", lambda: f"it runs; it is {self.state()}\n{journal()}", PATIENCE,
                   every_ms=300)

    def runs_on(self):
        """The same domain, and the manager has it."""
        self.wait_until_it_runs()
        self.assertEqual(int(self.vm.domid), self.domid)
        self.assertEqual(self.shell.run("true")[0], 0)

    def left(self, programs, units=(*UNITS, "xenmgr-store-guard")):
        """What runs in the units' control groups; a monitor and the monitors' launcher may need a moment to end."""
        def found():
            return {name: processes(name) for name in units if processes(name)}
        wait_until(lambda: found() == programs, lambda: f"{programs} is left; it is {found()}", PATIENCE, every_ms=300)

    def state(self):
        try:
            return self.vm.state
        except dbus.DBusException as error:
            return str(error)

    def is_served(self):
        wait_until(lambda: "hello one" in self.shell.run(guest_bus.READ)[1], lambda: f"served\n{journal()}", PATIENCE,
                   every_ms=500)

    def killed(self, name):
        """Kills a service; returns when systemd has started it again."""
        before, restarts = main_pid(name), int(unit(name, "NRestarts"))
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: unit(name, "ActiveState") == "active" and main_pid(name) not in (0, before),
                   lambda: f"{name} is back\n{journal()}", PATIENCE, every_ms=300)
        self.assertEqual(int(unit(name, "NRestarts")), restarts + 1)

    def test_a_guest_outlives_a_manager_that_is_restarted(self):
        must("systemctl", "restart", "xenmgr")
        self.runs_on()

    def test_a_guest_outlives_a_manager_that_is_stopped(self):
        must("systemctl", "stop", "xenmgr")
        self.left({"xenmgr": ["xenvm"]}, ["xenmgr"])
        self.assertEqual(self.shell.run("true")[0], 0)
        must("systemctl", "start", "xenmgr")
        self.runs_on()

    def test_a_guest_outlives_a_manager_that_is_killed(self):
        self.killed("xenmgr")
        self.runs_on()

    def test_guest_and_manager_outlive_the_database(self):
        manager = main_pid("xenmgr")
        self.killed("dbd")
        must("systemctl", "restart", "dbd")
        self.assertEqual(main_pid("xenmgr"), manager)
        self.vm.set("description", "after the restart")
        self.assertEqual(must("db-read", f"/vm/{GUEST}/description").strip(), "after the restart")
        self.runs_on()

    def test_a_guest_is_served_again_after_the_firewall_was_restarted(self):
        self.is_served()
        must("systemctl", "restart", "rpc-proxy-vchan", "rpc-proxy")
        self.is_served()
        self.killed("rpc-proxy-vchan")
        self.is_served()
        self.runs_on()

    # -- the firewall in its sandbox

    def test_the_firewall_has_a_user_of_its_own_and_no_rights(self):
        status = pathlib.Path(f"/proc/{main_pid('rpc-proxy-vchan')}/status").read_text()
        self.assertIn(f"Uid:\t{pwd.getpwnam('xenmgr-proxy').pw_uid}\t", status)
        for line in ("CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"):
            self.assertIn(line, status)
        self.assertIn(str(grp.getgrnam("xenmgr-xen").gr_gid), re.search(r"^Groups:(.*)", status, re.M)[1].split())

    def test_it_serves_a_guest_from_there(self):
        self.is_served()
        wait_until(lambda: self.shell.run(guest_bus.ATTENTION)[0] == 0, "attention is had", PATIENCE, every_ms=500)
        refused, text = self.shell.run(f"{guest_bus.SEND} --dest={XENMGR} / {XENMGR}.create_vm")
        self.assertNotEqual(refused, 0)
        self.assertIn("AccessDenied", text)

    def test_what_it_knows_of_xenstore_comes_from_the_guard(self):
        self.assertEqual(unit("xenmgr-store-guard", "ActiveState", "SubState"), ["active", "running"])
        door = os.stat("/run/xenmgr-store-guard")
        self.assertEqual((stat.S_IMODE(door.st_mode), door.st_uid), (0o600, pwd.getpwnam("xenmgr-proxy").pw_uid))
        self.assertEqual(stat.S_IMODE(os.stat("/run/xenstored/socket").st_mode) & 0o077, 0)
        self.assertEqual(stat.S_IMODE(os.stat("/dev/xen/xenbus").st_mode) & 0o077, 0)
        self.killed("xenmgr-store-guard")
        self.is_served()
        self.vm.call("reboot")    # a domain that comes later is heard of
        wait_until(lambda: self.state() == "running" and int(self.vm.domid) != self.domid, "it runs again", PATIENCE,
                   every_ms=300)
        self.begin_anew()
        self.is_served()

    def test_bad_rules_change_nothing(self):
        good = RULES.read_text()
        try:
            RULES.write_text(good + "\nallow nonsense\n")
            pid = main_pid("rpc-proxy-vchan")
            must("systemctl", "reload", "rpc-proxy-vchan", "rpc-proxy")
            wait_until(lambda: "nonsense" in said("journalctl", "--unit", "rpc-proxy-vchan")[1], "it is said", PATIENCE,
                       every_ms=300)
            self.is_served()
            RULES.write_text("deny all\n")
            must("systemctl", "reload", "rpc-proxy-vchan", "rpc-proxy")
            wait_until(lambda: "AccessDenied" in self.shell.run(guest_bus.READ)[1], "refused", PATIENCE, every_ms=300)
            self.assertEqual(main_pid("rpc-proxy-vchan"), pid)
        finally:
            RULES.write_text(good)
            must("systemctl", "reload", "rpc-proxy-vchan", "rpc-proxy")
        self.is_served()

    def test_an_instance_serves_a_channel_of_its_own(self):
        folder = pathlib.Path("/etc/xenmgr/rpc-proxy")
        shutil.copy("/usr/share/doc/xenmgr/examples/rpc-proxy@office", folder / "office")
        must("systemctl", "start", "rpc-proxy@office")
        try:
            socket = pathlib.Path("/run/rpc-proxy/office").stat()
            self.assertEqual(stat.S_IMODE(socket.st_mode), 0o770)
            self.assertEqual(socket.st_gid, grp.getgrnam("xenmgr-proxy").gr_gid)
            call = ["dbus-send", "--bus=unix:path=/run/rpc-proxy/office", "--print-reply", f"--dest={DB}", "/",
                    f"{DB}.read", "string:greeting"]
            wait_until(lambda: "hello one" in said(*call)[1], lambda: f"served: {said(*call)}", PATIENCE, every_ms=500)
        finally:
            must("systemctl", "stop", "rpc-proxy@office")
            (folder / "office").unlink()

    # -- the end, good or bad

    def test_nothing_stays_but_guests_and_what_ends_them(self):
        must("systemctl", "stop", *UNITS, *GUARD)
        self.left({"xenmgr": ["xenvm"]})
        self.assertEqual(self.shell.run("true")[0], 0)
        must("xec-vm", "--uuid", GUEST, "--timeout", str(PATIENCE), "destroy")
        wait_until(lambda: len(must("xl", "list").splitlines()) == 2, "there is only the dom0", PATIENCE, every_ms=300)
        must("systemctl", "stop", *UNITS, *GUARD)
        self.left({})
        must("xec-vm", "--uuid", GUEST, "--wait", "--timeout", str(PATIENCE), "start")
        must("systemctl", "start", *UNITS)
        self.begin_anew()

    def test_a_damaged_database_is_said_once_and_waits_for_a_person(self):
        must("systemctl", "stop", *UNITS)
        kept = DATABASE.read_bytes()
        try:
            DATABASE.write_bytes(b"no database " * 1000)
            for suffix in ("-wal", "-shm"):
                pathlib.Path(f"{DATABASE}{suffix}").unlink(missing_ok=True)
            self.assertNotEqual(said("systemctl", "start", "dbd")[0], 0)
            self.assertEqual(unit("dbd", "ActiveState", "ExecMainStatus", "NRestarts"), ["failed", "4", "0"])
            # The journal may be late, and then not know any more whose line it is.
            wait_until(lambda: "--recover" in journal(), journal, PATIENCE, every_ms=300)
            self.assertNotEqual(said("systemctl", "start", "xenmgr")[0], 0)
            self.assertEqual(unit("xenmgr", "ActiveState", "ExecMainStatus", "NRestarts"), ["failed", "4", "0"])
        finally:
            DATABASE.write_bytes(kept)
        must("systemctl", "reset-failed")
        must("systemctl", "start", *UNITS)
        self.runs_on()


if __name__ == "__main__":
    if "--managed" not in sys.argv:
        sys.exit(managed.main([sys.executable, __file__, "--managed", *sys.argv[1:]]))
    sys.argv.remove("--managed")
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    unittest.main(verbosity=2)
