#!/usr/bin/python3
"""Conditions on what is told of a guest: by its manager (CND), and rules of its own in the database."""

import json
import select
import time
import unittest

from guest_case import Case
from proxy_stack import ACCESS_DENIED, CALL, DB, ERROR, OPEN, PATIENCE, PROPERTIES, UUID, XENMGR, raw_bus

UNRESTRICTED = f"{XENMGR}.vm.unrestricted"
VM_PATH = "/vm/" + UUID.replace("-", "_")


class Manager(Case):
    """A manager and a database played by the test, in domain 7 with a uuid that is given."""

    identity = ["--incoming-domid", 7, "--incoming-uuid", UUID]
    rules = f"""
        allow dom-type svm destination {OPEN} interface {OPEN} member Svm
        allow dom-name Fred destination {OPEN} interface {OPEN} member Fred
        allow destination {OPEN} interface {OPEN} member Open if-boolean opened true
        allow destination {OPEN} interface {OPEN} member Closed if-boolean opened false
        allow destination {OPEN} interface {OPEN} member Unless
        deny destination {OPEN} interface {OPEN} member Unless if-boolean opened false
        """
    members = ("Svm", "Fred", "Open", "Closed", "Unless")

    def setUp(self):
        super().setUp()
        self.manager = self.known_host(XENMGR)

    def allowed(self, peer):
        return [member for member in self.members if self.passes(peer, member)]

    def begin(self):
        """A guest that has said everything up to Hello, while the proxy asks about it."""
        guest = self.stack.stranger()
        guest.send(b"\0AUTH EXTERNAL 30\r\nBEGIN\r\n" + raw_bus.bus_call("Hello", serial=1))
        guest.serial = 1
        return guest

    def finish(self, guest):
        raw_bus.read_line(guest.stream)
        guest.name = guest.reply(1).args[0]
        return guest

    def tell(self, **values):
        """Answers the three questions about the VM: None is an error."""
        for _ in range(3):
            self.tell_one(self.manager.expect(kind=CALL, member="Get", path=VM_PATH, interface=PROPERTIES), values)

    def tell_one(self, asked, values):
        self.assertEqual(asked.args[0], UNRESTRICTED)
        value = values.get(asked.args[1])
        if value is None:
            self.manager.fail(asked, "org.freedesktop.DBus.Error.InvalidArgs", "no such property")
        else:
            self.manager.answer(asked, "v", value)

    def tell_until(self, condition, **values):
        """Answers all questions, however often the proxy asks, until it is true."""
        end = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), end, "not within the time")
            while select.select([self.manager.stream], [], [], 0.05)[0]:
                got = self.manager.receive()
                if got.member == "Get":
                    self.tell_one(got, values)

    @staticmethod
    def is_served(guest):
        return bool(select.select([guest.stream], [], [], 0)[0])

    def guest(self, **values):
        guest = self.begin()
        self.tell(**values)
        return self.finish(guest)

    def allowed_after(self, guest, **values):
        self.change()
        self.tell(**values)
        self.settle_news(guest)
        return self.allowed(guest)

    def change(self):
        self.manager.broadcast("/", XENMGR, "vm_config_changed", "so", UUID, VM_PATH)

    def test_IDN_2_type_and_name_are_the_managers(self):
        guest = self.guest(type=("s", "svm"), name=("s", "Fred"))
        self.assertEqual(self.allowed(guest), ["Svm", "Fred"])
        self.assertEqual(self.allowed_after(guest, type=("s", "pvm"), name=("s", "fred")), [])

    def test_IDN_2_what_the_manager_does_not_tell_satisfies_no_allow(self):
        self.assertEqual(self.allowed(self.guest()), [])

    def test_IDN_6_a_new_name_counts_from_then_on(self):
        guest = self.guest(name=("s", "Fred"))
        self.assertTrue(self.passes(guest, "Fred"))
        self.assertEqual(self.allowed_after(guest, name=("s", "Wilma")), [])

    def settle_news(self, guest):
        """What the manager answered last has reached the proxy, and the proxy has looked at it."""
        self.manager.bus("GetId")
        guest.settle()
        guest.settle()

    def test_CND_1_a_boolean_is_exactly_what_it_is(self):
        guest = self.guest(opened=("b", True))
        self.assertEqual(self.allowed(guest), ["Open", "Unless"])
        self.assertEqual(self.allowed_after(guest, opened=("b", False)), ["Closed"])

    def test_CND_2_what_is_no_boolean_satisfies_no_allow_and_each_deny(self):
        guest = self.guest()
        self.assertEqual(self.allowed(guest), [])
        for value in (("s", "true"), ("u", 1), ("as", []), ("v", ("b", True))):
            with self.subTest(value):
                self.assertEqual(self.allowed_after(guest, opened=value), [])

    def test_CND_2_without_a_manager_nothing_is_known(self):
        self.manager.close()
        self.stack.monitor.until(lambda got: got.member == "NameOwnerChanged" and got.args[0] == self.manager.name)
        self.assertEqual(self.allowed(self.stack.peer()), [])

    def test_CND_2_a_silent_manager_stops_only_who_needs_it_and_not_for_long(self):
        self.be_impatient()
        guest = self.begin()
        asked = self.manager.expect(kind=CALL, member="Get")
        self.finish(guest)    # after a second
        self.assertEqual(self.allowed(guest), [])
        self.manager.answer(asked, "v", ("b", True))
        self.settle_news(guest)
        self.assertEqual(self.allowed(guest), [], "too late")

    def test_CND_2_others_are_served_while_the_manager_is_silent(self):
        other = self.guest(opened=("b", True))
        self.change()
        self.manager.expect(kind=CALL, member="Get")    # and no answer
        for _ in range(50):
            other.settle()
        self.assertTrue(self.passes(other, "Open"), "what was known holds until there is news")

    def test_a_manager_that_dies_in_the_middle_of_a_question(self):
        other = self.guest(opened=("b", True))
        guest = self.begin()
        other.settle()
        self.change()
        self.manager.expect(kind=CALL, member="Get")
        self.manager.close()
        self.finish(guest)
        self.assertTrue(self.stack.proxy.running())
        self.stack.monitor.until(lambda got: got.member == "NameOwnerChanged" and got.args[0] == XENMGR)
        other.settle()
        other.settle()
        self.assertEqual(self.allowed(other), [])
        self.manager = self.stack.host(XENMGR)
        for one in (other, guest):
            self.tell_until(lambda: self.allowed(one) == ["Open", "Unless"], opened=("b", True))

    def test_CND_3_a_property_withdrawn_is_withdrawn_from_open_conversations(self):
        guest = self.guest(opened=("b", True))
        self.assertTrue(self.passes(guest, "Open"))
        self.assertEqual(self.allowed_after(guest, opened=("b", False)), ["Closed"])

    def test_CND_3_a_reload_asks_again(self):
        guest = self.guest(opened=("b", True))
        self.assertTrue(self.passes(guest, "Open"))
        self.stack.proxy.reload()
        self.tell(opened=("b", False))
        self.settle_news(guest)
        self.assertEqual(self.allowed(guest), ["Closed"])

    def test_two_conversations_of_one_vm_that_begin_together(self):
        guests = [self.begin(), self.begin()]
        self.tell_until(lambda: all(map(self.is_served, guests)), opened=("b", True))
        for guest in guests:
            self.assertEqual(self.allowed(self.finish(guest)), ["Open", "Unless"])

    def test_news_while_a_conversation_begins(self):
        guest = self.begin()
        first = self.manager.expect(kind=CALL, member="Get")
        self.change()
        second = self.manager.expect(kind=CALL, member="Get")
        self.manager.answer(first, "v", ("s", "svm"))
        self.manager.answer(second, "v", ("s", "pvm"))
        self.tell_until(lambda: self.is_served(guest), opened=("b", False))
        self.finish(guest)
        self.tell_until(lambda: self.allowed(guest) == ["Closed"], opened=("b", False))


