"""The guest of cd/program.S in a domain of Xen, through its serial line: a guest that sleeps, wakes and powers off."""

import os
import re
import select
import time
import tty

from guests import PATIENCE, store_read


class Sleeper:
    KEYS = {"sleep": b"s", "poweroff": b"o", "reboot": b"r"}

    def __init__(self, vm, _):
        self.vm = vm
        self.domid = self.fd = None
        self.remembered = 0

    def line(self):
        """The serial line of the present domain, which stays open: what nobody reads is lost."""
        if self.domid != self.vm.domid:
            self.close()
            self.domid = self.vm.domid
            self.fd = os.open(store_read(f"/local/domain/{self.domid}/serial/0/tty"),
                              os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            tty.setraw(self.fd)
        return self.fd

    def close(self):
        if self.fd is not None:
            os.close(self.fd)
        self.domid = self.fd = None

    def wakes(self, at_least=1):
        """How often it woke, as it says itself, once it has woken so often."""
        text, end = b"", time.monotonic() + PATIENCE
        while True:
            for found in re.findall(rb"awake (\d)\r\n", text):
                if int(found) >= at_least:
                    return int(found)
            text = text[-1000:]
            if not select.select([self.line()], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError(f"the guest has not woken {at_least} times; it said {text}")
            text += os.read(self.line(), 4096)

    def answers(self):
        self.wakes()

    def do(self, deed):
        if deed in self.KEYS:
            os.write(self.line(), self.KEYS[deed])
        elif deed == "remember":
            self.discard()
            self.remembered = self.wakes()
        elif deed == "recall":    # it is where it was
            self.wakes(self.remembered)
        elif deed == "wake":
            assert self.wakes(self.remembered + 1) == self.remembered + 1, "it has woken more than once"
        else:
            raise ValueError(deed)

    def discard(self):
        while select.select([self.line()], [], [], 0)[0]:
            os.read(self.line(), 4096)
