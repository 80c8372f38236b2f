#!/usr/bin/python3
"""Idle costs nothing: while nobody asks anything, no process of ours wakes up.

One wake-up is forgiven: the event library, once it has had a timer, looks at its clock every five minutes.
"""

import contextlib
import pathlib
import time
import unittest

from bus_case import BusTest
from stack import uuid_of, vm_tree

RUNS, PAUSED, STOPPED, WAS_UP = (uuid_of(n) for n in range(1, 5))
WATCH_S = 20
CALM_S = 3          # nothing happened for so long: the deadlines of what went before are over
CALM_LIMIT_S = 90


class Idle(BusTest):
    vms = [vm_tree(uuid) for uuid in (RUNS, PAUSED, STOPPED, WAS_UP)]

    def wake_ups(self):
        """How often each process was given a processor, by name and process id."""
        found = {}
        for pid in self.stack.children():
            with contextlib.suppress(OSError):    # it may end meanwhile
                name = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
                if name in ("dbd", "xenmgr", "xenvm"):
                    found[f"{name} {pid}"] = sum(switches(task) for task in pathlib.Path(f"/proc/{pid}/task").iterdir())
        return found

    def test_nothing_wakes_up_while_nobody_asks(self):
        for uuid in (RUNS, PAUSED, WAS_UP):
            self.vm(uuid).call("start")
        self.vm(PAUSED).call("pause")
        self.vm(RUNS).set("description", "changed")
        self.vm(WAS_UP).call("shutdown")
        calm = self.wait_for_calm()
        time.sleep(WATCH_S)    # no event of ours: the measurement
        self.assertGreaterEqual(len(calm), 4, "database, manager and monitors are looked at")
        after = self.wake_ups()
        self.assertEqual(after.keys(), calm.keys())
        woken = {process: after[process] - before for process, before in calm.items() if after[process] != before}
        self.assertLessEqual(set(woken.values()), {1}, woken)

    def wait_for_calm(self):
        end = time.monotonic() + CALM_LIMIT_S
        before = self.wake_ups()
        while time.monotonic() < end:
            time.sleep(CALM_S)
            now = self.wake_ups()
            if now == before:
                return now
            before = now
        return before


def switches(task):
    """The calls to wait that a thread came back from; being put aside for others is no wake-up."""
    for line in (task / "status").read_text().splitlines():
        if line.startswith("voluntary_ctxt_switches"):
            return int(line.split()[1])
    return 0


if __name__ == "__main__":
    unittest.main()