class Database(Case):
    """Rules of a VM's own, from a database played by the test."""

    identity = ["--incoming-domid", 7, "--incoming-uuid", UUID]
    rules = f"allow destination {OPEN} interface {OPEN} member Open\n"
    members = ("Open", "Extra", "More")

    def setUp(self):
        super().setUp()
        self.database = self.known_host(DB)

    allowed = Manager.allowed
    begin = Manager.begin
    finish = Manager.finish

    def tell(self, **rules):
        asked = self.database.expect(kind=CALL, member="dump")
        self.assertEqual(asked.args, (f"/vm/{UUID}/rpc-firewall-rules",))
        self.database.answer(asked, "s", json.dumps({key[1:]: text for key, text in rules.items()}))

    def guest(self, **rules):
        guest = self.begin()
        self.tell(**rules)
        return self.finish(guest)

    def change(self):
        self.database.broadcast("/", f"{DB}.store", "changed", "as", [f"/vm/{UUID}/rpc-firewall-rules/1"])

    def settle_news(self, guest):
        self.database.bus("GetId")
        guest.settle()
        guest.settle()

    def test_a_vms_own_rules_come_last_in_the_order_of_their_numbers(self):
        guest = self.guest(_10="deny member Extra", _2=f"allow destination {OPEN} interface {OPEN} member Extra",
                           _3=f"allow destination {OPEN} interface {OPEN} member More")
        self.assertEqual(self.allowed(guest), ["Open", "More"])

    def test_a_vms_own_rules_come_and_go(self):
        guest = self.guest()
        self.assertEqual(self.allowed(guest), ["Open"])
        self.change()
        self.tell(_1=f"allow destination {OPEN} interface {OPEN} member Extra")
        self.settle_news(guest)
        self.assertEqual(self.allowed(guest), ["Open", "Extra"])
        self.change()
        self.tell()
        self.settle_news(guest)
        self.assertEqual(self.allowed(guest), ["Open"])

    def test_a_broken_allow_is_left_out_a_broken_deny_denies_all(self):
        guest = self.guest(_1="allow nonsense", _2=f"allow destination {OPEN} interface {OPEN} member Extra")
        self.assertEqual(self.allowed(guest), ["Open", "Extra"])
        since = len(self.stack.proxy.log.lines)
        self.change()
        self.tell(_1="deny nonsense")
        self.stack.proxy.log.wait("is not valid", since)
        serial = guest.call(OPEN, "/", OPEN, "Open")
        answer = guest.reply(serial)
        self.assertEqual((answer.kind, answer.error), (ERROR, ACCESS_DENIED))

    def test_a_silent_database_may_hold_a_rule_that_denies(self):
        self.be_impatient()
        guest = self.finish(self.begin())    # after a second
        answer = guest.ask(OPEN, "/", OPEN, "Open")
        self.assertEqual((answer.kind, answer.error), (ERROR, ACCESS_DENIED))


if __name__ == "__main__":
    unittest.main()
