"""A message bus and the test services for one test program, and a way to run the tools on it."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={dir}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/></policy>
</busconfig>"""


class Bus:
    def __init__(self, tools, *services):
        """Starts a bus and each program of `services`, which says "ready" on its output once it can be called."""
        self.tools = pathlib.Path(tools)
        self.dir = tempfile.mkdtemp(prefix="xec-test-")
        self.programs = []
        config = pathlib.Path(self.dir, "bus.conf")
        config.write_text(CONFIG.format(dir=self.dir))
        with open(pathlib.Path(self.dir, "bus.log"), "w", encoding="utf-8") as log:
            daemon = self.start(["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address=1"], os.environ,
                                stderr=log)
        self.address = daemon.stdout.readline().strip()
        self.environment = dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=self.address, LC_ALL="C", TZ="UTC")
        self.environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
        for service in services:
            if self.start(service, self.environment).stdout.readline() != "ready\n":
                self.close()
                raise RuntimeError(f"{service} does not start")

    def start(self, command, environment, on_output=subprocess.PIPE, **more):
        program = subprocess.Popen(command, stdout=on_output, env=environment, text=True, **more)
        self.programs.append(program)
        return program

    def run(self, tool, *arguments, stdin="", text=True, **environment):
        """(exit code, standard output, standard error) of a tool."""
        done = subprocess.run([self.tools / tool, *arguments], input=stdin if text else stdin.encode(), text=text,
                              capture_output=True, timeout=60, env=dict(self.environment, **environment), check=False)
        return done.returncode, done.stdout, done.stderr

    def follow(self, tool, *arguments):
        """A running tool whose output can be read line by line."""
        return self.start([self.tools / tool, *arguments], self.environment)

    def close(self):
        for program in reversed(self.programs):
            if program.poll() is None:
                program.terminate()
            program.wait(20)
            if program.stdout:
                program.stdout.close()
        shutil.rmtree(self.dir)


def tools_from_command_line():
    """The folder of the programs under test, the first argument; unittest gets the rest."""
    return sys.argv.pop(1) if len(sys.argv) > 1 else "build/dev/bin"
