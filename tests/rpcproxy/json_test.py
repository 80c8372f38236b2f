#!/usr/bin/python3
"""JSON (JSN) and websockets (WSK), through the proxy to a real bus."""

import base64
import contextlib
import hashlib
import itertools
import json
import struct
import unittest

from proxy_stack import ACCESS_DENIED, BUS, CALL, CLOSED, OPEN, SIGNAL, Stack, raw_bus

RULES = f"""
    allow destination {OPEN} interface {OPEN}
    allow inc-signal interface {OPEN} member Told
    allow out-method-call interface {OPEN}
    allow out-signal interface {OPEN}
    allow inc-method-return
    """
IDENTITY = ["--incoming-domid", 7, "--incoming-uuid", "5eed0000-0000-4000-8000-000000000007"]
HOST = "localhost:9"
ids = itertools.count(1000)


def request(member="Call", args=(), signature="", **more):
    return {"type": "request", "id": next(ids), "destination": OPEN, "path": "/", "interface": OPEN, "method": member,
            "args": list(args), "dbus-signature": signature, **more}


class JsonPeer:
    """A peer whose objects end with NUL."""

    def __init__(self, stream):
        self.stream = stream

    def send(self, *objects):
        for said in objects:
            text = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.stream.sendall(text + b"\0")

    def receive(self):
        text = b""
        while (byte := self.stream.recv(1)) not in (b"\0", b""):
            text += byte
        return json.loads(text) if text else None


