#!/usr/bin/python3
"""The bus itself (BUS), the handshake (SAS) and descriptors (FDS)."""

import array
import os
import socket
import unittest

from proxy_stack import (ACCESS_DENIED, BUS, CALL, CLOSED, ERROR, LIMITS_EXCEEDED, OPEN, RETURN, ProxyTest, raw_bus)

HELLO = raw_bus.bus_call("Hello", serial=1)
CALL_OPEN = raw_bus.call(OPEN, "/", OPEN, "Early", serial=2)


class Bus(ProxyTest):
    options = ["--max-match-rules", "5", "--max-names", "3"]
    rules = f"""
        allow destination {BUS}
        allow destination {OPEN}
        deny destination {BUS} member ReloadConfig
        """

    def assert_bus_denied(self, member, *body, interface=BUS, path="/org/freedesktop/DBus"):
        self.assert_call_denied(BUS, path, interface, member, *body)

    def test_BUS_1_the_bus_is_a_service_like_others_by_member(self):
        self.assertEqual(self.peer.bus("NameHasOwner", "s", OPEN).args, (True,))
        self.passed()
        self.assert_bus_denied("ReloadConfig")
        self.stack.use_rules(f"allow destination {BUS} interface {BUS} member NameHasOwner\n")
        try:
            for member, *body in (("RequestName", "su", CLOSED, 4), ("ReleaseName", "s", CLOSED), ("ListNames",),
                                  ("StartServiceByName", "su", CLOSED, 0), ("GetConnectionUnixUser", "s", OPEN),
                                  ("GetConnectionUnixProcessID", "s", OPEN), ("ReloadConfig",)):
                self.assert_bus_denied(member, *body)
            self.assert_bus_denied("GetStats", interface=f"{BUS}.Debug.Stats")
            self.assert_bus_denied("EnableVerbose", interface=f"{BUS}.Verbose")
            self.assert_bus_denied("AddServer", interface=f"{BUS}.Containers1")
        finally:
            self.stack.use_rules(self.rules)

    def test_BUS_2_nobody_monitors(self):
        for interface in (f"{BUS}.Monitoring", BUS, None, OPEN):
            for path in ("/org/freedesktop/DBus", "/"):
                self.assert_bus_denied("BecomeMonitor", "asu", [], 0, interface=interface, path=path)

    def test_BUS_3_nobody_sets_the_environment_of_services(self):
        for interface in (BUS, None, OPEN):
            self.assert_bus_denied("UpdateActivationEnvironment", "a{ss}", {"LD_PRELOAD": "x"}, interface=interface)

    def test_BUS_4_nobody_eavesdrops(self):
        for rule in ("eavesdrop='true'", "eavesdrop=true", "type='signal',eavesdrop='true'", " eavesdrop ='true'",
                     "eavesdrop\t='true'", "eavesdrop='t''rue'", "eavesdrop=tr\\ue", "eavesdrop=''true",
                     "\teavesdrop='true',type='signal'", "type='signal' ,eavesdrop='true'", "eavesdrop='TRUE'",
                     "type='method_call', eavesdrop = 'true'", "sender='a,eavesdrop='true''"):
            with self.subTest(rule):
                self.assert_bus_denied("AddMatch", "s", rule)
                self.assert_bus_denied("AddMatch", "s", rule, interface=None, path="/")
        for signature, *body in (("",), ("u", 1), ("as", ["eavesdrop='true'"]), ("v", ("s", "eavesdrop='true'"))):
            self.assert_bus_denied("AddMatch", signature, *body)
        answer = self.peer.bus("AddMatch", "s", "type='signal',arg0='eavesdrop=true',eavesdrop='false'")
        self.assertEqual(answer.kind, RETURN)

    def test_BUS_5_one_hello_at_first_to_the_bus(self):
        for first in (raw_bus.bus_call("GetId", serial=1), raw_bus.call(OPEN, "/", BUS, "Hello", serial=1),
                      raw_bus.call(BUS, "/", OPEN, "Hello", serial=1), CALL_OPEN,
                      raw_bus.signal("/", OPEN, "Hello", serial=1),
                      raw_bus.bus_call("Hello", serial=1, flags=raw_bus.NO_REPLY_EXPECTED)):
            stranger = self.stack.stranger()
            stranger.send(b"\0" + raw_bus.AUTH + b"BEGIN\r\n" + first + HELLO + CALL_OPEN)
            self.assertTrue(stranger.closed())
        self.assertEqual(self.passed(), [])
        self.assertEqual(self.peer.bus("Hello").kind, ERROR)
        self.peer.settle()

    def test_BUS_6_the_buss_interface_elsewhere_is_judged_by_where(self):
        self.assert_call_passes(OPEN, "/org/freedesktop/DBus", BUS, "ReloadConfig")
        self.assert_call_denied(CLOSED, "/org/freedesktop/DBus", BUS, "NameHasOwner", "s", OPEN)

    def flood(self, member, signature, *bodies, **how):
        """All in one packet; the members that reached the bus."""
        self.peer.send(b"".join(raw_bus.bus_call(member, signature, *body, serial=self.peer.next(), **how)
                                for body in bodies))
        return [got.args for got in self.passed() if got.member == member]

    def test_BUS_7_match_rules_are_limited(self):
        rules = [f"type='signal',arg0='{n}'" for n in range(8)]
        self.assertEqual(len(self.flood("AddMatch", "s", *[(rule,) for rule in rules])), 5)
        self.assertEqual(self.peer.bus("AddMatch", "s", rules[6]).error, LIMITS_EXCEEDED)
        self.flood("RemoveMatch", "s", *[("type='signal',arg0='never'",)] * 3)
        self.assertEqual(self.peer.bus("AddMatch", "s", rules[6]).error, LIMITS_EXCEEDED, "nothing was given back")
        self.flood("RemoveMatch", "s", (rules[0],), flags=raw_bus.NO_REPLY_EXPECTED)
        self.assertEqual(self.peer.bus("AddMatch", "s", rules[6]).kind, RETURN)
        self.assertEqual(self.peer.bus("AddMatch", "s", rules[7]).error, LIMITS_EXCEEDED)

    def test_BUS_7_match_rules_that_the_bus_refused_do_not_count(self):
        for _ in range(8):
            self.assertNotEqual(self.peer.bus("AddMatch", "s", "nonsense='1'").error, LIMITS_EXCEEDED)
        self.assertEqual(self.peer.bus("AddMatch", "s", "x" * 1025).error, LIMITS_EXCEEDED)

    def test_BUS_7_names_are_limited(self):
        names = [f"org.example.Many{n}" for n in range(6)]
        self.assertEqual(len(self.flood("RequestName", "su", *[(name, 4) for name in names])), 3)
        self.flood("ReleaseName", "s", ("org.example.Never",))
        self.assertEqual(self.peer.bus("RequestName", "su", names[4], 4).error, LIMITS_EXCEEDED)
        self.assertEqual(self.peer.bus("RequestName", "su", names[0], 4).args, (4,), "which it has already")
        self.assertEqual(self.peer.bus("ReleaseName", "s", names[0]).args, (1,))
        self.assertEqual(self.peer.bus("RequestName", "su", names[4], 4).args, (1,))


