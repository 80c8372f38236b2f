#!/usr/bin/python3
"""Resources (RES): what one guest can take, and that it takes nothing from others."""

import contextlib
import os
import signal
import socket
import struct
import time
import unittest

from proxy_stack import BIN, CALL, OPEN, PATIENCE, ProxyTest, Stack, raw_bus

RULES = f"""
    allow destination {OPEN}
    allow out-signal interface {OPEN}
    """
LOUD = struct.pack("<I", 50_000) + bytes(50_000)    # an array of bytes


# What memory a sanitizer takes is no business of these tests.
SANITIZED = b"__asan_init" in (BIN / "rpc-proxy").read_bytes()


def proxy_memory(stack):
    """In KiB."""
    if SANITIZED:
        return 0
    with open(f"/proc/{stack.proxy.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


class Resources(ProxyTest):
    rules = RULES
    options = ["--max-queued", "200000", "--max-message", "150000"]

    def test_RES_1_half_handshakes_stop_nobody(self):
        """Nor do they reach the bus, which takes only some tens of connections that have not said Hello."""
        strangers = [self.stack.stranger() for _ in range(100)]
        for number, stranger in enumerate(strangers):
            stranger.send((b"\0" + raw_bus.AUTH + b"BEGIN\r\n")[:number])
        self.stack.peer().settle()
        for stranger in strangers:
            stranger.close()

    def test_RES_2_half_messages_stop_nobody(self):
        message = raw_bus.call(OPEN, "/", OPEN, "Half", "ay", [0] * 1000, serial=2)
        peers = [self.stack.peer() for _ in range(50)]
        for number, peer in enumerate(peers):
            peer.send(message[:1 + number * 17])
        self.peer.settle()
        peers[10].send(message[1 + 10 * 17:])
        self.assertEqual(self.service.expect(kind=CALL, member="Half").sender, peers[10].name)

    def test_RES_3_memory_grows_with_what_comes_not_with_what_is_announced(self):
        self.stack.use_rules(RULES)
        before = proxy_memory(self.stack)
        peers = [self.stack.peer() for _ in range(100)]
        announced = raw_bus.call(OPEN, "/", OPEN, "Big", "ay", [], serial=2)
        announced = announced[:4] + (100_000).to_bytes(4, "little") + announced[8:]
        for peer in peers:
            peer.send(announced)
        self.peer.settle()
        self.assertLess(proxy_memory(self.stack) - before, 100 * 40)    # KiB

    def test_RES_4_a_guest_that_never_reads_is_not_waited_for(self):
        """Its answers queue up to the limit, then its side of the bus is no longer read; others do not notice."""
        deaf = self.stack.peer()
        deaf.stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(40):
            self.service.broadcast("/", OPEN, "Loud", "ay", LOUD, to=deaf.name)
        self.service.bus("GetId")
        for _ in range(20):
            self.peer.settle()
        self.assertLess(proxy_memory(self.stack), 60_000)
        got = 0
        while got < 40:    # it reads after all: nothing was lost
            deaf.expect(member="Loud")
            got += 1

    def test_RES_5_errors_for_a_flood_wait_for_their_reader(self):
        """Who does not read the refusals of its calls is not read any further; others are."""
        deaf = self.stack.peer()
        flood = raw_bus.call(OPEN + ".Not", "/", OPEN, "Flood", serial=2) * 1000
        deaf.stream.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            for _ in range(1000):
                deaf.stream.send(flood)
        self.peer.settle()
        self.assertLess(proxy_memory(self.stack), 60_000)
        deaf.close()
        self.peer.settle()

    def test_RES_6_storms_of_connections_leave_nothing(self):
        def descriptors():
            return len(os.listdir(f"/proc/{self.stack.proxy.process.pid}/fd"))
        self.peer.settle()
        before = descriptors()
        for number in range(300):
            stranger = self.stack.stranger()
            stranger.send(b"\0AUTH")
            stranger.close()
            if number % 50 == 0:
                self.peer.settle()
        for _ in range(50):
            self.stack.peer().close()
        last = self.stack.peer()
        self.stack.monitor.passed(last)
        end = time.monotonic() + PATIENCE
        while descriptors() > before + 10:
            self.assertLess(time.monotonic(), end, "descriptors are left")
            last.settle()

    def test_RES_7_a_guest_that_leaves_in_the_middle_of_a_call(self):
        guest = self.stack.peer()
        for _ in range(20):
            guest.call(OPEN, "/", OPEN, "Slow")
        asked = [self.service.expect(kind=CALL, member="Slow") for _ in range(20)]
        guest.close()
        self.stack.monitor.until(lambda got: got.member == "NameOwnerChanged" and got.args[0] == guest.name)
        for call in asked:
            self.service.answer(call)
        self.service.bus("GetId")
        self.peer.settle()

    def test_RES_8_half_a_close_is_a_close(self):
        peer = self.stack.peer()
        peer.stream.shutdown(socket.SHUT_WR)
        self.assertTrue(peer.closed())

    def test_RES_9_many_rules_and_long_names(self):
        name = "org." + "x" * 251
        self.stack.use_rules(RULES + "".join(f"deny destination {OPEN} member M{n}\n" for n in range(5000)) +
                             f"deny destination {name}\n")
        try:
            self.assert_call_denied(name, "/", OPEN, "Call")
            self.assert_call_denied(OPEN, "/", OPEN, "M4999")
            self.assert_call_passes(OPEN, "/", OPEN, "M5000")
        finally:
            self.stack.use_rules(RULES)


class Caps(unittest.TestCase):
    def test_RES_6_a_domain_has_so_many_connections(self):
        with Stack(RULES, ["--max-connections", "3"]) as stack:
            peers = [stack.peer() for _ in range(3)]
            self.assertTrue(stack.stranger().closed())
            peers[0].close()
            stack.monitor.until(lambda got: got.member == "NameOwnerChanged" and got.args[0] == peers[0].name)
            peers[1].settle()
            stack.peer().settle()

    def test_RES_3_many_conversations_of_a_domain_hold_no_more_than_one_may(self):
        with Stack(RULES, ["--max-held", "500000"]) as stack:
            half = raw_bus.call(OPEN, "/", OPEN, "Big", "ay", [0] * 90_000, serial=2)[:-1]
            peers = [stack.peer() for _ in range(8)]
            for peer in peers[:5]:
                peer.send(half)
                peers[7].settle()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                peers[5].send(half)
            self.assertTrue(peers[5].closed())
            stack.proxy.log.wait("too much waits here")
            peers[7].settle()
            peers[0].close()    # and what it held is free again
            stack.monitor.until(lambda got: got.member == "NameOwnerChanged" and got.args[0] == peers[0].name)
            peers[6].send(half)
            peers[7].settle()
            peers[6].send(b"\0")
            peers[6].settle()

    def test_RES_5_conversations_of_a_domain_take_turns_beyond_its_calls_a_second(self):
        """Nothing of what waits is lost, and nobody is passed over."""
        with Stack(RULES, ["--max-calls-per-second", "200"]) as stack:
            with stack.another_proxy("--incoming-domid", "8", incoming=f"unix:{stack.dir}/second"):
                service, peers = stack.host(OPEN), [stack.peer() for _ in range(20)]
                stack.proxy.signal(signal.SIGSTOP)    # it shall find all of them there, however slowly we send
                for peer in peers:
                    peer.send(b"".join(raw_bus.call(OPEN, "/", OPEN, "Much", serial=peer.next(),
                                                    flags=raw_bus.NO_REPLY_EXPECTED) for _ in range(40)))
                stack.proxy.signal(signal.SIGCONT)
                calls = [service.expect(kind=CALL, member="Much") for _ in range(20 * 40)]
        serials, rest = {peer.name: [] for peer in peers}, {}
        for call in calls:
            serials[call.sender].append(call.serial)
        for came in serials.values():
            self.assertEqual(came, list(range(came[0], came[0] + 40)))
        for call in calls[100:]:    # the burst at the beginning is over
            rest[call.sender] = rest.get(call.sender, 0) + 1
        last = [call.sender for call in calls[-2 * len(rest):]]
        self.assertGreater(len(set(last)), len(rest) / 2, "many are served to the end")

    def test_RES_1_a_handshake_does_not_last_for_ever(self):
        with Stack(RULES, ["--max-handshake", "1"]) as stack:
            slow = stack.stranger()
            slow.send(b"\0AUTH")
            self.assertTrue(slow.closed())
            stack.proxy.log.wait("the handshake took too long")
            while True:
                with contextlib.suppress(ConnectionResetError, BrokenPipeError):    # a busy machine is slow, too
                    stack.peer().settle()
                    break

    def test_RES_2_half_a_message_does_not_last_for_ever(self):
        with Stack(RULES, ["--max-stalled", "1"]) as stack:
            slow, peer = stack.peer(), stack.peer()
            slow.send(b"l\1\0\1")
            self.assertTrue(slow.closed())
            peer.settle()

    def test_RES_4_a_peer_that_stops_reading_is_cut(self):
        with Stack(RULES, ["--max-queued", "100000", "--max-stalled", "1"]) as stack:
            deaf, other, service = stack.peer(), stack.peer(), stack.host(OPEN)
            for _ in range(20):
                service.broadcast("/", OPEN, "Loud", "ay", LOUD, to=deaf.name)
            service.bus("GetId")
            stack.proxy.log.wait("does not read")
            stack.monitor.until(lambda got: got.member == "NameOwnerChanged" and got.args[0] == deaf.name)
            other.settle()


if __name__ == "__main__":
    unittest.main()
