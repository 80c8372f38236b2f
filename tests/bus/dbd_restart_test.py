#!/usr/bin/python3
"""The database may be killed while the manager works with it: what was acknowledged stays, and both find together."""

import unittest

import dbus

from bus_case import BusTest
from stack import XENMGR, uuid_of, vm_tree, wait_until

UUID, RUNS = uuid_of(1), uuid_of(2)
VM = f"{XENMGR}.vm"


class DatabaseRestart(BusTest):
    vms = [vm_tree(UUID), vm_tree(RUNS)]

    def restart(self):
        self.stack.dbd.kill()
        self.stack.start_dbd()

    def test_acknowledged_writes_survive(self):
        vm = self.vm(UUID)
        for number in range(20):
            calls = [self.stack.call_later(vm.path, dbus.PROPERTIES_IFACE, "Set", VM, "time-offset",
                                           dbus.Int32(100 * number + n), signature="ssv") for n in range(5)]
            wait_until(calls[number % 5].done, "a write is answered")
            self.stack.dbd.kill()
            wait_until(lambda: all(call.done() for call in calls), "every write is answered")
            acknowledged = [100 * number + n for n, call in enumerate(calls) if not call.failed()]
            self.stack.start_dbd()
            stored = int(self.stack.database("read", f"/vm/{UUID}/time-offset"))
            self.assertGreaterEqual(stored, acknowledged[-1] if acknowledged else 0)
            wait_until(lambda: vm.get("time-offset") == stored, "manager and database agree")

    def test_reads_and_vms_go_on_without_a_database(self):
        vm = self.vm(RUNS)
        vm.call("start")
        self.stack.dbd.kill()
        try:
            self.assertEqual((vm.state, vm.get("name")), ("running", "vm 0002"))
            vm.call("pause")
            vm.call("unpause")
            self.assert_fails(vm.set, "memory", 33, says="database_unavailable")
            self.assertEqual(vm.get("memory"), 16, "what was not stored is not shown")
            self.assertTrue(self.stack.xenmgr.running())
        finally:
            self.stack.start_dbd()
        vm.set("memory", 34)
        self.assertEqual(self.stack.database("read", f"/vm/{RUNS}/config/memory"), "34")
        vm.call("shutdown")

    def test_vms_are_created_and_deleted_after_a_restart(self):
        self.restart()
        path = self.stack.manager("create_vm_with_template", "new-vm-empty")
        self.restart()
        self.vm(path.rpartition("/")[2].replace("_", "-")).call("delete")
        self.assertNotIn(path, self.stack.manager("list_vms"))


if __name__ == "__main__":
    unittest.main()
