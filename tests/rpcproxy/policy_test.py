#!/usr/bin/python3
"""Plain policy (POL) and messages with missing parts (DIS)."""

import unittest

from proxy_stack import raw_bus
from proxy_stack import (ACCESS_DENIED, BUS, CLOSED, ERROR, OPEN, OTHER_UUID, PROPERTIES, UUID, ProxyTest)


class Policy(ProxyTest):
    rules = f"""
        allow destination {OPEN} interface {OPEN} member Allowed
        allow destination {OPEN} interface {OPEN} member Closed
        deny destination {OPEN} interface {OPEN} member Closed
        deny destination {OPEN} interface {OPEN} member Opened
        allow destination {OPEN} interface {OPEN} member Opened
        allow dom-uuid {OTHER_UUID} destination {OPEN} interface {OPEN} member Others
        allow dom-uuid {UUID} destination {OPEN} interface {OPEN} member Ours
        allow dom-id 8 destination {OPEN} interface {OPEN} member Eights
        allow dom-id 7 destination {OPEN} interface {OPEN} member Sevens
        """

    def test_POL_1_a_call_is_allowed_only_with_all_its_parts_right(self):
        self.assert_call_passes(OPEN, "/", OPEN, "Allowed")
        for destination, interface, member in ((OPEN, OPEN, "Other"), (OPEN, CLOSED, "Allowed"),
                                               (CLOSED, OPEN, "Allowed"), (CLOSED, CLOSED, "Other")):
            with self.subTest(f"{destination} {interface} {member}"):
                answer = self.assert_call_denied(destination, "/", interface, member)
                self.assertIn(f"{interface}.{member}", answer.args[0], "the text says what was refused")

    def test_POL_2_a_denied_call_that_wants_no_answer_gets_none(self):
        self.assert_vanishes(raw_bus.call(OPEN, "/", OPEN, "Other", serial=self.peer.next(),
                                          flags=raw_bus.NO_REPLY_EXPECTED))

    def test_POL_3_near_names_are_other_names(self):
        for destination, interface, member in ((f"{OPEN}.evil", OPEN, "Allowed"), (f"evil.{OPEN}", OPEN, "Allowed"),
                                               (OPEN.lower(), OPEN, "Allowed"), (OPEN[:-1], OPEN, "Allowed"),
                                               (OPEN, f"{OPEN}.evil", "Allowed"), (OPEN, OPEN.upper(), "Allowed"),
                                               (OPEN, OPEN, "allowed"), (OPEN, OPEN, "AllowedNot"),
                                               (OPEN, OPEN, "Allow")):
            with self.subTest(f"{destination} {interface} {member}"):
                self.assert_call_denied(destination, "/", interface, member)

    def test_POL_4_the_last_rule_that_matches_decides(self):
        self.assert_call_denied(OPEN, "/", OPEN, "Closed")
        self.assert_call_passes(OPEN, "/", OPEN, "Opened")

    def test_POL_5_unknown_flags_change_nothing(self):
        for flags in (raw_bus.ALLOW_INTERACTIVE_AUTHORIZATION, 0x80, 0xfe):
            with self.subTest(flags):
                self.assert_call_denied(OPEN, "/", OPEN, "Other", flags=flags)
                self.assert_call_passes(OPEN, "/", OPEN, "Allowed", flags=flags)

    def test_POL_6_rules_of_other_domains_do_not_count(self):
        self.assert_call_denied(OPEN, "/", OPEN, "Others")
        self.assert_call_denied(OPEN, "/", OPEN, "Eights")
        self.assert_call_passes(OPEN, "/", OPEN, "Ours")
        self.assert_call_passes(OPEN, "/", OPEN, "Sevens")


class Log(ProxyTest):
    """Each test has a log of its own: what a guest can write there is limited."""

    rules = f"allow destination {OPEN} interface {OPEN} member Allowed\ndeny destination {OPEN} member Closed\n"
    options = ["--incoming-type", "svm", "--incoming-name", "Fred"]

    def setUp(self):
        self.stack.proxy.kill()
        self.stack.start_proxy()
        super().setUp()

    def test_a_denial_is_one_line_with_all_facts(self):
        self.peer.ask(OPEN, "/a/path", OPEN, "Closed")
        line = self.stack.proxy.log.wait("member=Closed")
        for part in ("DENY", "domid=7", f"uuid={UUID}", f"destination={OPEN}", f"interface={OPEN}", "path=/a/path",
                     "dom-type=svm", "dom-name=Fred", f"rule={self.stack.rules}:2"):
            self.assertIn(part, line)

    def test_POL_2_a_flood_of_denied_calls_makes_few_lines(self):
        self.assert_vanishes(b"".join(raw_bus.call(OPEN, "/", OPEN, "Flood", serial=self.peer.next(),
                                                   flags=raw_bus.NO_REPLY_EXPECTED) for _ in range(2000)))
        while "more since the last line" not in self.stack.proxy.log.text():    # with the next line, within a second
            self.peer.ask(OPEN, "/", OPEN, "Flood")
        self.assertLess(len([line for line in self.stack.proxy.log.lines if "DENY" in line]), 100)

    def test_POL_2_a_guests_text_is_escaped(self):
        self.peer.ask(OPEN, "/", OPEN, "Escape", "s", "\x1b[2J\nDENY forged")
        self.stack.proxy.log.wait("member=Escape")
        self.assertNotIn("\x1b", self.stack.proxy.log.text())


