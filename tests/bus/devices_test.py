#!/usr/bin/python3
"""Disks, network interfaces, and the rules kept beside them."""

import unittest

from bus_case import BusTest, UNKNOWN_OBJECT
from stack import XENMGR, uuid_of, vm_tree

DISKS, NICS, CD, RULES, GONE = (uuid_of(n) for n in range(1, 6))
KNOWN_MAC = "11111111-2222-3333-4444-555555555555"    # its first NIC's address is known from the rule for addresses
DISK, NIC = "com.citrix.xenclient.vmdisk", "com.citrix.xenclient.vmnic"


class Device:
    """A disk or NIC as clients see it."""

    def __init__(self, stack, path, interface):
        self.stack, self.path, self.interface = stack, path, interface

    def get(self, name):
        return self.stack.call(self.path, "org.freedesktop.DBus.Properties", "Get", self.interface, name)

    def set(self, name, value):
        self.stack.call(self.path, "org.freedesktop.DBus.Properties", "Set", self.interface, name, value,
                        signature="ssv")

    def call(self, member, *args):
        return self.stack.call(self.path, self.interface, member, *args)


class Devices(BusTest):
    vms = [vm_tree(DISKS), vm_tree(NICS), vm_tree(RULES), vm_tree(GONE), vm_tree(KNOWN_MAC),
           vm_tree(CD, config={"virt-type": "hvm", "memory": "16", "disk": {
               "0": {"path": "/isos/null.iso", "type": "file", "mode": "r", "device": "hdc", "devtype": "cdrom"}}})]

    def add_disk(self, vm):
        return Device(self.stack, vm.call("add_disk"), DISK)

    def add_nic(self, vm):
        return Device(self.stack, vm.call("add_nic"), NIC)

    # -- disks

    def test_a_new_disk_is_an_empty_writable_vhd_on_the_first_free_device(self):
        vm = self.vm(DISKS)
        first, second = self.add_disk(vm), self.add_disk(vm)
        found = [[disk.get(name) for name in ("phys-path", "phys-type", "mode", "devtype", "shared", "enabled",
                                              "snapshot", "managed-disktype")] for disk in (first, second)]
        self.assertEqual(found, [["", "vhd", "w", "disk", False, True, "none", ""]] * 2)
        self.assertEqual((first.get("virt-path"), second.get("virt-path")), ("hda", "hdb"))
        self.assertEqual(vm.call("list_disks"), [first.path, second.path])
        for disk in (second, first):
            disk.call("delete")

    def test_a_disks_properties_read_back_what_was_written(self):
        disk = self.add_disk(self.vm(DISKS))
        for name, value in (("phys-path", "/storage/x.vhd"), ("phys-type", "phy"), ("virt-path", "xvda"),
                            ("mode", "r"), ("devtype", "cdrom"), ("snapshot", "temporary"), ("shared", True),
                            ("enabled", False), ("managed-disktype", "user"), ("snapshot", "none")):
            with self.subTest(name):
                disk.set(name, value)
                self.assertEqual(disk.get(name), value)
        for name, value in (("phys-type", "floppy"), ("mode", "x"), ("devtype", "tape"), ("snapshot", "always")):
            with self.subTest(name, refused=value):
                self.assert_fails(disk.set, name, value, says=value)
        self.assert_fails(disk.set, "virtual-size-mb", 1, name="org.freedesktop.DBus.Error.PropertyReadOnly")
        disk.call("delete")

    def test_attaching_sets_type_and_mode(self):
        disk = self.add_disk(self.vm(DISKS))
        disk.call("attach_phy", "/dev/sdz")
        self.assertEqual([disk.get(name) for name in ("phys-path", "phys-type", "mode", "devtype")],
                         ["/dev/sdz", "phy", "w", "disk"])
        disk.call("attach_vhd", "/storage/y.vhd")
        self.assertEqual([disk.get(name) for name in ("phys-path", "phys-type")], ["/storage/y.vhd", "vhd"])
        disk.call("delete")

    def test_a_deleted_disk_is_no_object_any_more(self):
        vm = self.vm(DISKS)
        disk = self.add_disk(vm)
        told = self.stack.signals("InterfacesRemoved")
        disk.call("delete")
        told.wait(lambda _: (disk.path, [DISK]) in [(path, [name for name in names if name == DISK])
                                                    for path, names in told.of("InterfacesRemoved")], "its removal")
        self.assertNotIn(disk.path, vm.call("list_disks"))
        self.assert_fails(disk.get, "mode", name=UNKNOWN_OBJECT, says=disk.path)

    def test_a_start_without_the_disks_file_fails_and_names_it(self):
        vm = self.vm(GONE)
        disk = self.add_disk(vm)
        self.assert_fails(vm.call, "start", says=("disk 0", "phys-path is empty", "disk_image_missing"))
        disk.call("attach_vhd", "/nowhere/z.vhd")
        self.assert_fails(vm.call, "start", says=("/nowhere/z.vhd", "disk_image_missing"))
        self.assertEqual(vm.state, "stopped")
        image = self.stack.dir / "z.img"
        image.touch()
        disk.set("phys-path", str(image))
        disk.set("phys-type", "file")
        vm.call("start")
        self.assertEqual(vm.state, "running")

    def test_the_cd_is_the_disk_on_hdc(self):
        vm = self.vm(CD)
        self.assertEqual(vm.get("cd"), "")
        vm.set("cd", "tools.iso")
        self.assertEqual(vm.get("cd"), "tools.iso")
        disk = Device(self.stack, f"{vm.path}/disk/0", DISK)
        self.assertTrue(disk.get("phys-path").endswith("/tools.iso"))
        vm.set("cd", "")
        self.assertTrue(disk.get("phys-path").endswith("/null.iso"))

    # -- NICs

    def test_a_new_nic_is_enabled_on_the_default_network(self):
        vm = self.vm(NICS)
        nic = self.add_nic(vm)
        self.assertEqual([nic.get(name) for name in ("network", "enabled", "wireless-driver", "mac", "model",
                                                     "backend-uuid", "backend-name")],
                         ["/wired/0/bridged", True, False, "auto", "e1000", "", ""])
        self.assertRegex(nic.get("mac-actual"), "^([0-9a-f]{2}:){5}[0-9a-f]{2}$")
        self.assertEqual((list(vm.call("list_nics")), vm.get("mac")), ([nic.path], nic.get("mac-actual")))
        nic.call("delete")
        self.assertEqual((list(vm.call("list_nics")), vm.get("mac")), ([], ""))

    def test_automatic_addresses_follow_from_uuid_and_number(self):
        self.assertEqual(self.add_nic(self.vm(KNOWN_MAC)).get("mac-actual"), "a2:5c:2e:58:24:12")

    def test_a_nics_properties_read_back_what_was_written(self):
        nic = self.add_nic(self.vm(NICS))
        for name, value in (("network", "/internal"), ("enabled", False), ("wireless-driver", True),
                            ("mac", "02:00:00:00:00:01"), ("model", "rtl8139"), ("backend-name", "Network"),
                            ("backend-uuid", uuid_of(2)), ("backend-uuid", "")):
            with self.subTest(name):
                nic.set(name, value)
                self.assertEqual(nic.get(name), value)
        self.assertEqual(nic.get("mac-actual"), "02:00:00:00:00:01")
        nic.set("network", "brbridged")    # names of old
        self.assertEqual(nic.get("network"), "/wired/0/bridged")
        nic.call("delete")

    def test_wired_and_wireless_network_are_those_of_the_first_such_nic(self):
        vm = self.vm(NICS)
        self.assertEqual((vm.get("wired-network"), vm.get("wireless-network")), ("", ""))
        wired, wireless = self.add_nic(vm), self.add_nic(vm)
        wireless.set("wireless-driver", True)
        vm.set("wired-network", "/wired/1/bridged")
        vm.set("wireless-network", "/wifi/0/shared")
        self.assertEqual((wired.get("network"), wireless.get("network")), ("/wired/1/bridged", "/wifi/0/shared"))
        for nic in (wireless, wired):
            nic.call("delete")

    def test_a_nic_names_the_vm_that_it_depends_on(self):
        vm = self.vm(NICS)
        nic = self.add_nic(vm)
        nic.set("backend-uuid", DISKS)
        self.assertEqual(list(vm.get("dependencies")), [self.vm(DISKS).path])
        nic.call("delete")
        self.assertEqual(list(vm.get("dependencies")), [])

    # -- rules

    def test_network_rules(self):
        vm = self.vm(RULES)
        vm.call("add_net_firewall_rule", 3, "in", "10.0.0.1", "tcp")
        vm.call("add_net_firewall_rule", 1, "out", "10.0.0.2", "")
        self.assertEqual([dict(rule) for rule in vm.call("list_net_firewall_rules")],
                         [{"id": "1", "direction": "out", "remote-ip": "10.0.0.2", "extra": ""},
                          {"id": "3", "direction": "in", "remote-ip": "10.0.0.1", "extra": "tcp"}])
        self.assert_fails(vm.call, "add_net_firewall_rule", 4, "sideways", "", "", says=("in", "out"))
        for number in (1, 3):
            vm.call("delete_net_firewall_rule", number)
        self.assertEqual(list(vm.call("list_net_firewall_rules")), [])

    def test_rules_between_domains(self):
        vm = self.vm(RULES)
        vm.call("add_argo_firewall_rule", "MYSELF -> 0:5555")
        vm.call("add_argo_firewall_rule", "myself->0:5555")
        self.assertEqual(list(vm.call("list_argo_firewall_rules")), ["myself -> 0:5555"])
        self.assert_fails(vm.call, "add_argo_firewall_rule", "nobody to nobody", code=237)
        vm.call("delete_argo_firewall_rule", "myself -> 0:5555")
        self.assertEqual(list(vm.call("list_argo_firewall_rules")), [])

    def test_passthrough_rules(self):
        vm, pci = self.vm(RULES), f"{XENMGR}.vm.pci"
        self.stack.call(vm.path, pci, "add_pt_rule", "0x0200", "0x8086", "any")
        self.stack.call(vm.path, pci, "add_pt_rule_bdf", "0000:00:19.0")
        rules = {str(rule["id"]): str(rule["rule"]) for rule in self.stack.call(vm.path, pci, "list_pt_rules")}
        self.assertEqual(rules, {"1": "match class=0x0200 vendor=0x8086 device=", "2": "bdf=0000:00:19.0"})
        self.assert_fails(self.stack.call, vm.path, pci, "add_pt_rule_bdf", "here", says="here")
        self.stack.call(vm.path, pci, "delete_pt_rule", "0x0200", "0x8086", "any")
        self.stack.call(vm.path, pci, "delete_pt_rule_bdf", "0000:00:19.0")
        self.assertEqual(list(self.stack.call(vm.path, pci, "list_pt_rules")), [])


if __name__ == "__main__":
    unittest.main()
