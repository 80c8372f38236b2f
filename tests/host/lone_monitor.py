"""xenvm alone, without manager and bus, over its socket: for tests in a dom0."""

import os
import pathlib
import signal
import subprocess
import time

BIN = pathlib.Path(os.environ["XENMGR_BIN"])
PATIENCE = int(os.environ.get("XENMGR_HOST_PATIENCE", 300))    # seconds; the emulated machine may be slow


def wait_until(what, describe, every=0.1):
    """What came true. `describe` may be a function."""
    end = time.monotonic() + PATIENCE
    while not (outcome := what()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {PATIENCE} s: {describe() if callable(describe) else describe}")
        time.sleep(every)
    return outcome


class LoneMonitor:
    """One machine's monitor, and the next one after it has ended. Everything is in `folder`."""

    def __init__(self, folder, uuid, config, *options):
        self.uuid, self.options = uuid, options
        self.config = folder / f"{uuid}.cfg"
        self.config.write_text(config)
        self.log = folder / f"{uuid}.log"
        self.environment = os.environ | {"XENVM_SOCKET_DIR": str(folder / "run")}
        self.process = None

    def begin(self, *options):
        """Returns when it answers."""
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [BIN / "xenvm", "--no-daemonize", "--monitor-dbus", "false", "--monitor-json", "true", "--engine", "xl",
                 "--config", self.config, *self.options, *options], stderr=log, env=self.environment)
        wait_until(self.answers, lambda: f"the monitor answers\n{self.said()}")

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the monitor ended with {self.process.returncode}:\n{self.said()}")
        return self.command("get-status")[0] == 0

    def said(self):
        return self.log.read_text(errors="replace")[-4000:]

    def ask(self, *words):
        """A command on its way; answer() waits for it."""
        return subprocess.Popen([BIN / "xenvm-cmd", "--use-socket", "--reply-timeout", str(PATIENCE), self.uuid, *words],
                                env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def answer(self, asked, limit=PATIENCE):
        """Exit status and text."""
        try:
            text = asked.communicate(timeout=limit)[0]
        except subprocess.TimeoutExpired:
            asked.kill()
            asked.communicate()
            raise AssertionError(f"{asked.args[4:]} is not answered within {limit} s\n{self.said()}") from None
        return asked.returncode, text.strip()

    def command(self, *words, limit=PATIENCE):
        return self.answer(self.ask(*words), limit)

    def does(self, *words):
        status, text = self.command(*words)
        assert status == 0, f"{words}: {text}"
        return text

    def refuses(self, *words):
        status, text = self.command(*words)
        assert status != 0, f"{words} succeeded"
        return text

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def end(self):
        """With its domain. Its exit status."""
        if self.process and self.process.poll() is None:
            self.command("destroy")
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE) if self.process else None
