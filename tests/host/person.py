"""A person at a terminal: a command runs on it, keys are typed, the screen is read."""

import os
import pty
import re
import select
import subprocess
import termios
import time

from guests import PATIENCE

LEAVE, CTRL_D = b"\x1d", b"\x04"


class Person:
    """At a terminal, on which a command runs."""

    def __init__(self, command, environment):
        self.keyboard, screen = pty.openpty()
        self.screen = screen
        self.before = termios.tcgetattr(screen)
        self.process = subprocess.Popen(command, stdin=screen, stdout=screen, stderr=screen, env=environment)
        self.text = b""

    def sees(self, pattern, seconds, again=None, every=5):
        """Waits for it; types `again` each few seconds, as a guest that boots may lose what is typed."""
        end, typing = time.monotonic() + seconds, 0
        while not (found := re.search(pattern, self.text)):
            now = time.monotonic()
            if now > end:
                raise AssertionError(f"{pattern} is not on the screen, but {self.text[-500:]}")
            if again and now > typing:
                self.types(again)
                typing = now + every
            if select.select([self.keyboard], [], [], min(every, end - now))[0]:
                self.text += os.read(self.keyboard, 65536)
        self.text = self.text[found.end():]
        return found

    def types(self, text):
        os.write(self.keyboard, text)

    def ends(self):
        """The exit status; the terminal is as it was."""
        status = self.process.wait(PATIENCE)
        now = termios.tcgetattr(self.screen)
        os.close(self.screen)
        os.close(self.keyboard)
        assert now == self.before, "the terminal is not as it was"
        return status
