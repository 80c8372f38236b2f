"""Commands in a real guest, typed into the shell on its console."""

import pathlib
import re

from guests import store_read
from stack import wait_until

LOGS = pathlib.Path("/var/log/xen/console")
PATIENCE = 180    # seconds; the emulated machine may be slow


class GuestShell:
    """`name`: of the domain, whose console the dom0 logs. Waits until the guest is up."""

    def __init__(self, name, domid):
        self.log = LOGS / f"guest-{name}.log"
        self.read_from = 0
        self.count = 0
        self.console = wait_until(lambda: store_read(f"/local/domain/{domid}/console/tty"), "there is a console", PATIENCE,
                                  every_ms=100)
        self.wait(r"lab: guest is up[^\n]*\n(.|\n)*# ", "the guest is up")

    def text(self):
        if not self.log.exists():
            return ""
        return self.log.read_bytes()[self.read_from:].decode(errors="replace").replace("\r", "")

    def wait(self, pattern, what, seconds=PATIENCE):
        """The match, in what the guest has written since the last one."""
        found = wait_until(lambda: re.search(pattern, self.text()), lambda: f"{what}: {self.text()[-2000:]}", seconds,
                           every_ms=100)
        self.read_from = self.log.stat().st_size
        return found

    def type(self, line):
        with open(self.console, "w", encoding="ascii") as console:
            console.write(line + "\n")

    def run(self, command, seconds=PATIENCE):
        """(exit status, what it wrote)."""
        self.count += 1
        command = command if command.endswith("&") else f"{command};"
        # The quotes keep the echo of what is typed from looking like the answer.
        self.type(f"echo 'beg'in{self.count}; {{ {command} }}; echo 'en'd{self.count}:$?")
        found = self.wait(rf"begin{self.count}\n((?:.|\n)*?)end{self.count}:(\d+)", command, seconds)
        return int(found[2]), found[1]
