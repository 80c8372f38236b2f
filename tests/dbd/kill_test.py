#!/usr/bin/python3
"""SIGKILL at random moments under load: what was acknowledged is there after the restart, and changes of several nodes
are there completely or not at all. DBD_KILLS says how often (200), DBD_SEED repeats a run."""

import json
import os
import random
import signal
import time
import unittest

from dbd_process import Bus, Client, Dbd, GLib, wait_until

KILLS = int(os.environ.get("DBD_KILLS", 200))
SEED = int(os.environ.get("DBD_SEED", random.randrange(1 << 32)))
WIDTH = 40    # nodes in a change of several


class Writer:
    """One client that always has a few requests under way; each stores the next number in a place of its own."""

    def __init__(self, bus, name):
        self.client = Client(bus)
        self.name = name
        self.sent = 0
        self.acknowledged = 0
        self.open = 0

    def fill(self):
        while self.open < 4:
            self.sent += 1
            self.open += 1
            self.send(self.sent, lambda error, number=self.sent: self.on_answer(number, error))

    def on_answer(self, number, error):
        self.open -= 1
        if error is None:
            self.acknowledged = max(self.acknowledged, number)
            self.fill()

    def check(self, test, tree):
        """What is stored was sent, and is not older than what was acknowledged."""
        number = self.stored(test, tree)
        test.assertGreaterEqual(number, self.acknowledged, f"{self.name}: an acknowledged change is lost")
        test.assertLessEqual(number, self.sent, f"{self.name}: stored but never sent")


class LeafWriter(Writer):
    def send(self, number, on_answer):
        self.client.start(on_answer, "write", f"/leaf/{self.name}", str(number))

    def stored(self, test, tree):
        return int(tree.get("leaf", {}).get(self.name, 0))


class InjectWriter(Writer):
    """Replaces a subtree by one of the same number everywhere; every second one has other nodes."""

    def send(self, number, on_answer):
        names = range(number % 2 * WIDTH // 2, number % 2 * WIDTH // 2 + WIDTH)
        value = json.dumps({str(name): {"value": str(number)} for name in names})
        self.client.start(on_answer, "inject", f"/tree/{self.name}", value)

    def stored(self, test, tree):
        return the_one_number(test, self.name, [node["value"] for node in tree.get("tree", {}).get(self.name, {}).values()])


class WriteAllWriter(Writer):
    """Writes to two subtrees and removes what the last one wrote besides."""

    def send(self, number, on_answer):
        values = {f"/{side}/{self.name}/{n}": str(number) for side in ("left", "right") for n in range(WIDTH // 2)}
        values[f"/left/{self.name}/only-{number}"] = str(number)
        removed = [f"/left/{self.name}"]
        self.client.start(on_answer, "write_all", values, removed, interface="com.citrix.xenclient.db.store")

    def stored(self, test, tree):
        left, right = (tree.get(side, {}).get(self.name, {}) for side in ("left", "right"))
        if left:
            test.assertEqual(len(left), WIDTH // 2 + 1)
            test.assertEqual(len(right), WIDTH // 2)
        return the_one_number(test, self.name, [*left.values(), *right.values()])


def the_one_number(test, name, values):
    test.assertIn(len(set(values)), (0, 1), f"{name}: half of a change is stored")
    test.assertIn(len(values), (0, WIDTH, WIDTH + 1), f"{name}: half of a change is stored")
    return int(values[0]) if values else 0


class Kill(unittest.TestCase):
    def test_no_acknowledged_change_is_lost_and_no_change_is_halved(self):
        random.seed(SEED)
        began = time.monotonic()
        with Bus() as bus:
            writers = [LeafWriter(bus, "a"), LeafWriter(bus, "b"), InjectWriter(bus, "c"), WriteAllWriter(bus, "d")]
            for _ in range(KILLS):
                dbd = Dbd(bus)
                self.check(bus, writers)
                self.load(writers, random.uniform(0, 0.05), changes=random.randrange(4))
                dbd.end(signal.SIGKILL)
                wait_until(lambda: not any(writer.open for writer in writers), "the bus answers for the dead")
            self.check_after_restart(bus, writers)
            acknowledged = sum(writer.acknowledged for writer in writers)
        print(f"{KILLS} kills, {acknowledged} changes acknowledged, {time.monotonic() - began:.1f} s, DBD_SEED={SEED}")
        self.assertGreater(acknowledged, KILLS)

    def test_sigterm_under_load_ends_at_once_and_keeps_what_was_acknowledged(self):
        with Bus() as bus:
            writers = [LeafWriter(bus, "a"), InjectWriter(bus, "b")]
            for _ in range(5):
                dbd = Dbd(bus)
                self.check(bus, writers)
                self.load(writers, 0.02)
                self.assertEqual(dbd.end(), 0)
                wait_until(lambda: not any(writer.open for writer in writers), "the bus answers for the dead")
            self.check_after_restart(bus, writers)

    def check_after_restart(self, bus, writers):
        dbd = Dbd(bus)
        self.check(bus, writers)
        self.assertEqual(dbd.end(), 0)

    def load(self, writers, seconds, changes=0):
        """For this time, and until at least so many changes were acknowledged, however slow the disk."""
        over = []
        GLib.timeout_add(int(seconds * 1000), lambda: over.append(True))
        acknowledged = lambda: sum(writer.acknowledged for writer in writers)
        enough = acknowledged() + changes
        for writer in writers:
            writer.fill()
        wait_until(lambda: over and acknowledged() >= enough, "the time is over")

    def check(self, bus, writers):
        client = Client(bus)
        tree = json.loads(client.call("dump", "/"))
        client.close()
        for writer in writers:
            writer.check(self, tree)


if __name__ == "__main__":
    unittest.main()
