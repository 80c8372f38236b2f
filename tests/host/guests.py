"""What is inside a VM: the lab's guest, which has a shell on its console, or the simulated one, which does as told."""

import os
import pathlib
import re
import select
import subprocess
import time
import tty

# Seconds that a guest may take for anything: busy cores make it slow, and slow is not wrong.
PATIENCE = int(os.environ.get("XENMGR_HOST_PATIENCE", 240))


class Console:
    """The shell on a domain's console. What it prints lies in its pty until somebody reads it."""

    def __init__(self, domid):
        end = time.monotonic() + PATIENCE
        while not (path := store_read(f"/local/domain/{domid}/console/tty")):
            if time.monotonic() > end:
                raise AssertionError(f"domain {domid} has no console")
            time.sleep(0.1)
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self.fd)
        self.number = 0
        self.text = b""

    def run(self, command, again_after=None, seconds=PATIENCE):
        """Output and status of a command. The shell echoes what is typed, so the marks are not typed as they appear."""
        self.number += 1
        typed = f'{command}; echo "<""{self.number}:$?"">"\n'.encode()
        mark = re.compile(rb"<%d:(\d+)>" % self.number)
        end = time.monotonic() + seconds
        again = 0
        while not (found := mark.search(self.text)):
            now = time.monotonic()
            if now > end:
                raise AssertionError(f"the guest does not answer to '{command}': {self.text[-500:].decode('latin1')}")
            if now >= again:    # what is typed before the shell is there may be lost
                self.type(typed)
                again = now + again_after if again_after else end + 1
            self.read(min(end, again) - now)
        output, self.text = self.text[:found.start()], self.text[found.end():]
        return output.decode("latin1"), int(found.group(1))

    def type(self, text):
        os.write(self.fd, text)

    def read(self, seconds):
        if select.select([self.fd], [], [], max(0, seconds))[0]:
            try:
                self.text += os.read(self.fd, 65536)
            except OSError:
                raise AssertionError("the guest's console has gone") from None

    def close(self):
        os.close(self.fd)


class XenGuest:
    """Deeds in the guest of a domain of Xen."""

    DEEDS = {"poweroff": "poweroff -f", "reboot": "reboot -f", "crash": "echo c >/proc/sysrq-trigger"}
    COMMANDS = {
        "remember": "echo well >/tmp/remembered",
        "recall": "grep well /tmp/remembered",
        "forget": "! ls /tmp/remembered",
        "write": "echo {token} | dd of=/dev/{0} bs=512 conv=sync,fsync",
        "read": "grep -q {token} /dev/{0}",
        "tell-booted": "xenstore write has-booted up",
        "tell-drivers": "for part in MajorVersion=7 MinorVersion=0 MicroVersion=0 BuildVersion=1 Installed=1; do "
                        "xenstore write attr/PVAddons/${{part%=*}} ${{part#*=}}; done",
        "tell-drivers-removed": "xenstore rm attr/PVAddons; xenstore write attr/PVAddonsUninstalled 1",
        # Each of its cards has two addresses, whenever it comes.
        "address": "(while sleep 1; do for card in /sys/class/net/eth*; do card=${{card##*/}}; ip link set $card up; "
                   "for net in 128 129; do ip addr add 192.168.$net.8/24 dev $card; done; done; done >/dev/null 2>&1 &)",
    }

    def __init__(self, vm, files):
        self.vm, self.files = vm, files

    def answers(self):
        self.shell("true", again_after=5)

    def shell(self, command, **options):
        console = Console(self.vm.domid)
        try:
            return console.run(command, **options)
        finally:
            console.close()

    def do(self, deed, *words):
        if deed in self.DEEDS:
            console = Console(self.vm.domid)
            console.type(f"{self.DEEDS[deed]}\n".encode())
            console.close()
            return
        command = self.COMMANDS[deed].format(*words, token=self.files.token)
        if words:    # a disk, which may be on its way
            command = f"until [ -b /dev/{words[0]} ]; do sleep 0.1; done; {command}"
        output, status = self.shell(command, again_after=10)
        assert status == 0, f"guest {deed}: status {status}: {output}"


class SimGuest:
    """Deeds of the simulated guest; it has neither memory nor disks."""

    DEEDS = {"poweroff": "halt", "reboot": "reboot", "crash": "crash", "sleep": "sleep",
             "tell-drivers": "pv-addons:7.0.0.1", "tell-drivers-removed": "pv-addons-removed"}

    def __init__(self, vm, files):
        self.vm, self.files = vm, files

    def answers(self):
        pass

    def do(self, deed, *_):
        if deed in self.DEEDS:
            self.files.monitor(self.vm, "sim-guest", f"event={self.DEEDS[deed]}")


def store_read(path):
    done = subprocess.run(["xenstore-read", path], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def image_contains(image, text):
    return text.encode() in pathlib.Path(image).read_bytes()