class MissingParts(ProxyTest):
    rules = f"""
        allow destination {OPEN} interface {OPEN}
        allow destination {CLOSED}
        deny destination {CLOSED} interface org.example.Secret
        allow destination {OPEN} member ByMember
        deny destination {OPEN} interface org.example.Secret
        """

    def test_DIS_1_a_call_without_interface_matches_no_allow_that_names_one(self):
        self.assert_call_passes(OPEN, "/", OPEN, "Some")
        self.assert_call_denied(OPEN, "/", None, "Some")

    def test_DIS_2_a_call_without_interface_matches_each_deny_that_names_one(self):
        self.assert_call_passes(CLOSED, "/", "org.example.Any", "Some")
        self.assert_call_denied(CLOSED, "/", None, "Some")
        self.assert_call_denied(OPEN, "/", None, "ByMember")

    def test_DIS_3_a_call_without_interface_may_be_one_of_properties(self):
        for member in ("Get", "Set", "GetAll"):
            with self.subTest(member):
                self.assert_call_denied(CLOSED, "/", None, member, "ss", "org.example.Secret", "name")
                self.assert_call_denied(OPEN, "/", None, member, "ss", OPEN, "name")
        self.assert_call_passes(OPEN, "/", PROPERTIES, "Get", "ss", OPEN, "name")

    def test_DIS_4_a_call_without_destination_is_refused(self):
        self.assert_call_denied(None, "/", OPEN, "Some")
        self.assert_call_denied(None, "/", f"{BUS}.Peer", "Ping")
        self.assert_call_denied(None, "/org/freedesktop/DBus", BUS, "ListNames")

    def test_DIS_6_an_empty_destination_ends_the_conversation(self):
        self.assert_cut(raw_bus.call("", "/", OPEN, "Some", serial=9))


class BusByMember(ProxyTest):
    rules = f"""
        allow destination {BUS}
        deny destination {BUS} member ListNames
        """

    def test_DIS_5_the_bus_is_judged_by_destination_and_member(self):
        self.assert_call_passes(BUS, "/other/path", BUS, "GetNameOwner", "s", OPEN)
        for path, interface in (("/org/freedesktop/DBus", BUS), ("/", BUS), ("/other/path", None), ("/", OPEN)):
            with self.subTest(f"{path} {interface}"):
                self.assert_call_denied(BUS, path, interface, "ListNames")


class OldRules(ProxyTest):
    options = ["--compat-interface-match"]
    rules = f"""
        allow destination {OPEN} interface {OPEN} member Old
        allow destination {OPEN} interface {OPEN}
        deny destination {OPEN} member Closed
        """

    def test_interfaces_of_rules_count_for_properties_only_if_that_is_wanted(self):
        self.assert_call_passes(OPEN, "/", CLOSED, "Old")
        self.assertIn("--compat-interface-match", self.stack.proxy.log.wait("ALLOW"))
        self.assert_call_passes(OPEN, "/", PROPERTIES, "Get", "ss", OPEN, "name")
        self.assert_call_denied(OPEN, "/", PROPERTIES, "Get", "ss", CLOSED, "name")
        self.assert_call_denied(OPEN, "/", None, "Old")
        self.assert_call_denied(OPEN, "/", CLOSED, "Closed")
        self.assert_call_denied(CLOSED, "/", OPEN, "Old")
        self.assert_call_denied(BUS, "/", CLOSED, "BecomeMonitor")


class NoRules(ProxyTest):
    def test_what_no_rule_matches_is_denied_both_ways(self):
        self.assert_call_denied(OPEN, "/", OPEN, "Some")
        serial = self.service.call(self.peer.name, "/", OPEN, "Some")
        answer = self.service.reply(serial)
        self.assertEqual((answer.kind, answer.error), (ERROR, ACCESS_DENIED))
        self.service.broadcast("/", OPEN, "Changed", to=self.peer.name)
        self.service.bus("GetId")
        self.assertEqual(self.peer.settle(), [])


if __name__ == "__main__":
    unittest.main()
