#!/usr/bin/python3
"""Performs the rows of rows.py on the product: message bus, dbd, xenmgr and its monitors, on one engine.

  run_rows.py                on the simulated engine
  in_dom0 run_rows.py        on Xen, in the lab
  run_rows.py --kind pv      only this kind of VM; --match TEXT: only rows that have the text

Prints a line for each row; the exit status is 1 if one failed.
"""

import argparse
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bus"))

import dbus
from gi.repository import GLib

import boot_iso
import disk_images
import residue
from checks import Checks, eventually
from guests import PATIENCE, SimGuest, XenGuest
from labkit.archive import archive_of_programs
from rows import KINDS, ROWS
from sleeper import Sleeper
from stack import BIN, ENGINE, Stack, uuid_of, vm_tree

TRIES = 10    # of a row that came too late
KERNEL, INITRD = "/lab/guest/kernel", "/lab/guest/initrd"


class Files:
    """Files that rows name, in the stack's folder, and the way to a VM's monitor."""

    def __init__(self, stack):
        self.stack = stack
        self.token = f"written-{os.getpid()}"
        guest_iso = boot_iso.image() if ENGINE == "xl" else b""    # a simulated guest boots from nothing
        for name, content in (("DISK", bytes(1 << 20)), ("ISO", bytes(1 << 20)), ("OTHER_ISO", bytes(1 << 20)),
                              ("GUEST_ISO", guest_iso), ("QCOW", disk_images.qcow2()), ("VHD", disk_images.vhd())):
            pathlib.Path(self.path(name)).write_bytes(content)

    def path(self, name):
        return str(self.stack.dir / f"{name.lower()}.{'iso' if 'ISO' in name else 'img'}")

    def fill_in(self, words):
        name = re.compile(r"\b(?:DISK|QCOW|VHD|ISO|OTHER_ISO|IMAGE)\b")
        return [name.sub(lambda found: self.path(found.group()), word) for word in words]

    def initrd(self, programs):
        """The guest's, with programs of the dom0."""
        path = self.stack.dir / "initrd"
        path.write_bytes(pathlib.Path(INITRD).read_bytes() + archive_of_programs(*programs))
        return str(path)

    def monitor(self, vm, *words):
        """What it answers."""
        done = subprocess.run([BIN / "xenvm-cmd", vm.uuid, *words], capture_output=True, text=True, check=False,
                              timeout=PATIENCE, env={**os.environ, "XENVM_SOCKET_DIR": str(self.stack.run_dir)})
        if done.returncode:
            raise dbus.DBusException(f"{done.stdout}{done.stderr}".strip())
        return done.stdout


def second_bridge():
    """Beside the lab's own."""
    if not pathlib.Path("/sys/class/net/xenbr1").exists():
        subprocess.run(["ip", "link", "add", "xenbr1", "type", "bridge"], check=True)
    subprocess.run(["ip", "addr", "replace", "192.168.129.1/24", "dev", "xenbr1"], check=True)
    subprocess.run(["ip", "link", "set", "xenbr1", "up"], check=True)


def tree(uuid, kind, engine, files):
    settings = KINDS[kind]
    config = dict(settings["config"])
    made = vm_tree(uuid, *(settings.get("sim", []) if engine == "sim" else []), name=kind)
    if "disks" in settings:
        config["disk"] = {}
        for number, (device, type_and_name) in enumerate(settings["disks"].items()):
            kind_of_image, name = type_and_name.split()
            config["disk"][str(number)] = {"path": files.path(name), "type": kind_of_image, "mode": "w",
                                           "device": device, "devtype": "disk"}
    if "cdrom" in config:
        config["disk"] = {"0": {"path": files.path(config.pop("cdrom")), "type": "file", "mode": "r", "device": "hdc",
                                "devtype": "cdrom"}}
    if "nic" in config:
        config["nic"] = {"0": {"network": config.pop("nic"), "mac": "00:16:3e:00:00:07", "enabled": "true"}}
    if config["virt-type"] != "hvm":
        initrd = files.initrd(settings["programs"]) if engine == "xl" and "programs" in settings else INITRD
        config = {"kernel": KERNEL, "initrd": initrd, **config}
        if config["kernel"] == "DISK":
            config["kernel"] = files.path("DISK")
    if engine == "xl":    # nothing here has a clock that Xen would not trap
        config["extra-xenvm"] = {"0": "tsc_mode=native"}
    made["config"].update(config)
    made.update(settings.get("settings", {}))
    return made


class TooLate(Exception):
    """What a row was to meet on its way was over: the machine is busy."""


