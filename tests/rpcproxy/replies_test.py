#!/usr/bin/python3
"""Replies (RPL) and signals (SIG)."""

import unittest

from proxy_stack import ACCESS_DENIED, BUS, CLOSED, LIMITS_EXCEEDED, OPEN, PROPERTIES, ProxyTest, raw_bus
from raw_bus import (CALL, DESTINATION, ERROR, ERROR_NAME, INTERFACE, MEMBER, PATH, REPLY_SERIAL, RETURN, SENDER,
                     SIGNAL)


def parts(destination, member, interface=OPEN):
    return [(PATH, "/"), (INTERFACE, interface), (MEMBER, member), (DESTINATION, destination)]


class Answers(ProxyTest):
    rules = f"""
        allow destination {OPEN} member Asked
        allow out-method-call interface {OPEN}
        allow inc-method-return
        allow inc-error
        """
    options = ["--max-calls", "100"]

    def called(self, host=None, member="Asked", **how):
        """A call from the host as the guest gets it."""
        host = host or self.service
        host.call(self.peer.name, "/", OPEN, member, **how)
        return self.peer.expect(kind=CALL, member=member)

    def test_RPL_1_an_answer_that_nobody_waits_for_vanishes(self):
        for serial in (1, self.service.serial, 4242):
            self.assert_vanishes(raw_bus.answer(self.service.name, serial, "s", "unasked", serial=self.peer.next()))
            self.assert_vanishes(raw_bus.answer(OPEN, serial, serial=self.peer.next()))
            self.assert_vanishes(raw_bus.message(ERROR, [(ERROR_NAME, "org.example.Error"), (REPLY_SERIAL, serial),
                                                         (DESTINATION, self.service.name)], serial=self.peer.next()))

    def test_RPL_2_a_call_with_a_reply_serial_is_judged_as_a_call(self):
        call = self.called()
        self.assert_denied(raw_bus.message(CALL, [*parts(self.service.name, "Secret"), (REPLY_SERIAL, call.serial)],
                                           serial=(serial := self.peer.next())), serial)
        self.assert_denied(raw_bus.message(CALL, [*parts(CLOSED, "Secret"), (REPLY_SERIAL, call.serial)],
                                           serial=(serial := self.peer.next())), serial)
        self.peer.answer(call, "s", "the true answer")
        self.assertEqual(self.service.reply(call.serial).args, ("the true answer",))

    def test_RPL_2_a_signal_with_a_reply_serial_is_judged_as_a_signal(self):
        call = self.called()
        self.assert_vanishes(raw_bus.message(SIGNAL, [*parts(self.service.name, "Secret"), (REPLY_SERIAL, call.serial)],
                                             serial=self.peer.next()))
        self.peer.answer(call)
        self.assertEqual(self.service.reply(call.serial).kind, RETURN)

    def test_RPL_2_a_reply_serial_on_a_call_that_passes_does_not_pass(self):
        seen = self.assert_call_passes(OPEN, "/", OPEN, "Asked", extra=[(REPLY_SERIAL, 77)])
        self.assertNotIn(REPLY_SERIAL, seen.fields)

    def test_RPL_3_an_answer_to_somebody_else_vanishes(self):
        call, other = self.called(), self.stack.host()
        for destination in (other.name, OPEN, CLOSED, BUS):
            self.assert_vanishes(raw_bus.answer(destination, call.serial, "s", "misled", serial=self.peer.next()))
        self.peer.answer(call, "s", "right")
        self.assertEqual(self.service.reply(call.serial).args, ("right",))

    def test_RPL_4_a_second_answer_vanishes(self):
        call = self.called()
        self.peer.answer(call, "s", "first")
        self.assertEqual(self.service.reply(call.serial).args, ("first",))
        self.passed()
        self.assert_vanishes(raw_bus.answer(self.service.name, call.serial, "s", "again", serial=self.peer.next()))

    def test_RPL_5_another_guest_cannot_answer(self):
        call, other = self.called(), self.stack.peer()
        self.passed(other)
        other.answer(call, "s", "not mine")
        self.assertEqual(self.passed(other), [])
        self.peer.answer(call, "s", "mine")
        self.assertEqual(self.service.reply(call.serial).args, ("mine",))

    def test_RPL_7_what_the_guest_did_not_ask_does_not_reach_it(self):
        serial = self.peer.call(OPEN, "/", OPEN, "Asked")
        asked = self.service.expect(kind=CALL)
        other = self.stack.host()
        for number in (1, serial, serial + 1, 4242):
            other.send(raw_bus.answer(self.peer.name, number, "s", "forged", serial=other.next()))
        other.bus("GetId")
        self.service.send(raw_bus.answer(self.peer.name, serial + 5, "s", "unasked", serial=self.service.next()))
        self.service.answer(asked, "s", "right")
        self.service.answer(asked, "s", "twice")
        self.service.bus("GetId")
        self.assertEqual([(got.reply_serial, got.args) for got in self.peer.settle()], [(serial, ("right",))])

    def test_RPL_8_answers_that_are_not_complete(self):
        for what, kind, fields in (("no REPLY_SERIAL", RETURN, []), ("0", RETURN, [(REPLY_SERIAL, 0)]),
                                   ("error of 0", ERROR, [(ERROR_NAME, "org.example.Error"), (REPLY_SERIAL, 0)]),
                                   ("error without name", ERROR, [(REPLY_SERIAL, 1)]),
                                   ("error without REPLY_SERIAL", ERROR, [(ERROR_NAME, "org.example.Error")])):
            with self.subTest(what):
                self.assert_cut(raw_bus.message(kind, [*fields, (DESTINATION, self.service.name)], serial=9))

    def test_RPL_9_one_serial_for_two_calls(self):
        """The bus lets only the first through; each is answered once."""
        for _ in range(2):
            self.peer.call(OPEN, "/", OPEN, "Asked", serial=500)
        asked = self.service.expect(kind=CALL)
        self.peer.expect(kind=ERROR, reply_serial=500)
        self.service.answer(asked, "s", "first")
        self.service.answer(asked, "s", "second")
        self.service.bus("GetId")
        self.assertEqual([(got.reply_serial, got.args) for got in self.peer.settle()], [(500, ("first",))])

    def test_RPL_9_the_proxys_own_questions_do_not_meet_the_guests(self):
        """Serials from 1 on and the highest ones, while the proxy asks the bus about names."""
        for serial in (2, 3, 4, 0x80000001, 0xfffffffe, 0xffffffff):
            host = self.stack.host(f"org.example.Fresh{serial}")
            self.peer.call(OPEN, "/", OPEN, "Asked", serial=serial)
            self.service.answer(self.service.expect(kind=CALL, serial=serial), "u", serial)
            self.assertEqual(self.peer.reply(serial).args, (serial,))
            host.close()

    def test_RPL_10_a_serial_that_is_used_again_after_a_denial(self):
        self.peer.call(OPEN, "/", OPEN, "Denied", serial=600)
        self.assertEqual(self.peer.reply(600).error, ACCESS_DENIED)
        self.peer.call(OPEN, "/", OPEN, "Asked", serial=600)
        self.service.answer(self.service.expect(kind=CALL), "s", "now")
        self.assertEqual(self.peer.reply(600).args, ("now",))

    def test_RPL_10_an_answer_to_a_caller_that_has_left_vanishes(self):
        host = self.stack.host()
        call = self.called(host)
        host.close()
        self.stack.monitor.until(lambda got: got.member == "NameOwnerChanged" and got.args[0] == host.name)
        self.peer.answer(call, "s", "late")
        self.assertIn(len(self.passed()), (0, 1), "the bus has nobody to give it to")
        self.peer.settle()

    def test_RPL_10_an_answer_to_a_guest_that_has_left_vanishes(self):
        guest = self.stack.peer()
        guest.call(OPEN, "/", OPEN, "Asked")
        asked = self.service.expect(kind=CALL)
        guest.close()
        self.service.answer(asked, "s", "late")
        self.service.bus("GetId")
        self.assertEqual(self.peer.settle(), [])

    def test_RPL_11_calls_that_wait_are_limited_both_ways(self):
        for _ in range(101):
            self.peer.call(OPEN, "/", OPEN, "Asked")
        refused = self.peer.expect(kind=ERROR)
        self.assertEqual(refused.error, LIMITS_EXCEEDED)
        asked = [self.service.expect(kind=CALL) for _ in range(100)]
        self.service.answer(asked[50])
        self.peer.reply(asked[50].serial)
        self.peer.call(OPEN, "/", OPEN, "Asked")
        self.assertEqual(self.service.expect(kind=CALL).serial, self.peer.serial)

    def test_RPL_11_calls_to_a_guest_that_does_not_answer_are_forgotten_in_the_end(self):
        calls = [self.service.call(self.peer.name, "/", OPEN, "Asked") for _ in range(150)]
        for serial in calls:
            self.peer.expect(kind=CALL, serial=serial)
        for serial in (calls[0], calls[-1]):
            self.peer.send(raw_bus.answer(self.service.name, serial, serial=self.peer.next()))
        self.assertEqual([got.reply_serial for got in self.passed()], [calls[-1]])


