#!/usr/bin/python3
"""PCI devices and CD drives of the host in the hands of VMs; the host is made up."""

import json
import subprocess
import unittest

from bus_case import MadeUpHostTest
from stack import BIN, XENMGR, uuid_of, vm_tree

FIRST, SECOND, SERVICE, CARD, GONE, BY_ID, DRIVES = (uuid_of(n) for n in range(1, 8))
PCI = f"{XENMGR}.vm.pci"


def make_host(root):
    """A network card, a graphics card of two functions, and a drive."""
    devices = {"0000:00:19.0": ("0x8086", "0x1502", "0x020000", None),
               "0000:01:00.0": ("0x10de", "0x1f02", "0x030000", "1"),
               "0000:01:00.1": ("0x10de", "0x10f9", "0x040300", None)}
    for address, (vendor, device, kind, boot) in devices.items():
        folder = root / "sys/bus/pci/devices" / address
        folder.mkdir(parents=True)
        (folder / "vendor").write_text(vendor + "\n")
        (folder / "device").write_text(device + "\n")
        (folder / "class").write_text(kind + "\n")
        (folder / "resource").write_text("0x00000000e0000000 0x00000000efffffff 0x0000000000040200\n" if boot else "")
        if boot:
            (folder / "boot_vga").write_text(boot + "\n")
    drive = root / "sys/block/sr0"
    drive.mkdir(parents=True)
    (drive / "device").symlink_to("../../devices/ata2/1:0:0:0")


class Passthrough(MadeUpHostTest):
    vms = [vm_tree(FIRST), vm_tree(SECOND), vm_tree(SERVICE, type="ndvm"), vm_tree(CARD), vm_tree(GONE),
           vm_tree(BY_ID), vm_tree(DRIVES)]

    make_host = staticmethod(make_host)

    def tearDown(self):
        for tree in self.vms:
            self.vm(tree["uuid"]).call("destroy")

    def pci(self, uuid, member, *args):
        return self.stack.call(self.vm(uuid).path, PCI, member, *args)

    def spec(self, uuid):
        """What the VM's monitor was told, from the file that stands for its domain."""
        return json.loads(json.loads((self.stack.run_dir / "sim" / f"{uuid}.json").read_text())["spec"])

    def listed_by_monitor(self, uuid):
        done = subprocess.run([BIN / "xenvm-cmd", "--use-socket", uuid, "pci-list"], capture_output=True, text=True,
                              env={**self.stack.environment, "XENVM_SOCKET_DIR": str(self.stack.run_dir)}, timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.split()

    def test_a_rule_brings_the_device_into_the_domain(self):
        self.pci(FIRST, "add_pt_rule_bdf", "0000:00:19.0@05")
        self.vm(FIRST).call("start")
        self.assertEqual(self.listed_by_monitor(FIRST), ["0000:00:19.0@05"])
        self.vm(FIRST).call("destroy")
        self.pci(FIRST, "delete_pt_rule_bdf", "0000:00:19.0@05")
        self.vm(FIRST).call("start")
        self.assertEqual(self.listed_by_monitor(FIRST), [])

    def test_a_rule_by_ids_selects_what_the_host_has(self):
        self.pci(BY_ID, "add_pt_rule", "0x0200", "any", "any")
        self.assertEqual([dict(device) for device in self.pci(BY_ID, "list_pt_pci_devices")],
                         [{"addr": "0000:00:19.0", "name": "Unknown device (8086:1502)", "class": "0x200",
                           "vendor-id": "0x8086", "device-id": "0x1502"}])
        self.vm(BY_ID).call("start")
        self.assertEqual(self.listed_by_monitor(BY_ID), ["0000:00:19.0"])

    def test_a_device_is_in_one_running_guest_at_a_time(self):
        for uuid in (FIRST, SECOND, SERVICE):
            self.pci(uuid, "add_pt_rule_bdf", "0000:00:19.0")
        self.vm(SERVICE).call("start")    # those of service VMs do not count
        self.vm(FIRST).call("start")
        self.assert_fails(self.vm(SECOND).call, "start", code=230, says=(SECOND, "0000:00:19.0", "vm 0001"))
        self.assertEqual(self.vm(SECOND).state, "stopped")
        self.vm(FIRST).call("destroy")
        self.vm(SECOND).call("start")
        self.assertEqual(self.listed_by_monitor(SECOND), ["0000:00:19.0"])
        for uuid in (FIRST, SECOND, SERVICE):
            self.pci(uuid, "delete_pt_rule_bdf", "0000:00:19.0")

    def test_a_device_that_the_host_lacks_is_named_at_the_start(self):
        self.pci(GONE, "add_pt_rule_bdf", "0000:7f:00.0")
        self.assertEqual(list(self.pci(GONE, "list_pt_pci_devices")), [])
        self.assert_fails(self.vm(GONE).call, "start", says=("no_such_pci_device", GONE, "0000:7f:00.0"))

    def test_a_graphics_card_is_passed_as_a_whole(self):
        vm = self.vm(CARD)
        vm.set("gpu", "0000:00:19.0")    # no adapter on offer: ignored
        self.assertEqual(vm.get("gpu"), "")
        vm.set("gpu", "0000:01:00.0")
        self.assertEqual(vm.get("gpu"), "0000:01:00.0")
        vm.call("start")
        self.assertEqual(self.listed_by_monitor(CARD), ["0000:01:00.0", "0000:01:00.1"])
        self.assertEqual(self.spec(CARD)["mmio-hole-mib"], 512)
        self.assertEqual([str(rule["rule"]) for rule in self.pci(CARD, "list_pt_rules")], ["bdf=0000:01:00.1"])

    def test_drives_go_to_every_vm_whose_policy_allows(self):
        vm = self.vm(DRIVES)
        vm.call("start")
        self.assertEqual((self.spec(DRIVES)["host-cdroms"], self.spec(DRIVES)["host-cdroms-writable"]),
                         (["1:0:0:0"], True))
        vm.call("destroy")
        vm.set("policy-cd-access", False)
        vm.call("start")
        self.assertEqual(self.spec(DRIVES)["host-cdroms"], [])


if __name__ == "__main__":
    unittest.main()
