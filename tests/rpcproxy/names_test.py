#!/usr/bin/python3
"""Properties (PRP), names of destinations (NAM) and of senders (SND)."""

import unittest

from proxy_stack import BUS, CLOSED, OPEN, PROPERTIES, UUID, ProxyTest, raw_bus
from raw_bus import CALL, DESTINATION, INTERFACE, MEMBER, PATH, SENDER

SECRET = "org.example.Secret"
GUEST = "org.example.Guest"
MOVES, NOT_ALL = "org.example.Moves", "org.example.NotAll"


class PropertiesOfInterfaces(ProxyTest):
    rules = f"""
        allow destination {OPEN} interface {PROPERTIES} member Get
        allow destination {OPEN} interface {PROPERTIES} member GetAll
        deny destination {OPEN} interface {SECRET}
        allow destination {CLOSED} interface {OPEN}
        """

    def get(self, destination, *body, member="Get"):
        signature, *values = body
        return destination, "/", PROPERTIES, member, signature, *values

    def test_PRP_1_a_property_of_a_denied_interface(self):
        self.assert_call_passes(*self.get(OPEN, "ss", OPEN, "name"))
        self.assert_call_denied(*self.get(OPEN, "ss", SECRET, "name"))

    def test_PRP_2_only_what_is_allowed_of_get_set_and_getall(self):
        self.assert_call_denied(*self.get(OPEN, "ssv", OPEN, "name", ("s", "x"), member="Set"))

    def test_PRP_3_no_interface_may_be_any_interface(self):
        self.assert_call_denied(*self.get(OPEN, "ss", "", "name"))
        self.assert_call_denied(*self.get(CLOSED, "ss", "", "name"))

    def test_PRP_4_a_body_that_names_no_interface(self):
        for body in (("",), ("u", 1), ("vs", ("s", OPEN), "name"), ("os", "/org/example/Open", "name"),
                     ("gs", "s", "name"), ("as", [OPEN])):
            with self.subTest(body[0]):
                self.assert_call_denied(*self.get(OPEN, *body))
                self.assert_call_denied(*self.get(CLOSED, *body))
        self.assert_call_denied(*self.get(OPEN, "sss", SECRET, "name", "more"))

    def test_PRP_5_all_properties_of_a_denied_interface(self):
        self.assert_call_passes(*self.get(OPEN, "s", OPEN, member="GetAll"))
        self.assert_call_denied(*self.get(OPEN, "s", SECRET, member="GetAll"))

    def test_PRP_6_an_interface_allowed_is_its_calls_and_its_properties(self):
        self.assert_call_passes(CLOSED, "/", OPEN, "Call")
        for member, *body in (("Get", "ss", OPEN, "name"), ("GetAll", "s", OPEN),
                              ("Set", "ssv", OPEN, "name", ("s", "x"))):
            self.assert_call_passes(*self.get(CLOSED, *body, member=member))
        self.assert_call_denied(*self.get(CLOSED, "ss", SECRET, "name"))
        self.assert_call_denied(*self.get(CLOSED, "ss", OPEN, "name", member="Other"))

    def test_PRP_7_the_first_argument_of_other_calls_is_not_looked_at(self):
        self.assert_call_denied(CLOSED, "/", SECRET, "Get", "ss", OPEN, "name")
        self.assert_call_denied(CLOSED, "/", f"{PROPERTIES}.Other", "Get", "ss", OPEN, "name")

    def test_PRP_8_a_rule_without_an_interface_is_every_interface(self):
        self.assert_call_passes(*self.get(OPEN, "ss", "org.example.Whatever", "name"))


