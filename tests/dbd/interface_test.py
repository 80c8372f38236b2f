#!/usr/bin/python3
"""com.citrix.xenclient.db and .db.store as a foreign client sees them on the bus."""

import json
import unittest

from dbd_process import Bus, Client, Dbd, dbus, wait_until

STORE = "com.citrix.xenclient.db.store"


class Interface(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bus = Bus().__enter__()
        cls.addClassCleanup(cls.bus.__exit__)
        cls.dbd = Dbd(cls.bus)
        cls.client = Client(cls.bus)

    def setUp(self):
        self.client.call("import_tree", "{}", interface=STORE)

    def call(self, member, *args):
        return self.client.call(member, *args)

    def assertFails(self, symbol, place, member, *args):
        with self.assertRaises(dbus.DBusException) as raised:
            self.call(member, *args)
        self.assertEqual(raised.exception.get_dbus_name(), "org.freedesktop.DBus.Error.Failed")
        self.assertIn(f"{symbol}: {place}: ", raised.exception.get_dbus_message())

    def test_what_is_written_is_read_listed_dumped_and_removed(self):
        self.call("write", "/vm/u/name", "one")
        self.call("write", "vm/u/config/memory/", "1024")
        self.assertEqual(self.call("read", "/vm/u/name"), "one")
        self.assertEqual(self.call("read", "/vm/u"), "")
        self.assertEqual(self.call("read", "/absent"), "")
        self.assertEqual(list(self.call("list", "/vm/u")), ["name", "config"])
        self.assertEqual((self.call("exists", "/vm/u"), self.call("exists", "/vm/v")), (True, False))
        self.assertEqual(self.call("dump", "/vm/u"),
                         '{\n  "name": "one",\n  "config": {\n    "memory": "1024"\n  }\n}\n')
        self.assertEqual(self.call("dump", "/absent"), "null\n")
        self.call("rm", "/vm/u/config")
        self.assertEqual(self.call("exists", "/vm/u/config/memory"), False)
        self.call("rm", "/vm/u/config")

    def test_inject_replaces(self):
        self.call("inject", "/a", '{"x": {"y": true}, "z": [1, 2]}')
        self.assertEqual((self.call("read", "/a/x/y"), self.call("read", "/a/z")), ("true", ""))
        self.call("inject", "/a", '{"only": "this"}')
        self.assertEqual(list(self.call("list", "/a")), ["only"])

    def test_refusals_name_the_place(self):
        self.call("write", "/vm/u/name", "one")
        self.assertFails("bad_path", "/vm/a\\x0ab", "write", "/vm/a\nb", "x")
        self.assertFails("bad_path", "/" + "n" * 199 + "...", "write", "/" + "n" * 201, "x")
        self.assertFails("bad_value", "/vm/u/big", "write", "/vm/u/big", "x" * (1 << 20) + "x")
        self.assertFails("bad_json", "/vm/u/a", "inject", "/vm/u", '{"a": ')
        self.assertFails("bad_json", "/vm/u", "inject", "/vm/u", '{"a": 1, "a": 2}')
        self.assertFails("bad_path", "/vm/u/a/b", "inject", "/vm/u", '{"a/b": 1}')
        self.assertFails("protected_path", "/", "rm", "/")
        self.assertFails("protected_path", "/vm", "rm", "/vm")
        self.assertFails("protected_path", "/vm", "write", "/vm", "x")
        self.assertFails("not_binary", "/vm/u/name", "read_binary", "/vm/u/name")
        self.assertEqual(self.call("dump", "/"), '{\n  "vm": {\n    "u": {\n      "name": "one"\n    }\n  }\n}\n')

    def test_the_store_interface_changes_everything_or_nothing_and_exports(self):
        write_all = lambda values, removed: self.client.call(
            "write_all", dbus.Dictionary(values, signature="ss"), dbus.Array(removed, signature="s"), interface=STORE)
        write_all({"/vm/u/a": "1", "/vm/u/b": "2"}, [])
        with self.assertRaises(dbus.DBusException):
            write_all({"/vm/u/c": "3", "/vm/u/\x01": "4"}, ["/vm/u/a"])
        write_all({"/vm/u/c": "3"}, ["/vm/u/a"])
        tree = self.client.call("export_tree", interface=STORE)
        self.assertEqual(json.loads(tree), {"vm": {"u": {"b": "2", "c": "3"}}})
        self.call("write", "/more", "x")
        self.client.call("import_tree", tree, interface=STORE)
        self.assertEqual(self.client.call("export_tree", interface=STORE), tree)

    def test_changes_are_announced_once_with_their_topmost_paths(self):
        seen = []
        listener = self.bus.connect()
        listener.add_signal_receiver(lambda paths: seen.append([str(path) for path in paths]), "changed", STORE)
        listener.call_blocking("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetId", "", ())
        self.call("write", "/a/b", "1")
        self.call("write", "/a/b", "1")    # no change, no news
        self.call("inject", "/vm/u", '{"x": "1", "y": "2"}')
        self.call("rm", "/a")
        wait_until(lambda: len(seen) == 3, lambda: f"three announcements: {seen}")
        self.assertEqual(seen, [["/a/b"], ["/vm/u"], ["/a"]])
        listener.close()

    def test_introspection_names_both_interfaces(self):
        text = self.client.call("Introspect", interface="org.freedesktop.DBus.Introspectable")
        for name in (STORE, "com.citrix.xenclient.db", "read_binary", "write_all", "changed"):
            self.assertIn(f'name="{name}"', text)


if __name__ == "__main__":
    unittest.main()
