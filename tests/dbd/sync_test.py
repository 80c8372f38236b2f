#!/usr/bin/python3
"""The reply follows the disk: every change that is answered was synchronised before, and changes that arrive together
share one synchronisation. Seen with strace; without permission to trace, the test skips itself."""

import subprocess
import sys
import unittest

from dbd_process import Bus, Client, Dbd, wait_until

SKIPPED = 77


class Sync(unittest.TestCase):
    def setUp(self):
        self.bus = Bus().__enter__()
        self.addCleanup(self.bus.__exit__)
        self.trace = self.bus.dir / "trace"
        self.dbd = Dbd(self.bus, wrapper=["strace", "-f", "-qq", "-o", self.trace, "-e", "trace=fdatasync,fsync"])
        self.client = Client(self.bus)
        self.client.call("write", "/warm", "up")    # makes the log

    def syncs(self):
        return self.trace.read_text().count("sync(")

    def test_every_answered_change_was_synchronised_first(self):
        for number in range(20):
            before = self.syncs()
            self.client.call("write", "/count", str(number))
            self.assertGreater(self.syncs(), before, "answered without a synchronisation")

    def test_changes_that_arrive_together_share_a_synchronisation(self):
        before = self.syncs()
        answers = []
        for number in range(500):
            self.client.start(answers.append, "write", f"/many/{number}", "value")
        wait_until(lambda: len(answers) == 500, "every change is answered")
        self.assertEqual(set(answers), {None})
        self.assertLess(self.syncs() - before, 250)
        print(f"500 changes, {self.syncs() - before} synchronisations")

    def test_what_changes_nothing_and_reading_cost_no_synchronisation(self):
        before = self.syncs()
        self.client.call("write", "/warm", "up")
        self.client.call("rm", "/absent")
        self.client.call("read", "/warm")
        self.assertEqual(self.syncs(), before)


if __name__ == "__main__":
    if subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True).returncode != 0:
        print("processes cannot be traced here")
        sys.exit(SKIPPED)
    unittest.main()
