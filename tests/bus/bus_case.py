"""What the behaviour tests share: a stack for each class of tests, and assertions about failures."""

import pathlib
import shutil
import tempfile
import unittest

import dbus

from stack import Stack

FAILED = "org.freedesktop.DBus.Error.Failed"
UNKNOWN_OBJECT = "org.freedesktop.DBus.Error.UnknownObject"
UNKNOWN_METHOD = "org.freedesktop.DBus.Error.UnknownMethod"


class BusTest(unittest.TestCase):
    """Tests of one class share a stack; each uses VMs of its own."""

    vms = ()             # trees of vm_tree
    database = None      # what else is stored

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(cls.vms, cls.database)
        cls.stack.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.stack.end()

    def vm(self, uuid):
        return self.stack.vm(uuid)

    def assert_fails(self, call, *args, name=FAILED, code=None, says=(), **options):
        """The failure's text."""
        with self.assertRaises(dbus.DBusException) as caught:
            call(*args, **options)
        text = caught.exception.get_dbus_message() or ""
        self.assertEqual(caught.exception.get_dbus_name(), name, text)
        if code is not None:
            self.assertEqual(text.partition(":")[0], str(code), text)
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, text)
        return text


class MadeUpHostTest(BusTest):
    """The same, where a folder stands for the files of the host."""

    @classmethod
    def setUpClass(cls):
        cls.host = pathlib.Path(tempfile.mkdtemp(prefix="xenmgr-host-"))
        cls.make_host(cls.host)
        cls.stack = Stack(cls.vms, cls.database, options=["--host-root", str(cls.host)])
        cls.stack.__enter__()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        shutil.rmtree(cls.host)
