#!/usr/bin/python3
"""Settings of the host that are files of it."""

import unittest

import dbus

from bus_case import MadeUpHostTest
from stack import XENMGR, wait_until

UI = f"{XENMGR}.config.ui"


class Language(MadeUpHostTest):
    @staticmethod
    def make_host(root):
        (root / "etc").mkdir()
        (root / "etc/caps.default").write_text("supported-languages = en-us de-DE\n")

    @property
    def language(self):
        return str(self.stack.call("/", dbus.PROPERTIES_IFACE, "Get", UI, "language", signature="ss"))

    def choose(self, language):
        self.stack.call("/", dbus.PROPERTIES_IFACE, "Set", UI, "language", language, signature="ssv")

    def test_the_language_is_stored_in_its_file_and_told(self):
        self.assertEqual(self.language, "en-us")
        signals = self.stack.signals("config_changed", "language_changed")
        self.choose("de-de")
        self.assertEqual(self.language, "de-de")
        self.assertEqual((self.host / "config/language.conf").read_text(), "LANGUAGE='de-de'\n")
        wait_until(lambda: [member for member, _ in signals.seen] == ["config_changed", "language_changed"],
                   lambda: f"both signals; seen: {signals.seen}")
        with self.assertRaisesRegex(dbus.DBusException, "236:unsupported_language: fr-fr: .*en-us de-de"):
            self.choose("fr-fr")
        self.stack.xenmgr.kill()
        self.stack.start_xenmgr()
        self.assertEqual(self.language, "de-de")


if __name__ == "__main__":
    unittest.main()
