#!/usr/bin/python3
"""Programs as guests have them, and the other channels: a serial line and TCP."""

import contextlib
import os
import pathlib
import pty
import socket
import subprocess
import tty
import unittest

from proxy_stack import (BIN, BUS, CALL, CLOSED, ERROR, OPEN, PATIENCE, PATIENT, UUID, Connection, Proxy, Stack,
                         raw_bus)

CLOSED_MEMBER = "Refused"
RULES = f"""
    allow destination {OPEN} interface {OPEN}
    deny destination {OPEN} member {CLOSED_MEMBER}
    allow destination {OPEN} interface {BUS}.Introspectable
    allow destination {BUS} interface {BUS}
    allow out-signal sender {BUS}
    allow out-signal interface {OPEN}
    """
INTROSPECTION = f"""<node><interface name="{OPEN}">
    <method name="Ask"><arg type="s" direction="in"/><arg type="s" direction="out"/></method>
    <method name="{CLOSED_MEMBER}"><arg type="s" direction="in"/><arg type="s" direction="out"/></method>
    </interface></node>"""

PYTHON = f"""
import dbus, dbus.bus, sys
bus = dbus.bus.BusConnection(sys.argv[1])
print(bus.call_blocking("{OPEN}", "/", "{OPEN}", sys.argv[2], "s", ("from python",), timeout={PATIENCE}))
"""
PYTHON_GIO = f"""
import sys
from gi.repository import Gio, GLib
flags = Gio.DBusConnectionFlags
bus = Gio.DBusConnection.new_for_address_sync(
    sys.argv[1], flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)
print(bus.call_sync("{OPEN}", "/", "{OPEN}", sys.argv[2], GLib.Variant("(s)", ("from gio",)), None, 0, {PATIENCE}000,
                    None)[0])
"""

LISTENER = f"""
import dbus, dbus.bus, dbus.mainloop.glib, sys
from gi.repository import GLib
bus = dbus.bus.BusConnection(sys.argv[1], mainloop=dbus.mainloop.glib.DBusGMainLoop())
for interface in ("{OPEN}", "{CLOSED}"):
    bus.add_signal_receiver(lambda text: print(text, flush=True), "News", interface)
bus.call_blocking("{BUS}", "/", "{BUS}", "GetId", "", ())
print("listens", flush=True)
GLib.MainLoop().run()
"""

# Each gets the address of the proxy and the member that it calls.
CLIENTS = {
    "busctl": lambda at, member: ["busctl", f"--address={at}", f"--timeout={PATIENCE}", "call", OPEN, "/", OPEN, member,
                                   "s", "from busctl"],
    "gdbus": lambda at, member: ["gdbus", "call", "--timeout", str(PATIENCE), "--address", at, "--dest", OPEN,
                                 "--object-path", "/", "--method", f"{OPEN}.{member}", "from gdbus"],
    "dbus-send": lambda at, member: ["dbus-send", f"--bus={at}", "--print-reply", f"--reply-timeout={PATIENCE}000",
                                     f"--dest={OPEN}", "/",
                                     f"{OPEN}.{member}", "string:from dbus-send"],
    "python3-dbus": lambda at, member: ["/usr/bin/python3", "-c", PYTHON, at, member],
    "gio": lambda at, member: ["/usr/bin/python3", "-c", PYTHON_GIO, at, member],
    "sdbus-c++": lambda at, member: [BIN / "xec", "-s", OPEN, "-i", OPEN, "-o", "/", member, "from xec"],
}


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(RULES)
        cls.stack.__enter__()
        cls.service = cls.stack.host(OPEN)
        cls.address = f"unix:path={cls.stack.peers_path}"

    @classmethod
    def tearDownClass(cls):
        cls.stack.end()

    def run_client(self, make, member):
        """The exit status and the output of a client, whose questions the service answers."""
        client = subprocess.Popen(make(self.address, member), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True,
                                  env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address})
        asked = []
        while member != CLOSED_MEMBER and "Ask" not in asked:
            call = self.service.expect(kind=CALL)
            asked.append(call.member)
            if call.member == "Introspect":
                self.service.answer(call, "s", INTROSPECTION)
            else:
                self.service.answer(call, "s", f"heard {call.args[0]}")
        text, _ = client.communicate(timeout=PATIENCE)
        return client.returncode, text

    def test_every_client_calls_and_hears(self):
        for name, make in CLIENTS.items():
            if name != "sdbus-c++":
                with self.subTest(name):
                    status, text = self.run_client(make, "Ask")
                    self.assertEqual(status, 0, text)
                    self.assertIn("heard from", text)

    def test_every_client_is_told_that_it_may_not(self):
        for name, make in CLIENTS.items():
            if name != "sdbus-c++":
                with self.subTest(name):
                    status, text = self.run_client(make, CLOSED_MEMBER)
                    self.assertNotEqual(status, 0)
                    self.assertRegex(text, f"(?i)accessdenied|access denied|firewall.*{CLOSED_MEMBER}")

    def test_sdbus_cpp_calls_and_hears(self):
        status, text = self.run_client(CLIENTS["sdbus-c++"], "Ask")
        self.assertEqual((status, "heard from xec" in text), (0, True), text)

    def test_busctl_shows_and_listens(self):
        listed = subprocess.run(["busctl", f"--address={self.address}", "list", "--no-pager"], capture_output=True,
                                text=True, timeout=PATIENCE)
        self.assertIn(OPEN, listed.stdout, listed.stderr)

    def test_a_listener_hears_what_the_rules_let_through(self):
        listener = subprocess.Popen(["/usr/bin/python3", "-c", LISTENER, self.address], stdout=subprocess.PIPE,
                                    text=True)
        try:
            self.assertEqual(listener.stdout.readline(), "listens\n")
            self.service.broadcast("/", CLOSED, "News", "s", "secret")
            self.service.broadcast("/", OPEN, "News", "s", "good news")
            self.assertEqual(listener.stdout.readline(), "good news\n")
        finally:
            listener.kill()
            listener.communicate()

    def test_a_hundred_calls_at_once(self):
        peer = self.stack.peer()
        peer.settle()
        for _ in range(100):
            peer.call(OPEN, "/", OPEN, "Ask", "s", "many")
        for _ in range(100):
            self.service.answer(self.service.expect(kind=CALL), "s", "one")
        for serial in range(peer.serial - 99, peer.serial + 1):
            self.assertEqual(peer.receive().reply_serial, serial)


