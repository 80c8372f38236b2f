#!/usr/bin/python3
"""xec-vm console: a person at a terminal, and a pipe, on the console of a guest. On the engine that XENMGR_ENGINE names."""

import pathlib
import re
import select
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "bus")]

import residue
from guests import PATIENCE
from person import LEAVE, Person
from stack import BIN, ENGINE, Stack, uuid_of, wait_until

PV, HVM = uuid_of(1), uuid_of(2)


def guest(uuid, name, **config):
    return {"uuid": uuid, "type": "svm", "name": name, "slot": "-1",
            "config": {"memory": "128", "vcpus": "1", "extra-xenvm": {"0": "tsc_mode=native"}, **config}}


GUESTS = [guest(PV, "talker", **{"virt-type": "pv", "kernel": "/lab/guest/kernel", "initrd": "/lab/guest/initrd",
                                 "cmdline": "console=hvc0 loglevel=5"}),
          guest(HVM, "mute", **{"virt-type": "hvm", "display": "nogfx", "qemu-dm-path": ""})]


class OnTheConsole(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(GUESTS)
        cls.stack.__enter__()
        cls.addClassCleanup(cls.stack.__exit__, None, None, None)
        cls.environment = {**cls.stack.environment, "XENVM_SOCKET_DIR": str(cls.stack.run_dir)}

    def tearDown(self):
        for uuid in (PV, HVM):
            self.stack.vm(uuid).call("destroy", timeout=PATIENCE)

    def start(self, uuid):
        self.stack.vm(uuid).call("start", timeout=PATIENCE)

    def command(self, name):
        return [BIN / "xec-vm", "-n", name, "console"]

    def refused(self, name):
        done = subprocess.run(self.command(name), env=self.environment, capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, timeout=PATIENCE)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        return done.stderr

    def test_a_vm_that_does_not_run_has_none(self):
        self.assertIn("the VM does not run", self.refused("talker"))

    @unittest.skipUnless(ENGINE == "sim", "of the simulated engine")
    def test_a_simulated_guest_has_none(self):
        self.start(PV)
        self.assertIn("a simulated guest has no console", self.refused("talker"))

    @unittest.skipUnless(ENGINE == "xl", "needs a guest")
    def test_an_hvm_guest_without_a_serial_line_has_none(self):
        def attempt():
            self.start(HVM)
            self.assertIn("serial=pty", self.refused("mute"))
        residue.despite_the_emulator(attempt)

    @unittest.skipUnless(ENGINE == "xl", "needs a guest")
    def test_a_person_types_into_a_guest_and_reads_its_answers(self):
        self.start(PV)
        person = Person(self.command("talker"), self.environment)
        person.sees(rb"Ctrl-\]", PATIENCE)
        person.sees(rb"sum is 42", PATIENCE, again=b"echo sum is $((6 * 7))\n")
        person.types(LEAVE)
        person.sees(rb"Left", PATIENCE)
        self.assertEqual(person.ends(), 0)
        self.assertEqual(self.stack.vm(PV).state, "running")

        person = Person(self.command("talker"), self.environment)    # and comes back
        person.sees(rb"sum is 56", PATIENCE, again=b"echo sum is $((7 * 8))\n")
        person.types(b"poweroff -f\n")
        person.sees(rb"The console has gone", PATIENCE)
        self.assertEqual(person.ends(), 0)
        wait_until(lambda: self.stack.vm(PV).state == "stopped", "it is stopped", PATIENCE)

    @unittest.skipUnless(ENGINE == "xl", "needs a guest")
    def test_a_pipe_passes_bytes_on(self):
        self.start(PV)
        console = subprocess.Popen(self.command("talker"), env=self.environment, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        end, said = time.monotonic() + PATIENCE, b""
        while not re.search(rb"guest is up(.|\n)*# ", said):
            self.assertTrue(select.select([console.stdout], [], [], end - time.monotonic())[0], said)
            said += console.stdout.read(4096)
        console.stdin.write(b"printf '\\033[1m\\000\\377'; poweroff -f\n")
        rest, errors = console.communicate(timeout=PATIENCE)
        self.assertEqual((console.returncode, errors), (0, b""))
        self.assertIn(b"\x1b[1m\x00\xff", said + rest)


if __name__ == "__main__":
    unittest.main()