class Json(unittest.TestCase):
    options = ["--json-in", "--auto-auth"]

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(RULES, cls.options, identity=IDENTITY)
        cls.stack.__enter__()
        cls.service = cls.stack.host(OPEN, CLOSED)

    @classmethod
    def tearDownClass(cls):
        cls.stack.end()

    def setUp(self):
        self.peer = JsonPeer(self.stack.connect(self.stack.peers_path))

    def arrives(self, said):
        """The call as the service gets it."""
        self.peer.send(said)
        return self.service.expect(kind=CALL)

    def assert_refused(self, *texts):
        """None of them reaches the bus; the conversation goes on."""
        for text in texts:
            with self.subTest(text):
                self.peer.send(text, request("After"))
                call = self.service.expect(kind=CALL)
                self.service.answer(call)
                self.assertEqual(call.member, "After")

    def test_a_request_and_its_answer(self):
        call = self.arrives(request(args=["text", 7], signature="su", id=42))
        self.assertEqual((call.member, call.args, call.serial), ("Call", ("text", 7), 42))
        self.service.answer(call, "a{sv}", {"key": ("u", 5)})
        answer = self.peer.receive()
        self.assertEqual((answer["type"], answer["response-to"], answer["args"]), ("response", "42", [{"key": 5}]))

    def test_a_denied_request_is_told_so(self):
        self.peer.send(request(destination=CLOSED, id=9))
        answer = self.peer.receive()
        self.assertEqual((answer["type"], answer["response-to"], answer["name"]), ("error", "9", ACCESS_DENIED))

    def test_JSN_1_integers_keep_every_digit(self):
        numbers = [2**63 - 1, -2**63, 2**64 - 1, 2**53 + 1]
        call = self.arrives(request(args=numbers, signature="xxtt"))
        self.assertEqual(list(call.args), numbers)
        self.service.answer(call, "xxtt", *numbers)
        self.assertEqual(self.peer.receive()["args"], numbers)

    def test_JSN_2_numbers_out_of_range(self):
        self.assert_refused(*[request(args=[number], signature=kind) for kind, number in (
            ("y", 256), ("y", -1), ("n", 32768), ("q", 65536), ("i", 2**31), ("u", -1), ("u", 2**32), ("x", 2**63),
            ("t", -1), ("t", 2**64))])

    def test_JSN_3_values_of_another_kind(self):
        self.assert_refused(*[request(args=[value], signature=kind) for kind, value in (
            ("u", "1"), ("u", True), ("u", 1.5), ("u", None), ("u", {}), ("b", 1), ("b", "true"), ("s", 1), ("s", None),
            ("as", "a"), ("a{ss}", []), ("o", 7))])

    def test_JSN_4_numbers_that_are_none(self):
        text = json.dumps(request(args=["?"], signature="d"))
        self.assert_refused(*[text.replace('"?"', number).encode()
                              for number in ("NaN", "Infinity", "-Infinity", "1e400", "0x10", "01", "+1", ".5")])

    def test_JSN_5_keys_that_stand_twice(self):
        for key, other in (("destination", OPEN), ("method", "Other"), ("interface", OPEN), ("args", []), ("id", 3)):
            text = json.dumps(request())
            self.assert_refused(f'{text[:-1]}, "{key}": {json.dumps(other)}}}'.encode(),
                                f'{{"{key}": {json.dumps(other)}, {text[1:]}'.encode())
        text = json.dumps(request(args=["?"], signature="a{ss}"))
        self.assert_refused(text.replace('"?"', '{"a":"1","a":"2"}').encode())

    def test_JSN_6_depth(self):
        for depth in (65, 1000, 100_000):
            self.assert_refused(b"[" * depth, json.dumps(request(args=["?"], signature="as")).replace(
                '"?"', "[" * depth + "]" * depth).encode())

    def test_JSN_7_what_is_no_object(self):
        self.assert_refused(b"", b"nonsense", b"[]", b"7", b'"text"', b"null", json.dumps(request()).encode() * 2,
                            b"{", b"{}", b'{"id":1}')

    def test_JSN_8_parts_that_are_missing_or_no_text(self):
        for part in ("destination", "interface", "method", "path"):
            without = request()
            del without[part]
            self.assert_refused(without, *[request(**{part: value}) for value in (None, "", 7, [], True)])

    def test_JSN_9_signals_and_answers_are_judged_too(self):
        signal = {"type": "signal", "id": 5, "path": "/", "interface": OPEN, "method": "Told", "args": []}
        self.assert_refused({**signal, "method": "Other"}, {**signal, "interface": BUS, "method": "NameOwnerChanged"},
                            {"type": "response", "id": 6, "response-to": 1, "args": []},
                            {"type": "error", "id": 6, "response-to": 1, "name": "org.example.Error", "args": []})
        self.stack.monitor.until(lambda got: got.member == "After")
        self.peer.send(signal)
        self.stack.monitor.until(lambda got: got.kind == SIGNAL and got.member == "Told")

    def test_JSN_9_a_call_to_the_page_and_its_one_answer(self):
        call = self.arrives(request())
        serial = self.service.call(call.sender, "/", OPEN, "Ask", "s", "what")
        asked = self.peer.receive()
        self.assertEqual((asked["type"], asked["method"], asked["args"]), ("request", "Ask", ["what"]))
        for text in ("first", "second"):
            self.peer.send({"type": "response", "id": 8, "response-to": asked["id"], "args": [text],
                            "dbus-signature": "s"})
        self.assertEqual(self.service.reply(serial).args, ("first",))
        self.arrives(request("After"))

    def test_JSN_10_text_that_is_none(self):
        text = json.dumps(request(args=["?"], signature="s")).encode()
        self.assert_refused(*[text.replace(b"?", bad) for bad in (b"\\u0000", b"\\ud800", b"\\udc00x", b"\xff",
                                                                  b"\xc0\x80", b"\xed\xa0\x80", b"\x01")])

    def test_JSN_11_signatures_against_arguments(self):
        self.assert_refused(*[request(args=args, signature=signature) for args, signature in (
            (["a"], "ss"), (["a", "b"], "s"), ([], "s"), ([0], "h"), (["/no/"], "o"), (["a{"], "g"), ([[]], "a"),
            (["a"], "z"), ([{"a": 1}], "a{vs}"), (["x"], "(s"))])
        self.assertEqual(self.arrives(request(args=[[]], signature="as")).args, ([],))

    def test_JSN_12_ids(self):
        self.assert_refused(*[request(id=number) for number in (0, -1, 2**32, 1.5, "7", None, [])])
        for _ in range(2):
            call = self.arrives(request(id=2**32 - 1))
            self.service.answer(call)
            while self.peer.receive()["response-to"] != str(2**32 - 1):    # those to what was sent before
                pass

    def test_JSN_13_types_come_from_the_service_or_are_guessed(self):
        xml = (f"<node><interface name='{OPEN}'><method name='Typed'><arg type='q' direction='in'/></method>"
               "</interface></node>")
        for path, text, expected in (("/good", xml, "q"), ("/bomb", "<!DOCTYPE x [<!ENTITY a 'aaa'>]>" + xml, None),
                                     ("/junk", "<node", None), ("/refused", None, None)):
            with self.subTest(path):
                said = request("Typed", [7], path=path)
                del said["dbus-signature"]
                self.peer.send(said)
                asked = self.service.expect(kind=CALL, member="Introspect", path=path)
                if text is None:
                    self.service.fail(asked, "org.example.Error")
                else:
                    self.service.answer(asked, "s", text)
                call = self.service.expect(kind=CALL, member="Typed")
                self.assertIn(call.signature, [expected] if expected else ["u", "q"])

    def test_JSN_13_a_denied_request_asks_no_service(self):
        said = request("Denied", [7], destination=CLOSED)
        del said["dbus-signature"]
        self.peer.send(said)
        self.assertEqual(self.peer.receive()["name"], ACCESS_DENIED)
        self.assertEqual(self.arrives(request("After")).member, "After")

    def test_objects_in_pieces_and_many_at_once(self):
        text = json.dumps(request("Pieces")).encode() + b"\0"
        for byte in text:
            self.peer.stream.sendall(bytes([byte]))
        self.assertEqual(self.service.expect(kind=CALL).member, "Pieces")
        self.peer.stream.sendall(b"".join(json.dumps(request(f"Many{n}")).encode() + b"\0" for n in range(20)))
        self.assertEqual([self.service.expect(kind=CALL).member for _ in range(20)], [f"Many{n}" for n in range(20)])