class Player:
    """One VM and its rows."""

    def __init__(self, stack, engine, kind, uuid, files):
        self.stack, self.engine, self.kind, self.files = stack, engine, kind, files
        self.vm = stack.vm(uuid)
        real = Sleeper if kind == "sleeper" else XenGuest
        self.guest = (real if engine == "xl" else SimGuest)(self.vm, files)
        self.checks = Checks(engine, self.vm, files)
        self.silent = KINDS[kind].get("silent", False)
        self.later = []

    def step(self, text):
        verb, *words = shlex.split(text)
        words = self.files.fill_in(words)
        if verb == "vm" and words[-1] == "&":
            self.later.append(self.vm.call_later(words[0], timeout=PATIENCE))
        elif verb == "vm":
            self.vm.call(words[0], *words[1:], timeout=PATIENCE)
        elif verb == "set":
            self.vm.set(words[0], {"true": True, "false": False}.get(words[1], pathlib.Path(words[1]).name))
        elif verb == "monitor":
            self.files.monitor(self.vm, *words)
        elif verb == "kill":
            self.kill_monitor()
        elif verb == "guest":
            self.guest.do(*words)
        elif verb == "check":
            getattr(self.checks, words[0].replace("-", "_"))(*words[1:])
        elif verb == "meet":
            eventually(lambda: self.vm.state == words[0] or self.is_over(), lambda: f"{words[0]}, it is {self.vm.state}")
        elif verb == "connect":
            self.stack.call(f"{self.vm.path}/nic/{words[0]}", dbus.PROPERTIES_IFACE, "Set",
                            "com.citrix.xenclient.vmnic", "network", words[1], signature="ssv")
        else:
            raise ValueError(text)

    def kill_monitor(self):
        """Returns when its successor serves."""
        before = self.stack.monitors()[self.vm.uuid]
        os.kill(before, signal.SIGKILL)
        eventually(lambda: self.stack.monitors().get(self.vm.uuid, before) != before, "another monitor takes over")
        eventually(lambda: self.serves(), "the new monitor serves")

    def serves(self):
        try:
            self.files.monitor(self.vm, "get-status")
        except dbus.DBusException:
            return False
        return True

    def bring(self, state):
        """The VM to where a row begins, by what other rows prove."""
        now = self.vm.state
        if now == "running" and int(self.vm.get("acpi-state")) == 3:
            self.vm.call("resume", timeout=PATIENCE)
        if now == state and state != "suspended":
            return
        if state == "stopped":
            self.vm.call("destroy", timeout=PATIENCE)
        elif state == "paused":
            self.bring("running")
            self.vm.call("pause", timeout=PATIENCE)
        elif state == "asleep":
            self.bring("running")
            self.guest.do("remember")
            self.vm.call("sleep", timeout=PATIENCE)
            return
        elif state == "suspended":
            self.bring("running")
            self.guest.do("remember")
            pathlib.Path(self.files.path("IMAGE")).unlink(missing_ok=True)
            self.vm.call("suspend_to_file", self.files.path("IMAGE"), timeout=PATIENCE)
        elif now == "paused":
            self.vm.call("unpause", timeout=PATIENCE)
        else:
            if now != "stopped":
                self.vm.call("destroy", timeout=PATIENCE)
            self.vm.call("start", timeout=PATIENCE)
        eventually(lambda: self.vm.state == state, lambda: f"it is {state}, not {self.vm.state}")
        if state == "running":
            self.wait_for_answer()

    def wait_for_answer(self):
        if not self.silent:
            self.guest.answers()

    def is_over(self):
        """What was begun has ended well."""
        while GLib.MainContext.default().iteration(False):
            pass
        return bool(self.later) and self.later[0].done() and not self.later[0].failed()

    def meet(self, row):
        """The steps of a row that wants to be there before something is over."""
        try:
            self.act(row)
        except AssertionError:
            if self.is_over():
                raise TooLate from None
            raise
        if not row.error and self.is_over():
            raise TooLate

    def play(self, row):
        self.later.clear()
        self.bring(row.begin)
        if "IMAGE" in " ".join(row.act) and row.begin != "suspended":
            pathlib.Path(self.files.path("IMAGE")).unlink(missing_ok=True)
        heard, domid = self.fresh_signals(), self.vm.domid
        try:
            (self.meet if any(step.startswith("meet ") for step in row.act) else self.act)(row)
            eventually(lambda: self.vm.state == row.end and self.domain_is(row, domid),
                       lambda: f"{row.end} and domain {row.domain}; it is {self.vm.state}, domain {self.vm.domid}")
            if row.heard:
                eventually(lambda: re.fullmatch(row.heard, " ".join(heard.states(self.vm.uuid))),
                           lambda: f"the states {row.heard}; heard: {heard.states(self.vm.uuid)}")
        finally:
            heard.stop()
        if row.end == "running" and row.answers:
            self.wait_for_answer()
        for call in self.later:    # what was begun is over, well or not
            eventually(call.done, f"{call.what} answers")
        self.later.clear()

    def fresh_signals(self):
        """Without those that earlier rows caused and that lie in the queue."""
        heard = self.stack.signals("vm_state_changed")
        while GLib.MainContext.default().iteration(False):
            pass
        heard.seen.clear()
        return heard

    def act(self, row):
        for number, step in enumerate(row.act, 1):
            try:
                self.step(step)
            except dbus.DBusException as failure:
                if not row.error or number < len(row.act):
                    raise AssertionError(f"{step}: {failure}") from None
                assert re.search(row.error, str(failure)), f"{step}: fails with {failure}, not with {row.error}"
                return
        assert not row.error, f"'{row.act[-1]}' should have failed"

    def domain_is(self, row, before):
        now = self.vm.domid
        return {"new": now > 0 and now != before, "same": now == before, "none": now == -1, "": True}[row.domain]


