#!/usr/bin/python3
"""The life of the proxy (LIF), and what happens when its neighbours die."""

import contextlib
import os
import signal
import struct
import subprocess
import sys
import unittest

from proxy_stack import (BUS, CALL, ERROR, OPEN, RETURN, Connection, Proxy, Stack, raw_bus)

RULES = f"""
    allow destination {OPEN}
    allow out-method-call interface {OPEN}
    allow out-signal interface {OPEN}
    allow inc-method-return
    """
LOUD = struct.pack("<I", 50_000) + bytes(50_000)    # an array of bytes
DISCONNECTED = f"{BUS}.Error.Disconnected"


class Life(unittest.TestCase):
    def stack(self, rules=RULES, *options, **how):
        return self.enterContext(Stack(rules, options, **how))

    def denied(self, peer, member="Call"):
        answer = peer.ask(OPEN, "/", OPEN, member)
        return answer.kind == ERROR and answer.error.endswith("AccessDenied")

    def test_LIF_1_the_bus_dies_and_comes_back(self):
        stack = self.stack()
        service = stack.host(OPEN)
        waiting, idle, half = stack.peer(), stack.peer(), stack.stranger()
        half.send(b"\0AUTH")
        serials = [waiting.call(OPEN, "/", OPEN, "Slow") for _ in range(3)]
        for _ in serials:
            service.expect(kind=CALL, member="Slow")
        stack.kill_bus()
        for serial in serials:
            self.assertEqual(waiting.expect(kind=ERROR, reply_serial=serial).error, DISCONNECTED)
        for peer in (waiting, idle, half):
            self.assertTrue(peer.closed())
        stack.start_bus()
        service = stack.host(OPEN)
        peer = stack.peer()
        peer.call(OPEN, "/", OPEN, "Again")
        self.assertEqual(service.expect(kind=CALL, member="Again").sender, peer.name)
        self.assertTrue(stack.proxy.running())

    def test_LIF_1_without_a_bus_a_peer_is_told_soon(self):
        stack = self.stack(RULES, "--max-asking", 1)
        stack.kill_bus()
        self.assertTrue(stack.stranger().closed())
        self.assertTrue(stack.proxy.running())

    def test_LIF_2_a_stricter_file_holds_for_open_conversations(self):
        stack = self.stack()
        stack.host(OPEN)
        peer = stack.peer()
        peer.call(OPEN, "/", OPEN, "Call", flags=1)
        stack.use_rules(f"allow destination {OPEN} member Other\n")
        self.assertTrue(self.denied(peer))
        self.assertTrue(self.denied(stack.peer()))

    def test_LIF_3_a_broken_or_missing_file_changes_nothing(self):
        stack = self.stack(f"allow destination {OPEN} member Call\n")
        service, peer = stack.host(OPEN), stack.peer()
        for text in ("allow all\nallow destination\n", "nonsense\n", None):
            if text is None:
                stack.rules.unlink()
            else:
                stack.rules.write_text(text)
            line = stack.proxy.reload()
            self.assertIn("the rules stay as they were", line)
            self.assertIn(str(stack.rules), line)
            if text and "all\n" in text:
                self.assertIn("line 2", line.replace(":2:", " line 2 "))
            self.assertTrue(self.denied(peer, "Other"))
            peer.call(OPEN, "/", OPEN, "Call")
            service.expect(kind=CALL, member="Call")

    def run_proxy(self, *arguments):
        """Exit status and output of a proxy that does not come to serve."""
        stack = self.stack()
        return Proxy(stack.dir, [argument.replace("DIR", str(stack.dir)) for argument in arguments], ready=False).wait()

    def start_with(self, rules):
        stack = self.stack()
        (stack.dir / "other").write_bytes(rules)
        proxy = Proxy(stack.dir, ["-i", f"unix:{stack.dir}/never", "-o", f"unix:{stack.bus_path}", "-r",
                                  stack.dir / "other"], ready=False)
        status, text = proxy.wait()
        self.assertFalse((stack.dir / "never").exists(), "nothing listens")
        return status, text

    def test_LIF_4_a_malformed_file_at_start(self):
        for rules in (b"allow all\n  deny member\n", b"allow all extra\n", b"domain x\n",
                      b"allow destinationdestination x",
                      b"\xef\xbb\xbfallow all\n", b"allow all\r\n", b"allow all\0\n", b"allow member \xff\n",
                      b"allow member a*\n", b"allow dom-id 99999999999\n", b"allow stubdom yes\n"):
            with self.subTest(rules):
                status, text = self.start_with(rules)
                self.assertEqual(status, 3, text)
                self.assertIn("/other:" + ("2" if b"  deny" in rules else "1"), text)

    def test_LIF_4_a_missing_file_and_wrong_usage(self):
        for arguments in (["-i", "unix:DIR/never", "-r", "DIR/missing"], ["-i", "unix:DIR/never", "-r", "DIR"],
                          ["--unknown"], ["positional"], ["-i", "carrier-pigeon:7"], ["-i", "tcp:notaport"],
                          ["-i", "tcp:7", "-r", "DIR/rules"],    # of whom tcp tells nothing
                          ["-i", "serial:/dev/null", "-r", "DIR/rules"], ["--incoming-uuid", "nonsense"],
                          ["--incoming-stubdom", "maybe"], ["-i", "unix:DIR/rules", "-r", "DIR/rules"]):
            with self.subTest(arguments):
                status, text = self.run_proxy(*arguments)
                self.assertEqual(status, 2, text)
                self.assertIn("usage: rpc-proxy", text)

    def test_LIF_5_an_empty_file_denies_everything(self):
        for rules in ("", "# nothing\n", "\n\n   # nothing"):
            stack = self.stack(rules, mark=False)
            self.assertTrue(self.denied(stack.peer()))

    def test_LIF_6_the_file_is_read_at_once(self):
        stack = self.stack(f"allow destination {OPEN} member Call\n")
        stack.rules.unlink()
        stack.rules.symlink_to(stack.dir / "elsewhere")
        (stack.dir / "elsewhere").write_text("deny all\n")
        (stack.dir / "elsewhere").chmod(0o666)
        stack.proxy.reload()
        self.assertTrue(self.denied(stack.peer()))
        stack.proxy.log.wait("may be written by others")

    def test_LIF_6_what_is_no_plain_file_is_not_waited_for(self):
        stack = self.stack(f"allow destination {OPEN} member Call\n")
        stack.host(OPEN)
        for make in (os.mkfifo, os.mkdir):
            stack.rules.unlink()
            make(stack.rules)
            self.assertIn("the rules stay as they were", stack.proxy.reload())
            self.assertTrue(self.denied(stack.peer(), "Other"))

    def test_LIF_7_broken_input_of_one_guest_ends_no_other(self):
        stack = self.stack()
        other = stack.peer()
        for junk in (b"\xff" * 5000, b"l\1\0\1" + b"\xff" * 100, b"\0" * 64, os.urandom(5000), b"B" * 16):
            peer = stack.peer()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                peer.send(junk)
            self.assertTrue(peer.closed())
            other.settle()

    def test_a_peer_is_killed_at_every_stage(self):
        """By SIGKILL: a process that sends so much and then waits to be killed."""
        stack = self.stack()
        service, other = stack.host(OPEN), stack.peer()
        call = raw_bus.call(OPEN, "/", OPEN, "Kill", "s", "x" * 5000, serial=2)
        begin = b"\0" + raw_bus.AUTH + b"BEGIN\r\n" + raw_bus.bus_call("Hello", serial=1)
        stages = {"nothing": b"", "mid-handshake": b"\0AUTH EXT", "before begin": b"\0" + raw_bus.AUTH, "hello": begin,
                  "mid-header": begin + call[:40], "mid-body": begin + call[:-1000], "pending call": begin + call,
                  "many pending calls": begin + b"".join(raw_bus.call(OPEN, "/", OPEN, "Kill", serial=n)
                                                         for n in range(2, 200))}
        script = ("import signal, socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
                  "s.sendall(sys.stdin.buffer.read()); print(flush=True); signal.pause()")
        for stage, data in stages.items():
            with self.subTest(stage):
                victim = subprocess.Popen([sys.executable, "-c", script, str(stack.peers_path)], stdin=subprocess.PIPE,
                                          stdout=subprocess.PIPE)
                victim.stdin.write(data)
                victim.stdin.close()
                victim.stdout.readline()
                asked = service.expect(kind=CALL, member="Kill") if "pending" in stage else None
                victim.send_signal(signal.SIGKILL)
                victim.wait()
                victim.stdout.close()
                if asked:
                    for _ in range(30):    # answers that nobody reads
                        service.answer(asked, "s", "y" * 10_000)
                    service.bus("GetId")
                other.settle()
                self.assertTrue(stack.proxy.running())
        stack.proxy.log.wait("the peer has left")

    def test_a_peer_is_killed_with_answers_that_it_did_not_read(self):
        stack = self.stack()
        service, other, deaf = stack.host(OPEN), stack.peer(), stack.peer()
        for _ in range(60):
            service.broadcast("/", OPEN, "Loud", "ay", LOUD, to=deaf.name)
        service.bus("GetId")
        other.settle()
        deaf.close()
        stack.monitor.until(lambda got: got.member == "NameOwnerChanged" and got.args[0] == deaf.name)
        other.settle()

    def test_two_proxies_at_once(self):
        stack = self.stack()
        second_path = stack.dir / "second"
        with stack.another_proxy("--incoming-domid", "8", incoming=f"unix:{second_path}") as second:
            service, one = stack.host(OPEN), stack.peer()
            two = Connection(stack.connect(second_path)).greet()
            for peer in (one, two):
                peer.call(OPEN, "/", OPEN, "Both")
                self.assertEqual(service.expect(kind=CALL, member="Both").sender, peer.name)
            second.kill()
            self.assertTrue(two.closed())
            one.settle()

    def test_a_second_proxy_does_not_take_the_firsts_place(self):
        stack = self.stack()
        status, text = Proxy(stack.dir, ["-i", f"unix:{stack.peers_path}", "-o", f"unix:{stack.bus_path}", "-r",
                                         stack.rules], ready=False).wait()
        self.assertEqual(status, 2, text)
        stack.peer().settle()
        stack.proxy.kill()
        stack.start_proxy()    # but that of one which was killed
        stack.peer().settle()

    def test_without_a_firewall_everything_passes(self):
        stack = self.stack("", "--no-firewall")
        service, peer = stack.host(OPEN), stack.peer()
        peer.call(OPEN, "/", OPEN, "Anything")
        service.answer(service.expect(kind=CALL), "s", "answer")
        self.assertEqual(peer.expect(kind=RETURN).args, ("answer",))

    def test_it_ends_when_it_is_told_to(self):
        stack = self.stack()
        peer = stack.peer()
        stack.proxy.signal(signal.SIGTERM)
        self.assertEqual(stack.proxy.wait()[0], 0)
        self.assertTrue(peer.closed())


if __name__ == "__main__":
    unittest.main()
