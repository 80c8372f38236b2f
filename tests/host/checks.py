"""Facts that rows name: check acpi S-STATE, device TEXT, no-device TEXT, image, medium [FILE], memory MIB,
ping [ADDRESS], property NAME VALUE, state STATE, written IMAGE."""

import os
import subprocess

from guests import PATIENCE, image_contains, store_read
from stack import wait_until


def eventually(condition, what):
    wait_until(condition, what, PATIENCE, every_ms=100)


class Checks:
    def __init__(self, engine, vm, files):
        self.real, self.vm, self.files = engine == "xl", vm, files

    def property(self, name, value):
        value = {"true": True, "false": False}.get(value, value)
        eventually(lambda: self.vm.get(name) == value, lambda: f"{name} is {value}, it is {self.vm.get(name)}")

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

    def ping(self, address="192.168.128.7"):
        if self.real:
            eventually(lambda: subprocess.run(["ping", "-c1", "-W1", address], capture_output=True,
                                              check=False).returncode == 0, "a ping crosses")

    def written(self, image):
        if self.real:
            eventually(lambda: image_contains(image, self.files.token), "the image has the text")

    def devices(self):
        return self.files.monitor(self.vm, "device")

    def device(self, text):
        eventually(lambda: text in self.devices(), lambda: f"{text} in: {self.devices()}")

    def no_device(self, text):
        assert text not in self.devices(), f"{text} is still there"

    def medium(self, file=""):
        self.device(f"disk {file}:file:hdc")
        if self.real:
            path = f"/local/domain/0/backend/qdisk/{self.vm.domid}/5632/params"    # hdc
            eventually(lambda: store_read(path).partition(":")[2] == file,
                       lambda: f"'{file}' in the drive, there is '{store_read(path)}'")
