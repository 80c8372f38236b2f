#!/usr/bin/python3
"""Services that the tests of the command line talk to, all in one process on the system bus of the environment.

com.citrix.xenclient.xenmgr   a manager with a few VMs, some with awkward names; its VMs change state when told to
org.example.OldManager        the same manager without an object manager
com.citrix.xenclient.db       a database in memory
org.example.Types             echoes values of many types, fails, and never answers
Each answers org.example.Control.calls with the calls that it had since the last time it was asked.
"""

import json
import os
import sys
from xml.sax.saxutils import quoteattr

import dbus
import dbus.lowlevel
import dbus.mainloop.glib
from gi.repository import GLib

MANAGER = "com.citrix.xenclient.xenmgr"
VM = MANAGER + ".vm"
DATABASE = "com.citrix.xenclient.db"
PROPERTIES = "org.freedesktop.DBus.Properties"
FAILED = "org.freedesktop.DBus.Error.Failed"

# Types that org.example.Types echoes, as its methods echo_0, echo_1...
ECHOED = ["y", "n", "q", "i", "u", "x", "t", "d", "b", "s", "o", "g", "v", "as", "ay", "aai", "(is)", "a{ss}", "a{sv}",
          "a(oa{ud})", "aa{ss}"]

PEERS = """<interface name="org.freedesktop.DBus.Introspectable"><method name="Introspect">
<arg name="data" type="s" direction="out"/></method></interface>"""


class Refused(Exception):
    """An error reply: name and text."""


class Object:
    """One object: its introspection, its methods as {name: (types of the results, function)}, its properties."""

    def __init__(self, interfaces, methods=None, properties=None):
        self.interfaces = interfaces
        self.methods = methods or {}
        self.properties = properties or {}

    def xml(self):
        return f"<node>{self.interfaces}{PEERS}</node>"

    def call(self, member, arguments):
        if member == "Introspect":
            return "s", [self.xml()]
        if member == "Get":
            return "v", [self.of(arguments[0])[arguments[1]]]
        if member == "GetAll":
            return "a{sv}", [dbus.Dictionary(self.of(arguments[0]), signature="sv")]
        if member == "Set":
            self.of(arguments[0])[arguments[1]] = arguments[2]
            return "", []
        if member not in self.methods:
            raise Refused("org.freedesktop.DBus.Error.UnknownMethod", f"no method {member}")
        types, function = self.methods[member]
        results = function(*arguments)
        return types, [] if types == "" else results if type(results) is tuple else [results]

    def of(self, interface):
        if interface not in self.properties:
            raise Refused(FAILED, f"no interface {interface}")
        return self.properties[interface]


def method(name, into="", out=""):
    """Introspection of a method; arguments as "name:type name:type"."""
    text = f"<method name={quoteattr(name)}>"
    for direction, arguments in (("in", into), ("out", out)):
        for argument in arguments.split():
            label, kind = argument.split(":")
            text += f"<arg name={quoteattr(label)} type={quoteattr(kind)} direction='{direction}'/>"
    return text + "</method>"


def prop(name, kind, access="readwrite"):
    return f"<property name={quoteattr(name)} type={quoteattr(kind)} access='{access}'/>"


def interface(name, *members):
    return f"<interface name={quoteattr(name)}>{''.join(members)}</interface>"


