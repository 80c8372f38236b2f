#!/usr/bin/python3
"""Restart is a non-event: managers and monitors may be killed at any moment, VMs do not notice."""

import os
import random
import signal
import unittest

from bus_case import BusTest
from stack import let_pass, uuid_of, vm_tree, wait_until

STEADY = [uuid_of(n) for n in range(1, 9)]      # run through all of it
STOPPED = [uuid_of(n) for n in range(9, 17)]
BUSY = [uuid_of(n) for n in range(17, 25)]      # commanded all the time
HANGS, HALTS, LOSES, PAUSED = (uuid_of(n) for n in range(25, 29))
KILLS = int(os.environ.get("XENMGR_TEST_KILLS", 100))
COMMANDS = ("start", "shutdown", "pause", "unpause", "destroy", "reboot")


class Restart(BusTest):
    vms = [*(vm_tree(uuid) for uuid in STEADY + STOPPED + BUSY + [LOSES, PAUSED]), vm_tree(HANGS, "hang-start"),
           vm_tree(HALTS, "halt-after:700")]

    def setUp(self):
        self.random = random.Random(20)    # the same moments in every run, as far as we choose them

    def kill_and_start(self):
        self.stack.xenmgr.kill()
        self.stack.start_xenmgr()

    def domids(self, uuids):
        return {uuid: self.vm(uuid).domid for uuid in uuids}

    def is_found(self, vm, state, domid):
        """By a manager that has started: at once, unless the machine is so busy that the monitor says nothing for two
        seconds. Until it does, the VM is taken to run, in no domain that is known."""
        def found():
            facts = (vm.state, vm.domid)
            self.assertIn(facts, [(state, domid), ("running", domid), ("running", -1), (state, -1)])
            return facts == (state, domid)
        wait_until(found, f"{vm.uuid} is {state}, domain {domid}")

    def put_under_load(self):
        for _ in range(self.random.randrange(1, 6)):
            self.vm(self.random.choice(BUSY)).call_later(self.random.choice(COMMANDS))
        self.vm(self.random.choice(STOPPED)).call_later("get_db_key", "name")
        let_pass(self.random.random() * 0.03)

    def test_sigkill_of_the_manager_under_load(self):
        for uuid in STEADY:
            self.vm(uuid).call("start")
        self.vm(PAUSED).call("start")
        self.vm(PAUSED).call("pause")
        domids, paused = self.domids(STEADY), self.vm(PAUSED).domid
        paths = sorted(self.stack.manager("list_vms"))
        for _ in range(KILLS):
            self.put_under_load()
            self.kill_and_start()
            for uuid, domid in domids.items():
                self.is_found(self.vm(uuid), "running", domid)
            self.assertEqual({self.vm(uuid).state for uuid in STOPPED}, {"stopped"})
            self.is_found(self.vm(PAUSED), "paused", paused)
            self.assertEqual(sorted(self.stack.manager("list_vms")), paths, "no VM is lost")
            running = [int(domid) for domid in self.stack.manager("list_domids")]
            self.assertEqual(len(running), len(set(running)))
        self.assert_one_domain_and_monitor_each()
        self.assert_all_obey(BUSY)

    def assert_one_domain_and_monitor_each(self):
        def all_have_monitors():    # of busy ones some may end meanwhile
            running = {uuid: domid for uuid, domid in self.domids(STEADY + BUSY + [PAUSED]).items() if domid > 0}
            return running if set(running) <= set(self.stack.monitors()) else None
        running = wait_until(all_have_monitors, "each domain has a monitor")
        self.assertEqual(len(set(running.values())), len(running))

    def assert_all_obey(self, uuids):
        for uuid in uuids:
            self.vm(uuid).call("destroy")
            self.assertEqual(self.vm(uuid).state, "stopped")
            self.vm(uuid).call("start")
            self.assertEqual(self.vm(uuid).state, "running")
            self.vm(uuid).call("shutdown")
            self.assertEqual(self.vm(uuid).state, "stopped")

    def test_settings_written_before_a_kill_are_there_after_it(self):
        vm = self.vm(STOPPED[0])
        for number in range(5):
            vm.set("windowed_x", number)
            self.kill_and_start()
            self.assertEqual(vm.get("windowed_x"), number)

    def test_a_start_that_hangs_is_destroyed_by_the_next_manager(self):
        vm, heard = self.vm(HANGS), self.stack.signals("vm_state_changed")
        vm.call_later("start")
        heard.wait_state(HANGS, "creating")
        wait_until(lambda: HANGS in self.stack.monitors(), "its monitor")
        self.kill_and_start()
        vm.call("destroy")
        self.assertEqual((vm.state, vm.domid), ("stopped", -1))

    def test_a_guest_that_halts_while_there_is_no_manager_is_stopped_for_the_next(self):
        vm = self.vm(HALTS)
        vm.call("start")
        self.stack.xenmgr.kill()
        domain = self.stack.run_dir / "sim" / f"{HALTS}.json"
        wait_until(lambda: not domain.exists(), "the guest has halted")
        self.stack.start_xenmgr()
        self.is_found(vm, "stopped", -1)
        vm.set("extra-xenvm", "")    # and now it does not halt
        vm.call("start")
        self.assertEqual(vm.state, "running")

    def test_a_monitor_that_was_killed_is_replaced_by_one_that_adopts_the_domain(self):
        vm = self.vm(LOSES)
        vm.call("start")
        domid = vm.domid
        for _ in range(5):
            pid = self.stack.monitors()[LOSES]
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: self.stack.monitors().get(LOSES, pid) != pid, "another monitor")
            self.is_found(vm, "running", domid)
            wait_until(lambda: self.obeys(vm, "pause"), "the new monitor takes orders")
            vm.call("unpause")
        vm.call("shutdown")
        self.assertEqual(vm.state, "stopped")

    def obeys(self, vm, member):
        """False: nobody listens yet, as the refusal must say."""
        call = vm.call_later(member)
        wait_until(call.done, f"{member} is answered")
        if call.failed():
            self.assertIn("monitor_unreachable", str(call.outcome))
        return not call.failed()

    def test_manager_and_monitor_killed_together(self):
        vm = self.vm(LOSES)
        vm.call("start")
        domid = vm.domid
        monitor = self.stack.monitors()[LOSES]
        self.stack.xenmgr.kill()
        os.kill(monitor, signal.SIGKILL)
        self.stack.start_xenmgr()
        wait_until(lambda: (vm.state, vm.domid) == ("running", domid), "the domain is known again")
        vm.call("destroy")

    def test_an_orderly_end_leaves_vms_running_too(self):
        vm = self.vm(LOSES)
        vm.call("start")
        domid = vm.domid
        self.assertEqual(self.stack.xenmgr.kill(signal.SIGTERM), 0)
        self.stack.start_xenmgr()
        self.is_found(vm, "running", domid)
        vm.call("destroy")


if __name__ == "__main__":
    unittest.main()
