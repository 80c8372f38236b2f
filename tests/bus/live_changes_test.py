#!/usr/bin/python3
"""What a change of a running VM's configuration does at once: in its domain, and at the services that must know."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import dbus
import dbus.service

from bus_case import BusTest
from stack import ROOT, Stack, let_pass, uuid_of, vm_tree, wait_until

INPUT, NETWORK, PROXY = (f"com.citrix.xenclient.{name}" for name in ("input", "networkdaemon", "rpc_proxy"))
AUTH = "com.citrix.xenclient.xenmgr.vm.auth"
SLOTS, OTHER, STOPPED, CD, NIC, PROXIED = (uuid_of(n) for n in range(1, 7))
ALLOW = """<busconfig><policy user="root"><allow own="{0}"/><allow send_destination="{0}"/></policy></busconfig>"""

OWNER = """
import signal, sys, dbus
dbus.SystemBus().request_name(sys.argv[1])
print("ready", flush=True)
signal.pause()
"""


class Daemon(dbus.service.Object):
    """Answers to both names and remembers what it was told; fails or says nothing if it is asked to."""

    def __init__(self, bus):
        super().__init__(bus, "/")
        self.told = []
        self.mood = "well"

    def note(self, what, answer, fail):
        self.told.append(what)
        if self.mood == "ill":
            fail(dbus.DBusException("not today", name="org.example.Refused"))
        elif self.mood == "well":
            answer()

    @dbus.service.method(INPUT, in_signature="ii", async_callbacks=("answer", "fail"))
    def set_slot(self, domid, slot, answer, fail):
        self.note(("set_slot", int(domid), int(slot)), answer, fail)

    @dbus.service.method(INPUT, in_signature="ib", out_signature="b")
    def switch_focus(self, domid, force):
        self.told.append(("switch_focus", int(domid), bool(force)))
        return self.mood == "well"

    @dbus.service.method(INPUT, in_signature="ssi", async_callbacks=("answer", "fail"))
    def auth_set_context_flags(self, user, title, flags, answer, fail):
        self.note(("auth_set_context_flags", str(user), str(title), int(flags)), answer, fail)

    @dbus.service.method(NETWORK, in_signature="ss", async_callbacks=("answer", "fail"))
    def move_to_network(self, vif, network, answer, fail):
        self.note(("move_to_network", str(vif), str(network)), answer, fail)


def disk(device, path):
    return {"path": path, "type": "file", "mode": "r", "device": device, "devtype": "cdrom"}


class LiveChanges(BusTest):
    vms = [vm_tree(SLOTS, slot="0"), vm_tree(OTHER), vm_tree(STOPPED), vm_tree(NIC), vm_tree(PROXIED),
           vm_tree(CD, config={"virt-type": "hvm", "memory": "16"})]

    @classmethod
    def setUpClass(cls):
        cls.files = pathlib.Path(tempfile.mkdtemp(prefix="xenmgr-live-"))
        policy = cls.files / "policy"
        shutil.copytree(ROOT / "policy", policy)
        for name in (INPUT, NETWORK, f"{PROXY}.p1"):
            (policy / f"{name}.conf").write_text(ALLOW.format(name))
        os.environ["XENMGR_POLICY_DIR"] = str(policy)
        null = cls.files / "null.iso"
        null.touch()
        cls.vms[-1]["config"]["disk"] = {"0": disk("hdc", str(null))}
        cls.stack = Stack(cls.vms, {"xenmgr": {"isos": str(cls.files)}})
        cls.stack.__enter__()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        shutil.rmtree(cls.files)
        del os.environ["XENMGR_POLICY_DIR"]

    def setUp(self):
        self.connection = self.stack.connect()
        self.daemon = Daemon(self.connection)
        self.names = [dbus.service.BusName(name, self.connection) for name in (INPUT, NETWORK)]

    def tearDown(self):
        self.daemon.remove_from_connection()
        self.names.clear()
        self.connection.close()
        for tree in self.vms:
            self.vm(tree["uuid"]).call("destroy")

    def started(self, uuid):
        vm = self.vm(uuid)
        vm.call("start")
        return vm

    def told(self, *expected):
        wait_until(lambda: self.daemon.told == list(expected), lambda: f"{expected}; told: {self.daemon.told}")

    def spec(self, uuid):
        return json.loads(json.loads((self.stack.run_dir / "sim" / f"{uuid}.json").read_text())["spec"])

    def log(self):
        return self.stack.xenmgr.log.read_text(errors="replace")

    # -- slots

    def test_the_input_daemon_learns_the_slots_of_running_vms(self):
        first, second = self.started(SLOTS), self.started(OTHER)
        first.set("slot", 5)
        second.set("slot", 6)
        second.set("slot", 5)    # the two change places
        wait_until(lambda: len(self.daemon.told) == 4, lambda: f"four calls; told: {self.daemon.told}")
        self.assertEqual(self.daemon.told[:2], [("set_slot", first.domid, 5), ("set_slot", second.domid, 6)])
        self.assertEqual(set(self.daemon.told[2:]), {("set_slot", first.domid, 6), ("set_slot", second.domid, 5)})

    def test_a_stopped_vm_has_no_domain_to_tell_of(self):
        self.vm(STOPPED).set("slot", 8)
        running = self.started(OTHER)
        running.set("slot", 9)
        self.told(("set_slot", running.domid, 9))

    def test_a_failing_daemon_is_a_line_in_the_log(self):
        self.daemon.mood = "ill"
        vm = self.started(SLOTS)
        vm.set("slot", 3)
        self.assertEqual(vm.get("slot"), 3)
        wait_until(lambda: "call=input.set_slot failed" in self.log() and "not today" in self.log(), "the line")

    def test_nobody_waits_for_a_daemon_that_does_not_answer(self):
        self.daemon.mood = "silent"
        vm = self.started(SLOTS)
        vm.set("slot", 2)
        self.told(("set_slot", vm.domid, 2))
        vm.set("slot", 1)
        self.assertEqual(vm.get("slot"), 1)

    def test_a_daemon_that_is_not_there_is_no_failure(self):
        vm = self.started(OTHER)
        self.names.clear()
        self.connection.close()
        self.connection = self.stack.connect()
        before = self.log().count("call=input")
        vm.set("slot", 7)
        self.assertEqual(vm.get("slot"), 7)
        let_pass(0.1)
        self.assertEqual(self.log().count("call=input"), before)

    # -- the screen

    def test_a_vm_is_brought_to_the_screen_awake(self):
        self.vm(CD).call("switch")    # has no domain
        vm = self.started(CD)
        vm.set("pv-addons", True)
        vm.call("sleep")
        self.assertEqual(vm.get("acpi-state"), 3)
        vm.call_later("switch").wait()
        self.assertEqual(vm.get("acpi-state"), 0)
        self.assertEqual(self.daemon.told, [("switch_focus", vm.domid, False)])

    def test_that_a_vm_is_not_shown_is_a_line_in_the_log(self):
        self.daemon.mood = "ill"
        vm = self.started(SLOTS)
        vm.call_later("switch").wait()
        wait_until(lambda: f"domid={vm.domid} is not shown" in self.log(), "the line")

    def test_without_an_input_daemon_nothing_is_shown_and_nobody_asked(self):
        vm = self.started(SLOTS)
        vm.set("crypto-user", "5f4dcc")
        self.names.clear()
        self.connection.close()
        self.connection = self.stack.connect()
        for call in (lambda: vm.call("switch"), lambda: self.stack.call(vm.path, AUTH, "auth")):
            with self.assertRaisesRegex(dbus.DBusException, f"peer_unavailable: .*{INPUT}"):
                call()
        vm.set("crypto-user", "")

    def test_a_vm_of_a_user_who_has_not_logged_in_is_locked(self):
        vm = self.vm(STOPPED)
        self.stack.call(vm.path, AUTH, "auth")    # has no user
        self.assertFalse(self.stack.call(vm.path, AUTH, "auth_required"))
        vm.set("crypto-user", "5f4dcc")
        self.assertTrue(self.stack.call(vm.path, AUTH, "auth_required"))
        self.assertEqual(vm.state, "locked")
        self.stack.call_later(vm.path, AUTH, "auth").wait()
        self.assertEqual(self.daemon.told, [("auth_set_context_flags", "5f4dcc", "", 1 << 19 | 1 << 23)])
        vm.set("crypto-user", "")
        self.assertEqual(vm.state, "stopped")

    # -- media and networks

    def medium(self):
        return pathlib.Path(self.spec(CD)["disks"][0]["path"]).name

    def test_a_running_vm_gets_another_medium(self):
        vm = self.started(CD)
        vm.set("cd", "tools.iso")
        wait_until(lambda: self.medium() == "tools.iso", "tools.iso in the drive")
        vm.set("cd", "")
        wait_until(lambda: self.medium() == "null.iso", "the drive is empty")

    def test_a_running_vm_moves_to_another_network(self):
        vm = self.vm(NIC)
        nics = [vm.call("add_nic"), vm.call("add_nic")]
        vm.call("start")
        self.stack.call(nics[1], "org.freedesktop.DBus.Properties", "Set", "com.citrix.xenclient.vmnic", "network",
                        "/wired/1/bridged", signature="ssv")
        self.told(("move_to_network", f"vif{vm.domid}.1", "/wired/1/bridged"))
        vm.set("wired-network", "brinternal")
        self.told(("move_to_network", f"vif{vm.domid}.1", "/wired/1/bridged"),
                  ("move_to_network", f"vif{vm.domid}.0", "/internal"))
        self.assertEqual([(nic["network"], nic["bridge"]) for nic in self.spec(NIC)["nics"]],
                         [("/internal", "/internal"), ("/wired/1/bridged", "/wired/1/bridged")])

    def test_a_nic_that_the_domain_does_not_have_yet_is_not_moved(self):
        vm = self.started(PROXIED)
        nic = vm.call("add_nic")
        self.stack.call(nic, "org.freedesktop.DBus.Properties", "Set", "com.citrix.xenclient.vmnic", "network",
                        "/internal", signature="ssv")
        wait_until(lambda: "moving a NIC failed" in self.log(), "a line in the log")
        self.assertEqual(self.daemon.told, [])
        self.assertEqual(vm.get("wired-network"), "/internal")

    # -- rules

    def test_the_firewall_reads_its_rules_again(self):
        owners = [subprocess.Popen([sys.executable, "-c", OWNER, name], stdout=subprocess.PIPE, text=True,
                                   env=self.stack.environment) for name in (PROXY, f"{PROXY}.p1")]
        try:
            for owner in owners:
                self.assertEqual(owner.stdout.readline(), "ready\n")
            self.vm(PROXIED).set("usb-control", True)
            wait_until(lambda: all(owner.poll() is not None for owner in owners), "both have had their signal")
            self.assertEqual([owner.returncode for owner in owners], [-signal.SIGHUP] * 2)
        finally:
            for process in owners:
                process.kill()
                process.wait()
                process.stdout.close()


if __name__ == "__main__":
    unittest.main()
