#!/usr/bin/python3
"""xec against a service that is not ours: libvirt-dbus with libvirt's test driver, which has a VM of its own. Skipped
where it is not installed. usage: foreign_test.py FOLDER-OF-THE-PROGRAMS"""

import json
import pathlib
import subprocess
import sys
import unittest

import bus

TOOLS = bus.tools_from_command_line()
LIBVIRT = "/usr/sbin/libvirt-dbus"
SKIPPED = 77


class Libvirt(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bus = bus.Bus(TOOLS)
        cls.address = {"DBUS_SESSION_BUS_ADDRESS": cls.bus.address}
        environment = dict(cls.bus.environment, **cls.address)
        cls.bus.start([LIBVIRT, "--session"], environment)
        subprocess.run(["gdbus", "wait", "--session", "--timeout", "30", "org.libvirt"], env=environment, check=True)

    @classmethod
    def tearDownClass(cls):
        cls.bus.close()

    def xec(self, *arguments, path="/org/libvirt/Test"):
        code, out, err = self.bus.run("xec", "--session", "-s", "org.libvirt", "-o", path, *arguments, **self.address)
        self.assertEqual((0, ""), (code, err), arguments)
        return out

    def vm(self):
        return self.xec("ListDomains", "0").strip()

    def test_introspection_is_drawn(self):
        drawn = self.xec()
        self.assertIn("/------- org.libvirt.Connect\n", drawn)
        self.assertIn("|     +  GetAllDomainStats            ( stats:u, flags:u OUT records:a(sa{sv}) )\n", drawn)
        self.assertIn("|     -  LibVersion                   read:t\n", drawn)

    def test_properties_of_many_types_are_shown(self):
        self.assertIn('  "Name"                            = test\n', self.xec("getall", path=self.vm()))
        self.assertEqual("true\n", self.xec("get", "Active", path=self.vm()))
        self.assertEqual(["fair", 1], json.loads(self.xec("--json", "get", "SchedulerType", path=self.vm())))

    def test_nested_results_are_shown(self):
        stats = json.loads(self.xec("--json", "GetStats", "1", "0", path=self.vm()))
        self.assertEqual({"state.state": 1, "state.reason": 0}, stats)
        self.assertIn('  "state.state"                  = 1\n', self.xec("GetStats", "1", "0", path=self.vm()))
        (name, stats), = json.loads(self.xec("--json", "GetAllDomainStats", "1", "0"))
        self.assertEqual(("test", 1), (name, stats["state.state"]))

    def test_properties_are_written_and_methods_called(self):
        self.xec("set", "Autostart", "true", path=self.vm())
        self.assertEqual("true\n", self.xec("get", "Autostart", path=self.vm()))
        self.xec("Suspend", path=self.vm())
        self.assertEqual("3\n1\n", self.xec("GetState", "0", path=self.vm()))
        self.xec("Resume", path=self.vm())


if __name__ == "__main__":
    if not pathlib.Path(LIBVIRT).exists():
        sys.exit(SKIPPED)
    unittest.main()
