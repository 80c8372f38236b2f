#!/usr/bin/python3
"""Processes in real guests talk to the host's message bus: through xenmgr-guest-bus, a vchan and the real firewall.
Runs in a dom0."""

import contextlib
import os
import pathlib
import socket
import sys
import unittest

import dbus

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "bus")]

from guest_shell import PATIENCE, GuestShell
from labkit.archive import archive_of_programs
from stack import BIN, DB, ROOT, XENMGR, Daemon, Stack, uuid_of, wait_until

KERNEL, INITRD = "/lab/guest/kernel", pathlib.Path("/lab/guest/initrd")
PROGRAMS = [BIN / "xenmgr-guest-bus", BIN / "hostile-guest", "/usr/bin/dbus-send"]
ONE, TWO = uuid_of(1), uuid_of(2)
SEND = "dbus-send --bus=unix:path=/run/xenmgr/bus --print-reply --reply-timeout=60000"
ATTENTION = f"{SEND} --dest={XENMGR} / {XENMGR}.guestreq.request_attention"
READ = f"{SEND} --dest={DB} / {DB}.read string:greeting"


def guest(uuid, initrd):
    return {"uuid": uuid, "type": "svm", "name": f"vm {uuid[-4:]}", "slot": "-1", "domstore-read-access": "true",
            "config": {"virt-type": "pv", "memory": "128", "vcpus": "1", "kernel": KERNEL, "initrd": str(initrd),
                       "cmd-line": "console=hvc0 loglevel=3", "extra-xenvm": {"0": "tsc_mode=native"}}}