class Manager:
    VMS = [
        # uuid, name, domid, state
        ("55555555-0000-0000-0000-000000000005", "a name of more than eighteen columns", 12, "paused"),
        ("11111111-2222-3333-4444-555555555555", "win7", 3, "running"),
        ("22222222-0000-0000-0000-000000000002", "仮想マシン", -1, "stopped"),
        ("33333333-0000-0000-0000-000000000003", "win7", -1, "stopped"),
        ("44444444-0000-0000-0000-000000000004", "evil\x1b[31m\nname", -1, "stopped"),
    ]

    def __init__(self, bus, has_object_manager):
        self.bus = bus
        self.objects = {path_of(vm[0]): self.vm(*vm) for vm in self.VMS}
        vms = list(self.objects)
        self.objects[path_of(self.VMS[1][0]) + "/disk/0"] = Object(
            interface("com.citrix.xenclient.vmdisk", prop("phys-path", "s")), {},
            {"com.citrix.xenclient.vmdisk": {"phys-path": "/storage/disks/a.vhd"}})
        methods = {"list_vms": ("ao", lambda: dbus.Array(vms, signature="o")),
                   "find_vm_by_uuid": ("o", path_of)}
        if has_object_manager:
            methods["GetManagedObjects"] = ("a{oa{sa{sv}}}", self.managed)
        self.objects["/"] = Object(
            interface(MANAGER, method("list_vms", "", "paths:ao"), method("find_vm_by_uuid", "uuid:s", "obj_path:o")),
            methods)

    def vm(self, uuid, name, domid, state):
        path = path_of(uuid)
        values = {"uuid": uuid, "name": name, "domid": dbus.Int32(domid), "state": state,
                  "acpi-state": dbus.Int32(0 if domid >= 0 else 5), "memory": dbus.Int32(1024)}
        described = interface(
            VM, prop("uuid", "s", "read"), prop("name", "s"), prop("domid", "i", "read"), prop("state", "s", "read"),
            prop("acpi-state", "i", "read"), prop("memory", "i"), method("start"), method("shutdown"), method("reboot"),
            method("pause"), method("delete"), method("list_disks", "", "paths:ao"), method("read_icon", "", "bytes:ay"),
            method("set_domstore_key", "key:s value:s"))
        go = lambda *states: lambda: self.walk(path, values, states)
        return Object(
            described,
            {"start": ("", go("creating", "running")),
             "shutdown": ("", go("stopping", "stopped")),
             "reboot": ("", go("rebooting", "stopped", "creating", "running")),
             "pause": ("", lambda: None),
             "delete": ("", lambda: refuse(FAILED, "204:vm_running: the VM runs. Shut it down first.")),
             "list_disks": ("ao", lambda: dbus.Array([path + "/disk/0"], signature="o")),
             "read_icon": ("ay", lambda: dbus.ByteArray(b"\x89PNG\r\n\x1a\n\"\\")),
             "set_domstore_key": ("", lambda key, value: None)},
            {VM: values})

    def walk(self, path, values, states):
        """Through the states, one for each turn of the loop after the reply; another VM moves in between."""
        def step(left=list(states)):
            values["state"] = left.pop(0)
            for who, what in (("/vm/other", "running"), (path, values["state"])):
                signal = dbus.lowlevel.SignalMessage("/", MANAGER, "vm_state_changed")
                signal.append("uuid", who, what, 5 if what == "stopped" else 0, signature="sosi")
                self.bus.send_message(signal)
            return bool(left)
        GLib.timeout_add(20, step)

    def managed(self):
        return dbus.Dictionary(
            {path: {name: dbus.Dictionary(values, signature="sv") for name, values in obj.properties.items()}
             for path, obj in self.objects.items()}, signature="oa{sa{sv}}")


def path_of(uuid):
    return "/vm/" + uuid.replace("-", "_")


def refuse(name, text):
    raise Refused(name, text)


class Database:
    """A tree of dicts; binary nodes are bytes."""

    def __init__(self):
        self.tree = {"vm": {"1": {"name": "win7", "nics": {"0": {"id": "0"}}}}, "flag": True, "icon": b"\x00\xff",
                     "escape": "\x1b[31m"}
        self.objects = {"/": Object(
            interface(DATABASE, method("read", "path:s", "value:s")),
            {"read": ("s", self.read), "write": ("", self.write), "rm": ("", self.rm),
             "exists": ("b", lambda path: self.find(path) is not None),
             "list": ("as", lambda path: dbus.Array(self.names(path), signature="s")),
             "dump": ("s", lambda path: json.dumps(self.shown(self.find(path)), indent=2) + "\n"),
             "inject": ("", lambda path, value: self.put(path, json.loads(value))),
             "read_binary": ("ay", self.read_binary),
             "export_tree": ("s", lambda: json.dumps(self.shown(self.tree)) + "\n"),
             "import_tree": ("", lambda value: self.put("/", json.loads(value)))})}

    def find(self, path):
        node = self.tree
        for name in filter(None, path.split("/")):
            node = node.get(name) if isinstance(node, dict) else None
        return node

    def names(self, path):
        node = self.find(path)
        return list(node) if isinstance(node, dict) else []

    def read(self, path):
        node = self.find(path)
        if isinstance(node, bytes):
            return "file:/config" + path
        return node if isinstance(node, str) else "" if node is None or isinstance(node, dict) else json.dumps(node)

    def read_binary(self, path):
        node = self.find(path)
        return dbus.ByteArray(node) if isinstance(node, bytes) else refuse(FAILED, f"{path}: not a binary node")

    def put(self, path, value):
        *above, name = list(filter(None, path.split("/"))) or [None]
        if name is None:
            self.tree = value
            return
        node = self.tree
        for step in above:
            node = node.setdefault(step, {})
        node[name] = value

    def write(self, path, value):
        self.put(path, str(value))

    def rm(self, path):
        *above, name = filter(None, path.split("/"))
        self.find("/".join(above)).pop(name, None)

    def shown(self, node):
        if isinstance(node, dict):
            return {name: self.shown(child) for name, child in node.items()}
        return None if isinstance(node, bytes) else node


