#!/usr/bin/python3
"""What an administrator asks the firewall on the bus: its rules, why they decide, how often, and who talks."""

import unittest

import dbus
import dbus.bus

from bus_case import BusTest
from stack import BIN, XENMGR, uuid_of, vm_tree

WEB = uuid_of(1)
PROXY = "com.citrix.xenclient.rpc_proxy"
CONTROL = f"{PROXY}.control"

RULES = f"""
allow destination {XENMGR} interface {XENMGR} member list_vms
allow destination {XENMGR} interface {XENMGR}.guestreq
deny destination {XENMGR} interface {XENMGR} member list_templates
allow out-signal interface {XENMGR} member vm_created
allow inc-signal interface org.example member hello
allow destination com.citrix.xenclient.input
"""


class FirewallService(BusTest):
    vms = [vm_tree(WEB)]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules = cls.stack.dir / "rules"
        cls.rules.write_text(RULES)
        cls.socket = cls.stack.dir / "guest"
        cls.proxy = cls.stack.start("rpc-proxy", PROXY, [
            BIN / "rpc-proxy", "--server", "-i", f"unix:{cls.socket}", "-o", f"unix:{cls.stack.dir}/bus",
            "-r", cls.rules, "--incoming-domid", "7", "--incoming-uuid", WEB])

    def ask(self, member, *args, interface=PROXY, signature=None):
        return self.stack.call("/", interface, member, *args, service=PROXY, signature=signature)

    def guest(self):
        guest = dbus.bus.BusConnection(f"unix:path={self.socket}")
        self.addCleanup(guest.close)
        return guest

    def explain(self, **message):
        fields = dbus.Dictionary(message, signature="ss")
        return self.ask("explain", 7, "inc", fields, interface=CONTROL, signature="isa{ss}")

    def test_the_rules_are_listed_as_they_are_written(self):
        self.assertEqual(list(self.ask("list_rules")), RULES.split("\n")[1:-1])

    def test_what_a_guest_may_call_send_and_hear_is_told_without_sending_anything(self):
        call = lambda interface, member: self.ask("validate_call", 7, XENMGR, interface, member)
        self.assertTrue(call(XENMGR, "list_vms"))
        self.assertFalse(call(XENMGR, "create_vm"))
        self.assertTrue(self.ask("validate_recv_signal", 7, XENMGR, "vm_created"))
        self.assertFalse(self.ask("validate_recv_signal", 7, XENMGR, "vm_deleted"))
        self.assertTrue(self.ask("validate_send_signal", 7, "org.example", "hello"))
        self.assertFalse(self.ask("validate_send_signal", 7, XENMGR, "vm_created"))

    def test_a_domain_without_vm_may_nothing(self):
        self.assertFalse(self.ask("validate_call", 99, XENMGR, XENMGR, "list_vms"))
        self.assertFalse(self.ask("validate_call", -1, XENMGR, XENMGR, "list_vms"))

    def test_explain_names_the_rule_and_what_was_absent(self):
        self.guest()
        allow, rule, text = self.explain(destination=XENMGR, interface=XENMGR, member="list_vms")
        self.assertTrue(allow)
        self.assertEqual(rule, f"{self.rules}:2")
        self.assertIn("verdict: allow", text)
        allow, rule, text = self.explain(destination=XENMGR, member="list_templates")
        self.assertFalse(allow)
        self.assertEqual(rule, f"{self.rules}:4")
        self.assertIn("interface", text)

    def test_explain_takes_an_argument_for_that_of_the_usual_call(self):
        properties = "org.freedesktop.DBus.Properties"
        self.assertTrue(self.explain(destination=XENMGR, interface=properties, member="Get",
                                     arg0=f"{XENMGR}.guestreq")[0])
        self.assertFalse(self.explain(destination=XENMGR, interface=properties, member="Get", arg0=XENMGR)[0])

    def test_explain_refuses_what_describes_no_message(self):
        for wrong in ({"color": "red"}, {"type": "letter"}):
            with self.subTest(wrong), self.assertRaisesRegex(dbus.DBusException, "bad_value"):
                self.explain(**wrong)
        with self.assertRaisesRegex(dbus.DBusException, "neither inc nor out"):
            self.ask("explain", 7, "up", dbus.Dictionary({}, signature="ss"), interface=CONTROL, signature="isa{ss}")

    def test_lint_reads_the_rules_in_force_or_a_text(self):
        self.assertTrue(any(":7: wider" in line for line in self.ask("lint", "", interface=CONTROL)))
        self.assertEqual(len(self.ask("lint", "allow all\n", interface=CONTROL)), 1)
        with self.assertRaisesRegex(dbus.DBusException, "237:rule_parse_error.*1:7"):
            self.ask("lint", "allow nonsense\n", interface=CONTROL)

    def test_counters_tell_which_rule_decided_how_often_and_when(self):
        counters = lambda: {row[0]: row[2:] for row in self.ask("rule_counters", interface=CONTROL)}
        before = counters()[f"{self.rules}:2"]
        for _ in range(3):
            self.guest().call_blocking(XENMGR, "/", XENMGR, "list_vms", "", ())
        hits, last = counters()[f"{self.rules}:2"]
        self.assertEqual(hits, before[0] + 3)
        self.assertGreater(last, 1_600_000_000_000_000)

    def test_rules_are_added_and_deleted_until_the_process_ends(self):
        rule = f"allow destination {XENMGR} interface {XENMGR} member create_vm"
        call = lambda: self.ask("validate_call", 7, XENMGR, XENMGR, "create_vm")
        self.guest()
        self.ask("add_rule", rule)
        self.assertTrue(call())
        self.assertEqual(self.ask("list_rules")[-1], rule)
        self.ask("delete_rule", rule)
        self.assertFalse(call())
        with self.assertRaisesRegex(dbus.DBusException, "no_such_rule"):
            self.ask("delete_rule", rule)
        with self.assertRaisesRegex(dbus.DBusException, "rule_parse_error"):
            self.ask("add_rule", "permit everything")

    def test_conversations_and_who_is_behind_them(self):
        guest = self.guest()
        name = guest.get_unique_name()
        rows = {row[0]: row[1:3] for row in self.ask("conversations", interface=CONTROL)}
        self.assertEqual(rows[name], (7, WEB))
        self.assertEqual(self.ask("GetConnectionDOMID", name, interface=CONTROL), 7)
        self.assertEqual(self.ask("connection_identity", name, interface=CONTROL), (7, WEB))
        with self.assertRaisesRegex(dbus.DBusException, "caller_unknown"):
            self.ask("connection_identity", self.stack.bus.get_unique_name(), interface=CONTROL)


if __name__ == "__main__":
    unittest.main()