class BusByDefault(ProxyTest):
    def test_BUS_8_without_a_rule_nothing_of_the_bus_is_told(self):
        for member, *body in (("GetConnectionCredentials", "s", OPEN), ("GetConnectionUnixProcessID", "s", OPEN),
                              ("ListNames",), ("GetNameOwner", "s", OPEN), ("AddMatch", "s", "type='signal'")):
            self.assert_call_denied(BUS, "/org/freedesktop/DBus", BUS, member, *body)


class Handshake(ProxyTest):
    tapped = True
    rules = f"allow destination {OPEN}\n"

    def lines(self, data, count=None):
        """What is answered to these bytes: so many lines, or all until the proxy closes."""
        stranger = self.stack.stranger()
        stranger.send(data)
        try:
            lines = []
            while count is None or len(lines) < count:
                lines.append(raw_bus.read_line(stranger.stream))
        except ConnectionResetError:
            self.assertIsNone(count, f"closed after {lines}")
        stranger.close()
        return lines

    def assert_refused(self, data):
        """The connection ends, and nothing of what was sent reaches the bus."""
        begun = len(self.stack.tap.written)
        self.lines(data + HELLO + CALL_OPEN)
        self.peer.settle()
        self.assertFalse(any(b"Early" in written or b"Hello" in written for written in self.stack.tap.written[begun:]))

    def test_SAS_1_begin_before_ok(self):
        self.assert_refused(b"\0BEGIN\r\n")
        self.assert_refused(b"\0AUTH EXTERNAL\r\nBEGIN\r\n")

    def test_SAS_2_the_first_byte_is_nul_and_the_only_one(self):
        self.assert_refused(b"A" + raw_bus.AUTH + b"BEGIN\r\n")
        self.assert_refused(b"\0\0" + raw_bus.AUTH + b"BEGIN\r\n")

    def test_SAS_3_messages_without_a_handshake(self):
        self.assert_refused(b"")
        self.assert_refused(b"\0")

    def test_SAS_4_only_begin_begins(self):
        for begin in (b"BEGIN x\r\n", b"BEGIN\t\r\n", b" BEGIN\r\n", b"BEGIN\n", b"BEGIN \r\n", b"BEGIN\0\r\n",
                      b"begin\r\n", b"BEGIN\r\r\n", b"BEGIN\r", b"\r\nBEGIN\n\r", b"BEGINX\r\n"):
            with self.subTest(begin):
                self.assert_refused(b"\0" + raw_bus.AUTH + begin)

    def test_SAS_5_everything_in_one_packet(self):
        stranger = self.stack.stranger()
        stranger.send(b"\0" + raw_bus.AUTH + b"NEGOTIATE_UNIX_FD\r\nBEGIN\r\n" + HELLO + CALL_OPEN +
                      raw_bus.call(CLOSED, "/", CLOSED, "Early", serial=3))
        words = [raw_bus.read_line(stranger.stream).split()[0] for _ in range(3)]
        self.assertEqual(words, [b"DATA", b"OK", b"ERROR"])
        self.assertEqual(stranger.receive().reply_serial, 1, "before any other")
        self.assertEqual(stranger.reply(3).error, ACCESS_DENIED)
        asked = self.service.expect(kind=CALL, member="Early")
        self.service.answer(asked, "s", "late")
        self.assertEqual(stranger.reply(2).args, ("late",))

    def test_SAS_5_one_byte_at_a_time(self):
        stranger = self.stack.stranger()
        for byte in b"\0" + raw_bus.AUTH + b"BEGIN\r\n" + HELLO:
            stranger.send(bytes([byte]))
        self.assertTrue(raw_bus.read_line(stranger.stream).startswith(b"DATA"))
        self.assertTrue(raw_bus.read_line(stranger.stream).startswith(b"OK"))
        self.assertTrue(stranger.reply(1).args[0].startswith(":"))

    def test_SAS_6_an_endless_line(self):
        stranger = self.stack.stranger()
        stranger.send(b"\0AUTH " + b"x" * 20_000)
        self.assertTrue(stranger.closed())

    def test_SAS_7_cookies_are_not_looked_at(self):
        self.assertTrue(self.lines(b"\0AUTH DBUS_COOKIE_SHA1 726f6f74\r\n", 1)[0].startswith(b"REJECTED"))

    def test_SAS_8_claims_are_not_passed_on(self):
        for claim in (b"EXTERNAL 30", b"EXTERNAL 343234323432", b"EXTERNAL 2d31", b"ANONYMOUS 6d65"):
            begun = len(self.stack.tap.written)
            guest = self.stack.stranger().greet(auth=b"AUTH " + claim + b"\r\n")
            guest.settle()
            own = str(os.geteuid()).encode().hex().encode()
            written = bytes(self.stack.tap.written[begun])
            self.assertTrue(written.startswith(b"\0AUTH EXTERNAL " + own + b"\r\nBEGIN\r\n"))
        self.assertTrue(self.lines(b"\0AUTH DOMID 30\r\n", 1)[0].startswith(b"REJECTED"))

    def test_SAS_9_descriptors_are_not_agreed_on(self):
        for at in (b"\0NEGOTIATE_UNIX_FD\r\n", b"\0AUTH EXTERNAL 30\r\nNEGOTIATE_UNIX_FD\r\n"):
            lines = self.lines(at, at.count(b"\r\n"))
            self.assertTrue(lines[-1].startswith(b"ERROR"), lines)

    def test_SAS_10_bytes_that_are_not_printable(self):
        for byte in (b"\0", b"\t", b"\x1f", b"\x7f", b"\x80", b"\xff", b"\n"):
            self.assert_refused(b"\0AUTH EX" + byte + b"TERNAL\r\n")

    def test_SAS_11_eight_lines_may_be_refused(self):
        lines = self.lines(b"\0" + b"AUTH NONE\r\n" * 100)
        self.assertEqual(len(lines), 8)
        self.assertLess(len(self.lines(b"\0" + b"AUTH EXTERNAL 30\r\nCANCEL\r\n" * 100)), 20)

    def test_SAS_12_begin_after_a_refusal_or_a_cancel(self):
        self.assert_refused(b"\0AUTH NONE\r\nBEGIN\r\n")
        self.assert_refused(b"\0AUTH EXTERNAL 30\r\nCANCEL\r\nBEGIN\r\n")
        self.assert_refused(b"\0AUTH EXTERNAL 30\r\nERROR\r\nBEGIN\r\n")


