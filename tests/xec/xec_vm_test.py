#!/usr/bin/python3
"""xec-vm on a real bus: the table, the selection, the way to disks and network cards, and what a terminal gets to see.
usage: xec_vm_test.py FOLDER-OF-THE-PROGRAMS"""

import json
import os
import pathlib
import pty
import unittest

import bus
import services

TOOLS = bus.tools_from_command_line()
SERVICES = [str(pathlib.Path(__file__).with_name("services.py"))]
WIN7 = "11111111-2222-3333-4444-555555555555"

TABLE = (
    " ID  | Name                                 | UUID                                 | State     \n"
    "-----+--------------------------------------+--------------------------------------+--------\n"
    "   3 | win7                                 | 11111111-2222-3333-4444-555555555555 | running   \n"
    "  12 | a name of more than eighteen columns | 55555555-0000-0000-0000-000000000005 | paused    \n"
    "     | 仮想マシン                           | 22222222-0000-0000-0000-000000000002 | stopped   \n"
    "     | win7                                 | 33333333-0000-0000-0000-000000000003 | stopped   \n")


class OnTheBus(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.bus = bus.Bus(TOOLS, SERVICES)

    @classmethod
    def tearDownClass(cls):
        cls.bus.close()

    def setUp(self):
        self.calls(services.MANAGER)

    def xec_vm(self, *arguments, **more):
        return self.bus.run("xec-vm", *arguments, **more)

    def prints(self, expected, *arguments):
        self.assertEqual((0, expected, ""), self.xec_vm(*arguments), arguments)

    def calls(self, service):
        connection = services.dbus.bus.BusConnection(self.bus.address)
        try:
            return list(map(str, connection.call_blocking(service, "/", "org.example.Control", "calls", "", ())))
        finally:
            connection.close()

    def on_a_terminal(self, tool, *arguments):
        """What a terminal receives, carriage returns removed."""
        master, slave = pty.openpty()
        program = self.bus.start([self.bus.tools / tool, *arguments], self.bus.environment, on_output=slave)
        os.close(slave)
        text = b""
        while True:
            try:
                text += (more := os.read(master, 65536))
            except OSError:    # the last holder of the other side is gone
                break
            if not more:
                break
        os.close(master)
        program.wait(10)
        return text.decode().replace("\r\n", "\n")


class Table(OnTheBus):
    def test_it_fits_names_of_any_length_and_costs_one_call(self):
        code, out, err = self.xec_vm()
        self.assertEqual((0, ""), (code, err))
        self.assertEqual(TABLE.splitlines()[:6], out.splitlines()[:6])
        self.assertIn("evil\x1b[31m\nname", out)
        self.assertEqual(["GetManagedObjects"], self.calls(services.MANAGER))

    def test_a_service_without_object_manager_is_asked_vm_by_vm(self):
        code, out, _ = self.xec_vm("-s", "org.example.OldManager")
        self.assertEqual((0, TABLE.splitlines()[:6]), (code, out.splitlines()[:6]))
        self.assertEqual(["GetManagedObjects", "list_vms"] + ["Get"] * 20, self.calls("org.example.OldManager"))

    def test_json_has_the_path_too(self):
        code, out, _ = self.xec_vm("--json")
        self.assertEqual(0, code)
        self.assertEqual({"domid": 3, "name": "win7", "uuid": WIN7, "state": "running", "path": services.path_of(WIN7)},
                         json.loads(out)[0])
        self.assertIsNone(json.loads(out)[2]["domid"])

    def test_no_selection_means_the_table_whatever_else_is_said(self):
        self.assertEqual(self.xec_vm()[1], self.xec_vm("-i", "a.b", "start")[1])

    def test_a_terminal_gets_no_control_characters(self):
        shown = self.on_a_terminal("xec-vm")
        self.assertNotIn("\x1b", shown)
        self.assertIn("| evil\\u001b[31m\\u000aname             | 44444444", shown)
        name = ["-n", "evil\x1b[31m\nname", "get", "name"]
        self.assertEqual("evil\\u001b[31m\nname\n", self.on_a_terminal("xec-vm", *name))
        self.assertEqual("evil\x1b[31m\nname\n", self.on_a_terminal("xec-vm", "--raw", *name))
        self.assertEqual('"evil\\u001b[31m\\nname"\n', self.on_a_terminal("xec-vm", "--json", *name))
        self.prints("evil\x1b[31m\nname\n", *name)


class Selection(OnTheBus):
    def test_a_vm_is_found_by_name_uuid_domain_or_path(self):
        for option, value in (("-u", WIN7), ("--uuid", WIN7), ("-d", "3"), ("--domid=3", None),
                              ("-o", services.path_of(WIN7)), ("--path", services.path_of(WIN7))):
            self.prints("running\n", option, *([value] if value else []), "get", "state")
        self.prints("paused\n", "-n", "a name of more than eighteen columns", "get", "state")
        self.prints("stopped\n", "--name", "仮想マシン", "get", "state")

    def test_the_object_goes_before_the_name(self):
        self.prints("3\n", "-n", "仮想マシン", "-o", services.path_of(WIN7), "get", "domid")

    def test_a_vm_with_a_uuid_is_not_looked_for(self):
        self.prints("running\n", "-u", WIN7, "-i", services.VM, "get", "state")
        self.assertEqual(["Get"], self.calls(services.MANAGER))

    def test_a_console_is_of_a_vm_that_runs_however_it_is_selected(self):
        for running, stopped in ((["-u", WIN7], ["-u", "22222222-0000-0000-0000-000000000002"]), (["-o", services.path_of(WIN7)], ["-n", "仮想マシン"])):
            self.assertIn("the VM does not run", self.xec_vm(*stopped, "console")[2])
            code, _, err = self.xec_vm(*running, "console")
            self.assertEqual(1, code)
            self.assertIn(WIN7, err)
            self.assertNotIn("does not run", err)

    def test_a_call_without_arguments_does_not_fetch_the_description(self):
        self.assertEqual(0, self.xec_vm("-u", WIN7, "pause")[0])
        self.assertEqual(["pause"], self.calls(services.MANAGER))

    def test_of_several_with_one_name_the_first_is_taken_with_a_warning(self):
        code, out, err = self.xec_vm("-n", "win7", "get", "uuid")
        self.assertEqual((0, WIN7 + "\n"), (code, out))
        self.assertEqual(f"xec-vm: 2 VMs match 'win7'; taking {WIN7}. Select one with --uuid.\n", err)

    def test_nobody_found_is_an_error(self):
        for option, value in (("-n", "nobody"), ("-u", WIN7[:-1] + "6"), ("-d", "99"), ("-d", "-1"), ("-o", "/vm/none"), ("-n", "無")):
            code, out, err = self.xec_vm(option, value, "start")
            self.assertEqual((1, ""), (code, out))
            self.assertIn(f"xec-vm: vm '{value}' not found\n", err)

    def test_disks_and_network_cards_are_below_the_vm(self):
        path = services.path_of(WIN7)
        self.prints(path + "/disk/0\n", "-u", WIN7, "--list-disks")
        self.prints(path + "/disk/0\n", "-u", WIN7, "--list-disks", "-k", "0", "-g", "name", "--list-methods")
        self.prints("/storage/disks/a.vhd\n", "-u", WIN7, "-k", "0", "get", "phys-path")
        code, _, err = self.xec_vm("-u", WIN7, "-c", "7", "get", "mac-actual")
        self.assertEqual(1, code)
        self.assertIn(f"{path}/nic/7", err)

    def test_the_rest_is_xec(self):
        self.prints("", "-u", WIN7, "set", "memory", "256")
        self.prints("256\n", "-u", WIN7, "-g", "memory")
        self.prints("", "-u", WIN7, "set-domstore-key", "type", "ICA")
        code, _, err = self.xec_vm("-u", WIN7, "delete")
        self.assertEqual((1, "org.freedesktop.DBus.Error.Failed: 204:vm_running: the VM runs. Shut it down first.\n"),
                         (code, err))
        self.assertEqual(3, self.xec_vm("-u", WIN7, "--wait", "--timeout", "0.2", "pause")[0])


if __name__ == "__main__":
    unittest.main()
