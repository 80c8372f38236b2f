#!/usr/bin/python3
"""Damaged database files: dbd refuses to start, names the file and the way out; --recover keeps what can be read. Whatever
the damage, a value that is served or kept is the one that was written."""

import json
import os
import random
import shutil
import unittest

from dbd_process import Bus, Client, Dbd, pathlib, run, tempfile

SEEDS = [int(seed) for seed in os.environ.get("DBD_SEEDS", "3761849966 20").split()]    # the first makes a value too long
ROUNDS = 60    # of each
FOLDER = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None    # nothing here is about power loss, so memory will do
DAMAGED = 4    # exit codes
IN_USE = 3

VMS = 60
TREE = {"vm": {f"vm-{vm:03}": {"name": f"machine {vm}", "config": {f"key-{key}": f"value {vm} {key}" for key in range(12)}}
               for vm in range(VMS)},
        "xenmgr": {"setting": "on"}}


def leaves(tree, path=""):
    """Paths and values."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}/{name}")
        else:
            yield f"{path}/{name}", value


class Damage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sound = pathlib.Path(tempfile.mkdtemp(prefix="dbd-sound-", dir=FOLDER))
        cls.addClassCleanup(shutil.rmtree, cls.sound)
        (cls.sound / "tree.json").write_text(json.dumps(TREE))
        made = run("--database", cls.sound / "db.sqlite", "--import", cls.sound / "tree.json")
        assert made.returncode == 0, made.stderr
        cls.content = (cls.sound / "db.sqlite").read_bytes()
        cls.leaves = dict(leaves(TREE))

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="dbd-damage-", dir=FOLDER))
        self.addCleanup(shutil.rmtree, self.dir)
        self.database = self.dir / "db.sqlite"

    def export(self):
        return run("--database", self.database, "--export", self.dir / "out.json")

    def exported(self):
        exported = self.export()
        self.assertEqual(exported.returncode, 0, exported.stderr)
        return json.loads((self.dir / "out.json").read_text())

    def recover(self):
        recovered = run("--database", self.database, "--recover")
        self.assertEqual(recovered.returncode, 0, recovered.stderr)
        kept = dict(leaves(self.exported()))
        self.assertLessEqual(kept.items(), self.leaves.items(), "a value was made up")
        return recovered.stdout, kept

    def assertRefused(self, ended):
        self.assertEqual(ended.returncode, DAMAGED, ended.stderr)
        self.assertIn(str(self.database), ended.stderr)
        self.assertIn(f"dbd --database {self.database} --recover", ended.stderr)

    def test_a_sound_file_comes_back_as_it_was(self):
        self.database.write_bytes(self.content)
        self.assertEqual(list(leaves(self.exported())), list(leaves(TREE)))
        self.assertIn("nothing was changed", run("--database", self.database, "--recover").stdout)

    def test_random_damage_is_noticed_or_harmless_and_recovered_from(self):
        for seed in SEEDS:
            random.seed(seed)
            with self.subTest(seed=seed):
                refused = sum(self.is_refused(self.damaged()) for _ in range(ROUNDS))
                self.assertGreater(refused, ROUNDS / 3)

    def damaged(self):
        content = bytearray(self.content)
        for _ in range(random.choice((1, 1, 1, 20))):
            at, length = random.randrange(len(content)), random.choice((1, 4, 600))
            content[at:at + length] = random.randbytes(min(length, len(content) - at))
        return content

    def is_refused(self, content):
        self.database.write_bytes(content)
        ended = self.export()
        if ended.returncode == 0:    # damaged where nothing lies
            self.assertEqual(json.loads((self.dir / "out.json").read_text()), TREE)
            return False
        if "database_version" in ended.stderr:
            return False
        self.assertRefused(ended)
        self.recover()
        return True

    def test_one_destroyed_page_costs_only_what_it_held(self):
        pages = len(self.content) // 4096
        for page in (0, 2, pages // 2, pages - 1):
            with self.subTest(page=page):
                damaged = bytearray(self.content)
                damaged[page * 4096:(page + 1) * 4096] = bytes(4096)
                self.database.write_bytes(damaged)
                self.assertRefused(self.export())
                said, kept = self.recover()
                self.assertGreater(len(kept), len(self.leaves) * 3 / 4)
                self.assertEqual(len(kept) == len(self.leaves), page == 0)
                self.assertRegex(said, r"\d+ nodes kept")
                self.assertEqual("lost:" in said, page != 0)
                kept_aside = list(self.dir.glob("db.sqlite.damaged-*"))
                self.assertIn(bytes(damaged), [path.read_bytes() for path in kept_aside])

    def test_cut_and_empty_and_foreign_files_are_refused(self):
        for content in (self.content[:len(self.content) // 2], self.content[:100], b"", b"{ }\n", os.urandom(8192)):
            with self.subTest(size=len(content)):
                self.database.write_bytes(content)
                self.assertRefused(self.export())
                self.recover()

    def test_a_log_without_its_database_is_refused(self):
        (self.dir / "db.sqlite-wal").write_bytes(os.urandom(4096))
        self.assertRefused(run("--database", self.database, "--import", self.sound / "tree.json"))
        self.recover()

    def test_serving_is_refused_too_and_works_after_recovery(self):
        damaged = bytearray(self.content)
        damaged[5 * 4096:6 * 4096] = bytes(4096)
        self.database.write_bytes(damaged)
        with Bus() as bus:
            self.assertRefused(run("--database", self.database, env=bus.environment))
            _, kept = self.recover()
            dbd = Dbd(bus, self.database)
            client = Client(bus)
            for path, value in random.sample(sorted(kept.items()), 20):
                self.assertEqual(client.call("read", path), value)
            client.call("write", "/vm/new/name", "stored again")
            self.assertEqual(dbd.end(), 0)

    def test_one_process_at_a_time(self):
        self.database.write_bytes(self.content)
        with Bus() as bus:
            dbd = Dbd(bus, self.database)
            for arguments in ((), ("--recover",), ("--export", self.dir / "out.json")):
                ended = run("--database", self.database, *arguments, env=bus.environment)
                self.assertEqual(ended.returncode, IN_USE)
                self.assertIn(f"process {dbd.process.pid}", ended.stderr)
            dbd.end(9)
            self.assertEqual(self.export().returncode, 0)    # the lock went with the process

    def test_an_import_does_not_overwrite(self):
        self.database.write_bytes(self.content)
        ended = run("--database", self.database, "--import", self.sound / "tree.json")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("database_not_empty", ended.stderr)

    def test_the_file_is_read_again_on_sighup_unless_it_is_damaged(self):
        self.database.write_bytes(self.content)
        with Bus() as bus:
            dbd = Dbd(bus, self.database)
            client = Client(bus)
            self.database.rename(self.dir / "aside")
            self.database.write_bytes(b"damaged")
            dbd.process.send_signal(1)
            self.assertEqual(client.call("read", "/xenmgr/setting"), "on")
            self.assertEqual(dbd.end(), 0)


if __name__ == "__main__":
    unittest.main()
