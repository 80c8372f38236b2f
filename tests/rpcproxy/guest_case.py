"""What the tests of a guest share: a proxy for it, rules that tell guests apart, and a host that may be asked."""

import unittest

from fake_xenstore import FakeXenstore
from proxy_stack import OPEN, OTHER_UUID, UUID, Stack, raw_bus

RULES = f"""
    allow dom-uuid {UUID} destination {OPEN} interface {OPEN} member Ours
    allow dom-uuid {OTHER_UUID} destination {OPEN} interface {OPEN} member Others
    allow dom-type svm destination {OPEN} interface {OPEN} member Svm
    allow dom-name Fred destination {OPEN} interface {OPEN} member Fred
    allow stubdom true destination {OPEN} interface {OPEN} member Stub
    allow destination {OPEN} interface {OPEN} member Everybodys
    """
MEMBERS = ("Ours", "Others", "Svm", "Fred", "Stub", "Everybodys")


class Case(unittest.TestCase):
    rules = RULES
    identity = ["--incoming-domid", 7]
    options = ()

    def setUp(self):
        self.stack = self.enterContext(Stack(self.rules, self.options, identity=self.identity))
        self.service = self.stack.host(OPEN)

    def known_host(self, name):
        """One that the proxy finds there when it starts."""
        self.stack.proxy.kill()
        host = self.stack.host(name)
        self.stack.start_proxy()
        return host

    def be_impatient(self):
        """Who is asked and silent is waited for as long as a test likes to wait."""
        self.stack.proxy.kill()
        self.stack.start_proxy("--max-asking", 1)

    def xenstore(self):
        store = FakeXenstore(self.stack.dir / "xenstore")
        self.addCleanup(store.close)
        return store

    def passes(self, peer, member):
        peer.call(OPEN, "/", OPEN, member, flags=raw_bus.NO_REPLY_EXPECTED)
        return [got.member for got in self.stack.monitor.passed(peer) if got.member != "Hello"] == [member]

    def allowed(self, peer):
        """Which of the members the guest may call."""
        return [member for member in MEMBERS if self.passes(peer, member)]