class NoAnswers(ProxyTest):
    rules = f"""
        allow destination {OPEN} member Asked
        allow out-method-call interface {OPEN}
        """

    def test_RPL_6_without_rules_for_answers_a_guest_answers_nobody(self):
        serial = self.service.call(self.peer.name, "/", OPEN, "Asked")
        self.peer.answer(self.peer.expect(kind=CALL), "s", "answer")
        answer = self.service.reply(serial)
        self.assertEqual((answer.kind, answer.error), (ERROR, ACCESS_DENIED), "the caller is told")

    def test_the_answer_to_a_call_that_was_let_in_needs_no_rule(self):
        serial = self.peer.call(OPEN, "/", OPEN, "Asked")
        self.service.answer(self.service.expect(kind=CALL), "s", "answer")
        self.assertEqual(self.peer.reply(serial).args, ("answer",))

    def test_an_answer_that_a_rule_denies_does_not_reach_the_guest(self):
        self.stack.use_rules(self.rules + f"deny out-method-return sender {OPEN}\n")
        try:
            serial = self.peer.call(OPEN, "/", OPEN, "Asked")
            self.service.answer(self.service.expect(kind=CALL), "s", "secret")
            answer = self.peer.reply(serial)
            self.assertEqual((answer.kind, answer.error), (ERROR, ACCESS_DENIED))
        finally:
            self.stack.use_rules(self.rules)


