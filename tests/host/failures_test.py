#!/usr/bin/python3
"""What goes wrong beneath a monitor costs its operation and nothing else: the monitor answers on, and the host is as it
was before. Runs in a dom0, with xenvm alone: no manager, no bus."""

import contextlib
import os
import pathlib
import re
import select
import signal
import subprocess
import tempfile
import unittest

import disk_images
import residue
from guests import Console
from lone_monitor import PATIENCE, LoneMonitor, wait_until

ANSWER = 35       # seconds, for a monitor that has something going on: less than the thing may take
UUID = "0badcafe-0000-4000-8000-000000000001"
OTHER = "0badcafe-0000-4000-8000-000000000002"
VIF_SCRIPT = pathlib.Path("/etc/xen/scripts/vif-bridge")
BRIDGE = "failures0"

PV = """uuid = {uuid}
name = failing
kernel = /lab/guest/kernel
initrd = /lab/guest/initrd
cmdline = console=hvc0 loglevel=5 {words}
memory = {memory}
startup = poweroff
tsc_mode = native
"""

# Its firmware finds nothing to boot, and goes on.
HVM = f"""uuid = {UUID}
name = failing
hvm = true
memory = 96
display = none
startup = poweroff
"""


def helpers():
    """Process ids of those that move a guest's memory to or from an image."""
    return [int(pid) for pid in residue.said("pgrep", "-f", "libxl-save-helper").split()]


def our_domain():
    """Domain id by uuid; None: there is no such domain."""
    for line in residue.said("xl", "list", "-v").splitlines():
        if UUID in line:
            return int(re.search(r"\d+", line[41:] if len(line) > 41 else line).group())
    return None


def free_mib():
    return int(re.search(r"^free_memory\s*: (\d+)", residue.said("xl", "info"), re.MULTILINE).group(1))


class StoreEvents:
    """What is written to the store while this lives: the steps that a start makes, whoever is slow."""

    def __enter__(self):
        self.process = subprocess.Popen(["xenstore-watch", "/"], stdout=subprocess.PIPE)
        self.read()    # that it watches
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def read(self, seconds=PATIENCE):
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            return b""
        return os.read(self.process.stdout.fileno(), 65536)

    def let_pass(self, count, command):
        """Or until the command has been answered."""
        while count > 0 and command.poll() is None:
            count -= self.read(seconds=0.1).count(b"\n")

    def seen(self, mark):
        """How many there were up to a node that is written now."""
        subprocess.run(["xenstore-write", mark, ""], check=True)
        subprocess.run(["xenstore-rm", mark], check=True)
        text = b""
        while mark.encode() not in text:
            text += self.read()
        return text.count(b"\n")


