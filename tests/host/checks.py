"""Facts that rows name: check acpi S-STATE, image, memory MIB, state STATE, ping, written, medium FILE."""

import os
import subprocess

from guests import PATIENCE, image_begins_with, store_read
from stack import wait_until


def eventually(condition, what):
    wait_until(condition, what, PATIENCE, every_ms=100)


class Checks:
    def __init__(self, engine, vm, files):
        self.real, self.vm, self.files = engine == "xl", vm, files

    def image(self):
        assert os.path.getsize(self.files.path("IMAGE")) > 0, "the image is empty"

    def state(self, state):
        eventually(lambda: self.vm.state == state, lambda: f"state {state}, it is {self.vm.state}")

    def acpi(self, s_state):
        eventually(lambda: int(self.vm.get("acpi-state")) == int(s_state),
                   lambda: f"acpi-state {s_state}, it is {self.vm.get('acpi-state')}")

    def memory(self, mib):
        eventually(lambda: int(self.vm.get("memory-target")) == int(mib),
                   lambda: f"memory-target {mib}, it is {self.vm.get('memory-target')}")
        if self.real:
            path = f"/local/domain/{self.vm.domid}/memory/target"
            eventually(lambda: abs(int(store_read(path)) - int(mib) * 1024) <= 1024, f"{mib} MiB in the store")
            eventually(lambda: abs(self.given_kib() - int(mib) * 1024) <= 4096,
                       lambda: f"{mib} MiB in use, they are {self.given_kib()} KiB")

    def given_kib(self):
        line = subprocess.run(["xl", "list", str(self.vm.domid)], capture_output=True, text=True, check=True).stdout
        return int(line.splitlines()[1].split()[-4]) * 1024

    def ping(self):
        if self.real:
            eventually(lambda: subprocess.run(["ping", "-c1", "-W5", "192.168.128.7"], capture_output=True,
                                              check=False).returncode == 0, "a ping crosses")

    def written(self):
        if self.real:
            eventually(lambda: image_begins_with(self.files.path("DISK"), self.files.token), "the image has the text")

    def medium(self, file):
        if self.real:
            path = f"/local/domain/0/backend/qdisk/{self.vm.domid}/5632/params"    # hdc
            eventually(lambda: store_read(path).endswith(str(file)),
                       lambda: f"{file} in the drive, there is {store_read(path)}")