class Signals(ProxyTest):
    rules = f"""
        allow inc-signal interface {OPEN} member Changed
        allow inc-method-call interface {OPEN} member Called
        allow inc-signal interface {BUS}
        allow inc-signal interface {PROPERTIES} member Never
        allow destination {CLOSED}
        allow out-signal interface {OPEN} member Told
        allow out-signal sender {CLOSED} interface org.example.News
        allow out-method-call interface {OPEN} member Told
        """

    def signal(self, interface, member, to=None, **how):
        self.peer.broadcast("/", interface, member, to=to, **how)
        return [(got.kind, got.interface, got.member) for got in self.passed()]

    def test_SIG_1_signals_that_no_rule_allows_vanish(self):
        for to in (None, CLOSED, self.service.name, OPEN):
            with self.subTest(to):
                self.assertEqual(self.signal(OPEN, "Other", to), [])
                self.assertEqual(self.signal(CLOSED, "Changed", to), [])

    def test_SIG_2_signals_that_a_rule_allows_pass(self):
        for to in (None, self.service.name):
            self.assertEqual(self.signal(OPEN, "Changed", to), [(SIGNAL, OPEN, "Changed")])

    def test_SIG_3_rules_of_calls_are_not_rules_of_signals(self):
        self.assertEqual(self.signal(OPEN, "Called"), [])
        self.assert_call_denied(OPEN, "/", OPEN, "Changed")
        self.assert_call_passes(OPEN, "/", OPEN, "Called")

    def test_SIG_4_a_guest_does_not_speak_as_the_bus(self):
        for member, *body in (("NameOwnerChanged", "sss", OPEN, self.service.name, ""), ("NameLost", "s", OPEN),
                              ("NameAcquired", "s", CLOSED)):
            for extra in ((), [(SENDER, BUS)]):
                self.peer.send(raw_bus.signal("/org/freedesktop/DBus", BUS, member, *body, serial=self.peer.next(),
                                              extra=extra))
                self.assertEqual(self.passed(), [])
        self.assertEqual(self.signal(PROPERTIES, "PropertiesChanged"), [])

    def test_SIG_4_the_proxy_believes_the_bus_only(self):
        """A service that lies about names: what it says is not what the rules see."""
        liar = self.stack.host()
        for to in (None, *[f":1.{n}" for n in range(1, 6)]):
            liar.broadcast("/org/freedesktop/DBus", BUS, "NameOwnerChanged", "sss", CLOSED, self.service.name,
                           liar.name, to=to)
        liar.bus("GetId")
        self.peer.settle()
        self.assert_call_denied(liar.name, "/", OPEN, "Other")

    def test_SIG_5_only_allowed_signals_and_calls_reach_the_guest(self):
        for to in (None, self.peer.name):
            self.service.broadcast("/", OPEN, "Secret", "s", "hidden", to=to)
        self.service.broadcast("/", OPEN, "Told", to=self.peer.name)
        denied = self.service.call(self.peer.name, "/", OPEN, "Secret")
        self.assertEqual(self.service.reply(denied).error, ACCESS_DENIED)
        self.service.call(self.peer.name, "/", OPEN, "Told", flags=raw_bus.NO_REPLY_EXPECTED)
        self.service.call(self.peer.name, "/", OPEN, "Secret", flags=raw_bus.NO_REPLY_EXPECTED)
        self.service.bus("GetId")
        self.assertEqual([(got.kind, got.member) for got in self.peer.settle()], [(SIGNAL, "Told"), (CALL, "Told")])

    def test_SIG_6_the_sender_of_a_signal_is_known_by_its_names(self):
        speaker, nobody = self.stack.host("org.example.News"), self.stack.host()
        self.stack.use_rules(self.rules.replace(f"sender {CLOSED}", "sender org.example.News"))
        try:
            self.peer.settle()
            for host, text in ((nobody, "from nobody"), (speaker, "from the one allowed"), (self.service, "other")):
                host.broadcast("/", "org.example.News", "News", "s", text, to=self.peer.name)
                host.bus("GetId")
            self.assertEqual([got.args for got in self.peer.settle()], [("from the one allowed",)])
        finally:
            self.stack.use_rules(self.rules)

    def test_SIG_6_a_service_has_its_names_from_when_it_takes_them_until_it_gives_them_away(self):
        self.stack.use_rules(self.rules.replace(f"sender {CLOSED}", "sender org.example.Brief"))
        try:
            self.peer.settle()
            for _ in range(20):
                host = self.stack.host()
                for change, heard in ((("RequestName", "su", "org.example.Brief", 4), [(OPEN,)]),
                                      (("ReleaseName", "s", "org.example.Brief"), [])):
                    news = raw_bus.signal("/", "org.example.News", "News", "s", OPEN, serial=host.serial + 2,
                                          extra=[(DESTINATION, self.peer.name)])
                    host.send(raw_bus.bus_call(*change, serial=host.serial + 1) + news)
                    host.serial += 2
                    host.bus("GetId")
                    self.assertEqual([got.args for got in self.peer.settle()], heard)
                host.close()
        finally:
            self.stack.use_rules(self.rules)


if __name__ == "__main__":
    unittest.main()
