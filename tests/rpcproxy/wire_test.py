#!/usr/bin/python3
"""Broken headers (HDR) and bodies (WIR), both byte orders. All is allowed here, so only the reader can refuse; a broken
message ends the conversation, and nothing of it reaches the bus."""

import struct
import unittest

from proxy_stack import BUS, OPEN, ProxyTest, raw_bus
from raw_bus import (CALL, DESTINATION, ERROR, ERROR_NAME, INTERFACE, MEMBER, PATH, REPLY_SERIAL, RETURN, SENDER,
                     SIGNAL, SIGNATURE, UNIX_FDS)

GOOD = [(PATH, "/"), (INTERFACE, OPEN), (MEMBER, "Call"), (DESTINATION, OPEN)]
LOCAL = "org.freedesktop.DBus.Local"


def without(*codes):
    return [field for field in GOOD if field[0] not in codes]


def instead(*field):
    return [*without(field[0]), field]


def text(content, order):
    return struct.pack(order + "I", len(content)) + content + b"\0"


class Broken(ProxyTest):
    rules = "allow all\nallow inc-signal\nallow inc-any\n"

    def assert_each_cut(self, cases):
        """cases: (what, arguments of raw_bus.message) or (what, arguments, keywords); arguments may be a function of
        the byte order."""
        for what, make, *how in cases:
            for big in (False, True):
                with self.subTest(what, big=big):
                    arguments = make(">" if big else "<") if callable(make) else make
                    self.assert_cut(raw_bus.message(*arguments, **{"serial": 9, "big": big, **dict(*how)}))

    def assert_each_body_cut(self, cases):
        """cases: (what, signature, body); body may be a function of the byte order."""
        for what, signature, body in cases:
            for order in "<>":
                with self.subTest(what, order=order):
                    data = body(order) if callable(body) else body
                    self.assert_cut(raw_bus.message(CALL, [*GOOD, (SIGNATURE, signature)], body=data, serial=9,
                                                    big=order == ">"))

    def test_the_message_that_these_tests_break_passes(self):
        for big in (False, True):
            self.peer.send(raw_bus.message(CALL, GOOD, "as(yt)v", ["a"], (1, 2), ("d", 0.5), serial=self.peer.next(),
                                           big=big))
            seen = self.passed()
            self.assertEqual([got.args for got in seen], [(["a"], (1, 2), 0.5)])

    # -- headers

    def test_HDR_1_a_field_twice(self):
        self.assert_each_cut([
            ("destination", (CALL, [*GOOD, (DESTINATION, BUS)])),
            ("destination, the other first", (CALL, [(DESTINATION, BUS), *GOOD])),
            ("the same twice", (CALL, [*GOOD, (MEMBER, "Call")])),
            ("path", (CALL, [*GOOD, (PATH, "/other")])),
            ("interface", (CALL, [*GOOD, (INTERFACE, BUS)])),
            ("sender", (CALL, [*GOOD, (SENDER, ":1.1"), (SENDER, ":1.2")])),
            ("signature", (CALL, [*GOOD, (SIGNATURE, "s"), (SIGNATURE, "s")], "", "a"), {"body": b"\1\0\0\0a\0"}),
            ("reply serial", (CALL, [*GOOD, (REPLY_SERIAL, 1), (REPLY_SERIAL, 2)])),
        ])

    def test_HDR_2_a_field_of_the_wrong_type(self):
        self.assert_each_cut([
            ("destination as signature", (CALL, instead(DESTINATION, "g", "org.example"))),
            ("member as path", (CALL, instead(MEMBER, "o", "/Call"))),
            ("path as string", (CALL, instead(PATH, "s", "/"))),
            ("interface as variant", (CALL, instead(INTERFACE, "v", ("s", OPEN)))),
            ("reply serial of 64 bits", (RETURN, [(REPLY_SERIAL, "t", 1), (DESTINATION, OPEN)])),
            ("reply serial with a sign", (RETURN, [(REPLY_SERIAL, "i", 1), (DESTINATION, OPEN)])),
            ("signature as string", (CALL, [*GOOD, (SIGNATURE, "s", "s")]), {"body": b"\1\0\0\0a\0"}),
            ("two types", (CALL, instead(MEMBER, "ss", b"\4\0\0\0Call\0"))),
        ])

    def test_HDR_3_a_field_with_code_0(self):
        self.assert_each_cut([("code 0", (CALL, [*GOOD, (0, "s", "x")])),
                              ("at first", (CALL, [(0, "u", 1), *GOOD]))])

    def test_HDR_4_unknown_fields_do_not_matter_and_do_not_pass(self):
        for big in (False, True):
            for code in (10, 11, 64, 255):
                with self.subTest(code, big=big):
                    fields = [(code, "s", "x"), *GOOD, (code, "(ya{sv})", (1, {"k": ("u", 2)}))]
                    self.peer.send(raw_bus.message(CALL, fields, "s", "text", serial=self.peer.next(), big=big))
                    seen = self.passed()
                    self.assertEqual([(got.member, got.args) for got in seen], [("Call", ("text",))])
                    self.assertNotIn(code, seen[0].fields)

    def test_HDR_4_a_broken_unknown_field_is_broken(self):
        self.assert_each_cut([("boolean", (CALL, [*GOOD, (200, "b", b"\2\2\2\2")]))])

    def test_HDR_5_a_required_field_is_missing(self):
        self.assert_each_cut([
            ("call without path", (CALL, without(PATH))),
            ("call without member", (CALL, without(MEMBER))),
            ("signal without interface", (SIGNAL, without(INTERFACE))),
            ("signal without path", (SIGNAL, without(PATH))),
            ("signal without member", (SIGNAL, without(MEMBER))),
        ])

    def test_HDR_6_invalid_names(self):
        interfaces = ["org", "", ".org.example", "org..example", "org.example.", "org.2example", "org.ex-ample",
                      "a." + "b" * 254, "org.exämple", "org.exa\0mple", "org.example ", ":1.5"]
        destinations = ["org", "org..example", "org.2example", "org.example.", "a." + "b" * 254, ":", ":1", ":1..2",
                        "org.exa\0mple"]
        members = ["", "2Call", "Ca.ll", "Ca-ll", "C" * 256, "Ca ll", "Call\0"]
        paths = ["", "path", "/path/", "//path", "/pa//th", "/pa-th", "/pa\0th", "/päth"]
        self.assert_each_cut([(f"{code}={value!r}", (CALL, instead(code, value)))
                              for code, values in ((INTERFACE, interfaces), (DESTINATION, destinations),
                                                   (MEMBER, members), (PATH, paths)) for value in values])
        self.assert_each_cut([("error name", (ERROR, [(ERROR_NAME, "NoDot"), (REPLY_SERIAL, 1)])),
                              ("a path of 100 KiB", (CALL, instead(PATH, "/" + "a" * 100_000)))])

    def test_HDR_7_the_reserved_names_of_local_messages(self):
        self.assert_each_cut([
            ("interface", (CALL, instead(INTERFACE, LOCAL))),
            ("path", (CALL, instead(PATH, "/org/freedesktop/DBus/Local"))),
            ("signal", (SIGNAL, [(PATH, "/"), (INTERFACE, LOCAL), (MEMBER, "Disconnected")])),
        ])

    def test_HDR_8_a_message_of_type_0_is_invalid_one_of_an_unknown_type_goes_nowhere(self):
        self.assert_each_cut([("type 0", (0, GOOD))])
        for kind in (5, 6, 127, 255):
            with self.subTest(kind):
                self.assert_vanishes(raw_bus.message(kind, GOOD, serial=self.peer.next()))
                self.assert_vanishes(raw_bus.message(kind, [*GOOD, (REPLY_SERIAL, 1)], serial=self.peer.next()))

    def test_HDR_9_version_serial_and_byte_order(self):
        self.assert_each_cut([
            ("version 0", (CALL, GOOD), {"version": 0}),
            ("version 2", (CALL, GOOD), {"version": 2}),
            ("serial 0", (CALL, GOOD), {"serial": 0}),
            ("byte order L", (CALL, GOOD), {"mark": "L"}),
            ("byte order b", (CALL, GOOD), {"mark": "b"}),
            ("byte order NUL", (CALL, GOOD), {"mark": "\0"}),
        ])

    def test_HDR_10_a_signature_without_body_and_a_body_without_signature(self):
        self.assert_each_cut([
            ("no body", (CALL, [*GOOD, (SIGNATURE, "s")]), {"body": b""}),
            ("no signature", (CALL, GOOD), {"body": b"\1\0\0\0"}),
            ("empty signature", (CALL, [*GOOD, (SIGNATURE, "")]), {"body": b"\1\0\0\0"}),
        ])

    def test_HDR_11_fields_that_do_not_end_where_they_say(self):
        length = len(raw_bus.message(CALL, GOOD)) - 16
        self.assert_each_cut([(f"{cut} bytes short", (CALL, GOOD), {"fields_length": length - cut})
                              for cut in (1, 2, 5, 8, 9, 17, 40)])
        self.assert_each_cut([("a string that is longer than all", lambda order: (
            CALL, [*without(MEMBER), (MEMBER, "s", struct.pack(order + "I", 0x7fffffff) + b"Call\0")]))])

    def test_HDR_12_what_only_the_bus_may_say_does_not_pass(self):
        self.peer.send(raw_bus.message(CALL, [(10, "o", "/org/freedesktop/DBus/Containers1/c1"), *GOOD],
                                       serial=self.peer.next()))
        seen = self.passed()
        self.assertEqual([10 in got.fields for got in seen], [False])

    def test_HDR_13_padding_behind_the_header_that_is_not_zero(self):
        self.assert_each_cut([("padding", (CALL, instead(MEMBER, "C" * n)), {"padding": b"\1"}) for n in (1, 2, 3, 5)])

    # -- bodies

    def test_WIR_1_strings_that_are_no_text(self):
        self.assert_each_body_cut([
            (repr(content), "s", lambda order, c=content: text(c, order))
            for content in (b"\xff", b"\xc0\x80", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3",
                            b"\xf8\x88\x80\x80\x80", b"a\0b", b"\x80")])
        self.assert_each_body_cut([("no NUL", "s", lambda order: struct.pack(order + "I", 3) + b"abcd"),
                                   ("signature without NUL", "g", b"\1sx"),
                                   ("longer than the message", "s",
                                    lambda order: struct.pack(order + "I", 99) + b"a\0")])

    def test_WIR_2_booleans_are_0_or_1(self):
        self.assert_each_body_cut([(number, "b", lambda order, n=number: struct.pack(order + "I", n))
                                   for number in (2, 256, 0xffffffff)])

    def test_WIR_3_arrays_of_broken_length(self):
        self.assert_each_body_cut([
            ("au of 3 bytes", "au", lambda order: struct.pack(order + "I", 3) + b"\0\0\0"),
            ("at of 12 bytes", "at", lambda order: struct.pack(order + "II", 12, 0) + bytes(12)),
            ("as that ends in its string", "as", lambda order: struct.pack(order + "II", 5, 4) + b"abcd\0"),
            ("a(ys) that ends in a struct", "a(ys)", lambda order: struct.pack(order + "II", 1, 0) + b"\1"),
            ("longer than the message", "ay", lambda order: struct.pack(order + "I", 8) + b"\0\0\0"),
        ])

    def test_WIR_4_broken_signatures(self):
        self.assert_each_body_cut([(signature, signature, bytes(8))
                                   for signature in ("(", ")", "(u", "u)", "(u(u)", "()", "a", "aa", "a()", "{su}",
                                                     "a{s}", "a{suu}", "a{vs}", "a{(u)s}", "(a{su)}", "a{s(u})", "z",
                                                     "u\0", "m", "!", "r", "e", "a{}")])

    def test_WIR_5_nesting(self):
        deep = bytes(4096)
        self.assert_each_body_cut([("33 arrays", "a" * 33 + "y", deep),
                                   ("33 structs", "(" * 33 + "y" + ")" * 33, deep),
                                   ("70 variants in variants", "v", b"\1v\0" * 70 + b"\1y\0\0"),
                                   ("thousands of variants", "v", b"\1v\0" * 200_000 + b"\1y\0\0")])
        shallow = raw_bus.message(CALL, [*GOOD, (SIGNATURE, "v")], body=b"\1v\0" * 40 + b"\1y\0\0",
                                  serial=self.peer.next())
        self.peer.send(shallow)
        self.assertEqual(len(self.passed()), 1)

    def test_WIR_6_variants_of_no_type_or_two(self):
        self.assert_each_body_cut([("none", "v", b"\0\0"), ("two", "v", b"\2yy\0\1\1"), ("broken", "v", b"\1(\0\0")])

    def test_WIR_7_a_body_longer_or_shorter_than_its_signature(self):
        self.assert_each_body_cut([("longer", "u", bytes(5)),
                                   ("a NUL too many", "s", lambda order: text(b"a", order) + b"\0"),
                                   ("shorter", "u", bytes(3)), ("an argument missing", "uu", bytes(4))])

    def test_WIR_8_padding_inside_that_is_not_zero(self):
        self.assert_each_body_cut([("before u", "yu", b"\1\1\0\0" + bytes(4)),
                                   ("before a struct", "u(y)", bytes(4) + b"\0\0\0\1\0"),
                                   ("before the first of an array", "at",
                                    lambda order: struct.pack(order + "II", 8, 1) + bytes(8)),
                                   ("of an empty array", "at", lambda order: struct.pack(order + "II", 0, 1))])

    def test_WIR_9_paths_and_signatures_as_arguments(self):
        self.assert_each_body_cut([("path", "o", lambda order: text(b"/a/", order)),
                                   ("empty path", "o", lambda order: text(b"", order)),
                                   ("signature", "g", b"\1(\0"), ("long", "g", b"\4aaaa\0"),
                                   ("in a variant", "v", lambda order: b"\1o\0\0" + text(b"no", order))])

    def test_WIR_10_lengths_are_refused_from_the_first_16_bytes(self):
        for order, mark in (("<", b"l"), (">", b"B")):
            for what, body, fields in (("message over 128 MiB", 0x0800_0000, 64), ("body of 4 GiB", 0xffff_ffff, 64),
                                       ("header over 64 MiB", 0, 0x0400_0001), ("header of 4 GiB", 0, 0xffff_ffff),
                                       ("a sum that wraps to 0", 0xffff_fff0, 0), ("both", 0xffff_ffff, 0xffff_ffff),
                                       ("over our own limit", 33 << 20, 64)):
                with self.subTest(what, order=order):
                    self.assert_cut(mark + b"\1\0\1" + struct.pack(order + "III", body, 9, fields))
        self.assert_each_body_cut([("array over 64 MiB", "ay",
                                    lambda order: struct.pack(order + "I", 0x0400_0001) + bytes(64))])

    def test_WIR_11_lengths_are_read_in_the_order_that_the_message_says(self):
        for mark, order in ((b"l", ">"), (b"B", "<")):
            with self.subTest(mark):
                self.assert_cut(mark + b"\1\0\1" + struct.pack(order + "III", 8, 9, 64) + bytes(200))
        for big in (False, True):
            self.peer.send(raw_bus.message(CALL, GOOD, "asaad", ["one", "two"], [[1.5], [], [2.5, 3.5]],
                                           serial=self.peer.next(), big=big))
            self.assertEqual([got.args for got in self.passed()], [(["one", "two"], [[1.5], [], [2.5, 3.5]])])

    def test_WIR_12_a_message_is_as_long_as_it_says(self):
        inner = raw_bus.message(CALL, instead(MEMBER, "Inner"), serial=77)
        outer = raw_bus.message(CALL, GOOD, "ay", list(inner), serial=self.peer.next())
        for byte in outer:
            self.peer.send(bytes([byte]))
        self.assertEqual([(got.member, len(got.args[0])) for got in self.passed()], [("Call", len(inner))])
        many = b"".join(raw_bus.message(CALL, instead(MEMBER, f"Number{n}"), serial=self.peer.next(), flags=1)
                        for n in range(100))
        for begin in range(0, len(many), 1009):
            self.peer.send(many[begin:begin + 1009])
        self.assertEqual([got.member for got in self.passed()], [f"Number{n}" for n in range(100)])

    def test_WIR_13_what_the_bus_refuses_ends_one_conversation_only(self):
        """dbus-daemon takes field 10 for an object path and hangs up if it is none; and a descriptor count without
        descriptors."""
        other = self.stack.peer()
        self.peer.send(raw_bus.message(CALL, [(10, "s", "no path"), *GOOD], serial=self.peer.next()))
        self.assertEqual(len(self.passed()), 1, "without the field")
        self.assert_cut(raw_bus.message(CALL, [*GOOD, (UNIX_FDS, 1)], serial=9))
        other.settle()
        self.peer.settle()


if __name__ == "__main__":
    unittest.main()