class Websockets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(RULES, ["--websockets-in", "--auto-auth", "--websocket-origin", "https://ui.example",
                                  "--websocket-host", HOST], identity=IDENTITY)
        cls.stack.__enter__()
        cls.service = cls.stack.host(OPEN, CLOSED)

    @classmethod
    def tearDownClass(cls):
        cls.stack.end()

    def head(self, first="GET /chat HTTP/1.1", **changed):
        """Header names with underscores for hyphens; None leaves one out."""
        headers = {"Host": HOST, "Upgrade": "websocket", "Connection": "Upgrade", "Sec_WebSocket_Version": "13",
                   "Sec_WebSocket_Key": base64.b64encode(b"x" * 16).decode(), "Origin": "https://ui.example", **changed}
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items() if value is not None]
        return "\r\n".join([first, *lines, "", ""]).encode()

    def ask(self, head):
        """The status, and the stream behind the answer's head."""
        stream = self.stack.connect(self.stack.peers_path)
        stream.sendall(head)
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            byte = stream.recv(1)
            if not byte:
                return 0, stream
            answer += byte
        self.answer = answer.decode()
        return int(answer.split()[1]), stream

    def open(self):
        status, stream = self.ask(self.head())
        self.assertEqual(status, 101)
        return stream

    @staticmethod
    def frame(payload, opcode=1, final=True, masked=True, reserved=0, length=None):
        size = len(payload) if length is None else length
        first = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
        mask = 0x80 if masked else 0
        if size < 126:
            first += bytes([mask | size])
        elif size < 65536:
            first += bytes([mask | 126]) + struct.pack(">H", size)
        else:
            first += bytes([mask | 127]) + struct.pack(">Q", size)
        key = b"\x11\x22\x33\x44"
        return first + (key + bytes(byte ^ key[i % 4] for i, byte in enumerate(payload)) if masked else payload)

    def read_frame(self, stream):
        start = raw_bus.read_exactly(stream, 2)
        if start is None:
            return None
        size = start[1] & 127
        if size > 125:
            size = int.from_bytes(raw_bus.read_exactly(stream, 2 if size == 126 else 8), "big")
        return start[0] & 15, raw_bus.read_exactly(stream, size)

    def say(self, member="Call", **how):
        return self.frame(json.dumps(request(member)).encode(), **how)

    def assert_status(self, wanted, *heads):
        for head in heads:
            with self.subTest(head):
                status, stream = self.ask(head)
                self.assertIn(status, wanted)
                with contextlib.suppress(OSError):
                    stream.sendall(self.say("Never"))
                self.assertTrue(raw_bus.closes(stream))
        self.works()

    def assert_closed(self, code, *frames):
        for data in frames:
            with self.subTest(data[:20]):
                stream = self.open()
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    stream.sendall(data)
                kind, payload = self.read_frame(stream)
                self.assertEqual((kind, struct.unpack(">H", payload[:2])[0]), (8, code))
                self.assertTrue(raw_bus.closes(stream))
        self.works()

    def works(self):
        """And nothing that came before has reached the service."""
        stream = self.open()
        stream.sendall(self.say("Works"))
        self.assertEqual(self.service.expect(kind=CALL).member, "Works")
        stream.close()

    def test_a_request_in_a_websocket(self):
        stream = self.open()
        accept = base64.b64encode(hashlib.sha1(base64.b64encode(b"x" * 16) +
                                               b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()).decode()
        self.assertIn(f"Sec-WebSocket-Accept: {accept}", self.answer)
        stream.sendall(self.say())
        self.service.answer(self.service.expect(kind=CALL), "s", "answer")
        kind, payload = self.read_frame(stream)
        self.assertEqual((kind, json.loads(payload)["args"]), (1, ["answer"]))

    def test_WSK_1_foreign_origins(self):
        self.assert_status([403], *[self.head(Origin=origin) for origin in (
            "https://evil.example", "null", "ui.example", "https://ui.example.evil.example", "http://ui.example", None,
            "https://ui.example:1", "HTTPS://UI.EXAMPLE")])

    def test_WSK_2_hosts_that_are_not_ours(self):
        self.assert_status([403], *[self.head(Host=host) for host in ("evil.example", "localhost", None,
                                                                      "localhost:9.evil.example")])

    def test_WSK_3_what_is_no_upgrade(self):
        self.assert_status([0, 400, 404, 405, 426], self.head(Upgrade=None), self.head("POST /chat HTTP/1.1"),
                           self.head("GET /other HTTP/1.1"), self.head("GET /chat HTTP/1.0"),
                           self.head(Connection="close"),
                           self.head(Sec_WebSocket_Version="8"), self.head(Sec_WebSocket_Key="short"),
                           self.head(Sec_WebSocket_Key=None), self.head(Content_Length="10"))
        self.assert_status([0, 431], self.head(X="y" * 17_000))

    def test_WSK_4_a_frame_without_mask(self):
        self.assert_closed(1002, self.say(masked=False))

    def test_WSK_5_reserved_bits_and_unknown_kinds(self):
        self.assert_closed(1002, *[self.say(reserved=bits) for bits in (1, 2, 4, 7)],
                           *[self.say(opcode=kind) for kind in (3, 7, 11, 15)])

    def test_WSK_6_control_frames(self):
        self.assert_closed(1002, self.frame(b"x" * 126, opcode=9), self.frame(b"x", opcode=9, final=False))
        stream = self.open()
        stream.sendall(self.frame(b"ping", opcode=9))
        self.assertEqual(self.read_frame(stream), (10, b"ping"))

    def test_WSK_7_fragments(self):
        text = json.dumps(request("Fragments")).encode()
        stream = self.open()
        stream.sendall(self.frame(text[:9], final=False) + self.frame(b"p", opcode=9) +
                       self.frame(text[9:20], opcode=0, final=False) + self.frame(text[20:], opcode=0))
        self.assertEqual(self.read_frame(stream), (10, b"p"))
        self.assertEqual(self.service.expect(kind=CALL).member, "Fragments")
        self.assert_closed(1002, self.frame(text, opcode=0), self.frame(text[:9], final=False) + self.say())

    def test_WSK_8_text_that_is_no_utf_8(self):
        self.assert_closed(1007, self.frame(b'{"a":"\xff"}'), self.frame(b"\xed\xa0\x80"),
                           self.frame(b"\xc3", final=False) + self.frame(b"(", opcode=0))

    def test_WSK_9_frames_that_are_too_long(self):
        piece = self.frame(b" " * 60_000, opcode=0, final=False)
        self.assert_closed(1009, self.frame(b"", length=2 << 20), b"\x81\xff" + b"\xff" * 8 + bytes(4),
                           self.frame(b" ", final=False) + piece * 17 + piece[:40_000])

    def test_WSK_10_a_close_is_answered_once_and_nothing_read_after(self):
        stream = self.open()
        stream.sendall(self.frame(struct.pack(">H", 1000), opcode=8) + self.say("Never"))
        self.assertEqual(self.read_frame(stream), (8, struct.pack(">H", 1000)))
        self.assertTrue(raw_bus.closes(stream))
        self.works()

    def test_WSK_11_half_handshakes_stop_nobody(self):
        head = self.head()
        streams = [self.stack.connect(self.stack.peers_path) for _ in range(100)]
        for number, stream in enumerate(streams):
            stream.sendall(head[:number])
        self.works()
        for stream in streams:
            stream.close()

    def test_WSK_12_messages_at_the_http_port(self):
        hello = b"\0" + raw_bus.AUTH + b"BEGIN\r\n" + raw_bus.bus_call("Hello", serial=1)
        self.assert_status([0, 400], hello + b"\r\n\r\n", b"BEGIN\r\n\r\n")

    def test_the_bus_goes_and_the_page_is_told(self):
        with Stack(RULES, ["--websockets-in", "--auto-auth", "--websocket-origin", "https://ui.example",
                           "--websocket-host", HOST], identity=IDENTITY) as other:
            mine, self.stack = self.stack, other
            try:
                service, stream = other.host(OPEN), self.open()
                stream.sendall(self.say())
                service.expect(kind=CALL)
                other.kill_bus()
                kind, payload = self.read_frame(stream)
                self.assertEqual((kind, json.loads(payload)["name"]), (1, f"{BUS}.Error.Disconnected"))
                self.assertEqual(self.read_frame(stream)[0], 8)
            finally:
                self.stack = mine


if __name__ == "__main__":
    unittest.main()