class Channels(unittest.TestCase):
    def start(self, stack, incoming):
        return self.enterContext(Proxy(stack.dir, ["-i", incoming, "-o", f"unix:{stack.bus_path}", "-r", stack.rules,
                                                   "-d", "7", "--incoming-uuid", UUID, *PATIENT]))

    def free_port(self, host="127.0.0.1"):
        """One that the system gives to nobody by itself, and other processes of these tests try later than we."""
        for port in range(20_000 + os.getpid() % 9_000, 32_000):
            with contextlib.suppress(OSError), socket.create_server((host, port)):
                return port
        raise AssertionError("all ports are taken")

    def test_a_guest_on_a_serial_line(self):
        near, far = pty.openpty()
        tty.setraw(near)
        device = os.ttyname(far)
        with Stack(RULES) as stack:
            proxy = self.start(stack, f"serial:{device}")
            os.close(far)
            service, guest = stack.host(OPEN), Connection(Line(near))
            guest.greet()
            serial = guest.call(OPEN, "/", OPEN, "Ask", "ay", bytes_of_all())
            call = service.expect(kind=CALL)
            self.assertEqual(call.args[0], list(range(256)))
            service.answer(call, "ay", bytes_of_all())
            self.assertEqual(guest.reply(serial).args[0], list(range(256)))
            self.assertEqual(guest.ask(OPEN, "/", OPEN, CLOSED_MEMBER).kind, ERROR)
            os.close(near)
            self.assertEqual(proxy.wait()[0], 0, "it serves one peer only")

    def test_tcp_listens_on_loopback_only(self):
        port = self.free_port()
        with Stack(RULES) as stack:
            self.start(stack, f"tcp:{port}")
            stream = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
            self.addCleanup(stream.close)
            guest = Connection(stream)
            guest.greet()
            self.assertEqual(guest.ask(OPEN, "/", OPEN, CLOSED_MEMBER).kind, ERROR)
            self.assertEqual(listeners(port), {"0100007F"})

    def test_tcp_listens_where_it_is_told_to(self):
        port = self.free_port("127.0.0.2")
        with Stack(RULES) as stack:
            self.start(stack, f"tcp:127.0.0.2:{port}")
            with socket.create_connection(("127.0.0.2", port), timeout=PATIENCE) as stream:
                Connection(stream).greet()
            self.assertEqual(listeners(port), {"0200007F"})

    def test_a_guest_may_be_told_its_uuid(self):
        with Stack(RULES, ["--uuid"]) as stack:
            stranger = stack.stranger()
            lines = raw_bus.handshake(stranger.stream, auth=b"AUTH EXTERNAL 30\r\n")
            self.assertEqual([lines[0], lines[1][:3]], [f"DATA {UUID}".encode(), b"OK "])

    def test_names_of_services_hide_who_owns_them(self):
        with Stack(RULES, ["--owner-name"]) as stack:
            stack.host(OPEN)
            self.assertEqual(stack.peer().bus("GetNameOwner", "s", OPEN).args, (OPEN,))

    def test_unique_destinations_may_become_names(self):
        with Stack(RULES, ["--translate-anonymous-dests"]) as stack:
            service, peer = stack.host(OPEN), stack.peer()
            peer.settle()
            peer.call(service.name, "/", OPEN, "Ask")
            self.assertEqual(service.expect(kind=CALL).destination, OPEN)

    def test_it_does_not_listen_where_a_file_is(self):
        with Stack(RULES) as stack:
            (stack.dir / "file").write_text("precious")
            refused = Proxy(stack.dir, ["-i", f"unix:{stack.dir}/file", "-r", stack.rules, "-o",
                                        f"unix:{stack.bus_path}"], ready=False)
            self.assertEqual(refused.wait()[0], 2)
            self.assertEqual((stack.dir / "file").read_text(), "precious")


class Line:
    """The master of a pty as a socket."""

    def __init__(self, descriptor):
        self.descriptor = descriptor

    def sendall(self, data):
        while data:
            data = data[os.write(self.descriptor, data[:1024]):]

    def recv(self, size):
        return os.read(self.descriptor, size)


def bytes_of_all():
    """All bytes there are, as the content of an array."""
    return b"\0\1\0\0" + bytes(range(256))


def listeners(port):
    """Addresses, as the kernel writes them, on which somebody listens at this port."""
    rows = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port}


if __name__ == "__main__":
    unittest.main()