class NamesOfDestinations(ProxyTest):
    rules = f"""
        allow destination {OPEN}
        allow destination {MOVES}
        allow destination org.example.All
        allow destination org.example.Moves5
        deny destination {CLOSED}
        """

    def test_NAM_1_a_unique_name_is_what_its_owner_is_called(self):
        self.assert_call_denied(self.host().name, "/", OPEN, "Call")
        self.assert_call_denied(self.host("org.example.Elsewhere").name, "/", OPEN, "Call")
        allowed = self.host(MOVES)
        self.assert_call_passes(allowed.name, "/", OPEN, "Call")
        allowed.close()

    def test_NAM_2_a_deny_of_a_name_binds_the_unique_name_too(self):
        self.stack.use_rules(f"allow all\ndeny destination {CLOSED}\n")
        try:
            self.assert_call_denied(self.service.name, "/", OPEN, "Call")
            self.assert_call_passes(self.host("org.example.Fine").name, "/", OPEN, "Call")
        finally:
            self.stack.use_rules(self.rules)

    def test_NAM_3_an_owner_of_two_names_needs_both_allowed(self):
        self.assert_call_passes(OPEN, "/", OPEN, "Call")
        self.assert_call_denied(self.service.name, "/", OPEN, "Call")
        both = self.host("org.example.All", NOT_ALL)
        self.assert_call_denied(both.name, "/", OPEN, "Call")

    def test_NAM_4_nobodys_unique_name_looks_like_one_that_is_denied(self):
        gone = self.host()
        nobody = self.assert_call_denied(":1.424242", "/", OPEN, "Call").args[0]
        somebody = self.assert_call_denied(gone.name, "/", OPEN, "Call").args[0]
        gone.close()
        self.assertEqual(nobody.replace(":1.424242", "X"), somebody.replace(gone.name, "X"))

    def test_NAM_5_names_that_come_and_go_count_at_once(self):
        host = self.host()
        self.assert_call_denied(host.name, "/", OPEN, "Call")
        for _ in range(20):
            for member, arguments, outcome in (("RequestName", ("su", f"{MOVES}5", 4), self.assert_call_passes),
                                               ("RequestName", ("su", f"{NOT_ALL}5", 4), self.assert_call_denied),
                                               ("ReleaseName", ("s", f"{NOT_ALL}5"), self.assert_call_passes),
                                               ("ReleaseName", ("s", f"{MOVES}5"), self.assert_call_denied)):
                self.assertEqual(host.bus(member, *arguments).args, (1,))
                self.peer.settle()
                outcome(host.name, "/", OPEN, "Call")

    def host(self, *names):
        """Once everybody was told of its names."""
        host = self.stack.host(*names)
        self.peer.settle()
        return host

    def test_NAM_6_names_are_requested_only_by_rule(self):
        self.assert_call_denied(BUS, "/org/freedesktop/DBus", BUS, "RequestName", "su", MOVES, 4)
        self.assert_call_denied(BUS, "/org/freedesktop/DBus", BUS, "ReleaseName", "s", MOVES)

    def test_NAM_7_a_denied_call_starts_nothing(self):
        self.assert_call_denied("org.example.NotRunning", "/", OPEN, "Call")
        self.assert_call_denied(BUS, "/org/freedesktop/DBus", BUS, "StartServiceByName", "su", CLOSED, 0)


class NamesOfServices(ProxyTest):
    rules = f"""
        allow destination {BUS} interface {BUS}
        allow destination {MOVES} interface {MOVES}
        deny destination {NOT_ALL}
        """

    def test_NAM_6_no_guest_takes_a_name_that_rules_let_guests_call(self):
        """Nor one of the firewall's own, at which services ask."""
        for name in (MOVES, NOT_ALL, "com.citrix.xenclient.rpc_proxy", "com.citrix.xenclient.rpc_proxy.p1"):
            for path, interface in (("/org/freedesktop/DBus", BUS), ("/", BUS)):
                with self.subTest(name):
                    self.assert_call_denied(BUS, path, interface, "RequestName", "su", name, 4)
        self.assert_call_passes(BUS, "/", BUS, "RequestName", "su", GUEST, 4)


