#!/usr/bin/python3
"""The examples that the tools and their manual pages give work when they are typed."""

import re
import shlex
import subprocess
import unittest

from bus_case import BusTest
from stack import BIN, ROOT, uuid_of, vm_tree

WIN7 = uuid_of(7)
ENDLESS = {"monitor", "console"}
FOREIGN = {"-s"}    # a service that is not here


class Examples(BusTest):
    vms = [vm_tree(WIN7, name="win7", config={"virt-type": "hvm", "memory": "16", "disk": {
        "0": {"path": "/dev/null", "type": "file", "mode": "r", "device": "hdc", "devtype": "cdrom"}}})]

    def type(self, line):
        words = shlex.split(line.replace("UUID", WIN7))
        if set(words) & (ENDLESS | FOREIGN):
            return
        done = subprocess.run([BIN / words[0], *words[1:]], env=self.stack.environment, capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""), line)

    def type_all(self, lines):
        self.vm(WIN7).call("destroy")
        typed = [line for line in lines if line]
        self.assertGreater(len(typed), 3)
        for line in typed:
            with self.subTest(line):
                self.type(line)

    def test_those_of_the_help(self):
        for tool in ("xec", "xec-vm"):
            text = subprocess.run([BIN / tool, "--help"], capture_output=True, text=True, check=True).stdout
            self.type_all(line.strip().split("  ")[0] for line in text.split("Examples\n")[1].splitlines())

    def test_those_of_the_manual(self):
        for tool in ("xec", "xec-vm"):
            page = (ROOT / f"share/man/{tool}.1").read_text().split(".SH EXAMPLES\n")[1].split(".SH")[0]
            lines = (re.sub(r"\\f[RBIP]", "", line).replace("\\-", "-") for line in page.splitlines())
            self.type_all(line for line in lines if not line.startswith("."))


if __name__ == "__main__":
    unittest.main()
