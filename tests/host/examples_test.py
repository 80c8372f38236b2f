#!/usr/bin/python3
"""The examples of share/examples start with xenvm alone: no manager, no bus. Runs in a dom0."""

import os
import pathlib
import re
import select
import tempfile
import time
import tty
import unittest

import boot_iso
import residue
from guests import PATIENCE, Console, store_read
from lone_monitor import LoneMonitor, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "share/examples"
DISK_SIZE = 1 << 20
TOKEN = "written by the guest"


def paths_made_real(folder, example):
    """The example's text with paths in `folder`, where its disks are."""
    text = (EXAMPLES / example).read_text().replace("/storage/", f"{folder}/")
    for name in ("kernel", "initrd"):
        text = text.replace(f"/boot/{'vmlinuz' if name == 'kernel' else name}-guest", f"/lab/guest/{name}")
    for image in re.findall(rf"{folder}/\S+?\.img", text):
        with open(image, "wb") as file:
            file.truncate(DISK_SIZE)
    return text


def read_until(path, mark):
    """What a terminal says, up to the mark."""
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        tty.setraw(fd)
        text, end = b"", time.monotonic() + PATIENCE
        while mark not in text:
            if not select.select([fd], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError(f"not said within the time, but {text[-500:]}")
            text += os.read(fd, 4096)
    finally:
        os.close(fd)


class Examples(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="examples-")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.before = residue.remains()

    def start(self, example):
        config = paths_made_real(self.folder, example)
        uuid = re.search(r"^uuid = (\S+)$", config, re.MULTILINE).group(1)
        machine = LoneMonitor(self.folder, uuid, config, "--strict-config")
        self.addCleanup(machine.end)
        machine.begin()
        wait_until(lambda: machine.answers() and machine.does("get-status") == "running",
                   lambda: f"it runs\n{machine.said()}")
        return machine

    def ends_clean(self, machine):
        self.assertEqual(machine.end(), 0)
        self.is_clean()

    def is_clean(self):
        wait_until(lambda: residue.remains() == self.before,
                   lambda: f"the host is as it was, not: {residue.remains() ^ self.before}")

    def test_the_paravirtual_one_has_its_disk_and_its_card(self):
        machine = self.start("pv.cfg")
        console = Console(int(machine.does("get-domid")))
        console.run("true", again_after=5)
        self.assertEqual(console.run(f"echo {TOKEN} | dd of=/dev/xvda bs=512 conv=sync,fsync")[1], 0)
        self.assertEqual(console.run("ip link show eth0")[1], 0)
        console.close()
        self.assertEqual(machine.does("shutdown"), "")
        self.assertEqual(machine.does("get-status"), "shutdown")
        self.assertIn(TOKEN.encode(), (self.folder / "example-pv.img").read_bytes())
        self.ends_clean(machine)

    def test_the_other_one_boots_from_its_cd(self):
        residue.despite_the_emulator(self.boot_from_cd)

    def boot_from_cd(self):
        (self.folder / "example-hvm.iso").write_bytes(boot_iso.image())
        machine = self.start("hvm.cfg")
        try:
            domid = machine.does("get-domid")
            read_until(store_read(f"/local/domain/{domid}/serial/0/tty"), boot_iso.LINE.encode())
            self.assertIn("hdc:r:cdrom", machine.does("device"))
        finally:
            status = machine.end()
        self.assertEqual(status, 0)
        self.is_clean()


if __name__ == "__main__":
    unittest.main()