class NamesOfGuests(ProxyTest):
    options = ["--request-name", "com.citrix.xenclient.guest.uuid_$UUID"]
    rules = f"""
        allow destination {BUS} interface {BUS} member RequestName
        allow destination {BUS} interface {BUS} member ReleaseName
        """

    def test_NAM_6_the_name_requested_is_the_one_that_the_guest_has(self):
        name = "com.citrix.xenclient.guest.uuid_" + UUID.replace("-", "_")
        for member, signature, *arguments in (("RequestName", "su", OPEN, 6), ("ReleaseName", "s", OPEN)):
            for path, interface in (("/org/freedesktop/DBus", BUS), ("/other", BUS)):
                for big in (False, True):
                    with self.subTest(member, path=path, big=big):
                        seen = self.assert_call_passes(BUS, path, interface, member, signature, *arguments, big=big)
                        self.assertEqual((seen.path, seen.args), ("/org/freedesktop/DBus", (name, *arguments[1:])))

    def test_NAM_6_a_request_that_is_none_does_not_pass(self):
        for member, signature, *arguments in (("RequestName", "us", 4, OPEN), ("RequestName", ""),
                                              ("RequestName", "ou", "/a", 4), ("RequestName", "s", OPEN),
                                              ("RequestName", "sus", OPEN, 1, OPEN), ("ReleaseName", "su", OPEN, 1),
                                              ("ReleaseName", "o", "/a")):
            with self.subTest(f"{member} {signature}"):
                self.assert_call_denied(BUS, "/org/freedesktop/DBus", BUS, member, signature, *arguments)


class NamesOfStrangers(ProxyTest):
    options = ["--request-name", "com.citrix.xenclient.guest.uuid_$UUID"]
    identity = ["--incoming-domid", 7, "--incoming-stubdom", "false"]
    rules = f"allow destination {BUS} interface {BUS}\n"

    def test_NAM_6_a_guest_without_uuid_has_no_name(self):
        self.assert_call_denied(BUS, "/org/freedesktop/DBus", BUS, "RequestName", "su", OPEN, 4)


class Senders(ProxyTest):
    tapped = True
    rules = f"""
        allow destination {BUS} interface {BUS} member RequestName
        allow sender {CLOSED} destination {OPEN}
        allow sender {GUEST} destination {OPEN} member Named
        allow destination {OPEN} member Free
        """

    def test_SND_1_whom_a_guest_says_it_is_does_not_count(self):
        for sender in (CLOSED, GUEST, self.service.name, BUS):
            with self.subTest(sender):
                self.assert_call_denied(OPEN, "/", OPEN, "Named", extra=[(SENDER, sender)])

    def test_SND_1_a_guests_own_names_count(self):
        self.assertEqual(self.peer.bus("RequestName", "su", GUEST, 4).args, (1,))
        self.peer.settle()
        self.passed()
        self.assert_call_passes(OPEN, "/", OPEN, "Named")
        self.assert_call_denied(OPEN, "/", OPEN, "Other")

    def test_SND_2_no_sender_satisfies_no_allow_that_names_one(self):
        self.assert_call_denied(OPEN, "/", OPEN, "Named")

    def test_SND_3_a_sender_claimed_does_not_reach_the_bus(self):
        for big in (False, True):
            parts = [(PATH, "/"), (INTERFACE, OPEN), (MEMBER, "Free"), (DESTINATION, OPEN)]
            self.peer.send(raw_bus.message(CALL, [(SENDER, "org.example.Liar"), *parts], "s", "text", big=big,
                                           serial=self.peer.next()))
            self.assertEqual([(got.sender, got.args) for got in self.passed()], [(self.peer.name, ("text",))])
        self.assertFalse(any(b"org.example.Liar" in written for written in self.stack.tap.written))

    def test_SND_4_an_invalid_sender_is_invalid(self):
        for sender in ("", "org", "org..example", ":1"):
            with self.subTest(sender):
                self.assert_cut(raw_bus.call(OPEN, "/", OPEN, "Free", extra=[(SENDER, sender)], serial=9))

    def test_what_passes_unchanged_is_forwarded_byte_for_byte(self):
        for big in (False, True):
            data = raw_bus.message(CALL, [(MEMBER, "Free"), (DESTINATION, OPEN), (PATH, "/")], "a{sv}d",
                                   {"key": ("(yb)", (1, True))}, 0.25, serial=self.peer.next(), big=big, flags=0x82)
            self.peer.send(data)
            self.passed()
            self.assertTrue(any(data in written for written in self.stack.tap.written))


if __name__ == "__main__":
    unittest.main()
