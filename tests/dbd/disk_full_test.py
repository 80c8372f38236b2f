#!/usr/bin/python3
"""A full disk: requests fail with database_full, nothing that was acknowledged is lost, dbd goes on serving, and stores
again as soon as there is space. A small file system where one may be mounted, and a limit on file sizes everywhere."""

import os
import resource
import subprocess
import unittest

from dbd_process import Bus, Client, Dbd, dbus, run, wait_until

VALUE = "x" * 4000


class Full(unittest.TestCase):
    def setUp(self):
        self.bus = Bus().__enter__()
        self.addCleanup(self.bus.__exit__)
        self.folder = self.bus.dir / "store"
        self.folder.mkdir()

    def fill(self, client):
        """Writes until the disk is full; returns what was acknowledged."""
        stored = {}
        for number in range(2000):
            path, value = f"/fill/{number}", f"{number} {VALUE}"
            try:
                client.call("write", path, value)
            except dbus.DBusException as error:
                self.assertIn("database_full", error.get_dbus_message())
                self.assertIn(str(self.folder / "db.sqlite"), error.get_dbus_message())
                return stored
            stored[path] = value
        self.fail("the disk was never full")

    def check(self, client, stored):
        self.assertEqual([client.call("read", path) for path in stored], list(stored.values()))
        self.assertEqual(sorted(client.call("list", "/fill")), sorted(path.rsplit("/", 1)[1] for path in stored))

    def fill_and_go_on(self, restrict, make_space):
        dbd = Dbd(self.bus, self.folder / "db.sqlite")
        restrict(dbd)
        client = Client(self.bus)
        stored = self.fill(client)
        self.assertGreater(len(stored), 10)
        self.check(client, stored)
        self.all_of_a_batch_fail(client)
        self.check(client, stored)

        make_space(dbd)
        client.call("write", "/fill/again", "there is space")
        stored["/fill/again"] = "there is space"
        self.check(client, stored)
        self.assertEqual(dbd.end(), 0)
        dbd = Dbd(self.bus, self.folder / "db.sqlite")
        self.check(client, stored)
        dbd.end()

    def all_of_a_batch_fail(self, client):
        """Sent at once, so they share commits; each gets its own answer."""
        answers = []
        for number in range(20):
            client.start(answers.append, "write", f"/fill/more-{number}", VALUE * 10)
        wait_until(lambda: len(answers) == 20, "every request of the batch is answered")
        for error in answers:
            self.assertIn("database_full", str(error))

    def test_of_a_small_file_system(self):
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=768k", "dbd-test", self.folder],
                                 capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest("no file system can be mounted here: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.folder], check=True)
        self.fill_and_go_on(lambda dbd: None,
                            lambda dbd: subprocess.run(["mount", "-o", "remount,size=8m", self.folder], check=True))

    def test_of_a_limit_on_file_sizes(self):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)

        def limit(dbd, size):
            resource.prlimit(dbd.process.pid, resource.RLIMIT_FSIZE, (size, before[1]))

        self.fill_and_go_on(lambda dbd: limit(dbd, 300 << 10), lambda dbd: limit(dbd, before[0]))

    def test_when_the_database_cannot_even_be_made(self):
        ended = run("--database", self.folder / "db.sqlite", env=self.bus.environment,
                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048)))
        self.assertEqual(ended.returncode, 1)
        self.assertIn("database_full", ended.stderr)
        self.assertFalse(os.path.exists(self.folder / "db.sqlite"))


if __name__ == "__main__":
    unittest.main()