class Descriptors(ProxyTest):
    rules = "allow all\nallow inc-any all\n"

    def send_with(self, connection, data, count):
        with open("/dev/null", "rb") as null:
            connection.stream.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                                                array.array("i", [null.fileno()] * count))])

    def open_descriptors(self):
        return len(os.listdir(f"/proc/{self.stack.proxy.process.pid}/fd"))

    def test_FDS_1_descriptors_end_the_conversation(self):
        peer = self.stack.peer()
        self.use_only(peer)
        self.send_with(peer, raw_bus.call(OPEN, "/", OPEN, "Take", serial=9), 1)
        self.assertTrue(peer.closed())
        self.assertEqual(self.stack.monitor.passed_before_end(peer), [])

    def test_FDS_1_what_speaks_of_descriptors_is_invalid(self):
        for signature in ("h", "ah", "(sh)", "a{sh}"):
            body = b"\0" * 8 if signature != "(sh)" else b"\0\0\0\0\0\0\0\0\0\0\0\0"
            with self.subTest(signature):
                self.assert_cut(raw_bus.message(CALL, [(1, "/"), (3, "Take"), (6, OPEN), (8, signature)], body=body,
                                                serial=9))
        self.assert_cut(raw_bus.call(OPEN, "/", OPEN, "Take", "v", ("h", 0), serial=9))

    def test_FDS_2_descriptors_are_never_kept(self):
        for count in (1, 10, 250):
            for handshake in (b"\0", b"\0AUTH EXTERNAL\r\n"):
                stranger = self.stack.stranger()
                self.send_with(stranger, handshake, count)
                self.assertTrue(stranger.closed())
        self.peer.settle()
        before = self.open_descriptors()
        for _ in range(20):
            stranger = self.stack.stranger()
            self.send_with(stranger, b"\0", 250)
            self.assertTrue(stranger.closed())
        self.peer.settle()
        self.assertLessEqual(self.open_descriptors(), before + 2)

    def test_FDS_3_a_count_of_descriptors_in_either_byte_order(self):
        for big in (False, True):
            for count in (0, 1, 0xffffffff):
                self.assert_cut(raw_bus.call(OPEN, "/", OPEN, "Take", extra=[(raw_bus.UNIX_FDS, count)], serial=9,
                                             big=big))

    def test_FDS_4_no_service_is_touched(self):
        self.service.bus("GetId")
        for _ in range(10):
            peer = self.stack.peer()
            self.send_with(peer, raw_bus.call(OPEN, "/", OPEN, "Take", serial=9), 16)
            self.assertTrue(peer.closed())
        self.assertEqual(self.service.settle(), [])


if __name__ == "__main__":
    unittest.main()
