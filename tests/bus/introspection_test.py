#!/usr/bin/python3
"""What Introspect says about every kind of object is what clients rely on, member for member, with documentation."""

import re
import unittest
import xml.etree.ElementTree as ET

import dbus

from bus_case import BusTest, UNKNOWN_METHOD, UNKNOWN_OBJECT
from facts import INTERFACES, OBJECTS
from stack import uuid_of, vm_tree

UUID = uuid_of(1)
DOC = "org.gtk.GDBus.DocString"
STANDARD = {"org.freedesktop.DBus.Introspectable", "org.freedesktop.DBus.Peer", "org.freedesktop.DBus.Properties"}
MANAGER = "org.freedesktop.DBus.ObjectManager"
PATHS = {"root": "/", "vm": f"/vm/{UUID.replace('-', '_')}"}
PATHS.update(disk=f"{PATHS['vm']}/disk/0", nic=f"{PATHS['vm']}/nic/0")


def arguments(member, direction=None):
    """Rows of name and type; an argument that has no name is called arg and its position."""
    return [[re.sub("^arg[0-9]+$", "", arg.get("name", "")), arg.get("type")] for arg in member.findall("arg")
            if direction is None or arg.get("direction", "in") == direction]


def described(interface):
    """An interface element in the form of the facts."""
    def by_name(rows):
        return sorted(rows, key=lambda row: row["name"])
    return {
        "methods": by_name({"name": method.get("name"), "in": arguments(method, "in"), "out": arguments(method, "out")}
                           for method in interface.findall("method")),
        "signals": by_name({"name": signal.get("name"), "args": arguments(signal)}
                           for signal in interface.findall("signal")),
        "properties": by_name({"name": row.get("name"), "type": row.get("type"), "access": row.get("access")}
                              for row in interface.findall("property")),
    }


def facts_of(name):
    return {kind: sorted(INTERFACES[name][kind], key=lambda row: row["name"])
            for kind in ("methods", "signals", "properties")}


class Introspection(BusTest):
    maxDiff = None
    vms = [vm_tree(UUID, config={"disk": {"0": {"path": "/x.iso", "type": "file", "mode": "r", "device": "hdc",
                                               "devtype": "cdrom"}}, "nic": {"0": {"id": "0"}}})]

    def introspect(self, path):
        return ET.fromstring(self.stack.call(path, dbus.INTROSPECTABLE_IFACE, "Introspect"))

    def test_every_object_has_its_interfaces_and_the_standard_ones(self):
        for kind, path in PATHS.items():
            with self.subTest(kind):
                found = {interface.get("name") for interface in self.introspect(path).findall("interface")}
                expected = {*OBJECTS[kind], *STANDARD, *([MANAGER] if kind == "root" else [])}
                self.assertEqual(found, expected)

    def test_every_interface_has_exactly_its_members(self):
        for kind, path in PATHS.items():
            for interface in self.introspect(path).findall("interface"):
                name = interface.get("name")
                if name in INTERFACES:
                    with self.subTest(name):
                        self.assertEqual(described(interface), facts_of(name))

    def test_every_member_of_ours_is_documented(self):
        for path in PATHS.values():
            for interface in self.introspect(path).findall("interface"):
                if interface.get("name") not in INTERFACES:
                    continue
                for element in (interface, *interface.findall("method"), *interface.findall("signal"),
                                *interface.findall("property")):
                    docs = [note.get("value") for note in element.findall("annotation") if note.get("name") == DOC]
                    self.assertTrue(docs and docs[0].strip(), f"{interface.get('name')} {element.get('name')}")

    def test_children_are_listed_from_the_root_down(self):
        def children(path):
            return {node.get("name") for node in self.introspect(path).findall("node")}
        self.assertIn("vm", children("/"))
        self.assertIn(UUID.replace("-", "_"), children("/vm"))
        self.assertLessEqual({"disk", "nic"}, children(PATHS["vm"]))
        self.assertEqual(children(f"{PATHS['vm']}/disk"), {"0"})

    def test_objects_that_do_not_exist_say_so(self):
        for path in ("/vm/5eed0000_0000_4000_8000_00000000dead", f"{PATHS['vm']}/disk/7", f"{PATHS['vm']}/nic/x"):
            with self.subTest(path):
                self.assert_fails(self.stack.call, path, dbus.PROPERTIES_IFACE, "GetAll", "", name=UNKNOWN_OBJECT,
                                  says=path)

    def test_members_that_do_not_exist_say_so(self):
        self.assert_fails(self.vm(UUID).call, "fly", name=UNKNOWN_METHOD, says="fly")

    def test_peers_can_be_pinged_everywhere(self):
        for path in PATHS.values():
            self.stack.call(path, "org.freedesktop.DBus.Peer", "Ping")

    def test_the_object_manager_lists_what_introspection_does(self):
        objects = self.stack.call("/", MANAGER, "GetManagedObjects")
        for kind in ("vm", "disk", "nic"):
            with self.subTest(kind):
                self.assertEqual(set(objects[PATHS[kind]]) - STANDARD, set(OBJECTS[kind]))
        self.assertEqual(objects[PATHS["vm"]]["com.citrix.xenclient.xenmgr.vm"]["uuid"], UUID)


if __name__ == "__main__":
    unittest.main()