class Failures(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="failures-")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.before = residue.remains()
        self.monitor = None

    def begin(self, *lines, config=PV, uuid=UUID, memory=128, words=""):
        text = config if config is HVM else config.format(uuid=uuid, memory=memory, words=words)
        monitor = LoneMonitor(self.folder, uuid, text + "".join(f"{line}\n" for line in lines), "--adopt")
        self.addCleanup(monitor.end)
        monitor.begin()
        self.monitor = self.monitor or monitor
        return monitor

    def nothing_is_left(self):
        self.assertEqual(self.monitor.does("get-status"), "shutdown")
        self.host_is_as_it_was()

    def host_is_as_it_was(self):
        """Soon: the kernel's backends take a moment for their part."""
        wait_until(lambda: residue.remains() == self.before,
                   lambda: f"the host is as it was, not: {residue.remains() ^ self.before}\n{self.monitor.said()}")

    def disk(self):
        image = self.folder / "disk.img"
        image.touch()
        os.truncate(image, 1 << 20)
        return f"disk = {image}:file:xvda:w:disk"

    def guest_runs(self):
        console = Console(our_domain())
        try:
            self.assertEqual(console.run("true", again_after=5)[1], 0)
        finally:
            console.close()

    @contextlib.contextmanager
    def bridge_with_script(self, text):
        """A bridge, and this instead of the script that connects cards to it."""
        subprocess.run(["ip", "link", "add", BRIDGE, "type", "bridge"], check=True)
        genuine = VIF_SCRIPT.read_bytes()
        VIF_SCRIPT.write_text(text)
        try:
            yield f"nic = id=0,bridge={BRIDGE}"
        finally:
            VIF_SCRIPT.write_bytes(genuine)
            subprocess.run(["ip", "link", "del", BRIDGE], check=True)

    # ---- scripts and files

    def test_a_script_that_fails_fails_the_start(self):
        with self.bridge_with_script("#!/bin/sh\nexit 3\n") as nic:
            self.assertIn("exited with error status 3", self.begin(nic).refuses("start"))
            self.nothing_is_left()

    def test_a_script_that_hangs_holds_up_no_other_command(self):
        hangs = f"#!/bin/sh\n[ \"$1\" = online ] && touch {self.folder}/hangs && exec sleep 1000\nexit 0\n"
        with self.bridge_with_script(hangs) as nic:
            monitor = self.begin(nic)
            start = monitor.ask("start")
            wait_until((self.folder / "hangs").exists, "the script is reached")
            self.assertEqual(monitor.command("get-status", limit=ANSWER), (0, "creating-domain"))
            monitor.does("destroy")
            self.assertIn("operation_cancelled", monitor.answer(start)[1])
            self.nothing_is_left()

    def test_a_script_that_hangs_is_ended(self):
        with self.bridge_with_script("#!/bin/sh\n[ \"$1\" = online ] && exec sleep 1000\nexit 0\n") as nic:
            self.assertIn("vif-bridge online", self.begin(nic).refuses("start"))
            self.nothing_is_left()

    def test_a_missing_bridge_is_named(self):
        self.assertIn("nosuch", self.begin("nic = id=0,bridge=nosuch").refuses("start"))
        self.nothing_is_left()

    def test_a_missing_image_is_named(self):
        self.assertIn("/nowhere.img", self.begin("disk = /nowhere.img:raw:xvda:w:disk").refuses("start"))
        self.nothing_is_left()

    # ---- a start that is ended

    def end_by_destroy(self, monitor, start):
        monitor.does("destroy")
        monitor.answer(start)

    def end_by_kill(self, monitor, start):
        monitor.kill()
        monitor.answer(start)
        monitor.begin()

    def end_by_signal(self, monitor, start):
        self.assertEqual(monitor.kill(signal.SIGINT), 0)
        monitor.answer(start)
        if not self.complete(monitor):
            self.host_is_as_it_was()
        monitor.begin()

    def complete(self, monitor):
        return "->created" in monitor.said() or "restoring->running" in monitor.said()

    def test_a_start_can_be_ended_at_any_moment(self):
        monitor = self.begin(self.disk(), "nic = id=0,bridge=xenbr0")
        with StoreEvents() as events:
            monitor.does("start")
            steps = events.seen("/tool/failures")
        monitor.does("destroy")
        for how, shares in {self.end_by_destroy: (5, 50, 90), self.end_by_kill: (20, 65, 85),
                            self.end_by_signal: (35, 75, 95)}.items():
            for share in shares:
                with self.subTest(how=how.__name__, share=share):
                    monitor.log.write_text("")
                    with StoreEvents() as events:
                        start = monitor.ask("start")
                        events.let_pass(steps * share // 100, start)
                        how(monitor, start)
                    monitor.does("destroy")    # it may have been over
                    self.nothing_is_left()

    # ---- saving and restoring

    def begun(self, monitor, *words):
        """The helper is there, or was too quick to be seen."""
        command = monitor.ask(*words)
        wait_until(lambda: helpers() or command.poll() is not None, "the helper is there", every=0.02)
        return command

    def end_helper(self, monitor, words, undo):
        """Kills the process that moves the guest's memory. One that was quicker is undone, and it is tried again."""
        for _ in range(10):
            command = self.begun(monitor, *words)
            for pid in helpers():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if monitor.answer(command)[0] != 0:
                return
            monitor.does(*undo)
        self.fail("the helper was always quicker")

    def test_a_guest_lives_on_when_it_could_not_be_saved(self):
        image = self.folder / "image"
        monitor = self.begin()
        monitor.does("start")
        self.guest_runs()

        self.end_helper(monitor, ("suspend", f"file={image}"), ("restore", f"file={image}"))
        self.assertEqual(monitor.does("get-status"), "running")
        self.guest_runs()

        for number in (signal.SIGKILL, signal.SIGINT):
            command = self.begun(monitor, "suspend", f"file={image}")
            monitor.kill(number)
            monitor.answer(command)
            monitor.begin()
            monitor.does(*(("restore", f"file={image}") if image.exists() else ("unpause",)))
            self.assertEqual(monitor.does("get-status"), "running")
            self.guest_runs()

        command = self.begun(monitor, "suspend", f"file={image}")
        monitor.does("destroy")
        status, text = monitor.answer(command)
        self.assertEqual(image.exists(), status == 0, text)
        self.nothing_is_left()

    def test_a_guest_goes_on_when_there_is_no_room_to_save_it(self):
        small = self.folder / "small"
        small.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", small], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", small], check=True)
        monitor = self.begin()
        monitor.does("start")
        self.guest_runs()
        self.assertIn("No space left", monitor.refuses("suspend", f"file={small}/image"))
        self.assertEqual(monitor.does("get-status"), "running")
        self.assertEqual(list(small.iterdir()), [])
        self.guest_runs()
        monitor.does("shutdown")
        self.nothing_is_left()

    def saved(self, monitor):
        image = self.folder / "image"
        monitor.does("start")
        self.guest_runs()
        monitor.does("suspend", f"file={image}")
        return image

    def test_a_restore_that_is_ended_leaves_nothing_but_the_image(self):
        monitor = self.begin()
        words = ("restore", f"file={self.saved(monitor)}", "delete=false")
        self.end_helper(monitor, words, ("destroy",))
        self.nothing_is_left()
        for how in (self.end_by_destroy, self.end_by_kill, self.end_by_signal):
            with self.subTest(how=how.__name__):
                monitor.log.write_text("")
                how(monitor, self.begun(monitor, *words))
                monitor.does("destroy")    # it may have been over
                self.nothing_is_left()
        monitor.does(*words)
        self.guest_runs()
        monitor.does("destroy")
        self.nothing_is_left()

    def test_an_image_that_is_damaged_is_refused_and_leaves_nothing(self):
        monitor = self.begin()
        image = self.saved(monitor)
        content = image.read_bytes()
        image.unlink()
        head = content.index(b"LibxlFmt")
        for name, damaged in {"short": content[:5_000_000], "ends": content[:head + 8], "head": content[:head - 5],
                              "blank": content[:head] + bytes(4096), "half": content[:head + 100] + bytes(4096),
                              "empty": b"", "other": b"LibxlFmt" + bytes(4096)}.items():
            with self.subTest(name):
                image.write_bytes(damaged)
                monitor.refuses("restore", f"file={image}")
                self.assertEqual(image.read_bytes(), damaged)
                self.nothing_is_left()

    # ---- what dies by itself

    def test_a_machine_without_its_device_model_is_ended(self):
        monitor = self.begin(config=HVM)
        monitor.does("start")
        self.end_device_model(monitor)

    def test_nor_does_a_paravirtual_one_stay_without_its_disks(self):
        image = self.folder / "disk.qcow2"
        image.write_bytes(disk_images.qcow2())
        monitor = self.begin(f"disk = {image}:qcow:xvda:w:disk")
        monitor.does("start")
        self.end_device_model(monitor)

    def end_device_model(self, monitor):
        for pid in residue.device_models():
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: monitor.does("get-status") == "shutdown", "the monitor sees it")
        self.nothing_is_left()

    def test_a_kernel_that_panics_leaves_nothing(self):
        monitor = self.begin(words="rdinit=/nowhere")
        monitor.does("start")
        wait_until(lambda: monitor.does("get-status") == "shutdown", "it is down")
        self.assertIn("reason=crash", monitor.said())
        self.nothing_is_left()

    def test_memory_that_another_takes_first_is_missed_in_order(self):
        """Each of the two is told that there is enough."""
        memory = free_mib() * 6 // 10
        both = [self.begin(uuid=uuid, memory=memory) for uuid in (UUID, OTHER)]
        answers = [monitor.answer(start) for monitor, start in [(one, one.ask("start")) for one in both]]
        self.assertTrue(any(status != 0 for status, _ in answers), answers)
        for monitor, (status, text) in zip(both, answers):
            self.assertEqual(monitor.does("get-status"), "shutdown" if status else "running", text)
            monitor.does("destroy")
        self.nothing_is_left()


if __name__ == "__main__":
    unittest.main(verbosity=2)