class GuestBus(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.initrd = pathlib.Path("/run/guest-bus-initrd")
        cls.initrd.write_bytes(INITRD.read_bytes() + archive_of_programs(*PROGRAMS))
        cls.addClassCleanup(cls.initrd.unlink)
        cls.stack = Stack([guest(uuid, cls.initrd) for uuid in (ONE, TWO)],
                          database={"dom-store": {ONE: {"greeting": "hello one"}, TWO: {"greeting": "hello two"}}})
        cls.stack.__enter__()
        cls.addClassCleanup(cls.stack.__exit__, None, None, None)
        cls.store = cls.stack.dir / "store"
        cls.start_guard()
        cls.start_proxy()
        cls.addClassCleanup(cls.end_guests)
        cls.guests = {uuid: cls.start_guest(uuid) for uuid in (ONE, TWO)}

    @classmethod
    def start_guard(cls):
        cls.guard = Daemon(cls.stack, "store-guard", [BIN / "xenmgr-store-guard", "--listen", cls.store])
        wait_until(cls.guard_listens, "the guard of xenstore listens", PATIENCE)

    @classmethod
    def guard_listens(cls):
        """The one before may have left its socket."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as visitor:
            visitor.connect(str(cls.store))
            return True

    @classmethod
    def start_proxy(cls):
        cls.proxy = cls.stack.start(
            "rpc-proxy", "com.citrix.xenclient.rpc_proxy",
            [BIN / "rpc-proxy", "--server", "--incoming-channel", "vchan:", "--xenstore", cls.store, "--outgoing-channel",
             cls.stack.address.split(",")[0].replace("path=", ""), "--rules", ROOT / "policy/rpc-proxy.rules",
             "--max-handshake", str(PATIENCE), "--max-stalled", str(PATIENCE), "--max-asking", str(PATIENCE)])

    @classmethod
    def start_guest(cls, uuid):
        cls.stack.vm(uuid).call("start", timeout=PATIENCE)
        return cls.shell(uuid)

    @classmethod
    def shell(cls, uuid):
        """Of a guest that has just started; its bus is there when this returns."""
        vm = cls.stack.vm(uuid)
        shell = GuestShell(vm.get("name"), vm.domid)
        cls.start_bus(shell)
        return shell

    @classmethod
    def start_bus(cls, shell):
        shell.run("xenmgr-guest-bus 2>/run/guest-bus.log &")
        cls.wait_for_bus(shell)

    @staticmethod
    def wait_for_bus(shell):
        _, text = shell.run("until grep -q 'is there' /run/guest-bus.log || [ ! -d /proc/$! ]; do sleep 0.2; done; "
                            "cat /run/guest-bus.log")
        assert "is there" in text, text

    @classmethod
    def end_guests(cls):
        for uuid in (ONE, TWO):
            with contextlib.suppress(dbus.DBusException):    # the machine ends in a moment anyway
                cls.stack.vm(uuid).call("destroy", timeout=PATIENCE)

    def succeeds(self, uuid, command):
        status, text = self.guests[uuid].run(command)
        self.assertEqual(status, 0, text)
        return text

    def is_served(self, uuid, command, answer):
        """However long it takes: the firewall refuses what it cannot find out in time."""
        wait_until(lambda: answer in self.guests[uuid].run(command)[1], f"{uuid} is served", PATIENCE, every_ms=500)

    def fails(self, uuid, command, why):
        status, text = self.guests[uuid].run(command)
        self.assertNotEqual(status, 0, text)
        self.assertIn(why, text)

    def test_a_process_may_ask_for_attention(self):
        self.succeeds(ONE, ATTENTION)

    def test_each_guest_reads_what_is_stored_for_it_and_no_other(self):
        self.assertIn("hello one", self.succeeds(ONE, READ))
        self.assertIn("hello two", self.succeeds(TWO, READ))
        self.assertNotIn("hello one", self.succeeds(TWO, READ.replace(":greeting", f":/dom-store/{ONE}/greeting")))

    def test_a_guest_makes_no_vms(self):
        before = sorted(self.stack.manager("list_vms"))
        self.fails(ONE, f"{SEND} --dest={XENMGR} / {XENMGR}.create_vm", "AccessDenied")
        self.assertEqual(sorted(self.stack.manager("list_vms")), before)

    def test_a_guest_that_may_not_read_is_refused_while_another_may(self):
        vm = self.stack.vm(TWO)
        vm.set("domstore-read-access", False, vm.unrestricted)
        try:
            self.fails(TWO, READ, "AccessDenied")
            self.succeeds(ONE, READ)
        finally:
            vm.set("domstore-read-access", True, vm.unrestricted)

    def test_many_processes_talk_at_once(self):
        calls = f"p=; for i in 1 2 3 4 5 6 7 8; do {READ} >/run/out.$i & p=\"$p $!\"; done; wait $p; cat /run/out.*"
        self.assertEqual(self.succeeds(ONE, calls).count("hello one"), 8)

    def test_a_firewall_that_was_killed_is_used_again_when_it_is_back(self):
        self.proxy.kill()
        for shell in self.guests.values():
            shell.run("until grep -q 'has gone' /run/guest-bus.log; do sleep 0.2; done; >/run/guest-bus.log")
        self.start_proxy()
        for shell in self.guests.values():
            self.wait_for_bus(shell)
        self.assertIn("hello one", self.succeeds(ONE, READ))
        self.assertIn("hello two", self.succeeds(TWO, READ))

    def test_the_firewall_reaches_xenstore_through_its_guard_alone(self):
        self.guard.kill()
        self.start_guard()
        self.guests[ONE].run("killall -9 xenmgr-guest-bus; wait")
        self.start_bus(self.guests[ONE])
        self.is_served(ONE, READ, "hello one")    # once the firewall has noticed
        self.assertNotIn("refused", self.guard.log.read_text())

    def test_the_guests_program_may_be_killed_and_started_again(self):
        for _ in range(3):
            self.succeeds(ONE, "killall -9 xenmgr-guest-bus; wait")
            self.start_bus(self.guests[ONE])
            self.assertIn("hello one", self.succeeds(ONE, READ))

    def test_a_manager_that_was_killed_does_not_part_guests_from_the_bus(self):
        self.stack.xenmgr.kill()
        try:
            self.fails(ONE, ATTENTION, "rror")
            self.assertEqual(self.guests[ONE].run("grep -c gone /run/guest-bus.log")[1].strip(), "0")
        finally:
            self.stack.start_xenmgr()
        wait_until(lambda: self.stack.vm(ONE).state == "running", "the manager has its guests again", PATIENCE)
        self.succeeds(ONE, ATTENTION)

    def test_a_guest_that_reboots_is_served_under_its_new_number(self):
        before = self.stack.vm(TWO).domid
        self.stack.vm(TWO).call("reboot", timeout=PATIENCE)
        wait_until(lambda: self.stack.vm(TWO).state == "running" and self.stack.vm(TWO).domid != before,
                   "it runs again", PATIENCE)
        self.guests[TWO] = self.shell(TWO)
        self.assertIn("hello two", self.succeeds(TWO, READ))
        wait_until(lambda: os.system(f"xenstore-exists /local/domain/{before} 2>/dev/null") != 0, "nodes are left", PATIENCE,
                   every_ms=300)

    def test_a_guest_that_misuses_its_vchan_harms_only_itself(self):
        self.guests[ONE].run("killall -9 xenmgr-guest-bus; wait")
        for deed in ("indices", "noise", "storm", "deaf", "reopen", "events"):
            with self.subTest(deed=deed):
                self.guests[ONE].run(f"hostile-guest {deed} 8 >/run/deed.log &")
                self.is_served(TWO, READ, "hello two")
                self.succeeds(TWO, ATTENTION)
                self.assertRegex(self.guests[ONE].run("wait; cat /run/deed.log")[1], "sessions: [1-9]")
                self.assertTrue(self.proxy.running(), self.proxy.last_words())
        self.start_bus(self.guests[ONE])
        self.assertIn("hello one", self.succeeds(ONE, READ))


if __name__ == "__main__":
    unittest.main(verbosity=2)
