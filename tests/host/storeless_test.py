#!/usr/bin/python3
"""xenstored is killed below a monitor that has a guest: the monitor answers on, what needs xenstore fails in words, and
once there is a xenstored again, the next monitor takes the domain away. Runs in a dom0, with xenvm alone."""

import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

from lone_monitor import LoneMonitor, wait_until

UUID = "0badcafe-0000-4000-8000-000000000003"
CONFIG = f"""uuid = {UUID}
name = storeless
kernel = /lab/guest/kernel
initrd = /lab/guest/initrd
cmdline = console=hvc0 loglevel=5
memory = 128
tsc_mode = native
"""
PID_FILE = pathlib.Path("/run/xenstored.pid")


class Storeless(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="storeless-")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.monitor = LoneMonitor(self.folder, UUID, CONFIG, "--adopt")
        self.addCleanup(self.monitor.end)
        self.monitor.begin()
        self.status_becomes("running")

    def status_becomes(self, status):
        wait_until(lambda: self.monitor.does("get-status") == status, lambda: f"{status}\n{self.monitor.said()}")

    def log_says(self, words):
        wait_until(lambda: words in self.monitor.log.read_text(), lambda: f"'{words}' in:\n{self.monitor.said()}")

    def test_a_monitor_without_xenstored(self):
        os.kill(int(PID_FILE.read_text()), signal.SIGKILL)
        self.log_says("xenstore has gone")
        self.assertEqual(self.monitor.does("get-status"), "running")
        self.monitor.does("pause")
        self.monitor.does("unpause")
        self.assertIn("hypervisor_refused", self.monitor.refuses("checkpoint", f"file={self.folder}/image"))
        self.assertIn("hypervisor_refused", self.monitor.refuses("shutdown", "timeout=5"))
        self.assertEqual(self.monitor.does("get-status"), "running")
        self.assertIn("hypervisor_refused", self.monitor.refuses("destroy"))

        PID_FILE.unlink()
        daemon = subprocess.run(["xenstored", "--pid-file", str(PID_FILE)], check=False)
        self.assertEqual(daemon.returncode, 0)
        self.log_says("xenstore is back")
        self.monitor.kill()
        self.monitor.begin()
        self.monitor.does("destroy")
        self.status_becomes("shutdown")


if __name__ == "__main__":
    unittest.main()
