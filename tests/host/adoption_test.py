#!/usr/bin/python3
"""Monitors and the manager are killed, one, the other or both, again and again: the guests run on, everybody sees them
as they are, and nothing is started twice. On the engine that XENMGR_ENGINE names."""

import contextlib
import os
import pathlib
import select
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bus"))

from stack import ENGINE, Stack, uuid_of, vm_tree, wait_until

ROUNDS = 20
PATIENCE = 240    # seconds; the emulated machine may be slow
GUESTS = [uuid_of(number) for number in (1, 2)]


def guest(uuid):
    """Starts on both engines: the simulated one looks at none of its files, the real one boots those of the lab."""
    vm = vm_tree(uuid)
    vm["config"] |= {"virt-type": "pv", "memory": "128", "kernel": "/lab/guest/kernel", "initrd": "/lab/guest/initrd",
                     "cmd-line": "console=hvc0 loglevel=5", "extra-xenvm": {"0": "tsc_mode=native"}}
    return vm


def monitors_of(stack):
    """Uuids that living monitors serve, one entry a process."""
    found = []
    for pid in stack.children():
        with contextlib.suppress(OSError):
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            if words[0].endswith("/xenvm") and "--uuid" in words:
                found.append(words[words.index("--uuid") + 1])
    return sorted(found)


def xen_domains():
    """Lines of xl about guests: name, domain id."""
    lines = subprocess.run(["xl", "list"], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    return sorted(tuple(line.split()[-6:-4]) for line in lines)


class Adoption(unittest.TestCase):
    def setUp(self):
        self.stack = self.enterContext(Stack([guest(uuid) for uuid in GUESTS]))
        for uuid in GUESTS:
            self.stack.vm(uuid).call("start", timeout=PATIENCE)
        self.domids = {uuid: self.stack.vm(uuid).domid for uuid in GUESTS}
        self.domains = xen_domains() if ENGINE == "xl" else None
        self.addCleanup(self.end_guests)

    def enterContext(self, context):    # unittest has it from Python 3.11 on
        entered = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return entered

    def end_guests(self):
        for uuid in GUESTS:
            self.stack.vm(uuid).call("destroy", timeout=PATIENCE)

    def kill_monitors(self):
        """Returns when they have ended: until then they look alive."""
        for pid in self.stack.monitors().values():
            with contextlib.suppress(ProcessLookupError):
                handle = os.pidfd_open(pid)
                os.kill(pid, signal.SIGKILL)
                self.assertTrue(select.select([handle], [], [], PATIENCE)[0], f"{pid} has not ended")
                os.close(handle)

    def kill_manager(self):
        self.stack.xenmgr.kill()

    def kill_both(self):
        self.kill_manager()
        self.kill_monitors()

    def all_is_well(self):
        return (monitors_of(self.stack) == GUESTS and
                all(str(self.stack.vm(uuid).get("state")) == "running" for uuid in GUESTS) and
                {uuid: self.stack.vm(uuid).domid for uuid in GUESTS} == self.domids)

    def test_guests_do_not_notice(self):
        for number in range(ROUNDS):
            how = (self.kill_monitors, self.kill_manager, self.kill_both)[number % 3]
            with self.subTest(round=number, how=how.__name__):
                how()
                if not self.stack.xenmgr.running():
                    self.stack.start_xenmgr()
                wait_until(self.all_is_well, lambda: f"all is well again: {monitors_of(self.stack)}", PATIENCE,
                           every_ms=100)
                if ENGINE == "xl":
                    self.assertEqual(xen_domains(), self.domains)


if __name__ == "__main__":
    unittest.main()
