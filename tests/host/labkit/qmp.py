"""QEMU's monitor, on a socket that we hold the other end of: what taking and resuming a snapshot need."""

import json
import time

from .places import LabError


class Monitor:
    def __init__(self, connection):
        self.stream = connection.makefile("rw")
        self._answer("greeting", "QMP")
        self.execute("qmp_capabilities")

    def execute(self, command, **arguments):
        self.stream.write(json.dumps({"execute": command, "arguments": arguments}))
        self.stream.flush()
        return self._answer(command, "return")

    def _answer(self, what, key):
        for line in self.stream:
            answer = json.loads(line)
            if key in answer:
                return answer[key]
            if "error" in answer:
                raise LabError(f"QEMU's {what} failed: {answer['error']['desc']}")
        raise LabError(f"QEMU ended before its {what}")

    def transfer(self, command, uri):
        """Saves or loads everything but the memory, which is a file."""
        self.execute("migrate-set-capabilities", capabilities=[{"capability": "x-ignore-shared", "state": True}])
        self.execute(command, uri=uri)
        while (status := self.execute("query-migrate").get("status")) != "completed":
            if status == "failed":
                raise LabError(f"QEMU's {command} failed")
            time.sleep(0.01)
