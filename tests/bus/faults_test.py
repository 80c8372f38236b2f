#!/usr/bin/python3
"""Every fault that a simulated guest can have, and what clients see of it."""

import unittest

import dbus

from bus_case import BusTest
from stack import uuid_of, vm_tree, wait_until

FAULTS = {
    "refuse": ["refuse-shutdown"], "hang": ["hang-start"], "crash": ["crash-after:200"], "reboot": ["reboot-after:200"],
    "halt": ["halt-after:200"], "s3": ["enter-s3"], "s4": ["enter-s4"], "lost": ["crash-after:200", "lose-event"],
    "model": ["device-model-dies"], "memory": ["no-memory"], "slow": ["slow:300"], "silent": ["silent-boot"],
    "unknown": [], "list": [],
}
UUIDS = {name: uuid_of(number) for number, name in enumerate(FAULTS, 1)}


class Faults(BusTest):
    vms = [vm_tree(UUIDS[name], *faults) for name, faults in FAULTS.items()]

    def sick(self, name):
        vm = self.vm(UUIDS[name])
        return vm, self.stack.signals("vm_state_changed")

    def test_a_guest_that_refuses_to_shut_down_is_destroyed(self):
        vm, heard = self.sick("refuse")
        vm.call("start")
        shutdown = vm.call_later("shutdown")
        heard.wait_state(vm.uuid, "stopping")
        self.assertFalse(shutdown.done())
        vm.call("destroy")
        self.assertEqual((vm.state, vm.domid), ("stopped", -1))
        wait_until(shutdown.done, "the request to shut down is answered")
        vm.call("start")
        vm.call("destroy")

    def test_a_start_that_hangs_is_destroyed(self):
        vm, heard = self.sick("hang")
        start = vm.call_later("start")
        heard.wait_state(vm.uuid, "creating")
        self.assertFalse(start.done())
        vm.call("destroy")
        self.assertEqual((vm.state, vm.domid), ("stopped", -1))
        wait_until(start.done, "the start is answered")
        self.assertTrue(start.failed())

    def test_a_guest_that_crashes_is_stopped_and_can_be_started_again(self):
        vm, heard = self.sick("crash")
        for _ in range(2):
            vm.call("start")
            heard.wait_state(vm.uuid, "stopped")
            heard.seen.clear()
        self.assertEqual(vm.domid, -1)

    def test_a_guest_that_reboots_by_itself_runs_in_a_new_domain(self):
        vm, heard = self.sick("reboot")
        vm.call("start")
        domid = vm.domid
        wait_until(lambda: vm.domid not in (domid, -1), "a new domain")
        heard.wait(lambda _: "stopped" in heard.states(vm.uuid), "the end of the first domain")
        self.assertEqual(heard.states(vm.uuid)[:2], ["creating", "running"])
        vm.call("destroy")
        self.assertEqual(vm.state, "stopped")

    def test_a_guest_that_halts_by_itself_is_stopped(self):
        vm, heard = self.sick("halt")
        vm.call("start")
        heard.wait_state(vm.uuid, "stopped")
        self.assertEqual((vm.state, vm.get("acpi-state")), ("stopped", 5))

    def test_a_guest_that_falls_asleep_can_be_woken(self):
        vm, _ = self.sick("s3")
        vm.call("start")
        wait_until(lambda: vm.get("acpi-state") == 3, "it sleeps")
        self.assertEqual(vm.state, "running")
        vm.call("resume")
        self.assertEqual(vm.get("acpi-state"), 0)
        vm.call("shutdown")

    def test_a_guest_that_hibernates_is_stopped_and_known_to_be_hibernated(self):
        vm, heard = self.sick("s4")
        vm.call("start")
        heard.wait_state(vm.uuid, "stopped")
        wait_until(lambda: vm.get("hibernated"), "hibernated")
        self.assertEqual(vm.get("acpi-state"), 4)

    def test_a_death_that_nobody_reports_is_found_out_when_the_vm_is_touched(self):
        vm, _ = self.sick("lost")
        vm.call("start")
        vm.call("destroy")
        self.assertEqual((vm.state, vm.domid), ("stopped", -1))
        vm.call("start")
        vm.call("destroy")

    def test_a_vm_without_its_device_model_is_stopped(self):
        vm, heard = self.sick("model")
        vm.call("start")
        heard.wait_state(vm.uuid, "stopped")
        self.assertEqual(vm.domid, -1)

    def test_a_start_without_memory_fails_at_once(self):
        vm, _ = self.sick("memory")
        self.assert_fails(vm.call, "start", code=101, says=vm.uuid)
        self.assertEqual(vm.state, "stopped")

    def test_a_slow_hypervisor_makes_calls_slow_but_not_wrong(self):
        vm, _ = self.sick("slow")
        start = vm.call_later("start")
        start.wait()
        self.assertGreater(start.took, 0.3)
        vm.call("pause")
        vm.call("unpause")
        vm.call("shutdown")
        self.assertEqual(vm.state, "stopped")

    def test_a_start_waits_for_a_guest_that_has_a_boot_sentinel(self):
        vm, heard = self.sick("silent")
        vm.set("boot-sentinel", "booted")
        start = vm.call_later("start")
        heard.wait_state(vm.uuid, "running")
        self.stack.manager("list_vms")
        self.assertFalse(start.done())
        vm.call("destroy")
        wait_until(start.done, "the start is answered")
        vm.set("extra-xenvm", "")
        vm.call("start", timeout=30)    # and does not wait for a minute
        vm.call("destroy")

    def test_a_name_that_no_node_can_have_is_no_boot_sentinel(self):
        for name in ("a/b", "a b", "../vm", "x" * 65):
            self.assert_fails(self.vm(UUIDS["silent"]).set, "boot-sentinel", name, says="must be letters")

    def test_a_vm_that_was_destroyed_while_it_was_started_starts_again_at_once(self):
        vm, heard = self.sick("slow")
        for _ in range(8):
            heard.seen.clear()
            start = vm.call_later("start")
            heard.wait(lambda _: "creating" in heard.states(vm.uuid), "it is being started")
            vm.call("destroy")
            wait_until(start.done, "the start is answered")
            vm.call("start")
            vm.call("destroy")

    def test_a_fault_that_does_not_exist_is_refused(self):
        vm, _ = self.sick("unknown")
        with self.assertRaises(dbus.DBusException) as refusal:
            vm.set("extra-xenvm", "sim-fault=explode")
            vm.call("start")
        self.assertIn("bad_sim_fault", str(refusal.exception))
        self.assertIn("explode", str(refusal.exception))
        self.assertEqual(vm.state, "stopped")

    def test_several_faults_in_one_entry(self):
        vm, heard = self.sick("list")
        vm.set("extra-xenvm", "sim-fault=slow:50,halt-after:100")
        vm.call("start")
        heard.wait_state(vm.uuid, "stopped")


if __name__ == "__main__":
    unittest.main()
