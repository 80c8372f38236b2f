#!/usr/bin/python3
"""What a failure says: its number where it has one, its stable name, whom it concerns, the cause and the remedy."""

import re
import unittest
import xml.etree.ElementTree as ET

import dbus

from bus_case import BusTest
from stack import ROOT, XENMGR, uuid_of, vm_tree

UUID, RUNS, HUNGRY = uuid_of(1), uuid_of(2), uuid_of(3)
PATH = f"/vm/{UUID.replace('-', '_')}"
CATALOGUE = {row.get("symbol"): (row.get("code"), row.get("name"), row.findtext("remedy"))
             for row in ET.parse(ROOT / "idl/errors.xml").getroot().findall("error")}
SHAPE = re.compile(r"(?:(?P<code>\d+):)?(?P<symbol>[a-z0-9_]+): (?P<rest>.+)", re.DOTALL)

GET, SET = ("org.freedesktop.DBus.Properties", "Get"), ("org.freedesktop.DBus.Properties", "Set")
VM, POLICY = f"{XENMGR}.vm", "com.citrix.xenclient.policy"
# Symbol, what the text must name, and the call: path, interface, member, arguments.
FAILURES = [
    ("no_such_vm", "4711", "/", XENMGR, "find_vm_by_domid", (4711,)),
    ("no_such_vm", uuid_of(99), "/", XENMGR, "find_vm_by_uuid", (uuid_of(99),)),
    ("invalid_uuid", "x-y", "/", XENMGR, "find_vm_by_uuid", ("x-y",)),
    ("no_such_template", "none", "/", XENMGR, "create_vm_with_template", ("none",)),
    ("bad_json", "", "/", XENMGR, "create_vm_with_template_and_json", ("new-vm", "{")),
    ("uuid_in_use", UUID, "/", XENMGR, "create_vm_with_template_and_uuid", ("new-vm", UUID)),
    ("vm_running", RUNS, "/", f"{XENMGR}.unrestricted", "unrestricted_delete_vm", (RUNS,)),
    ("not_enough_memory", HUNGRY, f"/vm/{HUNGRY.replace('-', '_')}", VM, "start", ()),
    ("wrong_state", UUID, PATH, VM, "pause", ()),
    ("needs_pv_addons", RUNS, f"/vm/{RUNS.replace('-', '_')}", VM, "sleep", ()),
    ("rule_parse_error", "", PATH, VM, "add_argo_firewall_rule", ("no rule",)),
    ("bad_direction", "up", PATH, VM, "add_net_firewall_rule", (1, "up", "", "")),
    ("bad_pci_address", "slot 5", PATH, f"{VM}.pci", "add_pt_rule_bdf", ("slot 5",)),
    ("bad_value", "virt-type", PATH, *SET, (VM, "virt-type", dbus.String("vax", variant_level=1))),
    ("unknown_os", "plan9", PATH, *SET, (VM, "os", dbus.String("plan9", variant_level=1))),
    ("invalid_arguments", "memory", PATH, *SET, (VM, "memory", dbus.String("much", variant_level=1))),
    ("invalid_arguments", "", "/", XENMGR, "find_vm_by_uuid", (5,)),
    ("invalid_arguments", "", "/", XENMGR, "list_vms", (5,)),
    ("property_not_writable", "domid", PATH, *SET, (VM, "domid", dbus.Int32(1, variant_level=1))),
    ("unknown_property", "colour", PATH, *GET, (VM, "colour")),
    ("unknown_interface", "org.example", PATH, *GET, ("org.example", "colour")),
    ("unknown_method", "explode", PATH, VM, "explode", ()),
    ("unknown_object", "/vm/x", "/vm/x", VM, "start", ()),
]


class Errors(BusTest):
    vms = [vm_tree(UUID), vm_tree(RUNS), vm_tree(HUNGRY, "no-memory")]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stack.vm(RUNS).call("start")

    def test_failures_carry_symbol_object_cause_and_remedy(self):
        for symbol, says, path, interface, member, args in FAILURES:
            with self.subTest(symbol, member=member, args=args):
                code, name, remedy = CATALOGUE[symbol]
                text = self.assert_fails(self.stack.call, path, interface, member, *args, name=name, says=says)
                shape = SHAPE.fullmatch(text)
                self.assertTrue(shape, text)
                self.assertEqual((shape["symbol"], shape["code"] or "0"), (symbol, code), text)
                self.assertTrue(text.endswith(remedy), f"{text}\nlacks: {remedy}")

    def test_a_failure_is_one_line_of_text(self):
        for text in ("a\nb", "\x1b[31m", "x" * 5000):
            with self.subTest(text[:5]):
                said = self.assert_fails(self.stack.manager, "create_vm_with_template", text)
                self.assertTrue(said.isprintable(), repr(said))


if __name__ == "__main__":
    unittest.main()