class Run:
    def __init__(self, stack, engine, uuids, files):
        self.stack, self.engine = stack, engine
        self.players = {kind: Player(stack, engine, kind, uuid, files) for kind, uuid in uuids.items()}
        self.failed = 0
        self.retried = 0
        if engine == "xl":
            self.at_first = residue.remains()

    def row(self, row):
        began = time.monotonic()
        faults = self.triple_faults(row)
        trouble = self.attempt_in_time(row)
        if trouble and self.triple_faults(row) > faults:
            self.retried += 1
            print(f"again {row.kind:<10} {row.what}: Xen's log has a triple fault of the emulator", flush=True)
            self.start_over(row.kind)
            trouble = self.attempt(row)
        word = "FAIL" if trouble else "ok"
        print(f"{word:<5} {row.kind:<10} {row.what} ({time.monotonic() - began:.1f} s)", flush=True)
        if trouble:
            self.failed += 1
            print(trouble, flush=True)
            self.start_over(row.kind)

    def attempt_in_time(self, row):
        for _ in range(TRIES):
            try:
                return self.attempt(row)
            except TooLate:
                print(f"again {row.kind:<10} {row.what}: it was over too soon", flush=True)
                self.start_over(row.kind)
        return f"      it was always over too soon, {TRIES} times"

    def attempt(self, row):
        """Empty, or what went wrong."""
        player = self.players[row.kind]
        try:
            player.play(row)
            self.leave_nothing()
        except (AssertionError, dbus.DBusException, OSError, subprocess.SubprocessError) as error:
            return f"      {error}".rstrip()
        except TooLate:
            raise
        except Exception:    # a fault of this program is one of the row as well
            return traceback.format_exc()
        return ""

    def leave_nothing(self):
        if self.engine != "xl":
            return
        left = []

        def nothing():
            living = {player.vm.domid for player in self.players.values()} - {-1}
            left[:] = residue.remains(living) - self.at_first
            return not left

        eventually(nothing, lambda: f"nothing is left over; there is: {', '.join(sorted(left))}")

    def start_over(self, kind):
        try:
            self.players[kind].vm.call("destroy", timeout=PATIENCE)
            self.leave_nothing()
        except (AssertionError, dbus.DBusException) as error:
            print(f"      and then: {error}", flush=True)

    def triple_faults(self, row):
        """Only PVH and HVM guests meet it: the emulation of the processor's virtualization is at fault, not we."""
        if self.engine != "xl" or KINDS[row.kind]["config"]["virt-type"] == "pv":
            return 0
        return residue.triple_faults()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", action="append", choices=sorted(KINDS))
    parser.add_argument("--match", default="")
    options = parser.parse_args()
    kinds = [kind for kind in options.kind or KINDS if KINDS[kind].get("only", ENGINE) == ENGINE]
    rows = [row for row in ROWS if row.kind in kinds and options.match in row.what]
    stack = Stack()
    files = Files(stack)
    if ENGINE == "xl":
        second_bridge()
    uuids = {kind: uuid_of(number) for number, kind in enumerate(kinds, 1)}
    stack.tree["vm"] = {uuid: tree(uuid, kind, ENGINE, files) for kind, uuid in uuids.items()}
    stack.tree["xenmgr"] = {"isos": str(stack.dir)}
    with stack:
        run = Run(stack, ENGINE, uuids, files)
        for row in rows:
            run.row(row)
        for kind in kinds:
            run.players[kind].vm.call("destroy", timeout=PATIENCE)
        run.leave_nothing()
    print(f"{len(rows)} rows, {run.failed} failed, {run.retried} tried again for the emulator's sake", flush=True)
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
