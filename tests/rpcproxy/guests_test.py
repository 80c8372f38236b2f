#!/usr/bin/python3
"""Who a guest is (IDN)."""

import time
import unittest

from fake_xenstore import FakeXenstore
from guest_case import MEMBERS, RULES, Case
from proxy_stack import ACCESS_DENIED, CALL, OPEN, OTHER_UUID, UUID, XENMGR, Stack, raw_bus


class Identity(Case):
    """One conversation each, of a domain about which xenstore tells something else each time."""

    def setUp(self):
        pass

    def allowed_with(self, *domains):
        with Stack(RULES, identity=["--incoming-domid", 7]) as self.stack:
            store = FakeXenstore(self.stack.dir / "xenstore")
            for domain, facts in domains:
                store.set_domain(*domain, **facts)
            self.stack.connections.append(store)
            self.stack.host(OPEN)
            return self.allowed(self.stack.peer())

    def test_IDN_1_a_guest_is_the_one_that_xenstore_knows(self):
        self.assertEqual(self.allowed_with(((7, UUID), {}), ((8, OTHER_UUID), {})), ["Ours", "Everybodys"])
        self.assertEqual(self.allowed_with(((7, OTHER_UUID), {})), ["Others", "Everybodys"])

    def test_IDN_3_a_stub_domain_is_one_that_the_toolstack_calls_so(self):
        self.assertEqual(self.allowed_with(((7, UUID), {"target": 5})), ["Stub"])

    def test_IDN_3_a_guest_that_calls_itself_a_stub_domain_is_none(self):
        self.assertEqual(self.allowed_with(((7, UUID), {"target": 5, "target_owner": 7})), ["Ours", "Everybodys"])

    def test_IDN_3_nobody_knows_whether_it_is_a_stub_domain(self):
        with Stack(RULES, identity=["--incoming-domid", 7]) as stack:
            peer = stack.peer()
            for member in MEMBERS:
                self.assertEqual(peer.ask(OPEN, "/", OPEN, member).error, ACCESS_DENIED)

    def test_a_peer_of_whom_nothing_is_said_is_nobody(self):
        with Stack(RULES + "allow all\nallow stubdom true\n", identity=[]) as stack:
            self.assertEqual(stack.peer().ask(OPEN, "/", OPEN, "Everybodys").error, ACCESS_DENIED)

    def test_IDN_1_rules_for_what_a_guest_gets_are_about_that_guest(self):
        rules = "".join(f"allow out-signal dom-uuid {uuid} interface {OPEN} member {member}\n"
                        for uuid, member in ((UUID, "Ours"), (OTHER_UUID, "Others")))
        with Stack(rules, identity=["--incoming-domid", 7, "--incoming-uuid", UUID]) as stack:
            peer, host = stack.peer(), stack.host()
            for member in ("Others", "Ours"):
                host.broadcast("/", OPEN, member, to=peer.name)
            host.bus("GetId")
            self.assertEqual([got.member for got in peer.settle()], ["Ours"])

    def test_IDN_4_a_guest_without_uuid_is_nobodys(self):
        self.assertEqual(self.allowed_with(((7, "nonsense"), {})), ["Everybodys"])

    def test_IDN_4_a_uuid_that_the_guest_wrote_is_none(self):
        self.assertEqual(self.allowed_with(((7, UUID), {"owner": 7})), ["Everybodys"])


class Domains(Case):
    def test_IDN_5_the_conversations_of_a_domain_that_dies_end(self):
        self.stack.proxy.kill()    # which would watch as well
        store = self.xenstore()
        store.set_domain(7, UUID)
        self.stack.start_proxy()
        peer, another = self.stack.peer(), self.stack.peer()
        store.fire("@releaseDomain")    # another domain's
        self.assertTrue(self.passes(peer, "Ours"))
        store.end_domain(7)
        store.fire("@releaseDomain")
        self.assertTrue(peer.closed() and another.closed())
        store.set_domain(7, OTHER_UUID)
        self.assertEqual(self.allowed(self.stack.peer()), ["Others", "Everybodys"])

    def test_IDN_5_a_number_that_has_another_domain_now(self):
        self.stack.proxy.kill()
        store = self.xenstore()
        store.set_domain(7, UUID)
        self.stack.start_proxy()
        peer = self.stack.peer()
        store.set_domain(7, OTHER_UUID)
        store.fire("@releaseDomain")
        self.assertTrue(peer.closed())

    def test_IDN_5_a_domain_that_dies_while_its_conversation_begins(self):
        self.stack.proxy.kill()
        store = self.xenstore()
        manager = self.stack.host(XENMGR)
        for then in (store.end_domain, lambda domid: store.set_domain(domid, OTHER_UUID)):
            store.set_domain(7, UUID)
            store.watchers.clear()    # of the proxy before
            self.stack.start_proxy()
            guest = self.stack.stranger()
            guest.send(b"\0" + raw_bus.AUTH)
            asked = manager.expect(kind=CALL, member="Get")
            then(7)
            store.fire("@releaseDomain")
            manager.answer(asked, "v", ("s", "svm"))
            manager.answer(manager.expect(kind=CALL, member="Get"), "v", ("s", "Fred"))
            self.assertTrue(guest.closed())
            self.stack.proxy.kill()


if __name__ == "__main__":
    unittest.main()
