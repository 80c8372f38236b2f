#!/usr/bin/python3
"""A VM's life through its own methods: each answers when it is done, and the states on the way are announced."""

import os
import stat
import unittest

from bus_case import BusTest
from stack import XENMGR, uuid_of, vm_tree, wait_until

(PLAIN, REBOOTS, PAUSES, SLEEPS, WAKES, HIBERNATES, SUSPENDS, HOOKED, INSTEAD, RESTLESS, DELETED, LISTED, BROKEN,
 TWICE, BAREFOOT) = (uuid_of(n) for n in range(1, 16))
UP, DOWN = ["creating", "running"], ["stopping", "stopped"]


class Lifecycle(BusTest):
    vms = [*(vm_tree(uuid) for uuid in (PLAIN, REBOOTS, PAUSES, SUSPENDS, HOOKED, INSTEAD, RESTLESS, DELETED, LISTED,
                                        BROKEN, TWICE, BAREFOOT)),
           *(vm_tree(uuid, **{"pv-addons-installed": "true"}) for uuid in (SLEEPS, HIBERNATES)),
           vm_tree(WAKES, **{"pv-addons-installed": "true", "auto-s3-wake": "true"})]

    def setUp(self):
        self.heard = self.stack.signals("vm_state_changed")

    def tearDown(self):
        self.heard.stop()

    def started(self, uuid):
        vm = self.vm(uuid)
        vm.call("start")
        self.heard.wait_state(uuid, "running")
        self.heard.seen.clear()
        return vm

    def assert_states(self, uuid, *states):
        self.heard.wait_state(uuid, states[-1])
        self.assertEqual(self.heard.states(uuid), list(states))

    def test_start_and_shutdown(self):
        vm = self.vm(PLAIN)
        vm.call("start")
        self.assertEqual((vm.state, vm.get("acpi-state")), ("running", 0))
        self.assertGreater(vm.domid, 0)
        self.assert_states(PLAIN, *UP)
        vm.call("shutdown")
        self.assertEqual((vm.state, vm.get("acpi-state"), vm.domid), ("stopped", 5, -1))
        self.assert_states(PLAIN, *UP, *DOWN)

    def test_signals_name_path_and_acpi_state(self):
        vm = self.started(LISTED)
        vm.call("shutdown")
        self.heard.wait_state(LISTED, "stopped")
        last = [args for args in self.heard.of("vm_state_changed") if args[0] == LISTED][-1]
        self.assertEqual(last, (LISTED, vm.path, "stopped", 5))
        self.assertEqual(set(self.heard.paths), {"/"})

    def test_a_vm_that_runs_is_found_by_its_domain(self):
        vm = self.started(LISTED)
        self.assertEqual(self.stack.manager("find_vm_by_domid", vm.domid), vm.path)
        self.assertIn(vm.domid, self.stack.manager("list_domids"))
        domid = vm.domid
        vm.call("destroy")
        self.assert_fails(self.stack.manager, "find_vm_by_domid", domid, says=str(domid))
        self.assertNotIn(domid, self.stack.manager("list_domids"))

    def test_starting_twice_starts_once(self):
        vm = self.vm(TWICE)
        first, second = vm.call_later("start"), vm.call_later("start_internal")
        for call in (first, second):
            try:
                call.wait()
            except Exception as refusal:    # a start on its way is refused, a VM that runs is not started again
                self.assertIn("start_in_flight", str(refusal))
        domid = vm.domid
        vm.call("start")
        self.assertEqual((vm.state, vm.domid), ("running", domid))

    def test_reboot(self):
        vm = self.started(REBOOTS)
        domid = vm.domid
        vm.call("reboot")
        self.heard.wait(lambda _: self.heard.states(REBOOTS)[-1:] == ["running"], "the VM is up again")
        self.assertEqual(self.heard.states(REBOOTS), ["rebooting", "stopped", *UP])
        self.assertNotEqual(vm.domid, domid)

    def test_pause_and_unpause(self):
        vm = self.started(PAUSES)
        vm.call("pause")
        self.assertEqual(vm.state, "paused")
        vm.call("pause")
        vm.call("unpause")
        self.assertEqual(vm.state, "running")
        vm.call("unpause")
        self.assert_states(PAUSES, "paused", "running")

    def test_a_paused_vm_is_destroyed(self):
        vm = self.started(PAUSES)
        vm.call("pause")
        vm.call("destroy")
        self.assertEqual((vm.state, vm.domid), ("stopped", -1))
        self.assert_states(PAUSES, "paused", "stopped")
        vm.call("unpause")    # without a domain there is nothing to do
        vm.call("destroy")

    def test_sleep_and_resume(self):
        vm = self.started(SLEEPS)
        vm.call("sleep")
        self.assertEqual((vm.state, vm.get("acpi-state")), ("running", 3))
        vm.call("sleep")
        vm.call("resume")
        self.assertEqual((vm.state, vm.get("acpi-state")), ("running", 0))
        def told():
            return [int(args[3]) for args in self.heard.of("vm_state_changed") if args[0] == SLEEPS]
        self.heard.wait(lambda _: 3 in told() and told()[-1] == 0, "that it slept and woke up")

    def test_a_sleeping_vm_is_woken_to_be_shut_down(self):
        vm = self.started(SLEEPS)
        vm.call("sleep")
        vm.call("shutdown")
        self.assertEqual(vm.state, "stopped")

    def test_a_vm_may_be_woken_as_soon_as_it_sleeps(self):
        vm = self.started(WAKES)
        vm.call("sleep")
        wait_until(lambda: vm.get("acpi-state") == 0, "it is awake")
        self.assertEqual(vm.state, "running")

    def test_sleep_needs_drivers_in_the_guest(self):
        vm = self.started(BAREFOOT)
        self.assert_fails(vm.call, "sleep", code=213, says=BAREFOOT)
        self.assert_fails(vm.call, "hibernate", code=213, says=BAREFOOT)

    def test_hibernate_and_start_again(self):
        vm = self.started(HIBERNATES)
        vm.call("hibernate")
        self.assertEqual(vm.state, "stopped")
        wait_until(lambda: (vm.get("hibernated"), vm.get("acpi-state")) == (True, 4), "that is stored")
        vm.call("hibernate")    # nothing runs: nothing to do
        vm.call("start")
        wait_until(lambda: (vm.get("hibernated"), vm.get("acpi-state")) == (False, 0), "that it is over is stored")

    def test_suspend_to_a_file_and_resume_from_it(self):
        vm = self.started(SUSPENDS)
        image = str(self.stack.dir / "image")
        vm.call("suspend_to_file", image)
        self.assertTrue(os.path.exists(image))
        self.assertEqual(vm.domid, -1)
        self.assert_states(SUSPENDS, "suspending", "suspended")
        vm.call("resume_from_file", image)
        self.assertEqual(vm.state, "running")
        self.heard.wait(lambda _: "restoring" in self.heard.states(SUSPENDS) and
                        self.heard.states(SUSPENDS)[-1] == "running", "it was restored and runs")
        self.assertTrue(os.path.exists(image), "the file is kept")

    def test_a_file_that_is_no_image_leaves_the_vm_stopped(self):
        vm = self.vm(BROKEN)
        try:
            vm.call("resume_from_file", "/nowhere/image")
        except Exception as refusal:
            self.assertIn("/nowhere/image", str(refusal))
        self.assertEqual(vm.state, "stopped")
        vm.call("start")
        self.assertEqual(vm.state, "running")

    # -- hooks

    def script(self, name, text):
        path = self.stack.dir / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    def test_state_hooks_get_uuid_and_state(self):
        vm, log = self.vm(HOOKED), self.stack.dir / "hook.log"
        vm.set("run-on-state-change", self.script("state-hook", f'echo "$@" >>{log}'))
        self.started(HOOKED)
        vm.call("shutdown")
        expected = [f"{HOOKED} {state}" for state in ("running", "stopping", "stopped")]
        wait_until(lambda: log.exists() and log.read_text().splitlines() == expected or None, "the hook ran")
        vm.set("run-on-state-change", "")

    def test_a_failing_hook_before_boot_ends_the_start(self):
        vm = self.vm(HOOKED)
        hook = self.script("pre-boot", "exit 3")
        vm.set("run-pre-boot", hook)
        try:
            self.assert_fails(vm.call, "start", says=("hook_failed", HOOKED, hook))
            self.assertEqual((vm.state, vm.domid), ("stopped", -1))
        finally:
            vm.set("run-pre-boot", "")
        vm.call("start")
        vm.call("destroy")

    def test_a_hook_may_stand_in_for_a_start(self):
        vm, log = self.vm(INSTEAD), self.stack.dir / "instead.log"
        vm.set("run-insteadof-start", self.script("instead", f'echo "$@" >>{log}'))
        vm.call("start")
        self.assertEqual((vm.state, log.read_text()), ("stopped", f"{INSTEAD}\n"))
        vm.call("start_internal")
        self.assertEqual(vm.state, "running")

    # -- deletion

    def test_a_vm_is_deleted_only_while_it_is_stopped(self):
        vm = self.started(DELETED)
        gone = self.stack.signals("vm_deleted")
        self.assert_fails(vm.call, "delete", code=204, says=DELETED)
        self.assert_fails(self.stack.call, "/", f"{XENMGR}.unrestricted", "unrestricted_delete_vm", DELETED, code=204)
        vm.call("destroy")
        vm.call("delete")
        gone.wait(lambda _: gone.of("vm_deleted") == [(DELETED, vm.path)], "vm_deleted")
        self.assertFalse(self.stack.database("exists", f"/vm/{DELETED}"))

    def test_a_vm_that_is_to_stay_up_is_started_again(self):
        vm = self.vm(RESTLESS)
        vm.set("keep-alive", True)
        self.started(RESTLESS)
        domid = vm.domid
        vm.call("destroy")
        self.heard.wait(lambda _: vm.state == "running" and vm.domid != domid, "it runs again")
        vm.set("keep-alive", False)


if __name__ == "__main__":
    unittest.main()
