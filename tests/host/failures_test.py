#!/usr/bin/python3
"""What goes wrong beneath a monitor costs its operation and nothing else: the monitor answers on, and the host is as it
was before. Runs in a dom0, with xenvm alone: no manager, no bus."""

import contextlib
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

import residue

BIN = pathlib.Path(os.environ["XENMGR_BIN"])
PATIENCE = 300    # seconds; the emulated machine may be slow
UUID = "0badcafe-0000-4000-8000-000000000001"
VIF_SCRIPT = pathlib.Path("/etc/xen/scripts/vif-bridge")
BRIDGE = "failures0"

CONFIG = f"""uuid = {UUID}
name = failing
kernel = /lab/guest/kernel
initrd = /lab/guest/initrd
cmdline = console=hvc0 loglevel=5
memory = 128
startup = poweroff
"""


def wait_until(what, describe):
    end = time.monotonic() + PATIENCE
    while not what():
        if time.monotonic() > end:
            raise AssertionError(f"not within {PATIENCE} s: {describe}")
        time.sleep(0.1)


class Failures(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="failures-")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.log = self.folder / "log"
        self.environment = os.environ | {"XENVM_SOCKET_DIR": str(self.folder / "run")}
        self.before = residue.remains()
        self.process = None
        self.addCleanup(self.end)

    def monitor(self, *lines):
        config = self.folder / "config"
        config.write_text(CONFIG + "".join(f"{line}\n" for line in lines))
        with self.log.open("a") as log:
            self.process = subprocess.Popen([BIN / "xenvm", "--no-daemonize", "--monitor-dbus", "false",
                                             "--monitor-json", "true", "--engine", "xl", "--config", config],
                                            stderr=log, env=self.environment)
        wait_until(lambda: self.command("get-status")[0] == 0, "the monitor answers")

    def begin(self, *words):
        return subprocess.Popen([BIN / "xenvm-cmd", "--use-socket", "--reply-timeout", str(PATIENCE), UUID, *words],
                                env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def command(self, *words, limit=PATIENCE):
        run = self.begin(*words)
        try:
            text = run.communicate(timeout=limit)[0]
        except subprocess.TimeoutExpired:
            run.kill()
            self.fail(f"{words} is not answered within {limit} s\n{self.log.read_text()}")
        return run.returncode, text.strip()

    def does(self, *words):
        status, text = self.command(*words)
        self.assertEqual(status, 0, text)
        return text

    def refuses(self, *words):
        status, text = self.command(*words)
        self.assertNotEqual(status, 0, f"{words} succeeded")
        return text

    def end(self):
        if self.process and self.process.poll() is None:
            self.command("destroy")
            self.process.send_signal(signal.SIGINT)
            self.process.wait(PATIENCE)

    def nothing_is_left(self):
        self.assertEqual(self.does("get-status"), "shutdown")
        wait_until(lambda: residue.remains() == self.before, "the host is as it was")

    @contextlib.contextmanager
    def bridge_with_script(self, text):
        """A bridge, and this instead of the script that connects cards to it."""
        subprocess.run(["ip", "link", "add", BRIDGE, "type", "bridge"], check=True)
        genuine = VIF_SCRIPT.read_bytes()
        VIF_SCRIPT.write_text(text)
        try:
            yield
        finally:
            VIF_SCRIPT.write_bytes(genuine)
            subprocess.run(["ip", "link", "del", BRIDGE], check=True)

    def test_a_script_that_fails_fails_the_start(self):
        with self.bridge_with_script("#!/bin/sh\nexit 3\n"):
            self.monitor(f"nic = id=0,bridge={BRIDGE}")
            self.assertIn("exited with error status 3", self.refuses("start"))
            self.nothing_is_left()

    def test_a_missing_bridge_is_named(self):
        self.monitor("nic = id=0,bridge=nosuch")
        self.assertIn("nosuch", self.refuses("start"))
        self.nothing_is_left()

    def test_a_missing_image_is_named(self):
        self.monitor("disk = /nowhere.img:raw:xvda:w:disk")
        self.assertIn("/nowhere.img", self.refuses("start"))
        self.nothing_is_left()


if __name__ == "__main__":
    unittest.main(verbosity=2)