class Types:
    def __init__(self, bus):
        self.bus = bus
        echoes = [method(f"echo_{i}", f"value:{kind}", f"value:{kind}") for i, kind in enumerate(ECHOED)]
        values = {"Ratio": dbus.Double(0.5), "Names": dbus.Array(["a", "b"], signature="s"),
                  "Nested": dbus.Dictionary({"list": dbus.Array([1, 2], signature="i"), "flag": True}, signature="sv")}
        self.objects = {"/types": Object(
            interface("org.example.Types", prop("Ratio", "d"), prop("Names", "as"), prop("Nested", "a{sv}", "read"), *echoes,
                      method("nothing"), method("several", "", "a:s b:i"), method("fail"), method("hang"),
                      method("open_file", "", "file:h"), method("read_file", "file:h", "text:s"), method("emit")) +
            interface("org.example.More", prop("Ratio", "d"), method("monitor")) + interface("org.example.Empty"),
            {f"echo_{i}": (kind, lambda value: value) for i, kind in enumerate(ECHOED)} | {
                "nothing": ("", lambda: None),
                "several": ("si", lambda: ("x", 7)),
                "fail": ("", lambda: refuse("org.example.Error.Sick", "not today")),
                "hang": (None, lambda: None),
                "open_file": ("h", lambda: dbus.types.UnixFd(os.open("/dev/null", os.O_RDONLY))),
                "read_file": ("s", lambda file: os.read(file.take(), 100).decode()),
                "emit": ("", self.emit),
                "monitor": ("", lambda: None)},
            {"org.example.Types": values, "org.example.More": {"Ratio": dbus.Double(2)}, "org.example.Empty": {}})}

    def emit(self):
        signal = dbus.lowlevel.SignalMessage("/types", "org.example.Types", "something_changed")
        signal.append("a \"b\"\n", dbus.Dictionary({"k": 1}, signature="sv"), signature="sa{sv}")
        self.bus.send_message(signal)
        self.bus.send_message(dbus.lowlevel.SignalMessage("/other", "org.example.Types", "elsewhere"))


class Door:
    """Takes the calls of all services from one connection and sends the replies."""

    def __init__(self, bus, services):
        self.services = services
        self.calls = {name: [] for name in services}
        bus.add_message_filter(self.on_message)
        for name in services:
            bus.request_name(name)

    def on_message(self, bus, message):
        service = message.get_destination()
        if service not in self.services or message.get_type() != 1:
            return dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED
        reply = self.reply(service, message)
        if reply is not None and not message.get_no_reply():
            bus.send_message(reply)
        return dbus.lowlevel.HANDLER_RESULT_HANDLED

    def reply(self, service, message):
        try:
            types, results = self.answer(service, message)
        except Refused as refusal:
            return dbus.lowlevel.ErrorMessage(message, *refusal.args)
        if types is None:
            return None
        reply = dbus.lowlevel.MethodReturnMessage(message)
        reply.append(*results, signature=types)
        return reply

    def answer(self, service, message):
        member = message.get_member()
        if member == "calls":
            calls, self.calls[service] = self.calls[service], []
            return "as", [dbus.Array(calls, signature="s")]
        self.calls[service].append(member)
        obj = self.services[service].objects.get(message.get_path())
        if obj is None:
            raise Refused("org.freedesktop.DBus.Error.UnknownObject", message.get_path())
        return obj.call(member, message.get_args_list(byte_arrays=False))


def main():
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.SystemBus()
    Door(bus, {MANAGER: Manager(bus, True), "org.example.OldManager": Manager(bus, False), DATABASE: Database(),
               "org.example.Types": Types(bus)})
    print("ready", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    sys.exit(main())
